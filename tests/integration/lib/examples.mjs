// The examples of openapi.yaml as one story in a workspace of its own. Each step sends the request example of its name and gets the reply
// that must be the reply example of that name, but for what no two runs have in common: ids, times, keys and cursors.
import { setTimeout as sleep } from 'node:timers/promises'

const FAIRS = {
  name: 'Trade fairs',
  engagement: { rules: [{ id: 'fair', label: '展会 / Trade fair', on: 'event_attend', points: 60, limit: { times: 1, per: 'month' }, decay: { half_life: 'P60D' } }] },
}
const HOT = (n) => ({ external_id: `hot ${n}`, name: `客户 ${n}`, title: '创始人', company: { name: `客户 ${n}`, industry: 'cross_border_ecommerce', employees: 180 } })
// fill: what of the request example no two runs have in common. id: operation; name: of the examples; want: the status. params, query, headers and key are made from what was kept so far.
export const STORY = [
  { id: 'listJobs', want: 200, keep: (reply, known) => (known.job = reply.body.data[0].id) },
  { id: 'cancelJob', name: 'stopped', want: 200, params: (known) => ({ id: known.job }) },
  { id: 'getJob', name: 'job', want: 200, params: (known) => ({ id: known.job }) },
  { id: 'listJobs', name: 'one', want: 200 },
  { id: 'listHeldTransitions', name: 'none', want: 200 },
  { id: 'releaseHeldTransitions', name: 'all', want: 200 },
  { id: 'discardHeldTransitions', name: 'nothing', want: 200 },
  { id: 'postLead', name: 'fair', want: 201, keep: (reply, known) => Object.assign(known, { lead: reply.body.id, etag: reply.headers.etag }) },
  { id: 'postLead', name: 'again', want: 200 },
  { id: 'getLeadNext', name: 'ahead', want: 200, params: (known) => ({ id: known.lead }), query: () => ({ language: 'en' }) },
  { id: 'postEvents', name: 'one', want: 200 },
  { id: 'postEvents', name: 'several', want: 200 },
  { id: 'postEvents', name: 'refused', want: 422, body: { type: 'page_view', lead: { email: 'mei.meilin-trade.example' } } },
  { id: 'getLead', name: 'lead', want: 200, params: (known) => ({ id: known.lead }) },
  { id: 'listLeads', name: 'best', want: 200, query: () => ({ tier: 'C', min_score: '50' }) },
  { id: 'listLeads', name: 'limit', want: 400, query: () => ({ limit: '1000' }) },
  { id: 'getLeadScore', name: 'why', want: 200, params: (known) => ({ id: known.lead }) },
  { id: 'getLeadScoreHistory', name: 'plot', want: 200, params: (known) => ({ id: known.lead }), query: () => ({ points: '2' }) },
  { id: 'tryScore', name: 'draft', want: 200 },
  { id: 'getLeadTimeline', name: 'newest', want: 200, params: (known) => ({ id: known.lead }), query: () => ({ limit: '4' }) },
  { id: 'patchLead', name: 'owner', want: 200, type: 'application/merge-patch+json', params: (known) => ({ id: known.lead }) },
  { id: 'patchLead', name: 'stale', want: 412, body: { owner: 'zhao' }, params: (known) => ({ id: known.lead }), headers: (known) => ({ 'if-match': known.etag }) },
  { id: 'putLeadTag', name: 'until', want: 200, params: (known) => ({ id: known.lead, tag: 'campaign:双十一' }) },
  { id: 'listHandoffs', name: 'waiting', want: 200, query: () => ({ state: 'pending' }), keep: (reply, known) => (known.handoff = reply.body.data[0].id) },
  { id: 'getHandoff', name: 'handoff', want: 200, params: (known) => ({ id: known.handoff }) },
  { id: 'listTransitions', name: 'first', want: 200, query: () => ({ kind: 'stage' }) },
  { id: 'followChanges', name: 'live', want: 200, query: () => ({ type: 'stage.sal,handoff.*', tier: 'A,C' }) },
  { id: 'listModelTemplates', name: 'all', want: 200 },
  { id: 'listModels', name: 'first', want: 200 },
  { id: 'simulateModel', name: 'preview', want: 202, params: () => ({ version: 1 }), keep: (reply, known) => (known.preview = reply.body.id) },
  { id: 'backtestModel', name: 'look_back', want: 202, params: () => ({ version: 1 }) },
  { id: 'simulateModel', name: 'simulate_stream', want: 200, params: () => ({ version: 1 }), headers: () => ({ accept: 'text/event-stream' }) },
  { id: 'backtestModel', name: 'backtest_stream', want: 200, params: () => ({ version: 1 }), headers: () => ({ accept: 'text/event-stream' }) },
  { id: 'simulateModel', name: 'simulate_lines', want: 200, params: () => ({ version: 1 }), headers: () => ({ accept: 'application/x-ndjson' }) },
  { id: 'backtestModel', name: 'backtest_lines', want: 200, params: () => ({ version: 1 }), headers: () => ({ accept: 'application/x-ndjson' }) },
  { id: 'followJob', name: 'follow', want: 200, params: (known) => ({ id: known.preview }) },
  { id: 'followJob', name: 'follow_lines', want: 200, params: (known) => ({ id: known.preview }), headers: () => ({ accept: 'application/x-ndjson' }) },
  { id: 'createKey', name: 'dashboard', want: 201, keep: (reply, known) => (known.key = reply.body.key) },
  { id: 'listKeys', name: 'two', want: 200 },
  { id: 'eraseLead', name: 'role', want: 403, params: (known) => ({ id: known.lead }), key: (known) => known.key },
  { id: 'listKeys', name: 'none', want: 401, key: () => null },
  { id: 'reportSources', name: 'one', want: 200 },
  { id: 'voidEvents', name: 'scanner', want: 200, fill: (known) => ({ lead_id: known.lead }) },
  { id: 'putLeadOffset', name: 'met', want: 200, params: (known) => ({ id: known.lead }) },
  { id: 'postAccount', name: 'made', want: 201, keep: (reply, known) => (known.account = reply.body.id) },
  { id: 'postAccount', name: 'again', want: 200 },
  { id: 'listAccounts', name: 'found', want: 200, query: () => ({ q: 'meilin' }) },
  { id: 'getAccount', name: 'account', want: 200, params: (known) => ({ id: known.account }) },
  { id: 'patchAccount', name: 'bigger', want: 200, type: 'application/merge-patch+json', params: (known) => ({ id: known.account }) },
  { id: 'listAccountLeads', name: 'nobody', want: 200, params: (known) => ({ id: known.account }) },
  { id: 'deleteLeadOffset', name: 'met', want: 200, params: (known) => ({ id: known.lead }) },
  { id: 'getLead', name: 'nobody', want: 404, params: () => ({ id: '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f' }) },
  { id: 'createModel', name: 'fairs', want: 201 },
  { id: 'createModel', name: 'faulty', want: 422, body: { document: { name: 'Faulty', fit: { rules: [{ id: 'ceo', when: { '==': [{ var: 'title' }, 'CEO'] }, ponits: 5 }] } } } },
  { id: 'putModel', name: 'fairs', want: 200, params: () => ({ version: 2 }) },
  { id: 'shadowModel', name: 'beside', want: 200, params: () => ({ version: 2 }) },
  { id: 'activateModel', name: 'live', want: 200, params: () => ({ version: 2 }) },
  { id: 'createModel', name: 'another line', want: 201, body: { document: { name: 'Spring' }, line: 'spring' } },
  { id: 'shadowModel', name: 'another line', want: 200, params: () => ({ version: 3 }), body: {} },
  { id: 'retireModel', name: 'enough', want: 200, params: () => ({ version: 3 }) },
  { id: 'rollbackModel', name: 'back', want: 200 },
  { id: 'validateModel', name: 'warned', want: 200 },
  { id: 'listModelDependents', name: 'size', want: 200, query: () => ({ attribute: 'company.employees' }) },
  { id: 'createModel', name: 'fewer points', want: 201, body: { document: { ...FAIRS, engagement: { rules: [{ ...FAIRS.engagement.rules[0], points: 45 }] }, stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 120] }, rearm_below: 80 }] } } },
  { id: 'diffModels', name: 'words', want: 200, params: () => ({ version: 2, other: 4 }), query: () => ({ language: 'en' }) },
  { id: 'putTaxonomy', name: 'industry', want: 201, params: () => ({ name: 'industry' }) },
  { id: 'getTaxonomy', name: 'industry', want: 200, params: () => ({ name: 'industry' }) },
  { id: 'listTaxonomies', name: 'one', want: 200 },
  { id: 'putTaxonomy', name: 'table', want: 200, type: 'text/csv', params: () => ({ name: 'industry' }), query: () => ({ attribute: 'company.industry' }), body: '\ufeffsynonym,value\r\n汽配,制造业-汽车零部件\r\nauto parts,制造业-汽车零部件\r\n跨境,跨境电商\r\n' },
  { id: 'getWorkspace', name: 'settings', want: 200 },
  { id: 'patchWorkspace', name: 'shanghai', want: 200 },
  { id: 'createKey', name: 'pages', want: 201, body: { role: 'publish', label: 'pages', origins: ['https://shop.example'] }, keep: (reply, known) => (known.pages = reply.body.key) },
  ...['identify', 'track', 'page', 'screen', 'group', 'alias'].flatMap((call) => [{ id: call, name: call, want: 200 }, { id: `${call}Short`, name: `${call} again`, want: 200 }]),
  { id: 'batch', name: 'several', want: 200 },
  { id: 'batchShort', name: 'several again', want: 200 },
  { id: 'batchBeacon', name: 'beacon', want: 200 },
  { id: 'getProjectSettings', name: 'page', want: 200, params: (known) => ({ key: known.pages }), key: (known) => known.pages },
  { id: 'getSourceConfig', name: 'page', want: 200, key: (known) => known.pages },
  { id: 'postEvents', name: 'cloudevent', want: 200, type: 'application/cloudevents+json' },
  { id: 'postEvents', name: 'cloudevents', want: 200, type: 'application/cloudevents-batch+json' },
  { id: 'postLead', name: 'member', want: 201, body: { external_id: 'of an account' }, keep: (reply, known) => (known.member = reply.body.id) },
  { id: 'putLeadAccount', name: 'hand', want: 200, params: (known) => ({ id: known.member }) },
  { id: 'createForm', name: 'contact', want: 201, keep: (reply, known) => (known.form = reply.body) },
  { id: 'submitForm', name: 'mei', want: 200, params: (known) => ({ id: known.form.token }), headers: () => ({ origin: 'https://www.acme.example' }), key: () => null },
  { id: 'getForm', name: 'contact', want: 200, params: (known) => ({ id: known.form.id }) },
  { id: 'listForms', name: 'one', want: 200 },
  { id: 'patchForm', name: 'quicker', want: 200, type: 'application/merge-patch+json', params: (known) => ({ id: known.form.id }) },
  { id: 'importLines', name: 'lines', want: 200, type: 'application/x-ndjson' },
  { id: 'exportLeads', name: 'lines', want: 200 },
  { id: 'exportEvents', name: 'lines', want: 200 },
  { id: 'exportTransitions', name: 'lines', want: 200 },
  { id: 'exportLeads', name: 'sheet', want: 200, query: () => ({ format: 'csv' }) },
  { id: 'exportEvents', name: 'sheet', want: 200, query: () => ({ format: 'csv' }) },
  { id: 'exportTransitions', name: 'sheet', want: 200, query: () => ({ format: 'csv', bom: 'true' }) },
  { id: 'createSource', name: 'enquiries', want: 201, keep: (reply, known) => (known.source = reply.body) },
  { id: 'postToSource', name: 'taken', want: 200, params: (known) => ({ token: known.source.token }), headers: () => ({ 'x-leadscore-token': 'a-secret-of-yours' }), key: () => null, body: { id: 7, kind: 'quote', contact: { email: 'yan@yongjia-valves.example', company: '永嘉阀门' } } },
  { id: 'listSources', name: 'one', want: 200 },
  { id: 'getSource', name: 'enquiries', want: 200, params: (known) => ({ id: known.source.id }) },
  { id: 'listSourceRequests', name: 'one', want: 200, params: (known) => ({ id: known.source.id }), keep: (reply, known) => (known.inbound = { id: known.source.id, request: reply.body.data[0].id }) },
  { id: 'getSourceRequest', name: 'one', want: 200, params: (known) => known.inbound },
  { id: 'replaySourceRequest', name: 'again', want: 200, params: (known) => known.inbound },
  { id: 'replaySource', name: 'failed', want: 200, params: (known) => ({ id: known.source.id }) },
  { id: 'dryRunSource', name: 'patch', want: 200, params: (known) => ({ id: known.source.id }) },
  { id: 'dryRunNewSource', name: 'preset', want: 200 },
  { id: 'patchSource', name: 'longer', want: 200, type: 'application/merge-patch+json', params: (known) => ({ id: known.source.id }) },
  { id: 'createSource', name: 'hello', want: 201, body: { name: 'hello', mapping: { auth: { scheme: 'none' }, map: { email: '/email' }, handshake: { when: 'query:challenge', reply: { content_type: 'text/plain', body: '{query:challenge}' } } } }, keep: (reply, known) => (known.hello = reply.body) },
  { id: 'greetSource', name: 'hello', want: 200, params: (known) => ({ token: known.hello.token }), query: () => ({ challenge: '1616140317555161061' }), key: () => null },
  { id: 'postLead', name: 'twin', want: 201, body: { phone: '13900139000', name: '林 美' }, keep: (reply, known) => (known.twin = reply.body.id) },
  { id: 'mergeLead', name: 'same_person', want: 200, params: (known) => ({ id: known.lead }), fill: (known) => ({ other: known.twin }) },
  { id: 'unmergeLead', name: 'two_people', want: 200, params: (known) => ({ id: known.lead }), fill: (known) => ({ lead: known.twin }) },
  { id: 'postLead', name: 'father', want: 201, body: { email: 'father@family.example', anonymous_id: 'family' } },
  { id: 'postLead', name: 'son', want: 201, body: { email: 'son@family.example', anonymous_id: 'family' } },
  { id: 'listDuplicates', name: 'one', want: 200, keep: (reply, known) => (known.pair = reply.body.data[0].id) },
  { id: 'dismissDuplicate', name: 'family', want: 200, params: (known) => ({ id: known.pair }) },
  { id: 'scanDuplicates', name: 'scan', want: 202 },
  { id: 'mergeDuplicate', name: 'keep', want: 200, params: (known) => ({ id: known.pair }) },
  { id: 'listSegmentTemplates', name: 'all', want: 200 },
  { id: 'createSegment', name: 'often', want: 201, keep: (reply, known) => (known.segment = reply.body.id) },
  { id: 'listSegments', name: 'one', want: 200 },
  { id: 'getSegment', name: 'often', want: 200, params: (known) => ({ id: known.segment }) },
  { id: 'patchSegment', name: 'described', want: 200, params: (known) => ({ id: known.segment }) },
  { id: 'previewSegment', name: 'hot', want: 202 },
  { id: 'listSegmentLeads', name: 'nobody', want: 200, params: (known) => ({ id: known.segment }) },
  { id: 'createJourney', name: 'wake', want: 201, keep: (reply, known) => (known.journey = reply.body.id) },
  { id: 'listJourneys', name: 'one', want: 200 },
  { id: 'getJourney', name: 'wake', want: 200, params: (known) => ({ id: known.journey }) },
  { id: 'patchJourney', name: 'paused', want: 200, params: (known) => ({ id: known.journey }) },
  { id: 'listJourneyRuns', name: 'nobody', want: 200, params: (known) => ({ id: known.journey }) },
  { id: 'listPlaybookTemplates', name: 'all', want: 200 },
  { id: 'createPlaybook', name: 'care', want: 201, keep: (reply, known) => (known.playbook = reply.body.id) },
  { id: 'listPlaybooks', name: 'one', want: 200 },
  { id: 'getPlaybook', name: 'care', want: 200, params: (known) => ({ id: known.playbook }) },
  { id: 'patchPlaybook', name: 'sooner', want: 200, params: (known) => ({ id: known.playbook }) },
  { id: 'postLead', name: 'to care for', want: 201, body: { email: 'wang.fang@yongjia.example', name: '王芳', company: { name: '永嘉阀门' }, owner: 'chen.jing@acme.example' }, keep: (reply, known) => (known.cared = reply.body.id) },
  { id: 'putLeadTag', name: 'care', want: 200, params: (known) => ({ id: known.cared, tag: 'status:care' }), body: {} },
  { id: 'listFollowups', name: 'one', want: 200, until: (reply) => reply.body.data.length, keep: (reply, known) => (known.followup = reply.body.data[0]?.id) },
  { id: 'doFollowup', name: 'reached', want: 200, params: (known) => ({ id: known.followup }) },
  { id: 'snoozeFollowup', name: 'spring', want: 200, params: (known) => ({ id: known.followup }) },
  { id: 'listLeadFollowups', name: 'one', want: 200, params: (known) => ({ id: known.cared }) },
  { id: 'listLeadSegments', name: 'none', want: 200, params: (known) => ({ id: known.lead }) },
  { id: 'createWebhook', name: 'board', want: 201, keep: (reply, known) => (known.hook = { id: reply.body.id }) },
  { id: 'listWebhooks', name: 'one', want: 200 },
  { id: 'getWebhook', name: 'board', want: 200, params: (known) => known.hook },
  { id: 'listWebhookSecrets', name: 'one', want: 200, params: (known) => known.hook },
  { id: 'patchWebhook', name: 'renamed', want: 200, type: 'application/merge-patch+json', params: (known) => known.hook },
  { id: 'rotateWebhookSecret', name: 'daily', want: 200, params: (known) => known.hook },
  { id: 'replayWebhook', name: 'since', want: 202, params: (known) => known.hook },
  { id: 'replayWebhook', name: 'failed', want: 202, params: (known) => known.hook },
  { id: 'testWebhook', name: 'ping', want: 202, params: (known) => known.hook },
  { id: 'getWebhookDelivery', name: 'failed', want: 200, params: (known) => ({ ...known.hook, delivery: 1 }), until: (reply) => reply.body.state === 'failed' },
  { id: 'listWebhookDeliveries', name: 'one', want: 200, params: (known) => known.hook },
  { id: 'replayWebhookDelivery', name: 'again', want: 202, params: (known) => ({ ...known.hook, delivery: 1 }) },
  { id: 'patchWebhook', name: 'off', want: 200, body: { disabled: true }, params: (known) => known.hook },
  { id: 'enableWebhook', name: 'again', want: 200, params: (known) => known.hook },
  { id: 'putRouting', name: 'east', want: 200 },
  { id: 'getRouting', name: 'east', want: 200 },
  { id: 'createUser', name: 'chen', want: 201, keep: (reply, known) => (known.user = reply.body.id) },
  { id: 'listUsers', name: 'one', want: 200 },
  { id: 'getUser', name: 'chen', want: 200, params: (known) => ({ id: known.user }) },
  ...[1, 2, 3].flatMap((n) => [
    { id: 'postEvents', name: `hot ${n}`, want: 200, body: { type: 'demo_request', lead: HOT(n) }, keep: (reply, known) => (known.hot = reply.body.lead_id) },
    { id: 'listHandoffs', name: `hot ${n}`, want: 200, query: (known) => ({ lead_id: known.hot }), keep: (reply, known) => ((known.hots ??= {})[n] = reply.body.data[0].id) },
  ]),
  { id: 'assignHandoff', name: 'to_chen', want: 200, params: (known) => ({ id: known.hots[1] }), fill: (known) => ({ user_id: known.user }) },
  { id: 'acceptHandoff', name: 'accepted', want: 200, params: (known) => ({ id: known.hots[1] }) },
  { id: 'respondHandoff', name: 'called', want: 200, params: (known) => ({ id: known.hots[1] }) },
  { id: 'convertHandoff', name: 'opportunity', want: 200, params: (known) => ({ id: known.hots[1] }) },
  { id: 'rejectHandoff', name: 'later', want: 200, params: (known) => ({ id: known.hots[2] }) },
  { id: 'assignHandoff', name: 'to chen too', want: 200, params: (known) => ({ id: known.hots[3] }), bodyOf: (known) => ({ user_id: known.user }) },
  { id: 'acceptHandoff', name: 'by chen', want: 200, params: (known) => ({ id: known.hots[3] }), body: {} },
  { id: 'closeHandoff', name: 'competitor', want: 200, params: (known) => ({ id: known.hots[3] }) },
  { id: 'reportSla', name: 'month', want: 200 },
  { id: 'patchUser', name: 'busy', want: 200, type: 'application/merge-patch+json', params: (known) => ({ id: known.user }) },
  { id: 'livez', name: 'well', want: 200 },
]

