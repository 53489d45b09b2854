// The Segment HTTP API: how calls and keys may come, what is refused and how, and that replies tell nothing of leads.
import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { assertProblem, concurrently } from './lib/service.mjs'
import { ORIGIN, basic, fresh, tracker } from './lib/tracker.mjs'

const { s, publish, ingest, post, sent, stored } = await tracker('tracking')

const CALLS = [
  ['identify', 'i', { traits: { plan: 'pro' } }, 'profile_updated'],
  ['track', 't', { event: 'Plan Compared' }, 'plan_compared'],
  ['page', 'p', { name: 'Home', properties: { path: '/' } }, 'page_view'],
  ['screen', 's', { name: 'Start' }, 'screen_view'],
  ['group', 'g', { groupId: 'g-1', traits: { name: 'ACME' } }, 'profile_updated'],
  ['alias', 'a', { userId: 'u-alias', previousId: 'anon-alias' }, 'profile_updated'],
]

for (const [call, letter, message, type] of CALLS)
  test(`${call}: by its name, by its letter, in a batch`, async () => {
    const ids = [fresh(), fresh(), fresh()]
    const full = (messageId) => ({ messageId, userId: `user-${call}`, ...message })
    await sent(`/v1/${call}`, full(ids[0]))
    await sent(`/v1/${letter}`, full(ids[1]))
    await sent('/v1/b', { batch: [{ type: call, ...full(ids[2]) }] })
    const all = await Promise.all(ids.map(stored))
    assert.deepEqual(all.map((e) => e.type), [type, type, type])
    assert.equal(new Set(all.map((e) => e.lead)).size, 1, 'one user is one lead')
    // Again: known by its messageId, however it comes.
    await sent(`/v1/${letter}`, full(ids[0]))
    await sent('/v1/batch', { batch: ids.map((id) => ({ type: call, ...full(id) })) })
    assert.equal(await s.count('events', `event_id IN (${ids.map((id) => `'${id}'`)})`), 3)
  })

describe('keys', () => {
  const batch = (more, each = {}) => ({ ...more, batch: [{ type: 'track', event: 'Keyed', anonymousId: fresh(), messageId: fresh(), ...each }] })
  const good = async (path, body, headers, key = null) => {
    await sent(path, body, { key, headers })
    assert.ok(await stored(body.batch?.[0].messageId ?? body.messageId))
  }

  test('come as the user of Basic authentication, as Bearer, in the body, in its first message, in the query', async () => {
    await good('/v1/batch', batch(), { authorization: basic(publish) })
    await good('/v1/batch', batch(), { authorization: `Basic ${Buffer.from(`${publish}:anything at all`).toString('base64')}` })
    await good('/v1/batch', batch(), { authorization: `Bearer ${publish}` })
    await good('/v1/batch', batch({ writeKey: publish }))
    await good('/v1/batch', { ...batch(), context: { writeKey: 'no' }, writeKey: publish })
    await good('/v1/batch', batch({}, { writeKey: publish }))
    await good(`/beacon/v1/batch?writeKey=${publish}`, batch())
    await good('/v1/t', { writeKey: publish, event: 'Keyed', anonymousId: 'a', messageId: fresh() })
  })

  test('that are none, or of another role', async () => {
    const none = [['/v1/batch', batch()], ['/v1/batch', '{"batch":[{'], ['/v1/batch', '[]'], ['/v1/batch', batch({ writeKey: 7 })], ['/v1/t', '{"context":{"writeKey":"x"}}']]
    for (const [path, body] of none) assertProblem(await post(path, body, { key: null }), 401, 'key_required')
    for (const writeKey of ['x', `${publish}x`, 'lsk_"', publish.slice(0, -2)]) assertProblem(await post('/v1/batch', batch({ writeKey }), { key: null }), 401, 'key_malformed')
    const forged = publish.slice(0, -4) + 'AAAA'
    assertProblem(await post('/v1/batch', batch({ writeKey: forged }), { key: null }), 401, 'key_unknown')
    for (const role of ['read', 'sales']) assertProblem(await post('/v1/batch', batch(), { key: s.workspace.keys[role] }), 403, 'role_forbidden')
    for (const path of ['/v1/events', '/v1/leads']) assertProblem(await s.client.request('POST', path, { key: publish, body: {} }), 403, 'role_forbidden')
  })

  test('of several workspaces in one batch: only those of the first message', async () => {
    const theirs = await s.makeWorkspace('theirs')
    const [ours, other] = [fresh(), fresh()]
    const reply = await post('/v1/batch', { batch: [[publish, ours], [theirs.keys.ingest, other]].map(([writeKey, messageId]) => ({ type: 'page', anonymousId: 'a', writeKey, messageId })) }, { key: null })
    assert.equal(reply.status, 200)
    assert.equal(reply.body.success, true)
    assert.deepEqual(reply.body.errors.map((x) => [x.pointer, x.code]), [['/batch/1/writeKey', 'write_key_mismatch']])
    assert.ok(await stored(ours))
    assert.equal(await s.count('events', `event_id = '${other}'`), 0)
  })

  test('of pages are for the origins they name', async () => {
    const page = (origin, key = publish) => post('/v1/p', { anonymousId: 'a' }, { key, headers: { origin } })
    const own = await page(ORIGIN)
    assert.equal(own.status, 200)
    assert.equal(own.headers['access-control-allow-origin'], ORIGIN)
    for (const origin of ['https://shop.example.evil.example', 'http://shop.example', 'https://shop.example:8443', 'null']) {
      const reply = await page(origin)
      assertProblem(reply, 403, 'origin_forbidden')
      assert.equal(reply.headers['access-control-allow-origin'], undefined)
      assert.match(reply.headers.vary, /Origin/)
    }
    // A key that names none is for no page; one of a server is not asked where from.
    assertProblem(await page(ORIGIN, s.workspace.keys.publish), 403, 'origin_forbidden')
    assert.equal((await page('https://any.example', ingest)).status, 200)
    assert.equal((await post('/v1/p', { anonymousId: 'a' }, { key: s.workspace.keys.publish })).status, 200, 'without an origin it is no page')
  })
})

