// openapi.yaml is the contract: it is what the service serves, it has the routes that the binary has, every request and reply of a tour through
// all operations is as it says, and its examples are what the service answers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import core from '@redocly/openapi-core'
import { Contract, contractPath, root } from './lib/contract.mjs'
import { essential, STORY, takeStep } from './lib/examples.mjs'
import { climb, GOOD_PROFILE, iso } from './lib/scene.mjs'
import { Service } from './lib/service.mjs'

const run = promisify(execFile)
const contract = new Contract()
const NOBODY = '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f'
const ROLES = ['publish', 'ingest', 'read', 'sales', 'admin']
// Spoken by whatever system it is given to: the query is its own, and the reply is what the source says.
const inbound = (op) => op.pattern.startsWith('/v1/in/')
// What http answers before api is asked.
const PROBES = ['livez', 'readyz']
// Spoken by other people's clients: the key may stand elsewhere, what is not known is passed over, and every fault of a body is 400.
const foreign = (op) => op.item.tags.includes('Tracking')
const s = await Service.start('openapi')
after(() => s.stop())

// Makes a request of an operation and judges it and the reply by the contract. want: the status and, of an error, its code.
async function call(id, { params, query, body, type, headers = {}, role, key, method, again } = {}, want = 200, code) {
  const op = contract.operation(id)
  const roles = op.item['x-roles']
  const target = contract.path(id, params) + (query ? `?${new URLSearchParams(query)}` : '')
  const sent = { body, headers: { ...(type && { 'content-type': type }), ...headers } }
  sent.key = key ?? (role === null || (!role && !roles.length) ? undefined : s.workspace.keys[role ?? roles[0]])
  const reply = await s.client.request(method ?? op.method, target, sent)
  const said = `${op.method} ${target}: ${reply.status} ${reply.text}`
  assert.equal(reply.status, want, said)
  if (code) assert.equal(reply.body.code, code, said)
  contract.checkReply(id, reply, { head: method === 'HEAD' })
  if (reply.status < 400 && !again) {
    assert.equal(contract.bodyFaults(id, body, type), null, `a body that was taken: ${JSON.stringify(body)}`)
    assert.equal(contract.queryFaults(id, query), null, `a query that was taken: ${target}`)
  }
  return reply
}

// Follows next_cursor through a list; returns all items.
async function pages(id, query, { cursor = 'cursor', ...rest } = {}) {
  const all = []
  for (let at = {}; ; ) {
    const { body, headers } = await call(id, { ...rest, query: { ...query, ...at } })
    all.push(...body.data)
    if (cursor === 'after' ? !body.has_more : body.next_cursor === null) return all
    assert.match(headers.link, new RegExp(`${cursor}=${body.next_cursor}>; rel="next"$`))
    assert.ok(all.length < 1000, 'a list without an end')
    at = { [cursor]: body.next_cursor }
  }
}

// Pointers to where two documents differ.
function differences(a, b, at = '') {
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return a === b ? [] : [at]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) => differences(a[k], b[k], `${at}/${k}`))
}

test('what is served is openapi.yaml', async () => {
  const { body } = await call('getOpenapi')
  assert.deepEqual(differences(body, contract.document), [])
})

test('redocly finds nothing to say', async () => {
  const config = await core.loadConfig({ configPath: path.join(root, 'redocly.yaml') })
  const problems = await core.lint({ ref: contractPath, config })
  assert.deepEqual(problems.map((p) => `${p.location[0]?.pointer}: ${p.ruleId}: ${p.message}`), [])
})

test('the contract has the routes of the binary, and no others', async () => {
  const { stdout } = await run(path.join(process.env.LEADSCORE_TEST_BUILD, 'tests/unit/api/routes_dump'))
  const line = (method, pattern, id, roles, parameters, max) => `${method} ${pattern} ${id} [${[...roles].sort()}] [${[...parameters].sort()}] ${max}`
  const built = stdout.trim().split('\n').map((text) => {
    const r = JSON.parse(text)
    return line(r.method, r.pattern, r.operation, r.roles, r.parameters, r.max_body)
  })
  const written = [...contract.operations].filter(([id]) => !PROBES.includes(id)).map(([id, op]) => {
    const query = op.parameters.filter((p) => p.in === 'query').map((p) => p.name)
    return line(op.method, op.pattern, id, op.item['x-roles'], query, op.item['x-max-body-bytes'] ?? 262144)
  })
  assert.deepEqual(written.sort(), built.sort())
  for (const [id, op] of contract.operations) {
    const named = [...op.pattern.matchAll(/\{(\w+)\}/g)].map((m) => m[1])
    assert.deepEqual(op.parameters.filter((p) => p.in === 'path').map((p) => p.name), named, id)
    assert.equal(op.item['x-roles'].length === 0, op.item.security?.length === 0, `${id}: no roles, no key`)
  }
})

