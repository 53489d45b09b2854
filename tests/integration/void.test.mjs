// Retraction and the offset: a voided event is as if it had never been, for the score at every instant, for the stage, for sales; points by hand
// are a part of the score with a name on it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertAddsUp, climb, GOOD_PROFILE, iso } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('void')
after(() => s.stop())
s.workspace.keys.named = await s.makeKey('ours', 'admin', '--label', 'Wang Fang')
const HOUR = 3_600_000

const take = (body, role = 'ingest') => s.call(role, 'POST', '/v1/events/void', body)
const taken = async (body) => {
  const reply = await take(body)
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const explain = async (id, query = '') => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score${query}`)).body
const timeline = async (id) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/timeline?limit=200`)).body.data
const stages = async (id) => (await s.sql(`SELECT from_value, to_value, cause, reason, event_id FROM transitions WHERE lead_id = '${id}' AND kind = 'stage' ORDER BY lead_version, ordinal`))
const shown = ({ score, tier, grade, stage, tags }) => ({ total: score.total, fit: score.fit, engagement: score.engagement, offset: score.offset, tier, grade, stage, tags })

// The lead is what it would be if only these events had been sent.
async function likeOnly(id, events, name) {
  let last
  for (const e of events) last = await s.event({ ...e, lead: { ...e.lead, external_id: name } })
  const [real, other] = [await s.lead(id), await s.lead(last.lead_id)]
  assert.deepEqual(shown(real), shown(other))
  const line = ({ rule, kind, points }) => ({ rule, kind, points })
  const [x, y] = [await explain(id, `?at=${real.score.as_of}`), await explain(other.id, `?at=${real.score.as_of}`)]
  assert.deepEqual(x.contributions.map(line), y.contributions.map(line))
  assertAddsUp(x)
}

test('an event taken back counts nowhere, whenever it happened', async () => {
  const at = (i) => ({ occurred_at: iso(Date.now() - (10 - i) * HOUR) })
  const events = climb('back', { external_id: 'back' }).map((e, i) => ({ ...e, ...at(i) }))
  let last
  for (const e of events) last = await s.event(e)
  const id = last.lead_id
  assert.equal((await s.lead(id)).stage, 'mql')
  const before = await explain(id)
  const result = await taken({ lead_id: id, event_id: 'back-1', reason: 'a robot' })
  assert.equal(result.duplicate, false)
  assert.equal(result.voided, true)
  assert.equal(result.score.total, (await explain(id)).score.total)
  assert.ok(result.score.total < before.score.total)
  assert.ok((await explain(id, `?at=${iso(Date.now() - 8 * HOUR)}`)).contributions.every((c) => c.event_id !== 'back-1'))
  await likeOnly(id, events.filter((e) => e.event_id !== 'back-1').map((e) => ({ ...e, event_id: `${e.event_id}-copy` })), 'back-copy')
  const items = await timeline(id)
  const voided = items.find((x) => x.event_id === 'back-1' && x.kind === 'event')
  assert.deepEqual([voided.voided, voided.reason], [true, 'a robot'])
  assert.ok(voided.voided_at)
  assert.equal(items.filter((x) => x.voided).length, 1)
  const note = items.find((x) => x.kind === 'void')
  assert.equal(note.properties.event_id, 'back-1')
  assert.equal(note.properties.reason, 'a robot')
  // Again: nothing changes. Sent again: it is known, and stays voided.
  const version = (await s.lead(id)).version
  assert.equal((await taken({ lead_id: id, event_id: 'back-1', reason: 'again' })).duplicate, true)
  assert.equal((await s.event(events[1])).duplicate, true)
  assert.equal((await s.ok(200, 'ingest', 'POST', '/v1/events', [events[1], events[1]])).body.results.every((r) => r.duplicate), true)
  assert.equal((await s.lead(id)).version, version)
  assert.equal((await timeline(id)).filter((x) => x.kind === 'void').length, 1)
  assert.equal((await timeline(id)).find((x) => x.event_id === 'back-1' && x.kind === 'event').reason, 'a robot')
})

