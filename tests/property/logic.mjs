// JsonLogic as json-logic-js defines it (JavaScript semantics, lazily evaluated and/or/if), with the own operators of docs/scoring.md section 9.
//
// A tree walk over the document itself. `scope` = {data, bare, absent(name), seen(types, ms), countEvents(types, ms), daysSince(types)}, where a type may be {type, where}; `absent` hears of every
// profile attribute that a rule looked up in vain, which is what makes an ICP criterion unknown.

import { parseDuration } from './text.mjs';

export const truthy = (v) => (Array.isArray(v) ? v.length > 0 : Boolean(v));
const isRule = (v) => v !== null && typeof v === 'object' && !Array.isArray(v) && Object.keys(v).length === 1;
const list = (v) => (Array.isArray(v) ? v : [v]);
const defined = (v) => (v === undefined ? null : v);

export function lookUp(data, path, fallback) {
  if (path === undefined || path === null || path === '') return data;
  let at = data;
  for (const part of String(path).split('.')) {
    if (at === null || at === undefined || typeof at !== 'object' || !Object.hasOwn(at, part)) return fallback;
    at = at[part];
  }
  return defined(at);
}

/** What a profile has at a path: of its account, where the company has nothing to say. */
export function lookUpProfile(profile, path) {
  const own = lookUp(profile, path, undefined);
  if ((own !== undefined && own !== null) || !String(path).startsWith('company.')) return own;
  return lookUp(profile, String(path).replace('company', 'account'), undefined);
}

/* `bare`: the data is an item of a list or a plain document, not a profile. */
function variable([path, fallback], scope) {
  const found = scope.bare ? lookUp(scope.data, path, undefined) : lookUpProfile(scope.data, path);
  if (found === undefined || found === null) scope.absent?.(String(path));
  return found === undefined ? defined(fallback) : found;
}

function missing(names, scope) {
  const keys = Array.isArray(names[0]) ? names[0] : names;
  return keys.filter((key) => {
    const value = variable([key], scope);
    return value === null || value === '';
  });
}

const number = (v) => parseFloat(v);
const bothText = (a, b) => typeof a === 'string' && typeof b === 'string';
const patterns = new Map();
function matches(text, pattern) {
  if (!bothText(text, pattern)) return false;
  if (!patterns.has(pattern)) patterns.set(pattern, new RegExp(pattern, 'u'));
  return patterns.get(pattern).test(text);
}

function substring(source, start, length) {
  const text = String(source);
  if (length < 0) {
    const tail = text.substr(start);
    return tail.substr(0, tail.length + length);
  }
  return text.substr(start, length);
}

/* Operators whose arguments are all evaluated first. */
const eager = {
  '==': (a, b) => a == b, // eslint-disable-line eqeqeq -- the standard's loose equality
  '!=': (a, b) => a != b, // eslint-disable-line eqeqeq
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b, c) => (c === undefined ? a < b : a < b && b < c),
  '<=': (a, b, c) => (c === undefined ? a <= b : a <= b && b <= c),
  between: (x, low, high) => low <= x && x <= high,
  '!!': (a) => truthy(a),
  '!': (a) => !truthy(a),
  '%': (a, b) => a % b,
  '+': (...all) => all.reduce((sum, x) => sum + number(x), 0),
  '*': (...all) => all.reduce((product, x) => number(product) * number(x)),
  '-': (a, b) => (b === undefined ? -a : a - b),
  '/': (a, b) => a / b,
  min: (...all) => Math.min(...all),
  max: (...all) => Math.max(...all),
  in: (a, b) => (typeof b === 'string' || Array.isArray(b)) && b.length > 0 && b.indexOf(a) !== -1,
  cat: (...all) => all.join(''),
  substr: substring,
  merge: (...all) => all.flatMap((x) => x),
  log: (a) => a,
  starts_with: (a, b) => bothText(a, b) && a.startsWith(b),
  ends_with: (a, b) => bothText(a, b) && a.endsWith(b),
  matches,
};

/* Operators that decide themselves what to evaluate. */
const lazy = {
  if: conditional,
  '?:': conditional,
  and(args, scope) {
    let value = null;
    for (const arg of args) if (!truthy((value = evaluate(arg, scope)))) break;
    return value;
  },
  or(args, scope) {
    let value = null;
    for (const arg of args) if (truthy((value = evaluate(arg, scope)))) break;
    return value;
  },
  var: (args, scope) => variable(args.map((x) => evaluate(x, scope)), scope),
  missing: (args, scope) => missing(args.map((x) => evaluate(x, scope)), scope),
  missing_some(args, scope) {
    const [need, names] = args.map((x) => evaluate(x, scope));
    const gone = missing([names], scope);
    return names.length - gone.length >= need ? [] : gone;
  },
  map: (args, scope) => items(args, scope).map((x) => evaluate(args[1], { data: x, bare: true })),
  filter: (args, scope) => items(args, scope).filter((x) => truthy(evaluate(args[1], { data: x, bare: true }))),
  reduce: (args, scope) => items(args, scope).reduce((accumulator, current) => evaluate(args[1], { data: { current, accumulator }, bare: true }),
    args.length > 2 ? evaluate(args[2], scope) : null),
  all(args, scope) {
    const all = items(args, scope);
    return all.length > 0 && all.every((x) => truthy(evaluate(args[1], { data: x, bare: true })));
  },
  some: (args, scope) => items(args, scope).some((x) => truthy(evaluate(args[1], { data: x, bare: true }))),
  none: (args, scope) => !items(args, scope).some((x) => truthy(evaluate(args[1], { data: x, bare: true }))),
  seen: ([types, duration], scope) => scope.seen(list(types), duration === undefined ? null : parseDuration(duration)),
  count_events: ([types, duration], scope) => scope.countEvents(list(types), duration === undefined ? null : parseDuration(duration)),
  days_since: ([types], scope) => scope.daysSince(list(types)),
};

function items(args, scope) {
  const value = evaluate(args[0], scope);
  return Array.isArray(value) ? value : [];
}

function conditional(args, scope) {
  let i = 0;
  for (; i + 1 < args.length; i += 2) if (truthy(evaluate(args[i], scope))) return evaluate(args[i + 1], scope);
  return i < args.length ? evaluate(args[i], scope) : null;
}

export function evaluate(rule, scope) {
  if (Array.isArray(rule)) return rule.map((x) => evaluate(x, scope));
  if (!isRule(rule)) return rule;
  const [name] = Object.keys(rule);
  const args = list(rule[name]);
  if (lazy[name]) return lazy[name](args, scope);
  if (!eager[name]) throw new Error(`unknown operator ${name}`);
  return defined(eager[name](...args.map((x) => evaluate(x, scope))));
}

/** Calls visit(operator, args) for every operation in the tree. */
export function walk(rule, visit) {
  if (Array.isArray(rule)) rule.forEach((x) => walk(x, visit));
  else if (isRule(rule)) {
    const [name] = Object.keys(rule);
    visit(name, list(rule[name]));
    walk(rule[name], visit);
  }
}