test('every problem code that a reply may have is in the list of all, and the other way round', () => {
  const { responses, schemas } = contract.document.components
  const named = new Set()
  for (const r of Object.values(responses)) for (const c of r.content?.['application/problem+json']?.schema.properties?.code?.enum ?? []) named.add(c)
  const all = schemas.Problem.properties.code.enum
  assert.equal(new Set(all).size, all.length)
  assert.deepEqual([...named].filter((c) => !all.includes(c)), [])
  // What is left belongs to the refusals before any operation: every code of http's table is one of them or of the others.
  const table = readFileSync(path.join(root, 'src/http/refusal.c'), 'utf8')
  const refusals = [...table.matchAll(/= \{\d{3}, "(\w+)"/g)].map((m) => m[1])
  assert.ok(refusals.length > 20)
  assert.deepEqual(refusals.filter((c) => !all.includes(c)), [])
  assert.deepEqual(all.filter((c) => !named.has(c) && !refusals.includes(c) && c !== 'route_not_found'), [])
})

// All examples: [operation, name, status or "request", value]. Shared responses have theirs under the operation that names them.
function* examples() {
  for (const [id, op] of contract.operations) {
    const bodies = [['request', op.item.requestBody], ...Object.entries(op.item.responses).map(([status, r]) => [status, contract.resolve(r).value])]
    for (const [status, { content } = {}] of bodies)
      for (const media of Object.values(content ?? {})) for (const [name, e] of Object.entries(media.examples ?? {})) yield [id, name, status, e.value]
  }
}

test('the examples are what the service answers, in one story', async () => {
  const all = [...examples()]
  const told = new Set()
  await s.cli('workspace', 'create', 'story')
  const admin = await s.makeKey('story', 'admin')
  await s.cli('rescore', '--workspace', 'story')
  const known = {}
  for (const step of STORY) {
    const { body, reply } = await takeStep(contract, s.client, admin, step, known)
    const said = `${step.id} ${step.name}: ${reply.status} ${reply.text}`
    assert.equal(reply.status, step.want, said)
    contract.checkReply(step.id, reply)
    if (!step.body) assert.equal(contract.bodyFaults(step.id, body, step.type), null, said)
    told.add(`${step.name} request`).add(`${step.name} ${step.want}`)
    const written = all.find(([id, name, status]) => id === step.id && name === step.name && status === String(step.want))
    // What a stream tells is a matter of how fast it goes.
    if (written && reply.body !== undefined) assert.deepEqual(essential(reply.body), essential(written[3]), `the example ${step.name} of ${step.id}`)
  }
  assert.deepEqual(all.filter(([, name, status]) => !told.has(`${name} ${status}`)), [], 'examples that the story does not tell')
  // The model is too long to be written twice, and so is the contract; what several operations answer alike stands at one of them.
  const has = (id, status) => all.some(([i, , st]) => i === id && st === status)
  for (const [id, op] of contract.operations) {
    if (op.item.requestBody) assert.ok(has(id, 'request'), `${id} has no example of a request`)
    for (const [status, r] of Object.entries(op.item.responses))
      if (status < 300 && r.content && !['getModel', 'getModelTemplate', 'getOpenapi', 'listSourcePresets'].includes(id)) assert.ok(has(id, status), `${id} has no example of ${status}`)
  }
})

// --- The tour. Each test goes through the operations of one resource; the last ones through all of them, and say what was missed.

const ids = {}

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

test('leads that are one person', async () => {
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(async (x) => (await call('postLead', { body: { external_id: `one-${x}`, name: '程 一', owner: x, company: { name: '一程' } } }, 201)).body.id))
  await call('postEvents', { body: { type: 'page_view', lead: { device_id: 'd-1' } } })
  const joined = (await call('postEvents', { body: { type: 'page_view', lead: { device_id: 'd-1', external_id: 'one-a' } } })).body
  assert.equal(joined.merged.length, 1)
  const params = { id: a }
  const made = (await call('mergeLead', { params, body: { other: b, reason: 'the same voice' } })).body
  assert.equal(made.conflicts.length, 1)
  assert.equal((await call('mergeLead', { params, body: { other: b } })).body.merge, null)
  await call('mergeLead', { params, body: { other: NOBODY } }, 404, 'lead_not_found')
  await call('mergeLead', { params, body: { other: 'x' } }, 422, 'id_invalid')
  assert.equal((await call('getLead', { params: { id: b } })).body.merged.length, 2)
  assert.ok((await pages('getLeadTimeline', { limit: '2' }, { params })).some((x) => x.kind === 'merge'))
  assert.equal((await call('unmergeLead', { params, body: { lead: b } })).body.unmerged.id, b)
  assert.equal((await call('unmergeLead', { params, body: { merge_id: made.merge.id } })).body.merge, null)
  await call('unmergeLead', { params, body: { lead: c } }, 404, 'merge_not_found')
  await call('unmergeLead', { params, body: { lead: c, merge_id: made.merge.id } }, 422, 'field_required')
  const job = (await call('scanDuplicates', {}, 202)).body
  while (!['done', 'failed'].includes((await call('getJob', { params: { id: job.id } })).body.state));
  const list = await pages('listDuplicates', { limit: '1', lead_id: c })
  assert.equal(list.length, 2, 'of the three pairs one was parted by a person')
  await call('dismissDuplicate', { params: { id: list[0].id }, body: { note: 'father and son' } })
  await call('mergeDuplicate', { params: { id: list[1].id }, body: { keep: NOBODY } }, 404, 'lead_not_found')
  await call('mergeDuplicate', { params: { id: list[1].id }, body: { keep: c } })
  assert.equal((await call('listDuplicates', { query: { state: 'dismissed', lead_id: c } })).body.data.length, 1)
})

test('leads: created, merged, read, changed, tagged, erased', async () => {
  const made = await call('postLead', { body: { phone: '13800138000', source: 'fair', ...GOOD_PROFILE, owner: 'li' } }, 201)
  const { id } = made.body
  assert.equal(made.headers.location, `/v1/leads/${id}`)
  const merged = await call('postLead', { body: { phone: '0086-138-0013-8000', email: 'Lin@Example.com', attributes: { plan: 'x' } } }, 200)
  assert.equal(merged.body.id, id)
  await call('postLead', { body: { phone: '13800138000', email: 'tour@example.com' } }, 409, 'identity_conflict')
  await call('postLead', { body: { id: NOBODY } }, 404, 'lead_not_found')
  const etag = merged.headers.etag
  assert.equal((await call('getLead', { params: { id } })).headers.etag, etag)
  await call('getLead', { params: { id }, headers: { 'if-none-match': `"v0", ${etag}` } }, 304)
  await call('getLead', { params: { id }, method: 'HEAD' })
  const patch = { title: null, needs: { budget: 800000.5, pains: ['manual_order_handling'] }, company: { employees: null } }
  await call('patchLead', { params: { id }, body: patch, type: 'application/merge-patch+json', headers: { 'if-match': etag } })
  await call('patchLead', { params: { id }, body: patch, headers: { 'if-match': etag } }, 412, 'version_mismatch')
  await call('patchLead', { params: { id }, body: { external_id: 'x-1', anonymous_id: 'cookie' } })
  await call('patchLead', { params: { id }, body: { email: 'tour@example.com' } }, 409, 'identity_conflict')
  const tag = '行业:汽车/零部件'
  await call('putLeadTag', { params: { id, tag: 'intent:high' } })
  await call('putLeadTag', { params: { id, tag: 'intent:high' }, body: { expires_at: iso(Date.now() + 3_600_000) } })
  // The tag is the rest of the path, so its slash may be escaped or not.
  const rest = await call('putLeadTag', { params: { id, tag } })
  assert.deepEqual((await s.ok(200, 'sales', 'PUT', contract.path('putLeadTag', { id, tag }).replace('%2F', '/'))).body.tags, rest.body.tags)
  assert.ok(rest.body.tags.includes(tag))
  await call('deleteLeadTag', { params: { id, tag: 'intent:high' } })
  await call('deleteLeadTag', { params: { id, tag: 'intent:high' } }, 404, 'tag_not_found')
  assert.deepEqual((await call('putLeadTag', { params: { id, tag: 'nothing' } }, 422, 'tag_invalid')).body.errors[0].parameter, 'tag')
  await call('deleteLeadTag', { params: { id, tag: 'nothing' } }, 422, 'tag_invalid')
  const held = (await pages('listLeads', { limit: '200' })).find((l) => l.tags.length && !l.tags.includes(tag))
  assert.ok(held, 'no lead holds a tag by rule')
  await call('deleteLeadTag', { params: { id: held.id, tag: held.tags[0] } }, 409, 'tag_held_by_rule')
  const kinds = new Set((await pages('getLeadTimeline', { limit: '2' }, { params: { id } })).map((x) => x.kind))
  for (const x of await pages('getLeadTimeline', { limit: '3' }, { params: { id: ids.lead } })) kinds.add(x.kind)
  assert.deepEqual([...kinds].sort(), ['event', 'handoff', 'tag', 'transition'])
  await call('eraseLead', { params: { id } }, 204)
  await call('getLead', { params: { id } }, 404, 'lead_not_found')
})

