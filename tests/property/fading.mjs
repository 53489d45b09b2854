// Decay that comes to an end (docs/scoring.md section 4): `linear` and `expires_after`. Of a rule's awards the newest 256 count, each until its span is over.

import { divideRounded } from './decay.mjs';

export const FADING_AWARDS_MAX = 256;

/** The awards of one rule in order of time; worth(n, t) is what the first n are worth at t. */
export class FadingSum {
  constructor(points, span, linear) {
    Object.assign(this, { points, span, linear });
    this.instants = [];
    this.sums = [0]; // of the first n instants, exact in a double
  }

  add(at) {
    this.instants.push(at);
    this.sums.push(this.sums.at(-1) + at);
  }

  /** Where the live ones among the first n begin at t. */
  firstAlive(n, t) {
    let first = Math.max(0, n - FADING_AWARDS_MAX);
    while (first < n && this.instants[first] + this.span <= t) first++;
    return first;
  }

  worth(n, t) { return this.upTo(n, n, t); }

  /** What the first i are worth at t when n have been made. */
  upTo(i, n, t) {
    const first = this.firstAlive(n, t);
    if (i <= first) return 0;
    if (!this.linear) return this.points * (i - first);
    const left = this.sums[i] - this.sums[first] + (i - first) * (this.span - t);
    const estimate = Math.abs((this.points / this.span) * left);
    const fraction = estimate - Math.floor(estimate);
    if (Math.abs(fraction - 0.5) > 1e-3) {
      const rounded = Math.round(estimate);
      return this.points < 0 && rounded !== 0 ? -rounded : rounded;
    }
    return Number(divideRounded(BigInt(this.points) * BigInt(left), BigInt(this.span)));
  }

  /** [low, high] of worth over all instants from t0 to t1: the magnitude only falls. */
  bounds(n, t0, t1) {
    const [from, to] = [this.worth(n, t0), this.worth(n, t1)];
    return from < to ? [from, to] : [to, from];
  }

  /** The next instant after t at which one of the first n stops counting; of `linear` none is told, since its worth moves all the time. */
  nextEnd(n, t) {
    const first = this.firstAlive(n, t);
    return this.linear || first === n ? Infinity : this.instants[first] + this.span;
  }

  /** An instant from which the first n are worth 0 for ever. */
  spent(n) { return n === 0 ? -Infinity : this.instants[n - 1] + this.span; }
}
