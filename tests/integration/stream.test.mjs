// GET /v1/stream: everything of the change feed live, once and in its order, whatever is cut off in between.
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { EventSource } from 'eventsource'
import { Contract } from './lib/contract.mjs'
import { climb } from './lib/scene.mjs'
import { Service, assertProblem, concurrently } from './lib/service.mjs'

const QUICK = process.env.LEADSCORE_TEST_QUICK === '1'
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
console.log(`# SEED=${seed}`)
let state = seed * 2654435761 + 1
const random = () => ((state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0) % 1_000_003) / 1_000_003

const contract = new Contract()
const SCHEMAS = { transition: 'TransitionChange', handoff: 'HandoffChange' }
const s = await Service.start('stream')
test.after(() => s.stop())

// A stream that is read on: `events` without the empty ones, `retry`, `beats` (comments), `position` (the last id), `closed`.
class Follower {
  static async open({ query = {}, last, port = s.port, key = s.workspace.keys.read } = {}) {
    const f = Object.assign(new Follower(), { events: [], beats: 0, closed: false })
    const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...(last && { 'last-event-id': last }) }
    const target = `/v1/stream?${new URLSearchParams(query)}`
    await new Promise((resolve, reject) => {
      f.req = http.get({ host: '127.0.0.1', port, path: target, headers, agent: false }, (res) => {
        f.res = res
        assert.equal(res.statusCode, 200)
        let text = ''
        res.setEncoding('utf8')
        res.on('data', (chunk) => {
          text += chunk
          for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
            f.take(text.slice(0, end))
            resolve()
          }
        })
        res.on('end', () => (f.closed = true))
        res.on('error', () => (f.closed = true))
      })
      f.req.on('error', reject)
    })
    return f
  }

  take(block) {
    const e = {}
    for (const line of block.split('\n')) {
      const [, name, value] = /^(\w*): ?(.*)$/.exec(line) ?? assert.fail(`a line that is none of SSE: ${line}`)
      if (name === '') this.beats++
      else e[name] = value
    }
    if (e.retry) this.retry = Number(e.retry)
    if (e.id) this.position = e.id
    if (!e.event || e.event === 'position') return
    this.events.push({ id: e.id, event: e.event, data: JSON.parse(e.data) })
  }

  async until(done, what, ms = 20_000) {
    for (const end = Date.now() + ms; !done(this); await sleep(10))
      assert.ok(Date.now() < end, `${what}: ${JSON.stringify(this.events.slice(-3))} ${this.events.length}`)
  }

  count(n) {
    return this.until(() => this.events.length >= n, `${n} events`)
  }

  close() {
    this.req.destroy()
  }
}

let serial = 0
const lead = () => ({ email: `stream-${serial++}@example.com` })
const post = (events) => s.ok(200, 'ingest', 'POST', '/v1/events', events)

// What the feed holds after a position, as the database has it: [position, the transition's id or the handoff's topic].
async function feedRows(workspace, after = 0) {
  const rows = await s.sql(`SELECT position, id::text FROM transitions WHERE workspace_id = '${workspace}' AND position > ${after}
    UNION ALL SELECT n.position, o.id::text FROM handoff_news n JOIN outbox o ON o.workspace_id = n.workspace_id AND o.id = n.outbox_id
    WHERE n.workspace_id = '${workspace}' AND n.position > ${after} ORDER BY 1`)
  return rows.map(([, id]) => id)
}