test('lists: every filter, every order, page by page', async () => {
  for (let i = 0; i < 7; i++) await call('postLead', { body: { email: `page${i}@example.com`, name: 'Paging Example', owner: 'wang' } }, 201)
  const filters = [
    { tier: 'A' }, { stage: 'mql' }, { tag: 'intent:high' }, { owner: 'wang' }, { min_score: '-5', max_score: '100000' }, { q: 'paging' },
    { updated_since: '2026-01-01T00:00:00+08:00' }, { tier: 'D', stage: 'lead', owner: 'wang', q: 'exam', min_score: '0', updated_since: iso(0) },
  ]
  const sorts = contract.operation('listLeads').parameters.find((p) => p.name === 'sort').schema.enum
  for (const filter of filters) await pages('listLeads', { ...filter, limit: '3' })
  for (const sort of sorts) assert.equal((await pages('listLeads', { owner: 'wang', sort, limit: '2' })).length, 7, sort)
  const bad = [
    { tier: 'E' }, { stage: 'MQL' }, { min_score: '1.5' }, { max_score: '2147483648' }, { updated_since: 'yesterday' }, { sort: 'name' }, { limit: '0' }, { limit: '201' },
    { cursor: '!' }, { owner: 'x'.repeat(256) },
  ]
  for (const query of bad) {
    assert.notEqual(contract.queryFaults('listLeads', query), null, JSON.stringify(query))
    const { body } = await call('listLeads', { query }, 400)
    assert.deepEqual(body.errors.map((e) => e.parameter), Object.keys(query))
  }
})

test('models: a draft, written anew, beside, live, back, thrown away', async () => {
  const document = { name: 'Tour', stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 100] } }] }
  const made = await call('createModel', { body: { document, line: 'tour', note: null, based_on: 1 } }, 201)
  const params = { version: made.body.version }
  assert.equal(made.headers.location, `/v1/models/${params.version}`)
  assert.equal((await call('getModel', { params })).headers.etag, made.headers.etag)
  await call('getModel', { params, headers: { 'if-none-match': made.headers.etag } }, 304)
  await call('putModel', { params, body: { document }, headers: { 'if-match': made.headers.etag } })
  await call('putModel', { params, body: { document }, headers: { 'if-match': made.headers.etag } }, 412, 'version_mismatch')
  await call('deleteModel', { params, headers: { 'if-match': made.headers.etag } }, 412, 'version_mismatch')
  await call('shadowModel', { params, body: {} })
  await call('putModel', { params, body: { document } }, 409, 'model_state')
  await call('deleteModel', { params }, 409, 'model_state')
  await call('shadowModel', { params }, 409, 'model_state')
  await call('retireModel', { params })
  await call('retireModel', { params }, 409, 'model_state')
  await call('activateModel', { params, body: { transitions: 'hold', note: 'tour' } })
  await call('activateModel', { params }, 409, 'model_state')
  await call('rollbackModel', { body: { line: 'tour' } }, 409, 'no_previous_model')
  const next = await call('createModel', { body: { document: { ...document, name: 'Next' }, line: 'tour' } }, 201)
  await call('activateModel', { params: { version: next.body.version } })
  assert.equal((await call('rollbackModel', { body: { line: 'tour', transitions: 'quiet' } })).body.version, params.version)
  await call('retireModel', { params: { version: 1 } }, 409, 'model_primary')
  const gone = await call('createModel', { body: { document: { name: 'Gone', applies_when: false }, line: 'tour' } }, 201)
  await call('deleteModel', { params: { version: gone.body.version } }, 204)
  await call('createModel', { body: { document: { name: 'For some', applies_when: { var: 'company' } } } }, 422, 'applies_when_primary')
  await call('createModel', { body: { document: { name: 'x', ponits: 1 } } }, 422, 'model_invalid')
  const warned = (await call('validateModel', { body: { document: { ...document, taxonomies: ['none'] }, line: null } })).body
  assert.deepEqual([warned.valid, warned.errors.map((e) => e.code)], [false, ['taxonomy_unknown']])
  assert.equal((await call('validateModel', { body: { document: 7 } })).body.valid, false)
  for (const query of [{ attribute: 'title' }, { tag: '角色:决策者' }, { event_type: 'page_view' }, { segment: 'vip', state: 'active' }]) await call('listModelDependents', { query })
  await call('listModelDependents', { query: { tag: 'a:b', segment: 'x' } }, 400, 'parameter_invalid')
  for (const language of ['zh', 'en']) await call('diffModels', { params: { version: 1, other: params.version }, query: { language } })
  await pages('listModels', { limit: '1' })
  await pages('listModels', { line: 'tour', state: 'active' })
  await call('listModels', { query: { state: 'live' } }, 400, 'parameter_invalid')
})

test('taxonomies and settings', async () => {
  const params = { name: 'size' }
  const body = { attribute: 'company.size', entries: [{ value: 'large', synonyms: ['big', '大'] }] }
  const made = await call('putTaxonomy', { params, body }, 201)
  assert.equal((await call('getTaxonomy', { params })).headers.etag, made.headers.etag)
  await call('getTaxonomy', { params, headers: { 'if-none-match': made.headers.etag } }, 304)
  await call('putTaxonomy', { params, body, headers: { 'if-match': made.headers.etag } })
  await call('putTaxonomy', { params, query: { attribute: 'company.size' }, type: 'text/csv', body: 'big,large\n大,large\n' })
  await call('putTaxonomy', { params, query: { attribute: 'company.size' }, type: 'text/csv', body: 'big,large\nBIG,small\n' }, 422, 'taxonomy_invalid')
  await call('putTaxonomy', { params: { name: 'a b' }, body }, 422, 'taxonomy_name_invalid')
  await call('listTaxonomies')
  await call('deleteTaxonomy', { params }, 204)
  const settings = await call('getWorkspace')
  await call('getWorkspace', { headers: { 'if-none-match': settings.headers.etag } }, 304)
  await call('patchWorkspace', { body: { country: 'CN' }, type: 'application/merge-patch+json', headers: { 'if-match': settings.headers.etag } })
  await call('patchWorkspace', { body: { time_zone: 'Mars/Base' } }, 422, 'time_zone_invalid')
  await call('patchWorkspace', { body: { primary_line: 'nowhere' } }, 409, 'line_not_active')
})

