// A good request of each operation, and bodies that are taken or not.
import { contract, NOBODY, call, ids } from './session.mjs'

// Bodies, and whether they are taken: the contract and the service must be of one mind.
export const LEADS = [
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
export const EVENTS = [
  [{}, true], [{ event_id: 'agree-1' }, true], [{ event_id: null, occurred_at: null, properties: null, source: null }, true], [{ event_id: '' }], [{ event_id: 7 }], [{ event_id: 'x'.repeat(256) }],
  [{ type: 'Product.viewed:2-x' }, true], [{ type: 'two words' }], [{ type: '' }], [{ type: 'x'.repeat(101) }], [{ type: 'stage_set' }], [{ type: null }], [{ type: undefined }],
  [{ occurred_at: '2026-03-01T09:30:00.123+08:00' }, true], [{ occurred_at: '2026-03-01 09:30' }], [{ occurred_at: 1772328600 }], [{ occurred_at: '2026-02-30T00:00:00Z' }],
  [{ properties: { a: null, b: [{}] } }, true], [{ properties: [] }], [{ properties: { ['k'.repeat(256)]: 1 } }], [{ source: 'web' }, true], [{ source: [] }], [{ lead: null }], [{ lead: {} }], [{ lead: { name: 'x' } }],
  [{ lead: { external_id: {} } }], [{ lead: { email: null } }], [{ lead: { anonymous_id: 'c', title: 'CEO' } }, true], [{ lead: 'a@example.com' }], [{ extra: 1 }], [{ lead: undefined }],
]
export const KEYS = [
  [{ role: 'admin' }, true], [{ role: 'admin', label: null, origins: null, expires_at: null }, true], [{}], [{ role: 'root' }], [{ role: 'publish' }], [{ role: 'publish', origins: [] }], [{ role: 'publish', origins: null }],
  [{ role: 'publish', origins: ['http://localhost:5173', 'https://[::1]'] }, true], [{ role: 'read', origins: ['https://shop.example/'] }], [{ role: 'read', origins: ['shop.example'] }], [{ role: 'read', origins: 'https://a.example' }],
  [{ role: 'read', origins: Array(21).fill('https://a.example') }], [{ role: 'read', label: 'x'.repeat(256) }], [{ role: 'read', label: 7 }], [{ role: 'read', expires_at: 'soon' }], [{ role: 'read', name: 'x' }], [[]], ['admin'],
]
export const HELD = [
  [{ model_version: 1 }, true], [{ model_version: 9, ids: null }, true], [{ model_version: 1, ids: [NOBODY, NOBODY] }, true], [{}], [{ model_version: 0 }], [{ model_version: '1' }], [{ model_version: 1.5 }],
  [{ model_version: 1, ids: [] }], [{ model_version: 1, ids: ['x'] }], [{ model_version: 1, ids: NOBODY }], [{ model_version: 1, ids: Array(1001).fill(NOBODY) }], [{ model_version: 1, all: true }], [[]], ['all'],
]
export const JOURNEY = { name: 'agree', trigger: { tag: 'a:b' }, steps: [{ id: 'a', after: 'P1D', template: 'x' }] }
export const PLAYBOOK = { name: 'agree', match: { tags: ['a:b'] }, cadence: 'weekly' }
export const VERSION = { version: 99 }
export const PARAMS = {
  getModel: VERSION, putModel: VERSION, deleteModel: VERSION, shadowModel: VERSION, activateModel: VERSION, retireModel: VERSION, simulateModel: VERSION, diffModels: { ...VERSION, other: 98 },
  getProjectSettings: { key: 'lsk_x' }, getTaxonomy: { name: 'none' }, putTaxonomy: { name: 'there' }, deleteTaxonomy: { name: 'none' }, backtestModel: VERSION,
  getWebhookDelivery: { delivery: 1 }, replayWebhookDelivery: { delivery: 1 },
  getSourceRequest: { request: NOBODY }, replaySourceRequest: { request: NOBODY }, get postToSource() { return { token: ids.source?.token } }, get greetSource() { return { token: ids.source?.token } },
  get submitForm() { return { id: ids.form?.token } }, putLeadTag: { tag: 'a:b' }, deleteLeadTag: { tag: 'a:b' }, getModelTemplate: { name: 'none' },
}
export const MESSAGE = { userId: 'agree', event: 'Agreed', groupId: 'g', previousId: 'before' }
export const BODIES = {
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
  createPlaybook: PLAYBOOK, patchPlaybook: { name: 'agree' }, doFollowup: { outcome: 'reached' }, snoozeFollowup: { until: '2027-10-01T00:00:00Z' },
  createSegment: { name: 'agree', when: true }, patchSegment: { name: 'agree' }, previewSegment: { when: true },
  postAccount: { domain: 'agree.example' }, patchAccount: { name: 'Agree' }, putLeadAccount: { domain: 'agree.example' },
  createUser: { name: 'agree' }, patchUser: { name: 'agree' }, putRouting: { default: null },
  assignHandoff: {}, acceptHandoff: {}, respondHandoff: {}, rejectHandoff: { reason: 'not_now' }, convertHandoff: { outcome: 'sql' }, closeHandoff: { reason: 'price' },
}
// A request of an operation that is in order but for the lead or version, of which there is none.
export const QUERIES = { listModelDependents: { tag: 'a:b' } }
export const plain = (id, more) => ({ params: { id: NOBODY, ...PARAMS[id] }, query: QUERIES[id], body: BODIES[id], ...more })
// Which one of its kind an operation on one is about: of a lead, unless its name says otherwise.
export const idOf = (operation) => ({ Account: ids.account, Form: ids.form.id, Source: ids.source.id, Segment: ids.segment, Journey: ids.journey, Playbook: ids.playbook, Followup: ids.followup, Webhook: ids.webhook, User: ids.user, Handoff: ids.handoff })[/[A-Z][a-z]+/.exec(operation)[0]] ?? ids.lead
