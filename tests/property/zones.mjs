// Calendars of docs/scoring.md section 4: how far a model's time zone is from UTC at an instant, by the zone data of the JavaScript engine.
//
// Intl is slow, so a day's offset is kept: the same at both of its ends holds for all of it (no zone has changed its offset twice in a day and come back),
// else the one change in it is found by bisection.

import { parseZone } from './text.mjs';

const DAY = 86_400_000;
const SECOND = 1000;

class IanaZone {
  constructor(name) {
    const part = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' };
    this.format = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', ...part });
    this.ends = new Map(); // day -> offset at its beginning
    this.days = new Map(); // day -> {before, turn, after}
  }

  /** The offset at an instant, asked for itself. */
  ask(t) {
    const local = {};
    const whole = Math.floor(t / SECOND) * SECOND;
    for (const { type, value } of this.format.formatToParts(whole)) local[type] = Number(value);
    return Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second) - whole;
  }

  atBeginning(day) {
    let offset = this.ends.get(day);
    if (offset === undefined) this.ends.set(day, offset = this.ask(day * DAY));
    return offset;
  }

  read(day) {
    const before = this.atBeginning(day);
    const after = this.atBeginning(day + 1);
    let low = day * DAY;
    let high = low + DAY;
    if (before === after) return { before, turn: high, after };
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.ask(middle) === before) low = middle;
      else high = middle;
    }
    return { before, turn: high, after };
  }

  offset(t) {
    const day = Math.floor(t / DAY);
    let one = this.days.get(day);
    if (!one) this.days.set(day, one = this.read(day));
    return t < one.turn ? one.before : one.after;
  }
}

const zones = new Map();

/** at -> offset in milliseconds, of "UTC", "+08:00" or an IANA name. */
export function zoneOffset(name = 'UTC') {
  if (/^(UTC|[+-]\d\d:\d\d)$/.test(name)) {
    const fixed = parseZone(name);
    return () => fixed;
  }
  if (!zones.has(name)) zones.set(name, new IanaZone(name));
  const zone = zones.get(name);
  return (at) => zone.offset(at);
}