test('the stage it wrongly had is taken back, told and closed; what sales took up stays theirs', async () => {
  for (const [name, state] of [['untouched', 'pending'], ['taken', 'accepted']]) {
    let last
    // 110 points, 25 of them of the visit that will be voided.
    for (const e of climb(name, { external_id: name }).filter((e) => e.type !== 'content_download')) last = await s.event(e)
    const id = last.lead_id
    const lead = await s.lead(id)
    assert.equal(lead.stage, 'mql')
    if (state !== 'pending') {
      await s.sql(`UPDATE handoffs SET state = '${state}' WHERE lead_id = '${id}'`)
      await s.sql(`UPDATE leads SET handoff_state = '${state}' WHERE id = '${id}'`)
    }
    const { transitions } = await taken({ lead_id: id, event_id: `${name}-1`, reason: '扫描器' })
    assert.deepEqual(transitions.map((t) => [t.kind, t.from, t.to]), [['stage', 'mql', 'lead']])
    assert.deepEqual((await stages(id)).at(-1), ['mql', 'lead', 'correction', '扫描器', `${name}-1`])
    const now = await s.lead(id)
    assert.equal(now.stage, 'lead')
    assert.equal(now.handoff.state, state === 'pending' ? 'closed' : state)
    const handoff = (await s.ok(200, 'read', 'GET', `/v1/handoffs/${lead.handoff.id}`)).body
    assert.equal(handoff.state, now.handoff.state)
    const told = await s.sql(`SELECT topic, payload ->> 'why', payload ->> 'reason', payload ->> 'event_id' FROM outbox WHERE lead_id = '${id}' AND topic = 'handoff.closed'`)
    assert.deepEqual(told, state === 'pending' ? [['handoff.closed', 'event_voided', '扫描器', `${name}-1`]] : [])
    const feed = (await s.ok(200, 'read', 'GET', '/v1/transitions?limit=200&kind=stage')).body.data.filter((t) => t.lead_id === id)
    assert.deepEqual(feed.map((t) => t.cause), ['event', 'correction'])
    // What it does next counts as ever: it qualifies again, and is handed over again if nobody has it.
    await s.event({ type: 'page_view', lead: { external_id: name }, properties: { path: '/pricing' } })
    const again = await s.lead(id)
    assert.equal(again.stage, 'mql')
    assert.equal(again.handoff.state, state)
    assert.equal(again.handoff.id !== lead.handoff.id, state === 'pending')
  }
})

test('a void may make a lead more: what sank it is gone', async () => {
  let last
  for (const e of climb('lost', { external_id: 'lost' })) last = await s.event(e)
  const id = last.lead_id
  await s.event({ event_id: 'lost-lost', type: 'lost', lead: { external_id: 'lost' } })
  assert.equal((await s.lead(id)).stage, 'lost')
  await taken({ lead_id: id, event_id: 'lost-lost', reason: 'the wrong company' })
  assert.equal((await s.lead(id)).stage, 'mql')
  assert.deepEqual((await stages(id)).at(-1).slice(0, 3), ['lost', 'mql', 'correction'])
})

test('many at once, each answering for itself; by made ids, by source, in one request with what they void', async () => {
  const lead = { external_id: 'many' }
  const made = await s.event({ type: 'page_view', lead, properties: { path: '/pricing' } })
  await s.event({ event_id: 'm-1', source: 'crm', type: 'call', lead })
  const id = made.lead_id
  const other = (await s.event({ event_id: 'm-1', type: 'call', lead: { external_id: 'many-other' } })).lead_id
  const { results } = await taken([{ lead_id: id, event_id: made.event_id, reason: 'r' }, { lead_id: id, event_id: 'm-1', reason: 'r' },
    { lead_id: id, event_id: 'm-1', source: 'crm', reason: 'r' }, { lead_id: other, event_id: 'm-1', source: 'crm', reason: 'r' },
    { lead_id: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f', event_id: 'm-1', reason: 'r' }, { lead_id: id, event_id: made.event_id, reason: 'twice' }, 7,
    { lead_id: id, event_id: 'm-1' }, { lead_id: id, event_id: '', reason: 'r' }, { lead_id: 'x', event_id: 'm-1', reason: 'r' }, { lead_id: id, event_id: 'm-1', reason: 'r', why: 1 }])
  assert.deepEqual(results.map((r) => r.error?.code ?? r.duplicate), [false, 'event_not_found', false, 'event_not_found', 'lead_not_found', true, 'field_type',
    'field_required', 'field_empty', 'id_invalid', 'field_unknown'])
  assert.deepEqual(results.slice(7).map((r) => r.error.errors[0].pointer), ['/reason', '/event_id', '/lead_id', '/why'])
  assert.equal((await s.lead(id)).score.total, 0)
  assert.equal((await s.lead(other)).score.total !== undefined, true)
})

test('what the service itself noted cannot be voided, but for tags and offsets by hand', async () => {
  const { id } = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { external_id: 'own', name: 'Own' })).body
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/tags/intent:high`)
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/offset`, { points: 15, reason: 'r' })
  const of = async (type) => (await timeline(id)).find((x) => x.type === type).event_id
  assert.equal((await s.lead(id)).score.offset, 15)
  await taken({ lead_id: id, event_id: await of('score_offset'), reason: 'r' })
  assert.equal((await s.lead(id)).score.offset, 0)
  await taken({ lead_id: id, event_id: await of('tag_added'), reason: 'r' })
  assert.ok(!(await s.lead(id)).tags.includes('intent:high'))
  assertProblem(await take({ lead_id: id, event_id: await of('event_voided'), reason: 'r' }), 409, 'event_not_voidable')
  // What was learnt of a person goes with the event; who the person is stays.
  await taken({ lead_id: id, event_id: await of('profile_updated'), reason: 'r' })
  assert.equal((await s.lead(id)).name, undefined)
  assert.equal((await s.ok(200, 'ingest', 'POST', '/v1/leads', { external_id: 'own' })).body.id, id)
})

