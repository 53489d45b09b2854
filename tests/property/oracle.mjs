// The oracle: what docs/scoring.md says a lead is, from its whole list of events, slowly and plainly. It shares nothing with src/scoring.
//
// score(doc, events, t) -> everything shown of the lead at t. Events are {key, at, type, properties, patch, source, email, phone}; any order,
// duplicates allowed.

import { withAccount } from './account.mjs';
import { listAwards } from './awards.mjs';
import { emailKind, phoneCountry } from './contacts.mjs';
import { DecayingSum } from './decay.mjs';
import { FadingSum } from './fading.mjs';
import { evaluate, truthy } from './logic.mjs';
import { readStageSet, RuleSum } from './keeps.mjs';
import { clamp, readModel } from './model.mjs';
import { readOffset } from './offset.mjs';
import { StageMachine } from './stages.mjs';
import { taxonomyValues } from './taxonomies.mjs';
import { mergePatch, shown, titleLevel } from './text.mjs';

const FILLED_BY_EVENTS = ['source', 'email', 'phone'];
/* From here on the engine may look ahead no further; its own counts differ from the oracle's, so these are well below its bounds. */
const LOOK_AHEAD = { rounds: 100, steps: 1000 };
const byOrder = (a, b) => a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** The events that count at t: in order, each key once. */
export function inOrder(events, t) {
  const once = new Map(events.filter((ev) => ev.at <= t).map((ev) => [ev.key, ev]));
  return [...once.values()].sort(byOrder);
}

/** The profile with what is derived from it. */
function withDerived(model, profile) {
  const view = { ...profile };
  delete view.title_level;
  delete view.email_kind;
  delete view.phone_country;
  delete view.taxonomy;
  const level = titleLevel(profile.title);
  if (level !== undefined) view.title_level = level;
  const kind = emailKind(profile.email, model.emailDomains);
  if (kind !== undefined) view.email_kind = kind;
  const country = phoneCountry(profile.phone);
  if (country !== undefined) view.phone_country = country;
  if (model.taxonomies.length > 0) view.taxonomy = taxonomyValues(model.taxonomies, view);
  return view;
}

/** What the profile alone decides: fit, tier, criteria, exclusion. */
function judge(model, profile) {
  const data = withDerived(model, profile);
  const holds = (when) => truthy(evaluate(when, { data }));
  const rules = model.fit.rules.filter((rule) => holds(rule.when));
  const unclamped = rules.reduce((sum, rule) => sum + rule.points, 0);
  const criteria = model.criteria.map(({ when, ...rest }) => {
    let unknown = false;
    const met = truthy(evaluate(when, { data, absent: () => { unknown = true; } }));
    return { ...rest, met: met ? 1 : unknown ? -1 : 0 };
  });
  const weigh = (list) => list.reduce((sum, c) => sum + c.weight, 0);
  const core = weigh(criteria.filter((c) => c.core));
  const met = weigh(criteria.filter((c) => c.core && c.met === 1));
  const exclusion = model.exclusions.find((x) => holds(x.when));
  const reached = core > 0 && model.tiers.find(([, percentage]) => met * 100_000 >= percentage * core);
  const tier = exclusion ? 'X' : reached ? reached[0] : 'D';
  return {
    profile, data, rules, unclamped, fit: clamp(unclamped, model.fit.bounds), criteria, tier, exclusion: exclusion?.reason ?? null,
    applies: holds(model.appliesWhen),
  };
}

function sumOf({ points, halfLife, linear, expiresAfter }) {
  if (halfLife !== null) return new DecayingSum(points, halfLife);
  return linear === null && expiresAfter === null ? null : new FadingSum(points, linear ?? expiresAfter, linear !== null);
}

