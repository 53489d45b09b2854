// Handoffs from marketing to sales and back: who gets one, what may follow what, what the lead becomes, clocks that run out, two who act at once.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertAddsUp, climb } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('handoffs')
after(() => s.stop())
const ALWAYS = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]]))

let serial = 0
// A new lead at MQL; its handoff, as the list shows it.
async function raised(profile = {}, who = s) {
  const name = `lead-${++serial}`
  let last
  for (const e of climb(name, { external_id: name })) last = await post(who, { ...e, lead: { ...e.lead, ...(e.event_id.endsWith('-0') ? profile : {}) } })
  assert.equal(last.stage, 'mql')
  return last.lead_id
}
async function post(who, event) {
  const reply = await who.call('ingest', 'POST', '/v1/events', event)
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const handoffOf = async (lead, who = s) => (await who.ok(200, 'read', 'GET', `/v1/handoffs?lead_id=${lead}`)).body.data[0]
const get = async (id, who = s) => (await who.ok(200, 'read', 'GET', `/v1/handoffs/${id}`)).body
async function until(what, holds) {
  for (let i = 0; i < 300; i++) {
    const value = await what()
    if (holds(value)) return value
    await sleep(50)
  }
  assert.fail(`never: ${JSON.stringify(await what())}`)
}
const inState = (lead, state, who = s) => until(() => handoffOf(lead, who), (h) => h?.state === state)
const act = (id, move, body, headers = {}, role = 'sales') => s.call(role, 'POST', `/v1/handoffs/${id}/${move}`, body, headers)
async function done(id, move, body, headers) {
  const reply = await act(id, move, body, headers)
  assert.equal(reply.status, 200, `${move}: ${reply.text}`)
  return reply.body
}
const addUser = async (user) => (await s.ok(201, 'admin', 'POST', '/v1/users', user)).body
const route = async (document) => (await s.ok(200, 'admin', 'PUT', '/v1/routing', document)).body
const topics = async (lead) => (await s.sql(`SELECT topic FROM outbox WHERE lead_id = '${lead}' AND topic LIKE 'handoff.%' ORDER BY id`)).map(([x]) => x)

test('without sales people a handoff waits for a person', async () => {
  const lead = await raised()
  await sleep(700)
  const h = await handoffOf(lead)
  assert.deepEqual([h.state, h.assignee, h.version], ['pending', null, 1])
  assertProblem(await act(h.id, 'assign', {}), 409, 'nobody_available')
  assertProblem(await act(h.id, 'accept', {}), 422, 'user_required')
})

let chen, wang
test('created, assigned at once, accepted, converted', async () => {
  await route({ working_hours: ALWAYS })
  chen = await addUser({ name: '陈静', email: 'Chen.Jing@example.com', languages: ['zh'] })
  assert.deepEqual([chen.role, chen.active, chen.capacity, chen.weight, chen.email, chen.version], ['representative', true, 50, 1, 'chen.jing@example.com', 1])
  const lead = await raised()
  const h = await inState(lead, 'assigned')
  assert.deepEqual([h.assignee, h.rule, h.clock, h.version], [{ id: chen.id, name: '陈静', email: 'chen.jing@example.com' }, 'default', 'acceptance', 2])
  assert.equal(Date.parse(h.due_at) - Date.parse(h.assigned_at), 4 * 3_600_000)
  assert.equal(Date.parse(h.warn_at) - Date.parse(h.assigned_at), 3 * 3_600_000)
  const one = await s.ok(200, 'read', 'GET', `/v1/handoffs/${h.id}`)
  assert.equal(one.headers.etag, '"v2"')
  // What would lift it, as the lead itself says it of that moment.
  for (const language of ['zh', 'en'])
    assert.equal(one.body.context.next.summary[language], (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/next?language=${language}&at=${one.body.context.score.as_of}`)).body.summary)
  assert.equal((await s.call('read', 'GET', `/v1/handoffs/${h.id}`, undefined, { 'if-none-match': '"v2"' })).status, 304)
  assertProblem(await act(h.id, 'convert', { outcome: 'sql' }), 409, 'handoff_state')
  assertProblem(await act(h.id, 'accept', {}, { 'if-match': '"v1"' }), 412, 'version_mismatch')
  const accepted = await done(h.id, 'accept', { note: 'mine' }, { 'if-match': '"v2"' })
  assert.deepEqual([accepted.state, accepted.clock, accepted.version], ['accepted', 'first_response', 3])
  const mine = await s.lead(lead)
  assert.deepEqual([mine.owner, mine.stage, mine.handoff.state], ['chen.jing@example.com', 'mql', 'accepted'])
  const responded = await done(h.id, 'respond', { note: 'called' })
  assert.equal(responded.clock, null)
  assertProblem(await act(h.id, 'respond', {}), 409, 'handoff_state')
  const ended = await done(h.id, 'convert', { outcome: 'opportunity', note: '50 seats' })
  assert.deepEqual([ended.state, ended.outcome, ended.note, ended.version], ['converted', 'opportunity', '50 seats', 5])
  assert.deepEqual(ended.moves.map((m) => [m.move, m.from, m.to, m.author === 'routing', m.version]),
    [['assigned', 'pending', 'assigned', true, 2], ['accepted', 'assigned', 'accepted', false, 3], ['responded', 'accepted', 'accepted', false, 4], ['converted', 'accepted', 'converted', false, 5]])
  const sold = await s.lead(lead)
  assert.deepEqual([sold.stage, sold.handoff.state], ['opportunity', 'converted'])
  assert.deepEqual(await topics(lead), ['handoff.created', 'handoff.assigned', 'handoff.accepted', 'handoff.responded', 'handoff.converted'])
  assertProblem(await act(h.id, 'close', { reason: 'price' }), 409, 'handoff_state')
})

test('rejected: recycled with a share of its points and a rest, and raised anew when it is over', async () => {
  const lead = await raised()
  const h = await inState(lead, 'assigned')
  const before = (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/score`)).body
  for (const [body, status, code, pointer] of [[{}, 422, 'field_required', '/reason'], [{ reason: 'sunspots' }, 422, 'reason_unknown', '/reason'], [{ reason: 7 }, 422, 'field_type', '/reason'],
    [{ reason: 'not_now', points: 1 }, 422, 'field_unknown', '/points'], [{ reason: 'not_now', note: '' }, 422, 'field_empty', '/note']])
    assertProblem(await act(h.id, 'reject', body), status, code, pointer)
  const rejected = await done(h.id, 'reject', { reason: 'not_now', note: 'next year' })
  assert.deepEqual([rejected.state, rejected.reason, rejected.clock], ['rejected', 'not_now', null])
  const after = (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/score`)).body
  assert.equal(after.stage, 'recycled')
  assertAddsUp(after)
  assert.ok(Math.abs(after.score.engagement - before.score.engagement / 2) <= 1, `${before.score.engagement} -> ${after.score.engagement}`)
  assert.equal(after.score.fit, before.score.fit)
  const moved = (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/timeline`)).body.data
  assert.ok(moved.some((x) => x.kind === 'transition' && x.to === 'recycled' && x.cause === 'person' && x.reason === 'not_now'))
  assert.ok(moved.some((x) => x.kind === 'handoff' && x.state === 'rejected'))
  // However much it does now, it rests.
  for (let i = 0; i < 4; i++) await s.event({ type: i % 2 ? 'webinar_attend' : 'demo_request', lead: { id: lead }, properties: { name: `w${i}` } })
  assert.equal((await s.lead(lead)).stage, 'recycled')
})

