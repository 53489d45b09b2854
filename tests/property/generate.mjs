// Prints random models and histories as NDJSON for the driver, and says on standard error which seed they come from.
//   node generate.mjs [--seed N] [--count N]
// A batch is one model with HISTORIES_PER_MODEL histories; it depends on the seed and its number alone, so any worker can make any batch. The last history
// is that of the first two leads merged. Of some histories events are voided; of some, time passes in many steps.
// Voiding and merging mean here what they mean to the engine: other lists of events. That the service makes those lists is tested in tests/integration.

import { pathToFileURL } from 'node:url';
import { later, randomHistory } from './histories.mjs';
import { randomModel } from './models.mjs';
import { sharpen } from './sharpen.mjs';
import { Random } from './random.mjs';

export const HISTORIES_PER_MODEL = 20;
const STEPS = 1000;
const STEPS_SHARE = 0.4;

export function batch(seed, number) {
  const r = new Random(seed, Math.floor(seed / 2 ** 32), number);
  const model = randomModel(r);
  const cases = Array.from({ length: HISTORIES_PER_MODEL - 1 }, () => ({ ...randomHistory(r, model), seed: r.next() }));
  const sharp = sharpen(r, model, cases);
  cases[0].at = cases[1].at = Math.max(cases[0].at, cases[1].at);
  cases.push(merged(r, cases[0], cases[1]));
  cases[2] = { ...cases[2], voided: r.some([...new Set(cases[2].events.map((ev) => ev.key))], r.pick([0.1, 0.3, 0.6])) };
  if (r.chance(STEPS_SHARE)) cases[3] = { ...cases[3], at: later(r, sharp, cases[3].events), steps: STEPS };
  return { model: sharp, cases };
}

/** Two leads as one: the second one's events arrive after the first one's, or among them. */
function merged(r, one, two) {
  const events = [...one.events, ...two.events.map((ev) => ({ ...ev, other: true }))];
  return { events: r.chance(0.5) ? r.shuffle(events) : events, at: one.at, seed: r.next(), parts: true };
}

/** --name value pairs of a command line, over the given defaults. */
export function options(defaults, argv = process.argv.slice(2)) {
  const result = { ...defaults };
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i].replace(/^--/, '');
    if (!(name in defaults) || argv[i + 1] === undefined) throw new Error(`unknown option or no value: ${argv[i]}`);
    result[name] = typeof defaults[name] === 'number' ? Number(argv[i + 1]) : argv[i + 1];
  }
  return result;
}

export const freshSeed = () => Math.floor(Math.random() * 2 ** 31);

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { seed, count } = options({ seed: freshSeed(), count: 100 });
  console.error(`seed ${seed}`);
  for (let number = 0; number * HISTORIES_PER_MODEL < count; number++) {
    const { model, cases } = batch(seed, number);
    console.log(JSON.stringify({ model }));
    for (const one of cases) console.log(JSON.stringify(one));
  }
}
