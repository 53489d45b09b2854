// What no person did: robots and scanners of mail are told by themselves or by the company they keep, and count nowhere; in whatever order their
// events come. And the promise of all of it: random events, repeats, voids and offsets, in any order, end in the score of what survives.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { score } from '../property/oracle.mjs'
import { iso, random, shuffled } from './lib/scene.mjs'
import { Service } from './lib/service.mjs'

const s = await Service.start('filters')
after(() => s.stop())
const seed = Number(process.env.LEADSCORE_TEST_SEED ?? Date.now() % 1_000_000)
const ROUNDS = process.env.LEADSCORE_TEST_QUICK === '1' ? 12 : 40
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36'
const HOUR = 3_600_000
let serial = 0

const setFilters = (v) => s.sql(`UPDATE workspaces SET filters = ${v === null ? 'NULL' : `'${JSON.stringify(v)}'`} WHERE id = '${s.workspace.id}'`)
const event = (who, type, properties, at, id = `f-${serial++}`) => ({ event_id: id, type, lead: { external_id: who }, ...(properties && { properties }),
  ...(at && { occurred_at: iso(at) }) })
const stored = (who) => s.sql(`SELECT e.event_id, coalesce(e.flag, ''), e.voided_at IS NOT NULL FROM events e JOIN identities i USING (workspace_id, lead_id)
  WHERE i.value = '${who}' ORDER BY e.event_id`)

test('a robot says what it is', async () => {
  const agents = [['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', true], ['Mozilla/5.0 (compatible; bingbot/2.0)', true],
    ['Mozilla/5.0 (compatible; Baiduspider/2.0)', true], ['Mimecast-URL-Protect/1.0', true], ['BarracudaCentral', true], ['curl/8.5.0', true], ['python-requests/2.31', true],
    ['HeadlessChrome/120', true], ['facebookexternalhit/1.1', true], [CHROME, false], ['Mozilla/5.0 (Linux; Android 9; CUBOT X30)', false], ['Bottega/1.0', false], ['', false]]
  for (const [i, [user_agent, robot]] of agents.entries()) {
    const reply = await s.event(event(`agent-${i}`, 'page_view', { path: '/pricing', user_agent }))
    assert.equal(reply.flag, robot ? 'bot_agent' : undefined, user_agent)
    assert.equal(reply.voided, robot ? true : undefined, user_agent)
    assert.equal(reply.score.total, robot ? 0 : 25, user_agent)
  }
  // It is stored, known when it comes again, and shown; a person afterwards counts.
  const one = event('robot', 'page_view', { path: '/pricing', user_agent: 'Googlebot/2.1' })
  const { lead_id } = await s.event(one)
  assert.equal((await s.event(one)).duplicate, true)
  const item = (await s.ok(200, 'read', 'GET', `/v1/leads/${lead_id}/timeline`)).body.data.find((x) => x.type === 'page_view')
  assert.deepEqual([item.voided, item.flag], [true, 'bot_agent'])
  assert.ok(item.reason)
  assert.equal((await s.event(event('robot', 'page_view', { path: '/pricing', user_agent: CHROME }))).score.total, 25)
})

test('a workspace has its own agents, networks and action', async () => {
  await setFilters({ agents: ['^Intern Monitor'], networks: ['192.0.2.0/24', '2001:db8::/33', '10.1.2.3'], action: 'flag' })
  const flagOf = async (properties) => (await s.event(event(`own-${serial}`, 'page_view', { path: '/pricing', ...properties })))
  const marked = await flagOf({ user_agent: 'intern monitor 3' })
  assert.deepEqual([marked.flag, marked.voided, marked.score.total], ['bot_agent', undefined, 25])
  assert.equal((await flagOf({ user_agent: 'Googlebot/2.1' })).flag, undefined)
  for (const [ip, hit] of [['192.0.2.77', true], ['::ffff:192.0.2.77', true], ['192.0.3.1', false], ['2001:db8:7fff::1', true], ['2001:db8:8000::1', false], ['10.1.2.3', true],
    ['10.1.2.4', false], ['nowhere', false]])
    assert.equal((await flagOf({ ip })).flag, hit ? 'bot_network' : undefined, ip)
  await setFilters(null)
})

