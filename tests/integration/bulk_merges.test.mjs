// What is exported of leads that are one person makes the same persons again: whoever was joined or merged is, whoever was parted is not.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { DAY, GOOD_PROFILE, iso, random } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const QUICK = process.env.LEADSCORE_TEST_QUICK === '1'
const TMP = process.env.LEADSCORE_TEST_TMP
const seed = Number(process.env.LEADSCORE_TEST_SEED ?? Date.now() % 1_000_000)
const s = await Service.start('bulk_merges')
after(() => s.stop())

const parse = (text) => text.split('\n').filter((l) => l !== '').map((l) => JSON.parse(l))
const place = (workspace) => {
  const request = (method, p, body, key = workspace.keys.admin) => s.client.request(method, p, { key, body, ...(typeof body === 'string' && { headers: { 'content-type': 'application/x-ndjson' } }) })
  const ask = async (method, p, body) => {
    const reply = await request(method, p, body)
    assert.ok(reply.status < 300, `${method} ${p}: ${reply.status} ${reply.text}`)
    return reply
  }
  return {
    ...workspace,
    request,
    event: async (e) => (await ask('POST', '/v1/events', e)).body,
    merge: async (id, other, reason) => (await ask('POST', `/v1/leads/${id}/merge`, { other, reason })).body,
    unmerge: async (id, what) => (await ask('POST', `/v1/leads/${id}/unmerge`, what)).body,
    put: (p, body) => ask('PUT', p, body),
    post: (p, body) => ask('POST', p, body),
    lead: (id) => ask('GET', `/v1/leads/${id}`),
    timeline: async (id) => (await ask('GET', `/v1/leads/${id}/timeline?limit=200`)).body.data,
    export: async (what) => (await ask('GET', `/v1/export/${what}`)).text,
    // {lines: the refused ones, summary}
    import: async (text, query = '') => {
      const lines = parse((await ask('POST', `/v1/import${query}`, text)).text)
      return { lines: lines.slice(0, -1), summary: lines.at(-1).summary }
    },
  }
}
const empty = async (name) => place(await s.makeWorkspace(name))

// The standing merges, oldest first, as rows of an export.
const merges = (lines) => lines.filter((l) => l.type === 'lead_merged')

// All leads, what old ids lead to, and what happened; without what counts writes and what is told on the way.
async function picture(w, ids) {
  const leads = []
  for (const { id } of parse(await w.export('leads'))) {
    const { version, updated_at, handoff, next_change_at, score, ...lead } = (await w.lead(id)).body
    const events = (await w.timeline(id)).filter((x) => !['transition', 'handoff', 'merge'].includes(x.kind))
    leads.push({ ...lead, score: { ...score, as_of: null }, tags: [...lead.tags].sort(), identities: lead.identities.map((i) => `${i.kind} ${i.value}`).sort(),
      events: events.sort((a, b) => (a.at + a.event_id < b.at + b.event_id ? -1 : 1)) })
  }
  const led = []
  for (const id of ids) {
    const { body, headers } = await w.lead(id)
    led.push([id, body.id, headers['content-location'] ?? null])
  }
  return { leads, led }
}

const TYPES = [['page_view', { path: '/pricing' }], ['content_download', { kind: 'white_paper', name: 'W' }], ['email_open', { message_id: 'm' }], ['webinar_attend', { name: 'W' }], ['demo_request'],
  ['message', { note: '=1+1,"x"\n' }]]
const PROFILES = [{}, {}, {}, GOOD_PROFILE, { name: '李,伟' }, { owner: 'anna' }, { owner: 'ben', title: 'CEO' }, { language: 'en' }]

