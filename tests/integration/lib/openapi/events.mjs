// Events and trackers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { climb, iso } from '../scene.mjs'
import { contract, NOBODY, foreign, s, call, pages, ids } from './session.mjs'
import { MESSAGE, plain } from './tables.mjs'

test('events: one, an array, again, late, refused', async () => {
  const events = climb('tour', { email: 'tour@example.com' })
  for (const event of events) ids.lead = (await call('postEvents', { body: event })).body.lead_id
  const again = await call('postEvents', { body: events[0] })
  assert.equal(again.body.duplicate, true)
  const items = climb('array', { email: 'array@example.com' }).map((e) => ({ ...e, occurred_at: iso(Date.now() - 3_600_000), source: 'crm' }))
  await call('postEvents', { body: items, headers: { 'idempotency-key': '"one"' } })
  await call('postEvents', { body: { type: 'quote_request', lead: { email: 'array@example.com' } } })
  await call('postEvents', { body: { type: 'won', lead: { email: 'array@example.com' }, source: { name: 'crm', utm: { source: 'news' } } } })
  await call('postEvents', { body: { type: 'message', lead: { external_id: { crm: '7', shop: 'a' }, company: { industry: 'education' } } } })
  const mixed = [items[0], { type: 'stage_set', lead: { email: 'array@example.com' } }, 7, { type: 'a', lead: { id: NOBODY } }]
  const { results } = (await call('postEvents', { body: mixed, again: true })).body
  assert.deepEqual(results.map((r) => r.error?.code), [undefined, 'type_reserved', 'field_type', 'lead_not_found'])
  await call('postEvents', { body: [] }, 422, 'array_empty')
  await call('postEvents', { body: { type: 'a', lead: { id: NOBODY } } }, 404, 'lead_not_found')
  await call('postEvents', { body: { type: 'a', lead: { id: ids.lead, email: 'array@example.com' } } }, 409, 'identity_conflict')
  await call('postEvents', { body: '{"type":' }, 400, 'json_invalid')
  await call('postEvents', { body: { type: 'a', lead: { email: 'a@example.com' } }, headers: { 'idempotency-key': '"a"b"' } }, 400, 'header_invalid')
})

test('events taken back, points by hand', async () => {
  const lead = { email: 'void@example.com' }
  const one = (await call('postEvents', { body: { event_id: 'v-1', type: 'page_view', properties: { path: '/pricing' }, lead, source: 'web' } })).body
  const body = { lead_id: one.lead_id, event_id: 'v-1', source: 'web', reason: 'a robot' }
  assert.equal((await call('voidEvents', { body })).body.voided, true)
  assert.equal((await call('voidEvents', { body: [body, { ...body, event_id: 'v-2' }] })).body.results[0].duplicate, true)
  await call('voidEvents', { body: { ...body, source: null } }, 404, 'event_not_found')
  await call('voidEvents', { body: { ...body, lead_id: NOBODY } }, 404, 'lead_not_found')
  await call('voidEvents', { body: { ...body, reason: '' } }, 422, 'field_empty')
  await call('voidEvents', { body: [] }, 422, 'array_empty')
  const params = { id: one.lead_id }
  const etag = (await call('putLeadOffset', { params, body: { points: -7.25, reason: 'knows us' } })).headers.etag
  await call('putLeadOffset', { params, body: { points: 5, reason: 'x', expires_at: iso(Date.now() + 3_600_000) }, headers: { 'if-match': etag } })
  await call('putLeadOffset', { params, body: { points: 5, reason: 'x' }, headers: { 'if-match': etag } }, 412, 'version_mismatch')
  await call('putLeadOffset', { params, body: { points: 1.0005, reason: 'x' } }, 422, 'field_invalid')
  await call('deleteLeadOffset', { params })
  await call('deleteLeadOffset', { params }, 404, 'offset_not_found')
  const items = await pages('getLeadTimeline', { limit: '2' }, { params })
  assert.deepEqual(new Set(items.map((x) => x.kind)), new Set(['event', 'offset', 'void']))
  const note = items.find((x) => x.kind === 'void')
  await call('voidEvents', { body: { lead_id: one.lead_id, event_id: note.event_id, reason: 'x' } }, 409, 'event_not_voidable')
})

test('tracking: alone, in batches, refused', async () => {
  for (const [id, op] of contract.operations) {
    if (!foreign(op)) continue
    const good = plain(id)
    await call(id, good)
    if (op.item.requestBody) await call(id, { ...good, body: op.pattern.endsWith('b') || op.pattern.endsWith('batch') ? { batch: [7, { type: 'dance' }] } : { ...MESSAGE, traits: { name: 'x' } }, again: true })
    const page = await s.makeKey('ours', 'publish', '--origin', 'https://shop.example')
    await call(id, { ...good, key: page, headers: { origin: 'https://shop.example' } })
    await call(id, { ...good, key: page, headers: { origin: 'https://other.example' } }, 403, 'origin_forbidden')
  }
})
