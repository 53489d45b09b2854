// Several models in one workspace: leads are scored under all that are in use, what moves under them is told by line, and a new model brings every
// lead under itself. The models are put into the database by hand: their life over HTTP has tests of its own.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DAY, iso } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('other_models')
after(() => s.stop())
const MINUTE = 60_000
let versions = 1

// MQL from 30 points on; `fit` points in the region that the model is for, if it is for one.
const model = (points, more = {}) => ({
  engagement: { rules: [{ id: 'view', on: 'page_view', points, ...more.rule }, { id: 'call', on: 'call', points: 1 }] },
  stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 30] }, rearm_below: 30, fall_back: true }],
  ...more.model,
})
const FOR_EAST = { model: { applies_when: { '==': [{ var: 'region' }, 'east'] } } }

async function add(state, line, document, transitions = 'raise') {
  const version = ++versions
  await s.sql(`INSERT INTO models (workspace_id, version, name, state, line, document, transitions, created_at, activated_at)
    VALUES ('${s.workspace.id}', ${version}, 'm${version}', '${state}', '${line}', '${JSON.stringify(document)}', '${transitions}', now(),
      ${state === 'active' ? 'now()' : 'NULL'})`)
  return version
}
const use = (...others) => s.sql(`UPDATE workspaces SET other_models = '{${others}}' WHERE id = '${s.workspace.id}'`)
const setState = (version, state, more = '') => s.sql(`UPDATE models SET state = '${state}'${more} WHERE workspace_id = '${s.workspace.id}' AND version = ${version}`)
const view = (who, n = 1, ago = 0) => s.ok(200, 'ingest', 'POST', '/v1/events', Array.from({ length: n }, () => ({ type: 'page_view', lead: { external_id: who },
  ...(ago && { occurred_at: iso(Date.now() - ago) }) })))
const make = async (who, more) => (await s.ok(201, 'ingest', 'POST', '/v1/leads', { external_id: who, ...more })).body.id
const read = async (id, role = 'admin') => (await s.ok(200, role, 'GET', `/v1/leads/${id}`)).body
const scoreOf = async (id, version) => (await read(id)).scores.find((x) => x.model_version === version)
async function feed(id) {
  const all = []
  for (let at = ''; ; ) {
    const { body } = await s.ok(200, 'read', 'GET', `/v1/transitions?limit=200${at}`)
    all.push(...body.data.filter((t) => t.lead_id === id && t.kind === 'stage'))
    if (!body.has_more) return all.map(({ line, from, to, cause, score }) => [line, from, to, cause, score.model_version])
    at = `&after=${body.next_cursor}`
  }
}
const outbox = async (id, line) => (await s.sql(`SELECT topic FROM outbox WHERE lead_id = '${id}' AND payload ->> 'line' IS NOT DISTINCT FROM ${line ? `'${line}'` : 'NULL'}
  AND topic LIKE 'stage%' ORDER BY id`)).flat()

