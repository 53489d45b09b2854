// Prints random models and histories as NDJSON for the driver, and says on standard error which seed they come from.
//   node generate.mjs [--seed N] [--count N]
// A batch is one model with HISTORIES_PER_MODEL histories; it depends on the seed and its number alone, so any worker can make any batch.

import { pathToFileURL } from 'node:url';
import { randomHistory } from './histories.mjs';
import { randomModel } from './models.mjs';
import { sharpen } from './sharpen.mjs';
import { Random } from './random.mjs';

export const HISTORIES_PER_MODEL = 20;

export function batch(seed, number) {
  const r = new Random(seed, Math.floor(seed / 2 ** 32), number);
  const model = randomModel(r);
  const cases = Array.from({ length: HISTORIES_PER_MODEL }, () => ({ ...randomHistory(r, model), seed: r.next() }));
  return { model: sharpen(r, model, cases), cases };
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
