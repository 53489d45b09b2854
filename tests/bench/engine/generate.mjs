// Writes what the engine's benchmark scores: DIRECTORY/model.json, a model of 200 rules of every kind; DIRECTORY/simple.json and joined.json, 100 segments each, of one
// comparison and of three with a look back; and DIRECTORY/events.ndjson, the histories of many leads in order of time, of types that both this model and the default one hear. node generate.mjs DIRECTORY [LEADS] [EVENTS_A_LEAD]

import { writeFileSync } from 'node:fs';
import { Random } from '../../property/random.mjs';

const [directory, leads = '2000', eventsALead = '100'] = process.argv.slice(2);
const r = new Random(20260301);
const TYPES = ['page_view', 'form_submit', 'content_download', 'webinar_attend', 'event_attend', 'email_sent', 'email_open', 'email_click', 'demo_request', 'quote_request', 'trial_start',
  'meeting', 'call', 'message', 'purchase', 'product_view', 'cart_add', 'search', 'chat', 'review'];
const PATHS = ['/pricing', '/docs/api', '/blog/orders', '/product/erp', '/', '/contact'];
const INDUSTRIES = ['跨境电商', '制造业', 'software', '物流'], REGIONS = ['浙江', '上海', '广东', '江苏'], TITLES = ['CEO', '采购经理', 'Sales Director', '工程师'];
const v = (name) => ({ var: name });

const where = () => r.pick([
  () => ({ '==': [v('properties.path'), r.pick(PATHS)] }), () => ({ in: [v('properties.kind'), ['white_paper', 'case_study']] }), () => ({ '>': [v('properties.duration_s'), r.int(5, 120)] }),
  () => ({ and: [{ '>=': [v('properties.value'), r.int(1, 50)] }, { '!=': [v('properties.channel'), 'internal'] }] }), () => ({ starts_with: [v('properties.path'), '/docs'] }),
  () => ({ or: [{ in: ['pricing', v('properties.path')] }, { '==': [v('properties.channel'), 'ads'] }] }),
  () => ({ if: [{ '<': [v('properties.value'), 20] }, { '==': [v('properties.channel'), 'ads'] }, { '==': [v('title_level'), 'c_level'] }] }),
  () => ({ and: [{ in: [v('company.region'), ['浙江', '上海']] }, { '>': [v('properties.duration_s'), 30] }] }),
])();
const fitWhen = () => r.pick([
  () => ({ in: [v('title_level'), ['c_level', 'vp', 'director']] }), () => ({ between: [v('company.employees'), r.int(10, 100), r.int(200, 900)] }),
  () => ({ in: [v('company.industry'), r.some(INDUSTRIES, 0.5)] }), () => ({ and: [{ '==': [v('company.region'), r.pick(REGIONS)] }, { '>=': [v('needs.budget'), 100000] }] }),
  () => ({ some: [v('needs.pains'), { in: ['订单', v('')] }] }), () => ({ '!': [{ missing: ['company.annual_revenue', 'needs.budget'] }] }),
])();
const decay = () => r.pick([{}, { decay: { half_life: r.pick(['P14D', 'P30D', 'P90D']) } }, { decay: { half_life: 'P30D' } }, { decay: { linear: 'P30D' } }, { decay: { expires_after: 'P60D' } }]);
const limit = () => r.pick([{}, { limit: { times: 3, per: 'day' } }, { limit: { per: 'week' } }, { limit: { cooldown: 'PT6H' } }, { limit: { times: 20 } }]);

function rule(i) {
  const common = { id: `e${i}`, points: r.int(1, 4) * (r.chance(0.3) ? -1 : 1), group: `g${i % 8}`, ...decay() };
  const on = r.times(1, 2, () => r.pick(TYPES));
  switch (i % 20) {
    case 17: return { ...common, on: on[0], ...limit(), streak: { length: 3, broken_by: [{ type: 'email_sent', times: 2 }], distinct: 'properties.path' } };
    case 18: return { ...common, ...limit(), sequence: { steps: [{ on: on[0] }, { on: r.pick(TYPES), where: where() }, { on: r.pick(TYPES) }], within: 'P7D', without: ['purchase'] } };
    case 19: return i % 40 === 19 ? { ...common, on: on[0], count: { at_least: 5, within: 'P3D' } } : { ...common, points: -2, inactive_for: { after: `P${r.int(5, 40)}D`, repeat: true } };
    default: return { ...common, on: r.chance(0.03) ? '*' : on, ...(r.chance(0.8) ? { where: where() } : {}), ...limit(), ...(r.chance(0.1) ? { tags: [`兴趣:${i}`], tag_for: 'P30D' } : {}) };
  }
}

