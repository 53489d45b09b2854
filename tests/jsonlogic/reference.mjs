// json-logic-js, and beside it a second copy of it that is watched: which values meet where, and where it leaves the ground that docs/scoring.md 9 shares with it.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const place = require.resolve('json-logic-js');
const plain = require(place);
delete require.cache[place];
const watched = require(place);

export const operators = ['var', 'missing', 'missing_some', 'if', '?:', '==', '===', '!=', '!==', '!', '!!', 'or', 'and', '<', '<=', '>', '>=', 'max', 'min', '+', '-', '*',
  '/', '%', 'map', 'filter', 'reduce', 'all', 'none', 'some', 'merge', 'in', 'cat', 'substr', 'log'];

/** Where the engine differs on purpose (docs/scoring.md 9); a rule that comes by one of these is counted and not compared. */
export const deviations = {
  'several keys': 'an object with several keys is refused in a rule, not data',
  'no own item': '`var` sees keys of objects and items of lists, not what JavaScript inherits or letters of a text',
  'reduce itself': 'inside `reduce` a `var` sees `current` and `accumulator`, not the pair of them',
  'beyond the first plane': '`substr` counts code points, not UTF-16 units',
  'length as text': 'a negative length of `substr` given as text is a number',
  'keys that are rules': 'the keys of `missing` and `missing_some` are texts and numbers, and those of `missing_some` a list; others are not run as rules',
  'the reference fails': 'where json-logic-js throws (`*` of nothing, `missing_some` of null) a rule has a value',
};

let seen = null; // of the rule that is being watched
const note = (what) => seen.notes.add(what);
const leave = (why) => seen.deviations.add(why);

export const kind = (v) => {
  if (v === null) return 'null';
  if (Array.isArray(v)) return v.length === 0 ? 'empty list' : 'list';
  if (typeof v !== 'number') return v === '' ? 'empty text' : typeof v === 'string' ? (v.trim() !== '' && !Number.isNaN(Number(v)) ? 'number as text' : 'text') : typeof v;
  return Number.isNaN(v) ? 'NaN' : Number.isFinite(v) ? (v === 0 ? 'zero' : 'number') : 'Infinity';
};

/** Runs an operator of the plain copy on values, which must not be taken for rules. */
const run = (op, values) => plain.apply({ [op]: values.map((v, i) => (v === undefined ? { and: [] } : { var: String(i) })) }, values);

function lookUp(data, keys) {
  for (const key of keys) {
    if (typeof key === 'object' && key !== null) leave('keys that are rules');
    else watchers.var(data, [key]);
  }
}

const watchers = {
  var(data, [key, otherwise]) {
    if (key === undefined || key === '' || key === null) {
      if (data !== null && typeof data === 'object' && Object.keys(data).join() === 'current,accumulator') leave('reduce itself');
      note('var: everything');
      return data;
    }
    const steps = String(key).split('.');
    let at = data;
    for (const step of steps) {
      if (at === null || at === undefined) {
        at = undefined;
        break;
      }
      if (typeof at === 'string' || !Object.hasOwn(Object(at), step) || (Array.isArray(at) && step === 'length')) {
        if (at[step] !== undefined) leave('no own item');
        at = undefined;
      } else {
        at = at[step];
      }
    }
    note(steps.length > 1 ? 'var: path' : 'var: name');
    if (at === null) note('var: null');
    if (at !== undefined) return at;
    note(otherwise === undefined ? 'var: absent' : `var: default ${kind(otherwise)}`);
    return otherwise === undefined ? null : otherwise;
  },
  missing(data, values) {
    const keys = Array.isArray(values[0]) ? values[0] : values;
    lookUp(data, keys);
    const result = plain.apply({ missing: [keys] }, data);
    note(`missing: ${result.length === 0 ? 'nothing' : result.length === keys.length ? 'all' : 'some'}`);
    return result;
  },
  missing_some(data, [need, options]) {
    if (!Array.isArray(options)) leave('keys that are rules');
    else {
      lookUp(data, options);
      const absent = plain.apply({ missing: [options] }, data);
      const enough = options.length - absent.length >= need;
      note(`missing_some: ${enough ? 'enough' : 'too few'}`);
      return enough ? [] : absent;
    }
    return null;
  },
  substr(data, values) {
    const [source, , length] = values;
    if (/[\ud800-\udfff]/.test(String(source))) leave('beyond the first plane');
    if (length < 0 && typeof length !== 'number') leave('length as text');
    note(`substr: ${values.length > 2 ? (length < 0 ? 'negative length' : 'length') : 'to the end'}`);
    return run('substr', values);
  },
};
for (const op of ['==', '!=', '===', '!==', '<', '<=', '>', '>=']) {
  watchers[op] = (data, values) => {
    const pair = [kind(values[0]), kind(values[1])];
    note(op.startsWith('=') || op.startsWith('!') ? `${op.length === 2 ? 'loose' : 'strict'} equality: ${pair.sort().join(' and ')}` : `order: ${pair.sort().join(' and ')}`);
    if (values.length > 2) note(`${op} of three`);
    return run(op, values);
  };
}
for (const op of ['+', '-', '*', '/', '%', 'min', 'max']) {
  watchers[op] = (data, values) => {
    for (const v of values) note(`${op} with ${kind(v)}`);
    const result = run(op, values);
    note(`${op} gives ${kind(result)}`);
    return result;
  };
}
for (const op of ['in', 'cat', 'merge', '!', '!!', 'log']) {
  watchers[op] = (data, values) => {
    if (op === 'in') note(`in: ${kind(values[0])} in ${kind(values[1])}`);
    if (op === 'cat') for (const v of values) note(`cat with ${kind(v)}`);
    return run(op, values);
  };
}
for (const [op, code] of Object.entries(watchers)) watched.add_operation(op, function watch(...values) { return code(this, values); });
const { truthy } = watched;
watched.truthy = (v) => {
  note(`${truthy(v) ? 'true' : 'false'}: ${kind(v)}`);
  return truthy(v);
};

/** Evaluates without a word on the console. */
function quietly(logic, rule, data) {
  const { log } = console;
  console.log = () => {};
  try {
    return logic.apply(rule, data);
  } finally {
    console.log = log;
  }
}

export const evaluate = (rule, data) => quietly(plain, rule, data);

const severalKeys = (v) => v !== null && typeof v === 'object' && ((!Array.isArray(v) && Object.keys(v).length > 1) || Object.values(v).some(severalKeys));

/** What the rule comes by: {notes, deviations}, and `value` when it comes by no deviation. */
export function watch(rule, data) {
  seen = { notes: new Set(), deviations: new Set() };
  if (severalKeys(rule)) leave('several keys');
  try {
    seen.value = quietly(watched, rule, data);
    evaluate(rule, data);
  } catch {
    leave('the reference fails');
  }
  return seen;
}
