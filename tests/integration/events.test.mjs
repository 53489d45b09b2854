// Events over HTTP: what the replies say, that each counts once whatever the order and the number of clients, and what a rising
// score raises.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertAddsUp, climb, DAY, essence, GOOD_PROFILE, iso, random, shuffled } from './lib/scene.mjs'
import { assertProblem, concurrently, Service } from './lib/service.mjs'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const s = await Service.start('events')
after(() => s.stop())

const explain = async (id, query = '') => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score${query}`)).body

test('a reply has the shape of the contract', async () => {
  const reply = await s.event({
    event_id: 'shape-1',
    type: 'page_view',
    lead: { email: 'shape@example.com', ...GOOD_PROFILE },
    properties: { path: '/pricing' },
    source: { name: 'web' },
  })
  assert.deepEqual(Object.keys(reply).sort(), [
    'contributions', 'duplicate', 'event_id', 'grade', 'lead_id', 'score', 'stage', 'tier', 'transitions',
  ])
  assert.equal(reply.event_id, 'shape-1')
  assert.equal(reply.duplicate, false)
  assert.match(reply.lead_id, UUID)
  assert.deepEqual(Object.keys(reply.score), ['total', 'fit', 'engagement', 'offset', 'as_of', 'model_version'])
  assert.equal(reply.score.total, reply.score.fit + reply.score.engagement)
  assert.match(reply.score.as_of, TIME)
  assert.equal(reply.score.model_version, 1)
  assert.equal(reply.stage, 'lead')
  assert.match(reply.tier, /^[ABCDX]$/)
  assert.match(reply.grade, new RegExp(`^${reply.tier}[1-4]$`))
  assert.ok(reply.contributions.length > 1)
  for (const c of reply.contributions) assert.deepEqual(Object.keys(c), ['rule', 'points'])
  assert.equal(reply.contributions.reduce((sum, c) => sum + c.points, 0), reply.score.total)
  for (const t of reply.transitions) {
    assert.deepEqual(Object.keys(t), ['kind', 'from', 'to', 'at'])
    assert.equal(t.kind, 'tier')
    assert.equal(t.to, reply.tier)
    assert.match(t.at, TIME)
  }
  const lead = await s.lead(reply.lead_id)
  assert.equal(lead.score.total, reply.score.total)
  assert.equal(lead.tier, reply.tier)
  assert.equal(lead.stage, reply.stage)
})

test('one event is one line and one award, however often it comes', async () => {
  const event = { event_id: 'twice', type: 'page_view', lead: { email: 'twice@example.com' }, properties: { path: '/pricing' } }
  const first = await s.event(event)
  const before = await s.lead(first.lead_id)
  for (let i = 0; i < 3; i++) {
    const again = await s.event(event)
    assert.equal(again.duplicate, true)
    assert.equal(again.lead_id, first.lead_id)
    assert.equal(again.event_id, 'twice')
    assert.deepEqual(again.contributions, [])
    assert.deepEqual(again.transitions, [])
    assert.equal(again.score.total, first.score.total)
  }
  assert.equal(await s.count('events', `event_id = 'twice'`), 1)
  assert.equal((await s.lead(first.lead_id)).version, before.version)
  // Another source may use the same id for something else.
  const other = await s.event({ ...event, source: 'crm' })
  assert.equal(other.duplicate, false)
  assert.equal(await s.count('events', `event_id = 'twice'`), 2)
})

test('without event_id one is made, and an Idempotency-Key makes a retry safe', async () => {
  const event = { type: 'page_view', lead: { email: 'key@example.com' }, properties: { path: '/pricing' } }
  const post = (body, key) => s.ok(200, 'ingest', 'POST', '/v1/events', body, key === undefined ? {} : { 'idempotency-key': key })
  const loose = [(await post(event)).body, (await post(event)).body]
  assert.match(loose[0].event_id, UUID)
  assert.notEqual(loose[0].event_id, loose[1].event_id)
  assert.equal(loose[1].duplicate, false)
  const first = (await post(event, 'order-7')).body
  const bare = (await post(event, 'order-7')).body
  const quoted = (await post(event, '"order-7"')).body
  const other = (await post(event, 'order-8')).body
  assert.deepEqual([first.duplicate, bare.duplicate, quoted.duplicate, other.duplicate], [false, true, true, false])
  assert.equal(bare.event_id, first.event_id)
  assert.equal(quoted.event_id, first.event_id)
  assert.notEqual(other.event_id, first.event_id)
  const list = [event, event, { ...event, event_id: 'its-own' }]
  const results = (await post(list, 'batch-1')).body.results
  const retried = (await post(list, 'batch-1')).body.results
  assert.deepEqual(results.map((r) => r.duplicate), [false, false, false])
  assert.deepEqual(retried.map((r) => r.duplicate), [true, true, true])
  assert.deepEqual(retried.map((r) => r.event_id), results.map((r) => r.event_id))
  assert.equal(new Set(results.map((r) => r.event_id)).size, 3)
})

test('an array answers item by item, in order; good items are stored, bad ones name their fault', async () => {
  const lead = { email: 'array@example.com' }
  const items = [
    { event_id: 'array-1', type: 'page_view', lead, properties: { path: '/pricing' } },
    { event_id: 'array-2', type: 'tag_added', lead },
    { event_id: 'array-3', type: 'page_view' },
    7,
    { event_id: 'array-1', type: 'page_view', lead, properties: { path: '/pricing' } },
    { event_id: 'array-4', type: 'page_view', lead: { email: 'nobody' } },
    { event_id: 'array-5', type: 'page_view', lead, occurred_at: iso(Date.now() + DAY) },
    { event_id: 'array-6', type: 'webinar_attend', lead },
    { event_id: 'array-7', type: 'page_view', lead: { id: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f' } },
  ]
  const { results } = await s.event(items)
  assert.equal(results.length, items.length)
  const codes = results.map((r) => r.error?.code ?? r.duplicate)
  assert.deepEqual(codes, [
    false, 'type_reserved', 'field_required', 'field_type', true, 'email_invalid', 'occurred_at_in_future', false, 'lead_not_found',
  ])
  const pointers = results.map((r) => r.error?.errors?.[0]?.pointer)
  assert.deepEqual(pointers.slice(0, 8), [undefined, '/type', '/lead', undefined, undefined, '/lead/email', '/occurred_at', undefined])
  for (const r of results.filter((r) => r.error)) {
    assert.equal(typeof r.error.detail, 'string')
    assert.ok(r.error.status >= 400 && r.error.status < 500)
  }
  const stored = await s.sql(`SELECT event_id FROM events WHERE event_id LIKE 'array-%' ORDER BY 1`)
  assert.deepEqual(stored.flat(), ['array-1', 'array-6'])
  assert.equal(await s.count('leads', `email LIKE '%nobody%'`), 0)
})

test('an array has at most 1,000 items', async () => {
  const make = (n) => Array.from({ length: n }, (_, i) => ({ event_id: `many-${i}`, type: 'message', lead: { external_id: `many-${i % 50}` } }))
  const { results } = await s.event(make(1000))
  assert.equal(results.length, 1000)
  assert.equal(results.filter((r) => r.duplicate === false).length, 1000)
  const over = await s.call('ingest', 'POST', '/v1/events', make(1001))
  assert.equal(over.status, 413, over.text)
  assert.equal(over.headers['content-type'], 'application/problem+json')
  assert.equal(await s.count('events', `event_id LIKE 'many-%'`), 1000)
  assertProblem(await s.call('ingest', 'POST', '/v1/events', []), 422, 'array_empty')
})

// Histories that touch every kind of rule, with instants that collide.
function history(seed, n, until) {
  const next = random(seed)
  const kinds = [
    ['page_view', { path: '/pricing' }], ['page_view', { path: '/blog' }], ['email_open', { message_id: 'a' }], ['email_open', { message_id: 'b' }],
    ['email_open', { message_id: 'c' }], ['email_sent', {}], ['email_click', { campaign: 'nurture' }], ['content_download', { kind: 'white_paper' }],
    ['content_download', { kind: 'case_study' }], ['webinar_attend', {}], ['demo_request', {}], ['quote_request', {}], ['message', {}],
  ]
  return Array.from({ length: n }, (_, i) => {
    const [type, properties] = kinds[Math.floor(next() * kinds.length)]
    const at = until - Math.floor(next() * 120) * DAY - Math.floor(next() * 4) * 3_600_000
    const profile = next() < 0.2 ? { title: ['CEO', '经理', 'clerk', null][Math.floor(next() * 4)], company: { employees: Math.floor(next() * 400) } } : {}
    return { event_id: `h${seed}-${i}`, type, occurred_at: iso(at), properties, profile }
  })
}

test('any order and any number of duplicates give what the right order gives', async () => {
  const until = Date.now() - DAY
  for (let seed = 1; seed <= 6; seed++) {
    const events = history(seed, 40, until)
    const of = (name) => ({ profile, ...event }) => ({ ...event, source: 'test', lead: { external_id: `${name}-${seed}`, ...profile } })
    // The order of the score: instant, then event key, which is the database's to compare; ties are the sorted list's business.
    const order = [...events].sort((a, b) => (a.occurred_at < b.occurred_at ? -1 : a.occurred_at > b.occurred_at ? 1 : 0))
    const next = random(seed + 1000)
    let one
    for (const event of order) one = await s.event(of('ordered')(event))
    const mixed = shuffled([...events, ...events.slice(0, 15)], next)
    let two
    for (const event of mixed) two = await s.event(of('mixed')(event))
    const { results } = await s.event(shuffled([...events, ...events.slice(10, 20)], next).map(of('array')))
    const three = results[0]
    const backwards = { lead_id: null }
    for (let i = order.length - 1; i >= 0; i -= 10) {
      const part = await s.event(order.slice(Math.max(0, i - 9), i + 1).map(of('backwards')))
      backwards.lead_id = part.results[0].lead_id
    }
    for (const at of [until, until - 30 * DAY, until + 20 * 3_600_000]) {
      const query = `?at=${iso(at)}`
      const want = await explain(one.lead_id, query)
      assertAddsUp(want)
      for (const other of [two, three, backwards]) assert.deepEqual(essence(await explain(other.lead_id, query)), essence(want), `seed ${seed} at ${iso(at)}`)
    }
    const stored = await s.sql(`SELECT l.score, l.tier, l.stage, l.tags, (SELECT count(*) FROM events e WHERE e.lead_id = l.id)
      FROM leads l JOIN identities i ON i.lead_id = l.id WHERE i.value IN ('ordered-${seed}', 'mixed-${seed}', 'array-${seed}', 'backwards-${seed}')`)
    assert.equal(stored.length, 4)
    for (const row of stored) assert.deepEqual(row, stored[0], `seed ${seed}`)
    assert.equal(stored[0][4], '40')
  }
})

test('a race of 50 clients with 40 events each on one lead loses nothing and doubles nothing', async () => {
  const started = Date.now() - 3_600_000
  const kinds = ['page_view', 'email_open', 'content_download', 'webinar_attend', 'email_click', 'message']
  const event = (client, i) => ({
    event_id: `race-${client}-${i}`,
    type: kinds[(client + i) % kinds.length],
    occurred_at: iso(started + ((client * 7919 + i * 104729) % 3_000_000)),
    lead: { email: 'race@example.com', name: `client ${client}` },
    properties: { path: '/pricing', message_id: `${client}-${i}`, kind: 'white_paper' },
  })
  const ids = new Set()
  let duplicates = 0
  let sent = 0
  await concurrently(50, 50, async (client) => {
    for (let i = 0; i < 40; i++) {
      const reply = await s.event(event(client, i))
      ids.add(reply.lead_id)
      assert.equal(reply.duplicate, false)
      sent++
      if (i % 5 !== 0) continue
      const again = await s.event(event(client, i))
      duplicates += again.duplicate ? 1 : 0
    }
  })
  assert.equal(sent, 2000)
  assert.equal(duplicates, 400)
  assert.equal(ids.size, 1)
  const [id] = ids
  assert.equal(await s.count('events', `event_id LIKE 'race-%'`), 2000)
  assert.equal(await s.count('leads', `email = 'race@example.com'`), 1)
  const now = await explain(id)
  assertAddsUp(now)
  assert.equal((await s.lead(id)).score.total, now.score.total)
  // A lead with the same history, posted by one client in order.
  const all = []
  for (let client = 0; client < 50; client++) for (let i = 0; i < 40; i++) all.push(event(client, i))
  all.sort((a, b) => (a.occurred_at < b.occurred_at ? -1 : a.occurred_at > b.occurred_at ? 1 : 0))
  let calm
  for (let i = 0; i < all.length; i += 500) {
    const part = all.slice(i, i + 500).map((e) => ({ ...e, lead: { ...e.lead, email: 'calm@example.com' } }))
    calm = (await s.event(part)).results.at(-1)
  }
  const at = `?at=${iso(Date.now() - 1000)}`
  assert.deepEqual(essence(await explain(id, at)), essence(await explain(calm.lead_id, at)))
})

test('a posted lead becomes an MQL: one transition, one handoff, one outbox message, told at once', async () => {
  const events = climb('mql', { email: 'mei@meilin-trade.example' })
  const replies = []
  for (const event of events) replies.push(await s.event(event))
  const last = replies.at(-1)
  assert.ok(last.score.total >= 100, JSON.stringify(last))
  assert.equal(last.stage, 'mql')
  const raised = replies.flatMap((r) => r.transitions).filter((t) => t.kind === 'stage')
  assert.equal(raised.length, 1)
  assert.deepEqual([raised[0].from, raised[0].to], ['lead', 'mql'])
  // The reply to the event that crossed the threshold is the one that tells, and not before.
  for (const r of replies) assert.equal(r.stage === 'mql', r.score.total >= 100)
  // The rules' points along the way add up to the score.
  const points = replies.flatMap((r) => r.contributions).reduce((sum, c) => sum + c.points, 0)
  assert.equal(points, last.score.total)
  assertAddsUp(await explain(last.lead_id))
  const where = `lead_id = '${last.lead_id}'`
  assert.equal(await s.count('transitions', `${where} AND kind = 'stage'`), 1)
  assert.equal(await s.count('handoffs', where), 1)
  assert.ok((await s.count('outbox', `${where} AND topic = 'stage.mql'`)) === 1)
  const crossing = replies.find((r) => r.transitions.some((t) => t.kind === 'stage'))
  const [row] = await s.sql(`SELECT from_value, to_value, cause, event_id, score FROM transitions WHERE ${where} AND kind = 'stage'`)
  assert.deepEqual(row, ['lead', 'mql', 'event', crossing.event_id, String(crossing.score.total)])
  const lead = await s.lead(last.lead_id)
  assert.equal(lead.stage, 'mql')
  assert.equal(lead.handoff.state, 'pending')
  const handoffs = (await s.ok(200, 'sales', 'GET', '/v1/handoffs?limit=100')).body.data.filter((h) => h.lead_id === last.lead_id)
  assert.equal(handoffs.length, 1)
  assert.equal(handoffs[0].id, lead.handoff.id)
  assert.equal(handoffs[0].stage, 'mql')
  // Once is once: more events do not raise it again.
  const more = await s.event({ event_id: 'mql-more', type: 'page_view', lead: { email: 'mei@meilin-trade.example' }, properties: { path: '/pricing' } })
  assert.deepEqual(more.transitions.filter((t) => t.kind === 'stage'), [])
  assert.equal(await s.count('handoffs', where), 1)
})

test('80 points and a request for a quote go straight to SAL', async () => {
  const lead = { email: 'bo@boyuan-auto.example' }
  await s.event({ event_id: 'sal-1', type: 'event_attend', lead: { ...lead, ...GOOD_PROFILE }, properties: { name: 'Canton Fair' } })
  const before = await s.event({ event_id: 'sal-2', type: 'page_view', lead, properties: { path: '/pricing' } })
  assert.ok(before.score.total >= 80 && before.score.total < 100, JSON.stringify(before))
  assert.equal(before.stage, 'lead')
  const reply = await s.event({ event_id: 'sal-4', type: 'quote_request', lead, properties: { product: 'order-desk' } })
  assert.ok(reply.score.total >= 80)
  assert.equal(reply.stage, 'sal')
  assert.deepEqual(reply.transitions.filter((t) => t.kind === 'stage').map((t) => [t.from, t.to]), [['lead', 'sal']])
  const handoffs = await s.sql(`SELECT stage, state FROM handoffs WHERE lead_id = '${reply.lead_id}'`)
  assert.deepEqual(handoffs, [['sal', 'pending']])
})

test('an excluded industry is tier X and disqualified, however keen', async () => {
  const lead = { email: 'fang@school.example' }
  const reply = await s.event({
    event_id: 'x-1', type: 'demo_request', lead: { ...lead, ...GOOD_PROFILE, company: { ...GOOD_PROFILE.company, industry: 'education' } },
  })
  assert.equal(reply.tier, 'X')
  assert.equal(reply.stage, 'disqualified')
  for (const event of climb('x', lead, {}).slice(1)) {
    const next = await s.event(event)
    assert.equal(next.tier, 'X')
    assert.equal(next.stage, 'disqualified')
  }
  assert.equal(await s.count('handoffs', `lead_id = '${reply.lead_id}'`), 0)
  // The gate is a state: out of the industry, back to a lead.
  const back = await s.event({ event_id: 'x-9', type: 'profile_updated', lead: { ...lead, company: { industry: 'cross_border_ecommerce' } } })
  assert.notEqual(back.tier, 'X')
  assert.notEqual(back.stage, 'disqualified')
})

test('the change feed has every transition once and a lead’s own in order, also while they happen', async () => {
  const seen = []
  let cursor
  let done = false
  const page = async () => {
    const query = `limit=7${cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`}`
    const { body } = await s.ok(200, 'read', 'GET', `/v1/transitions?${query}`)
    seen.push(...body.data)
    if (body.next_cursor !== null) cursor = body.next_cursor
    return body.data.length
  }
  const reader = (async () => {
    while (!done) await page()
  })()
  await concurrently(120, 30, async (i) => {
    for (const event of climb(`feed-${i}`, { email: `feed-${i}@example.com` })) await s.event(event)
    await s.event({ event_id: `feed-${i}-q`, type: 'quote_request', lead: { email: `feed-${i}@example.com` } })
  })
  done = true
  await reader
  for (let empty = 0; empty < 2; ) empty = (await page()) ? 0 : empty + 1
  const stored = (await s.sql('SELECT id FROM transitions')).flat()
  assert.ok(stored.length >= 240)
  assert.deepEqual(seen.map((t) => t.id).sort(), stored.sort())
  const stages = new Map()
  for (const t of seen.filter((t) => t.kind === 'stage')) {
    assert.equal(t.from, stages.get(t.lead_id) ?? 'lead')
    stages.set(t.lead_id, t.to)
  }
  assert.deepEqual(Object.keys(seen[0]).sort().filter((k) => ['id', 'lead_id', 'kind', 'from', 'to', 'cause', 'at', 'score'].includes(k)).length, 8)
})

test('an unknown lead id, and an event of nobody, are refused and leave no trace', async () => {
  const before = await s.count('events')
  assertProblem(await s.call('ingest', 'POST', '/v1/events', { type: 'a', lead: { id: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f' } }), 404, 'lead_not_found')
  const nobody = await s.call('ingest', 'POST', '/v1/events', { type: 'a', lead: { name: 'Nobody' } })
  assert.ok(nobody.status >= 400 && nobody.status < 500)
  assert.equal(nobody.body.code, 'identity_required')
  assert.equal(await s.count('events'), before)
})
