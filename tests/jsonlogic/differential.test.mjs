// Random rules over random data, the engine against json-logic-js, with texts, NaN and the infinities told apart by asking for {"cat": [rule]} too.
//   [LEADSCORE_JSONLOGIC_SEED=N] [LEADSCORE_JSONLOGIC_RULES=N] node --test tests/jsonlogic/differential.test.mjs
// Rules that come by a documented difference (reference.mjs) are counted and not compared. It fails as well when something that must be met never was.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Random } from '../property/random.mjs';
import { canonical, Engine } from './engine.mjs';
import { randomCase, smaller } from './generate.mjs';
import { deviations, evaluate, operators, watch } from './reference.mjs';

const QUICK = process.env.LEADSCORE_TEST_QUICK === '1';
const RULES = Number(process.env.LEADSCORE_JSONLOGIC_RULES ?? (QUICK ? 6_000 : 60_000)); // that are compared
const SEED = Number(process.env.LEADSCORE_JSONLOGIC_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SHOWN = 5; // mismatches made small and told
const TURN = 500;
const engine = new Engine();
after(() => engine.end());

const kinds = ['null', 'boolean', 'zero', 'number', 'NaN', 'Infinity', 'empty text', 'text', 'number as text', 'empty list', 'list', 'object', 'undefined'];
const sortedPair = (a, b) => [a, b].sort().join(' and ');
const pairs = kinds.flatMap((a, i) => kinds.slice(i).map((b) => sortedPair(a, b)));
const arithmetic = ['+', '-', '*', '/', '%', 'min', 'max'];
/** What must have been met when a full number of rules was compared. */
const wanted = [
  ...operators.map((op) => `operator ${op}`),
  ...pairs.flatMap((pair) => [`loose equality: ${pair}`, `order: ${pair}`]), ...kinds.map((k) => `strict equality: ${sortedPair(k, k)}`),
  ...['boolean', 'number', 'Infinity', 'text', 'number as text', 'list', 'object'].map((k) => `true: ${k}`),
  ...['undefined', 'null', 'boolean', 'zero', 'NaN', 'empty text', 'empty list'].map((k) => `false: ${k}`),
  ...arithmetic.flatMap((op) => [...kinds.map((k) => `${op} with ${k}`), `${op} gives NaN`, `${op} gives number`]),
  ...arithmetic.filter((op) => op !== '%').map((op) => `${op} gives Infinity`),
  ...kinds.flatMap((k) => [`cat with ${k}`, `in: ${k} in list`]), ...['text', 'empty text', 'number', 'object', 'null', 'undefined'].map((k) => `in: ${k} in text`), 'in: text in null', 'in: text in number',
  'var: name', 'var: path', 'var: everything', 'var: absent', 'var: null', 'var: default text', 'var: default null', 'var: default list', 'missing: nothing', 'missing: some', 'missing: all',
  'missing_some: enough', 'missing_some: too few', 'substr: to the end', 'substr: length', 'substr: negative length', '< of three', '<= of three',
];

function* operatorsOf(rule) {
  if (rule === null || typeof rule !== 'object') return;
  if (!Array.isArray(rule) && Object.keys(rule).length === 1) yield Object.keys(rule)[0];
  for (const part of Object.values(rule)) yield* operatorsOf(part);
}

/** What differs, in a sentence; null when nothing does. */
async function difference({ rule, data }) {
  for (const asked of [rule, { cat: [rule] }]) {
    const answer = await engine.ask(asked, data), expected = canonical(evaluate(asked, data));
    if (!('value' in answer) || canonical(answer.value) !== expected) {
      return `${JSON.stringify(asked)} over ${JSON.stringify(data)}: the reference says ${expected}, the engine ${JSON.stringify(answer)}`;
    }
  }
  return null;
}

async function shrink(one) {
  let least = one, told = await difference(one), tries = 0;
  for (let better = true; better && tries < 4000;) {
    better = false;
    const candidates = [...smaller(least.rule)].map((rule) => ({ rule, data: least.data })).concat([...smaller(least.data)].map((data) => ({ rule: least.rule, data })));
    for (const candidate of candidates) {
      tries++;
      if (JSON.stringify(candidate).length >= JSON.stringify(least).length || watch(candidate.rule, candidate.data).deviations.size > 0) continue;
      const still = await difference(candidate);
      if (still === null) continue;
      [least, told, better] = [candidate, still, true];
      break;
    }
  }
  return told;
}

test('random rules are worth what json-logic-js says', async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const met = {}, left = Object.fromEntries(Object.keys(deviations).map((name) => [name, 0])), told = [];
  let compared = 0, mismatches = 0, number = 0;
  while (compared < RULES) {
    const turn = [];
    for (; turn.length < TURN; number++) {
      const one = randomCase(new Random(SEED, number));
      const { notes, deviations: found, value } = watch(one.rule, one.data);
      for (const name of found) left[name]++;
      if (found.size > 0) {
        turn.push({ number, one, answer: engine.ask(one.rule, one.data) }); // not compared, yet it must be answered
        continue;
      }
      compared++;
      assert.equal(canonical(value), canonical(evaluate(one.rule, one.data)), `the watched copy goes its own way: ${JSON.stringify(one)}`);
      for (const name of new Set([...notes, ...[...operatorsOf(one.rule)].map((op) => `operator ${op}`)])) met[name] = (met[name] ?? 0) + 1;
      turn.push({ number, one, answer: difference(one), compared: true });
    }
    for (const { number: n, one, answer, compared: counts } of turn) {
      const result = await answer;
      if (!counts || result === null) continue;
      mismatches++;
      if (told.length < SHOWN) told.push(`rule ${n}: ${await shrink(one)}`);
    }
  }
  t.diagnostic(`${compared} rules compared, ${number - compared} left out, ${mismatches} mismatches`);
  t.diagnostic(`left out: ${Object.entries(left).map(([name, n]) => `${name} ${n}`).join(', ')}`);
  const counts = operators.map((op) => `${op} ${met[`operator ${op}`] ?? 0}`);
  t.diagnostic(`met: ${counts.join(', ')}`);
  t.diagnostic(`${Object.keys(met).length} kinds of meeting, of ${wanted.length} that must be met the rarest ${Math.min(...wanted.map((name) => met[name] ?? 0))} times`);
  assert.deepEqual(told, []);
  assert.equal(mismatches, 0);
  if (RULES >= 50_000) assert.deepEqual(wanted.filter((name) => !met[name]), [], 'never met');
  for (const name of Object.keys(deviations)) assert.ok(left[name] > 0 || RULES < 5_000, `${name}: never met`);
});

test('what a rule may not be is refused by its operator and place', async () => {
  const refused = [
    [{ and: [true, { nearly: [1, 2] }] }, 'operator_unknown', '/and/1/nearly', '`nearly`'], [{ if: [1, [{ 'a/b': 1 }]] }, 'operator_unknown', '/if/1/0/a~1b', '`a/b`'],
    [{ map: [[1], { filter: [[2], { nope: [] }] }] }, 'operator_unknown', '/map/1/filter/1/nope', '`nope`'], [{ var: ['a', { method: 1 }] }, 'operator_unknown', '/var/1/method', '`method`'],
    [{ or: [{ a: 1, b: 2 }] }, 'rule_invalid', '/or/0', 'one operator'], [{ matches: ['a', '('] }, 'rule_invalid', '/matches/1', 'regular expression'],
  ];
  for (const [rule, code, pointer, word] of refused) {
    const answer = await engine.ask(rule, null);
    assert.deepEqual([answer.error, answer.pointer], [code, pointer], JSON.stringify(rule));
    assert.ok(answer.detail.includes(word), answer.detail);
  }
});
