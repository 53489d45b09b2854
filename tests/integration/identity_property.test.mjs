// Promises about identity over random histories: parting undoes merging exactly, a merged lead is the lead that would have got all events, and whoever comes by
// whichever ways in whichever order, at two servers at once, is one lead with one score. SEED repeats a run.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { essence, iso, random, shuffled } from './lib/scene.mjs'
import { concurrently, Service } from './lib/service.mjs'

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000)
const QUICK = process.env.LEADSCORE_TEST_QUICK === '1'
const s = await Service.start('identity_property')
const control = await s.makeWorkspace('control')
after(() => s.stop())
console.log(`# SEED=${SEED}`)

// The same calls against either workspace.
const place = (workspace) => {
  const ask = async (role, method, path, body) => {
    const reply = await s.client.request(method, path, { key: workspace.keys[role], body })
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`)
    return reply.body
  }
  return {
    event: (e) => ask('ingest', 'POST', '/v1/events', e),
    void: (v) => ask('ingest', 'POST', '/v1/events/void', v),
    tag: (id, tag) => ask('sales', 'PUT', `/v1/leads/${id}/tags/${tag}`),
    merge: (id, other) => ask('sales', 'POST', `/v1/leads/${id}/merge`, { other }),
    unmerge: (id, what) => ask('sales', 'POST', `/v1/leads/${id}/unmerge`, what),
    lead: (id) => ask('read', 'GET', `/v1/leads/${id}`),
    explain: (id, at) => ask('read', 'GET', `/v1/leads/${id}/score?at=${iso(at)}`),
    timeline: async (id) => (await ask('read', 'GET', `/v1/leads/${id}/timeline?limit=200`)).data,
  }
}
const ours = place(s.workspace)
const theirs = place(control)

// What a lead is, whatever its id and however often it was written.
function whole(lead) {
  const { id, version, created_at, updated_at, handoff, merged, identities, next_change_at, score, ...rest } = lead
  const { as_of, ...points } = score
  return { ...rest, score: points, identities: identities.filter((i) => i.kind !== 'anonymous_id'), ...(next_change_at ? {} : { settled: true }) }
}
// What it did and what was done to it; moves are told as they are found, so that they may differ on the way.
const story = (items) => items.filter((i) => i.kind !== 'transition' && i.kind !== 'handoff' && i.kind !== 'merge').map(({ received_at, voided_at, ...i }) => ({ ...i, at: i.kind === 'event' ? i.at : null, properties: i.kind === 'void' ? null : i.properties, event_id: i.kind === 'event' ? i.event_id : null }))
    .sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1))

const KINDS = [
  ['page_view', () => ({ path: '/pricing' })], ['page_view', () => ({ path: '/docs' })], ['email_open', (n) => ({ message_id: `m${Math.floor(n() * 9)}` })],
  ['email_click', () => ({ link: 'x' })], ['content_download', () => ({ kind: 'white_paper', name: 'W' })], ['webinar_attend', () => ({ name: 'W' })],
  ['form_submit', () => ({ form: 'contact' })], ['demo_request', () => ({})], ['meeting', () => ({})], ['lost', () => ({})], ['profile_updated', () => undefined],
]
const PATCHES = [{ title: '创始人' }, { title: 'Manager' }, { company: { industry: 'cross_border_ecommerce', employees: 180 } }, { company: { employees: 20 } },
  { company: { industry: 'education' } }, { needs: { pains: ['manual_order_handling'] } }, { owner: 'anna' }, { owner: 'ben' }, { name: '林美' }, { language: 'en' }]

function randomEvent(next, name, base) {
  const [type, properties] = KINDS[Math.floor(next() * KINDS.length)]
  const patch = next() < 0.4 ? PATCHES[Math.floor(next() * PATCHES.length)] : {}
  const e = { event_id: name, type, occurred_at: iso(base - Math.floor(next() * 40 * 86_400_000)), patch }
  const given = properties(next)
  if (given) e.properties = given
  return e
}
const named = ({ patch, ...e }, lead) => ({ ...e, lead: { ...lead, ...patch } })

test('merging and parting is the identity, with events in between, and a merged lead has all events', async () => {
  const rounds = QUICK ? 12 : 60
  const next = random(SEED)
  let events = 0, merges = 0, moved = 0, peak = 0
  for (let round = 0; round < rounds; round++) {
    const base = Date.now() - 1000
    const n = 2 + Math.floor(next() * 3)
    const ids = { ours: [], theirs: [] }
    const say = async (k, e, byId) => {
      events++
      const external = { external_id: `r${round}-${k}` }
      const [a] = await Promise.all([ours.event(named(e, byId ? { id: ids.ours[k] } : external)), theirs.event(named(e, byId ? { id: ids.theirs[k] } : external))])
      await theirs.event(named({ ...e, event_id: `${e.event_id}` }, { external_id: `all-${round}` }))
      return a
    }
    for (let k = 0; k < n; k++) {
      const first = randomEvent(next, `r${round}-${k}-first`, base)
      await say(k, first)
      ids.ours[k] = (await ours.event(named(first, { external_id: `r${round}-${k}` }))).lead_id
      ids.theirs[k] = (await theirs.event(named(first, { external_id: `r${round}-${k}` }))).lead_id
    }
    let serial = 0
    const some = async (count) => {
      for (let i = 0; i < count; i++) await say(Math.floor(next() * n), randomEvent(next, `r${round}-${serial++}`, base), next() < 0.3)
    }
    await some(4 + Math.floor(next() * 8))
    const before = await Promise.all(ids.ours.map((id) => ours.lead(id)))
    // All become one, in any order, with events in between.
    const live = []
    for (const k of shuffled(ids.ours.map((_, i) => i).slice(1), next)) {
      const done = next() < 0.5 ? await ours.merge(ids.ours[0], ids.ours[k]) : await ours.merge(ids.ours[k], ids.ours[0])
      live.push(done.merge)
      merges++
      await some(Math.floor(next() * 3))
    }
    // One that came to two of them counts once.
    const both = randomEvent(next, `r${round}-both`, base)
    await say(0, both)
    await say(1, both)
    const at = Date.now() + 10
    const root = (await ours.lead(ids.ours[0])).id
    const all = (await theirs.event(named(both, { external_id: `all-${round}` }))).lead_id
    const one = await ours.explain(root, at)
    assert.deepEqual(essence(one), essence(await theirs.explain(all, at)), `round ${round}: a merged lead is not the sum of its events`)
    peak = Math.max(peak, one.contributions.length)
    if (next() < 0.5) {
      const { event_id } = both
      await Promise.all([ours.void({ lead_id: root, event_id, reason: 'r' }), ...[0, 1].map((k) => theirs.void({ lead_id: ids.theirs[k], event_id, reason: 'r' })), theirs.void({ lead_id: all, event_id, reason: 'r' })])
      assert.deepEqual(essence(await ours.explain(root, at)), essence(await theirs.explain(all, at)), `round ${round}: voided`)
    }
    await some(Math.floor(next() * 4))
    for (const m of shuffled(live, next)) {
      const { merge } = await ours.unmerge(ids.ours[Math.floor(next() * n)], { merge_id: m.id }).catch(async () => ours.unmerge(m.member_id, { merge_id: m.id }))
      assert.equal(merge.id, m.id)
      await some(Math.floor(next() * 2))
    }
    const then = Date.now() + 10
    for (let k = 0; k < n; k++) {
      const [a, b] = [await ours.lead(ids.ours[k]), await theirs.lead(ids.theirs[k])]
      assert.equal(a.id, ids.ours[k])
      assert.deepEqual(whole(a), whole(b), `round ${round}, lead ${k}`)
      assert.deepEqual(essence(await ours.explain(a.id, then)), essence(await theirs.explain(b.id, then)))
      const [x, y] = [story(await ours.timeline(a.id)), story(await theirs.timeline(b.id))]
      assert.deepEqual(x.filter((i) => i.kind !== 'void'), y.filter((i) => i.kind !== 'void'), `round ${round}, lead ${k}`)
      if (before[k].stage !== a.stage) moved++
    }
    assert.equal(await s.count('merges', 'undone_at IS NULL'), 0)
  }
  assert.equal(await s.count('leads', 'merged_into IS NOT NULL OR has_members'), 0)
  assert.ok(peak > 3 && merges >= rounds)
  console.log(`# ${rounds} histories, ${events} events, ${merges} merges undone, ${moved} leads moved meanwhile`)
})