test('an offset is part of the total, explained, listed, and gone when it ends', async () => {
  const { id } = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { external_id: 'offset', ...GOOD_PROFILE })).body
  const put = (body, headers) => s.call('named', 'PUT', `/v1/leads/${id}/offset`, body, headers)
  const before = await s.lead(id)
  const reply = await put({ points: 12.5, reason: '见过面' })
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual([reply.body.score.total, reply.body.score.offset, reply.body.score.fit], [before.score.total + 13, 13, before.score.fit])
  assert.deepEqual((await s.lead(id)).score, reply.body.score)
  const x = await explain(id)
  assertAddsUp(x)
  const line = x.contributions.find((c) => c.kind === 'offset')
  assert.deepEqual([line.rule, line.label, line.points_now], ['offset', '见过面', 12.5])
  const item = (await timeline(id)).find((t) => t.kind === 'offset')
  assert.deepEqual([item.properties.points, item.properties.author, item.properties.reason], [12.5, 'Wang Fang', '见过面'])
  const listed = (await s.ok(200, 'read', 'GET', '/v1/leads?limit=200')).body.data.find((l) => l.id === id)
  assert.equal(listed.score.offset, 13)
  // The newest counts; If-Match guards; it lifts a lead over a threshold, by a person.
  assertProblem(await put({ points: 1, reason: 'r' }, { 'if-match': `"v${before.version}"` }), 412, 'version_mismatch')
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/offset`, { points: 100, reason: 'r' })
  assert.equal((await s.lead(id)).score.offset, 100)
  assert.deepEqual((await stages(id)).map((t) => t.slice(0, 3)), [['lead', 'mql', 'person']])
  const ended = await s.ok(200, 'sales', 'DELETE', `/v1/leads/${id}/offset`)
  assert.equal(ended.body.score.offset, 0)
  assert.equal(ended.body.score.total, before.score.total)
  assertProblem(await s.call('sales', 'DELETE', `/v1/leads/${id}/offset`), 404, 'offset_not_found')
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/offset`, { points: -3, reason: 'r', expires_at: iso(Date.now() + 1500) })
  assert.equal((await s.lead(id)).score.offset, -3)
  for (let i = 0; i < 100 && (await s.lead(id)).score.offset !== 0; i++) await sleep(200)
  assert.equal((await s.lead(id)).score.total, before.score.total)
})

test('an offset that cannot be', async () => {
  const { id } = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { external_id: 'bad-offset' })).body
  for (const [body, code, pointer] of [[{ reason: 'r' }, 'field_required', '/points'], [{ points: '5', reason: 'r' }, 'field_type', '/points'],
    [{ points: 10000.001, reason: 'r' }, 'field_out_of_range', '/points'], [{ points: 0.0001, reason: 'r' }, 'field_invalid', '/points'], [{ points: 5 }, 'field_required', '/reason'],
    [{ points: 5, reason: ' ' }, 'field_empty', '/reason'], [{ points: 5, reason: 'r', expires_at: 'soon' }, 'field_invalid', '/expires_at'],
    [{ points: 5, reason: 'r', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at_past', '/expires_at'], [{ points: 5, reason: 'r', until: null }, 'field_unknown', '/until'], [7, 'field_type']])
    assertProblem(await s.call('sales', 'PUT', `/v1/leads/${id}/offset`, body), 422, code, pointer)
  assert.equal(await s.count('events', `lead_id = '${id}'`), 1)
})
