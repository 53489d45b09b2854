// The life of models: drafts, lines, shadows, activation and the way back; two people at once; what is refused and where; what a document is
// completed with; warnings, differences and dependents in words.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertProblem, concurrently, Service } from './lib/service.mjs'

const s = await Service.start('models')
after(() => s.stop())

const admin = (status, method, path, body, headers) => s.ok(status, 'admin', method, path, body, headers)
const create = async (document, more) => (await admin(201, 'POST', '/v1/models', { document, ...more })).body.version
const move = async (version, what, body) => (await admin(200, 'POST', `/v1/models/${version}/${what}`, body)).body
const get = async (version) => (await admin(200, 'GET', `/v1/models/${version}`)).body
const settings = async () => (await admin(200, 'GET', '/v1/workspace')).body
const mql = (at, points = 60) => ({
  name: `MQL at ${at}`,
  fit: { rules: [{ id: 'ceo', label: '老板 / The owner', when: { '==': [{ var: 'title_level' }, 'c_level'] }, points, tags: ['角色:老板'] }] },
  stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, at] } }],
})

// What the settings row says must be what the states of the models say, always.
async function assertSettled() {
  const rows = await s.sql(`SELECT w.active_model, w.other_models::text, w.primary_line,
    coalesce((SELECT m.version FROM models m WHERE m.workspace_id = w.id AND m.state = 'active' AND m.line = w.primary_line), 0),
    (SELECT coalesce(array_agg(m.version ORDER BY m.version), '{}')::text FROM models m WHERE m.workspace_id = w.id
      AND (m.state = 'shadow' OR (m.state = 'active' AND m.line <> w.primary_line))) FROM workspaces w`)
  for (const [active, others, line, wantActive, wantOthers] of rows) assert.deepEqual([active, others], [wantActive, wantOthers], line)
}

test('a draft scores nobody, changes, and is thrown away for good', async () => {
  const version = await create(mql(10), { note: 'first', based_on: 1 })
  const draft = await get(version)
  assert.deepEqual([draft.state, draft.line, draft.primary, draft.note, draft.based_on, draft.activated_at], ['draft', 'default', true, 'first', 1, null])
  assert.equal((await s.sql(`SELECT count(*) FROM api_keys WHERE id = '${draft.created_by}' AND role = 'admin'`))[0][0], '1')
  assert.equal((await settings()).active_model, 1)
  const { headers } = await admin(200, 'PUT', `/v1/models/${version}`, { document: mql(20) })
  assert.equal((await get(version)).note, 'first', 'what is left out stays')
  assertProblem(await s.call('admin', 'PUT', `/v1/models/${version}`, { document: mql(30) }, { 'if-match': '"v1"' }), 412, 'version_mismatch')
  await admin(204, 'DELETE', `/v1/models/${version}`, undefined, { 'if-match': headers.etag })
  assert.equal(await create(mql(10)), version + 1, 'a version is never given twice')
  await admin(204, 'DELETE', `/v1/models/${version + 1}`)
  await assertSettled()
})

test('a draft that was scored by and then written anew is not believed any more', async () => {
  const { body: lead } = await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: 'boss@example.com', title: 'CEO' })
  const version = await create(mql(10, 7))
  const score = async () => (await s.ok(200, 'read', 'GET', `/v1/leads/${lead.id}/score?model_version=${version}`)).body.score.total
  assert.equal(await score(), 7)
  await admin(200, 'PUT', `/v1/models/${version}`, { document: mql(10, 9) })
  assert.equal(await score(), 9)
  await move(version, 'shadow')
  assert.equal(await score(), 9)
  await move(version, 'retire')
})

