// Models, taxonomies, scores, jobs and previews.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { iso } from '../scene.mjs'
import { contract, NOBODY, PROBES, s, call, pages, ids } from './session.mjs'

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