// What is stored is what a replay of the events under that version gives.
async function agrees(id, version) {
  const row = await scoreOf(id, version)
  assert.ok(row, `no score under version ${version}`)
  const { body } = await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?model_version=${version}&at=${row.as_of}`)
  assert.deepEqual([row.total, row.fit, row.engagement, row.tier, row.grade, row.stage], [body.score.total, body.score.fit, body.score.engagement, body.tier, body.grade, body.stage])
  return row
}

test('nothing is read or written for models that are not there', async () => {
  const id = await make('plain')
  await view('plain', 3)
  assert.deepEqual((await read(id)).scores, [])
  assert.equal(await s.count('lead_scores'), 0)
})

test('a lead is worth something under each model; shadows are for administrators, and move nobody', async () => {
  const [eu, asia, shadow] = [await add('active', 'eu', model(10, FOR_EAST)), await add('active', 'asia', model(20)), await add('shadow', 'default', model(40))]
  await use(eu, asia, shadow)
  const id = await make('several')
  await view('several', 2)
  const rows = (await read(id)).scores
  assert.deepEqual(rows.map((r) => [r.line, r.state, r.total, r.stage, r.applies]), [['asia', 'active', 40, 'mql', true], ['default', 'shadow', 80, 'mql', true],
    ['eu', 'active', 20, 'lead', false]])
  for (const role of ['read', 'sales']) assert.deepEqual((await read(id, role)).scores.map((r) => r.line), ['asia', 'eu'])
  assert.deepEqual(await feed(id), [['asia', 'lead', 'mql', 'event', asia]])
  assert.deepEqual(await outbox(id, 'asia'), ['stage.mql'])
  assert.equal(await s.count('handoffs', `lead_id = '${id}'`), 0, 'only the primary model hands over')
  // A model is told of from the moment it is for the lead, and until it is not.
  await view('several', 2)
  assert.deepEqual((await feed(id)).filter(([line]) => line === 'eu'), [])
  await s.ok(200, 'sales', 'PATCH', `/v1/leads/${id}`, { region: 'east' })
  assert.deepEqual((await feed(id)).filter(([line]) => line === 'eu'), [['eu', 'lead', 'mql', 'event', eu]])
  await s.ok(200, 'sales', 'PATCH', `/v1/leads/${id}`, { region: 'west' })
  assert.deepEqual((await feed(id)).filter(([line]) => line === 'eu').slice(1), [['eu', 'mql', 'lead', 'event', eu]])
  for (const v of [eu, asia, shadow]) await agrees(id, v)
  // By line, too.
  const { body } = await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?line=asia`)
  assert.equal(body.score.model_version, asia)
  assertProblem(await s.call('read', 'GET', `/v1/leads/${id}/score?line=mars`), 404, 'model_not_found')
  assertProblem(await s.call('read', 'GET', `/v1/leads/${id}/score?line=eu&model_version=1`), 400, 'parameter_invalid')
  await s.ok(204, 'admin', 'DELETE', `/v1/leads/${id}`)
  assert.equal(await s.count('lead_scores', `lead_id = '${id}'`), 0)
  await use()
})

test('late events, leads from before, and a model that was out of use for a while', async () => {
  const id = await make('late')
  await view('late', 1, 5 * MINUTE)
  const v = await add('active', 'late', model(5, { rule: { decay: { half_life: 'P1D' } } }))
  await use(v)
  await view('late', 1)
  assert.equal((await agrees(id, v)).total, 10, 'the view of before it was in use counts')
  await view('late', 1, 10 * MINUTE)
  assert.equal((await agrees(id, v)).total, 15)
  await use()
  await view('late', 2, 7 * MINUTE)
  await use(v)
  await s.event({ type: 'call', lead: { external_id: 'late' } })
  assert.equal((await agrees(id, v)).total, 26)
  // The same event twice, in one request and in two, counts once under every model.
  const twice = { event_id: 'twice', type: 'page_view', lead: { external_id: 'late' } }
  await s.ok(200, 'ingest', 'POST', '/v1/events', [twice, twice])
  assert.equal((await s.event(twice)).duplicate, true)
  assert.equal((await agrees(id, v)).total, 31)
  await use()
})

test('time passes under all models: a score that falls is brought up to date though the lead\'s own does not change', async () => {
  const v = await add('active', 'fading', model(40, { rule: { decay: { half_life: 'PT1M' } } }))
  await use(v)
  const id = await make('fading')
  await view('fading', 1, 21_000) // 31.4 points; below 30 in four seconds
  assert.equal((await agrees(id, v)).stage, 'mql')
  for (let i = 0; i < 100 && (await scoreOf(id, v)).stage !== 'lead'; i++) await sleep(200)
  assert.equal((await agrees(id, v)).stage, 'lead')
  assert.deepEqual(await feed(id), [['fading', 'lead', 'mql', 'event', v], ['fading', 'mql', 'lead', 'decay', v]])
  await use()
})