test('the click that makes a burst takes those before with it, and what they had made of the lead', async () => {
  const at = Date.now() - HOUR
  const clicks = [0, 3000, 9000].map((ms) => event('burst', 'email_click', { url: `u${ms}` }, at + ms))
  assert.equal((await s.event(clicks[0])).score.total, 5)
  assert.equal((await s.event(clicks[2])).score.total, 10)
  const last = await s.event(clicks[1])
  assert.deepEqual([last.flag, last.voided, last.score.total], ['scanner_burst', true, 0])
  assert.deepEqual((await stored('burst')).map((r) => r.slice(1)), Array(3).fill(['scanner_burst', 't']))
  // One that is ten seconds after the first is no part of it with two others only.
  assert.equal((await s.event(event('burst', 'email_click', {}, at + 19_000))).score.total, 5)
  // What is of a burst stays that, though the mail it came soon after is told of when the rest of the burst is out of sight.
  for (const ms of [0, 7000, 9500]) await s.event(event('stays', 'email_click', {}, at + ms))
  await s.event(event('stays', 'email_sent', {}, at - 1500))
  assert.deepEqual((await stored('stays')).map((r) => r.slice(1)).sort(), [['', 'f'], ...Array(3).fill(['scanner_burst', 't'])])
  const prompt = [event('prompt', 'email_click', { message_id: 'a' }, at + 1999), event('prompt', 'email_click', { message_id: 'b' }, at + 1000),
    event('prompt', 'email_sent', { message_id: 'a' }, at)]
  const { results } = (await s.ok(200, 'ingest', 'POST', '/v1/events', prompt)).body
  assert.deepEqual(results.map((r) => r.flag), ['scanner_prompt', undefined, undefined])
})

// By the definition, one by one.
function expected(events) {
  const clicks = events.filter((e) => e.type === 'email_click')
  const at = (e) => Date.parse(e.occurred_at)
  const burst = (e) => clicks.some((first) => {
    const window = clicks.filter((x) => at(x) >= at(first) && at(x) - at(first) < 10_000)
    return window.length >= 3 && window.includes(e)
  })
  const prompt = (e) => ['email_click', 'email_open'].includes(e.type) && events.some((x) => x.type === 'email_sent' && at(e) >= at(x) && at(e) - at(x) < 2000 &&
    (!x.properties?.message_id || !e.properties?.message_id || x.properties.message_id === e.properties.message_id))
  return events.map((e) => {
    const flag = e.properties?.user_agent ? 'bot_agent' : e.type === 'email_click' && burst(e) ? 'scanner_burst' : prompt(e) ? 'scanner_prompt' : ''
    return [e.event_id, flag, flag === 'bot_agent' || flag === 'scanner_burst' ? 't' : 'f']
  }).sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

test('in any order, one by one or many at once, the same is flagged and voided', async (t) => {
  t.diagnostic(`seed ${seed}`)
  const next = random(seed)
  const pick = (list) => list[Math.floor(next() * list.length)]
  for (let round = 0; round < ROUNDS; round++) {
    const start = Date.now() - HOUR
    const make = () => event('', pick(['email_click', 'email_click', 'email_click', 'email_sent', 'email_open', 'page_view']),
      next() < 0.1 ? { user_agent: 'Googlebot' } : next() < 0.4 ? { message_id: pick(['a', 'b']) } : undefined, start + Math.floor(next() * 30) * 1000 + Math.floor(next() * 3))
    const events = Array.from({ length: 3 + Math.floor(next() * 14) }, make)
    const scores = new Set()
    for (const way of ['one', 'all', 'some']) {
      const who = `order-${round}-${way}`
      const list = shuffled([...events, ...(next() < 0.5 ? events.slice(0, 3) : [])], next).map((e) => ({ ...e, event_id: e.event_id, lead: { external_id: who } }))
      const size = way === 'one' ? 1 : way === 'all' ? list.length : 4
      for (let i = 0; i < list.length; i += size) await s.ok(200, 'ingest', 'POST', '/v1/events', list.slice(i, i + size))
      assert.deepEqual(await stored(who), expected(events), `seed ${seed}, round ${round}, ${way}: ${JSON.stringify(events)}`)
      const id = (await s.ok(200, 'ingest', 'POST', '/v1/events', list[0])).body.lead_id
      const x = (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?at=${iso(start + 10 * 60_000)}`)).body
      scores.add(JSON.stringify([x.exact, x.tier, x.grade, x.stage]))
      const lead = await s.lead(id)
      const now = (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?at=${lead.score.as_of}`)).body
      assert.equal(lead.score.total, now.score.total, `seed ${seed}, round ${round}, ${way}`)
    }
    assert.equal(scores.size, 1, `seed ${seed}, round ${round}: ${[...scores].join(' ')}`)
  }
})