test('a lead that climbs is told of at once: transitions, and the handoff after the one that raised it', async () => {
  const f = await Follower.open()
  assert.equal(f.res.headers['content-type'], 'text/event-stream')
  assert.equal(f.res.headers['cache-control'], 'no-store')
  assert.ok(f.retry >= 1000 && f.retry < 4000)
  const who = lead()
  const began = Date.now()
  await post(climb('first', who))
  const { results } = (await post([{ type: 'demo_request', lead: who }])).body
  await f.until(() => f.events.some((e) => e.data.type === 'stage.sal') && f.events.at(-1).event === 'handoff', 'the climb')
  assert.ok(Date.now() - began < 5000)
  const types = f.events.map((e) => e.data.type)
  assert.equal(types.filter((t) => t === 'handoff.created').length, 1)
  const raised = f.events.findIndex((e) => e.data.type === 'stage.mql')
  assert.ok(raised >= 0 && raised < types.indexOf('handoff.created'), String(types))
  for (const e of f.events) {
    assert.equal(e.event, e.data.type.startsWith('handoff.') ? 'handoff' : 'transition')
    assert.equal(e.data.lead.id, results[0].lead_id)
    assert.equal(contract.faults(`#/components/schemas/${SCHEMAS[e.event]}`, e.data), null)
  }
  const created = f.events.find((e) => e.data.type === 'handoff.created').data
  assert.equal(created.handoff.lead_id, results[0].lead_id)
  assert.equal(created.handoff.stage, 'mql')
  assert.equal(created.handoff.context, undefined)
  assert.equal((await s.ok(200, 'read', 'GET', `/v1/handoffs/${created.handoff.id}`)).body.lead_id, created.lead.id)
  assert.equal(f.events.at(-1).data.lead.name, '林美')
  // The same as the feed of transitions has them; places are good in both.
  const feed = (await s.ok(200, 'read', 'GET', '/v1/transitions')).body
  assert.deepEqual(f.events.filter((e) => e.event === 'transition').map((e) => e.data.transition), feed.data)
  const at = f.events.findIndex((e) => e.event === 'transition')
  const rest = (await s.ok(200, 'read', 'GET', `/v1/transitions?after=${f.events[at].id}`)).body
  assert.deepEqual(rest.data, feed.data.slice(1))
  const again = await Follower.open({ query: { after: f.events[at].id } })
  await again.count(f.events.length - at - 1)
  assert.deepEqual(again.events.map((e) => e.id), f.events.slice(at + 1).map((e) => e.id))
  const end = await Follower.open({ query: { after: rest.next_cursor } })
  // The header of one who was cut off counts before the parameter of its first request.
  const cut = await Follower.open({ query: { after: rest.next_cursor }, last: f.events[0].id })
  await cut.count(f.events.length - 1)
  await sleep(300)
  assert.equal(end.events.length + f.events.length, f.events.length, 'told twice')
  assert.equal(cut.events.length, f.events.length - 1)
  for (const x of [f, again, end, cut]) x.close()
})

test('filters: types, tier, stage and owner', async () => {
  const all = await Follower.open()
  const wanted = {
    mql: { type: 'stage.mql' },
    families: { type: 'tier.*,handoff.*' },
    handoffs: { type: 'handoff.created' },
    tier: { tier: 'B,C' },
    stage: { stage: 'mql' },
    owner: { owner: 'wang' },
    both: { owner: 'wang', type: 'stage.*' },
    none: { owner: 'nobody' },
  }
  const f = Object.fromEntries(await Promise.all(Object.entries(wanted).map(async ([name, query]) => [name, await Follower.open({ query })])))
  const mine = lead()
  await post(climb('owned', { ...mine, owner: 'wang' }))
  await post(climb('free', lead()))
  // Of no tier to speak of, but in a hurry.
  const bare = lead()
  await post([...climb('bare', bare, {}), { type: 'demo_request', lead: bare }])
  await all.until(() => all.events.filter((e) => e.data.type === 'handoff.created').length === 3, 'three handoffs')
  await sleep(200)
  const of = (test) => all.events.filter(test).map((e) => e.id)
  const [t, tiers, stages] = [(e) => e.data.transition ?? {}, ['B', 'C'], ['mql']]
  const inTier = (e) => tiers.includes(e.data.lead.tier) || (t(e).kind === 'tier' && (tiers.includes(t(e).from) || tiers.includes(t(e).to)))
  const inStage = (e) => stages.includes(e.data.lead.stage) || e.data.handoff?.stage === 'mql' || (t(e).kind === 'stage' && (t(e).from === 'mql' || t(e).to === 'mql'))
  const owned = (e) => e.data.lead.owner === 'wang'
  const expected = {
    mql: of((e) => e.data.type === 'stage.mql'),
    families: of((e) => /^(tier|handoff)\./.test(e.data.type)),
    handoffs: of((e) => e.data.type === 'handoff.created'),
    owner: of(owned),
    both: of((e) => owned(e) && e.data.type.startsWith('stage.')),
    none: [],
  }
  assert.ok(expected.mql.length >= 2)
  assert.ok(expected.both.length > 0)
  for (const [name, ids] of Object.entries(expected)) assert.deepEqual(f[name].events.map((e) => e.id), ids, name)
  // What the lead is may have moved on between two looks: each is judged by what it says itself.
  assert.ok(f.tier.events.length > 0 && f.tier.events.every(inTier) && f.tier.events.length < all.events.length)
  assert.ok(f.stage.events.length > 0 && f.stage.events.every(inStage) && f.stage.events.length < all.events.length)
  for (const x of [all, ...Object.values(f)]) x.close()
})

