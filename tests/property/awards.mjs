// Which awards each engagement rule makes over a history (docs/scoring.md section 4). Awards depend on events and profile alone, never on scores,
// so they are listed once for all instants: [{at, index}], index = the event's place in order, or -1 for a silence award.

import { evaluate, truthy } from './logic.mjs';
import { periodOf } from './text.mjs';

/** `views[i]` is what `where` sees at event i. */
export function listAwards(model, rule, events, views) {
  if (rule.silence) return silenceAwards(rule, events);
  return limited(model, rule.limit, events, candidatesOf(rule, events, views));
}

function candidatesOf(rule, events, views) {
  const matches = ({ hears, where }, i) => hears(events[i].type) && (where === true || truthy(evaluate(where, { data: views[i] })));
  if (rule.sequence) return sequenceEnds(rule.sequence, events, matches);
  const heard = events.map((ev, i) => matches(rule, i));
  if (rule.streak) return streakEnds(rule.streak, events, views, heard);
  const candidates = [...events.keys()].filter((i) => heard[i]);
  return rule.count ? countEnds(rule.count, events, candidates) : candidates;
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
  let current = null;
  let used = 0;
  const refused = { cooldown: 0, period: 0 };
  for (const index of candidates) {
    const { at } = events[index];
    const period = periodOf(at, limit.per, model.offset(at));
    const last = counted.at(-1);
    const tooMany = period === current && used >= limit.times;
    const tooSoon = limit.cooldown !== null && last !== undefined && at - last.at < limit.cooldown;
    if (tooMany) refused.period++;
    if (tooSoon) refused.cooldown++;
    if (tooMany || tooSoon) continue;
    used = period === current ? used + 1 : 1;
    current = period;
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

/**
 * The places of the events that end a chain of all steps within the time. began[k] is the newest instant at which a chain that has done the steps
 * up to k began.
 */
function sequenceEnds({ steps, within, without }, events, matches) {
  const ends = [];
  const last = steps.length - 1;
  let began = [];
  events.forEach((ev, i) => {
    if (without.includes(ev.type)) began = [];
    for (let k = last; k >= 1; k--) {
      const start = began[k - 1];
      if (start === undefined || ev.at - start >= within || !matches(steps[k], i)) continue;
      if (k === last) {
        ends.push(i);
        began = [];
        return;
      }
      began[k] = Math.max(began[k] ?? -Infinity, start);
    }
    if (matches(steps[0], i)) began[0] = ev.at;
  });
  return ends;
}

/** The places of the candidates that complete `atLeast` of them within the time. */
function countEnds({ atLeast, within }, events, candidates) {
  const ends = [];
  let kept = [];
  for (const i of candidates) {
    kept = [...kept, events[i].at].slice(-atLeast);
    if (kept.length < atLeast || kept.at(-1) - kept[0] >= within) continue;
    ends.push(i);
    kept = [];
  }
  return ends;
}
