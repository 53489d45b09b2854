// Every route, asked by every role, by another workspace's key, and by keys that are none: who may do what, and that nobody else's data shows.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { climb, followedUp, GOOD_PROFILE } from './lib/scene.mjs'
import { assertProblem, Service } from './lib/service.mjs'

const READERS = ['read', 'sales', 'admin']
const WRITERS = ['ingest', 'admin']
const SELLERS = ['sales', 'admin']
const TRACKERS = ['publish', 'ingest', 'admin']
const ROLES = ['publish', 'ingest', 'read', 'sales', 'admin']
const SECRET = 'only-ours-5c1d'
const s = await Service.start('roles')
after(() => s.stop())
const theirs = await s.makeWorkspace('theirs')
const known = await plant() // ids of ours
const bad = await makeBadKeys()
let serial = 0

const fresh = async () => (await s.ok(201, 'ingest', 'POST', '/v1/leads', { external_id: `roles-${serial++}`, name: SECRET })).body.id
// A version that theirs has no counterpart of, in a line beside the primary one: leads stay as they are whatever becomes of it.
const draft = async () => (await s.ok(201, 'admin', 'POST', '/v1/models', { document: { name: SECRET }, line: 'spare' })).body.version
const taxonomy = async () => {
  const name = `t${serial++}`
  await s.ok(201, 'admin', 'PUT', `/v1/taxonomies/${name}`, { attribute: 'name', entries: [{ value: SECRET }] })
  return name
}
const account = async () => (await s.ok(201, 'admin', 'POST', '/v1/accounts', { domain: `roles-${serial++}.cn`, name: SECRET })).body.id
const segment = async () => (await s.ok(201, 'admin', 'POST', '/v1/segments', { name: `${SECRET} ${serial++}`, when: true })).body.id
const journey = async () => (await s.ok(201, 'admin', 'POST', '/v1/journeys', { name: `${SECRET} ${serial++}`, trigger: { tag: 'a:b' }, steps: [{ id: 'a', after: 'P1D' }] })).body.id
const playbook = async () => (await s.ok(201, 'admin', 'POST', '/v1/playbooks', { name: `${SECRET} ${serial++}`, match: { tags: ['a:b'] }, cadence: 'weekly' })).body.id
const followup = async () => followedUp(s, await fresh(), `roles:${serial++}`)
const form = async () => (await s.ok(201, 'admin', 'POST', '/v1/forms', { name: SECRET })).body.id
const source = async () => (await s.ok(201, 'admin', 'POST', '/v1/sources', { name: `roles-${serial++}`, mapping: MAPPING })).body
const MAPPING = { auth: { scheme: 'none' }, map: { email: '/email', 'attributes.secret': { const: SECRET } }, event_type: 'lead' }
// A request that a source of ours was sent.
const inbound = async () => {
  const { id, path } = await source()
  await s.ok(200, null, 'POST', path, { email: `inbound${serial++}@example.com` })
  return `/v1/sources/${id}/requests/${(await s.ok(200, 'admin', 'GET', `/v1/sources/${id}/requests`)).body.data[0].id}`
}
const HOOK = { url: `https://hooks.example.com/${SECRET}`, types: ['webhook.disabled'] }
const hook = async () => `/v1/webhooks/${(await s.ok(201, 'admin', 'POST', '/v1/webhooks', HOOK)).body.id}`
const delivery = async () => {
  const path = await hook()
  return `${path}/deliveries/${(await s.ok(202, 'admin', 'POST', `${path}/test`)).body.id}`
}
// Two people at one browser.
const pair = async () => {
  const device = `roles-${serial++}`
  const ids = []
  for (const k of [0, 1]) ids.push((await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: `${device}-${k}@roles.example`, anonymous_id: device, name: SECRET })).body.id)
  return (await s.ok(200, 'read', 'GET', `/v1/duplicates?lead_id=${ids[1]}`)).body.data[0]
}
// Nobody is found for a handoff by rules, so that each waits for the request that is tried.
const user = async () => (await s.ok(201, 'admin', 'POST', '/v1/users', { name: SECRET })).body.id
const raised = async () => {
  const name = `raised-${serial++}`
  let lead
  for (const e of climb(name, { external_id: name })) lead = (await s.event(e)).lead_id
  return (await s.ok(200, 'read', 'GET', `/v1/handoffs?lead_id=${lead}`)).body.data[0].id
}
const taken = async () => {
  const id = await raised()
  await s.ok(200, 'sales', 'POST', `/v1/handoffs/${id}/accept`, { user_id: await user() })
  return id
}
const at = (path) => async () => ({ path })
// What was begun before has ended, so that its progress is no change that somebody made.
const previewed = (path) => async () => {
  while (await s.count('jobs', "kind <> 'rescore' AND state IN ('waiting', 'running')")) await sleep(50)
  return { path }
}
// Method, pattern, who may, and a request of it that would do something of ours. shared: what it answers is the same for everybody.
const ROUTES = [
  ['POST', '/v1/events', WRITERS, async () => ({ path: '/v1/events', body: { type: 'message', lead: { id: await fresh() } } })],
  ['POST', '/v1/events/void', WRITERS, async () => {
    const { body } = await s.ok(200, 'ingest', 'POST', '/v1/events', { type: 'message', lead: { id: await fresh() } })
    return { path: '/v1/events/void', body: { lead_id: body.lead_id, event_id: body.event_id, reason: 'a test' } }
  }],
  ['POST', '/v1/import', WRITERS, async () => ({ path: '/v1/import', body: JSON.stringify({ lead: { id: await fresh(), title: 'CEO' } }) })],
  ['GET', '/v1/export/leads', READERS, at('/v1/export/leads'), 'shared'],
  ['GET', '/v1/export/events', ['admin'], at('/v1/export/events'), 'shared'],
  ['GET', '/v1/export/transitions', READERS, at('/v1/export/transitions'), 'shared'],
  ['GET', '/v1/leads', READERS, at('/v1/leads?limit=200')],
  ['POST', '/v1/leads', WRITERS, async () => ({ path: '/v1/leads', body: { id: await fresh(), title: 'CEO' } })],
  ['GET', '/v1/leads/{id}', READERS, async () => ({ path: `/v1/leads/${known.lead}` })],
  ['PATCH', '/v1/leads/{id}', ['sales', 'admin'], async () => ({ path: `/v1/leads/${await fresh()}`, body: { title: 'CEO' } })],
  ['DELETE', '/v1/leads/{id}', ['admin'], async () => ({ path: `/v1/leads/${await fresh()}` })],
  ['GET', '/v1/leads/{id}/score', READERS, async () => ({ path: `/v1/leads/${known.lead}/score` })],
  ['GET', '/v1/models/templates', READERS, async () => ({ path: '/v1/models/templates' }), 'shared'],
  ['GET', '/v1/models/templates/{name}', READERS, async () => ({ path: '/v1/models/templates/b2b_software' }), 'shared'],
  ['GET', '/v1/leads/{id}/next', READERS, async () => ({ path: `/v1/leads/${known.lead}/next` })],
  ['GET', '/v1/leads/{id}/score/history', READERS, async () => ({ path: `/v1/leads/${known.lead}/score/history?points=3` })],
  ['GET', '/v1/leads/{id}/timeline', READERS, async () => ({ path: `/v1/leads/${known.lead}/timeline` })],
  ['PUT', '/v1/leads/{id}/tags/{tag}', ['ingest', 'sales', 'admin'], async () => ({ path: `/v1/leads/${await fresh()}/tags/a:b` })],
  ['DELETE', '/v1/leads/{id}/tags/{tag}', ['ingest', 'sales', 'admin'], async () => {
    const path = `/v1/leads/${await fresh()}/tags/a:b`
    await s.ok(200, 'admin', 'PUT', path)
    return { path }
  }],
  ['PUT', '/v1/leads/{id}/account', ['sales', 'admin'], async () => ({ path: `/v1/leads/${await fresh()}/account`, body: { domain: `roles-${serial++}.cn` } })],
  ['DELETE', '/v1/leads/{id}/account', ['sales', 'admin'], async () => ({ path: `/v1/leads/${await fresh()}/account` })],
  ['GET', '/v1/accounts', READERS, at('/v1/accounts')],
  ['POST', '/v1/accounts', ['ingest', 'sales', 'admin'], async () => ({ path: '/v1/accounts', body: { domain: `roles-${serial++}.cn`, industry: 'cars' } }), 'own'],
  ['GET', '/v1/accounts/{id}', READERS, async () => ({ path: `/v1/accounts/${await account()}` })],
  ['PATCH', '/v1/accounts/{id}', ['sales', 'admin'], async () => ({ path: `/v1/accounts/${await account()}`, body: { industry: SECRET } })],
  ['DELETE', '/v1/accounts/{id}', ['admin'], async () => ({ path: `/v1/accounts/${await account()}` })],
  ['GET', '/v1/accounts/{id}/leads', READERS, async () => ({ path: `/v1/accounts/${await account()}/leads` })],
  ['POST', '/v1/score', READERS, async () => ({ path: '/v1/score', body: { lead: { title: 'CEO' } } }), 'shared'],
  ['PUT', '/v1/leads/{id}/offset', ['sales', 'admin'], async () => ({ path: `/v1/leads/${await fresh()}/offset`, body: { points: 1, reason: 'a test' } })],
  ['DELETE', '/v1/leads/{id}/offset', ['sales', 'admin'], async () => {
    const path = `/v1/leads/${await fresh()}/offset`
    await s.ok(200, 'admin', 'PUT', path, { points: 1, reason: 'a test' })
    return { path }
  }],
  ['POST', '/v1/leads/{id}/merge', ['sales', 'admin'], async () => ({ path: `/v1/leads/${await fresh()}/merge`, body: { other: await fresh() } })],
  ['POST', '/v1/leads/{id}/unmerge', ['sales', 'admin'], async () => {
    const [id, other] = [await fresh(), await fresh()]
    await s.ok(200, 'admin', 'POST', `/v1/leads/${id}/merge`, { other })
    return { path: `/v1/leads/${id}/unmerge`, body: { lead: other } }
  }],
  ['GET', '/v1/duplicates', READERS, async () => ({ path: `/v1/duplicates?lead_id=${(await pair()).leads[0].id}` })],
  ['POST', '/v1/duplicates/{id}/merge', ['sales', 'admin'], async () => ({ path: `/v1/duplicates/${(await pair()).id}/merge` })],
  ['POST', '/v1/duplicates/{id}/dismiss', ['sales', 'admin'], async () => ({ path: `/v1/duplicates/${(await pair()).id}/dismiss` })],
  ['GET', '/v1/models', READERS, at('/v1/models'), 'shared'],
  ['POST', '/v1/models', ['admin'], async () => ({ path: '/v1/models', body: { document: { name: 'roles' } } })],
  ['POST', '/v1/models/validate', READERS, async () => ({ path: '/v1/models/validate', body: { document: { name: 'roles' } } }), 'shared'],
  ['GET', '/v1/models/dependents', READERS, at('/v1/models/dependents?tag=nobody:gives')],
  ['POST', '/v1/models/rollback', ['admin'], async () => {
    for (let i = 0; i < 2; i++) await s.ok(200, 'admin', 'POST', `/v1/models/${await draft()}/activate`, { transitions: 'quiet' })
    return { path: '/v1/models/rollback', body: { line: 'spare', transitions: 'quiet' } }
  }],
  ['GET', '/v1/models/{version}', READERS, at('/v1/models/1'), 'shared'],
  ['PUT', '/v1/models/{version}', ['admin'], async () => ({ path: `/v1/models/${await draft()}`, body: { document: { name: SECRET } } })],
  ['DELETE', '/v1/models/{version}', ['admin'], async () => ({ path: `/v1/models/${await draft()}` })],
  ['GET', '/v1/models/{version}/diff/{other}', READERS, async () => ({ path: `/v1/models/${await draft()}/diff/1` })],
  ['POST', '/v1/models/{version}/shadow', ['admin'], async () => ({ path: `/v1/models/${await draft()}/shadow` })],
  ['POST', '/v1/models/{version}/activate', ['admin'], async () => ({ path: `/v1/models/${await draft()}/activate`, body: { transitions: 'quiet' } })],
  ['POST', '/v1/models/{version}/retire', ['admin'], async () => {
    const version = await draft()
    await s.ok(200, 'admin', 'POST', `/v1/models/${version}/shadow`)
    return { path: `/v1/models/${version}/retire` }
  }],
  ['GET', '/v1/taxonomies', READERS, at('/v1/taxonomies')],
  ['GET', '/v1/taxonomies/{name}', READERS, async () => ({ path: `/v1/taxonomies/${await taxonomy()}` })],
  ['PUT', '/v1/taxonomies/{name}', ['admin'], async () => ({ path: '/v1/taxonomies/roles', body: { attribute: 'title', entries: [{ value: 'x' }] } })],
  ['DELETE', '/v1/taxonomies/{name}', ['admin'], async () => ({ path: `/v1/taxonomies/${await taxonomy()}` })],
  ['GET', '/v1/workspace', READERS, at('/v1/workspace'), 'shared'],
  ['PATCH', '/v1/workspace', ['admin'], async () => ({ path: '/v1/workspace', body: { time_zone: 'UTC' } })],
  ['GET', '/v1/handoffs', READERS, at('/v1/handoffs')],
  ['GET', '/v1/handoffs/{id}', READERS, async () => ({ path: `/v1/handoffs/${known.handoff}` })],
  ['POST', '/v1/handoffs/{id}/assign', SELLERS, async () => ({ path: `/v1/handoffs/${await raised()}/assign`, body: { user_id: await user() } })],
  ['POST', '/v1/handoffs/{id}/accept', SELLERS, async () => ({ path: `/v1/handoffs/${await raised()}/accept`, body: { user_id: await user() } })],
  ['POST', '/v1/handoffs/{id}/respond', SELLERS, async () => ({ path: `/v1/handoffs/${await taken()}/respond`, body: {} })],
  ['POST', '/v1/handoffs/{id}/reject', SELLERS, async () => ({ path: `/v1/handoffs/${await raised()}/reject`, body: { reason: 'not_now' } })],
  ['POST', '/v1/handoffs/{id}/convert', SELLERS, async () => ({ path: `/v1/handoffs/${await taken()}/convert`, body: { outcome: 'sql' } })],
  ['POST', '/v1/handoffs/{id}/close', SELLERS, async () => ({ path: `/v1/handoffs/${await taken()}/close`, body: { reason: 'price' } })],
  ['GET', '/v1/users', READERS, at('/v1/users')],
  ['POST', '/v1/users', ['admin'], async () => ({ path: '/v1/users', body: { name: 'Li' } })],
  ['GET', '/v1/users/{id}', READERS, async () => ({ path: `/v1/users/${await user()}` })],
  ['PATCH', '/v1/users/{id}', ['admin'], async () => ({ path: `/v1/users/${await user()}`, body: { name: 'other' } })],
  ['DELETE', '/v1/users/{id}', ['admin'], async () => ({ path: `/v1/users/${await user()}` })],
  ['GET', '/v1/routing', READERS, at('/v1/routing'), 'shared'],
  ['PUT', '/v1/routing', ['admin'], async () => ({ path: '/v1/routing', body: { default: null, sla: null } })],
  ['GET', '/v1/transitions', READERS, at('/v1/transitions')],
  ['GET', '/v1/stream', READERS, at('/v1/stream')],
  ['GET', '/v1/transitions/held', READERS, at('/v1/transitions/held')],
  ['POST', '/v1/transitions/held/release', ['admin'], async () => ({ path: '/v1/transitions/held/release', body: { model_version: 1, ids: [await heldMove()] } })],
  ['POST', '/v1/transitions/held/discard', ['admin'], async () => ({ path: '/v1/transitions/held/discard', body: { model_version: 1, ids: [await heldMove()] } })],
  ['GET', '/v1/jobs', READERS, at('/v1/jobs')],
  ['GET', '/v1/jobs/{id}', READERS, async () => ({ path: `/v1/jobs/${known.job}` })],
  ['GET', '/v1/jobs/{id}/stream', READERS, async () => ({ path: `/v1/jobs/${known.ended}/stream` })],
  ['POST', '/v1/jobs/{id}/cancel', ['admin'], async () => ({ path: `/v1/jobs/${await openJob()}/cancel` })],
  ['GET', '/v1/forms', READERS, at('/v1/forms')],
  ['POST', '/v1/forms', ['admin'], async () => ({ path: '/v1/forms', body: { name: `roles-${serial++}` } })],
  ['GET', '/v1/forms/{id}', READERS, async () => ({ path: `/v1/forms/${await form()}` })],
  ['PATCH', '/v1/forms/{id}', ['admin'], async () => ({ path: `/v1/forms/${await form()}`, body: { name: `roles-${serial++}` } })],
  ['DELETE', '/v1/forms/{id}', ['admin'], async () => ({ path: `/v1/forms/${await form()}` })],
  ['GET', '/v1/sources', ['admin'], at('/v1/sources')],
  ['POST', '/v1/sources', ['admin'], async () => ({ path: '/v1/sources', body: { name: `roles-${serial++}`, mapping: { auth: { scheme: 'none' }, map: { email: '/email' } } } })],
  ['GET', '/v1/sources/presets', READERS, at('/v1/sources/presets'), 'shared'],
  ['POST', '/v1/sources/dry-run', ['admin'], async () => ({ path: '/v1/sources/dry-run', body: { preset: 'generic', payload: {} } }), 'shared'],
  ['GET', '/v1/sources/{id}', ['admin'], async () => ({ path: `/v1/sources/${(await source()).id}` })],
  ['PATCH', '/v1/sources/{id}', ['admin'], async () => ({ path: `/v1/sources/${(await source()).id}`, body: { keep_days: 3 } })],
  ['DELETE', '/v1/sources/{id}', ['admin'], async () => ({ path: `/v1/sources/${(await source()).id}` })],
  ['POST', '/v1/sources/{id}/dry-run', ['admin'], async () => ({ path: `/v1/sources/${(await source()).id}/dry-run`, body: { payload: {} } })],
  ['GET', '/v1/sources/{id}/requests', ['admin'], async () => ({ path: (await inbound()).replace(/requests.*/, 'requests') })],
  ['GET', '/v1/sources/{id}/requests/{request}', ['admin'], async () => ({ path: await inbound() })],
  ['POST', '/v1/sources/{id}/requests/{request}/replay', ['admin'], async () => ({ path: `${await inbound()}/replay` })],
  ['POST', '/v1/sources/{id}/replay', ['admin'], async () => ({ path: (await inbound()).replace(/requests.*/, 'replay'), body: { since: '2026-01-01T00:00:00Z' } })],
  ['GET', '/v1/keys', ['admin'], at('/v1/keys')],
  ['POST', '/v1/keys', ['admin'], async () => ({ path: '/v1/keys', body: { role: 'read', label: `roles-${serial++}` } })],
  ['DELETE', '/v1/keys/{id}', ['admin'], async () => {
    const { body } = await s.ok(201, 'admin', 'POST', '/v1/keys', { role: 'read', label: SECRET })
    return { path: `/v1/keys/${body.id}` }
  }],
  ['GET', '/v1/webhooks', ['admin'], at('/v1/webhooks')],
  ['POST', '/v1/webhooks', ['admin'], async () => ({ path: '/v1/webhooks', body: { url: 'https://hooks.example.com/', types: ['*'] } })],
  ['GET', '/v1/webhooks/{id}', ['admin'], async () => ({ path: await hook() })],
  ['PATCH', '/v1/webhooks/{id}', ['admin'], async () => ({ path: await hook(), body: { description: 'x' } })],
  ['DELETE', '/v1/webhooks/{id}', ['admin'], async () => ({ path: await hook() })],
  ['POST', '/v1/webhooks/{id}/enable', ['admin'], async () => ({ path: `${await hook()}/enable` })],
  ['GET', '/v1/webhooks/{id}/secrets', ['admin'], async () => ({ path: `${await hook()}/secrets` })],
  ['POST', '/v1/webhooks/{id}/rotate', ['admin'], async () => ({ path: `${await hook()}/rotate` })],
  ['POST', '/v1/webhooks/{id}/test', ['admin'], async () => ({ path: `${await hook()}/test` })],
  ['POST', '/v1/webhooks/{id}/replay', ['admin'], async () => ({ path: `${await hook()}/replay`, body: { since: '2031-01-01T00:00:00Z' } })],
  ['GET', '/v1/webhooks/{id}/deliveries', ['admin'], async () => ({ path: `${await hook()}/deliveries` })],
  ['GET', '/v1/webhooks/{id}/deliveries/{delivery}', ['admin'], async () => ({ path: await delivery() })],
  ['POST', '/v1/webhooks/{id}/deliveries/{delivery}/replay', ['admin'], async () => ({ path: `${await delivery()}/replay` })],
  ['GET', '/v1/reports/sources', READERS, at('/v1/reports/sources')],
  ['GET', '/v1/reports/sla', READERS, at('/v1/reports/sla'), 'shared'],
  ['POST', '/v1/models/{version}/simulate', ['admin'], previewed('/v1/models/1/simulate')],
  ['POST', '/v1/models/{version}/backtest', ['admin'], previewed('/v1/models/1/backtest')],
  ['GET', '/v1/leads/{id}/segments', READERS, async () => ({ path: `/v1/leads/${known.lead}/segments` })],
  ['GET', '/v1/segments', READERS, at('/v1/segments'), 'shared'],
  ['POST', '/v1/segments', ['admin'], async () => ({ path: '/v1/segments', body: { name: `roles ${serial++}`, when: false } })],
  ['GET', '/v1/segments/templates', READERS, at('/v1/segments/templates'), 'shared'],
  ['POST', '/v1/segments/preview', ['admin'], async () => ({ ...(await previewed('/v1/segments/preview')()), body: { when: true } })],
  ['GET', '/v1/segments/{id}', READERS, async () => ({ path: `/v1/segments/${await segment()}` })],
  ['PATCH', '/v1/segments/{id}', ['admin'], async () => ({ path: `/v1/segments/${await segment()}`, body: { description: 'x' } })],
  ['DELETE', '/v1/segments/{id}', ['admin'], async () => ({ path: `/v1/segments/${await segment()}` })],
  ['GET', '/v1/segments/{id}/leads', READERS, async () => ({ path: `/v1/segments/${await segment()}/leads` })],
  ['POST', '/v1/journeys', ['admin'], async () => ({ path: '/v1/journeys', body: { name: `roles ${serial++}`, trigger: { tag: 'a:b' }, steps: [{ id: 'a', after: 'P1D' }] } })],
  ['GET', '/v1/journeys/{id}', READERS, async () => ({ path: `/v1/journeys/${await journey()}` })],
  ['PATCH', '/v1/journeys/{id}', ['admin'], async () => ({ path: `/v1/journeys/${await journey()}`, body: { description: 'x' } })],
  ['DELETE', '/v1/journeys/{id}', ['admin'], async () => ({ path: `/v1/journeys/${await journey()}` })],
  ['GET', '/v1/journeys/{id}/runs', READERS, async () => ({ path: `/v1/journeys/${await journey()}/runs` })],
  ...['/v1/journeys', '/v1/playbooks', '/v1/playbooks/templates', '/v1/followups'].map((path) => ['GET', path, READERS, at(path), 'shared']),
  ['POST', '/v1/playbooks', ['admin'], async () => ({ path: '/v1/playbooks', body: { name: `roles ${serial++}`, when: false, cadence: 'weekly' } })],
  ['PATCH', '/v1/playbooks/{id}', ['admin'], async () => ({ path: `/v1/playbooks/${await playbook()}`, body: { description: 'x' } })],
  ...[['GET', READERS], ['DELETE', ['admin']]].map(([method, roles]) => [method, '/v1/playbooks/{id}', roles, async () => ({ path: `/v1/playbooks/${await playbook()}` })]),
  ...[['done', { outcome: 'reached' }], ['snooze', { until: '2027-10-01T00:00:00Z' }]].map(([act, body]) => ['POST', `/v1/followups/{id}/${act}`, SELLERS, async () => ({ path: `/v1/followups/${await followup()}/${act}`, body })]),
  ['GET', '/v1/leads/{id}/followups', READERS, async () => ({ path: `/v1/leads/${await fresh()}/followups` })],
  ['POST', '/v1/duplicates/scan', ['sales', 'admin'], previewed('/v1/duplicates/scan')],
  // Last: they make leads of theirs, too.
  ...['identify', 'track', 'page', 'screen', 'group', 'alias'].flatMap((call) => [`/v1/${call}`, `/v1/${call[0]}`]).map((path) =>
    ['POST', path, TRACKERS, async () => ({ path, body: { userId: `roles-${serial++}`, event: 'x', groupId: 'g', previousId: 'p', traits: { name: SECRET } } })]),
  ...['/v1/batch', '/v1/b', '/beacon/v1/batch'].map((path) =>
    ['POST', path, TRACKERS, async () => ({ path, body: { batch: [{ type: 'page', userId: `roles-${serial++}`, traits: { name: SECRET } }] } })]),
  ['GET', '/v1/projects/{key}/settings', TRACKERS, at('/v1/projects/lsk_/settings'), 'shared'],
  ['GET', '/sourceConfig/', TRACKERS, at('/sourceConfig/'), 'shared'],
]
const OPEN = [['GET', '/v1/openapi.json']]
// Through a door: the token in the path is all that counts, whatever key is sent along (forms.test.mjs, sources.test.mjs).
const DOORS = [['POST', '/v1/forms/{id}'], ['GET', '/v1/in/{token}'], ['POST', '/v1/in/{token}']]

