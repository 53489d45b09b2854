// Random models. Points, thresholds and caps are drawn from small related ranges, so that scores live near the thresholds.

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
    'CEO', '总经理', 'VP Sales', 'Vice President', '副总裁', 'Sales Director', '技术总监', 'Project--manager', '经理', 'Engineer', 'Assistant to the CEO', 'Chief buyer', '',
  ],
  'needs.budget': [0, 50, 500000],
};
export const PROPERTIES = { path: ['/pricing', '/blog', '/docs'], kind: ['white_paper', 'ebook'], n: [1, 2, 2.5, '2', true, null], m: ['a', 'b', 'c', 'd'] };
export const HAND_TAGS = ['hand:vip', 'hand:行业', 'rule:hot'];
const RULE_TAGS = ['rule:hot', 'rule:fit', 'rule:web'];
const HALF_LIVES = ['PT1M', 'PT7M', 'PT1H', 'PT36H', 'P1D', 'P7D', 'P30D', 'P45DT1S', 'P365D', 'P3650D'];
export const SPANS = ['PT1S', 'PT1M', 'PT45M', 'PT6H', 'P1D', 'P3D', 'P1W', 'P30D', 'P90D'];

const fieldVar = (r) => {
  const field = r.pick([...Object.keys(FIELDS), 'title_level']);
  const value = r.pick(FIELDS[field] ?? ['c_level', 'vp', 'director', 'manager', 'staff']);
  return [r.chance(0.1) ? { var: [field, r.pick(['free', 1, null])] } : { var: field }, value];
};

