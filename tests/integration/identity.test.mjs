// Leads that are one person: joined by what names them, merged by a person, and parted again.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertAddsUp, climb, essence, GOOD_PROFILE, iso } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('identity')
after(() => s.stop())

const post = (body) => s.call('ingest', 'POST', '/v1/leads', body)
const make = async (body) => (await s.ok(201, 'ingest', 'POST', '/v1/leads', body)).body
const visit = (lead, more = {}) => s.event({ type: 'page_view', lead, properties: { path: '/pricing' }, ...more })
const merge = async (id, other, more = {}) => (await s.ok(200, 'sales', 'POST', `/v1/leads/${id}/merge`, { other, ...more })).body
const unmerge = async (id, what) => (await s.ok(200, 'sales', 'POST', `/v1/leads/${id}/unmerge`, what)).body
const timeline = async (id) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/timeline?limit=200`)).body.data
const explain = async (id, at) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score${at ? `?at=${iso(at)}` : ''}`)).body
const pairs = async (query = '') => (await s.ok(200, 'read', 'GET', `/v1/duplicates${query}`)).body.data

test('a browser that becomes known joins its past to the person', async () => {
  const past = await visit({ anonymous_id: 'a-1' })
  const known = await make({ email: 'known@join.example', name: 'Ann' })
  const joined = await s.event({ type: 'form_submit', lead: { email: 'known@join.example', anonymous_id: 'a-1' }, properties: { form: 'x' } })
  assert.equal(joined.lead_id, known.id)
  assert.deepEqual(joined.merged, [past.lead_id])
  const lead = await s.lead(known.id)
  assert.deepEqual(lead.merged.map((m) => [m.lead_id, m.member_id, m.cause]), [[known.id, past.lead_id, 'identity']])
  assert.deepEqual(lead.identities.map((i) => i.kind).sort(), ['anonymous_id', 'email'])
  const items = await timeline(known.id)
  assert.deepEqual(items.filter((i) => i.kind === 'event').map((i) => i.type).sort(), ['form_submit', 'page_view', 'profile_updated'])
  assert.deepEqual(items.filter((i) => i.kind === 'merge').map((i) => [i.type, i.lead_id, i.member_id]), [['lead_merged', known.id, past.lead_id]])
  assertAddsUp(await explain(known.id))
  // The old id leads to the person for ever, and what comes under it counts.
  const old = await s.ok(200, 'read', 'GET', `/v1/leads/${past.lead_id}`)
  assert.equal(old.body.id, known.id)
  assert.equal(old.headers['content-location'], `/v1/leads/${known.id}`)
  const before = (await s.lead(known.id)).score.total
  const more = await s.event({ type: 'webinar_attend', lead: { anonymous_id: 'a-1' }, properties: { name: 'x' } })
  assert.equal(more.lead_id, known.id)
  assert.ok((await s.lead(known.id)).score.total > before)
  for (const path of ['score', 'next', 'timeline', 'score/history'])
    assert.deepEqual((await s.ok(200, 'read', 'GET', `/v1/leads/${past.lead_id}/${path}${path === 'timeline' ? '' : '?'}`)).status, 200)
  assert.equal((await s.ok(200, 'sales', 'PATCH', `/v1/leads/${past.lead_id}`, { title: 'CEO' })).body.id, known.id)
  const listed = (await s.ok(200, 'read', 'GET', '/v1/leads?limit=200')).body.data.map((l) => l.id)
  assert.ok(listed.includes(known.id) && !listed.includes(past.lead_id))
})

test('known the other way round, and by a device: it is the same lead', async () => {
  await visit({ anonymous_id: 'w-1' })
  await visit({ device_id: 'd-1' })
  const both = await visit({ anonymous_id: 'w-1', device_id: 'd-1' })
  assert.equal(both.merged.length, 1)
  const named = await s.event({ type: 'form_submit', lead: { phone: '13900139001', device_id: 'd-1' } })
  assert.equal(named.lead_id, both.lead_id)
  assert.equal(named.merged, undefined)
  const lead = await s.lead(named.lead_id)
  assert.deepEqual(lead.identities.map((i) => i.kind), ['anonymous_id', 'device_id', 'phone'])
  assert.equal((await timeline(lead.id)).filter((i) => i.kind === 'event').length, 4)
})