const MODEL = {
  score: { min: -50, max: 120 },
  fit: { rules: [{ id: 'east', when: { '==': [{ var: 'region' }, 'east'] }, points: 7.5 }] },
  engagement: { max: 90, rules: [{ id: 'view', on: 'page_view', points: 12, limit: { times: 2, per: 'day' }, decay: { half_life: 'P3D' } },
    { id: 'call', on: 'call', points: 20, limit: { cooldown: 'PT1H' } }, { id: 'run', on: 'email_open', points: 9, streak: { length: 2, broken_by: ['call'] } },
    { id: 'quiet', points: -4, inactive_for: { after: 'P1D', repeat: true } }] },
  stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 40] }, rearm_below: 20, fall_back: true }],
}

test('random events, repeats, voids and offsets, in random order, end in the oracle\'s score of what survives', async (t) => {
  t.diagnostic(`seed ${seed}`)
  const next = random(seed + 1)
  const version = 2
  await s.sql(`INSERT INTO models (workspace_id, version, name, state, line, document, created_at) VALUES ('${s.workspace.id}', ${version}, 'p', 'shadow', 'p', '${JSON.stringify(MODEL)}', now())`)
  await s.sql(`UPDATE workspaces SET active_model = ${version} WHERE id = '${s.workspace.id}'`)
  for (let round = 0; round < ROUNDS; round++) {
    const who = `whole-${round}`
    const { id } = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { external_id: who, region: next() < 0.5 ? 'east' : 'west' })).body
    const events = Array.from({ length: 2 + Math.floor(next() * 20) }, (_, i) => ({ ...event(who, ['page_view', 'call', 'email_open', 'message'][Math.floor(next() * 4)], undefined,
      Date.now() - Math.floor(next() * 9 * 24 * HOUR), `${who}-${i}`), ...(next() < 0.3 && { source: 'crm' }) }))
    const doomed = events.filter(() => next() < 0.3)
    const sent = new Set()
    const steps = shuffled([...events, ...events.filter(() => next() < 0.3)].map((e) => ({ e })).concat(Array.from({ length: 3 }, () => ({ points: Math.floor(next() * 40000 - 20000) / 1000 })),
      { end: true }, ...[doomed.map((v) => ({ v }))].flat()), next)
    const late = []
    const doVoid = ({ v }) => s.ok(200, 'ingest', 'POST', '/v1/events/void', { lead_id: id, event_id: v.event_id, reason: 'r', ...(v.source && { source: 'crm' }) })
    for (const step of steps) {
      if (step.e) {
        const reply = await s.event(step.e)
        assert.equal(reply.duplicate, sent.has(step.e.event_id))
        sent.add(step.e.event_id)
      } else if (step.v) {
        if (sent.has(step.v.event_id)) await doVoid(step)
        else late.push(step)
      } else if (step.end) {
        await s.call('sales', 'DELETE', `/v1/leads/${id}/offset`)
      } else {
        await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/offset`, { points: step.points, reason: 'r' })
      }
    }
    for (const step of late) await doVoid(step)
    // What survives, by the database's own rows but with the voids as this test counts them.
    const gone = new Set(doomed.map((e) => e.event_id))
    const rows = (await s.sql(`SELECT encode(uuid_send(key), 'hex'), extract(epoch FROM occurred_at) * 1000, type, coalesce(event_id, ''), coalesce(properties::text, ''), coalesce(patch::text, '')
      FROM events WHERE lead_id = '${id}'`)).filter(([, , type, eventId]) => !gone.has(eventId) && type !== 'event_voided')
    const parse = (text) => (text ? JSON.parse(text) : undefined)
    const history = rows.map(([key, at, type, , properties, patch]) => ({ key, at: Math.round(Number(at)), type, properties: parse(properties), patch: parse(patch) }))
    const lead = await s.lead(id)
    const want = score(MODEL, history, Date.parse(lead.score.as_of))
    const x = (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?at=${lead.score.as_of}`)).body
    const said = `seed ${seed}, round ${round}: ${JSON.stringify(history)}`
    assert.deepEqual([Math.round(x.exact.total * 1000), Math.round(x.exact.fit * 1000), Math.round(x.exact.engagement * 1000)], [want.total, want.fit, want.engagement].map(Number), said)
    assert.deepEqual([lead.tier, lead.grade, lead.stage], [want.tier, want.grade, want.stage], said)
    assert.deepEqual([lead.score.total, lead.score.fit, lead.score.engagement], [x.score.total, x.score.fit, x.score.engagement], said)
    // The events' own keys are what the contract says: nothing but what was sent is there.
    assert.deepEqual(new Set(rows.map((r) => r[3]).filter(Boolean)), new Set(events.map((e) => e.event_id).filter((e) => !gone.has(e))), said)
  }
})