test('who wants little still learns where it is', async () => {
  const w = await s.makeWorkspace('quiet')
  const f = await Follower.open({ key: w.keys.read, query: { type: 'stage.sql' } })
  const first = f.position
  await insertTransitions(w.id, 3000)
  await f.until(() => f.position !== first, 'a new position')
  assert.equal(f.events.length, 0)
  // The cursor is opaque; how much comes after it is not.
  let rest = 0
  for (let after = f.position, more = true; more; ) {
    const { body } = await s.client.request('GET', `/v1/transitions?limit=200&after=${after}`, { key: w.keys.read })
    rest += body.data.length
    ;[after, more] = [body.next_cursor, body.has_more]
  }
  assert.ok(rest < 3000, `${rest}`)
  f.close()
})

function insertTransitions(workspace, n, kind = 'tier') {
  return s.sql(`INSERT INTO transitions (workspace_id, id, lead_id, lead_version, ordinal, kind, from_value, to_value, cause, reason, at, score, fit, engagement, model_version, created_at)
    SELECT '${workspace}', gen_random_uuid(), gen_random_uuid(), 1, 0, '${kind}', 'C', 'B', 'decay', repeat('r', 200), now(), 1, 1, 0, 1, now() FROM generate_series(1, ${n})`)
}

test('cut off at random, over two instances, while many write: each once, in order, nothing lost', async () => {
  const twin = await s.twin()
  const w = await s.makeWorkspace('storm')
  const ports = [s.port, twin.port]
  const rounds = QUICK ? 30 : 120
  let writing = true
  const follow = async () => {
    const ids = []
    let last
    for (;;) {
      const done = !writing
      const f = await Follower.open({ key: w.keys.read, port: ports[Math.floor(random() * 2)], last, query: last ? {} : { after: begin } })
      if (done) {
        const all = await feedRows(w.id)
        await f.until(() => ids.length + f.events.length >= all.length, 'the rest')
      } else {
        await sleep(random() * 120)
      }
      f.close()
      for (const e of f.events) ids.push(e.id)
      last = f.events.at(-1)?.id ?? f.position
      if (done) return ids
    }
  }
  const begin = (await s.client.request('GET', '/v1/transitions', { key: w.keys.read })).body.next_cursor
  const followers = Array.from({ length: 4 }, follow)
  await concurrently(rounds, 6, async (i) => {
    const port = ports[i % 2]
    const client = port === s.port ? s.client : twin.client
    const who = { external_id: `storm-${i % 40}` }
    const events = climb(`storm-${i}`, who).slice(0, 2 + Math.floor(random() * 6))
    const reply = await client.request('POST', '/v1/events', { key: w.keys.ingest, body: events })
    assert.equal(reply.status, 200, reply.text)
  })
  await s.client.request('GET', '/v1/transitions', { key: w.keys.read })
  writing = false
  const told = await Promise.all(followers)
  const whole = await Follower.open({ key: w.keys.read, query: { after: begin } })
  const all = await feedRows(w.id)
  assert.ok(all.length > rounds / 2, `${all.length}`)
  await whole.count(all.length)
  const ids = whole.events.map((e) => e.id)
  assert.deepEqual(whole.events.filter((e) => e.event === 'transition').map((e) => e.data.transition.id), all.filter((id) => whole.events.some((e) => e.data.transition?.id === id)))
  assert.equal(ids.length, all.length)
  assert.equal(await s.count('outbox', `workspace_id = '${w.id}' AND topic LIKE 'handoff.%'`), whole.events.filter((e) => e.event === 'handoff').length)
  for (const t of told) assert.deepEqual(t, ids)
  // A handoff is never told before the transition that raised it.
  for (const [i, e] of whole.events.entries())
    if (e.data.type === 'handoff.created') assert.ok(whole.events.slice(0, i).some((x) => x.data.lead.id === e.data.lead.id && /^stage\.(mql|sal)$/.test(x.data.type)))
  whole.close()
  await twin.terminate()
})

