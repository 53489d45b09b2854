// The table of documented answers of JsonLogic, cases.json: the engine gives each, and so does json-logic-js, which keeps the table honest. A table in the format of the
// public suite of jsonlogic.com, [rule, data, wanted] with texts as headings, can be run beside it:
//   LEADSCORE_JSONLOGIC_SUITE=FILE node --test tests/jsonlogic/cases.test.mjs

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { canonical, Engine } from './engine.mjs';
import { evaluate, operators } from './reference.mjs';

const LEAST = 278; // as many as the public suite has
const engine = new Engine();
after(() => engine.end());

function* read(path) {
  let section = '';
  for (const entry of JSON.parse(readFileSync(path, 'utf8'))) {
    if (typeof entry === 'string') section = entry;
    else yield { section, rule: entry[0], data: entry[1], wanted: entry[2] };
  }
}

async function checkAll(t, path) {
  let count = 0;
  const wrong = [], sections = new Map();
  for (const { section, rule, data, wanted } of read(path)) {
    count++;
    sections.set(section, (sections.get(section) ?? 0) + 1);
    const answer = await engine.ask(rule, data);
    if (!('value' in answer) || canonical(answer.value) !== canonical(wanted)) {
      wrong.push(`${section}: ${JSON.stringify(rule)} over ${JSON.stringify(data)} is ${JSON.stringify(wanted)}, the engine says ${JSON.stringify(answer)}`);
    }
    if (canonical(evaluate(rule, data)) !== canonical(wanted)) wrong.push(`${section}: ${JSON.stringify(rule)} over ${JSON.stringify(data)}: json-logic-js does not say ${JSON.stringify(wanted)}`);
  }
  t.diagnostic(`${count} cases, ${wrong.length} wrong`);
  assert.deepEqual(wrong, []);
  return { count, sections };
}

test('the engine answers every case of the table', async (t) => {
  const { count, sections } = await checkAll(t, new URL('cases.json', import.meta.url));
  assert.ok(count >= LEAST, `${count} cases`);
  for (const op of operators) assert.ok(sections.get(op) >= 4, `${op} has ${sections.get(op) ?? 0} cases`);
});

test('the engine answers every case of a suite given from outside', { skip: !process.env.LEADSCORE_JSONLOGIC_SUITE }, async (t) => {
  await checkAll(t, process.env.LEADSCORE_JSONLOGIC_SUITE);
});
