// Leads, lists of them, and accounts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GOOD_PROFILE, iso } from '../scene.mjs'
import { contract, NOBODY, s, call, pages, ids } from './session.mjs'

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