/** A history under a model: answers for any (number of events applied, instant). */
export class History {
  constructor(model, events) {
    this.model = model;
    this.events = events;
    this.facts = [];
    let profile = {};
    let fact = null;
    for (const ev of events) {
      let next = withAccount(ev.patch ? mergePatch(profile, ev.patch) : profile, ev);
      for (const name of FILLED_BY_EVENTS) if (ev[name] && next[name] === undefined) next = { ...next, [name]: ev[name] };
      if (!fact || next !== profile) fact = judge(model, next);
      profile = next;
      this.facts.push(fact);
    }
    const views = events.map((ev, i) => ({
      ...this.facts[i].data,
      type: ev.type,
      occurred_at: new Date(ev.at).toISOString(),
      properties: ev.properties,
      event_source: ev.source,
    }));
    this.stageSets = events.map((ev, index) => (ev.type === 'stage_set' ? readStageSet(ev, index) : null)).filter((x) => x !== null);
    this.resets = this.stageSets.filter((x) => x.keep !== 1000);
    this.rules = model.engagement.rules.map((rule) => {
      const awards = listAwards(model, rule, events, views);
      const decaying = sumOf(rule);
      if (decaying) awards.forEach((x) => decaying.add(x.at));
      return { rule, awards, sum: new RuleSum(rule, awards, this.resets, decaying) };
    });
    this.offsets = events.map((ev, index) => (ev.type === 'score_offset' ? readOffset(ev, index) : null)).filter((x) => x !== null);
  }

  /** How many awards of each rule have been made once `applied` events have happened and time has passed to t. */
  counts(applied, t) {
    if (this.counted?.applied !== applied || this.counted.t !== t) this.counted = { applied, t, list: this.count(applied, t) };
    return this.counted.list;
  }

  count(applied, t) {
    return this.rules.map(({ rule, awards }) => {
      let n = 0;
      while (n < awards.length && (rule.silence ? awards[n].at <= t : awards[n].index < applied)) n++;
      return n;
    });
  }

  /** How many partial resets there have been once `applied` events have happened. */
  kept(applied) { return this.resets.filter((x) => x.index < applied).length; }

  /** The offset in force once `applied` events have happened, at t; null when there is none. */
  offsetAt(applied, t) {
    const newest = this.offsets.findLast((x) => x.index < applied);
    return newest && newest.points !== 0 && newest.end > t ? newest : null;
  }

  /** From each rule's worth to the totals, with every clamp on the way. */
  combine(applied, worths, offset) {
    const { model } = this;
    const rules = worths.map((x, r) => clamp(x, model.engagement.rules[r].bounds));
    const groups = model.engagement.groups.map((group) => {
      const sum = rules.reduce((s, x, r) => (model.engagement.rules[r].group === group.id ? s + x : s), 0);
      return { id: group.id, sum, value: clamp(sum, group.bounds) };
    });
    const loose = rules.reduce((s, x, r) => (model.engagement.rules[r].group === undefined ? s + x : s), 0);
    const sum = groups.reduce((s, g) => s + g.value, loose);
    const engagement = clamp(sum, model.engagement.bounds);
    const { fit } = this.facts[applied - 1];
    return { rules, groups, sum, engagement, fit, offset, total: clamp(fit + engagement + offset, model.score) };
  }

  value(applied, t) {
    const counts = this.counts(applied, t);
    const kept = this.kept(applied);
    return this.combine(applied, counts.map((n, r) => this.rules[r].sum.worth(n, t, kept)), this.offsetAt(applied, t)?.points ?? 0);
  }

  gradeOf(tier, engagement) {
    const place = this.model.grades.findIndex((g) => engagement >= g);
    return tier + (place < 0 ? 4 : place + 1);
  }

  /** The sources of rule tags held once `applied` events have happened, at t: [tag, end]. */
  ruleTags(applied, t) {
    const held = this.facts[applied - 1].rules.flatMap((rule) => rule.tags.map((tag) => [tag, Infinity]));
    const counts = this.counts(applied, t);
    this.rules.forEach(({ rule, awards }, r) => {
      if (counts[r] === 0) return;
      const end = rule.tagFor === null ? Infinity : awards[counts[r] - 1].at + rule.tagFor;
      if (end > t) held.push(...rule.tags.map((tag) => [tag, end]));
    });
    return held;
  }

