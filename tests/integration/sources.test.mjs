// Inbound sources: each vendor's payloads as it documents them, with its real signature; and the life of a source: mappings, secrets, what is kept, replays.
import assert from 'node:assert/strict'
import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { Signature } from '@hubspot/api-client'
import { assertProblem, Service } from './lib/service.mjs'

const FOLDER = new URL('./sources/', import.meta.url)
const s = await Service.start('sources')
after(() => s.stop())
let serial = 0

const create = async (body, role = 'admin') => (await s.ok(201, role, 'POST', '/v1/sources', { name: `source ${serial++}`, ...body })).body
const hmac = (key, text) => createHmac('sha256', key).update(text).digest('base64')

// ---- what the vendors' own code does

function pad(text, block) {
  const bytes = Buffer.from(text)
  const n = block - (bytes.length % block)
  return Buffer.concat([bytes, Buffer.alloc(n, n)])
}

function encrypt(key, iv, bytes) {
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

function wecomSeal(secret, text) {
  const key = Buffer.from(`${secret.encoding_aes_key}=`, 'base64')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  const plain = Buffer.concat([Buffer.from('0123456789abcdef'), length, Buffer.from(text), Buffer.from(secret.receive_id)])
  const cipher = encrypt(key, key.subarray(0, 16), pad(plain, 32)).toString('base64')
  const query = { timestamp: '1772357400', nonce: '1372623149' }
  query.msg_signature = createHash('sha1').update([secret.token, query.timestamp, query.nonce, cipher].sort().join('')).digest('hex')
  return { cipher, query }
}

function feishuSeal(secret, text) {
  const iv = Buffer.from('fedcba9876543210')
  const key = createHash('sha256').update(secret.encrypt_key).digest()
  return JSON.stringify({ encrypt: Buffer.concat([iv, encrypt(key, iv, pad(text, 16))]).toString('base64') })
}

const SIGNERS = {
  typeform: (c) => ({ headers: { 'Typeform-Signature': `sha256=${hmac(c.secret, c.text)}` } }),
  tally: (c) => ({ headers: { 'Tally-Signature': hmac(c.secret, c.text) } }),
  mautic: (c) => ({ headers: { 'Webhook-Signature': hmac(c.secret, c.text) } }),
  hubspot: (c) => {
    const timestamp = Date.now()
    const url = `https://127.0.0.1:${s.port}${c.path}`
    const value = Signature.getSignature('POST', 'v3', { requestBody: c.text, clientSecret: c.secret, url, timestamp, signatureVersion: 'v3', method: 'POST', httpMethod: 'POST' })
    return { headers: { 'X-HubSpot-Signature-v3': value, 'X-HubSpot-Request-Timestamp': String(timestamp) } }
  },
  feishu: (c) => {
    const text = feishuSeal(c.secret, c.text)
    const signature = createHash('sha256').update(`1772357400n-1${c.secret.encrypt_key}${text}`).digest('hex')
    return { text, headers: { 'X-Lark-Request-Timestamp': '1772357400', 'X-Lark-Request-Nonce': 'n-1', 'X-Lark-Signature': signature } }
  },
  feishu_challenge: (c) => ({ text: feishuSeal(c.secret, c.text) }),
  wecom: (c) => {
    const { cipher, query } = wecomSeal(c.secret, c.text)
    return { query, text: `<xml><ToUserName><![CDATA[ww]]></ToUserName><Encrypt><![CDATA[${cipher}]]></Encrypt><AgentID/></xml>` }
  },
  wecom_echo: (c) => {
    const { cipher, query } = wecomSeal(c.secret, '1616140317555161061')
    return { query: { ...query, echostr: cipher } }
  },
}

// A request as the vendor makes it: {method, url, headers, body}.
function request(source, c) {
  const text = c.text ?? (c.body === undefined ? undefined : JSON.stringify(c.body))
  const secret = c.create.secrets?.at(-1)
  const signed = c.sign ? SIGNERS[c.sign]({ text, secret, path: source.path }) : {}
  const query = signed.query ? `?${new URLSearchParams(signed.query)}` : (c.query ?? '')
  const headers = { 'Content-Type': c.content_type ?? 'application/json', ...c.headers, ...signed.headers }
  return { method: c.method ?? 'POST', url: `http://127.0.0.1:${s.port}${source.path}${query}`, headers, body: signed.text ?? text }
}

async function send({ method, url, headers, body }) {
  const reply = await fetch(url, { method, headers, body: method === 'GET' ? undefined : body })
  return { status: reply.status, type: reply.headers.get('content-type'), text: await reply.text() }
}

function includes(is, want, at = '') {
  if (want === null || typeof want !== 'object') return assert.deepEqual(is, want, `${at}: ${JSON.stringify(is)}`)
  assert.ok(is && typeof is === 'object', `${at}: ${JSON.stringify(is)} is no object`)
  for (const [key, value] of Object.entries(want)) includes(is[key], value, `${at}/${key}`)
}

const requests = async (source, query = '') => (await s.ok(200, 'admin', 'GET', `/v1/sources/${source.id}/requests${query}`)).body.data
const whole = async (source, id) => (await s.ok(200, 'admin', 'GET', `/v1/sources/${source.id}/requests/${id}`)).body
const newest = async (source) => whole(source, (await requests(source, '?limit=1'))[0].id)

async function timeline(lead) {
  const { body } = await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/timeline?limit=200`)
  return body.data.filter((item) => item.kind === 'event')
}

// ---- the vendors

const cases = readdirSync(FOLDER).sort().flatMap((vendor) =>
  readdirSync(new URL(`${vendor}/`, FOLDER)).sort().map((file) => [vendor, file.replace('.json', ''), JSON.parse(readFileSync(new URL(`${vendor}/${file}`, FOLDER)))]))

describe('vendors', () => {
  for (const [vendor, name, c] of cases)
    test(`${vendor}: ${name}`, async () => {
      const source = await create(c.create)
      const reply = await send(request(source, c))
      assert.equal(reply.status, 200, reply.text)
      if (c.expect.reply) assert.ok(reply.text.includes(c.expect.reply), reply.text)
      if (c.expect.reply_json) assert.deepEqual(JSON.parse(reply.text), c.expect.reply_json)
      if (c.expect.reply_type) assert.equal(reply.type, c.expect.reply_type)
      if (c.expect.kept === false) {
        assert.deepEqual(await requests(source), [])
        return
      }
      const kept = await newest(source)
      assert.equal(kept.items.length, c.expect.items.length, JSON.stringify(kept))
      includes(kept.items, c.expect.items, 'items')
      assert.equal(kept.outcome, c.expect.items.some((i) => i.outcome !== 'ignored') ? 'ok' : 'ignored')
      const ids = [...new Set(kept.items.map((i) => i.lead_id).filter(Boolean))]
      for (const [i, lead] of (c.expect.leads ?? []).entries()) includes(await s.lead(ids[i]), lead, `lead ${i}`)
      const events = ids.length ? await timeline(ids[0]) : []
      for (const want of c.expect.events ?? []) {
        const found = events.find((e) => e.type === want.type && (!want.at || e.at === want.at))
        assert.ok(found, `no ${want.type} in ${JSON.stringify(events)}`)
        includes(found.properties ?? {}, want.properties ?? {}, want.type)
      }
      // The vendor delivers it again: nothing happens twice.
      const before = await s.count('events')
      assert.equal((await send(request(source, c))).status, 200)
      assert.equal(await s.count('events'), before)
      for (const item of (await newest(source)).items) if (item.lead_id) assert.equal(item.duplicate, true)
      // Somebody else's secret is nobody's.
      if (c.create.secrets) {
        const stranger = await create({ ...c.create, secrets: [typeof c.create.secrets[0] === 'string' ? 'another' : mutated(c.create.secrets[0])] })
        const refused = await send(request(stranger, c))
        assert.ok([401, 403].includes(refused.status), refused.text)
        assert.deepEqual(await requests(stranger), [])
        assert.equal(await s.count('events'), before)
      }
    })
  test('payloads covered', (t) => {
    const vendors = new Set(cases.map(([vendor]) => vendor))
    t.diagnostic(`${cases.length} vendor payloads of ${vendors.size} presets`)
    assert.ok(cases.length >= 24 && vendors.size >= 15)
  })
})

const mutated = (secret) => Object.fromEntries(Object.entries(secret).map(([k, v]) => [k, k === 'encoding_aes_key' ? `A${v.slice(1)}` : `x${v}`]))

// ---- the life of a source

const PLAIN = { mapping: { auth: { scheme: 'none' }, map: { email: '/mail' }, dedupe_key: ['/id'], event_type: 'form_submit' } }
const post = async (source, body, headers = {}) =>
  send({ method: 'POST', url: `http://127.0.0.1:${s.port}${source.path}`, headers: { 'Content-Type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })

test('a source is made, shown without its secrets, changed and removed', async () => {
  const made = await s.ok(201, 'admin', 'POST', '/v1/sources', { name: 'Website', preset: 'typeform', secrets: ['shh-secret'] })
  assert.equal(made.headers.location ?? made.headers.get?.('location'), `/v1/sources/${made.body.id}`)
  assert.match(made.body.path, /^\/v1\/in\/lsi_[\w-]+$/)
  assert.equal(made.body.source, 'Website')
  assert.equal(made.body.secret_count, 1)
  const path = `/v1/sources/${made.body.id}`
  const shown = await s.ok(200, 'admin', 'GET', path)
  assert.ok(!shown.text.includes('shh-secret'))
  assert.deepEqual(shown.body.requests, { ok: 0, ignored: 0, failed: 0, last_at: null, last_ok_at: null, last_failed_at: null, last_error: null })
  const listed = await s.ok(200, 'admin', 'GET', '/v1/sources')
  assert.ok(listed.body.data.some((x) => x.id === made.body.id && !x.mapping))
  const patched = await s.ok(200, 'admin', 'PATCH', path, { mapping: { map: { title: '/form_response/hidden/title' } }, keep_days: 3 })
  assert.equal(patched.body.keep_days, 3)
  assert.equal(patched.body.mapping.map.title, '/form_response/hidden/title')
  assert.ok(patched.body.mapping.map.email)
  assertProblem(await s.call('admin', 'PATCH', path, { keep_days: 4 }, { 'If-Match': '"v1"' }), 412, 'version_mismatch')
  const rotated = await s.ok(200, 'admin', 'PATCH', path, { rotate_token: true })
  assert.notEqual(rotated.body.token, made.body.token)
  assert.equal((await post(made.body, {})).status, 404)
  await s.ok(204, 'admin', 'DELETE', path)
  assert.equal((await post(rotated.body, {})).status, 404)
  assertProblem(await s.call('admin', 'GET', path), 404, 'source_not_found')
})

test('what is no source is refused with its place', async () => {
  const bad = async (body, code, pointer) => {
    const reply = await s.call('admin', 'POST', '/v1/sources', { name: `bad ${serial++}`, ...body })
    assertProblem(reply, 422, code)
    assert.equal(reply.body.errors[0].pointer, pointer)
  }
  await bad({ preset: 'nobody' }, 'preset_unknown', '/preset')
  await bad({}, 'field_required', '/mapping')
  await bad({ preset: 'typeform' }, 'secrets_required', '/secrets')
  await bad({ preset: 'jotform', secrets: ['a'] }, 'secrets_unused', '/secrets')
  await bad({ ...PLAIN, mapping: { ...PLAIN.mapping, map: { emial: '/a' } } }, 'field_unknown', '/mapping/map/emial')
  await bad({ ...PLAIN, keep_days: 400 }, 'field_out_of_range', '/keep_days')
  await bad({ ...PLAIN, colour: 'red' }, 'field_unknown', '/colour')
  await create({ ...PLAIN, source: 'one of a kind' })
  assertProblem(await s.call('admin', 'POST', '/v1/sources', { name: 'x', ...PLAIN, source: 'one of a kind' }), 409, 'source_taken')
})

test('two secrets live at once, and then one', async () => {
  const source = await create({ preset: 'generic', secrets: ['old-secret', 'new-secret'] })
  const call = (token) => post(source, { email: 'rotate@example.com' }, { 'X-Leadscore-Token': token })
  assert.equal((await call('old-secret')).status, 200)
  assert.equal((await call('new-secret')).status, 200)
  await s.ok(200, 'admin', 'PATCH', `/v1/sources/${source.id}`, { secrets: ['new-secret'] })
  assert.equal((await call('old-secret')).status, 403)
  assert.equal((await call('new-secret')).status, 200)
})

test('a request whose mapping fails is kept, and counts once when it is replayed', async () => {
  const source = await create(PLAIN)
  assert.equal((await post(source, { id: 1, mail: 'right@replay.example' })).status, 200)
  for (const id of [2, 3]) assert.equal((await post(source, { id, address: { mail: `wrong${id}@replay.example` } })).status, 200)
  const failed = await requests(source, '?outcome=failed')
  assert.equal(failed.length, 2)
  assert.equal(failed[0].error.code, 'identity_required')
  assert.equal(failed[0].error.pointer, '/lead')
  const shown = (await s.ok(200, 'admin', 'GET', `/v1/sources/${source.id}`)).body.requests
  assert.equal(shown.ok, 1)
  assert.equal(shown.failed, 2)
  assert.equal(shown.last_error.code, 'identity_required')
  const fix = { map: { email: ['/mail', '/address/mail'] } }
  const dry = await s.ok(200, 'admin', 'POST', `/v1/sources/${source.id}/dry-run`, { mapping: fix, payload: { id: 9, address: { mail: 'dry@replay.example' } } })
  assert.equal(dry.body.items[0].becomes.lead.email, 'dry@replay.example')
  assert.equal(await s.count('identities', "value = 'dry@replay.example'"), 0)
  await s.ok(200, 'admin', 'PATCH', `/v1/sources/${source.id}`, { mapping: fix })
  const one = await s.ok(200, 'admin', 'POST', `/v1/sources/${source.id}/requests/${failed[1].id}/replay`)
  assert.equal(one.body.outcome, 'ok')
  assert.equal(one.body.items[0].duplicate, false)
  const [event] = await timeline(one.body.items[0].lead_id)
  assert.equal(event.at, failed[1].received_at) // when it came, not when it was replayed
  const all = await s.ok(200, 'admin', 'POST', `/v1/sources/${source.id}/replay`, { since: '2026-01-01T00:00:00Z' })
  assert.deepEqual(all.body, { replayed: 3, failed: 0, next_after: null })
  const events = await s.count('events')
  await s.ok(200, 'admin', 'POST', `/v1/sources/${source.id}/replay`, { since: '2026-01-01T00:00:00Z' })
  assert.equal(await s.count('events'), events)
  assert.equal((await requests(source, '?outcome=failed')).length, 0)
  assert.equal((await whole(source, failed[1].id)).replays, 3)
})

test('a body that cannot be read is kept too; refusing is for those who ask for it', async () => {
  const source = await create(PLAIN)
  assert.equal((await post(source, '{"mail":')).status, 200)
  const kept = await newest(source)
  assert.equal(kept.outcome, 'failed')
  assert.equal(kept.error.code, 'json_invalid')
  assert.equal(kept.body, '{"mail":')
  const strict = await create({ mapping: { ...PLAIN.mapping, reply: { on_failure: 'refuse' } } })
  const refused = await post(strict, {})
  assert.equal(refused.status, 400)
  assert.equal(JSON.parse(refused.text).code, 'identity_required')
  assert.equal((await newest(strict)).outcome, 'failed')
})

test('secrets are not kept with a request', async () => {
  const source = await create({ mapping: { ...PLAIN.mapping, auth: { scheme: 'body', pointer: '/token' } }, secrets: ['bodytoken1'] })
  assert.equal((await post(source, { token: 'bodytoken1', mail: 'kept@example.com', id: 1 }, { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Topic': 'lead' })).status, 200)
  const kept = await newest(source)
  assert.equal(kept.body, '{"token":"**********","mail":"kept@example.com","id":1}')
  assert.equal(kept.headers['x-topic'], 'lead')
  assert.ok(!('authorization' in kept.headers) && !('cookie' in kept.headers))
})

test('without a key of its own a request is known again by its bytes, replayed too', async () => {
  const source = await create({ mapping: { auth: { scheme: 'body', pointer: '/token' }, map: { email: '/mail' } }, secrets: ['bodytoken2'] })
  const body = { token: 'bodytoken2', mail: 'bytes@example.com' }
  await post(source, body)
  await post(source, body)
  const events = await s.count('events')
  assert.equal((await newest(source)).items[0].duplicate, true)
  await s.ok(200, 'admin', 'POST', `/v1/sources/${source.id}/replay`, { since: '2026-01-01T00:00:00Z' })
  assert.equal(await s.count('events'), events)
})

test('requests go when their time is over, and with the lead they are about', async () => {
  const source = await create(PLAIN)
  await post(source, { id: 1, mail: 'erased@example.com' })
  await post(source, { id: 2, mail: 'stays@example.com' })
  const [second, first] = await requests(source)
  const lead = (await whole(source, first.id)).items[0].lead_id
  await s.ok(204, 'admin', 'DELETE', `/v1/leads/${lead}`)
  assert.deepEqual((await requests(source)).map((r) => r.id), [second.id])
  assertProblem(await s.call('admin', 'GET', `/v1/sources/${source.id}/requests/${first.id}`), 404, 'request_not_found')
  assert.equal(new Date(second.expires_at) - new Date(second.received_at), 7 * 86_400_000)
})

test('a list has pages; another workspace sees nothing; a token is of its workspace', async () => {
  const source = await create(PLAIN)
  for (let id = 0; id < 5; id++) await post(source, { id, mail: `page${id}@example.com` })
  const seen = []
  for (let cursor = ''; ;) {
    const { body } = await s.ok(200, 'admin', 'GET', `/v1/sources/${source.id}/requests?limit=2${cursor}`)
    seen.push(...body.data.map((r) => r.id))
    if (!body.next_cursor) break
    cursor = `&cursor=${body.next_cursor}`
  }
  assert.equal(new Set(seen).size, 5)
  const theirs = await s.makeWorkspace('theirs')
  const reply = await s.client.request('GET', `/v1/sources/${source.id}/requests`, { key: theirs.keys.admin })
  assertProblem(reply, 404, 'source_not_found')
  assert.equal((await post({ path: '/v1/in/lsi_none' }, {})).status, 404)
  await s.ok(200, 'admin', 'PATCH', `/v1/sources/${source.id}`, { disabled: true })
  assert.equal((await post(source, { id: 6 })).status, 404)
})

test('presets tell how they are set up', async () => {
  const { body } = await s.ok(200, 'read', 'GET', '/v1/sources/presets')
  assert.ok(body.data.length >= 15)
  for (const p of body.data) assert.ok(p.setup.en.length > 40 && p.setup.zh.length > 20, p.name)
  const dry = await s.ok(200, 'admin', 'POST', '/v1/sources/dry-run', { preset: 'generic', body: 'email=a%40b.example', content_type: 'application/x-www-form-urlencoded' })
  assert.equal(dry.body.items[0].becomes.lead.email, 'a@b.example')
})