test('scores, handoffs, transitions, keys and reports', async () => {
  const params = { id: ids.lead }
  await call('getLeadScore', { params })
  await call('getLeadScore', { params, query: { at: iso(Date.now() - 86_400_000), model_version: '1' } })
  await call('getLeadScore', { params, query: { model_version: '99' } }, 404, 'model_not_found')
  for (const { name } of (await call('listModelTemplates')).body.data) {
    const { document } = (await call('getModelTemplate', { params: { name } })).body
    await call('tryScore', { body: { model: document, lead: { title: 'CEO' }, events: [{ type: 'demo_request' }] } })
  }
  await call('getModelTemplate', { params: { name: 'nope' } }, 404, 'template_not_found')
  await call('getLeadNext', { params })
  await call('getLeadNext', { params, query: { language: 'en', at: iso(Date.now() - 1000), model_version: '1' } })
  await call('getLeadNext', { params, query: { language: 'fr' } }, 400, 'parameter_invalid')
  await call('getLeadNext', { params, query: { model_version: '99' } }, 404, 'model_not_found')
  await call('getLeadNext', { params: { id: NOBODY } }, 404, 'lead_not_found')
  const plot = (await call('getLeadScoreHistory', { params, query: { points: '5', to: iso(Date.now() + 30 * 86_400_000) } })).body.data
  assert.ok(plot.length >= 5)
  await call('getLeadScoreHistory', { params, query: { from: iso(Date.now()), to: iso(0), model_version: '1' } }, 400)
  await call('getLeadScoreHistory', { params, query: { model_version: '99' } }, 404, 'model_not_found')
  await call('tryScore', { body: { lead: { title: 'CEO' }, events: [{ type: 'page_view', properties: { path: '/pricing' } }] } })
  await call('tryScore', { body: { model: { name: 'empty' }, at: iso(Date.now() + 86_400_000) } })
  await call('tryScore', { body: { model_version: 99 } }, 404, 'model_not_found')
  await call('tryScore', { body: { model: { fit: 7 } } }, 422, 'model_invalid')
  await call('tryScore', { body: { events: [{ type: 'x', lead: { email: 'nobody' } }] } }, 422, 'email_invalid')
  const handoffs = await pages('listHandoffs', { limit: '1' })
  assert.ok(handoffs.length >= 2)
  await pages('listHandoffs', { state: 'pending', lead_id: ids.lead })
  const one = await call('getHandoff', { params: { id: handoffs[0].id } })
  await call('getHandoff', { params: { id: handoffs[0].id }, headers: { 'if-none-match': one.headers.etag } }, 304)
  const feed = await pages('listTransitions', { limit: '2' }, { cursor: 'after' })
  assert.deepEqual([...new Set(feed.map((t) => t.kind))].sort(), ['stage', 'tier'])
  await pages('listTransitions', { kind: 'stage' }, { cursor: 'after' })
  const at = (await call('listTransitions')).body.next_cursor
  assert.match((await call('followChanges', { query: { after: at, type: 'stage.*,handoff.created', tier: 'X', stage: 'mql,sal', owner: 'li' } })).text, /^retry: \d+\nid: [\w-]+\nevent: position\ndata: \{\}\n\n/)
  await call('followChanges', { headers: { 'last-event-id': at } })
  await call('followChanges', { headers: { 'last-event-id': 'x' } }, 400, 'header_invalid')
  for (const [name, text] of [['type', 'mql'], ['tier', 'E'], ['stage', 'hot']]) await call('followChanges', { query: { [name]: text } }, 400, 'parameter_invalid')
  const made = await call('createKey', { body: { role: 'publish', label: 'shop', origins: ['https://shop.example'], expires_at: iso(Date.now() + 3_600_000) } }, 201)
  const other = await call('createKey', { body: { role: 'read' } }, 201)
  await call('listModels', { key: other.body.key })
  assert.ok((await call('listKeys')).body.data.some((k) => k.id === made.body.id && k.hint === made.body.key.slice(-4)))
  await call('revokeKey', { params: { id: other.body.id } }, 204)
  await call('listModels', { key: other.body.key }, 401, 'key_revoked')
  const report = (await call('reportSources')).body.data
  assert.deepEqual(['crm', null].filter((name) => !report.some((r) => r.source === name)), [])
  for (const id of ['getOpenapi', ...PROBES]) await call(id)
})

test('jobs: begun by hand, followed, stopped', async () => {
  const id = (await s.cli('rescore', '--workspace', 'ours')).trim()
  assert.equal((await s.cli('rescore', '--workspace', 'ours')).trim(), id, 'a second one is begun while the first is open')
  await pages('listJobs', { kind: 'rescore', limit: '1' })
  const params = { id }
  for (let i = 0; (await call('getJob', { params })).body.state === 'waiting'; i++) {
    assert.ok(i < 1200, 'nobody takes the job')
    await sleep(50)
  }
  assert.equal((await call('cancelJob', { params })).body.state, 'cancelled')
  await call('cancelJob', { params }, 409, 'job_ended')
  // The newest first; older ones were overtaken by a later change of models.
  assert.equal((await pages('listJobs', { state: 'cancelled' }))[0].id, id)
})

test('previews: begun, followed, refused', async () => {
  const params = { version: 1 }
  for (const id of ['simulateModel', 'backtestModel']) {
    const { headers } = await call(id, { params, body: { seed: 3 } }, 202)
    const job = { id: headers.location.split('/').pop() }
    const { text } = await call('followJob', { params: job })
    assert.match(text, /event: result\ndata: /)
    const { kind, result } = (await call('getJob', { params: job })).body
    assert.equal(contract.faults(`#/components/schemas/${kind === 'simulate' ? 'Simulation' : 'Backtest'}`, result), null)
    await call(id, { params, body: { seed: 3 }, headers: { accept: 'text/event-stream' } })
    await call(id, { params: { version: 99 } }, 404, 'model_not_found')
    await call(id, { params, body: { compare_to: 99 } }, 422, 'model_not_found')
    await call(id, { params, body: { sample: -1 } }, 422, 'field_invalid')
    await call(id, { params, body: { whim: 1 } }, 422, 'field_unknown')
  }
  await call('followJob', { params: { id: NOBODY } }, 404, 'job_not_found')
  const idle = await s.makeWorkspace('idle')
  await s.sql(`UPDATE workspaces SET active_model = 0 WHERE id = '${idle.id}'; UPDATE models SET state = 'draft' WHERE workspace_id = '${idle.id}'`)
  for (const id of ['simulateModel', 'backtestModel']) await call(id, { params, key: idle.keys.admin }, 409, 'nothing_to_compare')
})

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

