// The oracle's later parts against figures worked out by hand from docs/scoring.md: fading awards, sequences, counts, the offset, calendars, weights,
// taxonomies, counting and dating conditions. Run: node --test tests/property/

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FadingSum } from './fading.mjs';
import { score } from './oracle.mjs';
import { zoneOffset } from './zones.mjs';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const T0 = Date.parse('2026-03-02T00:00:00Z'); // a Monday
let serial = 0;
const ev = (at, type, rest = {}) => ({ key: (++serial).toString(16).padStart(32, '0'), at, type, ...rest });
const engaging = (...rules) => ({ engagement: { rules } });
const totals = (doc, events, ...instants) => instants.map((t) => score(doc, events, t).total);
const stages = (doc, events, ...instants) => instants.map((t) => score(doc, events, t).stage);
const offset = (at, points, rest = {}) => ev(at, 'score_offset', { properties: { points, reason: 'fair', author: 'u1', ...rest } });
const iso = (t) => new Date(t).toISOString();

test('linear decay: summed before rounding, to the millisecond', () => {
  const doc = engaging({ id: 'r', on: 'x', points: 1, decay: { linear: 'PT1M' } });
  const one = [ev(T0, 'x')];
  assert.deepEqual(totals(doc, one, T0, T0 + 1, T0 + 29, T0 + 30, T0 + 31, T0 + 30_000, T0 + MINUTE - 30, T0 + MINUTE - 29, T0 + MINUTE),
    [1000, 1000, 1000, 1000, 999, 500, 1, 0, 0]); // 30 ms are half a milli: away from zero
  // three of 1 milli each in their last third: 1/3 each rounds to 0 alone, to 1 together
  const small = engaging({ id: 'r', on: 'x', points: 0.001, decay: { linear: 'PT3M' } });
  assert.deepEqual(totals(small, [ev(T0, 'x')], T0 + 2 * MINUTE), [0]);
  assert.deepEqual(totals(small, [ev(T0, 'x'), ev(T0, 'x'), ev(T0, 'x')], T0 + 2 * MINUTE), [1]);
  const negative = engaging({ id: 'r', on: 'x', points: -1, decay: { linear: 'PT1M' } });
  assert.deepEqual(totals(negative, one, T0 + 30, T0 + 31, T0 + MINUTE - 30, T0 + MINUTE - 29), [-1000, -999, -1, 0]);
  // shown 1 becomes 0 below 500 milli
  assert.equal(score(doc, one, T0).next_change_at, T0 + 30_031);
});

test('expiring awards, and only the newest 256 of them', () => {
  const doc = engaging({ id: 'r', on: 'x', points: 2, decay: { expires_after: 'P1D' } });
  const few = [ev(T0, 'x'), ev(T0 + HOUR, 'x')];
  assert.deepEqual(totals(doc, few, T0 + HOUR, T0 + DAY - 1, T0 + DAY, T0 + DAY + HOUR - 1, T0 + DAY + HOUR), [4000, 4000, 2000, 2000, 0]);
  assert.equal(score(doc, few, T0 + HOUR).next_change_at, T0 + DAY);
  const many = Array.from({ length: 257 }, (_, i) => ev(T0 + i, 'x'));
  assert.deepEqual(totals(doc, many, T0 + 255, T0 + 256), [512_000, 512_000]);
  const { contributions } = score(doc, many, T0 + 256);
  assert.deepEqual([contributions.length, contributions[0].points, contributions[0].points_now, contributions[1].points_now], [257, 2000, 0, 2000]);
  assert.equal(score(doc, many, T0 + DAY).total, 512_000); // the displaced one's end changes nothing
  assert.equal(score(doc, many, T0 + DAY + 1).total, 510_000);
  const sum = new FadingSum(-10_000_000, 3650 * DAY, true);
  for (let i = 0; i < 300; i++) sum.add(T0 + i * 1000);
  let exact = 0n;
  for (let i = 44; i < 300; i++) exact += BigInt(3650 * DAY - (299 - i) * 1000 - 7);
  assert.equal(sum.worth(300, T0 + 299_000 + 7), -Number((exact * 20_000_000n + BigInt(3650 * DAY)) / BigInt(2 * 3650 * DAY)));
});

