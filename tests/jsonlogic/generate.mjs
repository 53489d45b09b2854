// Random rules and data for the differential test, typed as loosely as JSON allows: any operator may meet any value.

import { operators } from './reference.mjs';

const TEXTS = ['', ' ', 'a', 'abc', 'b', 'B', '1', '2.5', '01', ' 3 ', '\t7\n', '-0', '0x10', '0b11', '1e2', '1e400', '.5', '5.', '3x', '-', 'true', 'null', 'NaN', 'Infinity',
  '-Infinity', '1,2', '[object Object]', 'undefined', '汽车', '汽车配件', '\u00a09', 'é', '😀', 'a😀b', '\uff5e', 'l', 'o.s', 'length', 'constructor'];
const NUMBERS = [0, 1, -1, 2, 3, 0.5, 2.5, -2.5, 0.1, 0.2, 10, 100, -7, 1e21, 1e-7, 123456789, 2 ** 53, 2 ** 53 - 1, 1e308, 5e-324, 1 / 3];
const NAMES = ['s', 'n', 'b', 'z', 'l', 'o', 'o.s', 'o.n', 'o.l.0', 'l.0', 'l.1', 'l.9', 'items', 'items.0.k', 'gone', 'o.gone', 'z.gone', 's.gone', 'e', '0', 1, 0.5, true, '',
  'items.1.n', 'o.', '.', 's.length', 'l.length', 'o.toString'];
const ITEM_NAMES = ['', '', 'k', 'n', '0', '1.k', 'gone', 's'];
const REDUCE_NAMES = ['current', 'accumulator', 'current.k', 'current.n', 'accumulator.0', 'current', 'accumulator', 's', ''];
const LISTS = ['map', 'filter', 'reduce', 'all', 'none', 'some'];

const text = (r) => (r.chance(0.1) ? '' : r.pick(TEXTS));
const scalar = (r) => r.pick([text, (x) => x.pick(NUMBERS), (x) => x.pick(NUMBERS), (x) => x.chance(0.5), () => null])(r);

function value(r, depth = 2) {
  if (depth <= 0 || r.chance(0.55)) return scalar(r);
  if (r.chance(0.7)) return r.times(0, 3, () => value(r, depth - 1));
  return Object.fromEntries(r.some(['k', 'n', 's', 'length'], 0.5).map((key) => [key, value(r, depth - 1)]));
}

function data(r) {
  if (r.chance(0.1)) return value(r);
  return {
    s: text(r), n: r.pick(NUMBERS), b: r.chance(0.5), z: null, e: {}, l: r.times(0, 4, () => value(r, 1)), o: { s: text(r), n: r.pick(NUMBERS), l: [scalar(r)] },
    items: r.times(0, 3, () => ({ k: value(r, 1), n: r.pick(NUMBERS) })),
  };
}