test('what a shadow held back is its model\'s move when it becomes active; a line is told from where it stood', async () => {
  const first = await add('active', 'next', model(10))
  const second = await add('shadow', 'next', model(30))
  await use(first, second)
  const id = await make('next')
  await view('next', 1)
  assert.equal((await scoreOf(id, second)).stage, 'mql')
  assert.deepEqual(await feed(id), [])
  await setState(first, 'retired')
  await setState(second, 'active', ', activated_at = now()')
  await use(second)
  await s.event({ type: 'call', lead: { external_id: 'next' } })
  assert.deepEqual(await feed(id), [['next', 'lead', 'mql', 'model', second]])
  assert.deepEqual((await s.sql(`SELECT model_version FROM lead_scores WHERE lead_id = '${id}'`)).flat().map(Number), [second], 'the version before has gone')
  // A third one under which the lead is an MQL too has nothing to tell.
  const third = await add('active', 'other_next', model(50))
  await setState(second, 'retired')
  await s.sql(`UPDATE models SET line = 'next' WHERE version = ${third} AND workspace_id = '${s.workspace.id}'`)
  await use(third)
  await view('next', 1)
  await agrees(id, third)
  assert.equal((await feed(id)).length, 1)
  await use()
})

for (const wish of ['raise', 'hold', 'quiet']) {
  test(`a new primary model's moves: ${wish}`, async () => {
    const [[before]] = await s.sql(`SELECT active_model FROM workspaces WHERE id = '${s.workspace.id}'`)
    const who = `wish-${wish}`
    const id = await make(who)
    await view(who, 1)
    const v = await add('shadow', `primary-${wish}`, model(30), wish)
    await s.sql(`UPDATE workspaces SET active_model = ${v} WHERE id = '${s.workspace.id}'`)
    // The view would not have made it one: the model did.
    const reply = await s.event({ type: 'call', lead: { external_id: who } })
    assert.equal(reply.score.model_version, v)
    assert.equal(reply.stage, 'mql')
    const [[stage, cause, held]] = await s.sql(`SELECT to_value, cause, held FROM transitions WHERE lead_id = '${id}' AND kind = 'stage'`)
    assert.deepEqual([stage, cause, held], ['mql', 'model', wish === 'hold' ? 't' : 'f'])
    assert.deepEqual(await feed(id), wish === 'hold' ? [] : [[null, 'lead', 'mql', 'model', v]])
    assert.equal((await outbox(id)).length, wish === 'raise' ? 1 : 0)
    assert.equal(await s.count('handoffs', `lead_id = '${id}'`), wish === 'raise' ? 1 : 0)
    const { body } = await s.ok(200, 'read', 'GET', `/v1/leads/${id}/timeline`)
    assert.equal(body.data.some((x) => x.kind === 'transition'), wish !== 'hold')
    // What events do afterwards is told like anything else.
    await s.event({ type: 'won', lead: { external_id: who } })
    assert.equal((await feed(id)).at(-1)[3], 'event')
    await s.sql(`UPDATE workspaces SET active_model = ${before} WHERE id = '${s.workspace.id}'`)
  })
}

test('tags that a new model gives and takes are found by the lists at once', async () => {
  const [[before]] = await s.sql(`SELECT active_model FROM workspaces WHERE id = '${s.workspace.id}'`)
  const v = await add('shadow', 'tags', { ...model(1), tags: [{ tag: 'of:new', when: true }] })
  const id = await make('tags', { title: 'CEO' })
  assert.ok((await read(id)).tags.length)
  await s.sql(`UPDATE workspaces SET active_model = ${v} WHERE id = '${s.workspace.id}'`)
  await view('tags', 1)
  assert.deepEqual((await read(id)).tags, ['of:new'])
  assert.deepEqual((await s.ok(200, 'read', 'GET', '/v1/leads?tag=of:new')).body.data.map((l) => l.id), [id])
  await s.sql(`UPDATE workspaces SET active_model = ${before} WHERE id = '${s.workspace.id}'`)
  await view('tags', 1)
  assert.deepEqual((await s.ok(200, 'read', 'GET', '/v1/leads?tag=of:new')).body.data, [])
})

test('everything that names a lead stands on its page', async () => {
  const id = await make('named', { email: 'named@example.com', phone: '13900139777', anonymous_id: 'cookie-1' })
  assert.deepEqual((await read(id, 'read')).identities, [{ kind: 'anonymous_id', value: 'cookie-1' }, { kind: 'email', value: 'named@example.com' },
    { kind: 'external_id:default', value: 'named' }, { kind: 'phone', value: '+8613900139777' }])
})