// Bodies, and whether they are taken: the contract and the service must be of one mind.
const LEADS = [
  [{}, true], [{ name: 'Li' }, true], [{ name: null, company: null, attributes: null, source: null }, true], [{ name: '' }], [{ name: ' ' }], [{ name: 7 }],
  [{ name: 'x'.repeat(255) }, true], [{ name: 'x'.repeat(256) }], [{ fullname: 'x' }], [{ score: 7 }], [{ tier: 'A' }], [{ title_level: 'vp' }], [{ email: null, phone: '13800138000' }, true],
  [{ email: 'nobody' }], [{ phone: 13800138000 }], [{ language: 'zh-Hans-CN' }, true], [{ language: 'chinese language' }], [{ country: 'cn' }, true], [{ country: 'CHN' }],
  [{ company: { employees: 180 } }, true], [{ company: { employees: 180.0 } }, true], [{ company: { employees: 180.5 } }], [{ company: { employees: -1 } }], [{ company: { employees: '180' } }],
  [{ company: { employees: 1e8 + 1 } }], [{ company: { annual_revenue: 1.5, currency: 'CNY', founded_year: 1999 } }, true], [{ company: { currency: 'yuan' } }], [{ company: { founded_year: 999 } }],
  [{ company: { size: 7 } }], [{ company: 'ACME' }], [{ company: { technologies: ['erp', 'wms'] } }, true], [{ company: { technologies: 'erp' } }], [{ company: { technologies: [''] } }],
  [{ company: { technologies: Array(101).fill('x') } }], [{ needs: { budget: 5e5, purchase_within_days: 30 } }, true], [{ needs: { purchase_within_days: 36501 } }], [{ decision: { chain: 'boss' } }, true],
  [{ decision: { chain: ['clerk', 'boss'], cycle_days: 14, role: 'decision_maker' } }, true], [{ decision: { chain: 7 } }], [{ value: { potential: true, reference: 'yes', annual_spend: 0 } }, true],
  [{ value: { potential: {} } }], [{ consent: { marketing: true, at: '2026-03-01T09:30:00+08:00', source: 'form' } }, true], [{ consent: { marketing: 'yes' } }], [{ consent: { at: '2026-03-01' } }],
  [{ attributes: { a: [1, { b: null }], 'x y': true } }, true], [{ attributes: [] }], [{ attributes: { ['k'.repeat(256)]: 1 } }], [{ attributes: Object.fromEntries(Array(201).fill(0).map((_, i) => [`k${i}`, i])) }],
  [{ source: 'fair' }, true], [{ source: { name: 'fair', utm: { source: 'x' } } }, true], [{ source: 7 }], [{ source: { name: '' } }], [{ anonymous_id: 'cookie-7' }, true], [{ anonymous_id: '' }],
  [{ external_id: 'e-7' }, true], [{ external_id: { crm: 'e-8' } }, true], [{ external_id: { 'a b': 'x' } }], [{ external_id: { crm: 7 } }], [{ id: 'x' }], [{ id: null }, true], [{ owner: 'li' }, true],
]
const EVENTS = [
  [{}, true], [{ event_id: 'agree-1' }, true], [{ event_id: null, occurred_at: null, properties: null, source: null }, true], [{ event_id: '' }], [{ event_id: 7 }], [{ event_id: 'x'.repeat(256) }],
  [{ type: 'Product.viewed:2-x' }, true], [{ type: 'two words' }], [{ type: '' }], [{ type: 'x'.repeat(101) }], [{ type: 'stage_set' }], [{ type: null }], [{ type: undefined }],
  [{ occurred_at: '2026-03-01T09:30:00.123+08:00' }, true], [{ occurred_at: '2026-03-01 09:30' }], [{ occurred_at: 1772328600 }], [{ occurred_at: '2026-02-30T00:00:00Z' }],
  [{ properties: { a: null, b: [{}] } }, true], [{ properties: [] }], [{ properties: { ['k'.repeat(256)]: 1 } }], [{ source: 'web' }, true], [{ source: [] }], [{ lead: null }], [{ lead: {} }], [{ lead: { name: 'x' } }],
  [{ lead: { external_id: {} } }], [{ lead: { email: null } }], [{ lead: { anonymous_id: 'c', title: 'CEO' } }, true], [{ lead: 'a@example.com' }], [{ extra: 1 }], [{ lead: undefined }],
]
const KEYS = [
  [{ role: 'admin' }, true], [{ role: 'admin', label: null, origins: null, expires_at: null }, true], [{}], [{ role: 'root' }], [{ role: 'publish' }], [{ role: 'publish', origins: [] }], [{ role: 'publish', origins: null }],
  [{ role: 'publish', origins: ['http://localhost:5173', 'https://[::1]'] }, true], [{ role: 'read', origins: ['https://shop.example/'] }], [{ role: 'read', origins: ['shop.example'] }], [{ role: 'read', origins: 'https://a.example' }],
  [{ role: 'read', origins: Array(21).fill('https://a.example') }], [{ role: 'read', label: 'x'.repeat(256) }], [{ role: 'read', label: 7 }], [{ role: 'read', expires_at: 'soon' }], [{ role: 'read', name: 'x' }], [[]], ['admin'],
]

const HELD = [
  [{ model_version: 1 }, true], [{ model_version: 9, ids: null }, true], [{ model_version: 1, ids: [NOBODY, NOBODY] }, true], [{}], [{ model_version: 0 }], [{ model_version: '1' }], [{ model_version: 1.5 }],
  [{ model_version: 1, ids: [] }], [{ model_version: 1, ids: ['x'] }], [{ model_version: 1, ids: NOBODY }], [{ model_version: 1, ids: Array(1001).fill(NOBODY) }], [{ model_version: 1, all: true }], [[]], ['all'],
]

async function agree(id, body, taken, options = {}) {
  const reply = await s.call('admin', contract.operation(id).method, contract.path(id, options.params), JSON.stringify(body))
  contract.checkReply(id, reply)
  const said = `${id} ${JSON.stringify(body)}: ${reply.status} ${reply.text}`
  assert.equal(reply.status, taken ?? 422, said)
  // A body that is no object at all is wrong as a whole; every other fault has a place.
  if (reply.status === 422) assert.equal(Array.isArray(reply.body.errors), body.constructor === Object, `a place is given: ${said}`)
  const faults = contract.bodyFaults(id, body)
  assert.equal(faults === null, Boolean(taken), `the contract says ${faults}: ${said}`)
}

test('accounts: made, merged, refused, changed, joined, left, deleted', async () => {
  const id = (await call('postAccount', { body: { domain: 'tour.example', name: 'Tour', attributes: { a: 1 } } }, 201)).body.id
  await call('postAccount', { body: { domain: 'www.tour.example', technologies: ['SAP'] } })
  const other = (await call('postAccount', { body: { external_ids: { crm: 'tour' } } }, 201)).body.id
  await call('postAccount', { body: { domain: 'tour.example', external_ids: { crm: 'tour' } } }, 409, 'account_conflict')
  await call('patchAccount', { params: { id: other }, body: { domain: 'tour.example' } }, 409, 'account_conflict')
  await call('patchAccount', { params: { id }, body: { city: 'Suzhou', name: null, external_ids: { erp: '7' } }, type: 'application/merge-patch+json' })
  await call('patchAccount', { params: { id }, body: { employees: -1 } }, 422, 'field_out_of_range')
  const lead = (await call('postLead', { body: { external_id: 'tour', account_id: id, title: 'CEO' } }, 201)).body
  assert.equal(lead.account.by, 'reference')
  await call('postLead', { body: { external_id: 'tour', account_id: NOBODY } }, 404, 'account_not_found')
  await call('putLeadAccount', { params: { id: lead.id }, body: { id } })
  await call('putLeadAccount', { params: { id: lead.id }, body: { id: NOBODY } }, 404, 'account_not_found')
  await call('getAccount', { params: { id } })
  await call('listAccounts', { query: { q: 'tour', sort: '-updated_at' } })
  await call('listAccountLeads', { params: { id }, query: { sort: 'created_at' } })
  await call('deleteLeadAccount', { params: { id: lead.id } })
  await call('deleteAccount', { params: { id } }, 204)
})

const JOURNEY = { name: 'agree', trigger: { tag: 'a:b' }, steps: [{ id: 'a', after: 'P1D', template: 'x' }] }