test('what was merged and parted with nothing in between is told to nobody else', async () => {
  const next = random(SEED + 1)
  for (let round = 0; round < (QUICK ? 6 : 20); round++) {
    const ids = []
    for (const k of [0, 1]) for (let i = 0; i < 6; i++) ids[k] = (await ours.event(named(randomEvent(next, `q${round}-${k}-${i}`, Date.now()), { external_id: `q${round}-${k}` }))).lead_id
    const facts = async () => Promise.all(ids.map(async (id) => ({ lead: whole(await ours.lead(id)), tags: (await s.sql(`SELECT tag, source FROM lead_tags WHERE lead_id = '${id}' ORDER BY 1`)).flat(),
      terms: (await s.sql(`SELECT term FROM lead_terms WHERE lead_id = '${id}' ORDER BY 1`)).flat(), state: (await s.sql(`SELECT encode(state, 'hex'), handoff_state FROM leads WHERE id = '${id}'`)).flat() })))
    const standing = (l) => l.map(({ lead, tags, terms }) => ({ lead, tags, terms }))
    const before = await facts()
    await ours.merge(ids[0], ids[1])
    await ours.unmerge(ids[0], { lead: ids[1] })
    assert.deepEqual(standing(await facts()), standing(before), `round ${round}`)
    // Each move of a merge is taken back by a move of its undoing.
    for (const id of ids) {
      const moves = await s.sql(`SELECT kind, from_value, to_value FROM transitions WHERE lead_id = '${id}' AND cause = 'merge' ORDER BY id`)
      for (const kind of ['stage', 'tier']) {
        const chain = moves.filter((m) => m[0] === kind)
        if (chain.length) assert.equal(chain[0][1], chain.at(-1)[2], JSON.stringify(chain))
      }
    }
  }
})

