// What the clocks came to: the report against figures that are worked out here from the moves of each handoff, one by one.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { climb } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('sla')
after(() => s.stop())
const QUICK = process.env.LEADSCORE_TEST_QUICK === '1'
const DAY = 86_400_000
const ALWAYS = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]]))
const STATES = ['pending', 'assigned', 'accepted', 'rejected', 'expired', 'converted', 'closed']
const PHASES = { pending: 'assignment', acceptance: 'acceptance', first_response: 'first_response' }
const iso = (ms) => new Date(ms).toISOString()
const seed = Number(process.env.SEED ?? Date.now() % 1e9)
let state = seed
const random = (n) => ((state = (Math.imul(state, 1103515245) + 12345) >>> 0), Math.floor((state / 2 ** 32) * n))

async function until(what, holds) {
  for (let i = 0; i < 300; i++) {
    const value = await what()
    if (holds(value)) return value
    await sleep(50)
  }
  assert.fail(`never: ${JSON.stringify(await what())}`)
}
const report = async (query = {}, role = 'read') => (await s.ok(200, role, 'GET', `/v1/reports/sla?${new URLSearchParams(query)}`)).body
const route = (document) => s.ok(200, 'admin', 'PUT', '/v1/routing', document)
const addUser = async (user) => (await s.ok(201, 'admin', 'POST', '/v1/users', user)).body
async function everyHandoff() {
  const list = []
  for (let cursor = ''; cursor !== null;) {
    const page = (await s.ok(200, 'read', 'GET', `/v1/handoffs?limit=200${cursor && `&cursor=${cursor}`}`)).body
    list.push(...page.data)
    cursor = page.next_cursor
  }
  return Promise.all(list.map(async (h) => (await s.ok(200, 'read', 'GET', `/v1/handoffs/${h.id}`)).body))
}

// Walks the life of one handoff and says what happened, each with whom it is told of.
function* happenings(h) {
  const who = h.assignee?.id ?? null
  yield { what: 'handoff', who }
  yield { what: h.state, who }
  if (h.outcome) yield { what: h.outcome, who }
  let holder = null
  let given = null
  let first = true
  let answered = false
  let lost = null // the first response's clock ran out: so it seems
  for (const m of h.moves) {
    const at = Date.parse(m.at)
    const due = m.due_at && Date.parse(m.due_at)
    const leaves = m.from === 'pending' && ['assigned', 'accepted'].includes(m.to)
    if (first && leaves) yield { phase: 'assignment', who: m.assignee_id, wall: at - Date.parse(h.created_at), worked: m.worked_ms }
    if (leaves) first = false
    if (m.move === 'accepted' && m.from === 'assigned') yield { phase: 'acceptance', who: m.assignee_id, wall: at - given, worked: m.worked_ms }
    const answers = { pending: ['assigned', 'accepted', 'rejected'], acceptance: ['accepted', 'rejected'], first_response: ['responded', 'converted', 'closed'] }
    if (m.move === 'breached') {
      yield { phase: PHASES[m.clock], who: holder, breach: true }
      if (m.clock === 'first_response') lost = { phase: 'first_response', who: holder, kept: false }
      else yield { phase: PHASES[m.clock], who: holder ?? m.assignee_id, kept: false }
    } else if (m.clock && answers[m.clock].includes(m.move)) {
      yield { phase: PHASES[m.clock], who: holder ?? m.assignee_id, kept: at <= due }
      lost = null
    }
    if (!answered && m.from === 'accepted' && answers.first_response.includes(m.move)) {
      answered = true
      yield { phase: 'first_response', who: m.assignee_id, wall: at - Date.parse(h.accepted_at), worked: m.worked_ms }
    }
    if (m.move === 'reassigned' || m.move === 'escalated') yield { what: m.move, who: holder }
    if (m.to === 'assigned' && ['assigned', 'reassigned', 'escalated'].includes(m.move) && (m.move !== 'escalated' || m.assignee_id !== holder)) given = at
    holder = m.assignee_id
  }
  if (lost) yield lost
}
const poolOf = (h) => h.moves.find((m) => m.from === 'pending' && ['assigned', 'accepted'].includes(m.to))?.rule ?? null

