// Events that tell how sales went on: what answers an accepted handoff, what ends it, and what changes nothing.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { climb } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('answers')
after(() => s.stop())
const ALWAYS = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]]))
const route = async (sla = {}) => (await s.ok(200, 'admin', 'PUT', '/v1/routing', { working_hours: ALWAYS, sla })).body
await route()
const chen = (await s.ok(201, 'admin', 'POST', '/v1/users', { name: '陈静', email: 'chen@example.com', capacity: null })).body

let serial = 0
async function until(what, holds) {
  for (let i = 0; i < 300; i++) {
    const value = await what()
    if (holds(value)) return value
    await sleep(50)
  }
  assert.fail(`never: ${JSON.stringify(await what())}`)
}
const handoffOf = async (lead) => (await s.ok(200, 'read', 'GET', `/v1/handoffs?lead_id=${lead}`)).body.data[0]
const get = async (id) => (await s.ok(200, 'read', 'GET', `/v1/handoffs/${id}`)).body
const tell = async (lead, type, properties, more = {}) => (await s.ok(200, 'ingest', 'POST', '/v1/events', { type, lead: { id: lead }, properties, ...more })).body
async function accepted() {
  const name = `answer-${++serial}`
  let lead
  for (const e of climb(name, { external_id: name })) lead = (await s.ok(200, 'ingest', 'POST', '/v1/events', e)).body.lead_id
  const h = await until(() => handoffOf(lead), (x) => x.state === 'assigned')
  return { lead, h: (await s.ok(200, 'sales', 'POST', `/v1/handoffs/${h.id}/accept`)).body }
}
const own = (h) => h.moves.filter((m) => m.author === 'event').map((m) => [m.move, m.note])
const topics = async (lead) => (await s.sql(`SELECT topic FROM outbox WHERE lead_id = '${lead}' AND topic LIKE 'handoff.%' ORDER BY id`)).map(([x]) => x)

test('a call is the first response, at its own instant', async () => {
  const { lead, h } = await accepted()
  const at = new Date(Date.parse(h.accepted_at) + 7).toISOString()
  await sleep(20)
  await tell(lead, 'call', { minutes: 12 }, { occurred_at: at })
  const now = await get(h.id)
  assert.deepEqual([now.state, now.clock, now.due_at, now.responded_at, now.version], ['accepted', null, null, at, h.version + 1])
  const last = now.moves.at(-1)
  assert.deepEqual([last.move, last.from, last.to, last.author, last.note, last.at, last.clock, last.due_at, last.worked_ms, last.assignee_id],
    ['responded', 'accepted', 'accepted', 'event', 'call', at, 'first_response', h.due_at, 7, chen.id])
  assert.equal((await topics(lead)).at(-1), 'handoff.responded')
  // Another changes nothing, and neither does the same one again.
  await tell(lead, 'meeting', {})
  assert.equal((await get(h.id)).version, now.version)
  // A person says no more than that.
  assertProblem(await s.call('sales', 'POST', `/v1/handoffs/${h.id}/respond`), 409, 'handoff_state')
})

test('what answers: types that are listed, unless they came in, and others that went out', async () => {
  const cases = [['call', {}, true], ['call', { direction: 'inbound' }, false], ['call', { direction: 'outbound' }, true], ['meeting', null, true], ['email_sent', {}, false], ['email_sent', { direction: 'outbound' }, true],
    ['message', {}, false], ['message', { direction: 'outbound' }, true], ['message_sent', { direction: 'outbound' }, true], ['message', { direction: 7 }, false], ['page_view', { path: '/', direction: 'outbound' }, false], ['site_visit', {}, false]]
  for (const [type, properties, answers] of cases) {
    const { lead, h } = await accepted()
    await tell(lead, type, properties)
    assert.deepEqual(own(await get(h.id)), answers ? [['responded', type]] : [], `${type} ${JSON.stringify(properties)}`)
  }
  assert.deepEqual((await route({ response_events: ['site_visit'] })).sla.response_events, ['site_visit'])
  for (const [type, properties, answers] of [['site_visit', {}, true], ['site_visit', { direction: 'inbound' }, false], ['call', {}, false], ['call', { direction: 'outbound' }, true]]) {
    const { lead, h } = await accepted()
    await tell(lead, type, properties)
    assert.deepEqual(own(await get(h.id)), answers ? [['responded', type]] : [], `${type} ${JSON.stringify(properties)}`)
  }
  assert.deepEqual((await route()).sla.response_events, ['call', 'meeting'])
  for (const [bad, code, pointer] of [[['two words'], 'field_invalid', '/sla/response_events/0'], [['call', 'stage_set'], 'field_invalid', '/sla/response_events/1'], ['call', 'field_type', '/sla/response_events'],
    [Array(51).fill('x'), 'field_too_large', '/sla/response_events']])
    assertProblem(await s.call('admin', 'PUT', '/v1/routing', { sla: { response_events: bad } }), 422, code, pointer)
})

