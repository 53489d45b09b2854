// The stage machine of docs/scoring.md 7 and 8: walks one history from change instant to change instant and settles at each.
//
// Discrete instants (silence awards, expiries, cooldowns, windows, whole days) are listed. The turning of a comparison is found by bisection with proof: an
// interval is dismissed only when bounds on total and engagement over all of it show every threshold on the same side, else it is halved down to 1 ms.

import { evaluate, truthy } from './logic.mjs';
import { readStageSet } from './keeps.mjs';
import { parseInstant, shown } from './text.mjs';

/** Whether a condition that looks back at types, some with a condition on the event alone, means this event. */
const looks = new WeakMap();
function looksAt(types, ev) {
  return types.some((x) => {
    if (typeof x === 'string') return x === ev.type;
    if (x.type !== ev.type) return false;
    if (!looks.has(x)) looks.set(x, new WeakMap());
    const met = looks.get(x);
    if (!met.has(ev)) {
      const data = { type: ev.type, occurred_at: new Date(ev.at).toISOString(), properties: ev.properties, event_source: ev.source };
      met.set(ev, truthy(evaluate(x.where, { data })));
    }
    return met.get(ev);
  });
}

const MODEL_STAGES = new Set(['lead', 'recycled', 'mql', 'sal']);
const PERSONAL = new Set(['stage_set', 'score_offset']);
const STAGES_SEEN = new Set(['lead', 'recycled', 'mql']);
const RANK = { lead: 0, recycled: 0, mql: 1, sal: 2 };
const SEARCH_STEPS_MAX = 200_000; // about a second
export class TooHard extends Error {}
const HAND_TAGS_MAX = 100;
const ALL_EVENTS_MAX = 1_000_000;
const WINDOW_EVENTS_MAX = 64;
const DAY = 86_400_000;
const bytewise = (a, b) => (a < b ? -1 : a > b ? 1 : 0); // UTF-16 and UTF-8 sort alike up to U+D7FF, and the generator stays there

/** {name, end} of a tag_added event, or null when its properties are malformed. */
function readHandTag({ tag, source, expires_at: end }) {
  if (typeof tag !== 'string' || tag === '' || Buffer.byteLength(tag) > 255) return null;
  if (source !== undefined && source !== 'hand' && source !== 'import') return null;
  if (end === undefined || end === null) return { name: tag, end: Infinity };
  const instant = parseInstant(end);
  return instant === null ? null : { name: tag, end: instant };
}

export class StageMachine {
  constructor(history) {
    this.history = history;
    this.model = history.model;
    this.applied = 0;
    this.at = -Infinity;
    this.stage = 'lead';
    this.tier = 'D';
    this.byModel = false;
    this.restsUntil = -Infinity;
    this.rules = this.model.stages.map(() => ({ armed: true, firedAt: -Infinity }));
    this.hand = new Map(); // tag -> instant of its end
    this.tags = [];
    this.segments = [];
    this.transitions = [];
    this.segmentMoves = [];
    this.marks = new Set(); // what this history showed, for the coverage table
    this.rounds = 0; // change instants walked through
    this.hardest = 0; // most steps that a search for a turning took
    this.watchFace = false; // whether to stop at changes of shown figures too
  }

  copy() {
    const other = Object.assign(Object.create(StageMachine.prototype), this);
    other.rules = this.rules.map((x) => ({ ...x }));
    other.hand = new Map(this.hand);
    other.transitions = [];
    other.segmentMoves = [];
    other.marks = new Set();
    other.scoped = null;
    return other;
  }

  run(t) {
    this.history.events.forEach((ev, i) => {
      if (i > 0) this.pass(ev.at);
      const before = { stage: this.stage, tier: this.tier, segments: this.segments };
      this.at = ev.at;
      this.applied = i + 1;
      this.takeEffect(ev);
      this.settle();
      this.record(before, PERSONAL.has(ev.type) ? 'person' : 'event', ev);
    });
    this.pass(t);
  }

  record(before, cause, ev) {
    const { total, fit, engagement } = this.history.value(this.applied, this.at);
    for (const kind of ['tier', 'stage']) {
      if (before[kind] === this[kind]) continue;
      this.transitions.push({ kind, from: before[kind], to: this[kind], cause, at: this.at, event: ev?.key ?? null, total, fit, engagement });
    }
    for (const { id } of this.model.segments) {
      const entered = this.segments.includes(id);
      if (entered === before.segments.includes(id)) continue;
      this.segmentMoves.push({ segment: id, entered, cause, at: this.at, event: ev?.key ?? null });
      this.marks.add(`${entered ? 'entered' : 'left'} a segment${ev ? '' : ' as time passed'}`);
    }
  }