test('sequences: in time, the newest beginning, one step an event, without', () => {
  const steps = ['a', 'b', 'c'].map((on) => ({ on }));
  const made = (sequence, ...events) => totals(engaging({ id: 's', points: 1, sequence }), events.map(([t, type]) => ev(T0 + t, type)), T0 + 99 * DAY)[0] / 1000;
  const three = { steps, within: 'PT10S' };
  assert.equal(made(three, [0, 'a'], [1, 'b'], [9999, 'c']), 1);
  assert.equal(made(three, [0, 'a'], [1, 'b'], [10_000, 'c']), 0);
  assert.equal(made(three, [0, 'a'], [1, 'b'], [5000, 'a'], [10_000, 'c']), 0); // the newest chain that has done b began at 0
  assert.equal(made(three, [0, 'a'], [1, 'b'], [5000, 'a'], [6000, 'b'], [10_000, 'c']), 1);
  assert.equal(made(three, [0, 'a'], [1, 'b'], [2, 'c'], [3, 'c']), 1);
  assert.equal(made({ ...three, without: ['z'] }, [0, 'a'], [1, 'z'], [2, 'b'], [3, 'c']), 0);
  assert.equal(made({ steps: [{ on: 'a' }, { on: '*' }], within: 'P1D' }, [0, 'a'], [1, 'a'], [2, 'a'], [3, 'a']), 2); // an ending event begins nothing
  assert.equal(made({ steps: [{ on: 'a' }, { on: 'a' }, { on: 'a' }], within: 'P1D' }, [0, 'a'], [1, 'a'], [2, 'a'], [3, 'a']), 1);
  assert.equal(made({ steps: [{ on: 'a' }, { on: 'a' }], within: 'P1D', without: ['a'] }, [0, 'a'], [1, 'a'], [2, 'a']), 0);
  assert.equal(made({ steps: [{ on: 'a' }, { on: 'b', where: { '==': [{ var: 'type' }, 'c'] } }], within: 'P1D' }, [0, 'a'], [1, 'b']), 0);
});

test('counts: within the time, forgotten when they award, also when a limit refuses', () => {
  const made = (rule, ...instants) => totals(engaging({ id: 'c', on: 'x', points: 1, count: { at_least: 3, within: 'PT10S' }, ...rule }),
    instants.map((t) => ev(T0 + t, 'x')), T0 + DAY)[0] / 1000;
  assert.equal(made({}, 0, 1, 9999), 1);
  assert.equal(made({}, 0, 1, 10_000), 0);
  assert.equal(made({}, 0, 1, 10_000, 10_000), 1);
  assert.equal(made({}, 0, 1, 2, 3, 4), 1);
  assert.equal(made({}, 0, 1, 2, 3, 4, 5), 2);
  assert.equal(made({ limit: { cooldown: 'PT4S' } }, 0, 1, 2, 3, 4, 5, 3000, 4002, 4003), 2);
});