test('shadow, active, retired, and back, with the job that brings leads after', async () => {
  const [a, b] = [await create(mql(10)), await create(mql(20))]
  assert.deepEqual((await move(a, 'shadow')).replaced, null)
  assert.deepEqual((await settings()).other_models, [a])
  assert.equal((await move(b, 'shadow')).replaced, a, 'a line has one shadow')
  assert.equal((await get(a)).state, 'retired')
  const live = await move(b, 'activate', { transitions: 'hold', note: 'spring' })
  assert.deepEqual([live.state, live.replaced, live.activation_note, live.transitions], ['active', 1, 'spring', 'hold'])
  const [[kind, input, version]] = await s.sql(`SELECT kind, input, model_version FROM jobs WHERE id = '${live.rescore}'`)
  assert.deepEqual([kind, JSON.parse(input), Number(version)], ['rescore', { transitions: 'hold', role: 'primary' }, b])
  assert.deepEqual([(await settings()).active_model, (await settings()).other_models], [b, []])
  const old = await get(1)
  assert.equal(old.state, 'retired')
  assert.ok(old.retired_at)
  for (const [what, who] of [['activate', b], ['shadow', b], ['retire', 1]]) assertProblem(await s.call('admin', 'POST', `/v1/models/${who}/${what}`), 409, 'model_state')
  assertProblem(await s.call('admin', 'POST', `/v1/models/${b}/retire`), 409, 'model_primary')
  const back = (await admin(200, 'POST', '/v1/models/rollback')).body
  assert.deepEqual([back.version, back.state, back.retired_at, back.replaced], [1, 'active', null, b])
  assert.equal((await admin(200, 'POST', '/v1/models/rollback')).body.version, b, 'back from going back')
  assert.equal((await admin(200, 'POST', '/v1/models/rollback')).body.version, 1)
  await assertSettled()
})

test('a version that is retired with nothing in its place takes the scores that it made with it', async () => {
  const { body: lead } = await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: 'shadowed@example.com', title: 'CEO' })
  const version = await create(mql(10), { line: 'passing' })
  const ended = async (id) => {
    for (const until = Date.now() + 60_000; ; await sleep(50)) {
      const { body } = await admin(200, 'GET', `/v1/jobs/${id}`)
      if (body.finished_at) return body
      assert.ok(Date.now() < until, `the job does not end: ${JSON.stringify(body)}`)
    }
  }
  assert.equal((await ended((await move(version, 'shadow')).rescore)).state, 'done')
  const scores = () => s.count('lead_scores', `model_version = ${version}`)
  assert.equal(await s.count('lead_scores', `model_version = ${version} AND lead_id = '${lead.id}'`), 1)
  const before = await scores()
  const job = await ended((await move(version, 'retire')).rescore)
  assert.deepEqual([job.state, job.result.role, job.result.rescored, job.result.transitions], ['done', 'retired', 0, 0])
  assert.ok(job.result.scores_removed >= before, JSON.stringify(job.result))
  assert.equal(await scores(), 0)
  assert.equal((await s.lead(lead.id)).score.model_version, (await settings()).active_model)
})

test('lines beside the primary one, and another line that comes first', async () => {
  const some = { ...mql(10), applies_when: { '==': [{ var: 'country' }, 'DE'] } }
  const refused = await s.call('admin', 'POST', '/v1/models', { document: some })
  assertProblem(refused, 422, 'applies_when_primary', '/document/applies_when')
  const germany = await create(some, { line: 'germany' }), world = await create(mql(15), { line: 'world' })
  await move(germany, 'activate')
  await move(world, 'activate')
  assert.deepEqual((await settings()).other_models, [germany, world])
  assertProblem(await s.call('admin', 'PATCH', '/v1/workspace', { primary_line: 'germany' }), 409, 'applies_when_primary')
  const changed = (await admin(200, 'PATCH', '/v1/workspace?transitions=quiet', { primary_line: 'world' })).body
  assert.deepEqual([changed.active_model, changed.other_models, changed.rescores.length], [world, [1, germany], 2])
  await assertSettled()
  assert.deepEqual((await admin(200, 'GET', '/v1/models?line=world&state=active')).body.data.map((m) => [m.version, m.primary]), [[world, true]])
  await admin(200, 'PATCH', '/v1/workspace?transitions=quiet', { primary_line: 'default' })
  for (const version of [germany, world]) await move(version, 'retire')
  assert.deepEqual((await settings()).other_models, [])
  await assertSettled()
})

