// Journeys: what may be said of one, who starts it, that each step is told exactly once however many instances take it and however the clock jumps, and who leaves.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { iso } from './lib/scene.mjs'
import { assertProblem, concurrently, Service } from './lib/service.mjs'

const s = await Service.start('journeys')
after(() => s.stop())

const DAY = 86_400_000
async function until(check, what, ms = 60_000) {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    const found = await check()
    if (found) return found
    assert.ok(Date.now() < end, what)
  }
}
const make = async (body) => (await s.ok(201, 'admin', 'POST', '/v1/journeys', body)).body.id
const runs = async (id) => (await s.ok(200, 'read', 'GET', `/v1/journeys/${id}/runs?limit=200`)).body.data
const told = async (id, topic = 'journey.step') =>
  (await s.sql(`SELECT payload ->> 'lead_id', payload ->> 'step', payload ->> 'template', payload ->> 'reason' FROM outbox WHERE topic = '${topic}' AND payload ->> 'journey_id' = '${id}' ORDER BY place`)).map((x) => x.slice(0, 3).join(' '))
// The clock jumps: everything that is under way began so much earlier.
const jump = (ms) => s.sql(`UPDATE journey_runs SET started_at = started_at - interval '${ms} ms', next_at = next_at - interval '${ms} ms' WHERE state = 'active'`)
const lead = async (email, more = {}) => (await s.event({ type: 'message', lead: { email, ...more } })).lead_id
const tag = (id, name) => s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/tags/${name}`)
const STEPS = [
  { id: 'one', after: 'P1D', template: 'hello', channel: 'email', data: { subject: '你好' } },
  { id: 'three', after: 'P3D', template: 'more', branches: [{ when: { seen: ['email_click'] }, template: 'thanks', goto: 'fourteen' }] },
  { id: 'seven', after: 'P7D', template: 'again' },
  { id: 'fourteen', after: 'P14D', template: 'last' },
]

test('what may be said of a journey', async () => {
  const good = { name: 'x', trigger: { tag: 'a:b' }, steps: [{ id: 'a', after: 'P1D' }] }
  const bad = async (more, code, pointer) => assertProblem(await s.call('admin', 'POST', '/v1/journeys', { ...good, ...more }), 422, code, pointer)
  await bad({ name: undefined }, 'field_required', '/name')
  await bad({ trigger: undefined }, 'field_required', '/trigger')
  await bad({ trigger: { tag: 'a:b', stage: 'mql' } }, 'field_invalid', '/trigger')
  await bad({ trigger: { stage: 'hot' } }, 'field_invalid', '/trigger/stage')
  await bad({ trigger: { segment: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f' } }, 'field_invalid', '/trigger/segment')
  await bad({ trigger: { when: { nonsense: 1 } } }, 'condition_invalid', '/trigger/when/nonsense')
  await bad({ steps: [] }, 'field_invalid', '/steps')
  await bad({ steps: [{ id: 'a', after: 'P3D' }, { id: 'b', after: 'P1D' }] }, 'field_invalid', '/steps/1/after')
  await bad({ steps: [{ id: 'a', after: 'P1D' }, { id: 'a', after: 'P2D' }] }, 'field_invalid', '/steps/1/id')
  await bad({ steps: [{ id: 'a', after: 'P1D', branches: [{ when: true, goto: 'a' }] }] }, 'field_invalid', '/steps/0/branches/0/goto')
  await bad({ steps: [{ id: 'a', after: 'P1D', branches: [{ when: { seen: 7 } }] }] }, 'condition_invalid')
  await bad({ quiet_hours: { from: '25:00', to: '08:00' } }, 'field_invalid', '/quiet_hours/from')
  await bad({ quiet_hours: { from: '21:00' } }, 'field_invalid', '/quiet_hours')
  const id = await make(good)
  assertProblem(await s.call('admin', 'POST', '/v1/journeys', good), 409, 'journey_name_taken')
  assertProblem(await s.call('admin', 'PATCH', `/v1/journeys/${id}`, { state: 'paused' }, { 'if-match': '"v7"' }), 412, 'version_mismatch')
  const { body } = await s.ok(200, 'admin', 'PATCH', `/v1/journeys/${id}`, { state: 'paused' }, { 'if-match': '"v1"' })
  assert.deepEqual([body.state, body.revision, body.trigger, body.steps], ['paused', 2, good.trigger, good.steps])
  const other = await s.makeWorkspace('other')
  for (const method of ['GET', 'PATCH', 'DELETE']) assertProblem(await s.client.request(method, `/v1/journeys/${id}`, { key: other.keys.admin, body: method === 'PATCH' ? {} : undefined }), 404, 'journey_not_found')
  await s.ok(204, 'admin', 'DELETE', `/v1/journeys/${id}`)
  assertProblem(await s.call('read', 'GET', `/v1/journeys/${id}`), 404, 'journey_not_found')
})

test('two instances, a clock that jumps: each step once, and the branch by what was done since the start', { timeout: 300_000 }, async () => {
  const N = 24
  const id = await make({ name: 'nurture', trigger: { tag: 'status:nurture' }, steps: STEPS })
  const twin = await s.twin()
  const ids = []
  await concurrently(N, 4, async (i) => { ids[i] = await lead(`j${i}@example.com`, { name: `J ${i}` }) })
  // A click before the start is none of the journey's.
  await s.event({ type: 'email_click', lead: { id: ids[0] }, occurred_at: iso(Date.now() - 30 * DAY) })
  await concurrently(N, 4, async (i) => tag(ids[i], 'status:nurture'))
  await until(async () => (await runs(id)).length === N, 'not all have started')
  assert.deepEqual(await told(id), [])
  await jump(DAY)
  await until(async () => (await told(id)).length === N, 'the first step is not told')
  for (const i of [1, 2, 3]) await s.event({ type: 'email_click', lead: { id: ids[i] } })
  await s.event({ type: 'email_unsubscribe', lead: { id: ids[4] } })
  await s.ok(200, 'sales', 'PATCH', `/v1/leads/${ids[5]}`, { consent: { marketing: false } })
  await jump(2 * DAY)
  await until(async () => (await told(id)).length === 2 * N - 2, 'the second step is not told')
  // A jump over two steps at once takes them one after the other.
  await jump(30 * DAY)
  await until(async () => (await runs(id)).every((r) => r.state !== 'active'), 'runs do not end')
  await sleep(1500)
  const seen = await told(id)
  assert.equal(new Set(seen).size, seen.length, 'told twice')
  assert.equal(seen.length, N + (N - 2) + (N - 5) + (N - 2))
  for (const i of [1, 2, 3]) assert.deepEqual(seen.filter((x) => x.startsWith(ids[i])).map((x) => x.slice(37)), ['one hello', 'three thanks', 'fourteen last'])
  assert.deepEqual(seen.filter((x) => x.startsWith(ids[0])).map((x) => x.slice(37)), ['one hello', 'three more', 'seven again', 'fourteen last'])
  for (const i of [4, 5]) assert.deepEqual(seen.filter((x) => x.startsWith(ids[i])).map((x) => x.slice(37)), ['one hello'])
  const all = await runs(id)
  assert.deepEqual(all.filter((r) => r.state === 'exited').map((r) => [r.lead_id, r.reason]).sort(), [ids[4], ids[5]].map((x) => [x, 'exit']).sort())
  assert.equal((await told(id, 'journey.ended')).length, 2)
  const [[payload]] = await s.sql(`SELECT payload FROM outbox WHERE topic = 'journey.step' AND payload ->> 'lead_id' = '${ids[7]}' AND payload ->> 'step' = 'one'`)
  const { channel, data, lead: who, journey, run } = JSON.parse(payload)
  assert.deepEqual([channel, data, who.email, who.name, journey, run], ['email', { subject: '你好' }, 'j7@example.com', 'J 7', 'nurture', 1])
  const { leads } = (await s.ok(200, 'read', 'GET', `/v1/journeys/${id}`)).body
  assert.deepEqual(leads, { active: 0, done: N - 2, exited: 2 })
  await twin.terminate()
})

test('forms, segments and stages start; once, or again; not while it is paused; quiet hours are kept', { timeout: 200_000 }, async () => {
  const hours = (ms) => new Date(Date.now() + ms).toISOString().slice(11, 16)
  const form = await make({ name: 'form', trigger: { form: 'guide' }, reentry_after_days: 0, steps: [{ id: 'now', after: 'PT0S', template: 'guide' }] })
  const quiet = await make({ name: 'quiet', trigger: { form: 'guide' }, steps: [{ id: 'now', after: 'PT0S', template: 'x' }], quiet_hours: { from: hours(-3_600_000), to: hours(2 * 3_600_000), time_zone: 'UTC' } })
  const { body: segment } = await s.ok(201, 'admin', 'POST', '/v1/segments', { name: 'asked', when: { seen: ['demo_request'] } })
  const asked = await make({ name: 'asked', trigger: { segment: segment.id }, steps: [{ id: 'now', after: 'PT0S', template: 'asked' }], exit: false })
  const paused = await make({ name: 'paused', state: 'paused', trigger: { segment: segment.id }, steps: [{ id: 'now', after: 'PT0S', template: 'never' }] })
  const fill = (name) => s.event({ type: 'form_submit', lead: { email: 'form@example.com' }, properties: { form: name } })
  const { lead_id: who } = await fill('guide')
  await fill('other')
  await until(async () => (await told(form)).length === 1, 'the form starts nothing')
  await until(async () => (await runs(form))[0].state === 'done', 'it does not end')
  await fill('guide')
  await until(async () => (await told(form)).length === 2, 'it may not come again')
  assert.deepEqual((await runs(form)).map((r) => r.run).sort(), [1, 2])
  const [waiting] = await until(async () => (await runs(quiet)).filter((r) => Date.parse(r.next_at) > Date.now() + 3_600_000).length && runs(quiet), 'quiet hours are not kept')
  assert.equal(waiting.next_at.slice(11, 16), (await s.ok(200, 'read', 'GET', `/v1/journeys/${quiet}`)).body.quiet_hours.to)
  assert.deepEqual(await told(quiet), [])
  await s.event({ type: 'demo_request', lead: { id: who } })
  await s.event({ type: 'demo_request', lead: { id: who } })
  await until(async () => (await told(asked)).length, 'the segment starts nothing')
  await sleep(1500)
  assert.deepEqual([await told(asked), await runs(paused)], [[`${who} now asked`], []])
  // Who is erased is on no journey.
  await s.ok(204, 'admin', 'DELETE', `/v1/leads/${who}`)
  for (const table of ['journey_runs', 'journey_starts', 'journey_steps']) assert.equal(await s.count(table, `lead_id = '${who}'`), 0)
})
