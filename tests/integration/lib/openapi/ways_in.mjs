// Bulk, sources and forms.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOBODY, s, call, pages, ids, agree } from './session.mjs'
import { BODIES } from './tables.mjs'

test('bulk: lines in, everything out', async () => {
  const lines = `${JSON.stringify({ lead: { external_id: 'bulk' } })}\n{"what":1}\n`
  const reply = await call('importLines', { body: lines, type: 'application/x-ndjson', query: { results: 'all' }, headers: { 'idempotency-key': 'bulk' } })
  const [good, bad, { summary }] = reply.text.trim().split('\n').map((l) => JSON.parse(l))
  assert.deepEqual([good.line, bad.error.code, summary.lines], [1, 'line_unknown', 2])
  for (const id of ['exportLeads', 'exportEvents', 'exportTransitions'])
    for (const query of [{}, { format: 'csv' }, { format: 'csv', bom: 'true' }]) assert.ok((await call(id, { query, role: 'admin' })).text.length > 0)
  await call('exportLeads', { query: { bom: 'true' } }, 400, 'parameter_invalid')
})

test('inbound sources', async () => {
  const mapping = { auth: { scheme: 'none' }, map: { email: '/email' }, event_type: 'lead' }
  ids.source = (await call('createSource', { body: { name: 'tour', mapping } }, 201)).body
  const params = { id: ids.source.id }, send = { params: { token: ids.source.token }, role: null, again: true }
  await call('createSource', { body: { name: 'tour', mapping } }, 409, 'source_taken')
  await call('createSource', { body: { name: 'x', preset: 'typeform' } }, 422, 'secrets_required')
  await call('listSources')
  await call('listSourcePresets')
  const { headers } = await call('getSource', { params })
  await call('postToSource', { ...send, body: { email: 'inbound@example.com' } })
  await call('postToSource', { ...send, body: { email: 'x' } })
  await call('postToSource', { ...send, body: '{' })
  for (const outcome of ['ok', 'failed', 'ignored']) await pages('listSourceRequests', { outcome, limit: '1' }, { params })
  const [{ id: request }] = await pages('listSourceRequests', { limit: '2' }, { params })
  await call('getSourceRequest', { params: { ...params, request } })
  await call('getSourceRequest', { params: { ...params, request: NOBODY } }, 404, 'request_not_found')
  await call('replaySourceRequest', { params: { ...params, request } })
  await call('replaySource', { params, body: { since: '2026-01-01T00:00:00Z' } })
  await call('replaySource', { params, body: { since: 'then' } }, 422, 'field_invalid')
  await call('dryRunSource', { params, body: { body: '{"email":"dry@example.com"}', headers: { 'X-Topic': 'a' }, query: { a: 'b' } } })
  await call('dryRunNewSource', { body: { mapping, body: '{' } })
  await call('patchSource', { params, body: { mapping: { reply: { on_failure: 'refuse' } } }, headers: { 'if-match': headers.etag } })
  await call('patchSource', { params, body: { source: 'hello of tour' } })
  await call('createSource', { body: { name: 'tour', mapping } }, 201)
  await call('patchSource', { params, body: { source: 'tour' } }, 409, 'source_taken')
  await call('postToSource', { ...send, body: { email: 7 } }, 400)
  await call('postToSource', { ...send, body: '{' }, 400, 'json_invalid')
  await call('greetSource', send, 404, 'source_not_found')
  const guarded = async (auth, secret) => (await call('createSource', { body: { name: JSON.stringify(auth), mapping: { ...mapping, auth }, secrets: [secret] } }, 201)).body
  const basic = await guarded({ scheme: 'basic', username: 'u' }, 'p'), wecom = await guarded({ scheme: 'wecom' }, { token: 't', encoding_aes_key: 'k' })
  await call('postToSource', { ...send, params: { token: basic.token }, body: {} }, 401, 'token_invalid')
  await call('postToSource', { ...send, params: { token: wecom.token }, body: {} }, 403, 'signature_invalid')
  await call('greetSource', { ...send, params: { token: wecom.token } }, 403, 'signature_invalid')
  for (const id of ['postToSource', 'greetSource']) await call(id, { ...send, params: { token: 'lsi_x' } }, 404, 'source_not_found')
  const hello = (await call('createSource', { body: { name: 'hello', mapping: { ...mapping, handshake: { when: 'query:challenge', reply: { content_type: 'text/plain', body: '{query:challenge}' } } } } }, 201)).body
  assert.equal((await call('greetSource', { ...send, params: { token: hello.token }, query: { challenge: 'x y' } })).text, 'x y')
  for (const [given, good] of [[{ name: 'given 1', preset: 'jotform' }, true], [{ name: 'x' }], [{ name: 7, mapping }], [{ mapping }], [{ name: 'given 2', mapping, source: null, keep_days: null }, true], [{ name: 'x', mapping: 'x' }],
    [{ name: 'x', mapping, keep_days: 31 }], [{ name: 'x', mapping, secrets: ['a', 'b', 'c', 'd'] }], [{ name: 'x', mapping, secrets: [''] }], [{ name: 'x', mapping, more: 1 }], [{ name: 'x', mapping, source: '' }]])
    await agree('createSource', given, good && 201)
  await call('deleteSource', { params: { id: hello.id } }, 204)
  await call('getSource', { params: { id: hello.id } }, 404, 'source_not_found')
})