// The value that so large a share of the sorted ones does not exceed.
const nearest = (values, share) => values.sort((a, b) => a - b)[Math.ceil(values.length * share) - 1]
const spread = (values) => (values.length ? { median: nearest(values, 0.5), p90: nearest(values, 0.9) } : null)
function figures(events) {
  const count = (what) => events.filter((x) => x.what === what).length
  const phase = (name) => {
    const own = events.filter((x) => x.phase === name)
    const timed = own.filter((x) => x.wall !== undefined)
    const [within, late] = [own.filter((x) => x.kept === true).length, own.filter((x) => x.kept === false).length]
    return {
      measured: timed.length, wall_ms: spread(timed.map((x) => x.wall)), working_ms: spread(timed.map((x) => x.worked).filter((x) => x !== null)), within, late,
      share_within: within + late ? Number((within / (within + late)).toFixed(6)) : null, breaches: own.filter((x) => x.breach).length,
    }
  }
  return {
    handoffs: count('handoff'), states: Object.fromEntries(STATES.map((x) => [x, count(x)])), outcomes: Object.fromEntries(['sql', 'opportunity', 'customer'].map((x) => [x, count(x)])),
    assignment: phase('assignment'), acceptance: phase('acceptance'), first_response: phase('first_response'), reassigned: count('reassigned'), escalated: count('escalated'),
  }
}
const bytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))

async function compare(handoffs, query, users) {
  const [since, end] = [Date.parse(query.since), Date.parse(query.until)]
  const within = handoffs.filter((h) => Date.parse(h.created_at) >= since && Date.parse(h.created_at) < end)
  const all = within.flatMap((h) => [...happenings(h)].map((x) => ({ ...x, pool: poolOf(h) })))
    .filter((x) => (!query.user || x.who === query.user) && (!query.pool || x.pool === query.pool))
  const got = await report(query)
  assert.deepEqual([got.since, got.until], [iso(since), iso(end)])
  assert.deepEqual(got.all, figures(all))
  const pools = [...new Set(all.map((x) => x.pool))].sort((a, b) => (a === null ? -1 : b === null ? 1 : bytes(a, b)))
  assert.deepEqual(got.pools, pools.map((pool) => ({ pool, ...figures(all.filter((x) => x.pool === pool)) })))
  const people = [...new Set(all.map((x) => x.who))].filter(Boolean).sort(bytes)
  assert.deepEqual(got.users, people.map((id) => {
    const u = users.find((x) => x.id === id)
    return { user: { id, name: u?.name ?? null, email: u?.email ?? null }, ...figures(all.filter((x) => x.who === id)) }
  }))
  return { n: within.length, got }
}

let serial = 0
const one = async (lead) => (await s.ok(200, 'read', 'GET', `/v1/handoffs?lead_id=${lead}`)).body.data[0]
const act = (id, move, body = {}) => s.ok(200, 'sales', 'POST', `/v1/handoffs/${id}/${move}`, body)
async function lead(profile) {
  const name = `sla-${++serial}`
  let id
  for (const e of climb(name, { external_id: name }))
    id = (await s.ok(200, 'ingest', 'POST', '/v1/events', { ...e, lead: { ...e.lead, ...(e.event_id.endsWith('-0') ? profile : {}) } })).body.lead_id
  return id
}