test('every move stands in the timeline of its lead, once and in order, page by page', async () => {
  const lead = await raised()
  const h = await inState(lead, 'assigned')
  await done(h.id, 'assign', { user_id: chen.id, note: 'yours' })
  await done(h.id, 'reject', { reason: 'no_budget', note: 'not this year' })
  const { moves } = await get(h.id)
  const pages = []
  for (let cursor = ''; cursor !== null;) {
    const page = (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/timeline?limit=1${cursor && `&cursor=${cursor}`}`)).body
    pages.push(...page.data)
    cursor = page.next_cursor
  }
  assert.deepEqual(pages, (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/timeline?limit=200`)).body.data)
  const shown = pages.filter((x) => x.kind === 'handoff').reverse()
  assert.deepEqual([shown[0].type, shown[0].id, shown[0].state], ['mql', h.id, 'rejected'])
  const name = (id) => (id ? { id, name: id === chen.id ? '陈静' : undefined } : null)
  assert.deepEqual(shown.slice(1), moves.map((m) => ({ at: m.at, kind: 'handoff', type: m.move, id: h.id, state: m.to, from: m.from, author: m.author, assignee: name(m.assignee_id), rule: m.rule, reason: m.reason, note: m.note, version: m.version })))
  assert.deepEqual(moves.map((m) => [m.move, m.reason, m.note]), [['assigned', null, null], ['assigned', null, 'yours'], ['rejected', 'no_budget', 'not this year']])
  // Moves of one instant are in the order of their versions, and a cursor between them skips none.
  await s.sql(`UPDATE handoff_moves SET at = '${moves[2].at}' WHERE handoff_id = '${h.id}'`)
  const versions = []
  for (let cursor = ''; cursor !== null;) {
    const page = (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/timeline?limit=1${cursor && `&cursor=${cursor}`}`)).body
    versions.push(...page.data.filter((x) => x.version).map((x) => x.version))
    cursor = page.next_cursor
  }
  assert.deepEqual(versions, [4, 3, 2])
})

test('disqualified, lost, and recycled without a rest', async () => {
  await route({ working_hours: ALWAYS, reject_reasons: [{ code: 'later', keep: 0, cooldown: null }, { code: 'never', stage: 'disqualified' }], close_reasons: [{ code: 'gone', stage: 'lost' }] })
  const [a, b, c] = [await raised(), await raised(), await raised()]
  await done((await inState(a, 'assigned')).id, 'reject', { reason: 'never' })
  assert.equal((await s.lead(a)).stage, 'disqualified')
  const h = await inState(b, 'assigned')
  await done(h.id, 'accept', {})
  await done(h.id, 'close', { reason: 'gone' })
  assert.equal((await s.lead(b)).stage, 'lost')
  await done((await inState(c, 'assigned')).id, 'reject', { reason: 'later' })
  assert.deepEqual([(await s.lead(c)).stage, (await s.lead(c)).score.engagement], ['recycled', 0])
  await s.event({ type: 'demo_request', lead: { id: c } })
  const second = await inState(c, 'assigned')
  assert.equal((await s.lead(c)).stage, 'sal')
  assert.equal((await s.ok(200, 'read', 'GET', `/v1/handoffs?lead_id=${c}`)).body.data.length, 2)
  assert.equal(second.assignee.id, chen.id)
  await route({ working_hours: ALWAYS })
})

test('two who accept at once: one does', async () => {
  wang = await addUser({ name: 'Wang', email: 'wang@example.com', role: 'manager', capacity: 0 })
  const lead = await raised()
  const h = await inState(lead, 'assigned')
  const replies = await Promise.all([chen, wang, chen, wang].map((u) => act(h.id, 'accept', { user_id: u.id }, { 'if-match': '"v2"' })))
  assert.deepEqual(replies.map((x) => x.status).sort(), [200, 412, 412, 412])
  const winner = replies.find((x) => x.status === 200).body
  assert.equal((await get(h.id)).assignee.id, winner.assignee.id)
  assert.equal((await s.count('handoff_moves', `handoff_id = '${h.id}' AND move = 'accepted'`)), 1)
  // Without If-Match the others see that it is not to be accepted any more.
  assertProblem(await act(h.id, 'accept', {}), 409, 'handoff_state')
})

test('rules, pools, owners, absence, capacity', async () => {
  const li = await addUser({ name: 'Li', email: 'li@example.com', territories: ['DACH'], languages: ['de'] })
  const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)
  const away = await addUser({ name: 'Away', email: 'away@example.com', territories: ['DACH'], absences: [{ from: day(-2), to: day(2) }] })
  const off = await addUser({ name: 'Off', email: 'off@example.com', territories: ['DACH'], active: false })
  await route({ working_hours: ALWAYS, rules: [{ id: 'dach', when: { in: [{ var: 'country' }, ['DE', 'AT', 'CH']] }, pool: { territories: ['DACH'] }, fallback: 'wait' }] })
  for (let i = 0; i < 3; i++) {
    const h = await inState(await raised({ country: 'DE' }), 'assigned')
    assert.deepEqual([h.assignee.id, h.rule], [li.id, 'dach'])
  }
  // Full: it waits, and goes on when there is room.
  await s.ok(200, 'admin', 'PATCH', `/v1/users/${li.id}`, { capacity: 3 })
  const waiting = await raised({ country: 'AT' })
  await sleep(600)
  assert.equal((await handoffOf(waiting)).state, 'pending')
  await s.ok(200, 'admin', 'PATCH', `/v1/users/${li.id}`, { capacity: 4 })
  assert.equal((await inState(waiting, 'assigned')).assignee.id, li.id)
  // The owner of the lead comes first, even when full; then the account's. Not one who is away or off.
  const owned = await inState(await raised({ country: 'DE', owner: 'li@example.com' }), 'assigned')
  assert.deepEqual([owned.assignee.id, owned.rule], [li.id, 'owner'])
  const other = await inState(await raised({ owner: away.id }), 'assigned')
  assert.equal(other.rule, 'default')
  await s.ok(201, 'admin', 'POST', '/v1/accounts', { domain: 'owned-by-wang.cn', owner: 'wang@example.com' })
  const ofAccount = await inState(await raised({ company: { domain: 'owned-by-wang.cn', name: 'Owned' } }), 'assigned')
  assert.deepEqual([ofAccount.assignee.id, ofAccount.rule], [wang.id, 'account_owner'])
  assert.equal((await s.count('handoffs', `assignee IN ('${away.id}', '${off.id}')`)), 0)
  const own = (await s.ok(200, 'read', 'GET', `/v1/handoffs?owner=${li.id}&state=assigned`)).body.data
  assert.ok(own.length >= 5 && own.every((h) => h.assignee.id === li.id))
})

test('a clock that runs out: warned, breached, given to another, then to a manager', async () => {
  const zoe = await addUser({ name: 'Zoe', email: 'zoe@example.com', tags: ['fast'] })
  const yan = await addUser({ name: 'Yan', email: 'yan@example.com', tags: ['fast'] })
  await s.ok(200, 'admin', 'PATCH', `/v1/users/${wang.id}`, { capacity: 100 })
  await route({
    working_hours: ALWAYS, rules: [{ id: 'fast', when: { '==': [{ var: 'attributes.team' }, 'fast'] }, pool: { tags: ['fast'] } }], default: null,
    sla: { acceptance: 'PT1S', first_response: 'PT1S', warn_at: 0.5, on_breach: 'reassign', max_reassigns: 1 },
  })
  const lead = await raised({ attributes: { team: 'fast' } })
  const h = await inState(lead, 'assigned')
  const late = await until(() => get(h.id), (x) => x.escalated_at !== null)
  assert.deepEqual(late.moves.map((m) => m.move), ['assigned', 'warning', 'breached', 'reassigned', 'warning', 'breached', 'escalated'])
  const holders = late.moves.filter((m) => m.assignee_id).map((m) => m.assignee_id)
  assert.deepEqual([...new Set(holders)].sort(), [zoe.id, yan.id, wang.id].sort())
  assert.deepEqual([late.assignee.id, late.reassigned, late.rule], [wang.id, 1, 'escalation'])
  const mine = await done(h.id, 'accept', {})
  assert.equal(mine.clock, 'first_response')
  const overdue = await until(async () => (await s.ok(200, 'read', 'GET', '/v1/handoffs?overdue=true')).body.data, (list) => list.some((x) => x.id === h.id))
  assert.ok(overdue.every((x) => Date.parse(x.due_at) <= Date.now()))
  await until(() => get(h.id), (x) => x.moves.at(-1).move === 'escalated')
  await done(h.id, 'respond', {})
  assert.ok(!(await s.ok(200, 'read', 'GET', '/v1/handoffs?overdue=true')).body.data.some((x) => x.id === h.id))
  // Nobody but the clock: it expires, and the lead goes back to nurture.
  await route({ working_hours: ALWAYS, sla: { acceptance: 'PT1S', warn_at: 1, on_breach: 'expire' } })
  const second = await raised()
  const expired = await inState(second, 'expired')
  assert.deepEqual((await get(expired.id)).moves.map((m) => m.move), ['assigned', 'breached', 'expired'])
  assert.equal((await s.lead(second)).stage, 'recycled')
  await route({ working_hours: ALWAYS })
})

test('a clock for what nobody has: told, given to a manager, or to nobody until somebody comes', async () => {
  const rules = [{ id: 'none', when: { '==': [{ var: 'attributes.team' }, 'none'] }, pool: { tags: ['nobody has this'] } }]
  const own = { working_hours: ALWAYS, rules, default: null, sla: { pending: 'PT1S', acceptance: null } }
  const alone = { attributes: { team: 'none' } }
  await s.ok(200, 'admin', 'PATCH', `/v1/users/${wang.id}`, { capacity: 0 })
  await route(own)
  const lead = await raised(alone)
  const first = await handoffOf(lead)
  const told = await until(() => get(first.id), (x) => x.escalated_at !== null)
  assert.deepEqual([told.state, told.clock, told.assignee], ['pending', 'pending', null])
  assert.deepEqual(told.moves.map((m) => [m.move, m.from, m.to, m.author, m.clock, m.assignee_id]),
    [['breached', 'pending', 'pending', 'clock', 'pending', null], ['escalated', 'pending', 'pending', 'clock', null, null]])
  assert.equal(Date.parse(told.due_at) - Date.parse(told.created_at), 1000)
  assert.deepEqual([told.moves[0].due_at, told.due_at], [told.due_at, told.due_at])
  assert.ok((await s.ok(200, 'read', 'GET', '/v1/handoffs?overdue=true')).body.data.some((x) => x.id === first.id))
  assert.deepEqual((await topics(lead)).slice(1), ['handoff.breached', 'handoff.escalated'])
  // Told once, however long it goes on; and there is still somebody looked for.
  await sleep(1200)
  assert.equal((await get(first.id)).version, told.version)
  const comes = await addUser({ name: 'Comes', tags: ['nobody has this'] })
  const given = await until(() => get(first.id), (x) => x.state === 'assigned')
  assert.deepEqual([given.assignee.id, given.rule, given.moves.at(-1).clock], [comes.id, 'none', null])
  await s.ok(204, 'admin', 'DELETE', `/v1/users/${comes.id}`)
  // It was given back: the clock begins anew.
  const back = await until(() => get(first.id), (x) => x.moves.at(-1).move === 'escalated' && x.moves.length === 6)
  assert.deepEqual(back.moves.slice(2).map((m) => m.move), ['assigned', 'returned', 'breached', 'escalated'])
  assert.equal(Date.parse(back.due_at) - Date.parse(back.moves[3].at), 1000)
  // A manager who is there has it.
  await s.ok(200, 'admin', 'PATCH', `/v1/users/${wang.id}`, { capacity: 1000 })
  const second = await handoffOf(await raised(alone))
  const theirs = await until(() => get(second.id), (x) => x.state === 'assigned')
  assert.deepEqual([theirs.assignee.id, theirs.rule, theirs.moves.map((m) => m.move)], [wang.id, 'escalation', ['breached', 'escalated']])
  // Within the team's working time only; and without such a clock nobody is told.
  await route({ ...own, working_hours: Object.fromEntries(Object.keys(ALWAYS).map((day) => [day, []])) })
  const [asleep] = [await raised(alone)]
  await sleep(1500)
  assert.equal((await handoffOf(asleep)).version, 1)
  await route({ ...own, sla: { pending: null } })
  const without = await raised(alone)
  await sleep(1500)
  assert.equal((await handoffOf(without)).version, 1)
  await route({ working_hours: ALWAYS })
})

test('accepting against the clock: one of them', async () => {
  await route({ working_hours: ALWAYS, sla: { acceptance: 'PT0.3S', warn_at: 1, on_breach: 'expire' } })
  const seen = { accepted: 0, expired: 0 }
  for (let i = 0; i < 6; i++) {
    const lead = await raised()
    const h = await until(() => handoffOf(lead), (x) => x.state !== 'pending')
    await sleep(Math.max(0, Date.parse(h.due_at) - Date.now() - 15 + 10 * i))
    const reply = await act(h.id, 'accept', {})
    const now = await until(() => get(h.id), (x) => ['accepted', 'expired'].includes(x.state))
    assert.equal(now.state, reply.status === 200 ? 'accepted' : 'expired', reply.text)
    seen[now.state]++
    const ends = now.moves.map((m) => m.move)
    assert.equal(ends.filter((m) => m === 'accepted' || m === 'expired').length, 1, JSON.stringify(ends))
    assert.deepEqual(now.moves.map((m) => m.version), now.moves.map((_, k) => k + 2))
  }
  await route({ working_hours: ALWAYS })
})

test('a user who goes gives back what was not accepted', async () => {
  const gone = await addUser({ name: 'Gone', email: 'gone@example.com' })
  const lead = await raised({ owner: 'gone@example.com' })
  const h = await inState(lead, 'assigned')
  assert.equal(h.assignee.id, gone.id)
  await s.ok(204, 'admin', 'DELETE', `/v1/users/${gone.id}`)
  const back = await until(() => get(h.id), (x) => x.state === 'assigned' && x.assignee.id !== gone.id)
  assert.deepEqual(back.moves.map((m) => m.move), ['assigned', 'returned', 'assigned'])
  assertProblem(await s.call('admin', 'DELETE', `/v1/users/${gone.id}`), 404, 'user_not_found')
})

test('what is wrong is told with its place', async () => {
  for (const [user, code, pointer] of [[{}, 'field_required', '/name'], [{ name: 'x', role: 'boss' }, 'field_invalid', '/role'], [{ name: 'x', languages: ['klingon!'] }, 'field_invalid', '/languages/0'],
    [{ name: 'x', capacity: -1 }, 'field_out_of_range', '/capacity'], [{ name: 'x', weight: 1.5 }, 'field_type', '/weight'], [{ name: 'x', email: 'nope' }, 'email_invalid', '/email'],
    [{ name: 'x', time_zone: 'Mars/Base' }, 'time_zone_invalid', '/time_zone'], [{ name: 'x', working_hours: { mon: [['18:00', '09:00']] } }, 'field_invalid', '/working_hours/mon/0'],
    [{ name: 'x', working_hours: { mon: [['09:00', '12:00'], ['11:00', '18:00']] } }, 'field_invalid', '/working_hours/mon/1'], [{ name: 'x', working_hours: { moon: [] } }, 'field_unknown', '/working_hours/moon'],
    [{ name: 'x', absences: [{ from: '2026-13-01', to: '2026-10-01' }] }, 'field_invalid', '/absences/0/from'], [{ name: 'x', absences: [{ from: '2026-10-02', to: '2026-10-01' }] }, 'field_invalid', '/absences/0/to'],
    [{ name: 'x', id: 'x' }, 'field_unknown', '/id']])
    assertProblem(await s.call('admin', 'POST', '/v1/users', user), 422, code, pointer)
  assertProblem(await s.call('admin', 'POST', '/v1/users', { name: 'Other', email: 'CHEN.jing@example.com' }), 409, 'user_exists', '/email')
  for (const [doc, code, pointer] of [[{ rules: [{}] }, 'field_required', '/rules/0/id'], [{ rules: [{ id: 'a' }] }, 'field_required', '/rules/0/pool'],
    [{ rules: [{ id: 'a', pool: {} }, { id: 'a', pool: {} }] }, 'field_invalid', '/rules/1/id'], [{ rules: [{ id: 'owner', pool: {} }] }, 'field_invalid', '/rules/0/id'],
    [{ rules: [{ id: 'a', when: { nope: 1 }, pool: {} }] }, 'operator_unknown', '/rules/0/when/nope'], [{ rules: [{ id: 'a', pool: { users: ['x'] } }] }, 'field_invalid', '/rules/0/pool/users/0'],
    [{ sla: { acceptance: 'soon' } }, 'duration_invalid', '/sla/acceptance'], [{ sla: { warn_at: 2 } }, 'field_invalid', '/sla/warn_at'], [{ sla: { on_breach: 'cry' } }, 'field_invalid', '/sla/on_breach'],
    [{ holidays: ['1 Oct'] }, 'field_invalid', '/holidays/0'], [{ reject_reasons: [{ code: 'A B' }] }, 'field_invalid', '/reject_reasons/0/code'],
    [{ close_reasons: [{ code: 'a', keep: 2 }] }, 'field_invalid', '/close_reasons/0/keep'], [{ nope: 1 }, 'field_unknown', '/nope']])
    assertProblem(await s.call('admin', 'PUT', '/v1/routing', doc), 422, code, pointer)
  const now = await s.ok(200, 'read', 'GET', '/v1/routing')
  assertProblem(await s.call('admin', 'PUT', '/v1/routing', {}, { 'if-match': '"v1"' }), 412, 'version_mismatch')
  await s.ok(200, 'admin', 'PUT', '/v1/routing', { working_hours: ALWAYS }, { 'if-match': now.headers.etag })
})

test('one tenant never sees or moves the handoffs of another', async () => {
  const theirs = await s.makeWorkspace('theirs')
  const h = await inState(await raised(), 'assigned')
  const call = (role, method, path, body) => s.client.request(method, path, { key: theirs.keys[role], body })
  assertProblem(await call('read', 'GET', `/v1/handoffs/${h.id}`), 404, 'handoff_not_found')
  for (const move of ['assign', 'accept', 'respond']) assertProblem(await call('sales', 'POST', `/v1/handoffs/${h.id}/${move}`, {}), 404, 'handoff_not_found')
  assertProblem(await call('read', 'GET', `/v1/users/${chen.id}`), 404, 'user_not_found')
  assertProblem(await call('admin', 'PATCH', `/v1/users/${chen.id}`, { name: 'x' }), 404, 'user_not_found')
  assertProblem(await call('admin', 'DELETE', `/v1/users/${chen.id}`), 404, 'user_not_found')
  assert.deepEqual((await call('read', 'GET', '/v1/users')).body.data, [])
  assert.equal((await call('read', 'GET', '/v1/routing')).body.version, 1)
  assert.equal((await get(h.id)).version, 2)
})

test('two instances give turns out fairly, each handoff once', async () => {
  const twin = await s.twin()
  try {
    const crew = []
    for (const [name, weight] of [['A', 1], ['B', 2], ['C', 3]]) crew.push(await addUser({ name, email: `${name}@crew.example`, weight, capacity: 100_000, tags: ['crew'] }))
    await route({ working_hours: ALWAYS, rules: [{ id: 'crew', when: { '==': [{ var: 'attributes.team' }, 'crew'] }, pool: { tags: ['crew'] }, fallback: 'wait' }] })
    const leads = []
    const N = 60
    await Promise.all(Array.from({ length: 6 }, async (_, k) => {
      for (let i = 0; i < N / 6; i++) leads.push(await raised({ attributes: { team: 'crew' } }, k % 2 ? s : twin))
    }))
    for (const lead of leads) await inState(lead, 'assigned')
    const counts = await Promise.all(crew.map((u) => s.count('handoffs', `assignee = '${u.id}'`)))
    assert.equal(counts.reduce((x, y) => x + y), N)
    // Remaining capacity hardly moves, so shares are 1 : 2 : 3.
    counts.forEach((n, i) => assert.ok(Math.abs(n - (N * (i + 1)) / 6) <= 2, `${counts}`))
    assert.equal(await s.count('handoff_moves', `move = 'assigned' AND rule = 'crew'`), N)
  } finally {
    await twin.terminate()
  }
})

test('whatever is told can be asked for by its name', async () => {
  const told = (await s.sql('SELECT DISTINCT topic FROM outbox ORDER BY 1')).map(([topic]) => topic)
  for (const topic of ['handoff.created', 'handoff.returned', 'handoff.responded', 'handoff.escalated']) assert.ok(told.includes(topic), `${topic} was not told here: ${told}`)
  for (const topic of told) await s.ok(201, 'admin', 'POST', '/v1/webhooks', { url: 'https://hooks.example.com/', types: [topic] })
})
