// Segments, journeys, webhooks, users and handoffs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { climb, iso } from '../scene.mjs'
import { NOBODY, s, call, pages, ids, agree } from './session.mjs'
import { JOURNEY, PLAYBOOK, BODIES } from './tables.mjs'

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

test('playbooks and follow-ups', async () => {
  await call('listPlaybookTemplates')
  const made = await call('createPlaybook', { body: { ...PLAYBOOK, name: 'tour', match: { tags: ['tour:care'], tiers: ['A', 'B', 'C', 'D'], stages: null }, owner_role: 'assistant', actions: ['call'], offer: 'trial', first_after: 'P1M2DT3H' } }, 201)
  const params = { id: (ids.playbook = made.body.id) }
  await call('createPlaybook', { body: { ...PLAYBOOK, name: 'tour' } }, 409, 'playbook_name_taken')
  await call('createPlaybook', { body: { name: 'x', when: { nonsense: 1 }, cadence: 'weekly' } }, 422, 'condition_invalid')
  await call('patchPlaybook', { params, body: { description: 'x', cadence: 'P1Y' }, headers: { 'if-match': made.headers.etag } })
  await call('getPlaybook', { params })
  const leads = []
  for (const i of [1, 2]) {
    leads.push((await call('postLead', { body: { email: `care${i}@example.com`, name: `Care ${i}`, owner: 'li' } }, 201)).body.id)
    await call('putLeadTag', { params: { id: leads.at(-1), tag: 'tour:care' }, body: {} })
  }
  for (let i = 0; (await call('listFollowups', { query: { playbook: params.id } })).body.data.length < 2; i++) {
    assert.ok(i < 300, 'nobody is followed up')
    await sleep(100)
  }
  assert.equal((await pages('listFollowups', { playbook: params.id, kind: 'follow_up', state: 'open', owner: 'li', due_before: iso(Date.now() + 4e9), limit: '1' })).length, 2)
  assert.deepEqual((await call('listFollowups', { query: { overdue: 'true', playbook: params.id } })).body.data, [])
  const one = (await call('listFollowups', { query: { playbook: params.id } })).body.data[0]
  const at = { params: { id: (ids.followup = one.id) } }
  const key = { 'idempotency-key': 'tour' }
  await call('doFollowup', { ...at, body: { outcome: 'reached', note: 'x', next_at: iso(Date.now() + 9e8) }, headers: key })
  await call('doFollowup', { ...at, body: { outcome: 'other' }, headers: key }, 422, 'idempotency_key_reused')
  await call('doFollowup', { ...at, body: { outcome: 'reached', next_at: '2020-01-01T00:00:00Z' } }, 422, 'field_out_of_range')
  await call('snoozeFollowup', { ...at, body: { until: '2126-01-01T00:00:00Z' } }, 422, 'field_out_of_range')
  await call('snoozeFollowup', { ...at, body: { until: iso(Date.now() + 9e8), note: null } })
  assert.deepEqual((await call('getLeadTimeline', { params: { id: one.lead_id } })).body.data.filter((x) => x.kind === 'followup').map((x) => x.type), ['snoozed', 'done'])
  for (const [body, good] of [[{}], [{ outcome: 'a' }, true], [{ outcome: 'a', note: null, next_at: null }, true], [{ outcome: 'a b' }], [{ outcome: null }], [{ outcome: 7 }], [{ outcome: 'a', note: 7 }], [{ outcome: 'a', note: 'x'.repeat(2001) }],
    [{ outcome: 'a', next_at: 'soon' }], [{ outcome: 'a', until: null }]]) await agree('doFollowup', body, good && 200, at)
  for (const body of [{}, { until: null }, { until: 7 }, { until: 'later' }, { until: iso(Date.now() + 9e8), outcome: 'x' }]) await agree('snoozeFollowup', body, undefined, at)
  for (const [more, good] of [[{}, true], [{ name: 'b', match: undefined, when: { '===': [{ var: 'tier' }, 'A'] }, kind: 'review', on_change: 'PT24H', owner_role: null, actions: null, offer: null, first_after: 'PT0S', enabled: false, priority: 0 }, true], [{ name: 'c', match: null, when: false }, true],
    [{ name: 'c', cadence: undefined }], [{ name: 'c', cadence: 'daily' }], [{ name: 'c', cadence: 'P1M1Y' }], [{ name: 'c', match: {} }], [{ name: 'c', match: null }], [{ name: 'c', when: true }], [{ name: 'c', match: { tags: [] } }], [{ name: 'c', match: { tiers: ['E'] } }],
    [{ name: 'c', match: { stages: ['x'] } }], [{ name: 'c', match: { owner: 'x' } }], [{ name: 'c', on_change: 'PT24H' }], [{ name: 'c', kind: 'call' }], [{ name: 'c', priority: 1.5 }], [{ name: 'c', priority: 10001 }], [{ name: 'c', enabled: null }], [{ name: 'c', actions: 'call' }],
    [{ name: 'c', actions: [''] }], [{ name: 'c', offer: '' }], [{ name: 'c', broken: false }], [{ name: '' }], [{ name: 'c', first_after: 'soon' }]]) await agree('createPlaybook', { ...PLAYBOOK, ...more }, good && 201)
  const spare = (await call('createPlaybook', { body: { ...PLAYBOOK, name: 'spare' } }, 201)).body
  await call('patchPlaybook', { params: { id: spare.id }, body: { name: 'tour' } }, 409, 'playbook_name_taken')
  await call('deletePlaybook', { params: { id: spare.id }, headers: { 'if-match': '"v1"' } }, 204)
  await call('deleteLeadTag', { params: { id: one.lead_id, tag: 'tour:care' } })
  for (let i = 0; (await call('listLeadFollowups', { params: { id: one.lead_id }, query: { limit: '9' } })).body.data[0].state !== 'ended'; i++) {
    assert.ok(i < 300, 'it never ends')
    await sleep(100)
  }
  await call('doFollowup', { ...at, body: { outcome: 'reached' } }, 409, 'followup_ended')
  await call('snoozeFollowup', { ...at, body: { until: iso(Date.now() + 9e8) } }, 409, 'followup_ended')
  assert.equal((await call('listFollowups', { query: { playbook: params.id, state: 'ended' } })).body.data.length, 1)
  await call('listPlaybooks')
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
  await call('replayWebhook', { params, body: { since: iso(Date.now() + 60_000), state: 'failed' } }, 202)
  for (const [body, code] of [[{ since: 'then' }, 'field_invalid'], [{ since: iso(0), after: 'x' }, 'id_invalid'], [{ since: iso(0), state: 'pending' }, 'field_invalid'], [{ since: 7 }, 'field_type'], [{}, 'field_required']]) await call('replayWebhook', { params, body }, 422, code)
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
    [{ rules: [{ id: 'a', pool: { roles: ['manager'], tags: ['x'] }, fallback: 'wait' }] }, true], [{ sla: { warn_at: 0 } }], [{ sla: { acceptance: null, on_breach: 'none', max_reassigns: 0 } }, true], [{ sla: { max_reassigns: 21 } }], [{ sla: { response_events: ['call', 'visit:1'], pending: null } }, true], [{ sla: { response_events: null } }, true], [{ sla: { response_events: ['a b'] } }], [{ sla: { response_events: 'call' } }], [{ sla: { pending: 7 } }],
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
  assert.equal((await call('reportSla', { query: { user: ids.user, pool: 'person', since: iso(Date.now() - 3_600_000), until: iso(Date.now() + 60_000) } })).body.all.acceptance.measured, 1)
  for (const query of [{ since: 'x' }, { user: 'x' }, { pool: 'x'.repeat(65) }, { since: iso(Date.now() + 60_000) }, { since: '2020-01-01T00:00:00Z' }]) await call('reportSla', { query }, 400, 'parameter_invalid')
  for (const [id, bodies] of Object.entries({ rejectHandoff: [{}, { reason: '' }, { reason: 'x', more: 1 }, { reason: 7 }], convertHandoff: [{ outcome: 'lead' }, { outcome: null }], assignHandoff: [{ user_id: 'x' }, { note: '' }] }))
    for (const body of bodies) await agree(id, body, undefined, one)
  await call('convertHandoff', { ...one, body: { outcome: 'customer' } })
  const second = await raise('moves 2')
  await call('rejectHandoff', { params: { id: second }, body: { reason: 'a' } }, 422, 'reason_unknown')
  await call('rejectHandoff', { params: { id: second }, body: { reason: 'not_now' } })
  const third = await raise('moves 3')
  await call('acceptHandoff', { params: { id: third }, body: { user_id: ids.user } })
  const closed = await call('closeHandoff', { params: { id: third }, body: { reason: 'no_decision' } })
  const line = (await call('getLeadTimeline', { params: { id: closed.body.lead_id } })).body.data
  assert.deepEqual(line.filter((x) => x.kind === 'handoff').map((x) => x.type).sort(), ['accepted', 'closed', 'mql'])
  await s.sql(`INSERT INTO users (workspace_id, id, revision, name, role, active, document, created_at, updated_at) SELECT '${s.workspace.id}', gen_random_uuid(), 1, 'many', 'assistant', false, '{}', now(), now() FROM generate_series(1, 2000) n`)
  await call('createUser', { body: { name: 'x' } }, 409, 'users_too_many')
  await s.sql("DELETE FROM users WHERE name = 'many'")
  await call('deleteUser', { params: { id: twin } }, 204)
})