test('journeys', async () => {
  const made = await call('createJourney', { body: { ...JOURNEY, name: 'tour', trigger: { form: 'tour' }, steps: [{ id: 'a', after: 'PT0S', template: 'x', data: { a: 1 }, branches: [{ when: { seen: 'call' }, end: true }] }] } }, 201)
  const params = { id: (ids.journey = made.body.id) }
  await call('createJourney', { body: { ...JOURNEY, name: 'tour' } }, 409, 'journey_name_taken')
  await call('createJourney', { body: { ...JOURNEY, trigger: { when: { nonsense: 1 } } } }, 422, 'condition_invalid')
  await call('patchJourney', { params, body: { description: 'x', quiet_hours: { weekdays_only: false } }, headers: { 'if-match': made.headers.etag } })
  for (const i of [1, 2]) await call('postEvents', { body: { type: 'form_submit', lead: { email: `journey${i}@example.com` }, properties: { form: 'tour' } } })
  for (let i = 0; (await call('getJourney', { params })).body.leads.done < 2; i++) {
    assert.ok(i < 300, 'the journey does not go on')
    await sleep(100)
  }
  assert.equal((await pages('listJourneyRuns', { limit: '1', state: 'done' }, { params })).length, 2)
  await call('listJourneys')
  for (const [more, good] of [[{}, true], [{ name: 'b', exit: null, quiet_hours: null, reentry_after_days: null, state: 'paused', enrol_existing: true }, true], [{ name: 'c', trigger: {} }], [{ name: 'c', trigger: { stage: 'x' } }], [{ name: 'c', trigger: 7 }],
    [{ name: 'c', trigger: { tag: 'a', form: 'b' } }], [{ name: 'c', steps: [] }], [{ name: 'c', steps: [{ id: 'a b', after: 'P1D' }] }], [{ name: 'c', steps: [{ id: 'a' }] }], [{ name: 'c', steps: [{ id: 'a', after: 'P1D', more: 1 }] }],
    [{ name: 'c', quiet_hours: { from: '21:00' } }], [{ name: 'c', quiet_hours: { from: '24:00', to: '08:00' } }], [{ name: 'c', state: 'live' }], [{ name: 'c', reentry_after_days: -1 }], [{ name: 'c', enrol_existing: null }], [{ name: 'c', leads: 1 }], [{ name: '' }]])
    await agree('createJourney', { ...JOURNEY, ...more }, good && 201)
  const spare = (await call('createJourney', { body: { ...JOURNEY, name: 'spare' } }, 201)).body
  await call('patchJourney', { params: { id: spare.id }, body: { name: 'tour' } }, 409, 'journey_name_taken')
  await call('deleteJourney', { params: { id: spare.id }, headers: { 'if-match': '"v1"' } }, 204)
})

test('segments', async () => {
  const made = await call('createSegment', { body: { name: 'tour', when: { '>=': [{ var: 'score' }, 0] }, announce: true } }, 201)
  const params = { id: (ids.segment = made.body.id) }
  await call('createSegment', { body: { name: 'tour', when: true } }, 409, 'segment_name_taken')
  await call('createSegment', { body: { name: 'x', when: { var: 'taxonomy' } } }, 422, 'condition_invalid')
  await call('patchSegment', { params, body: { when: { var: 'email' }, description: 'x' }, headers: { 'if-match': made.headers.etag } })
  await call('listSegments')
  await call('listSegmentTemplates')
  const preview = (await call('previewSegment', { body: { template: 'reachable', sample: 0.5 } }, 202)).body
  while (!['done', 'failed'].includes((await call('getJob', { params: { id: preview.id } })).body.state)) await sleep(50)
  assert.equal((await call('getJob', { params: { id: preview.id } })).body.state, 'done')
  for (let i = 0; (await call('getSegment', { params })).body.state !== 'live'; i++) {
    assert.ok(i < 300, 'the segment is never live')
    await sleep(100)
  }
  const inside = await pages('listSegmentLeads', { limit: '2' }, { params })
  assert.ok(inside.length > 2)
  assert.ok((await call('listLeadSegments', { params: { id: inside[0].lead.id } })).body.data.length > 0)
  for (const [body, good] of [[{ name: 'a', when: true }, true], [{ name: 'b', template: 'high_value' }, true], [{ name: 'c', template: null, when: { var: 'email' } }, true], [{ name: 'd', template: null }], [{ name: 'd' }], [{ when: true }],
    [{ name: '', when: true }], [{ name: 7, when: true }], [{ name: 'd', when: true, announce: null }], [{ name: 'd', when: true, description: 'x'.repeat(2001) }], [{ name: 'd', template: 'x' }], [{ name: 'd', when: true, leads: 1 }], [[]], ['x']])
    await agree('createSegment', body, good && 201)
  for (const [body, good] of [[{ when: true, sample: 1 }, true], [{ sample: 1 }], [{ when: true, sample: 0 }], [{ when: true, sample: 1.1 }], [{ when: true, names: 3 }]]) await agree('previewSegment', body, good && 202)
  const spare = (await call('createSegment', { body: { name: 'spare', when: false } }, 201)).body
  await call('patchSegment', { params: { id: spare.id }, body: { name: 'tour' } }, 409, 'segment_name_taken')
  const bare = await s.makeWorkspace('bare')
  await s.sql(`UPDATE workspaces SET active_model = 0 WHERE id = '${bare.id}'`)
  for (const id of ['createSegment', 'previewSegment']) await call(id, { body: { ...(id === 'createSegment' && { name: 'x' }), when: true }, key: bare.keys.admin }, 409, 'model_missing')
  await call('deleteSegment', { params: { id: spare.id }, headers: { 'if-match': '"v1"' } }, 204)
})

test('the contract and the service refuse the same bodies', async () => {
  const { id } = (await call('postLead', { body: { external_id: 'agree' } }, 201)).body
  let n = 0
  for (const [fields, good] of LEADS) {
    const who = ['anonymous_id', 'email', 'external_id', 'phone'].some((k) => fields[k]) ? {} : { email: `agree${n++}@example.com` }
    await agree('postLead', { ...who, ...fields }, good && 201)
    await agree('postEvents', { type: 'message', lead: { email: `agree${n++}@example.com`, ...fields } }, good && 200)
    // In a patch an identity is no way to name the lead.
    if (!['id', 'anonymous_id', 'external_id', 'phone', 'email'].some((k) => k in fields)) await agree('patchLead', fields, good && 200, { params: { id } })
  }
  for (const fields of [{ anonymous_id: null }, { external_id: null }, { id }]) await agree('patchLead', fields, undefined, { params: { id } })
  for (const [fields, good] of EVENTS) await agree('postEvents', { type: 'message', lead: { external_id: 'agree' }, ...fields }, good && 200)
  for (const [body, good] of KEYS) await agree('createKey', body, good && 201)
  for (const [body, good] of HELD) for (const id of ['releaseHeldTransitions', 'discardHeldTransitions']) await agree(id, body, good && 200)
  for (const [body, good] of [[{}, true], [{ expires_at: null }, true], [{ until: null }], [{ expires_at: 'soon' }], [[]], ['x']])
    await agree('putLeadTag', body, good && 200, { params: { id, tag: 'a:b' } })
})

// --- Every operation, in every way that can go wrong.

