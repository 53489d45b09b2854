// Partial resets (docs/scoring.md section 4): what a `stage_set` with `keep` leaves of the awards made before it, and how long it lets a lead rest.

import { divideRounded, pow2Floor } from './decay.mjs';
import { FADING_AWARDS_MAX } from './fading.mjs';
import { parseDuration, toMilli } from './text.mjs';

const STAGES = new Set(['lead', 'mql', 'sal', 'sql', 'opportunity', 'customer', 'recycled', 'disqualified', 'lost']);
const WHOLE = 1000;
const ROUND_BASE = 1n << 60n;
const isDuration = (v) => typeof v === 'string' && /^P(\d+W|(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)$/.test(v) && v !== 'P' && parseDuration(v) > 0;
const isShare = (v) => typeof v === 'number' && v >= 0 && v <= 1 && Math.abs(v * 1000 - toMilli(v)) < 1e-6;
const isNothing = (v) => v === undefined || v === null;

/** {index, at, stage, keep: thousandths, rest: ms} of a stage_set event, or null when its properties are malformed. */
export function readStageSet({ at, properties }, index) {
  const { stage, reason, keep, cooldown } = properties ?? {};
  if (!STAGES.has(stage) || !(isNothing(reason) || typeof reason === 'string')) return null;
  if (!(isNothing(keep) || isShare(keep)) || !(isNothing(cooldown) || isDuration(cooldown))) return null;
  return { index, at, stage, keep: isNothing(keep) ? WHOLE : toMilli(keep), rest: isNothing(cooldown) ? 0 : parseDuration(cooldown) };
}

const floorDivide = (a, b) => (a >= 0n ? a / b : -((b - 1n - a) / b));

/**
 * What a rule's awards are worth when `kept` of the resets have happened: first by `decaying` (null: a plain sum) as long as there is none, then all over
 * from the list of awards and resets.
 */
export class RuleSum {
  constructor(rule, awards, resets, decaying) {
    Object.assign(this, { rule, awards, resets, decaying, moves: decaying !== null, known: new Map() });
  }

  /** How many resets lie before an award. */
  resetsBefore({ at, index }) {
    return this.resets.filter((x) => (index < 0 ? x.at < at : x.index <= index)).length;
  }

  weight(i, kept) {
    return this.resets.slice(this.resetsBefore(this.awards[i]), kept).reduce((w, { keep }) => Math.floor((w * keep) / WHOLE), WHOLE);
  }

  /** Awards and resets in the order in which they happen. */
  * steps(i, kept) {
    let done = 0;
    for (const award of this.awards.slice(0, i)) {
      for (const upto = Math.min(this.resetsBefore(award), kept); done < upto; done++) yield { reset: this.resets[done] };
      yield { award };
    }
    for (; done < kept; done++) yield { reset: this.resets[done] };
  }

  fold(i, kept) {
    const name = `${i} ${kept}`;
    if (!this.known.has(name)) this.known.set(name, this.rule.halfLife === null ? this.foldPlain(i, kept) : this.foldHalfLife(i, kept));
    return this.known.get(name);
  }

  foldPlain(i, kept) {
    let sum = 0n;
    for (const { award, reset } of this.steps(i, kept)) sum = award ? sum + BigInt(this.rule.points) : divideRounded(sum * BigInt(reset.keep), 1000n);
    return Number(sum);
  }

  foldHalfLife(i, kept) {
    const h = this.rule.halfLife;
    let [a, k] = [0n, null];
    for (const { award, reset } of this.steps(i, kept)) {
      const { at } = award ?? reset;
      const period = Math.floor(at / h);
      if (k !== null) a >>= BigInt(period - k);
      k = period;
      a = award ? a + BigInt(this.rule.points) * BigInt(pow2Floor(at - k * h, h)) : floorDivide(a * BigInt(reset.keep), 1000n);
    }
    return { a, k };
  }

  halfLifeWorth(i, t, kept, slack = 0n) {
    const h = this.rule.halfLife;
    const { a, k } = this.fold(i, kept);
    if (k === null) return 0;
    const period = Math.floor(t / h);
    return Number(divideRounded((a >> BigInt(period - k)) * BigInt(pow2Floor(-(t - period * h), h)) + slack, ROUND_BASE));
  }

  /** Of awards that end: those among the first n that are worth something at t. */
  alive(n, t, kept) {
    const span = this.rule.linear ?? this.rule.expiresAfter;
    return this.awards.slice(0, n).map(({ at }, i) => ({ i, at, weight: this.weight(i, kept) }))
      .slice(-FADING_AWARDS_MAX).filter(({ at, weight }) => at + span > t && weight > 0);
  }

  endingWorth(i, n, t, kept) {
    const { points, linear } = this.rule;
    const counted = this.alive(n, t, kept).filter((x) => x.i < i);
    const sum = counted.reduce((s, { at, weight }) => s + BigInt(weight) * BigInt(linear === null ? 1 : at + linear - t), 0n);
    return Number(divideRounded(BigInt(points) * sum, 1000n * BigInt(linear ?? 1)));
  }

  /** What the first i are worth at t when n have been made. */
  upTo(i, n, t, kept) {
    if (kept === 0) return this.decaying ? this.decaying.upTo(i, n, t) : this.rule.points * i;
    if (this.rule.halfLife !== null) return this.halfLifeWorth(i, t, kept);
    return this.moves ? this.endingWorth(i, n, t, kept) : this.fold(i, kept);
  }

  worth(n, t, kept) { return kept === 0 && this.decaying ? this.decaying.worth(n, t) : this.upTo(n, n, t, kept); }

  /** [low, high] of worth over all instants from t0 to t1. */
  bounds(n, t0, t1, kept) {
    if (kept === 0) return this.decaying.bounds(n, t0, t1);
    const [from, to] = [this.worth(n, t0, kept), this.worth(n, t1, kept)];
    if (this.rule.points >= 0 || this.rule.halfLife === null) return from < to ? [from, to] : [to, from];
    return [this.halfLifeWorth(n, t0, kept, -(1n << 30n)), this.halfLifeWorth(n, t1, kept, 1n << 30n)];
  }

  nextEnd(n, t, kept) {
    if (kept === 0) return this.decaying.nextEnd(n, t);
    const first = this.alive(n, t, kept)[0];
    return first ? first.at + this.rule.expiresAfter : Infinity;
  }

  /** An instant from which every worth of the first n is 0 for ever. */
  spent(n, kept) {
    if (kept === 0 || this.rule.halfLife === null) return this.decaying.spent(n);
    const { a, k } = this.fold(n, kept);
    return k === null ? -Infinity : (k + (a < 0n ? -a : a).toString(2).length + 2) * this.rule.halfLife;
  }
}