describe('bodies', () => {
  test('of any Content-Type, or none, as long as it is JSON', async () => {
    for (const type of ['text/plain', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8', 'application/octet-stream', 'nonsense']) {
      const messageId = fresh()
      await sent('/v1/t', JSON.stringify({ event: 'Typed', userId: 'u', messageId }), { headers: { 'content-type': type } })
      assert.ok(await stored(messageId), type)
    }
  })

  test('gzipped, in chunks, and without any type', async () => {
    for (const zipped of [true, false]) {
      const messageId = fresh()
      const text = JSON.stringify({ batch: [{ type: 'track', event: 'Chunked', userId: 'u', messageId, properties: { a: 'x'.repeat(5000) } }] })
      const body = zipped ? gzipSync(text) : Buffer.from(text)
      const status = await new Promise((resolve, reject) => {
        const headers = { authorization: basic(ingest), 'transfer-encoding': 'chunked', ...(zipped && { 'content-encoding': 'gzip' }) }
        const req = http.request({ host: '127.0.0.1', port: s.port, method: 'POST', path: '/v1/batch', headers }, (res) => res.resume().on('end', () => resolve(res.statusCode)))
        req.on('error', reject)
        for (let i = 0; i < body.length; i += 37) req.write(body.subarray(i, i + 37))
        req.end()
      })
      assert.equal(status, 200)
      assert.ok(await stored(messageId))
    }
  })

  test('that make more of themselves than they may', async () => {
    const gzip = (text, path = '/v1/batch') => post(path, gzipSync(text), { headers: { 'content-encoding': 'gzip' } }).catch((error) => ({ error }))
    const message = (n) => JSON.stringify({ type: 'track', event: 'Large', userId: 'u', properties: { a: Array.from({ length: n }, () => Math.random().toString(36)[2]).join('') } })
    // Refused while it arrives: the connection ends with the reply.
    assertProblem(await gzip(`{"batch":[${Array(40).fill(0).map(() => message(15_000)).join()}]}`), 413, 'body_too_large')
    assertProblem(await gzip(`{"batch":[${' '.repeat(450_000)}]}`), 413, 'body_inflates_too_much')
    assertProblem(await gzip(message(33_000), '/v1/t'), 413, 'body_too_large')
    assertProblem(await post('/v1/batch', gzipSync('{"batch":[]}').subarray(0, -3), { headers: { 'content-encoding': 'gzip' } }), 400, 'body_coding_invalid')
    assertProblem(await post('/v1/batch', '{}', { headers: { 'content-encoding': 'br' } }), 415, 'content_encoding_unsupported')
    assertProblem(await post('/v1/t', 'x'.repeat(32 * 1024 + 1)), 413, 'body_too_large')
    assertProblem(await post('/v1/batch', 'x'.repeat(500 * 1024 + 1)), 413, 'body_too_large')
  })

  test('that are malformed as a whole', async () => {
    for (const [path, body, code, pointer] of [
      ['/v1/batch', '{"batch":[', 'json_invalid'], ['/v1/batch', 'a=b', 'json_invalid'], ['/v1/batch', '', 'body_required'], ['/v1/batch', '[]', 'field_type'],
      ['/v1/batch', '{}', 'field_required', '/batch'], ['/v1/batch', '{"batch":{}}', 'field_type', '/batch'], ['/v1/t', '"x"', 'field_type'], ['/v1/t', '{"event":"x"}', 'identity_required'],
      ['/v1/t', '{"userId":"u"}', 'field_required', '/event'], ['/v1/g', '{"userId":"u"}', 'field_required', '/groupId'], ['/v1/a', '{"userId":"u"}', 'field_required', '/previousId'],
      ['/v1/a', '{"previousId":"u"}', 'field_required', '/userId'], ['/v1/i', '{"userId":" ","anonymousId":""}', 'identity_required'],
    ]) assertProblem(await post(path, body), 400, code, pointer)
  })

  test('of which a part is bad are taken for the rest', async () => {
    const ids = Array.from({ length: 8 }, () => fresh())
    const good = (messageId) => ({ type: 'track', event: 'Partly', userId: 'partly', messageId })
    const batch = [good(ids[0]), 7, { ...good(ids[2]), type: 'dance' }, { type: 'track', event: 'x', messageId: ids[3] }, { ...good(ids[4]), properties: { ['k'.repeat(256)]: 1 } },
      { ...good(ids[5]), properties: { a: 'x'.repeat(33_000) } }, { ...good(ids[6]), event: undefined }, good(ids[7])]
    const reply = await post('/v1/batch', { batch })
    assert.equal(reply.status, 200)
    assert.equal(reply.body.success, true)
    assert.deepEqual(reply.body.errors.map((x) => [x.pointer, x.code]), [
      ['/batch/1', 'field_type'], ['/batch/2/type', 'call_unknown'], ['/batch/3', 'identity_required'], ['/batch/4/properties', 'key_too_long'], ['/batch/5', 'field_too_large'], ['/batch/6/event', 'field_required'],
    ])
    assert.deepEqual((await Promise.all(ids.map(stored))).map(Boolean), [true, false, false, false, false, false, false, true])
    const none = await post('/v1/batch', { batch: [7, {}] })
    assert.deepEqual([none.status, none.body.success, none.body.errors.length], [200, false, 2])
    await sent('/v1/batch', { batch: [] })
  })

  test('two thousand messages at once, and one more than may be', async () => {
    const name = fresh()
    const batch = Array.from({ length: 2500 }, (_, i) => ({ type: 'page', userId: `many-${i % 7}`, messageId: `${name}-${i}` }))
    await sent('/v1/batch', { batch })
    assert.equal(await s.count('events', `event_id LIKE '${name}-%'`), 2500)
    assertProblem(await post('/v1/batch', { batch: [...batch, batch[0]] }), 413, 'array_too_long')
  })

  test('a larger batch, where it is configured', async () => {
    const twin = await s.twin({ LEADSCORE_TRACK_BATCH_KB: '4096' })
    const properties = { a: 'y'.repeat(20_000) }
    const batch = Array.from({ length: 100 }, () => ({ type: 'track', event: 'Large', userId: 'large', messageId: fresh('large'), properties }))
    const reply = await twin.client.request('POST', '/v1/batch', { key: ingest, body: { batch } })
    assert.deepEqual([reply.status, reply.body], [200, { success: true }])
    await twin.terminate()
  })
})

test('replies tell nothing of leads', async () => {
  const [a, b] = [fresh('a'), fresh('b')]
  await sent('/v1/i', { userId: a, traits: { email: `${a}@example.com` } })
  await sent('/v1/i', { userId: b, traits: { email: `${b}@example.com` } })
  const reply = await post('/v1/i', { userId: a, messageId: fresh(), traits: { email: `${b}@example.com` } }, { key: publish })
  assert.equal(reply.status, 200)
  assert.doesNotMatch(reply.text, /lead|score|tier|stage|identity|another/)
})

test('many at once: each message is one event, whoever sends it again', async () => {
  const name = fresh()
  const batch = Array.from({ length: 50 }, (_, i) => ({ type: 'track', event: 'Raced', userId: `raced-${i % 5}`, messageId: `${name}-${i}` }))
  await concurrently(20, 10, () => sent('/v1/batch', { batch }))
  assert.equal(await s.count('events', `event_id LIKE '${name}-%'`), 50)
})

test('the settings of libraries', async () => {
  const settings = await s.client.request('GET', `/v1/projects/${publish}/settings`, { headers: { origin: ORIGIN } })
  assert.equal(settings.status, 200)
  assert.equal(settings.headers['access-control-allow-origin'], ORIGIN)
  assert.deepEqual([settings.body.integrations['Segment.io'].apiKey, settings.body.integrations['Segment.io'].apiHost], [publish, `127.0.0.1:${s.port}/v1`])
  assertProblem(await s.client.request('GET', '/v1/projects/x/settings'), 401, 'key_malformed')
  assertProblem(await s.client.request('GET', `/v1/projects/${s.workspace.keys.read}/settings`), 403, 'role_forbidden')
  assertProblem(await s.client.request('GET', `/v1/projects/${publish}/settings`, { headers: { origin: 'https://evil.example' } }), 403, 'origin_forbidden')
  for (const options of [{ headers: { authorization: basic(publish) } }, { path: `&writeKey=${publish}` }]) {
    const config = await s.client.request('GET', `/sourceConfig/?p=npm&v=3.34.1&build=modern&lockPluginsVersion=true${options.path ?? ''}`, { headers: options.headers })
    assert.equal(config.status, 200, config.text)
    assert.deepEqual(config.body.source.destinations, [])
  }
  assertProblem(await s.client.request('GET', '/sourceConfig/?v=1'), 401, 'key_required')
})

test('preflights', async () => {
  const ask = (path, method = 'POST') => s.client.request('OPTIONS', path, { headers: { origin: ORIGIN, 'access-control-request-method': method, 'access-control-request-headers': 'anonymousid,authorization,content-type' } })
  for (const path of ['/v1/t', '/v1/batch', '/beacon/v1/batch', '/v1/identify']) {
    const reply = await ask(path)
    assert.equal(reply.status, 204)
    assert.equal(reply.headers['access-control-allow-origin'], ORIGIN)
    assert.equal(reply.headers['access-control-allow-headers'], 'anonymousid,authorization,content-type')
    assert.match(reply.headers['access-control-allow-methods'], /POST/)
    assert.ok(Number(reply.headers['access-control-max-age']) >= 600)
  }
  assert.equal((await ask('/sourceConfig/', 'GET')).headers['access-control-allow-origin'], ORIGIN)
  for (const path of ['/v1/events', '/v1/leads']) assert.equal((await ask(path)).headers['access-control-allow-origin'], undefined)
})

test('too many, by key wherever it stands; pages may read when to come back', async () => {
  await s.terminate()
  await s.serve({ LEADSCORE_RATE_PER_SECOND: '5' })
  const messages = { batch: [{ type: 'page', anonymousId: 'a' }] }
  for (const send of [
    () => post('/v1/batch', messages, { key: publish, headers: { origin: ORIGIN } }),
    () => post(`/beacon/v1/batch?writeKey=${publish}`, messages, { key: null, headers: { origin: ORIGIN } }),
    () => post('/v1/b', { ...messages, writeKey: publish }, { key: null, headers: { origin: ORIGIN } }),
  ]) {
    const replies = await Promise.all(Array.from({ length: 20 }, send))
    const refused = replies.filter((r) => r.status === 429)
    assert.ok(refused.length >= 5, `${refused.length} of 20 were refused`)
    for (const r of refused) {
      assert.match(r.headers['retry-after'], /^[1-9]\d*$/)
      assert.equal(r.headers['access-control-allow-origin'], ORIGIN)
      assert.match(r.headers['access-control-expose-headers'], /Retry-After/)
    }
    assert.equal(refused.length + replies.filter((r) => r.status === 200).length, 20)
  }
  await s.terminate()
  await s.serve({})
})