test('many at once: states and settings never part', async () => {
  const versions = []
  for (let i = 0; i < 6; i++) versions.push(await create(mql(10 + i), { line: i % 2 ? 'race' : 'default' }))
  const ways = ['activate', 'shadow', 'retire', 'activate']
  const codes = new Set()
  await concurrently(48, 12, async (i) => {
    const path = i % 8 === 7 ? '/v1/models/rollback' : `/v1/models/${versions[i % 6]}/${ways[(i * 7) % 4]}`
    const reply = await s.call('admin', 'POST', path, path.endsWith('rollback') ? { transitions: 'quiet' } : {})
    assert.ok([200, 409].includes(reply.status), reply.text)
    codes.add(reply.status)
    await assertSettled()
  })
  assert.ok(codes.has(200))
  const live = await s.sql("SELECT line, state, count(*) FROM models WHERE state IN ('active', 'shadow') GROUP BY line, state")
  for (const row of live) assert.equal(row[2], '1', row.join())
  // As many versions made at once as there are numbers.
  const made = await Promise.all(Array.from({ length: 8 }, () => create(mql(5))))
  assert.equal(new Set(made).size, 8)
  for (const version of made) await admin(204, 'DELETE', `/v1/models/${version}`)
  if ((await settings()).active_model !== 1) await move(1, 'activate', { transitions: 'quiet' })
})

test('every fault is told, each where it is', async () => {
  const document = { nme: 'x', fit: { rules: [{ id: 'a', when: { equals: [1] }, points: 'five' }] }, taxonomies: ['nowhere'] }
  const reply = await s.call('admin', 'POST', '/v1/models', { document })
  assertProblem(reply, 422, 'model_invalid')
  const places = reply.body.errors.map((e) => e.pointer)
  for (const place of ['/document/nme', '/document/fit/rules/0/when/equals', '/document/fit/rules/0/points', '/document/taxonomies/0'])
    assert.ok(places.includes(place), `${place} in ${places}`)
  const check = (await s.ok(200, 'read', 'POST', '/v1/models/validate', { document })).body
  assert.deepEqual([check.valid, check.errors.map((e) => e.pointer).sort()], [false, [...places].sort()])
  const before = await s.count('models')
  await s.ok(200, 'read', 'POST', '/v1/models/validate', { document: mql(10) })
  assert.equal(await s.count('models'), before, 'nothing is stored')
  assertProblem(await s.call('admin', 'POST', '/v1/models', { document: mql(1), line: ' x' }), 422, 'line_invalid', '/line')
  assertProblem(await s.call('admin', 'POST', '/v1/models', { document: mql(1), based_on: 9999 }), 422, 'based_on_unknown', '/based_on')
})

test('warnings of what is allowed and hardly meant', async () => {
  const document = {
    name: 'Odd',
    fit: { max: 30, rules: [{ id: 'never', when: { and: [{ '<': [{ var: 'company.employees' }, 10] }, { '>': [{ var: 'company.employees' }, 100] }] }, points: 5 },
      { id: 'boss', when: { in: [{ var: 'title_level' }, ['boss', 'king']] }, points: 5 }] },
    engagement: { groups: [{ id: 'web', max: 20 }, { id: 'idle' }], rules: [{ id: 'view', on: 'page_veiw', group: 'web', points: 25 }] },
    icp: { criteria: [{ id: 'size', when: { '>': [{ var: 'company.employees' }, 10] } }] },
    stages: [{ stage: 'mql', when: { and: [{ '>=': [{ var: 'score' }, 80] }, { in: ['intent:high', { var: 'tags' }] }] }, rearm_below: 90 }],
  }
  const { body } = await s.ok(200, 'read', 'POST', '/v1/models/validate', { document })
  assert.equal(body.valid, true, JSON.stringify(body.errors))
  const found = body.warnings.map((w) => `${w.code} ${w.pointer}`).sort()
  assert.deepEqual(found, [
    'criterion_without_ask /document/icp/criteria/0', 'event_type_unusual /document/engagement/rules/0/on', 'group_below_rule /document/engagement/groups/0',
    'group_unused /document/engagement/groups/1', 'rearm_above_threshold /document/stages/0/rearm_below', 'rule_never_fires /document/fit/rules/0/when',
    'rule_never_fires /document/fit/rules/1/when', 'stage_unreachable /document/stages/0/when', 'tag_never_given /document/stages/0/when/and/1/in',
  ])
  assert.match(body.warnings.find((w) => w.code === 'stage_unreachable').detail, /at most 30/)
  const good = JSON.parse(await s.cli('model', 'default'))
  assert.deepEqual((await s.ok(200, 'read', 'POST', '/v1/models/validate', { document: good })).body.warnings, [])
})

