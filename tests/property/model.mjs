// A model document read into the shape the oracle works with: milli points, milliseconds, defaults filled in (docs/scoring.md section 12).

import { walk } from './logic.mjs';
import { readTaxonomy } from './taxonomies.mjs';
import { parseDuration, toMilli } from './text.mjs';
import { zoneOffset } from './zones.mjs';

const RANK = { mql: 1, sal: 2 };
const bounds = (x = {}) => ({
  min: x.min === undefined ? -Infinity : toMilli(x.min),
  max: x.max === undefined ? Infinity : toMilli(x.max),
});
const maybeDuration = (text) => (text === undefined ? null : parseDuration(text));
const types = (on) => (Array.isArray(on) ? on : [on]);

export const clamp = (x, { min, max }) => Math.min(Math.max(x, min), max);

const INTERNAL = new Set(['tag_added', 'tag_removed', 'stage_set', 'lead_merged', 'lead_unmerged', 'event_voided', 'score_offset', 'account_joined', 'account_changed',
  'account_left', 'profile_updated']);
const MAIL = new Set(['email_sent', 'email_bounce', 'email_unsubscribe']);
const hears = (on) => (type) => on.some((x) => x === type || (x === '*' && !INTERNAL.has(type)));

function readLimit(limit) {
  if (!limit) return { times: Infinity, per: 'ever', cooldown: null };
  const per = limit.per ?? 'ever';
  const bounded = limit.times !== undefined || limit.per !== undefined;
  return {
    times: !bounded || per === 'event' ? Infinity : limit.times ?? 1,
    per,
    cooldown: maybeDuration(limit.cooldown),
  };
}

function readSilence(x) {
  if (!x) return null;
  return { after: parseDuration(x.after), times: x.repeat ? x.max_times ?? 12 : 1 };
}

function readStreak(x) {
  if (!x) return null;
  const brokenBy = (x.broken_by ?? []).map((b) => (typeof b === 'string' ? { type: b, times: 1 } : { type: b.type, times: b.times ?? 1 }));
  return { length: x.length, brokenBy, distinct: x.distinct };
}

function readSequence(x) {
  if (!x) return null;
  const steps = x.steps.map((step) => ({ hears: hears(types(step.on)), where: step.where ?? true }));
  return { steps, within: parseDuration(x.within), without: x.without ?? [] };
}

const readCount = (x) => (x ? { atLeast: x.at_least, within: parseDuration(x.within) } : null);

function readEngagementRule(rule) {
  const silence = readSilence(rule.inactive_for);
  const on = rule.on === undefined ? ['*'] : types(rule.on);
  const heard = hears(on);
  return {
    id: rule.id,
    points: toMilli(rule.points),
    hears: silence && rule.on === undefined ? (type) => heard(type) && !MAIL.has(type) : heard,
    where: rule.where ?? true,
    group: rule.group,
    limit: readLimit(rule.limit),
    halfLife: maybeDuration(rule.decay?.half_life),
    linear: maybeDuration(rule.decay?.linear),
    expiresAfter: maybeDuration(rule.decay?.expires_after),
    bounds: bounds(rule),
    tags: rule.tags ?? [],
    tagFor: maybeDuration(rule.tag_for),
    silence,
    streak: readStreak(rule.streak),
    sequence: readSequence(rule.sequence),
    count: readCount(rule.count),
  };
}

/**
 * What makes the rules of stages and tags turn by themselves: comparisons with a decaying value [{name, others}], grades, windows of `seen` (the newest
 * event ends them) and of `count_events` (each event does), numbers of days that a `days_since` is compared with.
 */
function readClocks(rules) {
  const comparisons = [];
  const windows = [];
  const counts = [];
  const days = [];
  let grades = false;
  const names = ['score', 'engagement'];
  for (const rule of rules) {
    walk(rule, (operator, args) => {
      if (operator === 'seen' && args.length > 1) windows.push({ types: types(args[0]), duration: parseDuration(args[1]) });
      if (operator === 'count_events' && args.length > 1) counts.push({ types: types(args[0]), duration: parseDuration(args[1]) });
      if (operator === 'var' && args[0] === 'grade') grades = true;
      const age = args.find((x) => x?.days_since !== undefined);
      if (age) days.push({ types: types(types(age.days_since)[0]), numbers: args.filter((x) => typeof x === 'number') });
      for (const name of names) {
        if (args.some((x) => x !== null && typeof x === 'object' && types(x.var)[0] === name)) {
          comparisons.push({ name, others: args.filter((x) => !(x !== null && typeof x === 'object' && names.includes(types(x.var)[0]))) });
        }
      }
    });
  }
  return { comparisons, windows, counts, days, grades };
}

export function readModel(doc) {
  const stages = (doc.stages ?? []).map((x) => ({
    stage: x.stage,
    rank: RANK[x.stage],
    when: x.when,
    rearmBelow: x.rearm_below === undefined ? null : toMilli(x.rearm_below),
    fallBack: x.fall_back ?? false,
    cooldown: maybeDuration(x.cooldown) ?? 0,
  })).sort((a, b) => a.rank - b.rank);
  const tags = doc.tags ?? [];
  const segments = doc.segments ?? []; // beside the document, really
  return {
    appliesWhen: doc.applies_when ?? true,
    offset: zoneOffset(doc.time_zone),
    emailDomains: doc.email_domains ?? {},
    taxonomies: Object.entries(doc.taxonomies ?? {}).map(([name, x]) => ({ name, ...readTaxonomy(x) })),
    grades: (doc.grades ?? [60, 30, 10]).map(toMilli),
    score: bounds(doc.score),
    fit: {
      bounds: bounds(doc.fit),
      rules: (doc.fit?.rules ?? []).map((x) => ({ id: x.id, when: x.when, points: toMilli(x.points), tags: x.tags ?? [] })),
    },
    engagement: {
      bounds: bounds(doc.engagement),
      groups: (doc.engagement?.groups ?? []).map((x) => ({ id: x.id, bounds: bounds(x) })),
      rules: (doc.engagement?.rules ?? []).map(readEngagementRule),
    },
    criteria: (doc.icp?.criteria ?? []).map((x) => ({
      id: x.id, when: x.when, core: x.core ?? true, weight: toMilli(x.weight ?? 1), part: x.part, dimension: x.dimension,
    })),
    tiers: Object.entries({ A: 100, B: 80, C: 50, ...doc.icp?.tiers }).map(([tier, percentage]) => [tier, toMilli(percentage)]),
    exclusions: (doc.icp?.exclusions ?? []).map((x) => ({ when: x.when, reason: x.reason ?? x.id })),
    stages,
    tags,
    segments,
    clocks: readClocks([...stages, ...tags, ...segments].map((x) => x.when)),
  };
}