test('what was before, what nobody has accepted, what a filter voids, and what a person has said', async () => {
  const { lead, h } = await accepted()
  await tell(lead, 'call', {}, { occurred_at: new Date(Date.parse(h.accepted_at) - 1).toISOString() })
  await tell(lead, 'call', { user_agent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' })
  assert.equal((await get(h.id)).version, h.version)
  const said = (await s.ok(200, 'sales', 'POST', `/v1/handoffs/${h.id}/respond`)).body
  await tell(lead, 'call', {}, { occurred_at: new Date(Date.parse(h.accepted_at) + 1).toISOString() })
  assert.deepEqual([(await get(h.id)).version, (await get(h.id)).responded_at], [said.version, said.responded_at])
  const name = `answer-${++serial}`
  let waiting
  for (const e of climb(name, { external_id: name })) waiting = (await s.ok(200, 'ingest', 'POST', '/v1/events', e)).body.lead_id
  const assigned = await until(() => handoffOf(waiting), (x) => x.state === 'assigned')
  await tell(waiting, 'call', {})
  await tell(waiting, 'won', {})
  assert.equal((await get(assigned.id)).state, 'assigned')
})

test('won converts, lost closes; in one breath with the call before', async () => {
  const [won, lost, both] = [await accepted(), await accepted(), await accepted()]
  await tell(won.lead, 'won', { amount: 7 })
  const converted = await get(won.h.id)
  assert.deepEqual([converted.state, converted.outcome, converted.clock, own(converted)], ['converted', 'customer', null, [['converted', 'won']]])
  assert.equal(converted.responded_at, converted.ended_at)
  assert.deepEqual([(await s.lead(won.lead)).stage, (await s.lead(won.lead)).handoff.state], ['customer', 'converted'])
  await tell(lost.lead, 'lost', { reason: 'price' })
  const closed = await get(lost.h.id)
  assert.deepEqual([closed.state, closed.reason, own(closed)], ['closed', 'price', [['closed', 'lost']]])
  assert.deepEqual([(await s.lead(lost.lead)).stage, (await s.lead(lost.lead)).handoff.state], ['lost', 'closed'])
  const at = (ms) => new Date(Date.parse(both.h.accepted_at) + ms).toISOString()
  await sleep(50)
  const batch = [['won', 30], ['call', 20], ['meeting', 40], ['call', 10]].map(([type, ms]) => ({ type, lead: { id: both.lead }, occurred_at: at(ms) }))
  await s.ok(200, 'ingest', 'POST', '/v1/events', batch)
  const done = await get(both.h.id)
  assert.deepEqual([done.state, done.responded_at, done.ended_at, own(done)], ['converted', at(10), at(30), [['responded', 'call'], ['converted', 'won']]])
  assert.deepEqual(done.moves.map((m) => m.version), [2, 3, 4, 5])
  assert.equal(done.version, 5)
  assert.deepEqual((await topics(both.lead)).slice(-2), ['handoff.responded', 'handoff.converted'])
})

test('heard of when the clock had run out: in time all the same', async () => {
  await route({ first_response: 'PT0.5S', warn_at: 1, on_breach: 'none' })
  const since = new Date().toISOString()
  const [early, late] = [await accepted(), await accepted()]
  for (const { h } of [early, late]) await until(() => get(h.id), (x) => x.breached_at !== null)
  await tell(early.lead, 'call', {}, { occurred_at: new Date(Date.parse(early.h.due_at) - 100).toISOString() })
  await tell(late.lead, 'call', {})
  const [a, b] = [await get(early.h.id), await get(late.h.id)]
  assert.deepEqual(a.moves.slice(-2).map((m) => [m.move, m.clock, m.due_at]), [['breached', 'first_response', early.h.due_at], ['responded', 'first_response', early.h.due_at]])
  assert.deepEqual(b.moves.slice(-2).map((m) => [m.move, m.clock]), [['breached', 'first_response'], ['responded', null]])
  const { first_response: seen } = (await s.ok(200, 'read', 'GET', `/v1/reports/sla?since=${since}`)).body.all
  assert.deepEqual([seen.within, seen.late, seen.breaches, seen.measured], [1, 1, 2, 2])
  await route()
})

test('an event and a person at once: one of them', async () => {
  for (let i = 0; i < 5; i++) {
    const { lead, h } = await accepted()
    const replies = await Promise.all([s.call('sales', 'POST', `/v1/handoffs/${h.id}/respond`), tell(lead, 'call', {}), tell(lead, 'meeting', {})])
    const now = await get(h.id)
    assert.equal(now.moves.filter((m) => m.move === 'responded').length, 1, JSON.stringify(now.moves))
    assert.equal(replies[0].status === 200, now.moves.at(-1).author !== 'event', replies[0].text)
    assert.equal(now.version, h.version + 1)
  }
})

test('a routing that cannot be read keeps no event out', async () => {
  const { lead, h } = await accepted()
  await s.sql(`UPDATE desks SET document = '[]' WHERE workspace_id = '${s.workspace.id}'`)
  await tell(lead, 'call', {})
  const [[state, responded]] = await s.sql(`SELECT state, responded_at IS NOT NULL FROM handoffs WHERE id = '${h.id}'`)
  assert.deepEqual([state, responded], ['accepted', 't'])
})
