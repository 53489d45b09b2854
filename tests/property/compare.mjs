// One history in both: asks the driver and the oracle, lists where they differ, and shrinks what differs.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { durationsOf } from './histories.mjs';
import { History, inOrder, modelOf, score } from './oracle.mjs';
import { StageMachine } from './stages.mjs';

/** The C driver as a queue of questions. */
export class Driver {
  constructor(path) {
    this.child = spawn(path, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
    this.child.on('exit', (code, signal) => this.over(`driver ended: ${signal ?? code}`));
    this.child.on('error', (e) => this.over(`driver does not start: ${e.message}`));
    this.child.stdin.on('error', () => {}); // the exit tells it
  }

  over(why) {
    this.ended ??= new Error(why);
    for (const one of this.waiting.splice(0)) one.reject(this.ended);
  }

  ask(command) {
    if (this.ended) return Promise.reject(this.ended);
    const answer = new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    answer.catch(() => {}); // whoever awaits it hears of it
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    return answer;
  }

  end() { this.child.stdin.end(); }
}

const sorted = (v) => {
  if (Array.isArray(v)) return v.map(sorted);
  if (v === null || typeof v !== 'object') return v === undefined ? null : v;
  return Object.fromEntries(Object.keys(v).sort().filter((k) => v[k] !== undefined).map((k) => [k, sorted(v[k])]));
};
export const canonical = (v) => JSON.stringify(sorted(v));

const FIELDS = ['total', 'fit', 'engagement', 'shown', 'tier', 'grade', 'stage', 'tags', 'exclusion', 'next_change_at', 'as_of', 'last_event_at', 'profile',
  'offset', 'shown_offset', 'applies', 'contributions', 'criteria', 'transitions', 'segments', 'segment_moves', 'moves'];
const UNSAID_WITHOUT_EVENTS = ['criteria', 'as_of', 'applies'];
const asSet = (moves) => moves.map((x) => JSON.stringify(x)).sort(); // the order of moves within one instant is the engine's own

/** Sentences about what differs; empty when all is well. */
function differences(expected, answer) {
  const found = answer.broken.map((what) => `engine: ${what}`);
  const next = answer.next_change_at;
  const early = expected.far_ahead && next !== null && next > answer.as_of && !(next > expected.next_change_at && expected.next_change_at !== null);
  if (answer.next_looks_same && !early) found.push('engine: the lead looks the same at next_change_at');
  for (const field of FIELDS) {
    if (field === 'next_change_at' && early) continue;
    if (expected.last_event_at === null && UNSAID_WITHOUT_EVENTS.includes(field)) continue;
    const [want, got] = [expected[field], answer[field]].map((x) => canonical(field === 'moves' ? asSet(x) : x));
    if (want !== got) found.push(`${field}: expected ${want}, engine says ${got}`);
  }
  return found;
}

/** The events that count for a case: all but the voided ones. */
export const eventsOf = ({ events, voided = [] }) => (voided.length > 0 ? events.filter((ev) => !voided.includes(ev.key)) : events);

/** What the engine says of a case and of what it is made of. All questions are asked at once; the answers come later. */
export function askAll(driver, one) {
  const alone = (events) => driver.ask({ events, at: one.at, seed: one.seed });
  const answer = driver.ask(one);
  if (one.voided) return { answer, without: alone(eventsOf(one)) };
  if (one.parts) return { answer, sides: [false, true].map((other) => alone(one.events.filter((ev) => Boolean(ev.other) === other))) };
  return { answer };
}

/** Sentences about what differs from the oracle, or between a case and what it is made of. */
export async function judge(expected, { answer, without, sides }) {
  const got = await answer;
  const found = differences(expected, got);
  if (without && (await without).state !== got.state) found.push('voided: another state than that of a history which never had the voided events');
  for (const [i, side] of (sides ?? []).entries()) {
    if ((await side).state !== got.parts[i]) found.push(`parts: lead ${i + 1} of a merge that was undone has another state than before`);
  }
  return found;
}

const DAY = 86_400_000;
const PROBES = 8;

/** Instants after now at which something of the model may happen: every duration after every event, whole days, ends that events name. */
function instantsOfInterest(model, events, now, random) {
  const durations = [...durationsOf(model), DAY, 2 * DAY, 30 * DAY];
  const all = events.flatMap((ev) => {
    const end = Date.parse(ev.properties?.expires_at);
    const multiples = durations.flatMap((d) => [1, 2, 3].map((k) => ev.at + k * d));
    return Number.isFinite(end) ? [...multiples, end] : multiples;
  }).filter((t) => t > now);
  return random.shuffle([...new Set(all)]);
}

/** next_change_at by brute force: the oracle asked at it, just before it, and at instants in between where something might have happened. */
export function checkNextChange(model, one, expected, random) {
  const events = inOrder(eventsOf(one), one.at);
  if (events.length === 0) return [];
  const machine = new StageMachine(new History(modelOf(model), events));
  machine.run(one.at);
  const face = (t) => {
    const then = machine.copy();
    then.pass(t);
    return then.face();
  };
  const now = face(one.at);
  const next = expected.next_change_at;
  const limit = next === null ? one.at + 1000 * DAY : next - 1;
  const probes = instantsOfInterest(model, events, one.at, random).filter((t) => t < limit).slice(0, PROBES);
  probes.push(limit, one.at + Math.floor((limit - one.at) * random.unit()));
  const found = probes.filter((t) => t >= one.at && face(t) !== now).map((t) => `oracle: looks different at ${t}, before next_change_at`);
  if (next !== null && face(next) === now) found.push('oracle: looks the same at next_change_at');
  return found;
}

/** Copies of a JSON value, each with one array element or object key less. */
function* smaller(value) {
  if (Array.isArray(value)) {
    for (let i = value.length - 1; i >= 0; i--) yield value.filter((_, j) => j !== i);
    for (let i = 0; i < value.length; i++) for (const x of smaller(value[i])) yield value.map((y, j) => (j === i ? x : y));
  } else if (value !== null && typeof value === 'object') {
    for (const key of Object.keys(value)) {
      const { [key]: _, ...rest } = value;
      yield rest;
    }
    for (const key of Object.keys(value)) for (const x of smaller(value[key])) yield { ...value, [key]: x };
  }
}

/** Copies of a list without a run of its elements, long runs first. */
function* fewer(list) {
  for (let size = list.length >> 1; size > 1; size >>= 1) {
    for (let from = 0; from < list.length; from += size) yield [...list.slice(0, from), ...list.slice(from + size)];
  }
}

async function differ(driver, model, one) {
  const compiled = await driver.ask({ model });
  if (!compiled.ok) return [];
  const asked = askAll(driver, one);
  try {
    return await judge(score(model, eventsOf(one), one.at), asked);
  } catch {
    return []; // a smaller model that the oracle cannot read is no smaller example
  }
}

const SHRINK_SECONDS = 60;

/** The smallest model and history found in some time that still differ in the same field. */
export async function shrink(driver, model, one, kind) {
  const end = performance.now() + 1000 * SHRINK_SECONDS;
  let best = { model, one };
  const same = (list) => list.some((x) => x.split(':')[0] === kind);
  for (let progress = true; progress && performance.now() < end;) {
    progress = false;
    const attempts = function* attempts() {
      for (const events of fewer(best.one.events)) yield { model: best.model, one: { ...best.one, events } };
      for (const events of smaller(best.one.events)) {
        if (events.every((ev) => ev.key && ev.type && ev.at)) yield { model: best.model, one: { ...best.one, events } };
      }
      for (const x of smaller(best.model)) yield { model: x, one: best.one };
    };
    for (const attempt of attempts()) {
      if (performance.now() > end) break;
      if (!same(await differ(driver, attempt.model, attempt.one))) continue;
      best = attempt;
      progress = true;
      break;
    }
  }
  return { ...best, found: await differ(driver, best.model, best.one) };
}