  /** Everything that moved the score up to t: [rule, milli, instant], a fit rule that ceased to hold with its points negated. */
  moves(t) {
    const moves = [];
    this.facts.forEach((fact, i) => {
      const before = i > 0 ? this.facts[i - 1].rules : [];
      for (const rule of fact.rules) if (!before.includes(rule)) moves.push([rule.id, rule.points, this.events[i].at]);
      for (const rule of before) if (!fact.rules.includes(rule)) moves.push([rule.id, -rule.points, this.events[i].at]);
    });
    for (const { rule, awards } of this.rules) for (const { at } of awards) if (at <= t) moves.push([rule.id, rule.points, at]);
    return moves;
  }

  contributions(applied, t) {
    const { model } = this;
    const fact = this.facts[applied - 1];
    const lines = fact.rules.map((rule) => {
      let since = applied - 1;
      while (since > 0 && this.facts[since - 1].rules.includes(rule)) since--;
      return { rule: rule.id, kind: 'fit', at: this.events[since].at, points: rule.points, points_now: rule.points };
    });
    const cap = (id, before, after) => {
      if (before !== after) lines.push({ rule: id, kind: 'cap', at: t, points: after - before, points_now: after - before });
    };
    cap('fit', fact.unclamped, fact.fit);
    const counts = this.counts(applied, t);
    const kept = this.kept(applied);
    const worths = counts.map((n, r) => {
      const { rule, awards, sum } = this.rules[r];
      for (let i = 0; i < n; i++) {
        const now = sum.upTo(i + 1, n, t, kept) - sum.upTo(i, n, t, kept);
        const ev = awards[i].index < 0 ? null : this.events[awards[i].index].key;
        lines.push({ rule: rule.id, kind: 'engagement', event: ev, at: awards[i].at, points: rule.points, points_now: now });
      }
      return sum.worth(n, t, kept);
    });
    const offset = this.offsetAt(applied, t);
    const v = this.combine(applied, worths, offset?.points ?? 0);
    worths.forEach((x, r) => cap(model.engagement.rules[r].id, x, v.rules[r]));
    v.groups.forEach((g) => cap(g.id, g.sum, g.value));
    cap('engagement', v.sum, v.engagement);
    if (offset) {
      const { points, at, key, reason } = offset;
      lines.push({ rule: 'offset', kind: 'offset', label: reason, event: key, at, points, points_now: points });
    }
    cap('score', v.fit + v.engagement + v.offset, v.total);
    return lines;
  }
}

const NOTHING_YET = {
  total: 0, fit: 0, engagement: 0, offset: 0, shown: [0, 0, 0], shown_offset: 0, tier: 'D', grade: 'D4', stage: 'lead', tags: [], exclusion: null, next_change_at: null,
  as_of: null, last_event_at: null, profile: {}, applies: null, contributions: [], criteria: null, transitions: [], segments: [], segment_moves: [], moves: [],
};

const models = new WeakMap();
export function modelOf(doc) {
  if (!models.has(doc)) models.set(doc, readModel(doc));
  return models.get(doc);
}

/** `extra` receives the history and the machine, for coverage counts. */
export function score(doc, events, t, extra = {}) {
  const ordered = inOrder(events, t);
  if (ordered.length === 0) return NOTHING_YET;
  const history = new History(modelOf(doc), ordered);
  const machine = new StageMachine(history);
  machine.run(t);
  const n = ordered.length;
  const fact = history.facts[n - 1];
  const view = machine.view();
  const { transitions } = machine;
  const { at: next, later } = machine.nextChange();
  Object.assign(extra, { history, machine, next: { at: next, turned: later.turned, stage: later.stage, tags: later.tags } });
  return {
    ...view,
    exclusion: fact.exclusion,
    next_change_at: next,
    far_ahead: later.rounds >= LOOK_AHEAD.rounds || later.hardest >= LOOK_AHEAD.steps,
    as_of: t,
    last_event_at: ordered[n - 1].at,
    profile: fact.profile,
    applies: fact.applies,
    contributions: history.contributions(n, t),
    criteria: fact.criteria,
    transitions,
    segment_moves: machine.segmentMoves,
    moves: history.moves(t),
  };
}

export { shown };