/** A condition on the profile. */
export function profileWhen(r, depth = 0) {
  if (depth < 2 && r.chance(0.25)) return combine(r, () => profileWhen(r, depth + 1));
  const [field, value] = fieldVar(r);
  return r.pick([
    () => ({ '==': [field, value] }),
    () => ({ '!=': [field, value] }),
    () => ({ in: [field, r.some(['CN', 'DE', 'ecommerce', 'auto', 'pro', 5, 120, 'c_level', 'vp'], 0.5)] }),
    () => ({ '>=': [{ var: 'company.employees' }, r.pick([5, 99.5, 100, 120])] }),
    () => ({ between: [{ var: 'needs.budget' }, r.pick([0, 1, 50]), r.pick([50, 500000])] }),
    () => ({ '!!': field }),
    () => ({ '!': { missing: r.some(Object.keys(FIELDS), 0.3) } }),
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
function eventWhen(r) {
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

/** A condition of a stage or tag; scale = the size of usual scores. */
function stateWhen(r, scale, tags, withStage, depth = 0) {
  const points = () => r.pick([scale, scale * r.pick([0.25, 0.5, 0.75, 1.25, 1.5]), r.int(-scale, 2 * scale), r.int(0, 1000 * scale) / 1000]);
  const value = { var: r.pick(['score', 'score', 'score', 'engagement', 'fit']) };
  if (depth < 2 && r.chance(0.3)) return combine(r, () => stateWhen(r, scale, tags, withStage, depth + 1));
  if (r.chance(0.6)) {
    const [a, b] = [points(), points()].sort((x, y) => x - y);
    const odd = [String(a), null, true, { var: 'needs.budget' }, { '+': [a, { var: 'fit' }] }]; // constant in time all the same
    if (r.chance(0.1)) return { [r.pick(['>=', '<', '==', '>'])]: [value, r.pick(odd)] };
    return r.pick([{ '>=': [value, a] }, { '>=': [value, a] }, { '>': [value, a] }, { '<': [value, b] }, { '<=': [a, value] }, { between: [value, a, b] },
      { '<': [a, value, b] }, { '==': [value, a] }, { '!=': [value, a] }]);
  }
  const types = r.chance(0.5) ? r.pick(EVENT_TYPES) : r.some([...EVENT_TYPES, 'tag_added', 'won'], 0.3).concat('demo_request');
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

/** Adds min or max to x now and then, always min <= max. */
function bound(r, x, p, scale) {
  if (r.chance(p)) x.max = r.pick([scale, scale * 1.5, scale / 2, r.int(1, 3000 * scale) / 1000]);
  if (r.chance(p / 2)) x.min = r.pick([-scale, 0, -scale / 4, Math.min(scale / 8, x.max ?? scale)]);
  return x;
}

function points(r, scale) {
  const p = r.pick([scale / 4, scale / 2, scale, scale / 10, r.int(1, 1000 * scale) / 1000, r.int(1, scale)]);
  return r.chance(0.2) ? -p : p;
}

const typeList = (r) => r.pick([() => '*', () => r.pick(EVENT_TYPES), () => r.pick(EVENT_TYPES), () => r.shuffle(EVENT_TYPES).slice(0, r.int(1, 4))])();

function limit(r) {
  const x = {};
  if (r.chance(0.8)) {
    if (r.chance(0.7)) x.times = r.int(1, 4);
    if (r.chance(0.7) || x.times === undefined) x.per = r.pick(['event', 'day', 'day', 'week', 'month', 'ever']);
  }
  if (r.chance(0.35) || Object.keys(x).length === 0) x.cooldown = r.pick(SPANS);
  return x;
}

function streak(r) {
  const x = { length: r.int(2, r.chance(0.1) ? 16 : 4) };
  if (r.chance(0.5)) x.distinct = r.pick(['properties.m', 'properties.n', 'type', 'properties.absent', 'country']);
  if (r.chance(0.6)) x.broken_by = r.times(1, 3, () => (r.chance(0.5) ? r.pick(EVENT_TYPES) : { type: r.pick(EVENT_TYPES), times: r.int(1, 3) }));
  return x;
}

function engagementRule(r, i, scale, groups) {
  const rule = { id: `e${i}`, points: points(r, scale) };
  const kind = r.pick(['plain', 'plain', 'plain', 'streak', 'silence']);
  if (kind === 'silence') {
    if (r.chance(0.7)) rule.points = -Math.abs(rule.points) / r.pick([1, 2, 8]);
    rule.inactive_for = { after: r.pick(['PT45M', 'PT6H', 'P1D', 'P3D', 'P1W', 'P30D']) };
    if (r.chance(0.6)) {
      rule.inactive_for.repeat = true;
      if (r.chance(0.7)) rule.inactive_for.max_times = r.int(1, r.chance(0.05) ? 120 : 8);
    }
    if (r.chance(0.4)) rule.on = typeList(r);
  } else {
    rule.on = typeList(r);
    if (r.chance(0.4)) rule.where = eventWhen(r);
    if (kind === 'streak') rule.streak = streak(r);
    if (r.chance(0.5)) rule.limit = limit(r);
  }
  if (r.chance(0.6)) rule.decay = { half_life: r.pick(HALF_LIVES) };
  else if (r.chance(0.1)) rule.decay = { none: true };
  if (groups.length > 0 && r.chance(0.5)) rule.group = r.pick(groups).id;
  bound(r, rule, 0.2, scale);
  if (r.chance(0.25)) {
    rule.tags = r.some(RULE_TAGS, 0.5).concat('rule:any');
    if (r.chance(0.7)) rule.tag_for = r.pick(SPANS);
  }
  return rule;
}

function stageRule(r, stage, scale, tags) {
  const threshold = stage === 'mql' ? scale : scale * r.pick([0.8, 1, 1.4]);
  const rule = { stage, when: { '>=': [{ var: 'score' }, Math.round(threshold * 1000) / 1000] } };
  if (r.chance(0.5)) rule.when = stateWhen(r, scale, tags, true);
  else if (r.chance(0.3)) rule.when = { and: [rule.when, stateWhen(r, scale, tags, true)] };
  if (r.chance(0.7)) rule.rearm_below = r.pick([scale / 2, scale * 0.9, threshold, scale * 1.2, r.int(1, 1000 * scale) / 1000]);
  if (r.chance(0.5)) rule.fall_back = true;
  if (r.chance(0.35)) rule.cooldown = r.pick(SPANS);
  return rule;
}

function exclusion(r, i) {
  const when = r.chance(0.6) ? { '==': [{ var: 'company.industry' }, 'education'] } : profileWhen(r);
  return { id: `x${i}`, when, ...(r.chance(0.5) && { reason: `reason ${i}` }) };
}

function fitRule(r, i, scale) {
  return { id: `f${i}`, when: profileWhen(r), points: points(r, scale / 2), ...(r.chance(0.3) && { tags: ['rule:fit'] }) };
}

/** Keeps three decimals, which is all that points may have. */
function tidy(value) {
  if (typeof value === 'number') return Math.round(value * 1000) / 1000;
  if (Array.isArray(value)) return value.map(tidy);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, tidy(v)]));
  return value;
}

/**
 * The usual kind of model, so that stages are gained and lost over and over: points that decay and lift over both thresholds, silence that
 * lowers, rearm_below beneath the threshold.
 */
function usualModel(r) {
  const scale = r.pick([50, 100]);
  const rules = r.times(2, 4, (i) => ({
    ...engagementRule(r, i, scale, []), points: scale * r.pick([0.25, 0.4, 0.5, 0.999]), decay: { half_life: r.pick(['PT1H', 'P1D', 'P7D', 'P30D']) },
  }));
  // against a slower or faster decay the sum has a lowest or highest point, where thresholds are hardest
  if (r.chance(0.5)) rules.at(-1).points *= -1;
  rules.push({ id: 'silence', points: -scale / r.pick([4, 10]), inactive_for: { after: r.pick(['P1D', 'P1W', 'P30D']), repeat: true, max_times: 4 } });
  const stage = (name, threshold) => ({
    stage: name, when: { '>=': [{ var: 'score' }, threshold] }, rearm_below: threshold * r.pick([0.5, 0.8, 1]), fall_back: r.chance(0.7),
    ...(r.chance(0.5) && { cooldown: r.pick(SPANS) }),
  });
  const sal = stage('sal', scale * r.pick([0.8, 1.5]));
  if (r.chance(0.5)) sal.when = { and: [sal.when, { seen: [['demo_request', 'quote_request'], r.pick(SPANS)] }] };
  else if (r.chance(0.4)) sal.when = { and: [{ '==': [{ var: 'stage' }, 'mql'] }, sal.when] }; // never straight, but perhaps in the same instant
  return tidy({
    engagement: { rules, min: -scale }, stages: [stage('mql', scale), sal],
    icp: { criteria: r.times(2, 5, (i) => ({ id: `c${i}`, when: { '!!': { var: r.pick(Object.keys(FIELDS)) } } })) },
    tags: [
      { tag: 'model:0', when: { '>=': [{ var: 'score' }, scale] } },
      { tag: 'model:1', when: { and: [{ in: ['model:0', { var: 'tags' }] }, { in: [{ var: 'tier' }, ['A', 'B']] }] } },
    ],
  });
}

export function randomModel(r) {
  if (r.chance(0.3)) return usualModel(r);
  const scale = r.chance(0.02) ? 10_000 : r.pick([10, 20, 50, 100, 100, 1000]);
  const tags = [...HAND_TAGS, ...RULE_TAGS, 'model:0', 'model:1'];
  const groups = r.times(0, 2, (i) => bound(r, { id: `g${i}` }, 0.5, scale));
  const doc = { name: 'random', engagement: bound(r, { groups, rules: r.times(1, 6, (i) => engagementRule(r, i, scale, groups)) }, 0.2, 2 * scale) };
  if (r.chance(0.6)) doc.time_zone = r.pick(['UTC', '+08:00', '-05:30', '+14:00', '-12:00', '+05:45']);
  if (r.chance(0.3)) doc.grades = [scale, scale / 2, scale / 4];
  if (r.chance(0.3)) doc.score = bound(r, {}, 0.9, 1.5 * scale);
  if (r.chance(0.8)) doc.fit = bound(r, { rules: r.times(1, 4, (i) => fitRule(r, i, scale)) }, 0.3, scale / 2);
  const icp = {};
  if (r.chance(0.6)) icp.criteria = r.times(1, 5, (i) => ({ id: `c${i}`, when: profileWhen(r), ...(r.chance(0.3) && { core: r.chance(0.5) }) }));
  if (r.chance(0.35)) icp.exclusions = r.times(1, 2, (i) => exclusion(r, i));
  if (r.chance(0.2)) icp.tiers = { A: 90, B: r.pick([60, 66.667, 66.666]), C: 33 };
  if (Object.keys(icp).length > 0) doc.icp = icp;
  if (r.chance(0.9)) doc.stages = r.shuffle(r.some(['mql', 'sal'], 0.75)).map((stage) => stageRule(r, stage, scale, tags));
  if (r.chance(0.5)) doc.tags = r.times(1, 3, (i) => ({ tag: r.chance(0.8) ? `model:${i}` : [HAND_TAGS[0], 'rule:hot', 'rule:any'][i], when: stateWhen(r, scale, tags, false) }));
  return tidy(doc);
}
