// Random conditions over the profile, an event, or the state of a lead, and the small vocabulary that they and the histories share.

import { has } from './features.mjs';

export const EVENT_TYPES = [
  'page_view', 'form_submit', 'content_download', 'email_open', 'email_click', 'email_sent', 'demo_request', 'quote_request', 'profile_updated',
];
export const FIELDS = {
  'company.industry': ['ecommerce', 'education', 'auto', '汽车'],
  'company.employees': [0, 5, 99.5, 120, 300],
  country: ['CN', 'DE', 'US'],
  'attributes.plan': ['free', 'pro', true, null],
  email: ['a@x.cn', 'ceo@z.com', 'c@x.cn'],
  title: [
    'CEO', '总经理', 'VP Sales', 'Vice President', '副总裁', 'Sales Director', '技术总监', 'Project--manager', '经理', 'Engineer',
    'Assistant to the CEO', 'Chief buyer', 'ｃｅｏ', 'Stra\u00adtegic Ma\u200bnager', '',
  ],
  'needs.budget': [0, 50, 500000],
  'attributes.sector': [
    '汽配', 'Auto  Parts', 'AUTO_PARTS', 'ａｕｔｏ／ｐａｒｔｓ', 'au\u00adto\u200b parts', 'kfz–teile', '制造业 > 汽车零部件', '制造业·汽车零部件　',
    'E‐Commerce', 'e_commerce', 'A\u0308RZTE & Kliniken', 'hospital', '②号', 'Straße', 'STRASSE', 'ΟΔΌΣ', 'mining', ' - ', 7,
  ],
};
const TAXONOMIES = {
  sector: {
    attribute: 'attributes.sector',
    entries: [
      { value: '制造业-汽车零部件', synonyms: ['汽配', 'auto parts', 'Kfz—Teile'] }, { value: 'e-commerce', synonyms: ['Online·Shop', '电商'] },
      { value: 'Ärzte & Kliniken', synonyms: ['ＨＯＳＰＩＴＡＬ', '2号'] },
      { value: 'strasse', synonyms: ['οδός'] },
    ],
  },
  place: { attribute: 'country', entries: [{ value: 'Europe', synonyms: ['DE', 'FR'] }, { value: 'cn' }] },
  tool: { attribute: 'company.technologies.0', entries: [{ value: 'ERP', synonyms: ['SAP', 'oracle/erp'] }, { value: 'shop', synonyms: ['shopify'] }] },
};
/* With `contacts`: addresses and numbers that tell something, more than one of each kind. */
export const EMAILS = [
  'a@x.cn', 'ceo@z.com', 'c@x.cn', 'Li.Wei@QQ.com', 'li@vip.qq.com', 'info@gmail.com', 'Sales-01@x.cn', 'no.reply+web@mail.z.com', '客服@z.com', 'x@mx.mailinator.com', 'info@yopmail.com',
  'zhang@y.de', 'a@b@163.com', '@163.com', 'nobody', 'sales2024@z.com', 'x@z.com@', 7, null,
];
export const PHONES = ['+8613800138000', '+4930123456', '+14165550100', '+18005550100', '+14155550100', '+77011234567', '+79161234567', '13800138000', '+86', 7, null];
const KINDS = ['business', 'personal', 'role', 'disposable'];

/** What a model says of domains by itself. */
export const emailDomains = (r) => Object.fromEntries(
  r.some(['x.cn', 'z.com', 'mail.z.com', 'qq.com', 'vip.qq.com', 'gmail.com', 'mailinator.com', 'mx.mailinator.com', 'y.de'], 0.4).map((name) => [name, r.pick(['business', 'personal', 'disposable'])]),
);

export const PROPERTIES = { path: ['/pricing', '/blog', '/docs'], kind: ['white_paper', 'ebook'], n: [1, 2, 2.5, '2', true, null], m: ['a', 'b', 'c', 'd'] };
export const HAND_TAGS = ['hand:vip', 'hand:行业', 'rule:hot'];
export const RULE_TAGS = ['rule:hot', 'rule:fit', 'rule:web'];
export const SPANS = ['PT1S', 'PT1M', 'PT45M', 'PT6H', 'P1D', 'P3D', 'P1W', 'P30D', 'P90D'];

/** Definitions of the taxonomies that a document mentions. */
export function taxonomiesOf(r, doc) {
  const text = JSON.stringify(doc);
  const names = Object.keys(TAXONOMIES).filter((name) => text.includes(`taxonomy.${name}`) || r.chance(0.05));
  const some = ({ attribute, entries }) => ({ attribute, entries: r.chance(0.8) ? entries : entries.slice(0, 1) });
  return Object.fromEntries(names.map((name) => [name, some(TAXONOMIES[name])]));
}

