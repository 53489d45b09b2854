// The property test of scoring: random models and histories, every figure of the engine against the oracle.
//   node run.mjs --driver PATH [--seed N] [--count 100000] [--batch N] [--logic 20000] [--features all]
// --batch runs one batch alone (they are numbered in reports of mismatches). Exit code 1 on a mismatch or when a kind of history never occurred.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { askAll, checkNextChange, Driver, eventsOf, judge, shrink } from './compare.mjs';
import { categoriesOf, report } from './coverage.mjs';
import { useFeatures } from './features.mjs';
import { batch, freshSeed, HISTORIES_PER_MODEL, options } from './generate.mjs';
import { addKinds, reportKinds } from './kinds.mjs';
import { evaluate } from './logic.mjs';
import { randomLogic } from './logic_random.mjs';
import { score } from './oracle.mjs';
import { Random } from './random.mjs';
import { TooHard } from './stages.mjs';

const WORKERS = 2;
const DETAILED_MISMATCHES = 3; // a worker shrinks this many and counts the rest
const TOO_HARD_SHARE = 0.001;
const BRUTE_FORCE_SHARE = 0.1;

/** What the oracle says of one history, and what it finds wrong with itself; null when the history is too hard for it. */
function expect(model, one, random, tally) {
  const extra = {};
  try {
    const expected = score(model, eventsOf(one), one.at, extra);
    const own = random.chance(BRUTE_FORCE_SHARE) ? checkNextChange(model, one, expected, random) : [];
    for (const name of categoriesOf(model, one, expected, extra)) tally.coverage[name] = (tally.coverage[name] ?? 0) + 1;
    addKinds(tally, model, one, extra.history);
    return { expected, own };
  } catch (e) {
    if (!(e instanceof TooHard)) throw e;
    tally.tooHard++;
    return null;
  }
}

async function runBatch(driver, { seed, number, tally, send }) {
  const { model, cases } = batch(seed, number);
  const compiled = driver.ask({ model });
  const answers = cases.map((one) => askAll(driver, one));
  const random = new Random(seed, number, 1);
  const expectations = cases.map((one) => expect(model, one, random, tally));
  const { ok, faults } = await compiled;
  if (!ok) throw new Error(`batch ${number}: the engine refuses the model: ${JSON.stringify(faults)}\n${JSON.stringify(model)}`);
  for (let i = 0; i < cases.length; i++) {
    if (expectations[i] === null) continue;
    tally.histories++;
    const found = [...expectations[i].own, ...await judge(expectations[i].expected, answers[i])];
    if (found.length === 0) continue;
    tally.mismatches++;
    if (tally.mismatches > DETAILED_MISMATCHES) continue;
    const least = await shrink(driver, model, cases[i], found[0].split(':')[0]);
    send({
      text: [
        `batch ${number}, history ${i}:`, ...found.slice(0, 4).map((x) => `  ${x.slice(0, 1500)}`), '  smallest:', ...least.found.map((x) => `    ${x}`),
        `    ${JSON.stringify({ model: least.model })}`, `    ${JSON.stringify(least.one)}`,
      ].join('\n'),
    });
    await driver.ask({ model });
  }
}

async function runLogic(driver, { seed, first, count, tally, send }) {
  for (let number = first; number < count; number += WORKERS) {
    const r = new Random(seed, number, 2);
    const { rule, data } = randomLogic(r);
    const answer = await driver.ask({ logic: rule, data });
    const expected = JSON.stringify(evaluate(rule, { data, bare: true }));
    tally.rules++;
    if (JSON.stringify(answer.value) === expected) continue;
    tally.mismatches++;
    if (tally.mismatches <= 2 * DETAILED_MISMATCHES) {
      send({ text: `rule ${number}: expected ${expected}, engine says ${JSON.stringify(answer)}\n    ${JSON.stringify({ logic: rule, data })}` });
    }
  }
}

const emptyTally = () => ({
  histories: 0, events: 0, rules: 0, mismatches: 0, tooHard: 0, coverage: {}, kindHistories: {}, kindEvents: {}, kindAwards: {},
});

async function work({ seed, count, driver: path, batch: only, logic, worker, features }) {
  useFeatures(features);
  const send = (message) => process.send(message);
  const tally = emptyTally();
  const driver = new Driver(path);
  const batches = Math.ceil(count / HISTORIES_PER_MODEL);
  const [first, end] = only >= 0 ? [only, only + 1] : [worker, batches];
  let number = first;
  try {
    for (; number < end; number += WORKERS) await runBatch(driver, { seed, number, tally, send });
    await runLogic(driver, { seed, first: worker, count: only >= 0 ? 0 : logic, tally, send });
    process.send({ tally });
  } catch (e) {
    send({ text: `in or after batch ${number}: ${e.stack}` });
  }
  driver.end();
  process.disconnect();
}

function startWorker(settings, worker) {
  return new Promise((resolve) => {
    const args = Object.entries({ ...settings, worker }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = fork(fileURLToPath(import.meta.url), args);
    let tally = null;
    child.on('message', (message) => {
      if (message.text) console.log(message.text);
      tally = message.tally ?? tally;
    });
    child.on('exit', () => resolve(tally));
  });
}

async function main(settings) {
  useFeatures(settings.features);
  const started = Date.now();
  console.log(`seed ${settings.seed}, ${settings.count} histories`);
  const workers = settings.batch >= 0 ? 1 : WORKERS;
  const tallies = await Promise.all(Array.from({ length: workers }, (_, i) => startWorker(settings, i)));
  if (tallies.includes(null)) {
    console.log(`a worker failed; seed ${settings.seed}`);
    return 1;
  }
  const total = emptyTally();
  for (const tally of tallies) {
    for (const name of ['histories', 'events', 'rules', 'mismatches', 'tooHard']) total[name] += tally[name];
    for (const table of ['coverage', 'kindHistories', 'kindEvents', 'kindAwards']) {
      for (const [name, n] of Object.entries(tally[table])) total[table][name] = (total[table][name] ?? 0) + n;
    }
  }
  const absent = report(total.coverage, total.histories);
  absent.push(...reportKinds(total));
  if (absent.length > 0) console.log(`never occurred: ${absent.join(', ')}`);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`seed ${settings.seed}; ${total.rules} rules of JsonLogic besides; ${total.tooHard} histories left out as too hard for the oracle; ${seconds} s`);
  console.log(`${total.histories} histories of ${total.events} events, ${total.mismatches} mismatches`);
  return total.mismatches > 0 || total.tooHard > TOO_HARD_SHARE * total.histories || absent.length > 0 ? 1 : 0;
}

const settings = options({ seed: freshSeed(), count: 100_000, driver: 'property_driver', batch: -1, logic: 20_000, worker: -1, features: 'all' });
if (settings.worker >= 0) await work(settings);
else process.exitCode = await main(settings);