test('the offset: set, replaced, ended, expired, explained', () => {
  const doc = { ...engaging({ id: 'r', on: 'x', points: 10 }), score: { max: 30 } };
  const first = [ev(T0, 'x'), offset(T0 + 1, 12.5, { expires_at: iso(T0 + DAY) })];
  assert.deepEqual(totals(doc, first, T0, T0 + 1, T0 + DAY - 1, T0 + DAY), [10_000, 22_500, 22_500, 10_000]);
  const { offset: points, shown_offset: figure, contributions, next_change_at: next } = score(doc, first, T0 + 1);
  assert.deepEqual([points, figure, next], [12_500, 13, T0 + DAY]);
  assert.deepEqual(contributions.at(-1), { rule: 'offset', kind: 'offset', label: 'fair', event: first[1].key, at: T0 + 1, points: 12_500, points_now: 12_500 });
  const second = [...first, offset(T0 + 2, 50)];
  assert.deepEqual(totals(doc, second, T0 + 2, T0 + 9 * DAY), [30_000, 30_000]);
  assert.deepEqual(score(doc, second, T0 + 2).contributions.map((c) => [c.kind, c.points_now]), [['engagement', 10_000], ['offset', 50_000], ['cap', -30_000]]);
  assert.deepEqual(totals(doc, [...second, offset(T0 + 3, 0)], T0 + 3), [10_000]);
  assert.deepEqual(totals(doc, [...second, offset(T0 + 3, 7, { expires_at: iso(T0 + 3) })], T0 + 3), [10_000]);
  for (const bad of [{ points: 10_001 }, { points: '1' }, { points: 1.0001 }, { reason: 1 }, { expires_at: 'soon' }]) {
    assert.deepEqual(totals(doc, [...first, offset(T0 + 3, 1, bad)], T0 + 3), [22_500]);
  }
  const mql = { stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 40] }, rearm_below: 40, fall_back: true }] };
  const { transitions, stage } = score(mql, [offset(T0, 40, { reason: null, expires_at: iso(T0 + 5) })], T0 + 5);
  assert.deepEqual([stage, transitions.map((x) => [x.to, x.cause, x.at - T0])], ['lead', [['mql', 'person', 0], ['lead', 'decay', 5]]]);
});