/* What only an account has, and what a company has too. */
const ACCOUNT_FIELDS = { 'account.industry': FIELDS['company.industry'], 'account.id': ['a1', 'a2'], 'account.by': ['email', 'hand'], 'company.region': ['East', 'South'] };
const DERIVED = { title_level: ['c_level', 'vp', 'director', 'manager', 'staff'], email_kind: KINDS, phone_country: ['CN', 'DE', 'CA', 'US', 'KZ'] };
const fieldVar = (r) => {
  const name = r.pick(Object.keys(TAXONOMIES));
  const spelling = has('taxonomies') && r.chance(0.2);
  const derived = has('contacts') ? ['title_level', 'email_kind', 'email_kind', 'phone_country'] : ['title_level'];
  const ofAccount = has('accounts') ? Object.keys(ACCOUNT_FIELDS) : [];
  const field = spelling ? `taxonomy.${name}` : r.pick([...Object.keys(FIELDS), ...derived, ...ofAccount]);
  const value = r.pick(spelling ? TAXONOMIES[name].entries.map((x) => x.value) : FIELDS[field] ?? ACCOUNT_FIELDS[field] ?? DERIVED[field]);
  return [r.chance(0.1) ? { var: [field, r.pick(['free', 1, null])] } : { var: field }, value];
};

/** A condition on the profile. */
export function profileWhen(r, depth = 0) {
  if (depth < 2 && r.chance(0.25)) return combine(r, () => profileWhen(r, depth + 1));
  const [field, value] = fieldVar(r);
  return r.pick([
    () => ({ '==': [field, value] }),
    () => ({ '!=': [field, value] }),
    () => ({ in: [field, r.some(['CN', 'DE', 'ecommerce', 'auto', 'pro', 5, 120, 'c_level', 'vp', 'personal', 'role'], 0.5)] }),
    () => ({ '>=': [{ var: 'company.employees' }, r.pick([5, 99.5, 100, 120])] }),
    () => ({ between: [{ var: 'needs.budget' }, r.pick([0, 1, 50]), r.pick([50, 500000])] }),
    () => ({ '!!': field }),
    () => ({ '!': { missing: r.some([...Object.keys(FIELDS), ...(has('taxonomies') ? ['taxonomy.sector', 'taxonomy.tool'] : [])], 0.3) } }),
    () => ({ '!!': { var: r.pick(['email', 'phone']) } }),
    () => ({ missing_some: [1, ['country', 'title', 'needs.budget']] }),
    () => ({ starts_with: [field, r.pick(['e', 'C', 'c', '汽', ''])] }),
    () => ({ ends_with: [field, r.pick(['o', 'N', '车', 'r'])] }),
    () => ({ matches: [field, r.pick(['^[A-Z]{2}$', 'o', '汽.$', '(?:auto|pro)'])] }),
    () => ({ some: [['CN', 'auto', 5], { '===': [{ var: '' }, value] }] }),
  ])();
}

function combine(r, make) {
  return r.pick([
    () => ({ and: r.times(1, 3, make) }),
    () => ({ or: r.times(1, 3, make) }),
    () => ({ '!': [make()] }),
    () => ({ if: [make(), make(), make()] }),
  ])();
}

/** A condition on an event with its profile. */
export function eventWhen(r) {
  if (r.chance(0.2)) return profileWhen(r);
  if (r.chance(0.2)) return combine(r, () => eventWhen(r));
  const name = r.pick(Object.keys(PROPERTIES));
  const field = { var: `properties.${name}` };
  return r.pick([
    () => ({ '==': [field, r.pick(PROPERTIES[name])] }),
    () => ({ '===': [field, r.pick(PROPERTIES[name])] }),
    () => ({ in: [field, r.some(PROPERTIES[name], 0.6)] }),
    () => ({ '>': [{ var: 'properties.n' }, 1] }),
    () => ({ '!=': [{ var: 'type' }, r.pick(EVENT_TYPES)] }),
    () => ({ '<': [{ substr: [{ var: 'occurred_at' }, 11, 2] }, r.pick(['06', '12', '20'])] }),
    () => ({ '==': [{ var: 'event_source.channel' }, r.pick(['web', 'crm'])] }),
  ])();
}

/** A condition on an event alone. */
function aloneWhen(r) {
  if (r.chance(0.2)) return combine(r, () => aloneWhen(r));
  const name = r.pick(Object.keys(PROPERTIES));
  const field = { var: `properties.${name}` };
  return r.pick([
    () => ({ '==': [field, r.pick(PROPERTIES[name])] }),
    () => ({ in: [field, r.some(PROPERTIES[name], 0.6)] }),
    () => ({ '>': [{ var: 'properties.n' }, r.pick([0, 1])] }),
    () => ({ '<': [{ substr: [{ var: 'occurred_at' }, 11, 2] }, r.pick(['06', '12', '20'])] }),
    () => ({ '==': [{ var: 'event_source.channel' }, r.pick(['web', 'crm'])] }),
    () => ({ '!!': [{ var: { cat: ['title', ''] } }] }), // of the profile, which is not there
  ])();
}

