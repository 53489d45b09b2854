// Bulk: POST /v1/import takes lines of any number in bounded memory and says what became of each; nothing is stored twice, whatever breaks off; and
// what is exported makes the same leads again in an empty workspace.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { climb, DAY, GOOD_PROFILE, iso, random } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const QUICK = process.env.LEADSCORE_TEST_QUICK === '1'
const TMP = process.env.LEADSCORE_TEST_TMP
const seed = Number(process.env.LEADSCORE_TEST_SEED ?? Date.now() % 1_000_000)
// Sanitizers keep what was freed for a while: no more than so much of it here, where memory is measured.
const s = await Service.start('bulk', { LEADSCORE_BODY_DEADLINE_MS: '2000', ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:quarantine_size_mb=8` })
after(() => s.stop())

const ndjson = (lines) => lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n') + '\n'
const parse = (text) => text.split('\n').filter((l) => l !== '').map((l) => JSON.parse(l))
const NDJSON = { 'content-type': 'application/x-ndjson' }

// {status, lines, summary}
async function send(body, { query = '', headers = {}, key = s.workspace.keys.ingest } = {}) {
  const reply = await s.client.request('POST', `/v1/import${query}`, { key, body, headers: { ...NDJSON, ...headers } })
  assert.equal(reply.status, 200, reply.text)
  assert.match(reply.headers['content-type'], /^application\/x-ndjson/)
  const lines = parse(reply.text)
  return { lines: lines.slice(0, -1), summary: lines.at(-1).summary, reply }
}
const counts = ({ lines, events, leads, created, duplicates, failed, results_left_out: left }) => ({ lines, events, leads, created, duplicates, failed, left })
const event = (i, more = {}) => ({ event_id: `b-${i}`, type: 'page_view', lead: { email: `b${i % 50}@example.com` }, properties: { path: '/pricing' },
  occurred_at: iso(Date.now() - DAY + (i % 80_000) * 1000), ...more })

test('events and leads, each line for itself; the second time all are duplicates', async () => {
  const lines = Array.from({ length: 1200 }, (_, i) => event(i))
  lines.splice(3, 0, '', { lead: { email: 'lead@example.com', ...GOOD_PROFILE } })
  const first = await send(ndjson(lines))
  assert.deepEqual(counts(first.summary), { lines: 1201, events: 1200, leads: 1, created: 51, duplicates: 0, failed: 0, left: 0 })
  assert.ok(first.summary.seconds > 0)
  assert.deepEqual(first.lines, [])
  const again = await send(ndjson(lines), { query: '?results=all' })
  assert.deepEqual(counts(again.summary), { lines: 1201, events: 1200, leads: 1, created: 0, duplicates: 1201, failed: 0, left: 0 })
  assert.deepEqual(again.lines.map((l) => l.line), [...Array(1202).keys()].map((i) => i + 1).filter((i) => i !== 4))
  assert.ok(again.lines.every((l) => l.duplicate && typeof l.lead_id === 'string' && typeof l.score === 'number'))
  assert.equal(await s.count('events', "event_id LIKE 'b-%'"), 1200)
  assert.equal(await s.count('events', "type = 'profile_updated'"), 1)
  assert.equal(again.lines[0].event_id, 'b-0')
})

test('a bad line is its own, with its number and the place in it', async () => {
  const bad = [
    ['{"type":', 'json_invalid'], ['[1]', 'field_type'], ['7', 'field_type'], [{ type: 'page_view', event_id: 'x-1' }, 'field_required', '/lead'],
    [{ type: 'page_view', lead: { email: 'no' }, event_id: 'x-2' }, 'email_invalid', '/lead/email'], [{ type: 'page_view', lead: { email: 'x@example.com' } }, 'event_id_required', '/event_id'],
    [{ lead: { name: 'x' } }, 'identity_required', '/lead'], [{ lead: { email: 'x@example.com', score: 5 } }, 'field_read_only', '/lead/score'], [{ what: 1 }, 'line_unknown'],
    [{ lead: { email: 'x@example.com' }, extra: 1 }, 'field_unknown', '/extra'], [{ type: 'tag_added', event_id: 'x-3', lead: { email: 'x@example.com' } }, 'type_reserved', '/type'],
    [{ key: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f', lead_id: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f' }, 'role_forbidden', '/key'],
    [Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), 'json_invalid'], [JSON.stringify({ type: 'a', event_id: 'x', pad: 'y'.repeat(262144) }), 'line_too_long'],
    [{ type: 'page_view', event_id: 'x-4', lead: { id: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f' } }, 'lead_not_found'],
  ]
  const lines = bad.flatMap(([l], i) => [l, event(5000 + i)])
  const body = Buffer.concat(lines.map((l) => Buffer.from((typeof l === 'string' ? l : JSON.stringify(l)) + '\r\n', 'latin1')))
  const { lines: got, summary } = await send(body)
  assert.deepEqual(counts(summary), { lines: lines.length, events: bad.length, leads: 0, created: summary.created, duplicates: 0, failed: bad.length, left: 0 })
  assert.deepEqual(got.map((l) => [l.line, l.error.code, l.error.errors?.[0]?.pointer]), bad.map(([, code, pointer], i) => [2 * i + 1, code, pointer]))
})

test('with an Idempotency-Key a line is the same by its number', async () => {
  const lines = ndjson(Array.from({ length: 30 }, () => ({ type: 'page_view', lead: { email: 'idem@example.com' } })))
  const headers = { 'idempotency-key': '"file-7"' }
  assert.equal((await send(lines, { headers })).summary.duplicates, 0)
  assert.equal((await send(lines, { headers })).summary.duplicates, 30)
  assert.equal((await send(lines, { headers: { 'idempotency-key': 'file-8' } })).summary.duplicates, 0)
  // Leads say what makes them the same: what they say.
  const lead = { lead: { email: 'idem@example.com', name: '甲', title: 'CEO' } }
  const other = { lead: { title: 'CEO', name: '甲', email: 'idem@example.com' } }
  assert.equal((await send(ndjson([lead, other]))).summary.duplicates, 1)
})

test('what is wrong with the whole is said before the lines are looked at', async () => {
  const ask = (options) => s.client.request('POST', `/v1/import${options.query ?? ''}`, { key: options.key ?? s.workspace.keys.ingest, body: ndjson([event(1)]), headers: { ...NDJSON, ...options.headers } })
  assertProblem(await ask({ headers: { 'content-type': 'application/xml' } }), 415, 'content_type_unsupported')
  assertProblem(await ask({ query: '?results=some' }), 400, 'parameter_invalid')
  assertProblem(await ask({ query: '?resluts=all' }), 400, 'parameter_unknown')
  assertProblem(await ask({ headers: { 'idempotency-key': '"a"b"' } }), 400, 'header_invalid')
  assertProblem(await ask({ key: s.workspace.keys.read }), 403, 'role_forbidden')
  assertProblem(await ask({ key: 'lsk_nothing' }), 401, 'key_malformed')
  const empty = await send('')
  assert.deepEqual(counts(empty.summary), { lines: 0, events: 0, leads: 0, created: 0, duplicates: 0, failed: 0, left: 0 })
})

test('gzipped, chunked, byte by byte', async () => {
  const body = ndjson(Array.from({ length: 400 }, (_, i) => event(10000 + i)))
  assert.equal((await send(gzipSync(body), { headers: { 'content-encoding': 'gzip' } })).summary.events, 400)
  const chunked = (pieces) => new Promise((resolve, reject) => {
    const req = http.request({ host: '127.0.0.1', port: s.port, method: 'POST', path: '/v1/import', headers: { ...NDJSON, authorization: `Bearer ${s.workspace.keys.ingest}` } }, (res) => {
      let text = ''
      res.on('data', (d) => (text += d)).on('end', () => resolve(parse(text).at(-1).summary))
    })
    req.on('error', reject)
    for (const piece of pieces) req.write(piece)
    req.end()
  })
  const bytes = Buffer.from(body)
  assert.equal((await chunked(Array.from({ length: 2000 }, (_, i) => bytes.subarray(i, i + 1)).concat([bytes.subarray(2000)]))).duplicates, 400)
  assert.equal((await chunked(Array.from({ length: 50 }, (_, i) => bytes.subarray(Math.floor((i * bytes.length) / 50), Math.floor(((i + 1) * bytes.length) / 50))))).duplicates, 400)
})

// Sends `part` of the body and goes away.
const breakOff = (body, part) => new Promise((resolve) => {
  const socket = net.connect(s.port, '127.0.0.1')
  socket.on('error', () => resolve())
  socket.write(`POST /v1/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${s.workspace.keys.ingest}\r\nContent-Length: ${body.length}\r\n\r\n`)
  socket.write(body.subarray(0, Math.floor(body.length * part)), () => setTimeout(() => (socket.destroy(), resolve()), 50))
})

test('broken off at any place and sent again, each event is stored once', async () => {
  const n = QUICK ? 2000 : 6000
  const body = Buffer.from(ndjson(Array.from({ length: n }, (_, i) => event(20000 + i, { lead: { email: `once${i % 97}@example.com` } }))))
  for (const part of [0.01, 0.3, 0.7, 0.999]) await breakOff(body, part)
  const { summary } = await send(body)
  assert.equal(summary.failed, 0)
  assert.equal(summary.events, n)
  assert.equal(await s.count('events e JOIN identities i USING (workspace_id, lead_id)', "i.value LIKE 'once%' AND e.type = 'page_view'"), n)
})

test('others are served meanwhile, and only so many at once', async () => {
  const body = Buffer.from(ndjson(Array.from({ length: QUICK ? 4000 : 8000 }, (_, i) => event(100000 + i, { lead: { external_id: `fair${i % 3000}` } }))))
  let done = false
  const importing = send(body).finally(() => (done = true))
  const waits = []
  while (!done) {
    const reply = await s.call('ingest', 'POST', '/v1/events', { type: 'message', lead: { email: 'meanwhile@example.com' } })
    if (reply.status === 200) waits.push(reply)
  }
  assert.equal((await importing).summary.failed, 0)
  assert.ok(waits.length > 1, `${waits.length} events while an import ran`)
  // Four of a workspace may be open; the fifth is told when to come again.
  const open = Array.from({ length: 4 }, () => {
    const socket = net.connect(s.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`POST /v1/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${s.workspace.keys.ingest}\r\nTransfer-Encoding: chunked\r\n\r\n`)
    return socket
  })
  await sleep(300)
  const fifth = await s.client.request('POST', '/v1/import', { key: s.workspace.keys.ingest, body: ndjson([event(1)]), headers: NDJSON })
  assertProblem(fifth, 503, 'too_many_imports')
  assert.equal(fifth.headers['retry-after'], '1')
  for (const socket of open) socket.destroy()
  // Those that send nothing are gone after the deadline in any case; these are gone at once.
  for (let i = 0; ; i++) {
    const reply = await s.client.request('POST', '/v1/import', { key: s.workspace.keys.ingest, body: ndjson([event(1)]), headers: NDJSON })
    if (reply.status === 200) break
    assert.ok(i < 100, reply.text)
    await sleep(50)
  }
})

test('memory does not grow with the number of lines', async () => {
  const rss = () => Number(readFileSync(`/proc/${s.child.pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1])
  const body = (from, n) => Buffer.from(ndjson(Array.from({ length: n }, (_, i) => event(from + i, { lead: { external_id: `mem${i % 500}` } }))))
  await send(body(300000, 3000), { query: '?results=all' })
  const before = rss()
  const { summary } = await send(body(400000, QUICK ? 10000 : 40000), { query: '?results=all' })
  assert.equal(summary.failed, 0)
  assert.ok(rss() - before < 80_000, `${rss() - before} KiB more`)
})