// Visitors who become known, known people who are merged by hand, and some that are parted again. Resolves to all ids that ever were.
async function history(w, next, tag) {
  const pick = (list) => list[Math.floor(next() * list.length)]
  const ids = new Set()
  let serial = 0
  const base = Date.now() - 40 * DAY
  const happen = async (lead, more = {}) => {
    const [type, properties] = pick(TYPES)
    const done = await w.event({ event_id: `${tag}-${serial++}`, type, occurred_at: iso(base + Math.floor(next() * 39 * DAY)), lead, ...(properties && { properties }), ...more })
    ids.add(done.lead_id)
    return done
  }
  const people = Array.from({ length: 10 }, (_, i) => ({ email: `${tag}${i}@example.com`, ...(i % 3 === 0 && { external_id: { crm: `${tag}-c${i}` } }) }))
  for (const [i, person] of people.entries()) {
    const visits = Math.floor(next() * 3)
    for (let v = 0; v < visits; v++) for (let k = 0; k <= next() * 3; k++) await happen({ anonymous_id: `${tag}-a${i}-${v}` })
    for (let k = 0; k <= next() * 3; k++) await happen({ ...person, ...pick(PROFILES) })
    // Known from now on; the later browser first, so that one joins after the other.
    for (let v = visits - 1; v >= 0; v--) await happen({ ...person, anonymous_id: `${tag}-a${i}-${v}` })
  }
  const known = await Promise.all(people.map(async ({ email }) => (await happen({ email })).lead_id))
  // A person who is not known yet meets another visitor of his own.
  await happen({ anonymous_id: `${tag}-x` })
  await happen({ anonymous_id: `${tag}-y` })
  await happen({ anonymous_id: `${tag}-x`, email: `${tag}x@example.com` })
  await happen({ anonymous_id: `${tag}-y`, email: `${tag}x@example.com` })
  const both = { event_id: `${tag}-both`, occurred_at: iso(base) }
  await happen({ id: known[0] }, both)
  await happen({ id: known[1] }, both)
  const made = []
  for (const [a, b] of [[0, 1], [2, 0], [3, 4], [5, 3], [6, 7], [7, 8]]) {
    const { merge } = await w.merge(known[a], known[b], pick(['', 'the same voice', '=cmd()', '同一个人']))
    made.push(merge)
    await happen({ id: known[b] }, pick([{}, { lead: { email: people[b].email, ...pick(PROFILES) } }]))
  }
  await w.put(`/v1/leads/${known[1]}/tags/${encodeURIComponent('意向:高')}`)
  await w.put(`/v1/leads/${known[4]}/offset`, { points: -7.25, reason: 'known' })
  await w.post('/v1/events/void', { lead_id: known[0], event_id: both.event_id, reason: '=a test' })
  // The first of a chain, the last of one, and one that is merged again with somebody else.
  await w.unmerge(known[2], { merge_id: made[0].id })
  await w.unmerge(known[5], { lead: known[3] })
  await w.unmerge(known[6], { lead: known[7] })
  await w.merge(known[9], known[7])
  await happen({ id: known[7] })
  return [...ids]
}

test(`merged leads make the same round trip as others, seed ${seed}`, async (t) => {
  const next = random(seed)
  for (let round = 0; round < (QUICK ? 1 : 3); round++) {
    const ours = await empty(`out${round}`)
    const ids = await history(ours, next, `r${round}`)
    const before = await picture(ours, ids)
    const text = await ours.export('events')
    const lines = parse(text)
    const stand = await s.sql(`SELECT id, lead_id, member, cause FROM merges WHERE workspace_id = '${ours.id}' AND undone_at IS NULL ORDER BY at, id`)
    assert.deepEqual(merges(lines).map((m) => [m.key, m.lead_id, m.properties.member, m.properties.cause]), stand)
    assert.deepEqual(lines.slice(-stand.length), merges(lines), 'behind all events')
    assert.equal(lines.length - stand.length, await s.count('events', `workspace_id = '${ours.id}'`))
    assert.ok(before.leads.some((l) => l.merged?.length > 1) && stand.some((m) => m[3] === 'person') && stand.some((m) => m[3] === 'identity'))
    assert.ok(await s.count('merges', `workspace_id = '${ours.id}' AND undone_at IS NOT NULL`) >= 3)

    const theirs = await empty(`in${round}`)
    const { summary } = await theirs.import(text)
    assert.deepEqual([summary.failed, summary.duplicates, summary.lines], [0, 0, lines.length])
    assert.deepEqual(await picture(theirs, ids), before)
    assert.equal(await theirs.export('events'), text, 'the same lines again')
    // Twice changes nothing.
    const written = () => s.sql(`SELECT id, version FROM leads WHERE workspace_id = '${theirs.id}' ORDER BY id`)
    const versions = await written()
    const again = await theirs.import(text)
    assert.deepEqual([again.summary.failed, again.summary.duplicates], [0, lines.length])
    assert.deepEqual(await written(), versions)
    // As CSV on the command line.
    const file = path.join(TMP, `merges-${round}.csv`)
    await s.cli('export', 'events', '--workspace', ours.name, '--format', 'csv', '--output', file)
    const sheet = await empty(`csv${round}`)
    assert.match(await s.cli('import', file, '--workspace', sheet.name, '--restart'), /refused +0/)
    assert.deepEqual(await picture(sheet, ids), before)
    const back = path.join(TMP, `merges-${round}-back.csv`)
    await s.cli('export', 'events', '--workspace', sheet.name, '--format', 'csv', '--output', back)
    assert.equal(readFileSync(back, 'utf8'), readFileSync(file, 'utf8'))
    t.diagnostic(`round ${round}: ${ids.length} leads written, ${before.leads.length} people, ${lines.length - stand.length} events, ${stand.length} merges`)
  }
})