const VERSION = { version: 99 }
const PARAMS = {
  getModel: VERSION, putModel: VERSION, deleteModel: VERSION, shadowModel: VERSION, activateModel: VERSION, retireModel: VERSION, simulateModel: VERSION, diffModels: { ...VERSION, other: 98 },
  getProjectSettings: { key: 'lsk_x' }, getTaxonomy: { name: 'none' }, putTaxonomy: { name: 'there' }, deleteTaxonomy: { name: 'none' }, backtestModel: VERSION,
  getWebhookDelivery: { delivery: 1 }, replayWebhookDelivery: { delivery: 1 },
  getSourceRequest: { request: NOBODY }, replaySourceRequest: { request: NOBODY }, get postToSource() { return { token: ids.source?.token } }, get greetSource() { return { token: ids.source?.token } },
  get submitForm() { return { id: ids.form?.token } }, putLeadTag: { tag: 'a:b' }, deleteLeadTag: { tag: 'a:b' }, getModelTemplate: { name: 'none' },
}
const MESSAGE = { userId: 'agree', event: 'Agreed', groupId: 'g', previousId: 'before' }
const BODIES = {
  ...Object.fromEntries(['identify', 'track', 'page', 'screen', 'group', 'alias'].flatMap((call) => [[call, MESSAGE], [`${call}Short`, MESSAGE]])),
  ...Object.fromEntries(['batch', 'batchShort', 'batchBeacon'].map((id) => [id, { batch: [{ type: 'page', userId: 'agree' }] }])),
  importLines: { lead: { external_id: 'agree' } }, postEvents: { type: 'message', lead: { external_id: 'agree' } }, postLead: { external_id: 'agree' }, patchLead: { title: 'CEO' }, putLeadTag: {}, createKey: { role: 'read' }, releaseHeldTransitions: { model_version: 1 }, discardHeldTransitions: { model_version: 1 },
  tryScore: { model_version: 99 }, mergeLead: { other: NOBODY }, unmergeLead: { lead: NOBODY }, mergeDuplicate: {}, dismissDuplicate: {},
  simulateModel: { seed: 1 }, backtestModel: { seed: 1 },
  createModel: { document: { name: 'x' } }, putModel: { document: { name: 'x' } }, rollbackModel: {}, shadowModel: {}, activateModel: {}, retireModel: {},
  createSource: { name: 'agree', preset: 'jotform' }, patchSource: { keep_days: 3 }, dryRunNewSource: { preset: 'generic', payload: {} }, dryRunSource: { payload: {} }, replaySource: { since: '2026-01-01T00:00:00Z' },
  createWebhook: { url: 'https://hooks.example.com/', types: ['webhook.disabled'] }, patchWebhook: { description: 'agree' }, rotateWebhookSecret: {}, replayWebhook: { since: '2031-01-01T00:00:00Z' },
  voidEvents: { lead_id: NOBODY, event_id: 'agree', reason: 'agree' }, putLeadOffset: { points: 1, reason: 'agree' },
  createForm: { name: 'agree' }, patchForm: { name: 'agree' }, submitForm: { email: 'agree@example.com' },
  validateModel: { document: {} }, putTaxonomy: { attribute: 'title', entries: [{ value: 'x' }] }, patchWorkspace: { country: 'CN' },
  createJourney: JOURNEY, patchJourney: { name: 'agree' },
  createSegment: { name: 'agree', when: true }, patchSegment: { name: 'agree' }, previewSegment: { when: true },
  postAccount: { domain: 'agree.example' }, patchAccount: { name: 'Agree' }, putLeadAccount: { domain: 'agree.example' },
  createUser: { name: 'agree' }, patchUser: { name: 'agree' }, putRouting: { default: null },
  assignHandoff: {}, acceptHandoff: {}, respondHandoff: {}, rejectHandoff: { reason: 'not_now' }, convertHandoff: { outcome: 'sql' }, closeHandoff: { reason: 'price' },
}
// A request of an operation that is in order but for the lead or version, of which there is none.
const QUERIES = { listModelDependents: { tag: 'a:b' } }
const plain = (id, more) => ({ params: { id: NOBODY, ...PARAMS[id] }, query: QUERIES[id], body: BODIES[id], ...more })

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

test('webhooks', async () => {
  const given = { url: 'https://hooks.example.com/', types: ['stage.*', 'tier.changed'], settings: { rate: { messages: 5, seconds: 60 } } }
  ids.webhook = (await call('createWebhook', { body: given }, 201)).body.id
  const params = { id: ids.webhook }
  const { headers } = await call('getWebhook', { params })
  await call('getWebhook', { params, headers: { 'if-none-match': headers.etag } }, 304)
  await call('listWebhooks')
  await call('listWebhookSecrets', { params })
  await call('patchWebhook', { params, body: { types: ['*'], settings: { rate: null } }, headers: { 'if-match': headers.etag } })
  await call('rotateWebhookSecret', { params })
  await call('rotateWebhookSecret', { params, body: { overlap: 'PT0S', secret: `whsec_${'A'.repeat(32)}` } })
  for (const body of [{ secret: 'x' }, { overlap: 'P31D' }, { overlap: 7 }]) await call('rotateWebhookSecret', { params, body }, 422)
  const bad = { field_type: { types: 'x' }, field_required: { url: null }, field_too_long: { description: 'x'.repeat(256) }, kind_unknown: { kind: 'x' }, type_unknown: { types: ['x'] }, secret_invalid: { secret: 'x' }, url_invalid: { url: 'http://hooks.example.com/' }, url_refused: { url: 'https://127.1/' }, field_invalid: { disabled: true }, template_invalid: { kind: 'slack', settings: { link: 'https://crm.example.com/{{/nobody}}' } } }
  for (const [code, change] of Object.entries(bad)) await call('createWebhook', { body: { ...given, ...change } }, 422, code)
  for (let i = 0; i < 2; i++) ids.delivery = (await call('testWebhook', { params }, 202)).body.id
  await pages('listWebhookDeliveries', { limit: '1' }, { params })
  await call('listWebhookDeliveries', { params, query: { state: 'failed', type: 'webhook.test', lead_id: ids.lead } })
  await call('listWebhookDeliveries', { params, query: { state: 'lost' } }, 400)
  await call('getWebhookDelivery', { params: { ...params, delivery: ids.delivery } })
  for (const id of ['getWebhookDelivery', 'replayWebhookDelivery']) await call(id, { params: { ...params, delivery: 99 } }, 404, 'delivery_not_found')
  await call('replayWebhookDelivery', { params: { ...params, delivery: ids.delivery } }, 202)
  await call('replayWebhook', { params, body: { since: iso(Date.now() + 60_000) } }, 202)
  for (const [body, code] of [[{ since: 'then' }, 'field_invalid'], [{ since: iso(0), after: 'x' }, 'id_invalid'], [{ since: 7 }, 'field_type'], [{}, 'field_required']]) await call('replayWebhook', { params, body }, 422, code)
  await call('patchWebhook', { params, body: { disabled: true } })
  for (const id of ['testWebhook', 'replayWebhook', 'replayWebhookDelivery']) await call(id, { params: { ...params, delivery: ids.delivery }, body: BODIES[id] }, 409, 'webhook_disabled')
  await call('enableWebhook', { params })
  for (const [body, good] of [[given, true], [{ ...given, kind: null, description: null, settings: null, secret: null, disabled: null }, true], [{ url: given.url }], [{ ...given, types: [] }], [{ ...given, types: ['stage.*.x'] }], [{ ...given, settings: { concurrency: 33 } }], [{ ...given, settings: { rate: { messages: 1 } } }], [{ ...given, disabled: true }], [{ ...given, more: 1 }], [[]],
    [{ ...given, kind: 'feishu', settings: { secret: 'x', language: 'en', format: 'card', link: 'https://x.example/', templates: { '*': { text: 'x' } } } }, true], [{ ...given, kind: 'feishu', settings: { language: 'de' } }],
    [{ ...given, kind: 'hubspot', settings: { token: 't', properties: { a: 1 } } }, true], [{ ...given, kind: 'hubspot', settings: { token: 't', properties: {} } }], [{ ...given, kind: 'generic', settings: { method: 'GET' } }]])
    await agree('createWebhook', body, good && 201)
  await s.sql(`INSERT INTO webhooks (workspace_id, id, kind, url, types, description, secrets, settings, state, revision, created_at, updated_at) SELECT '${s.workspace.id}', gen_random_uuid(), 'standard', 'https://x.example/', '{}', 'spare', '[]', '{}', 'enabled', 1, now(), now() FROM generate_series(1, 200) n`)
  await call('createWebhook', { body: given }, 409, 'webhooks_too_many')
  await s.sql("DELETE FROM webhooks WHERE description = 'spare'")
  const spare = (await call('createWebhook', { body: given }, 201)).body
  await call('deleteWebhook', { params: { id: spare.id }, headers: { 'if-match': '"v1"' } }, 204)
})