  /** Tags by hand, stages by a person, won and lost. */
  takeEffect(ev) {
    const p = ev.properties ?? {};
    if (ev.type === 'tag_added') {
      this.addByHand(readHandTag(p));
    } else if (ev.type === 'tag_removed') {
      if (this.hand.delete(p.tag)) this.marks.add('tag removed by hand');
    } else if (ev.type === 'stage_set') {
      this.setByPerson(ev);
    } else if (ev.type === 'won') {
      this.setStage('customer', false);
      this.marks.add('won');
    } else if (ev.type === 'lost' && this.stage !== 'customer') {
      this.setStage('lost', false);
      this.marks.add('lost');
    }
  }

  setByPerson(ev) {
    const set = readStageSet(ev, this.applied - 1);
    if (!set) {
      if (STAGES_SEEN.has(ev.properties?.stage)) this.marks.add('reset malformed');
      return;
    }
    this.setStage(set.stage, false);
    if (set.stage === 'recycled' || set.stage === 'lead') for (const rule of this.rules) Object.assign(rule, { armed: false, firedAt: ev.at });
    this.restsUntil = set.rest > 0 ? ev.at + set.rest : -Infinity;
    this.marks.add('stage set by a person');
    if (set.keep < 1000) this.marks.add(set.keep === 0 ? 'reset to nothing' : 'reset in part');
    if (set.rest > 0) this.marks.add('rest');
  }

  addByHand(tag) {
    if (!tag) return;
    const held = [...this.hand.values()].filter((end) => end > this.at).length;
    if (held < HAND_TAGS_MAX || this.hand.get(tag.name) > this.at) this.hand.set(tag.name, tag.end);
    else this.marks.add('too many tags by hand');
  }

  setStage(stage, byModel) {
    this.stage = stage;
    this.byModel = byModel;
  }

  scope(value, tags, stage) {
    const { history, applied, at } = this;
    const { data, tier } = history.facts[applied - 1];
    if (this.scoped?.of !== data) this.scoped = { of: data, data: { ...data } }; // a copy for each use would be the dearest part of all
    Object.assign(this.scoped.data, {
      tier, tags, stage,
      score: value.total / 1000, fit: value.fit / 1000, engagement: value.engagement / 1000, grade: history.gradeOf(tier, value.engagement),
    });
    return {
      data: this.scoped.data,
      seen: (types, window) => history.events.some((ev, i) => i < applied && looksAt(types, ev) && (window === null || at - ev.at < window)),
      countEvents: (types, window) => this.countEvents(types, window),
      daysSince: (types) => this.daysSince(types),
    };
  }

  countEvents(types, window) {
    const { history, applied, at } = this;
    let n = 0;
    for (let i = 0; i < applied; i++) {
      const ev = history.events[i];
      if (looksAt(types, ev) && (window === null || at - ev.at < window)) n++;
    }
    if (window !== null && n > WINDOW_EVENTS_MAX) this.marks.add('more than 64 events in a window');
    return Math.min(n, window === null ? ALL_EVENTS_MAX : WINDOW_EVENTS_MAX);
  }

  newestOf(types) {
    for (let i = this.applied - 1; i >= 0; i--) if (looksAt(types, this.history.events[i])) return this.history.events[i];
    return null;
  }

  daysSince(types) {
    const newest = this.newestOf(types);
    return newest && Math.floor((this.at - newest.at) / DAY);
  }

  settle() {
    const { history, model, applied, at } = this;
    const value = history.value(applied, at);
    const fact = history.facts[applied - 1];
    this.tier = fact.tier;
    this.collectTags(value);
    const excluded = fact.exclusion !== null;
    if (excluded && MODEL_STAGES.has(this.stage)) {
      this.setStage('disqualified', true);
      this.marks.add('disqualified by an exclusion');
    } else if (!excluded && this.stage === 'disqualified' && this.byModel) {
      this.setStage('lead', true);
      for (const rule of this.rules) rule.armed = true;
      this.marks.add('exclusion lifted');
    }
    model.stages.forEach((stage, s) => {
      if (stage.rearmBelow === null || value.total >= stage.rearmBelow) return;
      this.rules[s].armed = true;
      if (stage.fallBack && this.stage === stage.stage && this.byModel) {
        this.setStage('lead', true);
        this.marks.add('fall back');
      }
    });
    let fired = 0;
    while (this.fire(value)) fired++;
    if (fired > 1) this.marks.add('two stages in one instant');
    this.segments = model.segments.filter(({ when }) => truthy(evaluate(when, this.scope(value, this.tags, this.stage)))).map(({ id }) => id);
  }