test('calendars of time zones', () => {
  const hours = (zone, at) => zoneOffset(zone)(Date.parse(at)) / HOUR;
  assert.deepEqual([hours('Asia/Shanghai', '2026-07-01T00:00:00Z'), hours('Asia/Shanghai', '1988-07-01T00:00:00Z')], [8, 9]);
  assert.deepEqual([hours('Australia/Lord_Howe', '2026-01-01T00:00:00Z'), hours('Australia/Lord_Howe', '2026-07-01T00:00:00Z')], [11, 10.5]);
  assert.deepEqual([hours('Pacific/Apia', '2011-12-30T09:59:59.999Z'), hours('Pacific/Apia', '2011-12-30T10:00:00Z')], [-10, 14]);
  const perDay = (zone, ...instants) => totals({ time_zone: zone, ...engaging({ id: 'r', on: 'x', points: 1, limit: { per: 'day' } }) },
    instants.map((at) => ev(Date.parse(at), 'x')), T0 + 999 * DAY)[0] / 1000;
  // Berlin's 29th of March 2026 has 23 hours: 23:00Z on the 28th to 22:00Z
  assert.equal(perDay('Europe/Berlin', '2026-03-28T22:59:59.999Z', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59.999Z', '2026-03-29T22:00:00Z'), 3);
  // São Paulo's 17th of February 2018 had 25: to 03:00Z
  assert.equal(perDay('America/Sao_Paulo', '2018-02-18T01:30:00Z', '2018-02-18T02:30:00Z', '2018-02-18T03:00:00Z'), 2);
  assert.equal(perDay('Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-30T10:00:00Z'), 2);
});

test('weights, optional criteria, exact shares', () => {
  const criterion = (id, weight, rest) => ({ id, when: { '==': [{ var: id }, 1] }, weight, ...rest });
  const doc = (...criteria) => ({ icp: { criteria, tiers: { A: 100, B: 66.667, C: 50 } } });
  const tier = (model, patch) => score(model, [ev(T0, 'x', { patch })], T0).tier;
  const two = doc(criterion('a', 2), criterion('b', 1), criterion('c', 1000, { core: false }));
  assert.deepEqual([tier(two, { a: 1, b: 1 }), tier(two, { a: 1 }), tier(two, { b: 1, c: 1 })], ['A', 'C', 'D']); // 66.666... is below 66.667
  assert.equal(tier(doc(criterion('a', 2.001), criterion('b', 1)), { a: 1 }), 'B');
  assert.deepEqual(score(two, [ev(T0, 'x', { patch: { a: 2 } })], T0).criteria.map((c) => [c.id, c.weight, c.core, c.met]),
    [['a', 2000, true, 0], ['b', 1000, true, -1], ['c', 1_000_000, false, -1]]);
});

test('taxonomies and whom a model is for', () => {
  const doc = {
    applies_when: { '==': [{ var: 'taxonomy.sector' }, 'Auto/Parts'] },
    taxonomies: { sector: { attribute: 'attributes.sector', entries: [{ value: 'Auto/Parts', synonyms: ['汽配', 'Maße'] }] } },
    icp: { criteria: [{ id: 'a', when: { '!!': { var: 'taxonomy.sector' } } }] },
  };
  const seen = (sector) => {
    const { applies, criteria } = score(doc, [ev(T0, 'x', { patch: { attributes: { sector }, taxonomy: { sector: 'Auto/Parts' } } })], T0);
    return [applies, criteria[0].met];
  };
  for (const text of ['auto parts', 'ＡＵＴＯ　－　ＰＡＲＴＳ', ' Auto_–_parts>', '汽配', 'MASSE']) assert.deepEqual(seen(text), [true, 1], text);
  for (const text of ['autoparts', '', 7, undefined]) assert.deepEqual(seen(text), [false, -1]);
});

test('count_events and days_since, at the instants at which they turn', () => {
  const when = (rule) => ({ tags: [{ tag: 't:t', when: rule }], stages: [{ stage: 'mql', when: rule }] });
  const two = when({ '>=': [{ count_events: ['x', 'PT10S'] }, 2] });
  const events = [ev(T0, 'x'), ev(T0 + 4000, 'y'), ev(T0 + 5000, 'x')];
  const held = (doc, list, ...instants) => instants.map((t) => score(doc, list, t).tags.length);
  assert.deepEqual(held(two, events, T0 + 4999, T0 + 5000, T0 + 9999, T0 + 10_000), [0, 1, 1, 0]);
  assert.equal(score(two, events, T0 + 5000).next_change_at, T0 + 10_000);
  const ever = when({ '===': [{ count_events: [['x', 'y']] }, 3] });
  assert.deepEqual(held(ever, events, T0 + 4999, T0 + 5000, T0 + 99 * DAY), [0, 1, 1]);
  const crowd = Array.from({ length: 70 }, () => ev(T0, 'x'));
  assert.deepEqual(held(when({ '>': [{ count_events: ['x', 'P1D'] }, 64] }), crowd, T0), [0]);
  assert.deepEqual(held(when({ '>': [{ count_events: ['x'] }, 64] }), crowd, T0), [1]);
  const big = { type: 'x', where: { '>': [{ var: 'properties.n' }, 1] } };
  const sized = [ev(T0, 'x', { properties: { n: 1 } }), ev(T0 + 1000, 'x', { properties: { n: 2 } }), ev(T0 + 2000, 'y', { properties: { n: 3 } }), ev(T0 + 3000, 'x', { properties: { n: 4 } })];
  assert.deepEqual(held(when({ '==': [{ count_events: [big] }, 2] }), sized, T0 + 2000, T0 + 3000), [0, 1]);
  assert.deepEqual(held(when({ '==': [{ count_events: [[big, 'y'], 'PT2S'] }, 2] }), sized, T0 + 2000, T0 + 2999, T0 + 3000, T0 + 4000), [1, 1, 1, 0]);
  const old = when({ '>=': [{ days_since: ['x'] }, 1.5] });
  assert.deepEqual(held(old, events, T0 + 5000, T0 + 5000 + 2 * DAY - 1, T0 + 5000 + 2 * DAY), [0, 0, 1]);
  assert.deepEqual(stages(old, events, T0 + 5000 + 2 * DAY - 1, T0 + 5000 + 2 * DAY), ['lead', 'mql']);
  assert.equal(score(old, events, T0 + 5000).next_change_at, T0 + 5000 + 2 * DAY);
  assert.deepEqual(held(when({ '===': [{ days_since: ['x'] }, 1] }), events, T0 + 5000 + DAY, T0 + 5000 + 2 * DAY), [1, 0]);
  assert.deepEqual(held(when({ '<=': [{ days_since: ['never'] }, 3] }), events, T0), [1]); // null is 0 to a comparison
});

test('a partial reset: each kind of sum, what was made before it alone, and rounding', () => {
  const set = (at, rest) => ev(at, 'stage_set', { properties: { stage: 'recycled', ...rest } });
  const plain = engaging({ id: 'r', on: 'x', points: 0.003 });
  const two = [ev(T0, 'x'), set(T0 + 1, { keep: 0.5 }), ev(T0 + 1, 'x')];
  assert.deepEqual(totals(plain, two, T0, T0 + 1), [3, 5]); // 1.5 of 3 is 2
  assert.deepEqual(totals(engaging({ id: 'r', on: 'x', points: -0.003 }), two, T0 + 1), [-5]);
  const linear = engaging({ id: 'r', on: 'x', points: 8, decay: { linear: 'PT8S' } });
  assert.deepEqual(totals(linear, [ev(T0, 'x'), set(T0 + 2000, { keep: 0.25 }), set(T0 + 4000, { keep: 0.5 })], T0 + 1999, T0 + 2000, T0 + 4000, T0 + 8000), [6001, 1500, 500, 0]);
  const fading = engaging({ id: 'r', on: 'x', points: 10, decay: { expires_after: 'PT8S' } });
  const twice = [ev(T0, 'x'), set(T0 + 1, { keep: 0.333 }), set(T0 + 2, { keep: 0.333 }), ev(T0 + 3, 'x')];
  assert.deepEqual(totals(fading, twice, T0 + 1, T0 + 2, T0 + 3, T0 + 8000), [3330, 1100, 11_100, 10_000]); // weights 333, 110
  const half = engaging({ id: 'r', on: 'x', points: 32, decay: { half_life: 'PT1M' } });
  assert.deepEqual(totals(half, [ev(T0, 'x'), set(T0 + MINUTE, { keep: 0.25 })], T0 + MINUTE, T0 + 2 * MINUTE), [4000, 2000]);
  const { contributions } = score(half, [ev(T0, 'x'), set(T0 + MINUTE, { keep: 0.25 }), ev(T0 + MINUTE, 'x')], T0 + MINUTE);
  assert.deepEqual(contributions.map((x) => x.points_now), [4000, 32_000]);
  for (const bad of [{ keep: 1.001 }, { keep: '1' }, { cooldown: 'P1M' }, { cooldown: 1 }, { reason: 1 }]) {
    assert.deepEqual([score(plain, [ev(T0, 'x'), set(T0 + 1, { keep: 0, ...bad })], T0 + 1)].map((x) => [x.total, x.stage]), [[3, 'lead']]);
  }
});

test('a rest: no stage fires before its end, and that is a change instant', () => {
  const doc = { ...engaging({ id: 'r', on: 'x', points: 10 }), stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 10] }, rearm_below: 5 }] };
  const reset = ev(T0 + HOUR, 'stage_set', { properties: { stage: 'recycled', keep: 0, cooldown: 'P1D' } });
  const events = [ev(T0, 'x'), reset, ev(T0 + 2 * HOUR, 'x')];
  assert.deepEqual(stages(doc, events, T0, T0 + HOUR, T0 + 2 * HOUR, T0 + HOUR + DAY - 1, T0 + HOUR + DAY), ['mql', 'recycled', 'recycled', 'recycled', 'mql']);
  assert.equal(score(doc, events, T0 + 2 * HOUR).next_change_at, T0 + HOUR + DAY);
  const again = [...events, ev(T0 + 3 * HOUR, 'stage_set', { properties: { stage: 'lead' } })];
  assert.deepEqual(stages(doc, again, T0 + 3 * HOUR, T0 + 3 * DAY), ['lead', 'lead']); // unarmed: it has to fall below 5 first
});