const users = []
test('an empty period, and periods that are none', async () => {
  const nothing = await report()
  assert.deepEqual(nothing.all, figures([]))
  assert.deepEqual([nothing.pools, nothing.users], [[], []])
  assert.equal(Date.parse(nothing.until) - Date.parse(nothing.since), 30 * DAY)
  for (const [query, name, code = 'parameter_invalid'] of [['since=2026-02-01T00:00:00Z&until=2026-02-01T00:00:00Z', 'until'], ['since=2024-01-01T00:00:00Z&until=2026-01-01T00:00:00Z', 'until'], ['since=yesterday', 'since'],
    ['user=me', 'user'], [`pool=${'x'.repeat(65)}`, 'pool'], ['by=day', 'by', 'parameter_unknown']]) {
    const reply = await s.call('read', 'GET', `/v1/reports/sla?${query}`)
    assertProblem(reply, 400, code)
    assert.equal(reply.body.errors[0].parameter, name)
  }
})

test('lives as they are led: given out, taken, answered, too late, given to others', async () => {
  const begun = Date.now()
  for (const user of [{ name: '陈静', email: 'chen@example.com', tags: ['a'] }, { name: 'Wang', email: 'wang@example.com', tags: ['a'] }, { name: 'Boss', role: 'manager', tags: ['m'], capacity: 0 }]) users.push(await addUser(user))
  const rules = [{ id: 'a', when: { '==': [{ var: 'attributes.team' }, 'a'] }, pool: { tags: ['a'] } }]
  const sla = { acceptance: 'PT1S', first_response: 'PT1S', warn_at: 0.5, on_breach: 'reassign', max_reassigns: 1 }
  await route({ working_hours: ALWAYS, rules, default: null, sla: { ...sla, acceptance: 'PT1H', first_response: 'PT1H' } })
  const a = () => lead({ attributes: { team: 'a' } })
  const assigned = async (id) => until(() => one(id), (h) => h.state === 'assigned')
  const [converted, closed, rejected, waiting] = [await a(), await a(), await a(), await lead({})]
  await act((await assigned(converted)).id, 'accept')
  await act((await one(converted)).id, 'respond')
  await act((await one(converted)).id, 'convert', { outcome: 'opportunity' })
  await act((await assigned(closed)).id, 'accept', { user_id: users[2].id })
  await act((await one(closed)).id, 'close', { reason: 'price' })
  await act((await assigned(rejected)).id, 'reject', { reason: 'not_now' })
  await route({ working_hours: ALWAYS, rules, default: null, sla })
  const late = await a()
  await until(() => one(late), (h) => h.escalated_at !== null)
  await s.ok(200, 'admin', 'PATCH', `/v1/users/${users[2].id}`, { capacity: 5 })
  await act((await one(late)).id, 'accept', { user_id: users[0].id })
  await until(() => one(late), (h) => h.clock === 'first_response' && h.breached_at !== null)
  await act((await one(late)).id, 'respond')
  assert.equal((await one(waiting)).state, 'pending')
  const handoffs = await everyHandoff()
  const { got } = await compare(handoffs, { since: iso(begun - DAY), until: iso(Date.now() + DAY) }, users)
  assert.deepEqual([got.all.handoffs, got.all.assignment.measured, got.all.acceptance.breaches, got.all.first_response.breaches, got.all.reassigned], [5, 4, 2, 1, 1])
  assert.ok(got.all.acceptance.share_within < 1 && got.all.first_response.late === 1)
  for (const u of users) await compare(handoffs, { since: iso(begun - DAY), until: iso(Date.now() + DAY), user: u.id }, users)
})

