// Every operation, in every way that can go wrong.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { contract, ROLES, inbound, PROBES, foreign, s, call, ids } from './session.mjs'
import { PARAMS, BODIES, plain, idOf } from './tables.mjs'

test('without a key, with a wrong one, with a key of the wrong role', async () => {
  for (const [id, op] of contract.operations) {
    if (!op.item['x-roles'].length) continue
    await call(id, plain(id, { role: null }), 401, op.pattern.includes('{key}') ? 'key_malformed' : 'key_required')
    await call(id, plain(id, { key: 'lsk_x' }), 401, 'key_malformed')
    await call(id, plain(id, { headers: { authorization: 'Basic eDp5' } }), 401, foreign(op) ? 'key_malformed' : 'scheme_unsupported')
    for (const role of ROLES.filter((r) => !op.item['x-roles'].includes(r))) await call(id, plain(id, { role }), 403, 'role_forbidden')
  }
})

test('nobody there, another version, a query and a body that cannot be', async () => {
  await call('putTaxonomy', { params: { name: 'there' }, body: BODIES.putTaxonomy }, 201)
  ids.account = (await call('postAccount', { body: { domain: 'there.example' } }, 201)).body.id
  ids.draft = (await call('createModel', { body: { document: { name: 'Draft' } } }, 201)).body.version
  for (const [id, op] of contract.operations) {
    const has = (status) => status in op.item.responses
    await call(id, plain(id, { query: [['a', '1'], ['a', '2']] }), 400, 'query_duplicate')
    if (!PROBES.includes(id) && !foreign(op) && !inbound(op)) await call(id, plain(id, { query: { nonsense: '1' } }), 400, 'parameter_unknown')
    if (has(404) && !inbound(op) && !['postEvents', 'postLead', 'submitForm'].includes(id)) await call(id, plain(id), 404)
    if (has(412)) await call(id, plain(id, { params: { ...PARAMS[id], id: idOf(id), version: ids.draft, name: 'there' }, headers: { 'if-match': '"v999"' } }), 412, 'version_mismatch')
    if (has(412)) await call(id, plain(id, { headers: { 'if-match': '3' } }), 400, 'header_invalid')
    // Lines are taken while they arrive, and each answers for itself: nothing but its type is wrong with the whole.
    if (id === 'importLines') {
      await call(id, plain(id, { type: 'application/xml' }), 415, 'content_type_unsupported')
      await call(id, plain(id, { headers: { 'content-encoding': 'br' } }), 415, 'content_encoding_unsupported')
      await call(id, plain(id, { headers: { 'idempotency-key': '"a"b"' } }), 400, 'header_invalid')
      continue
    }
    assert.equal(Boolean(op.item.requestBody), has(413) && has(415) && has(422) !== foreign(op) && op.method !== 'DELETE', id)
    if (!op.item.requestBody) continue
    if (!foreign(op)) await call(id, plain(id, { type: 'text/plain' }), 415, 'content_type_unsupported')
    await call(id, plain(id, { headers: { 'content-encoding': foreign(op) ? 'br' : 'gzip' } }), 415, 'content_encoding_unsupported')
    await call(id, plain(id, { body: '['.repeat(40) + ']'.repeat(40) }), 413, 'json_too_deep')
    await call(id, plain(id, { body: JSON.stringify({ a: 'x'.repeat(op.item['x-max-body-bytes'] ?? 262144) }) }), 413, 'body_too_large')
    await call(id, plain(id, { body: op.item.requestBody.required && !/^(patch[A-Z]|tryScore$|putRouting$)/.test(id) ? {} : { nonsense: 1 } }), foreign(op) ? 400 : 422)
    if (op.item.requestBody.required) await call(id, plain(id, { body: undefined }), 400, 'body_required')
  }
  assert.equal((await s.call('read', 'GET', '/v1/nonsense')).body.code, 'route_not_found')
})

test('another method, or one that is none', async () => {
  for (const [id, op] of contract.operations) {
    const taken = [...contract.operations.values()].filter((o) => o.pattern === op.pattern).map((o) => o.method)
    const reply = await call(id, plain(id, { method: ['PUT', 'PATCH'].find((m) => !taken.includes(m)) }), 405, 'method_not_allowed')
    for (const m of taken) assert.ok(reply.headers.allow.split(', ').includes(m), reply.headers.allow)
    await call(id, { ...plain(id), body: undefined, method: 'PROPFIND' }, 501, 'method_unknown')
  }
})

test('too many requests', async () => {
  await s.terminate()
  await s.serve({ LEADSCORE_RATE_PER_SECOND: '1' })
  for (const [id, op] of contract.operations) {
    if (PROBES.includes(id)) continue
    for (let i = 0, status; status !== 429; i++) {
      assert.ok(i < 20, `${id} is never refused`)
      const reply = await s.client.request(op.method, contract.path(id, plain(id).params), { key: s.workspace.keys.admin, body: BODIES[id] })
      contract.checkReply(id, reply)
      for (const name of ['ratelimit', 'ratelimit-policy']) assert.ok(name in reply.headers, `${id}: ${name}`)
      status = reply.status
    }
  }
  await s.terminate()
  await s.serve({})
})

test('the database away', async () => {
  // Keys are known for a while, so that what needs no other look at the database fails at its own.
  for (const role of ROLES) await s.call(role, 'GET', '/v1/models')
  // What needs nothing else but its key needs the database for one that was never seen.
  const unseen = await s.makeKey('ours', 'ingest')
  const others = { url: s.url.replace(s.database, 'postgres') }
  await s.sql.call(others, `ALTER DATABASE ${s.database} ALLOW_CONNECTIONS false`)
  try {
    await s.sql.call(others, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${s.database}'`)
    for (let i = 0; (await s.call(null, 'GET', '/readyz')).status === 200; i++) {
      assert.ok(i < 100, '/readyz still says yes')
      await sleep(50)
    }
    for (const [id, op] of contract.operations)
      if (503 in op.item.responses && id !== 'getOpenapi') await call(id, plain(id, foreign(op) && !op.item.requestBody ? { key: unseen } : {}), 503, 'database_unavailable')
    await call('getOpenapi')
    await call('livez')
  } finally {
    await s.sql.call(others, `ALTER DATABASE ${s.database} ALLOW_CONNECTIONS true`)
  }
  for (let i = 0; (await s.call(null, 'GET', '/readyz')).status !== 200; i++) {
    assert.ok(i < 200, '/readyz does not say yes again')
    await sleep(50)
  }
})

test('everything the contract documents was seen', () => {
  // Not seen here: defects (500); what needs no database cannot lack it; and probes are refused only by their method or by bad HTTP.
  const excused = (x) => x.endsWith(' 500') || x === 'getOpenapi 503'
  assert.deepEqual(contract.missed().filter((x) => !excused(x)), [])
})