// One person as the ways in see them: every two that name a person share the e-mail.
const WAYS = (p) => [
  { type: 'page_view', properties: { path: '/pricing' }, lead: { anonymous_id: `${p}-a` } },
  { type: 'page_view', properties: { path: '/docs' }, lead: { anonymous_id: `${p}-a`, device_id: `${p}-d` } },
  { type: 'form_submit', properties: { form: 'contact' }, lead: { email: `${p}@one.example`, anonymous_id: `${p}-a`, name: '林美' } },
  { type: 'profile_updated', lead: { external_id: { user_id: p }, email: `${p}@one.example`, anonymous_id: `${p}-a`, title: 'CEO' } },
  { type: 'meeting', lead: { external_id: { crm: p }, email: `${p}@one.example`, phone: `13${p.startsWith('p') ? 9 : 8}${p.slice(1).padStart(8, '0')}`, company: { employees: 180 } } },
  { type: 'email_open', properties: { message_id: 'm' }, lead: { email: `${p}@one.example` } },
].map((e, i) => ({ ...e, event_id: `${p}-${i}`, occurred_at: iso(Math.floor(Date.now() / 1000) * 1000 - 86_400_000 + i * 60_000) }))

const permutations = (list) => (list.length < 2 ? [list] : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest])))

async function assertOne(p, at) {
  const where = `kind || value IN ('email${p}@one.example', 'anonymous_id${p}-a', 'device_id${p}-d', 'external_id:user_id${p}', 'external_id:crm${p}')`
  const roots = await s.sql(`SELECT DISTINCT coalesce(l.merged_into, l.id) FROM identities i JOIN leads l ON l.id = i.lead_id WHERE ${where}`)
  assert.equal(roots.length, 1, `${p} is ${roots.length} leads`)
  const items = (await ours.timeline(roots[0][0])).filter((i) => i.kind === 'event')
  assert.equal(items.length, 6, p)
  const { as_of, ...score } = (await ours.explain(roots[0][0], at)).score
  return JSON.stringify(score)
}