test('a document is completed with the time zone and the taxonomies of the workspace, for good', async () => {
  await admin(200, 'PATCH', '/v1/workspace', { time_zone: 'Asia/Shanghai' })
  const industry = { attribute: 'company.industry', entries: [{ value: '汽车零部件', synonyms: ['汽配'] }] }
  await admin(201, 'PUT', '/v1/taxonomies/industry', industry)
  const rules = [{ id: 'auto', when: { '==': [{ var: 'taxonomy.industry' }, '汽车零部件'] }, points: 9 }]
  const versions = []
  for (const taxonomies of [['industry'], { industry: null }, { industry: {} }]) versions.push(await create({ name: 'Cars', taxonomies, fit: { rules } }))
  for (const version of versions) {
    const { document } = await get(version)
    assert.deepEqual([document.time_zone, document.taxonomies], ['Asia/Shanghai', { industry }])
  }
  await admin(204, 'DELETE', '/v1/taxonomies/industry')
  const { body: lead } = await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: 'cars@example.com', company: { industry: ' 汽配 ' } })
  const score = await s.ok(200, 'read', 'GET', `/v1/leads/${lead.id}/score?model_version=${versions[0]}`)
  assert.equal(score.body.score.total, 9)
})

test('filters are validated where they stand, and go', async () => {
  const filters = { agents: ['curl'], bursts: null, action: 'flag' }
  assert.deepEqual((await admin(200, 'PATCH', '/v1/workspace', { filters })).body.filters, filters)
  const bad = await s.call('admin', 'PATCH', '/v1/workspace', { filters: { agents: ['('] } })
  assert.equal(bad.status, 422, bad.text)
  assert.equal(bad.body.errors[0].pointer, '/filters/agents/0')
  assert.equal((await admin(200, 'PATCH', '/v1/workspace', { filters: null })).body.filters, null)
})

test('taxonomies as tables: marks, line ends, head lines, conflicts with their rows', async () => {
  const put = (text, name = 'size') => s.call('admin', 'PUT', `/v1/taxonomies/${name}?attribute=company.size`, text, { 'content-type': 'text/csv; charset=utf-8' })
  const made = await put('\ufeffvalue,synonym\r\n大型,big\r\n大型,"large, very"\r\n小型,\r\n小型,small\r\n')
  assert.equal(made.status, 201, made.text)
  assert.deepEqual(made.body.entries, [{ value: '大型', synonyms: ['big', 'large, very'] }, { value: '小型', synonyms: ['small'] }])
  assert.deepEqual((await put('big,大型\nsmall,小型\n')).body.entries, [{ value: '大型', synonyms: ['big'] }, { value: '小型', synonyms: ['small'] }])
  const clash = await put('big,大型\nsmall,小型\nＢＩＧ,小型\n小型,大型\n')
  assertProblem(clash, 422, 'taxonomy_invalid')
  assert.deepEqual(clash.body.errors.map((e) => [e.pointer, e.code]), [['/3', 'duplicate_spelling'], ['/4', 'duplicate_spelling']])
  assert.match(clash.body.errors[0].detail, /Row 3: .*since row 1/)
  const wide = await put('a,b,c\n')
  assert.deepEqual(wide.body.errors.map((e) => e.pointer), ['/1'])
  const entries = [{ value: 'a', synonyms: ['x'] }, { value: 'b', synonyms: ['X'] }]
  assertProblem(await s.call('admin', 'PUT', '/v1/taxonomies/size', { attribute: 'company.size', entries }), 422, 'taxonomy_invalid', '/entries/1/synonyms/0')
  const etag = (await admin(200, 'GET', '/v1/taxonomies/size')).headers.etag
  await admin(200, 'PUT', '/v1/taxonomies/size', { attribute: 'company.size', entries: [{ value: 'a' }] }, { 'if-match': etag })
  assertProblem(await s.call('admin', 'DELETE', '/v1/taxonomies/size', undefined, { 'if-match': etag }), 412, 'version_mismatch')
})

