// Random JsonLogic over random data, typed loosely enough to meet coercions, and kept where the standard and JSON agree on what comes out.

const TEXTS = ['', 'a', 'abc', 'b', '1', '2.5', '01', ' 3 ', '汽车', 'true', '1e2', '-0', '0x10', 'x1'];
const NUMBERS = [0, 1, -1, 2, 2.5, 3, 10, -7, 100, 0.1, 1e21, 123456789, 1e-7];
const scalar = (r) => r.pick([() => r.pick(TEXTS), () => r.pick(NUMBERS), () => r.chance(0.5), () => null])();
const list = (r) => r.times(0, 4, () => scalar(r));
const NAMES = ['s', 'n', 'b', 'z', 'l', 'o.s', 'o.n', 'o', 'l.0', 'l.1', 'items', 'gone', 'o.gone', 'items.0.k'];

function data(r) {
  return {
    s: r.pick(TEXTS), n: r.pick(NUMBERS), b: r.chance(0.5), z: null, l: list(r), o: { s: r.pick(TEXTS), n: r.pick(NUMBERS) },
    items: r.times(0, 3, () => ({ k: scalar(r), n: r.pick(NUMBERS) })),
  };
}

const reference = (r) => (r.chance(0.15) ? { var: [r.pick(NAMES), scalar(r)] } : { var: r.pick(NAMES) });
const plain = (r) => (r.chance(0.45) ? { var: r.pick(['s', 'n', 'b', 'z', 'o.s', 'o.n', 'gone']) } : scalar(r));

/** A rule whose value is a number. */
function numeric(r, depth) {
  const leaf = () => r.pick([() => ({ var: r.pick(['n', 'o.n']) }), () => r.pick(NUMBERS)])();
  if (depth <= 0 || r.chance(0.2)) return leaf();
  const arg = () => numeric(r, depth - 1);
  return r.pick([
    () => ({ '+': r.times(0, 3, arg) }), () => ({ '+': [r.pick(['3', '2.5x', ' 7'])] }), () => ({ '-': r.times(1, 2, arg) }),
    () => ({ '*': r.times(2, 3, arg) }), () => ({ '/': [arg(), r.pick([1, 2, 4, -3])] }), () => ({ '%': [arg(), r.pick([2, 3, -3, 0.7])] }),
    () => ({ min: r.times(1, 3, arg) }), () => ({ max: r.times(1, 3, arg) }),
    () => ({ reduce: [{ var: 'items' }, { '+': [{ var: 'current.n' }, { var: 'accumulator' }] }, r.pick(NUMBERS)] }),
    () => ({ if: [truth(r, depth - 1), arg(), arg()] }),
  ])();
}

function truth(r, depth) {
  if (depth <= 0) return r.chance(0.5) ? reference(r) : scalar(r);
  const any = () => rule(r, depth - 1);
  const op = r.pick(['==', '!=', '===', '!==', '<', '<=', '>', '>=']);
  return r.pick([
    () => ({ [op]: [plain(r), plain(r)] }), () => ({ [op]: [numeric(r, depth - 1), plain(r)] }),
    () => ({ [r.pick(['<', '<='])]: [plain(r), plain(r), plain(r)] }),
    () => ({ between: [plain(r), plain(r), plain(r)] }), () => ({ '!': [any()] }), () => ({ '!!': [any()] }),
    () => ({ in: [plain(r), r.pick([{ var: 'l' }, list(r), { var: 's' }, 'abc1', { var: 'gone' }])] }),
    () => ({ [r.pick(['all', 'some', 'none'])]: [{ var: 'l' }, { [op]: [{ var: '' }, scalar(r)] }] }),
    () => ({ [r.pick(['all', 'some', 'none'])]: [{ var: 'items' }, { [op]: [{ var: 'k' }, scalar(r)] }] }),
    () => ({ starts_with: [plain(r), r.pick(TEXTS)] }), () => ({ ends_with: [plain(r), r.pick(TEXTS)] }),
    () => ({ matches: [plain(r), r.pick(['^a', '\\d+', '汽.', '^$', '[a-c]{2,}'])] }),
  ])();
}

function text(r, depth) {
  return r.pick([
    () => ({ cat: r.times(0, 3, () => plain(r)) }), () => ({ cat: [numeric(r, depth - 1), '!'] }), () => ({ cat: [{ var: 'l' }, ';'] }),
    () => ({ substr: [r.pick([{ var: 's' }, 'hello 汽车', { var: 'n' }]), r.int(-6, 6), ...(r.chance(0.6) ? [r.int(-4, 5)] : [])] }),
  ])();
}

function lists(r, depth) {
  return r.pick([
    () => ({ map: [{ var: 'l' }, { '==': [{ var: '' }, scalar(r)] }] }), () => ({ map: [{ var: 'items' }, { var: 'k' }] }),
    () => ({ filter: [{ var: 'items' }, { '>': [{ var: 'n' }, r.pick(NUMBERS)] }] }), () => ({ filter: [{ var: 'l' }, { var: '' }] }),
    () => ({ merge: [{ var: 'l' }, rule(r, depth - 1), [1, 2]] }), () => ({ missing: r.some(NAMES, 0.3) }),
    () => ({ missing_some: [r.int(0, 3), r.some(NAMES, 0.4)] }), () => ({ missing: [{ merge: ['s', r.some(NAMES, 0.3)] }] }),
  ])();
}

function rule(r, depth) {
  if (depth <= 0) return r.chance(0.5) ? reference(r) : scalar(r);
  const any = () => rule(r, depth - 1);
  return r.pick([
    () => truth(r, depth), () => truth(r, depth), () => numeric(r, depth), () => text(r, depth), () => lists(r, depth),
    () => ({ and: r.times(1, 3, any) }), () => ({ or: r.times(1, 3, any) }), () => ({ if: r.times(0, 5, any) }),
    () => ({ '?:': [truth(r, depth - 1), any(), any()] }),
  ])();
}

export function randomLogic(r) {
  return { rule: rule(r, r.int(1, 4)), data: data(r) };
}