const model = {
  name: '200 rules', time_zone: 'Asia/Shanghai', score: { min: 0, max: 1000 },
  fit: { max: 200, rules: r.times(50, 50, (i) => ({ id: `f${i}`, points: r.int(1, 10), when: fitWhen() })) },
  engagement: { min: -100, max: 800, groups: r.times(8, 8, (i) => ({ id: `g${i}`, max: 200 })), rules: r.times(150, 150, rule) },
  icp: { criteria: r.times(7, 7, (i) => ({ id: `c${i}`, when: fitWhen() })), exclusions: [{ id: 'school', when: { in: ['教育', v('company.industry')] } }] },
  stages: [{ stage: 'mql', when: { '>=': [v('score'), 100] }, rearm_below: 80, cooldown: 'P7D' },
    { stage: 'sal', when: { and: [{ '>=': [v('score'), 150] }, { seen: [['demo_request', 'quote_request'], 'P30D'] }] }, rearm_below: 90 }],
  tags: [{ tag: '意向:高', when: { '>=': [v('engagement'), 90] } }, { tag: '活跃:是', when: { '>=': [{ count_events: [['page_view'], 'P7D'] }, 3] } }],
};

const simple = (i) => [
  () => ({ '>=': [v('score'), r.int(5, 200)] }), () => ({ '>=': [v('engagement'), r.int(5, 150)] }), () => ({ '==': [v('tier'), r.pick(['A', 'B', 'C', 'D'])] }),
  () => ({ '==': [v('company.region'), r.pick(REGIONS)] }), () => ({ '>': [v('company.employees'), r.int(10, 900)] }),
][i % 5]();
const joined = (i) => ({ and: [simple(i), { in: [v('stage'), ['lead', 'mql']] }, r.pick([
  () => ({ '!': [{ seen: ['demo_request', `P${r.int(7, 60)}D`] }] }), () => ({ '>=': [{ count_events: ['page_view', 'P14D'] }, r.int(1, 5)] }), () => ({ '<': [{ days_since: 'email_click' }, r.int(5, 30)] }),
])()] });
const segments = (when) => r.times(100, 100, (i) => ({ id: `s${i}`, when: when(i) }));

const profile = (i) => ({
  title: TITLES[i % 4], company: { name: `C${i}`, industry: r.pick(INDUSTRIES), region: r.pick(REGIONS), employees: r.int(5, 1000), annual_revenue: r.int(1, 500) * 1e6 },
  needs: { pains: [r.chance(0.5) ? '手工处理订单' : '库存不准'], budget: r.int(1, 90) * 10000 },
});
const START = Date.UTC(2026, 0, 1), SPAN = 90 * 86_400_000;
const total = Number(leads) * Number(eventsALead), lines = [];
for (let n = 0; n < total; n++) {
  const lead = n % Number(leads), first = n < Number(leads);
  const event = { lead, at: START + Math.floor((n / total) * SPAN), type: r.pick(TYPES),
    properties: { path: r.pick(PATHS), kind: r.pick(['white_paper', 'case_study', 'ebook']), duration_s: r.int(1, 300), value: r.int(0, 100), channel: r.pick(['ads', 'mail', 'internal', 'search']) } };
  if (first) event.patch = profile(lead);
  else if (r.chance(0.02)) event.patch = { company: { employees: r.int(5, 1000) } };
  lines.push(JSON.stringify(event));
}
writeFileSync(`${directory}/model.json`, JSON.stringify(model));
writeFileSync(`${directory}/simple.json`, JSON.stringify(segments(simple)));
writeFileSync(`${directory}/joined.json`, JSON.stringify(segments(joined)));
writeFileSync(`${directory}/events.ndjson`, `${lines.join('\n')}\n`);