test('differences in words, in both languages', async () => {
  const before = {
    name: 'Before', language: 'zh',
    fit: { rules: [{ id: 'gone', label: '旧规则', when: true, points: 1 }, { id: 'size', when: { between: [{ var: 'company.employees' }, 100, 300] }, points: 5 }] },
    engagement: { max: 200, rules: [{ id: 'price', label: '价格页 / Pricing page', on: 'page_view', points: 25, decay: { half_life: 'P30D' } }] },
    stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 100] } }],
  }
  const later = {
    name: 'Before', language: 'zh',
    fit: { rules: [{ id: 'size', when: { and: [{ '>=': [{ var: 'company.employees' }, 50] }, { in: [{ var: 'country' }, ['CN', 'DE']] }] }, points: 5 }] },
    engagement: { max: 250, rules: [{ id: 'price', label: '价格页 / Pricing page', on: 'page_view', points: 30, limit: { times: 1, per: 'day' } }, { id: 'demo', label: '申请演示 / Demo', on: 'demo_request', points: 40 }] },
    stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 120] } }],
  }
  const [a, b] = [await create(before), await create(later)]
  const say = async (language) => (await s.ok(200, 'read', 'GET', `/v1/models/${a}/diff/${b}${language ? `?language=${language}` : ''}`)).body
  const en = await say('en')
  assert.deepEqual(en.changes.map((c) => c.sentence), [
    'Engagement: maximum from 200 to 250',
    'Rule "旧规则" removed',
    'Rule "size": condition from company.employees from 100 to 300 to company.employees ≥ 50 and country is "CN" or "DE"',
    'Rule "Pricing page": points from 25 to 30',
    'Rule "Pricing page": decay from half-life P30D to none',
    'Rule "Pricing page": limit from none to 1 per day',
    'Rule "Demo" added: 40 points, "demo_request"',
    'MQL threshold from 100 to 120',
  ])
  const zh = await say()
  assert.equal(zh.language, 'zh', 'as the later document says')
  assert.deepEqual(zh.changes.map((c) => [c.kind, c.path, c.sentence]), [
    ['changed', '/engagement/max', '隐性分上限 200 → 250'],
    ['removed', '/fit/rules/0', '规则「旧规则」删除'],
    ['changed', '/fit/rules/0/when', '规则「size」条件 company.employees在 100 到 300 之间 → company.employees ≥ 50且country为“CN”或“DE”'],
    ['changed', '/engagement/rules/0/points', '规则「价格页」分值 25 → 30'],
    ['changed', '/engagement/rules/0/decay', '规则「价格页」衰减 半衰期 P30D → 无'],
    ['changed', '/engagement/rules/0/limit', '规则「价格页」频次 无 → 每天 1 次'],
    ['added', '/engagement/rules/1', '规则「申请演示」新增：40 分，“demo_request”'],
    ['changed', '/stages/0/when', 'MQL 门槛 100 → 120'],
  ])
  assert.deepEqual((await s.ok(200, 'read', 'GET', `/v1/models/${a}/diff/${a}`)).body.changes, [])
})