async function endedJob() {
  const [[id]] = await s.sql(`INSERT INTO jobs (workspace_id, id, kind, state, model_version, input, created_at)
    VALUES ('${s.workspace.id}', gen_random_uuid(), 'simulate', 'done', 1, '{"note":"${SECRET}"}', now()) RETURNING id`)
  return id
}

// A transition of our lead that is held back.
async function heldMove() {
  const [[id]] = await s.sql(`INSERT INTO transitions (workspace_id, id, lead_id, lead_version, ordinal, kind, from_value, to_value, cause, at, score, fit, engagement, model_version, created_at, held)
    VALUES ('${s.workspace.id}', gen_random_uuid(), '${known.lead}', 1, ${serial++}, 'stage', 'lead', 'mql', 'model', now(), 100, 50, 50, 1, now(), true) RETURNING id`)
  return id
}

// A job that no runner takes before it is cancelled.
async function openJob() {
  const [[id]] = await s.sql(`INSERT INTO jobs (workspace_id, id, kind, state, model_version, input, created_at, lease_until)
    VALUES ('${s.workspace.id}', gen_random_uuid(), 'rescore', 'waiting', 1, '{"note":"${SECRET}"}', now(), now() + interval '1 hour') RETURNING id`)
  return id
}

test('the table has every route of the description, and no other', async () => {
  const { body } = await s.ok(200, null, 'GET', '/v1/openapi.json')
  const described = Object.entries(body.paths).flatMap(([path, item]) =>
    Object.keys(item).filter((m) => /^(get|put|post|patch|delete)$/.test(m)).map((m) => `${m.toUpperCase()} ${path}`))
  const probes = ['GET /livez', 'GET /readyz']
  const here = [...ROUTES, ...OPEN, ...DOORS].map(([method, pattern]) => `${method} ${pattern}`)
  assert.deepEqual(here.sort(), described.filter((r) => !probes.includes(r)).sort())
})

