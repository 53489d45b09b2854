// Random models. Points, thresholds and caps are drawn from small related ranges, so that scores live near the thresholds.

import { EVENT_TYPES, FIELDS, HAND_TAGS, RULE_TAGS, SPANS, emailDomains, eventWhen, profileWhen, stateWhen, taxonomiesOf } from './conditions.mjs';
import { has } from './features.mjs';

const HALF_LIVES = ['PT1M', 'PT7M', 'PT1H', 'PT36H', 'P1D', 'P7D', 'P30D', 'P45DT1S', 'P365D', 'P3650D'];
const OFFSETS = ['UTC', '+08:00', '-05:30', '+14:00', '-12:00', '+05:45'];
/* Zones whose rules have rested for years, so that the engine's data and the JavaScript engine's agree whatever their age. */
const ZONES = [
  'Asia/Shanghai', 'Asia/Kolkata', 'Asia/Kathmandu', 'Europe/Berlin', 'Europe/Dublin', 'America/New_York', 'America/St_Johns', 'America/Sao_Paulo',
  'Australia/Lord_Howe', 'Australia/Sydney', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Apia', 'Pacific/Kiritimati', 'Antarctica/Troll',
];

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

function sequence(r) {
  const length = r.chance(0.05) ? r.int(5, 8) : r.pick([2, 2, 2, 3, 3, 4]);
  const step = () => ({ on: length > 4 ? '*' : typeList(r), ...(r.chance(0.15) && { where: eventWhen(r) }) });
  const x = { steps: r.times(length, length, step), within: r.pick(SPANS.slice(2)) };
  if (r.chance(0.35)) x.without = r.some([...EVENT_TYPES, 'tag_added', 'lost'], 0.1).concat(r.pick(EVENT_TYPES));
  return x;
}

const count = (r) => ({ at_least: r.chance(0.03) ? r.int(6, 64) : r.pick([2, 2, 3, 3, 4, 5]), within: r.pick(SPANS.slice(1)) });

function decay(r) {
  const kinds = ['half_life', 'half_life', ...['linear', 'expires_after'].filter(has)];
  const kind = r.pick(kinds);
  return { [kind]: r.pick(kind === 'half_life' || r.chance(0.3) ? HALF_LIVES : SPANS.slice(1)) };
}

function engagementRule(r, i, scale, groups) {
  const rule = { id: `e${i}`, points: points(r, scale) };
  const kind = r.pick(['plain', 'plain', 'plain', 'streak', 'silence', ...['sequence', 'count'].filter(has)]);
  if (kind === 'silence') {
    if (r.chance(0.7)) rule.points = -Math.abs(rule.points) / r.pick([1, 2, 8]);
    rule.inactive_for = { after: r.pick(['PT45M', 'PT6H', 'P1D', 'P3D', 'P1W', 'P30D']) };
    if (r.chance(0.6)) {
      rule.inactive_for.repeat = true;
      if (r.chance(0.7)) rule.inactive_for.max_times = r.int(1, r.chance(0.05) ? 120 : 8);
    }
    if (r.chance(0.4)) rule.on = typeList(r);
  } else {
    if (kind === 'sequence') rule.sequence = sequence(r);
    else rule.on = typeList(r);
    if (kind !== 'sequence' && r.chance(kind === 'count' ? 0.2 : 0.4)) rule.where = eventWhen(r);
    if (kind === 'streak') rule.streak = streak(r);
    if (kind === 'count') rule.count = count(r);
    if (r.chance(0.5)) rule.limit = limit(r);
  }
  if (r.chance(0.65)) rule.decay = decay(r);
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
    ...engagementRule(r, i, scale, []), points: scale * r.pick([0.25, 0.4, 0.5, 0.999]),
    decay: { [Object.keys(decay(r))[0]]: r.pick(['PT1H', 'P1D', 'P7D', 'P30D']) },
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
  return finish(r, {
    engagement: { rules, min: -scale }, stages: [stage('mql', scale), sal],
    icp: { criteria: r.times(2, 5, (i) => ({ id: `c${i}`, when: { '!!': { var: r.pick(Object.keys(FIELDS)) } } })) },
    tags: [
      { tag: 'model:0', when: { '>=': [{ var: 'score' }, scale] } },
      { tag: 'model:1', when: { and: [{ in: ['model:0', { var: 'tags' }] }, { in: [{ var: 'tier' }, ['A', 'B']] }] } },
    ],
  }, scale, [...HAND_TAGS, 'model:0', 'model:1']);
}

/** What any model may have besides. */
function finish(r, doc, scale, tags) {
  if (r.chance(0.6)) doc.time_zone = r.pick(has('zones') && r.chance(0.7) ? ZONES : OFFSETS);
  if (has('applies_when') && r.chance(0.3)) doc.applies_when = r.chance(0.1) ? true : profileWhen(r);
  if (has('weights') && r.chance(0.5)) for (const one of doc.icp?.criteria ?? []) weigh(r, one);
  if (has('contacts') && r.chance(0.3)) doc.email_domains = emailDomains(r);
  if (has('segments') && r.chance(0.4)) doc.segments = r.times(1, 4, (i) => ({ id: `s${i}`, when: stateWhen(r, scale, tags, true) }));
  if (has('taxonomies')) {
    const taxonomies = taxonomiesOf(r, doc);
    if (Object.keys(taxonomies).length > 0) doc.taxonomies = taxonomies;
  }
  return tidy(doc);
}

function weigh(r, criterion) {
  if (r.chance(0.8)) criterion.weight = r.pick([1, 2, 3, 0.5, 1.5, 0.001, 3.333, 1000]);
  if (r.chance(0.2)) criterion.part = r.pick(['industry', 'company', 'person', '任何']);
  if (r.chance(0.2)) criterion.dimension = r.pick(['base', 'pain', 'decision', 'purchasing_power', 'behaviour', 'long_term_value']);
}

export function randomModel(r) {
  if (r.chance(0.3)) return usualModel(r);
  const scale = r.chance(0.02) ? 10_000 : r.pick([10, 20, 50, 100, 100, 1000]);
  const tags = [...HAND_TAGS, ...RULE_TAGS, 'model:0', 'model:1'];
  const groups = r.times(0, 2, (i) => bound(r, { id: `g${i}` }, 0.5, scale));
  const doc = { name: 'random', engagement: bound(r, { groups, rules: r.times(1, 6, (i) => engagementRule(r, i, scale, groups)) }, 0.2, 2 * scale) };
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
  return finish(r, doc, scale, tags);
}