test('in one request it is as in several', async () => {
  await visit({ anonymous_id: 'b-0' })
  const person = await make({ email: 'batch@join.example' })
  const { results } = await s.event([
    { type: 'page_view', lead: { anonymous_id: 'b-0' } },
    { type: 'page_view', lead: { anonymous_id: 'b-1' } },
    { type: 'page_view', lead: { anonymous_id: 'b-2', email: 'batch2@join.example' } },
    { type: 'form_submit', lead: { email: 'batch@join.example', anonymous_id: 'b-0' } },
    { type: 'form_submit', lead: { email: 'batch@join.example', anonymous_id: 'b-1' } },
    { type: 'page_view', lead: { anonymous_id: 'b-1', device_id: 'b-d' } },
    { type: 'page_view', lead: { device_id: 'b-d' } },
  ])
  assert.deepEqual(results.map((r) => r.lead_id === person.id), [true, true, false, true, true, true, true])
  assert.equal((await timeline(person.id)).filter((i) => i.kind === 'event').length, 8)
  assert.equal((await s.lead(person.id)).merged.length, 1, 'what a request makes and joins has nothing to be parted')
})

test('of a shared browser the second person is not the first', async () => {
  const first = await s.event({ type: 'form_submit', lead: { email: 'first@shared.example', anonymous_id: 'kiosk' } })
  const second = await s.event({ type: 'form_submit', lead: { email: 'second@shared.example', anonymous_id: 'kiosk' } })
  assert.notEqual(second.lead_id, first.lead_id)
  assert.equal((await visit({ anonymous_id: 'kiosk' })).lead_id, first.lead_id)
  const [pair] = (await pairs()).filter((p) => p.leads.some((l) => l.id === second.lead_id))
  assert.deepEqual(pair.reasons, ['same_device'])
  assert.deepEqual(pair.leads.map((l) => l.id).sort(), [first.lead_id, second.lead_id].sort())
  // Another kind of identity says nothing against it.
  const third = await s.event({ type: 'form_submit', lead: { phone: '13900139002', anonymous_id: 'kiosk' } })
  assert.equal(third.lead_id, first.lead_id)
})