test('what depends on a thing before it is removed', async () => {
  const version = await create({
    name: 'Uses', applies_when: { '==': [{ var: 'company.region' }, 'east'] },
    fit: { rules: [{ id: 'vip', when: { in: ['vip', { var: 'segments' }] }, points: 5 }, { id: 'level', when: { '==': [{ var: 'title_level' }, 'vp'] }, points: 5, tags: ['a:b'] }] },
    engagement: { rules: [{ id: 'seq', points: 5, sequence: { steps: [{ on: 'odd_view' }, { on: ['odd_buy', 'other'] }], within: 'P1D' } }] },
    icp: { criteria: [{ id: 'region', ask: 'Where?', when: { missing: ['company.region'] } }] },
    stages: [{ stage: 'mql', when: { and: [{ in: ['a:b', { var: 'tags' }] }, { seen: ['odd_buy'] }] } }],
    tags: [{ tag: 'c:d', when: { some: [{ var: 'tags' }, { starts_with: [{ var: '' }, 'a:'] }] } }],
  }, { line: 'uses' })
  const uses = async (query) => (await s.ok(200, 'read', 'GET', `/v1/models/dependents?${new URLSearchParams(query)}`)).body.data.filter((u) => u.version === version)
  const places = async (query) => (await uses(query)).map((u) => `${u.kind} ${u.id} ${u.how} ${u.pointer}`)
  assert.deepEqual(await places({ attribute: 'company' }), ['applies_when  reads /applies_when/==/0/var', 'criterion region reads /icp/criteria/0/when/missing'])
  assert.deepEqual(await places({ attribute: 'title' }), ['fit_rule level reads /fit/rules/1/when/==/0/var'])
  assert.deepEqual(await places({ attribute: 'compan' }), [])
  assert.deepEqual(await places({ tag: 'a:b' }), ['fit_rule level gives /fit/rules/1/tags/0', 'stage mql reads /stages/0/when', 'tag c:d reads /tags/0/when'])
  assert.deepEqual(await places({ tag: 'c:d' }), ['tag c:d gives /tags/0/tag'])
  assert.deepEqual(await places({ event_type: 'odd_buy' }), ['engagement_rule seq counts /engagement/rules/0/sequence/steps/1/on', 'stage mql reads /stages/0/when/and/1/seen'])
  assert.deepEqual(await places({ segment: 'vip' }), ['fit_rule vip reads /fit/rules/0/when'])
  assert.deepEqual(await places({ segment: 'other' }), [])
  assert.deepEqual(await places({ tag: 'a:b', state: 'active' }), [])
})

test('the command line says the same', async () => {
  const { writeFile } = await import('node:fs/promises')
  const file = `${process.env.LEADSCORE_TEST_TMP}/model.json`
  await writeFile(file, JSON.stringify(mql(33)))
  const cli = (...args) => s.cli('model', ...args, '--workspace', 'ours')
  const version = await cli('create', file, '--line', 'desk', '--note', 'by hand')
  assert.deepEqual([(await get(version)).note, (await get(version)).created_by, (await get(version)).document.time_zone], ['by hand', null, 'Asia/Shanghai'])
  assert.match(await cli('list', '--line', 'desk'), new RegExp(`^${version}\tdesk\tdraft\t`))
  await cli('shadow', version)
  await cli('activate', version, '--transitions', 'quiet')
  assert.equal((await get(version)).state, 'active')
  await writeFile(file, JSON.stringify(mql(44)))
  const next = await cli('create', file, '--line', 'desk')
  await cli('activate', next)
  assert.equal(await cli('rollback', '--line', 'desk'), version)
  assert.equal(await cli('diff', version, next, '--language', 'en'), 'Model: name from "MQL at 33" to "MQL at 44"\nMQL threshold from 33 to 44')
  assert.equal(JSON.parse(await s.cli('model', 'template', 'b2b_software')).language, 'zh')
  assert.ok((await s.cli('model', 'template')).split('\n').includes('b2b_software'))
  await cli('retire', version)
  await assert.rejects(cli('retire', version), /already/)
  assert.equal(await cli('validate', file), '')
  await writeFile(file, '{"nme": "x"}')
  await assert.rejects(cli('validate', file), (e) => e.code === 2 && /\/nme/.test(e.stderr))
  await assertSettled()
})

test('sleeping models wake nobody: leads end under the active version', async () => {
  for (let i = 0; await s.count('jobs', "state IN ('waiting', 'running')"); i++) {
    assert.ok(i < 600, 'a job does not end')
    await sleep(100)
  }
  const active = (await settings()).active_model
  assert.equal(await s.count('leads', `model_version <> ${active}`), 0)
  await assertSettled()
})