test('forms', async () => {
  ids.form = (await call('createForm', { body: { name: 'agree', rate_per_minute: 0 } }, 201)).body
  const params = { id: ids.form.id }, body = BODIES.submitForm
  const { headers } = await call('getForm', { params })
  await call('getForm', { params, headers: { 'if-none-match': headers.etag } }, 304)
  await call('listForms')
  await call('patchForm', { params, body: { redirect_url: 'https://www.acme.example/', origins: ['https://www.acme.example'] }, headers: { 'if-match': headers.etag } })
  await call('patchForm', { params, body: { origins: 'x' } }, 422, 'field_type')
  await call('patchForm', { params, body: { name: 'late' }, headers: { 'if-match': headers.etag } }, 412, 'version_mismatch')
  const send = { params: { id: ids.form.token }, body }
  await call('submitForm', send, 403, 'origin_forbidden')
  await call('submitForm', { ...send, headers: { origin: 'https://www.acme.example', accept: 'text/html' }, type: 'application/x-www-form-urlencoded', body: 'email=agree@example.com', again: true }, 303)
  await call('submitForm', { ...send, headers: { origin: 'https://www.acme.example' } })
  await call('patchForm', { params, body: { redirect_url: null, origins: null } })
  await call('submitForm', { ...send, headers: { accept: 'text/html' }, type: 'application/x-www-form-urlencoded', body: 'email=agree@example.com', again: true })
  await call('submitForm', { ...send, type: 'application/x-www-form-urlencoded', body: '%', again: true }, 400, 'form_malformed')
  await call('submitForm', { ...send, params: { id: 'lsf_x' } }, 404, 'form_not_found')
  for (const id of ['getForm', 'patchForm', 'deleteForm']) await call(id, { params: { id: NOBODY }, body: BODIES[id] }, 404, 'form_not_found')
  for (const [given, good] of [[{ name: 'x' }, true], [{}], [{ name: 7 }], [{ name: 'x', fields: { a: 'email', b: 'company.name', c: 'attributes.x y' } }, true], [{ name: 'x', fields: { a: 'score' } }],
    [{ name: 'x', fields: null, event: null, source: null, origins: null, spam: null, keep_ip: null, disabled: null, rate_per_minute: null }, true], [{ name: 'x', spam: 'eat' }], [{ name: 'x', disabled: true }], [{ name: 'x', more: 1 }],
    [{ name: 'x', event: { type: 'demo_request', properties: null } }, true], [{ name: 'x', fill_time: { field: 'a' } }], [{ name: 'x', consent: { field: 'a', text: 'b', version: null } }, true]])
    await agree('createForm', given, good && 201)
  await s.sql(`INSERT INTO doors (workspace_id, id, kind, token, name, settings, created_at, updated_at) SELECT '${s.workspace.id}', gen_random_uuid(), 'form', 't' || n, 'n', '{}', now(), now() FROM generate_series(1, 1000) n`)
  await call('createForm', { body: { name: 'x' } }, 409, 'forms_too_many')
  await s.sql("DELETE FROM doors WHERE token LIKE 't%'")
  const spare = (await call('createForm', { body: { name: 'spare' } }, 201)).body
  await call('deleteForm', { params: { id: spare.id }, headers: { 'if-match': '"v1"' } }, 204)
})