// --- What is exported makes the same leads again.

// A workspace's leads, by id, without what counts writes.
async function picture(w, all = []) {
  const client = s.client
  const get = async (p) => {
    const reply = await client.request('GET', p, { key: w.keys.admin })
    assert.equal(reply.status, 200, `${p}: ${reply.text}`)
    return reply
  }
  const exported = parse((await get('/v1/export/leads')).text)
  const leads = []
  for (const { id } of exported) {
    const { version, updated_at, handoff, ...lead } = (await get(`/v1/leads/${id}`)).body
    const timeline = (await get(`/v1/leads/${id}/timeline?limit=200`)).body.data
    const events = timeline.filter((x) => !['transition', 'handoff'].includes(x.kind)).sort((a, b) => (a.at + a.event_id < b.at + b.event_id ? -1 : 1))
    const moves = timeline.filter((x) => x.kind === 'transition' && x.cause !== 'correction').map(({ at, type, from, to }) => `${at} ${type} ${from} ${to}`).sort()
    // What came late was told when it came; replayed, it is told at its instant. What was voided had its effects, and they were corrected; replayed, it never had any.
    const live = events.every((x) => !x.voided && Date.parse(x.received_at) - Date.parse(x.at) < 1000)
    all.push(moves)
    leads.push({ ...lead, score: { ...lead.score, as_of: null }, identities: lead.identities.map((i) => `${i.kind} ${i.value}`).sort(), tags: [...lead.tags].sort(),
      next_change_at: null, events, ...(live && { moves, handoff: handoff?.state }) })
  }
  return leads
}