test('two strong identities are a conflict that is for a person', async () => {
  const a = await make({ email: 'a@strong.example' })
  const b = await make({ phone: '13900139003' })
  assertProblem(await post({ email: 'a@strong.example', phone: '13900139003' }), 409, 'identity_conflict')
  assertProblem(await s.call('read', 'POST', `/v1/leads/${a.id}/merge`, { other: b.id }), 403, 'role_forbidden')
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/merge`, { other: b.id, why: 1 }), 422, 'field_unknown', '/why')
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/merge`, {}), 422, 'field_required', '/other')
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/merge`, { other: 'x' }), 422, 'id_invalid', '/other')
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/merge`, { other: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f' }), 404, 'lead_not_found', '/other')
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/merge`, { other: b.id }, { 'if-match': '"v9"' }), 412, 'version_mismatch')
  const done = await merge(a.id, b.id, { reason: 'the same voice' })
  assert.equal(done.lead.id, a.id)
  assert.deepEqual([done.merge.lead_id, done.merge.member_id], [a.id, b.id])
  assert.equal(done.lead.phone, '+8613900139003')
  // Again: nothing happens, whichever of the two is named.
  assert.equal((await merge(a.id, b.id)).merge, null)
  assert.equal((await merge(b.id, a.id)).merge, null)
  assert.equal((await s.lead(b.id)).version, done.lead.version)
  assert.equal((await post({ email: 'a@strong.example', phone: '13900139003' })).body.id, a.id)
  const outbox = await s.sql(`SELECT payload ->> 'member_id', payload ->> 'reason' FROM outbox WHERE topic = 'lead.merged' AND lead_id = '${a.id}'`)
  assert.deepEqual(outbox, [[b.id, 'the same voice']])
  const back = await unmerge(b.id, { lead: b.id })
  assert.equal(back.lead.id, a.id)
  assert.equal(back.unmerged.id, b.id)
  assert.equal((await unmerge(a.id, { lead: b.id })).merge, null)
  assert.equal((await unmerge(a.id, { merge_id: done.merge.id })).merge, null)
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/unmerge`, { lead: a.id }), 404, 'merge_not_found')
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/unmerge`, {}), 422, 'field_required', '/merge_id')
  assertProblem(await s.call('sales', 'POST', `/v1/leads/${a.id}/unmerge`, { merge_id: a.id }), 404, 'merge_not_found', '/merge_id')
  const items = (await timeline(b.id)).filter((i) => i.kind === 'merge')
  assert.deepEqual(items.map((i) => i.type), ['lead_unmerged', 'lead_merged'])
})

test('the score is that of all events, and nothing is summed', async () => {
  const now = Date.now()
  const history = climb('sum', { external_id: 'whole' }).map((e, i) => ({ ...e, occurred_at: iso(now - 3_600_000 + i * 1000) }))
  for (const e of history) await s.event(e)
  // The same by two names, alternating; one event came in by both.
  for (const [i, e] of history.entries()) await s.event({ ...e, event_id: `half-${i}`, lead: { ...e.lead, external_id: i % 2 ? 'half-a' : 'half-b' } })
  await s.event({ ...history[2], event_id: 'half-2', lead: { ...history[2].lead, external_id: 'half-a' } })
  const [whole, a, b] = await Promise.all(['whole', 'half-a', 'half-b'].map(async (x) => (await post({ external_id: x })).body.id))
  const { lead } = await merge(a, b)
  const at = Date.now()
  assert.equal(lead.stage, (await s.lead(whole)).stage)
  assert.equal(lead.stage, 'mql')
  // What the profile was is told by the same events but for the two calls that asked for the ids.
  assert.deepEqual(essence(await explain(a, at)), essence(await explain(whole, at)))
  assert.equal(lead.score.total, (await s.lead(whole)).score.total)
  assert.equal(lead.handoff.state, 'pending')
  const moves = (await timeline(a)).filter((i) => i.kind === 'transition')
  assert.ok(moves.some((m) => m.to === 'mql' && m.cause === 'merge'))
  assert.equal((await timeline(a)).filter((i) => i.event_id === 'half-2').length, 1)
  const dup = await s.event({ ...history[4], event_id: 'half-4', lead: { ...history[4].lead, external_id: 'half-a' } })
  assert.equal(dup.duplicate, true)
  assert.equal((await s.lead(a)).score.total, lead.score.total)
  // Parted, neither is one; what only the two together were is closed again.
  const { unmerged } = await unmerge(a, { lead: b })
  assert.equal((await s.lead(a)).stage, 'lead')
  assert.equal(unmerged.stage, 'lead')
  assert.equal((await s.lead(a)).handoff.state, 'closed')
  assert.equal(await s.count('events', `lead_id = '${a}' AND event_id = 'half-4'`), 1, 'it came to both')
})

test('open handoffs: one stays, the other is closed and comes back', async () => {
  for (const e of climb('ho-a', { external_id: 'ho-a' })) await s.event(e)
  for (const e of climb('ho-b', { external_id: 'ho-b' })) await s.event(e)
  const a = (await post({ external_id: 'ho-a', owner: 'anna' })).body
  const b = (await post({ external_id: 'ho-b', owner: 'ben' })).body
  await s.sql(`UPDATE handoffs SET state = 'accepted' WHERE id = '${b.handoff.id}'`)
  await s.sql(`UPDATE leads SET handoff_state = 'accepted' WHERE id = '${b.id}'`)
  const done = await merge(a.id, b.id)
  assert.deepEqual(done.conflicts, [{ field: 'owner', lead: 'anna', member: 'ben', kept: 'ben' }])
  assert.deepEqual(done.lead.handoff, a.handoff)
  const state = async (id) => (await s.ok(200, 'read', 'GET', `/v1/handoffs/${id}`)).body.state
  assert.equal(await state(b.handoff.id), 'closed')
  assert.equal((await s.ok(200, 'read', 'GET', `/v1/handoffs?lead_id=${b.id}`)).body.data.length, 2)
  const { unmerged, lead } = await unmerge(a.id, { merge_id: done.merge.id })
  assert.deepEqual(unmerged.handoff, { id: b.handoff.id, state: 'accepted' })
  assert.equal(await state(b.handoff.id), 'accepted')
  assert.deepEqual(lead.handoff, a.handoff)
  assert.equal(unmerged.owner, 'ben')
  assert.equal(lead.owner, 'anna')
  const told = await s.sql(`SELECT topic FROM outbox WHERE lead_id = '${b.id}' AND topic LIKE 'handoff.%' ORDER BY id`)
  assert.deepEqual(told.flat(), ['handoff.created', 'handoff.closed', 'handoff.reopened'])
})

test('merges of merges come apart in any order', async () => {
  const ids = []
  for (const x of 'abcd') ids.push((await make({ external_id: `nest-${x}` })).id)
  const [a, b, c, d] = ids
  await merge(b, a)
  await merge(c, d)
  await merge(c, b)
  for (const id of ids) assert.equal((await s.lead(id)).id, c)
  assert.equal((await s.lead(c)).merged.length, 3)
  await unmerge(c, { lead: a })
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await s.lead(id)).id)), [a, c, c, c])
  await merge(b, a) // b is c
  assert.equal((await s.lead(a)).id, c)
  await unmerge(c, { lead: b })
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await s.lead(id)).id)), [c, b, c, c])
  await unmerge(c, { lead: a })
  await unmerge(d, { lead: d })
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await s.lead(id)).id)), ids)
  assert.equal(await s.count('leads', 'merged_into IS NULL AND has_members AND NOT EXISTS (SELECT FROM leads m WHERE m.merged_into = leads.id)'), 0)
})

test('what a person parted is not joined again by itself', async () => {
  const past = (await visit({ anonymous_id: 'no-1' })).lead_id
  const known = await make({ email: 'no@part.example' })
  await s.event({ type: 'form_submit', lead: { email: 'no@part.example', anonymous_id: 'no-1' } })
  await unmerge(known.id, { lead: past })
  const again = await s.event({ type: 'form_submit', lead: { email: 'no@part.example', anonymous_id: 'no-1' } })
  assert.equal(again.lead_id, known.id)
  assert.equal(again.merged, undefined)
  assert.equal((await visit({ anonymous_id: 'no-1' })).lead_id, past)
  await merge(known.id, past)
  assert.equal((await visit({ anonymous_id: 'no-1' })).lead_id, known.id)
})

test('a person is erased whole', async () => {
  const past = (await visit({ anonymous_id: 'gone-1' })).lead_id
  const known = await make({ email: 'gone@erase.example', name: 'Gone' })
  await s.event({ type: 'form_submit', lead: { email: 'gone@erase.example', anonymous_id: 'gone-1' } })
  await s.ok(204, 'admin', 'DELETE', `/v1/leads/${past}`)
  for (const id of [past, known.id]) {
    assertProblem(await s.call('read', 'GET', `/v1/leads/${id}`), 404, 'lead_not_found')
    for (const table of ['events', 'identities', 'transitions', 'handoffs', 'lead_tags', 'lead_terms', 'lead_scores', 'duplicate_keys', 'duplicate_marks'])
      assert.equal(await s.count(table, `lead_id = '${id}'`), 0, table)
    assert.equal(await s.count('merges', `'${id}' IN (lead_id, member)`), 0)
    assert.equal(await s.count('outbox', `lead_id = '${id}'`), 1)
  }
})

test('voiding reaches what members have, and a copy goes with it', async () => {
  const a = await make({ external_id: 'v-a' })
  const b = await make({ external_id: 'v-b' })
  for (const x of ['v-a', 'v-b']) await visit({ external_id: x }, { event_id: 'v-both', occurred_at: iso(Date.now() - 5000) })
  await merge(a.id, b.id)
  const before = (await s.lead(a.id)).score.total
  const v = (await s.ok(200, 'ingest', 'POST', '/v1/events/void', { lead_id: a.id, event_id: 'v-both', reason: 'a robot' })).body
  assert.equal(v.voided, true)
  assert.ok((await s.lead(a.id)).score.total < before)
  assert.equal(await s.count('events', `event_id = 'v-both' AND voided_at IS NULL`), 0)
  assert.equal((await s.ok(200, 'ingest', 'POST', '/v1/events/void', { lead_id: b.id, event_id: 'v-both', reason: 'again' })).body.duplicate, true)
})

test('the review list: found in the background, merged, dismissed, never twice', async () => {
  const company = { name: '杭州美林贸易有限公司', domain: 'meilin.example' }
  const same = []
  for (const [i, name] of ['王 小明', '王小明'].entries()) same.push(await make({ external_id: `dup-${i}`, name, company: i ? { name: '杭州美林贸易' } : company }))
  const names = []
  for (const [i, name] of ['John  Smith', 'SMITH, John', 'John'].entries()) names.push(await make({ external_id: `dup-l${i}`, name, company: { domain: 'acme.example' } }))
  const about = async (lead, state = 'open') => pairs(`?state=${state}&lead_id=${lead.id}`)
  const found = async (lead) => {
    for (let i = 0; i < 100; i++) {
      const list = await about(lead)
      if (list.length) return list
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`nothing was found: ${await s.count('duplicate_marks')} marks, ${await s.count('duplicate_keys')} keys, ${await s.count('duplicates')} pairs\n${s.stderr.slice(-5).join('\n')}`)
  }
  const [chinese] = await found(same[1])
  assert.deepEqual(chinese.reasons, ['similar_name'])
  assert.deepEqual(chinese.leads.map((l) => l.id).sort(), same.map((l) => l.id).sort())
  assert.equal(chinese.leads[0].company.startsWith('杭州美林贸易'), true)
  const [latin] = await found(names[1])
  assert.deepEqual(latin.leads.map((l) => l.id).sort(), [names[0].id, names[1].id].sort())
  assert.deepEqual(await about(names[2]), [])
  // Merged it is no pair any more; parted, the person has answered: it is not found again.
  assertProblem(await s.call('sales', 'POST', `/v1/duplicates/${chinese.id}/merge`, { keep: names[0].id }), 422, 'field_invalid', '/keep')
  assertProblem(await s.call('sales', 'POST', `/v1/duplicates/${names[0].id}/merge`, {}), 404, 'duplicate_not_found')
  const merged = (await s.ok(200, 'sales', 'POST', `/v1/duplicates/${chinese.id}/merge`, { keep: same[1].id, reason: 'it is him' })).body
  assert.equal(merged.lead.id, same[1].id)
  assert.deepEqual(await about(same[1]), [])
  assert.equal((await s.ok(200, 'sales', 'POST', `/v1/duplicates/${chinese.id}/merge`)).body.merge, null)
  // Dismissed it does not return, whatever finds it.
  assert.equal((await s.ok(200, 'sales', 'POST', `/v1/duplicates/${latin.id}/dismiss`, { note: 'father and son' })).body.state, 'dismissed')
  assert.equal((await s.ok(200, 'sales', 'POST', `/v1/duplicates/${latin.id}/dismiss`, { note: 'again' })).body.note, 'father and son')
  assertProblem(await s.call('sales', 'POST', `/v1/duplicates/${latin.id}/dismiss`, { why: 'x' }), 422, 'field_unknown', '/why')
  await s.ok(200, 'sales', 'PATCH', `/v1/leads/${names[0].id}`, { name: 'john smith', title: 'CEO' })
  const job = (await s.ok(202, 'sales', 'POST', '/v1/duplicates/scan')).body
  assert.equal(job.model_version, null)
  for (let now = job; now.state !== 'done'; now = (await s.ok(200, 'read', 'GET', `/v1/jobs/${job.id}`)).body) assert.ok(['waiting', 'running'].includes(now.state), JSON.stringify(now))
  const done = (await s.ok(200, 'read', 'GET', `/v1/jobs/${job.id}`)).body
  assert.ok(done.result.leads >= 5 && done.result.matches >= 2, JSON.stringify(done))
  assert.deepEqual(await about(names[0]), [])
  assert.equal((await about(names[0], 'dismissed')).length, 1)
  for (let i = 0; (await s.count('duplicate_marks')) > 0; i++) {
    assert.ok(i < 100, 'marks are left')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  // A page after the other.
  const all = await pairs('?limit=200')
  const pages = []
  for (let cursor = ''; cursor !== null; ) {
    const page = (await s.ok(200, 'read', 'GET', `/v1/duplicates?limit=1${cursor && `&cursor=${cursor}`}`)).body
    pages.push(...page.data)
    cursor = page.next_cursor
  }
  assert.deepEqual(pages.map((p) => p.id), all.map((p) => p.id))
})

test('work over the whole base sees a merged lead once, with all of its events', async () => {
  const parts = climb('base', { external_id: 'base-a' })
  for (const [i, e] of parts.entries()) await s.event({ ...e, lead: { ...e.lead, external_id: i % 2 ? 'base-a' : 'base-b' } })
  const [a, b] = await Promise.all(['base-a', 'base-b'].map(async (x) => (await post({ external_id: x })).body.id))
  const { lead, merge: made } = await merge(a, b)
  assert.equal(lead.stage, 'mql')
  const standing = await s.count('leads', 'merged_into IS NULL')
  const ended = async (job) => {
    let now = job
    while (['waiting', 'running'].includes(now.state)) now = (await s.ok(200, 'read', 'GET', `/v1/jobs/${job.id}`)).body
    assert.equal(now.state, 'done', JSON.stringify(now))
    return now
  }
  const { version } = (await s.ok(201, 'admin', 'POST', '/v1/models', { document: { name: 'Fits', stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 20] } }], fit: { rules: [{ id: 'boss', when: { '==': [{ var: 'title_level' }, 'c_level'] }, points: 20 }] } } })).body
  const preview = await ended((await s.ok(202, 'admin', 'POST', `/v1/models/${version}/simulate`, { seed: 1, names: 50 })).body)
  assert.deepEqual([preview.result.leads.total, preview.result.leads.looked_at], [standing, standing])
  const names = JSON.stringify(preview.result)
  assert.ok(!names.includes(b), 'a member is no lead')
  const mql = await s.count('leads', "merged_into IS NULL AND stage = 'mql'")
  assert.equal(preview.result.stages.before.find((x) => x.stage === 'mql').leads, mql)
  // A rescore brings the leads that stand for themselves under the model; what is parted afterwards comes under it then.
  const live = (await s.ok(200, 'admin', 'POST', `/v1/models/${version}/activate`, { transitions: 'quiet' })).body
  await ended((await s.ok(200, 'read', 'GET', `/v1/jobs/${live.rescore?.id ?? live.rescore}`)).body)
  assert.equal(await s.count('leads', `merged_into IS NULL AND model_version <> ${version}`), 0)
  assert.equal((await s.lead(b)).score.total, 20)
  const { unmerged, lead: rest } = await unmerge(a, { merge_id: made.id })
  assert.deepEqual([unmerged.score.model_version, rest.score.model_version], [version, version])
  assert.deepEqual([unmerged.score.total, rest.score.total].sort(), [0, 20])
})

test('ways in that cannot ask back lose nothing: the strongest identity has it, and somebody looks at the pair', async () => {
  const key = { authorization: `Basic ${Buffer.from(`${s.workspace.keys.ingest}:`).toString('base64')}` }
  const tell = async (path, body) => assert.equal((await s.client.request('POST', path, { body, headers: key })).status, 200)
  const other = await make({ email: 'lenient@two.example' })
  await tell('/v1/identify', { userId: 'lenient', messageId: 'l-1', traits: { name: 'Lee Nient' } })
  await tell('/v1/track', { userId: 'lenient', event: 'Demo Requested', messageId: 'l-2', context: { traits: { email: 'lenient@two.example' } } })
  const [[id]] = await s.sql(`SELECT lead_id FROM identities WHERE value = 'lenient'`)
  assert.notEqual(id, other.id)
  assert.deepEqual((await timeline(id)).filter((i) => i.kind === 'event').length, 2)
  const list = await pairs(`?lead_id=${other.id}`)
  assert.deepEqual(list.map((p) => [p.reasons, p.leads.map((l) => l.id).sort()]), [[['same_email'], [id, other.id].sort()]])
  // The anonymous past of a user joins, by identify as by alias.
  await tell('/v1/page', { anonymousId: 'len-a', messageId: 'l-3', name: 'Pricing' })
  await tell('/v1/page', { anonymousId: 'len-b', messageId: 'l-4', name: 'Docs' })
  await tell('/v1/identify', { userId: 'lenient', anonymousId: 'len-a', messageId: 'l-5' })
  await tell('/v1/alias', { userId: 'lenient', previousId: 'len-b', messageId: 'l-6' })
  assert.equal((await s.lead(id)).merged.length, 2)
})
