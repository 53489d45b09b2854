// Moves a model's thresholds onto values that its histories really reach: exactly there, a milli aside, or at a lowest or highest point, where the
// instants of crossing are hardest to find. What moves are constants of stages, tags, rearm_below and grades, which no award depends on.

import { History, inOrder, modelOf } from './oracle.mjs';

const NAMES = ['score', 'engagement'];
const isValue = (x) => x !== null && typeof x === 'object' && NAMES.includes(x.var);

/** value(t) of a history between two of its events, and the instants it runs over. */
function stretch(r, model, { events }) {
  const ordered = inOrder(events, Infinity);
  const history = new History(modelOf(model), ordered);
  const i = r.int(0, ordered.length - 1);
  const from = ordered[i].at;
  const to = i + 1 < ordered.length ? ordered[i + 1].at : from + Math.ceil(r.unit() * 40 * 86_400_000);
  return { from, to, at: (t) => history.value(i + 1, t) };
}

/** An instant of a lowest (sign 1) or highest (sign -1) value, by going downhill with ever smaller steps. */
function extreme({ from, to, at }, name, sign) {
  let best = from + Math.floor((to - from) / 2);
  for (let step = Math.floor((to - from) / 4); step >= 1; step = Math.floor(step / 2)) {
    for (const t of [best - step, best + step]) if (t >= from && t <= to && sign * at(t)[name] < sign * at(best)[name]) best = t;
  }
  return best;
}

/** A figure in points that the histories reach. */
function reached(r, model, cases, name) {
  const part = stretch(r, model, r.pick(cases));
  const t = r.pick([
    () => part.from,
    () => part.from + Math.floor(r.unit() * (part.to - part.from + 1)),
    () => extreme(part, name, r.pick([1, -1])),
  ])();
  return Math.round(part.at(t)[name] + r.pick([0, 0, 1, -1, 500])) / 1000;
}

const FIGURE = { score: 'total', engagement: 'engagement' };

function sharpenRule(rule, draw) {
  if (Array.isArray(rule)) return rule.map((x) => sharpenRule(x, draw));
  if (rule === null || typeof rule !== 'object') return rule;
  return Object.fromEntries(Object.entries(rule).map(([operator, args]) => {
    const compared = Array.isArray(args) && args.find(isValue);
    if (!compared) return [operator, sharpenRule(args, draw)];
    return [operator, args.map((x) => (typeof x === 'number' ? draw(FIGURE[compared.var], x) : x))];
  }));
}

export function sharpen(r, model, cases) {
  const draw = (name, old) => (r.chance(0.4) ? reached(r, model, cases, name) : old);
  const sharp = { ...model };
  if (model.tags) sharp.tags = model.tags.map((x) => ({ ...x, when: sharpenRule(x.when, draw) }));
  if (model.stages) {
    sharp.stages = model.stages.map((x) => ({
      ...x, when: sharpenRule(x.when, draw), ...(x.rearm_below !== undefined && { rearm_below: draw('total', x.rearm_below) }),
    }));
  }
  if (r.chance(0.2)) {
    const grades = [60, 30, 10].map(() => reached(r, model, cases, 'engagement')).sort((a, b) => b - a);
    if (new Set(grades).size === grades.length) sharp.grades = grades;
  }
  return sharp;
}