// Lives of months, of every kind that there can be, written as if they had been led.
function life(people, created) {
  const h = { state: 'pending', assignee: null, outcome: null, moves: [], created }
  let at = created
  const later = (most) => (at += 1 + random(most))
  const move = (name, to, more = {}) => {
    h.moves.push({ move: name, from: h.state, to, assignee: h.assignee, rule: h.rule, clock: null, due: null, worked: null, at, ...more })
    h.state = to
  }
  const somebody = (rule, others = people) => {
    h.assignee = others[random(others.length)]
    h.rule = rule
    h.assigned = at
  }
  // A clock that may have run out before what it waits for is done.
  const clock = (name, done, most) => {
    const due = random(4) ? at + 1 + random(most) : null
    const when = at + 1 + random(most)
    if (due !== null && when > due && random(3)) {
      at = due + random(1000)
      move('breached', h.state, { clock: name, due, worked: due - created })
      if (name === 'first_response' && random(2)) {
        const told = due - random(1000) // what was done in time is heard of later
        at = told
        return done({ clock: name, due })
      }
      at = Math.max(at, when)
      return done({})
    }
    at = when
    return done(due === null ? {} : { clock: name, due })
  }
  const open = () => random(9) === 0
  if (open()) return h
  for (let turns = 0; ; turns++) {
    if (h.state === 'pending') {
      if (random(12) === 0) return clock('pending', (end) => (move('rejected', 'rejected', { ...end, worked: random(1e6) }), h), DAY)
      if (random(12) === 0) {
        clock('pending', (end) => ((h.assigned = at), (h.assignee = people[random(people.length)]), (h.rule = 'accepted'), move('accepted', 'accepted', { ...end, worked: random(1e6) })), DAY)
        h.accepted = at
        break
      }
      clock('pending', (end) => (somebody(['east', 'west', 'default', 'owner'][random(4)]), move('assigned', 'assigned', { ...end, worked: random(1e6) })), DAY)
    }
    if (open()) return h
    const next = turns < 3 ? random(8) : 7
    if (next === 0) {
      later(DAY)
      move('breached', 'assigned', { clock: 'acceptance', due: at - random(500) })
      later(500)
      somebody('east', people.filter((x) => x !== h.assignee))
      move('reassigned', 'assigned')
    } else if (next === 1) {
      later(DAY)
      move('breached', 'assigned', { clock: 'acceptance', due: at - random(500) })
      later(500)
      if (random(2)) somebody('escalation', people.filter((x) => x !== h.assignee))
      move('escalated', 'assigned')
    } else if (next === 2) {
      later(DAY)
      h.assignee = h.rule = null
      move('returned', 'pending', { clock: 'acceptance', due: at + 5 })
    } else if (next === 3) {
      return clock('acceptance', (end) => (move('rejected', 'rejected', { ...end, worked: random(1e6) }), h), DAY)
    } else if (next === 4) {
      later(DAY)
      somebody('person')
      move('assigned', 'assigned', { clock: 'acceptance', due: at + 9 })
    } else {
      clock('acceptance', (end) => (h.accepting = random(1e6), move('accepted', 'accepted', { ...end, worked: h.accepting })), DAY)
      h.accepted = at
      break
    }
  }
  if (open()) return h
  const [name, to] = [['responded', 'accepted'], ['converted', 'converted'], ['closed', 'closed']][random(3)]
  if (to === 'converted') h.outcome = ['sql', 'opportunity', 'customer'][random(3)]
  clock('first_response', (end) => ((h.responding = random(3) ? random(1e7) : null), move(name, to, { ...end, worked: h.responding })), 3 * DAY)
  h.responded = at
  if (to !== 'accepted' || open()) return h
  later(9 * DAY)
  h.outcome = random(2) ? 'customer' : null
  move(h.outcome ? 'converted' : 'closed', h.outcome ? 'converted' : 'closed')
  return h
}

