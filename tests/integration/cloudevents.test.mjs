// CloudEvents 1.0 on POST /v1/events, sent by the CloudEvents SDK for JavaScript: structured, binary, batched, in chunks.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, test } from 'node:test'
import { CloudEvent, emitterFor, HTTP, Mode } from 'cloudevents'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('cloudevents')
after(() => s.stop())
let serial = 0

// As HTTP carries it: the SDK's headers and body, the body perhaps in chunks.
function send({ headers, body }, chunks = 0) {
  const key = s.workspace.keys.ingest
  return new Promise((resolve, reject) => {
    const request = http.request({ port: s.port, host: '127.0.0.1', method: 'POST', path: '/v1/events', headers: { ...headers, authorization: `Bearer ${key}`, ...(chunks && { 'transfer-encoding': 'chunked' }) } }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (x) => (text += x)).on('end', () => resolve({ status: reply.statusCode, headers: reply.headers, text, body: JSON.parse(text) }))
    })
    request.on('error', reject)
    const bytes = Buffer.from(body ?? '')
    for (let i = 0; chunks && i < bytes.length; i += Math.ceil(bytes.length / chunks)) request.write(bytes.subarray(i, i + Math.ceil(bytes.length / chunks)))
    request.end(chunks ? undefined : bytes)
  })
}
// The SDK leaves the encoding of header values (HTTP binding 3.1.3.2) to whoever sends them.
const encoded = ({ headers, body }) => ({ body, headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, k.startsWith('ce-') ? String(v).replace(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent) : v])) })
const binary = (one) => encoded(HTTP.binary(one))
const taken = async (message, chunks) => {
  const reply = await send(message, chunks)
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const event = (more = {}) => new CloudEvent({ id: `ce-${serial++}`, source: 'https://shop.example/orders', type: 'com.example.demo_request.v1', subject: 'li@firma.example', data: { product: '书桌' }, ...more })
const stored = async (lead, id) => (await s.ok(200, 'read', 'GET', `/v1/leads/${lead}/timeline?limit=200`)).body.data.find((x) => x.event_id === id)

test('one event is the same whichever way it comes', async () => {
  const time = new Date(Date.now() - 60_000).toISOString()
  const ways = [[HTTP.structured, 0], [HTTP.structured, 3], [binary, 0], [binary, 4]]
  const seen = []
  for (const [way, chunks] of ways) {
    const one = event({ time, partner: '宁波 远航 100%', dataschema: 'https://shop.example/schema' })
    const reply = await taken(way(one), chunks)
    assert.deepEqual([reply.event_id, reply.duplicate], [one.id, false])
    if (!seen.length) assert.deepEqual(reply.contributions, [{ rule: 'demo_request', points: 40 }])
    const { event_id, received_at, ...kept } = await stored(reply.lead_id, one.id)
    assert.ok(received_at)
    seen.push(kept)
    assert.equal((await taken(way(one))).duplicate, true)
    assert.equal((await taken(HTTP.structured(one))).duplicate, true)
  }
  for (const one of seen) assert.deepEqual(one, seen[0])
  assert.deepEqual(seen[0], { at: time, kind: 'event', type: 'demo_request', properties: { product: '书桌', partner: '宁波 远航 100%', dataschema: 'https://shop.example/schema' }, profile_patch: null,
    source: { name: 'https://shop.example/orders', type: 'com.example.demo_request.v1' } })
})

test('who the lead is: data.lead, or the subject', async () => {
  const whole = await taken(binary(event({ subject: 'order-7', data: { lead: { email: 'wang@firma.example', title: 'CEO' }, total: 9 } })))
  const lead = await s.lead(whole.lead_id)
  assert.deepEqual([lead.email, lead.title], ['wang@firma.example', 'CEO'])
  const [item] = (await s.ok(200, 'read', 'GET', `/v1/leads/${whole.lead_id}/timeline`)).body.data.filter((x) => x.kind === 'event')
  assert.deepEqual(item.properties, { total: 9, subject: 'order-7' })
  assert.equal((await s.lead((await taken(HTTP.structured(event({ subject: '+86 138 0013 8002' })))).lead_id)).phone, '+8613800138002')
  const known = await s.lead((await taken(binary(event({ subject: '客户 17' })))).lead_id)
  assert.deepEqual(known.identities, [{ kind: 'external_id:default', value: '客户 17' }])
  assertProblem(await send(HTTP.structured(event({ subject: undefined }))), 422, 'field_required', '/subject')
})

test('data as bytes, as text, and none', async () => {
  const base64 = Buffer.from(JSON.stringify({ product: 'lamp' })).toString('base64')
  const encoded = { ...event().toJSON(), data: undefined, datacontenttype: 'application/json', data_base64: base64 }
  const reply = await taken({ headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' }, body: JSON.stringify(encoded) })
  assert.deepEqual((await stored(reply.lead_id, encoded.id)).properties, { product: 'lamp' })
  const text = event({ data: 'hello', datacontenttype: 'text/plain' })
  assert.deepEqual((await stored((await taken(binary(text))).lead_id, text.id)).properties, { data: 'hello' })
  const none = event({ data: undefined })
  assert.deepEqual((await stored((await taken(binary(none))).lead_id, none.id)).properties, {})
  const bytes = event({ data: Uint8Array.of(1, 2, 3), datacontenttype: 'image/png' })
  assertProblem(await send({ ...binary(bytes), body: Buffer.from([1, 2, 3]) }), 415, 'content_type_unsupported')
  assertProblem(await send({ headers: { 'content-type': 'application/cloudevents+avro' }, body: 'x' }), 415, 'content_type_unsupported')
})

test('a batch answers for each', async () => {
  const good = [event(), event({ type: 'page_view' }), event({ type: 'com.example.order.placed' })]
  const bad = { ...event().toJSON(), specversion: '0.3' }
  const body = JSON.stringify([good[0], bad, good[1], { specversion: '1.0' }, good[2], good[0]])
  const { results } = await taken({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body }, 5)
  assert.deepEqual(results.map((r) => r.error?.code ?? r.duplicate), [false, 'specversion_unsupported', false, 'field_required', false, true])
  assert.deepEqual([results[1].error.errors[0].pointer, results[3].error.errors[0].pointer], ['/specversion', '/id'])
  assert.equal((await stored(results[4].lead_id, good[2].id)).type, 'com.example.order.placed')
  assert.deepEqual(await taken({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body: '[]' }), { results: [] })
  assertProblem(await send({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(good[0]) }), 422, 'field_type')
  assertProblem(await send({ headers: { 'content-type': 'application/cloudevents+json' }, body: '[]' }), 422, 'field_type')
  const many = Array.from({ length: 1001 }, () => event())
  assertProblem(await send({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(many) }), 413, 'array_too_long')
  const full = await taken({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(many.slice(1)) })
  assert.equal(full.results.filter((r) => r.duplicate === false).length, 1000)
})

test('wrong attributes are named, in the body or in the headers', async () => {
  for (const [change, name] of [[{ id: undefined }, 'id'], [{ source: '' }, 'source'], [{ type: 'a b' }, 'type'], [{ time: 'yesterday' }, 'time'], [{ specversion: '2.0' }, 'specversion'],
    [{ subject: 'li@' }, 'subject']]) {
    const whole = { ...event().toJSON(), ...change }
    const one = await send({ headers: { 'content-type': 'application/cloudevents+json' }, body: JSON.stringify(whole) })
    assert.deepEqual([one.status, one.body.errors], [422, [{ pointer: `/${name}`, detail: one.body.detail }]], name)
    const { data, datacontenttype, ...attributes } = whole
    const headers = Object.fromEntries(Object.entries(attributes).filter(([, v]) => v !== undefined).map(([k, v]) => [`ce-${k}`, v]))
    const other = await send({ headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(data) })
    assert.deepEqual([other.status, other.body.errors], [422, [{ header: `ce-${name}`, detail: other.body.detail }]], name)
  }
  const { headers, body } = binary(event({ data: { lead: { email: 'x' } } }))
  assertProblem(await send({ headers, body }), 422, 'email_invalid', '/lead/email')
  for (const value of ['%ff', '%e5%bc', '"x\\"']) assert.deepEqual((await send({ headers: { ...headers, 'ce-extra': value }, body })).body.errors[0].header, 'ce-extra')
  assert.deepEqual((await send({ headers: { ...headers, 'ce-data': 'x' }, body })).body.errors[0].header, 'ce-data')
  // Without ce-specversion it is an event of ours, and ce- headers mean nothing.
  const plain = await taken({ headers: { 'content-type': 'application/json', 'ce-id': 'x' }, body: JSON.stringify({ type: 'page_view', lead: { email: 'li@firma.example' } }) })
  assert.notEqual(plain.event_id, 'x')
})

test("the SDK's emitter, as an application uses it", async () => {
  for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
    const replies = []
    const emit = emitterFor(async (message) => replies.push(await taken(encoded(message))), { mode })
    const events = [event({ type: 'page_view', data: { path: '/pricing' } }), event({ type: 'webinar_attend' })]
    for (const one of events) await emit(one)
    assert.deepEqual(replies.map((r) => r.event_id), events.map((x) => x.id))
  }
})
