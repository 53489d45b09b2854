// The Segment HTTP API: what becomes of messages, how keys may come, what is refused and how, and that replies tell nothing of leads.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { assertProblem, concurrently, Service } from './lib/service.mjs'

const ORIGIN = 'https://shop.example'
const s = await Service.start('tracking')
after(() => s.stop())
const publish = (await s.ok(201, 'admin', 'POST', '/v1/keys', { role: 'publish', origins: [ORIGIN] })).body.key
const { ingest } = s.workspace.keys
const MINUTE = 60_000
let serial = 0
const fresh = (what = 'm') => `${what}-${process.pid}-${serial++}`
const basic = (key) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`
const post = (path, body, { key = ingest, headers = {} } = {}) => s.client.request('POST', path, { body, headers: { ...(key && { authorization: basic(key) }), ...headers } })

async function sent(path, body, options) {
  const reply = await post(path, body, options)
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual(reply.body, { success: true })
  return reply
}

// The stored event of a messageId: {type, at, properties, patch, source, lead, flag}.
async function stored(messageId) {
  const [[text] = []] = await s.sql(`SELECT json_build_object('type', type, 'at', round(extract(epoch FROM occurred_at) * 1000), 'properties', properties, 'patch', patch, 'source', source, 'lead', lead_id, 'flag', flag)
    FROM events WHERE workspace_id = '${s.workspace.id}' AND event_id = '${messageId}'`)
  return text && JSON.parse(text)
}

// Sends one message alone, and gives what was stored of it.
async function told(path, message) {
  const messageId = fresh()
  await sent(path, { messageId, anonymousId: fresh('anon'), ...message })
  return stored(messageId)
}

const leadOf = async (messageId) => s.lead((await stored(messageId)).lead)

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

describe('times', () => {
  const near = (got, want) => assert.ok(Math.abs(got - want) < 5000, `${new Date(got).toISOString()} is not near ${new Date(want).toISOString()}`)
  const iso = (ms) => new Date(ms).toISOString()
  const at = async (message) => (await told('/v1/t', { event: 'Timed', ...message })).at

  test('of a good clock are taken as they are', async () => {
    const past = Date.now() - 40 * 86_400_000
    assert.equal(await at({ timestamp: iso(past) }), past)
    assert.equal(await at({ timestamp: iso(past), sentAt: iso(Date.now()) }), past)
    assert.equal(await at({ originalTimestamp: iso(past), sentAt: iso(Date.now() - 300) }), past)
    assert.equal(await at({ timestamp: past }), past)
    near(await at({}), Date.now())
    near(await at({ timestamp: 'yesterday' }), Date.now())
  })

  test('of a wrong clock are corrected by what sentAt shows', async () => {
    for (const off of [3 * 3_600_000, -26 * 3_600_000]) {
      const clock = () => Date.now() + off
      near(await at({ timestamp: iso(clock() - 10 * MINUTE), sentAt: iso(clock()) }), Date.now() - 10 * MINUTE)
      near(await at({ originalTimestamp: iso(clock() - 10 * MINUTE), sentAt: iso(clock()) }), Date.now() - 10 * MINUTE)
    }
    // In a batch, the batch's sentAt counts for messages without one.
    const messageId = fresh()
    await sent('/v1/batch', { sentAt: iso(Date.now() + 3_600_000), batch: [{ type: 'track', event: 'Timed', userId: 'u', messageId, timestamp: iso(Date.now() + 3_000_000) }] })
    near((await stored(messageId)).at, Date.now() - 600_000)
    // Who gives both has corrected it already.
    near(await at({ timestamp: iso(Date.now() - MINUTE), originalTimestamp: iso(Date.now() + 3_600_000), sentAt: iso(Date.now() + 3_660_000) }), Date.now() - MINUTE)
  })

  test('ahead, and before there was anything, are now', async () => {
    for (const timestamp of [iso(Date.now() + 6 * MINUTE), '2099-01-01T00:00:00Z', '1970-01-01T00:00:00Z']) near(await at({ timestamp }), Date.now())
    near(await at({ timestamp: iso(Date.now() + 4 * MINUTE) }), Date.now() + 4 * MINUTE)
  })
})

test('names of events', async () => {
  for (const [event, type] of [
    ['Order Completed', 'purchase'], ['order_completed', 'purchase'], ['orderCompleted', 'purchase'], ['Email Opened', 'email_open'], ['Email Link Clicked', 'email_click'], ['Demo Requested', 'demo_request'],
    ['Product Viewed', 'product_viewed'], ['Signed Up', 'signed_up'], ['  Weird -- Name!! ', 'weird_name'], ['API v2 Called', 'api_v2_called'], ['Tag Added', 'custom_tag_added'], ['profile_updated', 'custom_profile_updated'],
    ['won', 'won'], ['pricing_page', 'pricing_page'],
  ]) assert.equal((await told('/v1/t', { event })).type, type, event)
  const chinese = await told('/v1/t', { event: '提交表单', properties: { form: 'f' } })
  assert.deepEqual([chinese.type, chinese.properties], ['custom_event', { form: 'f', event_name: '提交表单' }])
  // What ends a lead's way is not for whoever reads the key in a page.
  const messageId = fresh()
  await sent('/v1/t', { event: 'Won', anonymousId: 'a', messageId }, { key: publish })
  assert.equal((await stored(messageId)).type, 'custom_won')
})

test('names of events that a workspace gives itself', async () => {
  const settings = { event_types: { 提交表单: 'form_submit', 'Order Completed': 'order', 'Deal Closed': 'won' } }
  assert.deepEqual((await s.ok(200, 'admin', 'PATCH', '/v1/workspace', settings)).body.event_types, settings.event_types)
  const type = async (event) => (await told('/v1/t', { event })).type
  for (let i = 0; (await type('提交表单')) !== 'form_submit'; i++) {
    assert.ok(i < 100, 'it is never seen')
    await sleep(100)
  }
  assert.deepEqual([await type('orderCompleted'), await type('deal closed'), await type('Email Opened')], ['order', 'won', 'email_open'])
  for (const [event_types, code, at] of [[[], 'field_type', ''], [{ a: 7 }, 'field_type', '/a'], [{ a: 'x y' }, 'type_invalid', '/a'], [{ 'a/b': 'stage_set' }, 'type_reserved', '/a~1b'], [{ '': 'x' }, 'field_empty', '/']])
    assertProblem(await s.call('admin', 'PATCH', '/v1/workspace', { event_types }), 422, code, `/event_types${at}`)
  assert.equal((await s.ok(200, 'admin', 'PATCH', '/v1/workspace', { event_types: null })).body.event_types, null)
})

test('properties, pages, campaigns', async () => {
  const context = {
    userAgent: 'Mozilla/5.0', ip: '192.0.2.7', library: { name: 'analytics.js' }, campaign: { name: 'spring', source: 'newsletter', medium: 'email' },
    page: { path: '/pricing', url: 'https://shop.example/pricing?x=1', title: 'Pricing', referrer: 'https://search.example/' },
  }
  const page = await told('/v1/page', { name: 'Pricing', category: 'Docs', properties: { title: 'Own' }, context })
  assert.deepEqual(page.properties, { title: 'Own', user_agent: 'Mozilla/5.0', ip: '192.0.2.7', path: '/pricing', url: 'https://shop.example/pricing?x=1', referrer: 'https://search.example/', name: 'Pricing', category: 'Docs' })
  assert.deepEqual(page.source, { name: 'segment', utm: { source: 'newsletter', medium: 'email', campaign: 'spring' }, referrer: 'https://search.example/', page: 'https://shop.example/pricing?x=1' })
  const track = await told('/v1/track', { event: 'Order Completed', properties: { orderId: 7, products: [{ sku: 'a' }] }, context: { library: { name: 'RudderLabs JavaScript SDK' }, page: { referrer: '$direct' } } })
  assert.deepEqual([track.properties, track.source], [{ orderId: 7, products: [{ sku: 'a' }] }, { name: 'rudderstack' }])
  // A batch's context is that of each message without one.
  const messageId = fresh()
  await sent('/v1/batch', { context, batch: [{ type: 'page', userId: 'u', messageId }] })
  assert.equal((await stored(messageId)).properties.path, '/pricing')
  const robot = await told('/v1/page', { context: { userAgent: 'Googlebot/2.1' } })
  assert.equal(robot.flag, 'bot_agent')
})

const TRAITS = [
  [{ email: 'Li.Wei@Example.COM', phone: '138-0013-8001', firstName: '伟', lastName: '李', title: '总经理' }, { email: 'li.wei@example.com', phone: '+8613800138001', name: '李伟', title: '总经理' }],
  [{ first_name: 'Ada', last_name: 'Lovelace' }, { name: 'Ada Lovelace' }],
  [{ name: 'Ada L.', firstName: 'Ada', age: 36, plan: { tier: 'pro' } }, { name: 'Ada L.', attributes: { firstName: 'Ada', age: 36, plan: { tier: 'pro' } } }],
  [{ company: { name: 'ACME', industry: 'trade', employee_count: '180', plan: 'gold', id: 7, website: 'https://www.acme.example/about' } },
    { company: { name: 'ACME', industry: 'trade', employees: 180, domain: 'acme.example' }, attributes: { company: { plan: 'gold', id: 7 } } }],
  [{ company: 'ACME', address: { city: 'Ningbo', country: 'cn', state: 'Zhejiang', postalCode: '315000' } }, { company: { name: 'ACME' }, city: 'Ningbo', country: 'CN', region: 'Zhejiang', attributes: { address: { postalCode: '315000' } } }],
  // What fits no field is kept all the same.
  [{ email: 'not an address', phone: 'unlisted', company: { employees: '100-300' }, address: 'Main Street 1', title: 7, owner: 'me', score: 99, stage: 'customer', tags: ['x'] },
    { attributes: { email: 'not an address', phone: 'unlisted', company: { employees: '100-300' }, address: 'Main Street 1', title: 7, owner: 'me', score: 99, stage: 'customer', tags: ['x'] } }],
  [{ title: null, nickname: null }, {}],
]

test('traits', async () => {
  for (const [traits, want] of TRAITS) {
    const messageId = fresh()
    await sent('/v1/identify', { userId: fresh('traits'), messageId, traits })
    const lead = await leadOf(messageId)
    for (const field of ['email', 'phone', 'name', 'title', 'city', 'country', 'region', 'company', 'attributes']) {
      const [got, is] = [lead[field], want[field]]
      assert.deepEqual(got && Object.keys(got).length === 0 ? undefined : got ?? undefined, is, `${field} of ${JSON.stringify(traits)}: ${JSON.stringify(lead)}`)
    }
    assert.equal(lead.stage, 'lead')
  }
  const contextual = await told('/v1/i', { context: { traits: { title: 'CEO' }, locale: 'zh-CN' } })
  assert.deepEqual(contextual.patch, { title: 'CEO', language: 'zh-CN' })
  const too = await post('/v1/i', { userId: 'u', traits: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`t${i}`, i])) })
  assertProblem(too, 400, 'field_too_large', '/traits')
})

test('what cleaning changes is kept beside the event', async () => {
  const messageId = fresh()
  await sent('/v1/i', { userId: fresh('u'), messageId, traits: { email: 'mailto:Li.Wei.7@Example.com', name: '张 三', company: { name: 'ＡＣＭＥ' } } })
  const lead = await leadOf(messageId)
  assert.deepEqual([lead.email, lead.name, lead.company.name], ['li.wei.7@example.com', '张三', 'ACME'])
  const [[notes]] = await s.sql(`SELECT cleaned FROM events WHERE event_id = '${messageId}'`)
  assert.deepEqual(JSON.parse(notes).map((n) => [n.field, n.from]), [['/traits/email', 'mailto:Li.Wei.7@Example.com'], ['/traits/name', '张 三'], ['/traits/company/name', 'ＡＣＭＥ']])
})

test("a group is an account, and its traits are the account's", async () => {
  const groupId = fresh('group')
  const ids = [fresh(), fresh(), fresh()]
  const [a, b] = [fresh('u'), fresh('u')]
  await sent('/v1/g', { userId: a, messageId: ids[0], groupId, traits: { name: 'ACME', employee_count: '180', website: 'https://www.acme.example/x', plan: 'gold' } })
  await sent('/v1/g', { userId: b, messageId: ids[1], groupId })
  const leads = await Promise.all([leadOf(ids[0]), leadOf(ids[1])])
  for (const { account } of leads) assert.deepEqual([account.id, account.name, account.employees, account.domain, account.attributes?.plan], [leads[0].account.id, 'ACME', 180, 'acme.example', 'gold'])
  await sent('/v1/g', { userId: b, messageId: ids[2], groupId, traits: { industry: 'trade' } })
  const { account } = await leadOf(ids[2])
  assert.deepEqual([account.id, account.industry, account.employees], [leads[0].account.id, 'trade', 180])
})

test('the anonymous past joins the known lead', async () => {
  const email = `${fresh('past')}@example.com`
  const userId = fresh('u')
  const known = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { email })).body.id
  const [home, office] = [fresh('anon'), fresh('anon')]
  const first = {}
  for (const anonymousId of [home, office]) {
    const messageId = fresh()
    await sent('/v1/p', { anonymousId, messageId, properties: { path: '/pricing' } })
    first[anonymousId] = (await stored(messageId)).lead
    assert.notEqual(first[anonymousId], known)
  }
  // By identify with both, and by alias.
  await sent('/v1/i', { anonymousId: home, userId, traits: { email } })
  assert.equal((await s.lead(first[home])).id, known)
  await sent('/v1/a', { userId, previousId: office })
  assert.equal((await s.lead(first[office])).id, known)
  const [[visits]] = await s.sql(`SELECT count(*) FROM events WHERE type = 'page_view' AND lead_id IN ('${first[home]}', '${first[office]}')`)
  const { score } = await s.lead(known)
  assert.equal(Number(visits), 2)
  assert.ok(score.engagement > 0, 'what was looked at before counts')
  // Two users are not one because somebody says so: that is for a person to decide, and nothing is lost.
  const other = fresh('u')
  const messageId = fresh()
  await sent('/v1/i', { userId: other, traits: { email: `other-${email}` } })
  await sent('/v1/a', { userId, previousId: other, messageId })
  assert.equal((await stored(messageId)).lead, known)
})

test('an e-mail address names the same lead wherever it stands', async () => {
  const email = `${fresh('one')}@example.com`
  const ids = [fresh(), fresh(), fresh(), fresh()]
  await sent('/v1/i', { userId: fresh('u'), traits: { email: email.toUpperCase() }, messageId: ids[0] })
  await sent('/v1/t', { event: 'x', anonymousId: fresh('anon'), context: { traits: { email } }, messageId: ids[1] })
  await sent('/v1/i', { anonymousId: fresh('anon'), context: { traits: { email } }, messageId: ids[2] })
  const lead = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: `x-${email}` })).body.id
  await sent('/v1/t', { event: 'x', userId: `x-${email}`, messageId: ids[3] })
  const leads = await Promise.all(ids.map(async (id) => (await stored(id)).lead))
  assert.deepEqual(leads, [leads[0], leads[0], leads[0], lead])
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