let serial = 0
async function history(w, next) {
  const pick = (list) => list[Math.floor(next() * list.length)]
  const types = [['page_view', { path: '/pricing' }], ['content_download', { kind: 'white_paper' }], ['email_open', { message_id: 'm' }], ['demo_request'], ['webinar_attend'], ['message', { note: '=1+1,"x"\n' }]]
  const ask = async (method, p, body, want = [200, 201]) => {
    const reply = await s.client.request(method, p, { key: w.keys.admin, body })
    assert.ok(want.includes(reply.status), `${method} ${p}: ${reply.text}`)
    return reply.body
  }
  const start = Date.now() - 40 * DAY
  for (let l = 0; l < 12; l++) {
    const n = serial++
    const who = pick([{ email: `h${n}@example.com` }, { phone: `1380013${String(8000 + n)}` }, { external_id: { crm: `c${n}`, shop: `s${n}` } }, { anonymous_id: `a${n}` }])
    let id
    let at = start + Math.floor(next() * 10 * DAY)
    const made = []
    for (let k = 0, times = 2 + Math.floor(next() * 8); k < times; k++) {
      const [type, properties] = pick(types)
      at += Math.floor(next() * 3 * DAY)
      const profile = next() < 0.4 ? GOOD_PROFILE : next() < 0.3 ? { name: pick(['=cmd()', '+86 name', "'quoted", '李,伟']), attributes: { note: '@x' } } : {}
      const sent = { ...(next() < 0.7 && { event_id: `h-${n}-${k}` }), type, lead: { ...who, ...profile }, ...(properties && { properties }), ...(l % 2 && { occurred_at: iso(at) }), ...(next() < 0.3 && { source: 'web' }) }
      const reply = await ask('POST', '/v1/events', sent)
      id = reply.lead_id
      made.push({ lead_id: id, event_id: reply.event_id, ...(sent.source && sent.event_id && { source: 'web' }) })
    }
    if (next() < 0.4) await ask('PATCH', `/v1/leads/${id}`, { title: 'CEO', email: `new${n}@example.com` })
    if (next() < 0.4) await ask('PUT', `/v1/leads/${id}/tags/${encodeURIComponent('意向:高')}`)
    if (next() < 0.3) await ask('PUT', `/v1/leads/${id}/offset`, { points: -7.25, reason: 'known' })
    if (next() < 0.3) await ask('POST', '/v1/events/void', { ...pick(made), reason: '=a test' })
  }
}