test('users, routing and the moves of handoffs', async () => {
  await call('getRouting')
  const routing = await call('putRouting', { body: { default: null, sla: null, rules: [{ id: 'all', when: true, pool: { users: [NOBODY] } }] } })
  await call('getRouting', { headers: { 'if-none-match': routing.headers.etag } }, 304)
  await call('putRouting', { body: { rules: [{ id: 'x', when: { nope: [] }, pool: {} }] }, again: true }, 422, 'operator_unknown')
  ids.user = (await call('createUser', { body: { name: 'Agree', email: 'agree@users.example' } }, 201)).body.id
  const params = { id: ids.user }
  const { headers } = await call('getUser', { params })
  await call('getUser', { params, headers: { 'if-none-match': headers.etag } }, 304)
  await call('createUser', { body: { name: 'Twin', email: 'agree@users.example' } }, 409, 'user_exists')
  const twin = (await call('createUser', { body: { name: 'Twin' } }, 201)).body.id
  await call('patchUser', { params: { id: twin }, body: { email: 'agree@users.example' } }, 409, 'user_exists')
  await pages('listUsers', { limit: '1' })
  await call('listUsers', { query: { role: 'representative', active: 'true' } })
  for (const [given, good] of [[{ name: 'x' }, true], [{}], [{ name: '' }], [{ name: 'x', role: 'boss' }], [{ name: 'x', role: 'manager', capacity: null, weight: 100 }, true], [{ name: 'x', capacity: -1 }], [{ name: 'x', weight: 0 }],
    [{ name: 'x', working_hours: { mon: [['09:00', '24:00']], sun: [] } }, true], [{ name: 'x', working_hours: { mon: [['9:00', '18:00']] } }], [{ name: 'x', languages: ['zh', 'en-GB'], absences: [{ from: '2026-10-01', to: '2026-10-07T12:00:00Z' }] }, true],
    [{ name: 'x', absences: [{ from: '2026-10-01' }] }], [{ name: 'x', more: 1 }], [{ name: 'x', email: null, tags: null, working_hours: null, time_zone: 'Asia/Shanghai' }, true]])
    await agree('createUser', given, good && 201)
  for (const [given, good] of [[{}, true], [{ sla: null, default: null, time_zone: null }, true], [{ ownership: 1 }], [{ rules: [{ id: 'A', pool: {} }] }], [{ rules: [{ id: 'a' }] }], [{ rules: [{ id: 'a', pool: { roles: ['boss'] } }] }],
    [{ rules: [{ id: 'a', pool: { roles: ['manager'], tags: ['x'] }, fallback: 'wait' }] }, true], [{ sla: { warn_at: 0 } }], [{ sla: { acceptance: null, on_breach: 'none', max_reassigns: 0 } }, true], [{ sla: { max_reassigns: 21 } }],
    [{ reject_reasons: [{ code: 'a', keep: 0.5, stage: 'lost' }] }, true], [{ reject_reasons: [{ code: 'a', keep: 1.5 }] }], [{ more: 1 }], [{ default: null }, true]])
    await agree('putRouting', given, good && 200)
  const raise = async (name) => {
    for (const event of climb(name, { external_id: name })) await call('postEvents', { body: event })
    return (await call('listHandoffs', { query: { state: 'pending', limit: '1' } })).body.data[0].id
  }
  ids.handoff = await raise('moves 1')
  const one = { params: { id: ids.handoff } }
  await call('assignHandoff', one, 409, 'nobody_available')
  await call('assignHandoff', { ...one, body: { user_id: NOBODY } }, 422, 'user_unknown')
  await call('acceptHandoff', one, 422, 'user_required')
  await call('patchUser', { params: { id: twin }, body: { active: false } })
  await call('assignHandoff', { ...one, body: { user_id: twin } }, 422, 'user_inactive')
  for (const id of ['respondHandoff', 'convertHandoff', 'closeHandoff']) await call(id, { ...one, body: BODIES[id] }, 409, 'handoff_state')
  const given = await call('assignHandoff', { ...one, body: { user_id: ids.user, note: 'x' } })
  await call('acceptHandoff', { ...one, headers: { 'if-match': given.headers.etag } })
  for (const id of ['assignHandoff', 'acceptHandoff', 'rejectHandoff']) await call(id, { ...one, body: BODIES[id] }, 409, 'handoff_state')
  await call('respondHandoff', one)
  await call('listHandoffs', { query: { owner: ids.user, state: 'accepted' } })
  await call('listHandoffs', { query: { overdue: 'true' } })
  for (const [id, bodies] of Object.entries({ rejectHandoff: [{}, { reason: '' }, { reason: 'x', more: 1 }, { reason: 7 }], convertHandoff: [{ outcome: 'lead' }, { outcome: null }], assignHandoff: [{ user_id: 'x' }, { note: '' }] }))
    for (const body of bodies) await agree(id, body, undefined, one)
  await call('convertHandoff', { ...one, body: { outcome: 'customer' } })
  const second = await raise('moves 2')
  await call('rejectHandoff', { params: { id: second }, body: { reason: 'a' } }, 422, 'reason_unknown')
  await call('rejectHandoff', { params: { id: second }, body: { reason: 'not_now' } })
  const third = await raise('moves 3')
  await call('acceptHandoff', { params: { id: third }, body: { user_id: ids.user } })
  await call('closeHandoff', { params: { id: third }, body: { reason: 'no_decision' } })
  await s.sql(`INSERT INTO users (workspace_id, id, revision, name, role, active, document, created_at, updated_at) SELECT '${s.workspace.id}', gen_random_uuid(), 1, 'many', 'assistant', false, '{}', now(), now() FROM generate_series(1, 2000) n`)
  await call('createUser', { body: { name: 'x' } }, 409, 'users_too_many')
  await s.sql("DELETE FROM users WHERE name = 'many'")
  await call('deleteUser', { params: { id: twin } }, 204)
})

test('without a key, with a wrong one, with a key of the wrong role', async () => {
  for (const [id, op] of contract.operations) {
    if (!op.item['x-roles'].length) continue
    await call(id, plain(id, { role: null }), 401, op.pattern.includes('{key}') ? 'key_malformed' : 'key_required')
    await call(id, plain(id, { key: 'lsk_x' }), 401, 'key_malformed')
    await call(id, plain(id, { headers: { authorization: 'Basic eDp5' } }), 401, foreign(op) ? 'key_malformed' : 'scheme_unsupported')
    for (const role of ROLES.filter((r) => !op.item['x-roles'].includes(r))) await call(id, plain(id, { role }), 403, 'role_forbidden')
  }
})

// Which one of its kind an operation on one is about: of a lead, unless its name says otherwise.
const idOf = (operation) => ({ Account: ids.account, Form: ids.form.id, Source: ids.source.id, Segment: ids.segment, Journey: ids.journey, Webhook: ids.webhook, User: ids.user, Handoff: ids.handoff })[/[A-Z][a-z]+/.exec(operation)[0]] ?? ids.lead

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
