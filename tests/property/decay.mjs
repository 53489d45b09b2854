// Exact decay arithmetic of docs/scoring.md section 4, with BigInt.
//
// Powers of two: a ladder of square roots. ROOTS[i] = 2^(2^-i) with FRACTION_BITS fraction bits; 2^x for 0 <= x < 1 is the product of the
// rungs named by the binary digits of x. 256 digits of x and 330-bit rungs leave more than 240 good bits, and 2^(p/q) is irrational
// unless p is 0, so its floor is certain. Doubles answer first where they are far enough from the next whole number.

const FRACTION_BITS = 330n;
const DIGITS = 256;

function integerSqrt(n) {
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

const ROOTS = [2n << FRACTION_BITS];
for (let i = 1; i <= DIGITS; i++) ROOTS.push(integerSqrt(ROOTS[i - 1] << FRACTION_BITS));

/** floor(2^30 * 2^(p/q)) for integers -q < p < q, by the ladder alone. */
export function pow2FloorExact(p, q) {
  let rest = BigInt(p);
  const den = BigInt(q);
  let product = 1n << FRACTION_BITS;
  let scale = 30n;
  if (rest < 0n) {
    rest += den;
    scale -= 1n;
  }
  for (let i = 1; i <= DIGITS && rest > 0n; i++) {
    rest <<= 1n;
    if (rest >= den) {
      rest -= den;
      product = (product * ROOTS[i]) >> FRACTION_BITS;
    }
  }
  return Number((product << scale) >> FRACTION_BITS);
}

/** floor(2^30 * 2^(p/q)); a double's error here is below 1e-6, so a fraction away from 0 and 1 settles it. */
export function pow2Floor(p, q) {
  if (p === 0) return 2 ** 30;
  const estimate = 2 ** (30 + p / q);
  const whole = Math.floor(estimate);
  const fraction = estimate - whole;
  return fraction > 1e-3 && fraction < 1 - 1e-3 ? whole : pow2FloorExact(p, q);
}

/** a / b rounded half away from zero, b > 0. */
export function divideRounded(a, b) {
  const magnitude = ((a < 0n ? -a : a) * 2n + b) / (2n * b);
  return a < 0n ? -magnitude : magnitude;
}

const ROUND_BASE = 1n << 60n;
const PLAIN_SUM_BITS = 4000; // beyond this spread the numerator is folded, which is the same number and not megabytes

/** The awards of one rule in order of time; worth(n, t) is what the first n are worth at t. */
export class DecayingSum {
  constructor(milli, halfLife) {
    this.milli = milli;
    this.h = halfLife;
    this.terms = [];   // {w, k}
    this.sums = [{ n: 0n, k: 0 }];
    this.cache = { count: -1, k: 0, a: 0n, approx: 0 };
  }

  add(at) {
    const k = Math.floor(at / this.h);
    const r = at - k * this.h;
    this.terms.push({ w: BigInt(this.milli) * BigInt(pow2Floor(r, this.h)), k });
  }

  /** The sum of the first n terms as n / 2^(K - k) for any K >= the newest k: {n, k}. */
  sum(count) {
    if (this.sums[count]) return this.sums[count];
    const terms = this.terms.slice(0, count);
    const oldest = Math.min(...terms.map((x) => x.k));
    const newest = Math.max(...terms.map((x) => x.k));
    let total = 0n;
    let reference = oldest;
    if (newest - oldest <= PLAIN_SUM_BITS) {
      for (const x of terms) total += x.w << BigInt(x.k - oldest);
    } else {
      for (const x of terms) {
        total = (total >> BigInt(x.k - reference)) + x.w;
        reference = x.k;
      }
    }
    return (this.sums[count] = { n: total, k: reference });
  }

  floored(count, k) {
    const c = this.cache;
    if (c.count !== count || c.k !== k) {
      const s = this.sum(count);
      c.count = count;
      c.k = k;
      c.a = s.n >> BigInt(k - s.k);
      c.approx = Number(c.a);
    }
    return c;
  }

  upTo(i, n, t) { return this.worth(i, t); }

  worth(count, t) {
    if (count === 0) return 0;
    const k = Math.floor(t / this.h);
    const c = this.floored(count, k);
    const g = pow2Floor(-(t - k * this.h), this.h);
    const estimate = Math.abs(c.approx * g) / 2 ** 60;
    const fraction = estimate - Math.floor(estimate);
    if (estimate < 1e9 && Math.abs(fraction - 0.5) > 1e-3) {
      const rounded = Math.round(estimate);
      return c.approx < 0 && rounded !== 0 ? -rounded : rounded;
    }
    return Number(divideRounded(c.a * BigInt(g), ROUND_BASE));
  }

  /**
   * Bounds [low, high] of worth over all instants from t0 to t1. A positive sum only falls. A negative one only rises, but for its floor, which
   * may step away from zero by one unit of 2^-30 milli at a multiple of the half-life: hence the widened magnitude.
   */
  bounds(count, t0, t1) {
    if (count === 0) return [0, 0];
    if (this.sum(count).n >= 0n) return [this.worth(count, t1), this.worth(count, t0)];
    return [this.worthWithSlack(count, t0, -(1n << 30n)), this.worthWithSlack(count, t1, 1n << 30n)];
  }

  worthWithSlack(count, t, slack) {
    const k = Math.floor(t / this.h);
    const a = this.floored(count, k).a;
    return Number(divideRounded(a * BigInt(pow2Floor(-(t - k * this.h), this.h)) + slack, ROUND_BASE));
  }

  /** An instant from which every worth of the first n is 0 for ever. */
  spent(count) {
    if (count === 0) return -Infinity;
    const s = this.sum(count);
    const bits = (s.n < 0n ? -s.n : s.n).toString(2).length;
    return (s.k + bits + 2) * this.h;
  }
}
