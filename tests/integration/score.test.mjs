// A score tried without storing, and a score as a series.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { climb, CLIMB, DAY, GOOD_PROFILE, iso } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('score')
after(() => s.stop())
const attempt = async (body) => (await s.ok(200, 'read', 'POST', '/v1/score', body)).body
const sum = (x) => Math.round(x.contributions.reduce((n, c) => n + c.points_now * 1000, 0)) / 1000

test('what is tried is what a real lead gets, and nothing is stored', async () => {
  const now = Date.now() - 60_000
  const acts = [['form_submit', { form: 'newsletter' }], ...CLIMB]
  const events = acts.map(([type, properties], i) => ({ event_id: `t-${i}`, type, properties, occurred_at: iso(now + i) }))
  const tried = await attempt({ lead: GOOD_PROFILE, events, at: iso(now + 1000) })
  assert.equal(tried.lead_id, null)
  assert.equal(sum(tried), tried.exact.total)
  assert.equal((await s.ok(200, 'read', 'GET', '/v1/leads')).body.data.length, 0)
  const real = climb('real', { email: 'real@example.com' }).map((e, i) => ({ ...e, occurred_at: iso(now + i) }))
  const { body } = await s.ok(200, 'ingest', 'POST', '/v1/events', real)
  const { body: why } = await s.ok(200, 'read', 'GET', `/v1/leads/${body.results[0].lead_id}/score?at=${iso(now + 1000)}`)
  assert.deepEqual([tried.exact, tried.tier, tried.stage], [why.exact, why.tier, why.stage])
  assert.equal(tried.stage, 'mql')
  assert.deepEqual(tried.contributions.map((c) => [c.rule, c.points_now]).sort(), why.contributions.map((c) => [c.rule, c.points_now]).sort())
})

test('a document that is not stored', async () => {
  const model = {
    fit: { rules: [{ id: 'boss', when: { '==': [{ var: 'title_level' }, 'c_level'] }, points: 7 }] },
    engagement: { rules: [{ id: 'talk', on: 'call', points: 10, decay: { half_life: 'P1D' } }] },
  }
  const at = Date.now()
  const x = await attempt({ model, lead: { title: 'CEO' }, events: [{ type: 'call', occurred_at: iso(at) }], at: iso(at + DAY) })
  assert.deepEqual([x.exact, x.score.model_version], [{ total: 12, fit: 7, engagement: 5 }, 0])
  const empty = await attempt({ model })
  assert.deepEqual([empty.exact.total, empty.grade, empty.contributions], [0, 'D4', []])
})

test('faults say where they are', async () => {
  const refused = async (body, status, code, pointer) => {
    const r = await s.call('read', 'POST', '/v1/score', body)
    assertProblem(r, status, code)
    if (pointer !== undefined) assert.equal(r.body.errors[0].pointer, pointer)
  }
  await refused([], 422, 'field_type')
  await refused({ leed: {} }, 422, 'field_unknown', '/leed')
  await refused({ lead: 7 }, 422, 'field_type', '/lead')
  await refused({ lead: { email: 'nobody' } }, 422, 'email_invalid', '/lead/email')
  await refused({ lead: { score: 7 } }, 422, 'field_read_only', '/lead/score')
  await refused({ events: {} }, 422, 'field_type', '/events')
  await refused({ events: [{ type: 'call' }, { type: 'stage_set' }] }, 422, 'type_reserved', '/events/1/type')
  await refused({ events: [{ type: 'call' }, 7] }, 422, 'field_type', '/events/1')
  await refused({ events: [{ type: 'call', lead: [] }] }, 422, 'field_type', '/events/0/lead')
  await refused({ events: Array(1001).fill({ type: 'call' }) }, 413, 'array_too_long', '/events')
  await refused({ at: 'noon' }, 422, 'field_invalid', '/at')
  await refused({ at: 7 }, 422, 'field_type', '/at')
  await refused({ model_version: '1' }, 422, 'field_type', '/model_version')
  await refused({ model_version: 1, model: {} }, 422, 'field_invalid', '/model')
  await refused({ model_version: 2 }, 404, 'model_not_found')
  await refused({ model: { fit: { rules: [{ id: 'a', when: { frob: [] }, points: 1 }] } } }, 422, 'model_invalid', '/model/fit/rules/0/when/frob')
})

test('a series has the grid, the changes between, and what lies ahead', async () => {
  const start = Date.now() - 10 * DAY
  const events = climb('plot', { email: 'plot@example.com' }).map((e, i) => ({ ...e, occurred_at: iso(start + i * DAY) }))
  const { body } = await s.ok(200, 'ingest', 'POST', '/v1/events', events)
  const id = body.results[0].lead_id
  const series = async (query) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score/history?${new URLSearchParams(query)}`)).body
  const to = start + 60 * DAY
  const { data, from } = await series({ points: '4', from: iso(start - DAY), to: iso(to) })
  assert.equal(from, iso(start - DAY))
  assert.deepEqual(data.map((x) => x.at), [...data.map((x) => x.at)].sort())
  assert.deepEqual([data[0].total, data.at(-1).at], [0, iso(to)])
  assert.ok(data.length > 4 && data.some((x) => x.at === iso(start)))
  for (const x of [data[1], data[3], data.at(-1)]) {
    const { body: why } = await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?at=${x.at}`)
    assert.deepEqual([x.total, x.fit, x.engagement, x.tier, x.grade, x.stage], [why.score.total, why.score.fit, why.score.engagement, why.tier, why.grade, why.stage])
  }
  assert.ok(data.at(-1).total < Math.max(...data.map((x) => x.total)), 'silence and decay do not show')
  assert.equal((await series({})).from, iso(start))
  assert.deepEqual((await series({ line: 'default', to: iso(to) })).data, (await series({ model_version: '1', to: iso(to) })).data)
  assert.equal((await s.call('read', 'GET', `/v1/leads/${id}/score/history?line=nobody`)).status, 404)
  for (const bad of ['points=1', 'points=1001', 'from=x', `from=${iso(to)}&to=${iso(start)}`, `from=${iso(0)}&to=${iso(start)}`, 'model=1', 'line=default&model_version=1'])
    assert.equal((await s.call('read', 'GET', `/v1/leads/${id}/score/history?${bad}`)).status, 400, bad)
})