test('lives of months, against each of their moves', async (t) => {
  const N = QUICK ? 120 : 500
  t.diagnostic(`seed ${seed}`)
  const since = Date.parse('2026-02-20T00:00:00Z')
  const leads = []
  for (let i = 0; i < N; i += 100) {
    const batch = Array.from({ length: Math.min(100, N - i) }, (_, k) => ({ type: 'message', lead: { external_id: `life-${i + k}` } }))
    leads.push(...(await s.ok(200, 'ingest', 'POST', '/v1/events', batch)).body.results.map((x) => x.lead_id))
  }
  const gone = '01a20000-0000-7000-8000-000000000001' // deleted since
  const people = [...users.map((u) => u.id), gone]
  const text = (v) => (v === null || v === undefined ? 'NULL' : typeof v === 'number' ? String(v) : `'${v}'`)
  const time = (ms) => (ms === undefined || ms === null ? 'NULL' : `'${iso(ms)}'`)
  const w = `'${s.workspace.id}'`
  const [rows, moves] = [[], []]
  for (const [i, id] of leads.entries()) {
    const h = life(people, since + random(70 * DAY))
    const own = `01a1${String(i).padStart(4, '0')}-0000-7000-8000-000000000000`
    rows.push(`(${w}, '${own}', '${id}', '${h.state}', 'mql', ${h.moves.length + 1}, '${own}', '{"score":{"total":0,"fit":0,"engagement":0,"offset":0,"as_of":"2026-01-01T00:00:00.000Z","model_version":1},"tier":"D","grade":"D4","stage":"mql","tags":[],"event":null,"contributions":[]}', ${time(h.created)}, ${time(h.created)}, ${text(h.assignee)}, ${text(h.rule)},
      ${time(h.assigned)}, ${time(h.accepted)}, ${time(h.responded)}, ${text(h.accepting)}, ${text(h.responding)}, ${text(h.outcome)})`)
    for (const [k, m] of h.moves.entries())
      moves.push(`(${w}, '${own}', ${k + 2}, ${time(m.at)}, '${m.move}', '${m.from}', '${m.to}', 'test', ${text(m.assignee)}, ${text(m.rule)}, ${text(m.clock)}, ${time(m.due)}, ${text(m.worked)})`)
  }
  await s.sql(`INSERT INTO handoffs (workspace_id, id, lead_id, state, stage, version, transition_id, context, created_at, updated_at, assignee, rule, assigned_at, accepted_at, responded_at, acceptance_ms,
    response_ms, outcome) VALUES ${rows}`)
  for (let i = 0; i < moves.length; i += 300)
    await s.sql(`INSERT INTO handoff_moves (workspace_id, handoff_id, version, at, move, from_state, to_state, author, assignee, rule, clock, due_at, worked_ms) VALUES ${moves.slice(i, i + 300)}`)
  const handoffs = await everyHandoff()
  const seen = []
  for (const query of [{ since: iso(since), until: iso(since + 100 * DAY) }, { since: iso(since + 7 * DAY), until: iso(since + 14 * DAY) }, { since: iso(since), until: iso(since + 90 * DAY), pool: 'east' },
    ...people.map((user) => ({ since: iso(since), until: iso(since + 90 * DAY), user })), { since: iso(since + 9 * DAY), until: iso(since + 60 * DAY), user: people[0], pool: 'west' }]) {
    const { n, got } = await compare(handoffs, query, users)
    seen.push(`${n}: ${got.all.handoffs} handoffs, acceptance ${got.all.acceptance.within}/${got.all.acceptance.late}, response ${got.all.first_response.within}/${got.all.first_response.late}`)
  }
  t.diagnostic(`${moves.length} moves; ${seen.join('; ')}`)
  // What is told of people adds up to all, but for what nobody had.
  const { got } = await compare(handoffs, { since: iso(since), until: iso(since + 100 * DAY) }, users)
  assert.equal(got.users.reduce((n, u) => n + u.acceptance.within + u.acceptance.late, 0), got.all.acceptance.within + got.all.acceptance.late)
  assert.equal(got.pools.reduce((n, p) => n + p.handoffs, 0), got.all.handoffs)
})

test('one tenant counts nothing of another', async () => {
  const theirs = await s.makeWorkspace('theirs')
  const reply = await s.client.request('GET', '/v1/reports/sla?since=2026-02-20T00:00:00Z&until=2026-08-20T00:00:00Z', { key: theirs.keys.read })
  assert.deepEqual(reply.body.all, figures([]))
})