test('leads are exported once, with the names of all their members', async () => {
  const w = await empty('people')
  await w.event({ event_id: '1', type: 'page_view', lead: { anonymous_id: 'cookie' } })
  const { lead_id: id } = await w.event({ event_id: '2', type: 'page_view', lead: { email: 'one@example.com', external_id: { crm: '1' } } })
  await w.event({ event_id: '3', type: 'page_view', lead: { email: 'one@example.com', anonymous_id: 'cookie' } })
  const { lead_id: other } = await w.event({ event_id: '4', type: 'page_view', lead: { email: 'two@example.com', external_id: { shop: '2' } } })
  await w.event({ event_id: '5', type: 'page_view', lead: { email: 'three@example.com' } })
  await w.merge(id, other)
  const lines = parse(await w.export('leads'))
  assert.equal(lines.length, 2)
  const line = lines.find((l) => l.id === id)
  assert.deepEqual(line.identities, (await w.lead(id)).body.identities)
  assert.deepEqual([line.lead.external_id, line.lead.anonymous_id], [{ crm: '1', shop: '2' }, 'cookie'])
  const rows = (await w.export('leads?format=csv')).trim().split('\r\n')
  assert.equal(rows.length, 3)
  assert.ok(rows.find((r) => r.startsWith(id)).includes('two@example.com'))
  // They are leads to import, named by what they are named by.
  const there = await empty('people_there')
  assert.equal((await there.import(await w.export('leads'))).summary.created, 2)
  const file = path.join(TMP, 'people.csv')
  writeFileSync(file, await w.export('leads?format=csv'))
  assert.match(await s.cli('import', file, '--workspace', there.name), /refused +0/)
  assert.equal(await s.count('leads', `workspace_id = '${there.id}'`), 2)
})

test('a merge waits for all lines before it, wherever it stands, and those behind it wait for it', async () => {
  // Two whole exports in one: the second begins with events behind the merges of the first. Many leads, so that several jobs are under way.
  const from = [await empty('first'), await empty('second')]
  const n = QUICK ? 700 : 1500
  for (const [i, w] of from.entries()) {
    const events = Array.from({ length: n }, (_, k) => ({ event_id: `w${k}`, type: 'page_view', occurred_at: iso(Date.now() - 3_600_000 - k * 1000), lead: k % 2 ? { email: `w${i}-${k >> 1}@example.com` } : { anonymous_id: `w${i}-a${k >> 1}` } }))
    const known = Array.from({ length: n >> 1 }, (_, k) => ({ event_id: `j${k}`, type: 'message', occurred_at: iso(Date.now() - k), lead: { email: `w${i}-${k}@example.com`, anonymous_id: `w${i}-a${k}` } }))
    for (const part of [events, known]) assert.equal((await w.import(part.map((e) => JSON.stringify(e)).join('\n'))).summary.failed, 0)
  }
  const [first, second] = await Promise.all(from.map((w) => w.export('events')))
  assert.equal(merges(parse(first)).length, n >> 1)
  const to = await empty('together')
  const { summary, lines } = await to.import(first + second)
  assert.deepEqual([summary.failed, lines], [0, []])
  const sorted = (...texts) => texts.flatMap((x) => x.trim().split('\n')).sort()
  assert.deepEqual(sorted(await to.export('events')), sorted(first, second))
  assert.equal(await s.count('leads', `workspace_id = '${to.id}' AND merged_into IS NULL AND last_event_at IS NOT NULL`), 2 * (n >> 1) + 2 * (n & 1))
  const scores = (w) => s.sql(`SELECT id, score, stage, tier FROM leads WHERE workspace_id = ANY ('{${w.map((x) => x.id)}}') AND merged_into IS NULL ORDER BY id`)
  assert.deepEqual(await scores([to]), await scores(from))
})

