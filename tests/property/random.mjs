// A seeded random source with the draws that generators need. The same seed gives the same stream on any machine.

export class Random {
  constructor(...seeds) {
    this.state = 0x9e3779b9;
    for (const seed of seeds) {
      this.state = (this.state ^ (Number(seed) | 0)) | 0;
      this.next();
      this.state = Math.imul(this.state ^ (this.state >>> 16), 0x21f0aaad);
    }
  }

  /** A whole number from 0 to 2^32 - 1 (splitmix32). */
  next() {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  unit() { return (this.next() * 2 ** 21 + (this.next() >>> 11)) / 2 ** 53; }
  /** Whole number from low to high, both included. */
  int(low, high) { return low + Math.floor(this.unit() * (high - low + 1)); }
  chance(p) { return this.unit() < p; }
  pick(list) { return list[this.int(0, list.length - 1)]; }
  some(list, p) { return list.filter(() => this.chance(p)); }
  times(low, high, make) { return Array.from({ length: this.int(low, high) }, (_, i) => make(i)); }
  shuffle(list) {
    const all = [...list];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [all[i], all[j]] = [all[j], all[i]];
    }
    return all;
  }
  hex(digits) {
    let text = '';
    while (text.length < digits) text += this.next().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }
}