test('what another instance commits is told within a second or two, other workspaces are not', async () => {
  const twin = await s.twin()
  const w = await s.makeWorkspace('elsewhere')
  const [f, ours] = [await Follower.open({ port: twin.port, key: w.keys.sales }), await Follower.open({ port: twin.port })]
  const began = Date.now()
  await s.client.request('POST', '/v1/events', { key: w.keys.ingest, body: climb('else', lead()) })
  await f.until(() => f.events.some((e) => e.event === 'handoff'), 'the handoff')
  assert.ok(Date.now() - began < 5000)
  assert.equal(ours.events.length, 0)
  // The instance that ends says so, and where to go on.
  await twin.terminate()
  for (const x of [f, ours]) {
    await x.until(() => x.closed, 'the end')
    assert.deepEqual(x.events.at(-1).data, { reason: 'shutting_down' })
  }
})

test('a stream ends with the key that it was opened with', async () => {
  const { body } = await s.ok(201, 'admin', 'POST', '/v1/keys', { role: 'read' })
  const [f, other] = [await Follower.open({ key: body.key }), await Follower.open()]
  await s.ok(204, 'admin', 'DELETE', `/v1/keys/${body.id}`)
  await f.until(() => f.closed, 'the end')
  assert.equal(f.events.at(-1).event, 'end')
  assert.equal(f.events.at(-1).data.reason, 'key_revoked')
  assert.ok(!other.closed)
  other.close()
})

test('what cannot be', async () => {
  const ask = (query, headers) => s.call('read', 'GET', `/v1/stream?${query}`, undefined, headers)
  for (const query of ['type=mql', 'type=stage', 'type=stage.', 'type=stage.mql,', 'type=lead.*', 'type=Stage.mql', 'tier=E', 'tier=A,', 'tier=AB', 'stage=mql,won', `owner=${'x'.repeat(256)}`])
    assertProblem(await ask(query), 400, 'parameter_invalid')
  assertProblem(await ask('whim=1'), 400, 'parameter_unknown')
  assertProblem(await ask('after=AQAA'), 400, 'cursor_invalid')
  assertProblem(await ask('', { 'last-event-id': '17' }), 400, 'header_invalid')
  const w = await s.makeWorkspace('stranger')
  const theirs = (await s.client.request('GET', '/v1/transitions', { key: w.keys.read })).body.next_cursor
  assertProblem(await ask(`after=${theirs}`), 400, 'cursor_invalid')
  assertProblem(await s.call('publish', 'GET', '/v1/stream'), 403, 'role_forbidden')
  assertProblem(await s.call('ingest', 'GET', '/v1/stream'), 403, 'role_forbidden')
  assertProblem(await s.client.request('GET', '/v1/stream', {}), 401, 'key_required')
})