test('the same person by six ways in any order is one lead with one score', async () => {
  const orders = permutations([0, 1, 2, 3, 4, 5])
  const taken = QUICK ? shuffled(orders, random(SEED)).slice(0, 120) : orders
  const at = Date.now()
  const scores = new Set()
  await concurrently(taken.length, 8, async (i) => {
    const p = `p${i}`
    const ways = WAYS(p)
    for (const k of taken[i]) await ours.event(ways[k])
  })
  for (let i = 0; i < taken.length; i++) scores.add(await assertOne(`p${i}`, at))
  assert.equal(scores.size, 1, [...scores].join(' '))
  console.log(`# ${taken.length} orders, score ${[...scores][0]}`)
})

test('and so they are when all ways come in at once, at two servers', async () => {
  const twin = await s.twin()
  try {
    const people = QUICK ? 40 : 150
    const next = random(SEED + 2)
    const both = [s, twin]
    const calls = shuffled(Array.from({ length: people }, (_, i) => WAYS(`t${i}`).map((e) => e)).flat(), next)
    await concurrently(calls.length, 32, async (i) => {
      for (let tries = 0; ; tries++) {
        const reply = await both[i % 2].call('ingest', 'POST', '/v1/events', calls[i])
        if (reply.status === 200) return
        assert.ok(reply.status === 503 && tries < 5, `${reply.status} ${reply.text}`)
      }
    })
    const scores = new Set()
    for (let i = 0; i < people; i++) scores.add(await assertOne(`t${i}`, Date.parse(calls[0].occurred_at) + 86_400_000))
    assert.equal(scores.size, 1, [...scores].join(' '))
    assert.equal(await s.count('leads l', 'l.merged_into IS NOT NULL AND NOT EXISTS (SELECT FROM leads r WHERE r.id = l.merged_into AND r.merged_into IS NULL AND r.has_members)'), 0)
    // A person and a machine merge and part the same leads at both.
    const leads = []
    for (let i = 0; i < 6; i++) leads.push((await ours.event({ type: 'message', lead: { external_id: `race-${i}` } })).lead_id)
    let done = 0
    await concurrently(120, 12, async (i) => {
      const [a, b] = shuffled(leads, random(SEED + i))
      const server = both[i % 2]
      const reply = i % 3 === 0 ? await server.call('sales', 'POST', `/v1/leads/${a}/merge`, { other: b })
        : i % 3 === 1 ? await server.call('sales', 'POST', `/v1/leads/${a}/unmerge`, { lead: b })
          : await server.call('ingest', 'POST', '/v1/events', { event_id: `race-e${i}`, type: 'message', lead: { id: a } })
      assert.ok([200, 404, 503].includes(reply.status), `${reply.status} ${reply.text}`)
      done += reply.status === 200
    })
    assert.ok(done > 40, `${done} done`)
    const flat = 'l.merged_into IS NOT NULL AND EXISTS (SELECT FROM leads r WHERE r.id = l.merged_into AND r.merged_into IS NOT NULL)'
    assert.equal(await s.count('leads l', flat), 0)
    assert.equal(await s.count('leads l', 'l.has_members <> EXISTS (SELECT FROM leads m WHERE m.merged_into = l.id)'), 0)
    assert.equal(await s.count('merges m', 'm.undone_at IS NULL AND NOT EXISTS (SELECT FROM leads l WHERE l.id = m.member AND l.merged_into IS NOT NULL)'), 0)
    for (const id of leads) {
      const lead = await s.lead(id)
      const { score } = await ours.explain(id, Date.now())
      assert.equal(lead.score.total, score.total)
    }
    console.log(`# ${people} people by ${calls.length} calls at two servers; ${done} of 120 racing merges, partings and events`)
  } finally {
    await twin.terminate()
  }
})
