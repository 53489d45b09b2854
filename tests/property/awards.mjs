// Which awards each engagement rule makes over a history (docs/scoring.md section 4). Awards depend on events and profile alone, never on scores,
// so they are listed once for all instants: [{at, index}], index = the event's place in order, or -1 for a silence award.

import { evaluate, truthy } from './logic.mjs';
import { periodOf } from './text.mjs';

/** `views[i]` is what `where` sees at event i. */
export function listAwards(model, rule, events, views) {
  if (rule.silence) return silenceAwards(rule, events);
  const heard = events.map((ev, i) => rule.hears(ev.type) && truthy(evaluate(rule.where, { data: views[i] })));
  const candidates = rule.streak ? streakEnds(rule.streak, events, views, heard) : [...events.keys()].filter((i) => heard[i]);
  return limited(model, rule.limit, events, candidates);
}

function silenceAwards({ silence, hears }, events) {
  const settings = events.filter((ev, i) => i === 0 || hears(ev.type)).map((ev) => ev.at);
  const awards = [];
  settings.forEach((start, i) => {
    const until = settings[i + 1] ?? Infinity;
    for (let n = 1; n <= silence.times && start + n * silence.after <= until; n++) awards.push({ at: start + n * silence.after, index: -1 });
  });
  return awards;
}

function limited(model, limit, events, candidates) {
  const counted = [];
  const perPeriod = new Map();
  const refused = { cooldown: 0, period: 0 };
  for (const index of candidates) {
    const { at } = events[index];
    const period = periodOf(at, limit.per, model.offset);
    const used = perPeriod.get(period) ?? 0;
    const last = counted.at(-1);
    const tooMany = used >= limit.times;
    const tooSoon = limit.cooldown !== null && last !== undefined && at - last.at < limit.cooldown;
    if (tooMany) refused.period++;
    if (tooSoon) refused.cooldown++;
    if (tooMany || tooSoon) continue;
    perPeriod.set(period, used + 1);
    counted.push({ at, index });
  }
  return Object.assign(counted, { refused });
}

const NEW = Symbol('always new');
function distinctValue(path, view) {
  const value = evaluate({ var: path }, { data: view });
  return typeof value === 'string' || typeof value === 'number' ? value : NEW;
}

/** The places of the events that complete a run. */
function streakEnds({ length, brokenBy, distinct }, events, views, heard) {
  const ends = [];
  let run = [];
  let counts = brokenBy.map(() => 0);
  events.forEach((ev, i) => {
    brokenBy.forEach((breaker, b) => {
      if (breaker.type !== ev.type) return;
      counts[b]++;
      if (counts[b] === breaker.times) {
        run = [];
        counts[b] = 0;
      }
    });
    if (!heard[i]) return;
    const value = distinct === undefined ? NEW : distinctValue(distinct, views[i]);
    if (value !== NEW && run.includes(value)) return;
    run.push(value);
    counts = counts.map(() => 0);
    if (run.length < length) return;
    ends.push(i);
    run = [];
  });
  return ends;
}