  collectTags(value) {
    const { history, model, applied, at } = this;
    const held = new Set(history.ruleTags(applied, at).map(([tag]) => tag));
    for (const [tag, end] of this.hand) {
      if (end > at) held.add(tag);
      else this.marks.add('hand tag expired');
    }
    for (const { tag, when } of model.tags) {
      if (truthy(evaluate(when, this.scope(value, [...held].sort(bytewise), undefined)))) held.add(tag);
    }
    this.tags = [...held].sort(bytewise);
  }

  fire(value) {
    if (!MODEL_STAGES.has(this.stage)) return false;
    const scope = this.scope(value, this.tags, this.stage);
    const ready = this.model.stages.filter((stage, s) => {
      if (stage.rank <= RANK[this.stage] || !this.rules[s].armed) return false;
      if (stage.rearmBelow !== null && value.total < stage.rearmBelow) return false;
      if (!truthy(evaluate(stage.when, scope))) return false;
      const cooled = this.at - this.rules[s].firedAt >= stage.cooldown;
      if (!cooled) this.marks.add('held back by a cooldown');
      if (cooled && this.at < this.restsUntil) this.marks.add('held back by a rest');
      return cooled && this.at >= this.restsUntil;
    });
    const best = ready.at(-1);
    if (!best) return false;
    if (this.stage === 'lead' && best.stage === 'sal') this.marks.add('straight to sal');
    this.model.stages.forEach((stage, s) => {
      const rule = this.rules[s];
      if (stage === best) {
        if (rule.fired) this.marks.add(`${stage.stage} again`);
        Object.assign(rule, { armed: false, firedAt: this.at, fired: true });
        this.marks.add(stage.stage);
      } else if (stage.rank < best.rank && (stage.rearmBelow === null || stage.rearmBelow <= value.total)) rule.armed = false;
    });
    this.setStage(best.stage, true);
    return true;
  }

  /** The next listed instant after now at which something ends or is awarded; this.why says what. */
  nextListed() {
    const { history, model, applied, at } = this;
    let next = Infinity;
    const offer = (t, why) => {
      if (t <= at || t >= next) return;
      next = t;
      this.why = why;
    };
    const counts = history.counts(applied, at);
    const kept = history.kept(applied);
    history.rules.forEach(({ rule, awards, sum }, r) => {
      if (rule.silence && awards[counts[r]]) offer(awards[counts[r]].at, 'silence');
      if (rule.expiresAfter !== null) offer(sum.nextEnd(counts[r], at, kept), 'the expiry of an award');
    });
    for (const [, end] of history.ruleTags(applied, at)) offer(end, 'the end of a tag');
    for (const end of this.hand.values()) offer(end, 'the end of a tag');
    offer(history.offsetAt(applied, at)?.end ?? Infinity, 'the end of an offset');
    offer(this.restsUntil, 'the end of a rest');
    model.stages.forEach((stage, s) => offer(this.rules[s].firedAt + stage.cooldown, 'the end of a cooldown'));
    for (const { types, duration } of model.clocks.windows) offer((this.newestOf(types)?.at ?? -Infinity) + duration, 'the end of a seen window');
    for (const { types, duration } of model.clocks.counts) {
      const leaving = history.events.find((ev, i) => i < applied && ev.at + duration > at && looksAt(types, ev));
      if (leaving) offer(leaving.at + duration, 'an event that leaves its window');
    }
    for (const { types, numbers } of model.clocks.days) {
      const newest = this.newestOf(types);
      if (newest) for (const x of numbers) for (const days of [Math.ceil(x), Math.floor(x) + 1]) offer(newest.at + days * DAY, 'days that have passed');
    }
    return next;
  }