test(`exported events make the same leads in an empty workspace, seed ${seed}`, async (t) => {
  const next = random(seed)
  const rounds = QUICK ? 1 : 3
  for (let round = 0; round < rounds; round++) {
    const ours = await s.makeWorkspace(`out${round}`)
    await history(ours, next)
    const get = async (p) => {
      const reply = await s.client.request('GET', p, { key: ours.keys.admin })
      assert.equal(reply.status, 200, reply.text)
      return reply.text
    }
    const before = await picture(ours)
    const lines = await get('/v1/export/events')
    assert.equal(parse(lines).length, await s.count('events', `workspace_id = '${ours.id}'`))
    // By lines over HTTP.
    const theirs = await s.makeWorkspace(`in${round}`)
    const taken = await send(lines, { key: theirs.keys.admin })
    assert.deepEqual([taken.summary.failed, taken.summary.duplicates, taken.summary.created], [0, 0, before.length])
    const replayed = []
    assert.deepEqual(await picture(theirs, replayed), before)
    assert.equal((await send(lines, { key: theirs.keys.admin })).summary.duplicates, taken.summary.events + taken.summary.leads)
    // By CSV on the command line, with the sign for Excel in front.
    const file = path.join(TMP, `events-${round}.csv`)
    await s.cli('export', 'events', '--workspace', ours.name, '--format', 'csv', '--bom', '--output', file)
    assert.equal(readFileSync(file, 'utf8').includes('\n='), false)
    const third = await s.makeWorkspace(`csv${round}`)
    const said = await s.cli('import', file, '--workspace', third.name, '--restart')
    assert.match(said, /refused +0/)
    const again = []
    assert.deepEqual(await picture(third, again), before)
    assert.deepEqual(again, replayed)
    // And on their way from one to the other.
    const fourth = await s.makeWorkspace(`pipe${round}`)
    const piped = path.join(TMP, `events-${round}.ndjson`)
    writeFileSync(piped, await s.cli('export', 'events', '--workspace', ours.name))
    await s.cli('import', piped, '--workspace', fourth.name)
    assert.deepEqual(await picture(fourth), before)
    assert.ok(before.some((l) => l.moves?.length))
    t.diagnostic(`round ${round}: ${before.length} leads, ${parse(lines).length} events, ${replayed.flat().length} moves, ${before.filter((l) => l.moves).length} leads told as it happened`)
  }
})