// A way to the server that can be cut.
function cable() {
  const sockets = new Set()
  const server = net.createServer((from) => {
    const to = net.connect(s.port, '127.0.0.1')
    for (const [a, b] of [[from, to], [to, from]]) {
      sockets.add(a)
      a.pipe(b)
      a.on('error', () => b.destroy())
      a.on('close', () => (sockets.delete(a), b.destroy()))
    }
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, cut: () => sockets.forEach((x) => x.destroy()), close: () => server.close() })))
}

test('an EventSource comes back by itself and misses nothing', async () => {
  const line = await cable()
  const w = await s.makeWorkspace('browser')
  const seen = []
  const source = new EventSource(`http://127.0.0.1:${line.port}/v1/stream?type=stage.*`, {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${w.keys.read}` } }),
  })
  source.addEventListener('transition', (e) => seen.push([e.lastEventId, JSON.parse(e.data).type]))
  await new Promise((resolve, reject) => {
    source.onopen = resolve
    setTimeout(() => reject(new Error('it does not open')), 10_000).unref()
  })
  const rise = (i) => s.client.request('POST', '/v1/events', { key: w.keys.ingest, body: climb(`browser-${i}`, { external_id: `browser-${i}` }) })
  for (let i = 0; i < 3; i++) {
    await rise(2 * i)
    await sleep(200)
    line.cut()
    await rise(2 * i + 1)
    for (const end = Date.now() + 15_000; seen.filter(([, type]) => type === 'stage.mql').length < 2 * i + 2; await sleep(20)) assert.ok(Date.now() < end, `round ${i}: ${seen}`)
  }
  const mql = await s.count('transitions', `workspace_id = '${w.id}' AND kind = 'stage'`)
  assert.equal(seen.length, mql)
  assert.equal(new Set(seen.map(([id]) => id)).size, mql)
  source.close()
  line.cut()
  line.close()
})

test('who is slow holds up nobody, is told so, and goes on from there', async () => {
  const w = await s.makeWorkspace('slow')
  const n = 40_000
  const [slow, brisk] = [await Follower.open({ key: w.keys.read }), await Follower.open({ key: w.keys.read })]
  slow.res.pause()
  await insertTransitions(w.id, n)
  const began = Date.now()
  await brisk.until(() => brisk.events.length === n, `${n} events`, 60_000)
  console.log(`# ${n} events to one client in ${Date.now() - began} ms`)
  await sleep(Math.max(0, began + 24_000 - Date.now()))
  slow.res.resume()
  await slow.until(() => slow.closed, 'the end', 30_000)
  const end = slow.events.pop()
  assert.equal(end.event, 'end')
  assert.equal(end.data.reason, 'too_slow')
  assert.equal(end.data.resume_after, end.id)
  assert.ok(slow.events.length > 0 && slow.events.length < n)
  const rest = await Follower.open({ key: w.keys.read, last: slow.position })
  await rest.until(() => slow.events.length + rest.events.length === n, 'the rest', 60_000)
  assert.deepEqual([...slow.events, ...rest.events].map((e) => e.id), brisk.events.map((e) => e.id))
  for (const x of [brisk, rest]) x.close()
})

test('there is room for so many, and then again', async () => {
  const small = await s.twin({ LEADSCORE_MAX_STREAMS: '5' })
  const open = await Promise.all(Array.from({ length: 5 }, () => Follower.open({ port: small.port })))
  const key = s.workspace.keys.read
  assertProblem(await small.client.request('GET', '/v1/stream', { key }), 503, 'too_many_streams')
  open[0].close()
  for (let i = 0; ; i++) {
    const reply = await small.client.request('GET', '/v1/stream', { key })
    if (reply.status === 200) break
    assert.ok(i < 100, 'no room')
    await sleep(50)
  }
  for (const x of open.slice(1)) x.close()
  await small.terminate()
})