for (const [method, pattern, allowed, setup, shared] of ROUTES) {
  describe(`${method} ${pattern}`, () => {
    for (const role of ROLES) {
      test(`${role}: ${allowed.includes(role) ? 'allowed' : 'refused'}`, async () => {
        const { path, body } = await setup()
        const reply = await s.call(role, method, path, body)
        if (allowed.includes(role)) assert.ok(reply.status >= 200 && reply.status < 300, `${reply.status} ${reply.text}`)
        else assertProblem(reply, 403, 'role_forbidden')
        if (!allowed.includes(role)) assert.ok(!reply.text.includes(SECRET))
      })
    }

    test('a key of another workspace, of whatever role', async () => {
      for (const role of ROLES) {
        const { path, body } = await setup()
        const before = await ours()
        const reply = await s.client.request(method, path, { key: theirs.keys[role], body })
        const said = `${role}: ${reply.status} ${reply.text}`
        if (!allowed.includes(role)) assert.equal(reply.status, 403, said)
        else if (pattern === '/v1/models/rollback') assert.equal(reply.status, 409, said)
        else if (/\{id\}|\{version\}\/(?!simulate|backtest)/.test(pattern) || (pattern === '/v1/taxonomies/{name}' && method !== 'PUT') || (/\{version\}$/.test(pattern) && method !== 'GET') || /"(lead_)?id":"[0-9a-f]{8}-/.test(JSON.stringify(body ?? {}))) assert.equal(reply.status, 404, said)
        else assert.ok(reply.status >= 200 && reply.status < 300, said)
        assert.ok(!reply.text.includes(SECRET), said)
        for (const id of shared ? [] : Object.values(known)) assert.ok(!reply.text.includes(id) || reply.status === 404, said)
        if (method === 'GET' && !shared && reply.body && reply.status === 200 && !/keys/.test(pattern)) assert.deepEqual(reply.body.data, [], said)
        assert.equal(await ours(), before, said)
      }
    })

    test('no key, a revoked one, an expired one, a forged one', async () => {
      const { path, body } = await setup()
      const before = await ours()
      const ask = (key) => s.client.request(method, path, { key, body })
      const none = await ask(undefined)
      assertProblem(none, 401, pattern.includes('{key}') ? 'key_malformed' : 'key_required')
      assert.match(none.headers['www-authenticate'], /^Bearer/)
      assertProblem(await ask(bad.revoked), 401, 'key_revoked')
      assertProblem(await ask(bad.expired), 401, 'key_expired')
      assertProblem(await ask(bad.forged), 401, 'key_unknown')
      assertProblem(await ask(s.workspace.keys.admin.slice(0, -1)), 401, 'key_malformed')
      assert.equal(await ours(), before)
    })
  })
}

async function plant() {
  await s.ok(200, 'admin', 'PUT', '/v1/routing', { default: null })
  let last
  for (const event of climb('roles', { email: `${SECRET}@example.com` }, { ...GOOD_PROFILE, name: SECRET })) last = await s.event({ ...event, source: SECRET })
  const lead = await s.lead(last.lead_id)
  return { lead: lead.id, handoff: lead.handoff.id, job: await openJob(), ended: await endedJob() }
}

async function makeBadKeys() {
  const spare = `spare-${process.pid}`
  const revoked = await s.makeKey('ours', 'admin', '--label', spare)
  const [[id]] = await s.sql(`SELECT id FROM api_keys WHERE label = '${spare}'`)
  await s.cli('key', 'revoke', id, '--workspace', 'ours')
  const expired = await s.makeKey('ours', 'admin', '--expires-in', 'PT1S')
  // Our workspace's id in front of their key's secret.
  const bytes = (key) => Buffer.from(key.slice(4), 'base64url')
  const mixed = Buffer.concat([bytes(s.workspace.keys.admin).subarray(0, 16), bytes(theirs.keys.admin).subarray(16)])
  await sleep(1100)
  return { revoked, expired, forged: `lsk_${mixed.toString('base64url')}` }
}

// Everything of our workspace that a request could change.
async function ours() {
  const tables = ['leads', 'events', 'identities', 'lead_tags', 'api_keys', 'handoffs', 'transitions', 'models', 'workspaces', 'jobs', 'taxonomies', 'account_keys', 'doors', 'source_requests', 'users', 'desks', 'handoff_moves', 'playbooks', 'followup_moves']
  // When the desk looks again, and whose turn it is, moves by itself; so do jobs that earlier requests asked for (the one excepted that no runner takes), and what they write; and follow-ups of leads that come to fit a playbook.
  const own = {
    leads: "md5((to_jsonb(t) - '{version,updated_at,updated_hour,as_of,next_change_at,model_version,state}'::text[])::text)",
    handoffs: "md5((to_jsonb(t) - 'desk_at')::text)",
    desks: "md5(coalesce(t.document::text, ''))",
    jobs: "md5(concat(t.id, t.kind, t.input, CASE WHEN t.lease_until > now() + interval '10 min' THEN t.state END))",
    followup_moves: 'CASE WHEN t.author IS NOT NULL THEN md5(t::text) END',
  }
  const row = (t) => own[t] ?? 'md5(t::text)'
  const sums = tables.map((t) => `(SELECT md5(coalesce(string_agg(${row(t)}, '' ORDER BY ${row(t)}), '')) FROM ${t} t WHERE ${t === 'workspaces' ? 'id' : 'workspace_id'} = '${s.workspace.id}')`)
  // Reading the change feed gives positions to rows; that is no change of theirs.
  await s.ok(200, 'read', 'GET', '/v1/transitions')
  return (await s.sql(`SELECT ${sums}`))[0].join()
}

for (const [method, path] of OPEN) {
  test(`${method} ${path} is for anyone`, async () => {
    await s.ok(200, null, method, path)
    for (const role of ROLES) await s.ok(200, role, method, path)
  })
}

test('a key that is revoked while in use stops within seconds; the other one goes on', async () => {
  const rotated = `rotated-${process.pid}`
  const old = await s.makeKey('ours', 'read', '--label', rotated)
  const next = await s.makeKey('ours', 'read')
  const ask = (key) => s.client.request('GET', '/v1/leads?limit=1', { key })
  assert.equal((await ask(old)).status, 200)
  assert.equal((await ask(next)).status, 200)
  const [[id]] = await s.sql(`SELECT id FROM api_keys WHERE label = '${rotated}'`)
  await s.cli('key', 'revoke', id, '--workspace', 'ours')
  const until = Date.now() + 20_000
  let reply = await ask(old)
  while (reply.status === 200 && Date.now() < until) {
    await sleep(200)
    reply = await ask(old)
  }
  assertProblem(reply, 401, 'key_revoked')
  assert.equal((await ask(next)).status, 200)
})

test('a key is shown once, and never stored or listed', async () => {
  const { body } = await s.ok(201, 'admin', 'POST', '/v1/keys', { role: 'ingest', label: 'shown once' })
  assert.match(body.key, /^lsk_/)
  const listed = await s.ok(200, 'admin', 'GET', '/v1/keys?limit=200').catch(() => s.ok(200, 'admin', 'GET', '/v1/keys'))
  assert.ok(listed.body.data.some((k) => k.id === body.id))
  const everything = (await s.sql('SELECT k::text FROM api_keys k')).flat().join('\n')
  for (const key of [body.key, ...Object.values(s.workspace.keys), ...Object.values(theirs.keys)]) {
    assert.ok(!listed.text.includes(key.slice(8, -4)))
    assert.ok(!everything.includes(key.slice(8, -4)))
  }
  const reply = await s.client.request('POST', '/v1/leads', { key: body.key, body: { email: 'by-new-key@example.com' } })
  assert.equal(reply.status, 201)
})