/** One type with a condition, alone or among others. */
function lookingTypes(r) {
  const look = { type: r.pick(EVENT_TYPES), where: aloneWhen(r) };
  return r.chance(0.6) ? look : [look, ...r.some(EVENT_TYPES, 0.2).filter((x) => x !== look.type)];
}

const standingTypes = (r) => (has('looks') && r.chance(0.25) ? lookingTypes(r) : r.chance(0.5) ? r.pick(EVENT_TYPES) : r.some([...EVENT_TYPES, 'tag_added', 'won', 'score_offset'], 0.3).concat('demo_request'));
const countEvents = (r) => ({ count_events: r.chance(0.3) ? [standingTypes(r)] : [standingTypes(r), r.pick(SPANS)] });

function countWhen(r) {
  const number = r.pick([1, 2, 2, 3, 4, 6, 63, 64]);
  return r.pick([
    () => ({ [r.pick(['>=', '>', '<', '==', '!=='])]: [countEvents(r), number] }),
    () => ({ '>=': [{ '-': [countEvents(r), countEvents(r)] }, r.pick([-1, 0, 1])] }),
    () => ({ '!!': [countEvents(r)] }),
    () => ({ '===': [{ '%': [countEvents(r), 2] }, 1] }),
    () => ({ between: [countEvents(r), 1, number] }),
    () => ({ '>': [countEvents(r), { var: 'company.employees' }] }),
  ])();
}

function ageWhen(r) {
  const age = { days_since: [standingTypes(r)] };
  const number = () => r.pick([0, 1, 1, 2, 3, 7, 30, 0.5, 1.5, -1, 365]);
  const [low, high] = [number(), number()].sort((a, b) => a - b);
  return r.pick([
    { [r.pick(['>=', '>', '<', '<=', '==', '===', '!=', '!=='])]: [age, number()] }, { [r.pick(['>=', '>', '<'])]: [age, number()] }, { '<=': [number(), age] },
    { between: [age, low, high] }, { '<': [low, age, high] },
  ]);
}

/** A condition of a stage or tag; scale = the size of usual scores. */
export function stateWhen(r, scale, tags, withStage, depth = 0) {
  const points = () => r.pick([scale, scale * r.pick([0.25, 0.5, 0.75, 1.25, 1.5]), r.int(-scale, 2 * scale), r.int(0, 1000 * scale) / 1000]);
  const value = { var: r.pick(['score', 'score', 'score', 'engagement', 'fit']) };
  if (depth < 2 && r.chance(0.3)) return combine(r, () => stateWhen(r, scale, tags, withStage, depth + 1));
  if (has('count_events') && r.chance(0.1)) return countWhen(r);
  if (has('days_since') && r.chance(0.1)) return ageWhen(r);
  if (r.chance(0.6)) {
    const [a, b] = [points(), points()].sort((x, y) => x - y);
    const odd = [String(a), null, true, { var: 'needs.budget' }, { '+': [a, { var: 'fit' }] }]; // constant in time all the same
    if (has('count_events')) odd.push({ '*': [scale / 8, countEvents(r)] }); // and steady but for its own instants
    if (r.chance(0.1)) return { [r.pick(['>=', '<', '==', '>'])]: [value, r.pick(odd)] };
    return r.pick([{ '>=': [value, a] }, { '>=': [value, a] }, { '>': [value, a] }, { '<': [value, b] }, { '<=': [a, value] }, { between: [value, a, b] },
      { '<': [a, value, b] }, { '==': [value, a] }, { '!=': [value, a] }]);
  }
  const types = standingTypes(r);
  return r.pick([
    () => ({ seen: [types] }),
    () => ({ seen: [types, r.pick(SPANS)] }),
    () => ({ seen: [types, r.pick(SPANS)] }),
    () => ({ in: [r.pick(tags), { var: 'tags' }] }),
    () => ({ some: [{ var: 'tags' }, { starts_with: [{ var: '' }, r.pick(['hand', 'rule', 'model'])] }] }),
    () => ({ in: [{ var: 'tier' }, r.pick([['A'], ['A', 'B'], 'ABC', ['C', 'D', 'X']])] }),
    () => ({ '==': [{ var: 'grade' }, r.pick(['A1', 'A2', 'B2', 'D1', 'D2', 'D3', 'D4'])] }),
    () => ({ in: [{ var: 'grade' }, r.chance(0.2) ? 'A1 B1 D1 D2' : r.some(['A1', 'A2', 'B1', 'C1', 'C2', 'D1', 'D2', 'D3'], 0.5)] }),
    () => (withStage ? { in: [{ var: 'stage' }, r.pick([['lead'], ['mql', 'lead'], ['recycled'], ['mql']])] } : profileWhen(r)),
    () => profileWhen(r),
  ])();
}