test('what a row of a merge has to be, and what here has been decided since', async () => {
  const w = await empty('rules')
  const made = async (k) => (await w.event({ event_id: `e${k}`, type: 'page_view', lead: { email: `e${k}@example.com` } })).lead_id
  const [a, b, c, d] = [await made(1), await made(2), await made(3), await made(4)]
  const key = (k) => `0192f0c4-7b5a-7cc3-98c4-dc0c0c07398${k}`
  const row = (k, more = {}, properties = {}) => ({ key: key(k), lead_id: a, type: 'lead_merged', occurred_at: '2026-01-02T03:04:05.678Z', received_at: '2026-01-02T03:04:05.678Z', ...more,
    properties: { member: b, cause: 'person', author: 'anna', reason: 'the same voice', ...properties } })
  const text = (...rows) => rows.map((r) => JSON.stringify(r)).join('\n') + '\n'
  const bad = [
    [row(1, {}, { member: a }), 'field_invalid', '/properties/member'], [row(1, {}, { member: 7 }), 'id_invalid', '/properties/member'], [row(1, {}, { cause: 'guess' }), 'field_invalid', '/properties/cause'],
    [row(1, {}, { why: 'x' }), 'field_unknown', '/properties/why'], [row(1, { properties: undefined }, {}), 'lead_not_found', undefined], [row(1, { email: 'x@example.com' }), 'field_unknown', '/email'],
    [row(1, { occurred_at: null }), 'field_required', '/occurred_at'], [row(1, { lead_id: key(9) }), 'lead_not_found', undefined], [row(1, {}, { member: key(9) }), 'lead_not_found', '/properties/member'],
    [row(1, {}, { author: 'x'.repeat(256) }), 'field_too_long', '/properties/author'],
  ]
  bad[4][0] = { ...row(1), lead_id: key(8), properties: { member: key(9), cause: 'person' } }
  const refused = await w.import(text(...bad.map(([r]) => r)))
  assert.deepEqual(refused.lines.map((l) => [l.error.code, l.error.errors?.[0]?.pointer]), bad.map(([, code, pointer]) => [code, pointer]))
  assert.equal(await s.count('merges', `workspace_id = '${w.id}'`), 0)
  // For administrators, as stored events are; and no event of outside has such a type.
  const denied = parse((await w.request('POST', '/v1/import', text(row(1)), w.keys.ingest)).text)
  assert.deepEqual(denied[0].error.code, 'role_forbidden')
  assertProblem(await w.request('POST', '/v1/events', { event_id: 'x', type: 'lead_merged', lead: { id: a } }), 422, 'type_reserved')

  const taken = await w.import(text(row(1), row(2, { lead_id: c }, { member: a, author: '', reason: '' })), '?results=all')
  assert.deepEqual(taken.lines.map((l) => [l.event_id, l.duplicate, l.lead_id]), [[key(1), false, c], [key(2), false, c]])
  const { body: lead } = await w.lead(b)
  assert.equal(lead.id, c)
  assert.deepEqual(lead.merged.map((m) => [m.merge_id, m.lead_id, m.member_id, m.at, m.cause, m.author, m.reason]).sort(), [
    [key(1), a, b, '2026-01-02T03:04:05.678Z', 'person', 'anna', 'the same voice'], [key(2), c, a, '2026-01-02T03:04:05.678Z', 'person', '', '']])
  // Told to the outside when it came, with the time at which it was made.
  assert.deepEqual(await s.sql(`SELECT payload ->> 'merge_id', payload ->> 'at' FROM outbox WHERE workspace_id = '${w.id}' AND topic = 'lead.merged' ORDER BY 1`),
    [[key(1), '2026-01-02T03:04:05.678Z'], [key(2), '2026-01-02T03:04:05.678Z']])
  // A lead is part of one other only.
  const elsewhere = await w.import(text(row(3, { lead_id: d })))
  assert.deepEqual(elsewhere.lines.map((l) => [l.error.status, l.error.code, l.error.errors?.[0]?.pointer]), [[409, 'lead_merged', '/properties/member']])
  // One that somebody has taken back here is not made again.
  await w.unmerge(c, { merge_id: key(1) })
  assert.equal((await w.import(text(row(1)))).summary.duplicates, 1)
  assert.equal((await w.lead(b)).body.id, b)
})