  /** Lets time pass to `to`; `stop` may end the walk after a settling. Returns the instant stopped at, or null. */
  pass(to, stop) {
    for (;;) {
      const listed = this.nextListed();
      const turn = this.firstTurn(Math.min(listed, to));
      const next = turn ?? listed;
      if (next > to || next === Infinity) break;
      const before = { stage: this.stage, tier: this.tier, segments: this.segments };
      const tags = this.tags.join();
      this.at = next;
      this.rounds++;
      this.turned = turn === next;
      this.settle();
      if (!this.turned && (this.stage !== before.stage || this.tags.join() !== tags)) this.marks.add(`moved by ${this.why}`);
      this.record(before, 'decay');
      if (stop?.()) return next;
    }
    if (to !== Infinity) this.at = to;
    return null;
  }

  /** Where total and engagement stand to every threshold that is looked at: elementwise monotone in both. */
  standings() {
    const { model, history } = this;
    const scope = this.scope(history.value(this.applied, this.at), this.tags, this.stage);
    const limits = { score: [], engagement: this.watchFace || model.clocks.grades ? model.grades.map((g) => g / 1000) : [] };
    for (const { name, others } of model.clocks.comparisons) limits[name].push(...others.map((x) => Number(evaluate(x, scope))).filter((x) => !Number.isNaN(x))); // nothing turns against NaN
    for (const { rearmBelow } of model.stages) if (rearmBelow !== null) limits.score.push(rearmBelow / 1000);
    const stand = (milli, list) => list.map((limit) => Math.sign(milli / 1000 - limit));
    const figures = this.watchFace ? shown : () => 0;
    return ({ total, engagement }) => [figures(total), figures(engagement), ...stand(total, limits.score), ...stand(engagement, limits.engagement)];
  }

  firstTurn(end) {
    const { history, applied, at } = this;
    const counts = history.counts(applied, at);
    const kept = history.kept(applied);
    // What ends at listed instants only is steady in between.
    const decaying = history.rules.map((x, r) => r).filter((r) => history.rules[r].sum.moves && history.rules[r].rule.expiresAfter === null && counts[r] > 0);
    if (decaying.length === 0) return null;
    const fixed = counts.map((n, r) => history.rules[r].sum.worth(n, at, kept));
    const spent = Math.max(...decaying.map((r) => history.rules[r].sum.spent(counts[r], kept)));
    const last = Math.min(end, spent);
    if (last <= at) return null;
    const standing = this.standings();
    const offset = history.offsetAt(applied, at)?.points ?? 0;
    const ref = standing(history.combine(applied, fixed, offset));
    const asNow = (pick) => {
      const worths = [...fixed];
      decaying.forEach((r, d) => { worths[r] = pick(history.rules[r].sum, counts[r], d); });
      return standing(history.combine(applied, worths, offset)).every((x, i) => x === ref[i]);
    };
    const steady = (lo, hi) => {
      const bounds = decaying.map((r) => history.rules[r].sum.bounds(counts[r], lo, hi, kept));
      return asNow((sum, n, d) => bounds[d][0]) && asNow((sum, n, d) => bounds[d][1]);
    };
    let steps = 0;
    const search = (lo, hi) => {
      this.hardest = Math.max(this.hardest, ++steps);
      if (steps > SEARCH_STEPS_MAX) throw new TooHard('a sum stays within a milli of a threshold for too long');
      if (steady(lo, hi)) return null;
      if (hi - lo === 1) return asNow((sum, n) => sum.worth(n, hi, kept)) ? null : hi;
      const middle = lo + Math.floor((hi - lo) / 2);
      return search(lo, middle) ?? search(middle, hi);
    };
    return search(at, last);
  }

  view() {
    const { history, applied, at } = this;
    const { total, fit, engagement, offset } = history.value(applied, at);
    return {
      total, fit, engagement, offset, shown: [shown(total), shown(fit), shown(engagement)], shown_offset: shown(offset),
      tier: this.tier, grade: history.gradeOf(this.tier, engagement), stage: this.stage, tags: this.tags, segments: this.segments,
    };
  }

  /** What a person sees of the lead, as one text. */
  face() {
    const { shown: figures, tier, grade, stage, tags, segments } = this.view();
    return JSON.stringify([figures, tier, grade, stage, tags, segments]);
  }

  /** The instant, or null; and the machine as it is then. */
  nextChange() {
    const later = this.copy();
    Object.assign(later, { watchFace: true, rounds: 0, hardest: 0 });
    const now = this.face();
    return { at: later.pass(Infinity, () => later.face() !== now), later };
  }
}