test('exported leads are leads to import, as lines and as CSV', async () => {
  const ours = await s.makeWorkspace('people')
  const post = (body) => s.client.request('POST', '/v1/leads', { key: ours.keys.admin, body })
  await post({ email: 'a@example.com', phone: '+8613800138000', name: '=HYPERLINK("http://x")', ...GOOD_PROFILE, attributes: { deep: { list: [1, '二'] } }, owner: 'li' })
  await post({ external_id: { crm: '7', shop: '8' }, name: "'=quoted", company: { employees: 120, technologies: ['a', 'b, c'] } })
  await post({ anonymous_id: 'cookie', name: '-1', title: '  -x' })
  const ask = (what, key = ours.keys.read) => s.client.request('GET', `/v1/export/${what}`, { key })
  const text = (await ask('leads')).text
  const csv = await ask('leads?format=csv&bom=true')
  assert.match(csv.headers['content-type'], /^text\/csv; charset=utf-8/)
  assert.match(csv.headers['content-disposition'], /leads\.csv/)
  assert.equal(csv.text.charCodeAt(0), 0xfeff)
  // No cell that a spreadsheet would take for a formula.
  for (const cell of csv.text.slice(1).split(/\r\n|,/)) assert.ok(!/^"?[=+@\t]/.test(cell) && !/^"?-(?!\d+(\.\d+)?"?$)/.test(cell), cell)
  const profiles = async (w) => (await s.sql(`SELECT l.profile::jsonb - 'source', (SELECT string_agg(i.kind || ' ' || i.value, ',' ORDER BY i.kind) FROM identities i WHERE i.lead_id = l.id AND i.workspace_id = l.workspace_id)
    FROM leads l WHERE l.workspace_id = '${w.id}' ORDER BY 1`)).map((r) => r.join(' | '))
  const lines = await s.makeWorkspace('people_lines')
  assert.deepEqual(counts((await send(text, { key: lines.keys.ingest })).summary), { lines: 3, events: 0, leads: 3, created: 3, duplicates: 0, failed: 0, left: 0 })
  assert.deepEqual(await profiles(lines), await profiles(ours))
  const file = path.join(TMP, 'leads.csv')
  writeFileSync(file, csv.text)
  const sheet = await s.makeWorkspace('people_csv')
  await s.cli('import', file, '--workspace', 'people_csv')
  assert.deepEqual(await profiles(sheet), await profiles(ours))
})

test('transitions are exported, and one workspace sees nothing of another', async () => {
  const ours = await s.makeWorkspace('moves')
  for (const e of climb('moves', { email: 'moves@example.com' })) await s.client.request('POST', '/v1/events', { key: ours.keys.ingest, body: e })
  const ask = (what, role) => s.client.request('GET', `/v1/export/${what}`, { key: ours.keys[role] })
  const moves = parse((await ask('transitions', 'read')).text)
  const feed = (await s.client.request('GET', '/v1/transitions', { key: ours.keys.read })).body.data
  assert.deepEqual(moves.sort((a, b) => (a.id < b.id ? -1 : 1)), feed.sort((a, b) => (a.id < b.id ? -1 : 1)))
  assert.ok(moves.some((m) => m.to === 'mql'))
  assert.equal((await ask('transitions?format=csv', 'sales')).text.trim().split('\r\n').length, moves.length + 1)
  const other = await s.makeWorkspace('nobody')
  for (const what of ['leads', 'events', 'transitions'])
    assert.equal((await s.client.request('GET', `/v1/export/${what}`, { key: other.keys.admin })).text, '', what)
  assertProblem(await ask('events', 'sales'), 403, 'role_forbidden')
  assertProblem(await ask('leads?bom=true', 'read'), 400, 'parameter_invalid')
})

test('an export is of one instant, and a reader who stops costs nothing', async () => {
  const w = await s.makeWorkspace('instant')
  await send(ndjson(Array.from({ length: 3000 }, (_, i) => ({ lead: { external_id: `i${i}`, attributes: { pad: 'x'.repeat(500) } } }))), { key: w.keys.ingest })
  const got = await new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port: s.port, path: '/v1/export/leads', headers: { authorization: `Bearer ${w.keys.read}` } }, (res) => {
      let text = ''
      res.on('data', (d) => (text += d)).on('end', () => resolve(text)).on('error', reject)
      // Once the first line is there the instant is; while the reader is slow, more comes in, and none of it is in what he reads.
      res.once('data', () => {
        res.pause()
        send(ndjson(Array.from({ length: 500 }, (_, i) => ({ lead: { external_id: `late${i}` } }))), { key: w.keys.ingest }).then(() => res.resume(), reject)
      })
    }).on('error', reject)
  })
  assert.equal(parse(got).length, 3000)
  for (let i = 0; i < 6; i++) {
    const socket = net.connect(s.port, '127.0.0.1')
    socket.write(`GET /v1/export/leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${w.keys.read}\r\n\r\n`)
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
  }
  for (let i = 0; (await s.sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"))[0][0] !== '0'; i++) {
    assert.ok(i < 200, 'a transaction stays open')
    await sleep(50)
  }
})

test('SIGTERM in the middle of an import: told how far it came, and nothing lost', async () => {
  const twin = await s.twin()
  const body = ndjson(Array.from({ length: 3000 }, (_, i) => event(900000 + i, { lead: { external_id: `term${i % 50}` } })))
  const reply = new Promise((resolve) => {
    const socket = net.connect(twin.port, '127.0.0.1')
    let text = ''
    socket.on('data', (d) => (text += d)).on('close', () => resolve(text)).on('error', () => resolve(text))
    socket.write(`POST /v1/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${s.workspace.keys.ingest}\r\nContent-Length: ${body.length + 100000000}\r\n\r\n`)
    socket.write(body)
    const more = setInterval(() => socket.writable && socket.write('\n'), 20)
    socket.on('close', () => clearInterval(more))
  })
  await sleep(1500)
  await twin.terminate()
  const text = await reply
  assert.match(text, /^HTTP\/1\.1 503 /)
  assert.match(text, /shutting_down/)
  const { summary } = await send(body)
  assert.deepEqual([summary.events, summary.failed], [3000, 0])
  assert.equal(await s.count('events e JOIN identities i USING (workspace_id, lead_id)', "i.value LIKE 'term%'"), 3000)
})