// {body, reply}: what was sent for a step and what came back. admin: an administrator's key of the story's workspace.
export async function takeStep(contract, client, admin, step, known) {
  const op = contract.operation(step.id)
  const example = op.item.requestBody?.content[step.type ?? 'application/json'].examples?.[step.name]
  const body = step.bodyOf ? step.bodyOf(known) : step.fill ? { ...example.value, ...step.fill(known) } : example ? example.value : step.body
  const query = step.query ? `?${new URLSearchParams(step.query(known))}` : ''
  const headers = { ...(step.type && { 'content-type': step.type }), ...step.headers?.(known) }
  const key = step.key ? step.key(known) : admin
  const send = () => client.request(op.method, contract.path(step.id, step.params?.(known)) + query, { key, body, headers })
  let reply = await send()
  for (let i = 0; step.until && !step.until(reply) && i < 300; i++) {
    await sleep(100)
    reply = await send()
  }
  step.keep?.(reply, known)
  return { body, reply }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const SECRET = ['key', 'token', 'action', 'path', 'hint', 'next_cursor', 'apiKey', 'apiHost', 'secret', 'message_id']
// How far a job is when it is looked at; a sentence that names days, and what calendar weeks and months make of a second event.
const CHANCE = ['latency_ms', 'last_error', 'progress', 'started_at', 'summary', 'points_two', 'trend', 'wall_ms', 'working_ms', 'worked_ms']

// A value with its ids numbered as they come (the same id, the same number); times, secrets and what is chance (a lead's version: what its batches happened to hold; whether a segment is built yet) are left out.
export function essential(value, numbers = new Map(), name) {
  if (CHANCE.includes(name)) return `<${name}>`
  if (Array.isArray(value)) return value.map((v) => essential(v, numbers))
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, (k === 'version' && 'stage' in value) || (k === 'state' && 'announce' in value) ? `<${k}>` : essential(v, numbers, k)]))
  if (typeof value !== 'string') return value
  if (SECRET.includes(name)) return `<${name}>`
  if (TIME.test(value)) return '<time>'
  if (!UUID.test(value)) return value
  if (!numbers.has(value)) numbers.set(value, numbers.size + 1)
  return `<id ${numbers.get(value)}>`
}