/** An operator over two to three operands that are each as often of one kind as of any other. */
function meeting(r) {
  const operand = () => r.pick([() => null, () => r.chance(0.5), () => 0, () => r.pick(NUMBERS), () => ({ '+': ['x'] }), () => ({ '/': [r.pick([1, -1]), 0] }), () => '', () => text(r),
    () => r.pick([' 3 ', '0x10', '1e2', '-0', '.5']), () => [], () => r.times(1, 2, () => value(r, 1)), () => r.pick([{}, { var: 'e' }, { var: 'o' }]), () => ({ and: [] })])();
  const op = r.pick(['==', '!=', '===', '!==', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', 'min', 'max', 'in', 'cat', 'substr', 'merge']);
  if (op === 'in' && r.chance(0.5)) return { in: [operand(), text(r)] };
  return { [op]: r.times(2, r.chance(0.2) ? 3 : 2, operand) };
}

/** What a rule may stand in: `names` are those of the data or of the item. */
function rule(r, depth, names) {
  if (depth <= 0 || r.chance(0.12)) return leaf(r, names);
  return operation(r, r.pick(operators), depth - 1, names);
}

function leaf(r, names) {
  if (r.chance(0.5)) return scalar(r);
  if (r.chance(0.85)) return reference(r, 0, names);
  if (r.chance(0.04)) return { and: [1], or: [0] };
  return r.pick([() => [], () => ({}), () => r.times(1, 3, () => leaf(r, names))])();
}

function reference(r, depth, names) {
  const name = r.pick(names);
  return r.pick([() => ({ var: name }), () => ({ var: [name] }), () => ({ var: [name, rule(r, depth, names)] })])();
}

const list = (r, depth, names) => r.pick([() => ({ var: r.pick(['l', 'items', 'o.l', '']) }), () => r.times(0, 4, () => leaf(r, names)), () => r.times(0, 3, () => scalar(r)),
  () => rule(r, depth, names)])();

function operation(r, op, depth, names) {
  const any = () => rule(r, depth, names);
  const wild = () => ({ [op]: r.chance(0.1) ? any() : r.times(0, 4, any) });
  if (r.chance(0.08) && !LISTS.includes(op)) return wild();
  switch (op) {
    case 'var':
      return r.chance(0.1) ? { var: [any(), any()] } : reference(r, depth, names);
    case 'missing':
      return r.pick([() => ({ missing: r.some(names, 0.3) }), () => ({ missing: [r.some(names, 0.3)] }), () => ({ missing: { merge: [r.some(names, 0.2), any()] } }),
        () => ({ missing: r.pick(names) })])();
    case 'missing_some':
      return { missing_some: [r.chance(0.9) ? r.int(0, 3) : any(), r.chance(0.9) ? r.some(names, 0.3) : any()] };
    case 'if': case '?:':
      return { [op]: r.times(0, 5, any) };
    case '!': case '!!': case 'log':
      return { [op]: r.chance(0.5) ? any() : [any()] };
    case 'and': case 'or': case 'merge': case 'cat': case '+': case '*': case 'min': case 'max':
      return { [op]: r.times(0, 3, any) };
    case '<': case '<=':
      return { [op]: r.times(2, 3, any) };
    case 'in':
      return { in: [any(), r.chance(0.7) ? list(r, depth, names) : any()] };
    case 'substr':
      return { substr: [r.chance(0.5) ? text(r) : any(), r.chance(0.85) ? r.int(-5, 5) : any(), ...(r.chance(0.6) ? [r.pick([r.int(-4, 6), r.int(-4, 6), r.int(-4, 6), r.pick(['-1', '2', -0.5]), any()])] : [])] };
    case 'reduce':
      return { reduce: [list(r, depth, names), rule(r, depth, REDUCE_NAMES), ...(r.chance(0.85) ? [any()] : [])] };
    case 'map': case 'filter': case 'all': case 'none': case 'some':
      return { [op]: [list(r, depth, names), rule(r, depth, ITEM_NAMES)] };
    default:
      return { [op]: [any(), any()] };
  }
}

export const randomCase = (r) => ({ rule: r.chance(0.25) ? meeting(r) : rule(r, r.int(1, 5), NAMES), data: data(r) });

/** Everything a bit smaller than the value: parts of it, and itself with a part left out or made smaller. */
export function* smaller(v) {
  if (typeof v === 'string' && v !== '') yield '';
  if (typeof v === 'number' && v !== 0) yield* [0, 1].filter((n) => n !== v);
  if (v === null || typeof v !== 'object') return;
  yield* [null, 0];
  yield* Object.values(v);
  if (Array.isArray(v)) {
    for (let i = 0; i < v.length; i++) yield v.filter((_, j) => j !== i);
    for (let i = 0; i < v.length; i++) for (const less of smaller(v[i])) yield v.map((x, j) => (j === i ? less : x));
    return;
  }
  for (const key of Object.keys(v)) {
    const { [key]: part, ...rest } = v;
    if (Object.keys(v).length > 1) yield rest;
    for (const less of smaller(part)) yield { ...v, [key]: less };
  }
}
