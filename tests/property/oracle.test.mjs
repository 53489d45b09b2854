// The oracle against figures worked out by hand from docs/scoring.md. Run: node --test tests/property/

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecayingSum, divideRounded, pow2Floor, pow2FloorExact } from './decay.mjs';
import { evaluate } from './logic.mjs';
import { score } from './oracle.mjs';
import { mergePatch, parseDuration, parseZone, periodOf, shown, titleLevel } from './text.mjs';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const T0 = Date.parse('2026-03-02T00:00:00Z'); // a Monday
let serial = 0;
const ev = (at, type, rest = {}) => ({ key: (++serial).toString(16).padStart(32, '0'), at, type, ...rest });
const engaging = (...rules) => ({ engagement: { rules } });
const at = (doc, events, t) => score(doc, events, t);

test('durations, zones, periods', () => {
  assert.equal(parseDuration('P1DT1M'), DAY + 60_000);
  assert.equal(parseDuration('P2W'), 14 * DAY);
  assert.equal(parseZone('+08:00'), 8 * HOUR);
  assert.equal(parseZone('-05:30'), -5.5 * HOUR);
  assert.equal(periodOf(T0 - 1, 'week', 0) + 1, periodOf(T0, 'week', 0));
  assert.equal(periodOf(T0 - 8 * HOUR, 'day', 8 * HOUR), periodOf(T0, 'day', 0));
  assert.equal(periodOf(Date.parse('2026-02-28T20:00:00Z'), 'month', 8 * HOUR), '2026-03');
});

test('shown scores round half away from zero', () => {
  assert.deepEqual([499, 500, 1500, -500, -499, -1500, 0].map(shown), [0, 1, 2, -1, 0, -2, 0]);
  assert.deepEqual([[5n, 2n], [-5n, 2n], [4n, 3n], [-4n, 3n]].map(([a, b]) => divideRounded(a, b)), [3n, -3n, 1n, -1n]);
});

test('powers of two', () => {
  // 2^30 * sqrt(2) = 1518500249.988..., 2^30 / sqrt(2) = 759250124.994..., 2^30 * 2^(1/3) = 1352829926.0...
  assert.equal(pow2FloorExact(1, 2), 1518500249);
  assert.equal(pow2FloorExact(-1, 2), 759250124);
  assert.equal(pow2FloorExact(0, 7), 2 ** 30);
  const cubed = (x) => BigInt(x) ** 3n;
  const third = pow2FloorExact(1, 3);
  assert.ok(cubed(third) <= 2n << 90n && cubed(third + 1) > 2n << 90n);
  for (let i = 1; i < 3000; i++) {
    const q = (i * 7919 + 60_000) * 97;
    const p = (i * 104_729) % q;
    assert.equal(pow2Floor(p, q), pow2FloorExact(p, q));
    assert.equal(pow2Floor(-p, q), pow2FloorExact(-p, q));
  }
});

test('decaying sums: the closed form, and the folded one for wide spreads', () => {
  const sum = new DecayingSum(25_000, 60_000);
  for (const s of [T0, T0 + 9999, T0 + 61_234, T0 + 250 * DAY]) sum.add(s);
  assert.equal(sum.worth(1, T0), 25_000);
  assert.equal(sum.worth(1, T0 + 60_000), 12_500);
  assert.equal(sum.worth(1, T0 + 180_000), 3125);
  assert.equal(sum.worth(4, T0 + 250 * DAY), 25_000);
  const negative = new DecayingSum(-1, DAY);
  negative.add(T0);
  assert.equal(negative.worth(1, T0 + DAY - 1), -1); // half a milli and a little, away from zero
  assert.equal(negative.worth(1, T0 + DAY + 1), 0);
});

test('a half-life and when the figure next changes', () => {
  const doc = engaging({ id: 'r', on: 'x', points: 40, decay: { half_life: 'P10D' } });
  const events = [ev(T0, 'x')];
  assert.equal(at(doc, events, T0).total, 40_000);
  assert.equal(at(doc, events, T0 + 10 * DAY).total, 20_000);
  assert.equal(at(doc, events, T0 + 5 * DAY).total, 28_284); // 40 / sqrt 2 = 28.28427
  assert.equal(at(doc, events, T0).grade, 'D2');
  const next = at(doc, events, T0).next_change_at;
  // shown 40 -> 39 below 39.5: t = -log2(39.4995/40) * 10 days
  const real = T0 - Math.log2(39.4995 / 40) * 10 * DAY;
  assert.ok(Math.abs(next - real) < 5, `${next - real}`);
  assert.equal(at(doc, events, next - 1).shown[0], 40);
  assert.equal(at(doc, events, next).shown[0], 39);
});

test('limits by day in the time zone, and cooldown', () => {
  const rule = { id: 'r', on: 'x', points: 1, limit: { times: 2, per: 'day' } };
  const hours = [0, 1, 2, 15, 16, 17, 18].map((h) => ev(T0 + h * HOUR, 'x'));
  assert.equal(at(engaging(rule), hours, T0 + 9 * DAY).total, 2000);
  // at +08:00 the new day starts at 16:00 UTC
  assert.equal(at({ time_zone: '+08:00', ...engaging(rule) }, hours, T0 + 9 * DAY).total, 4000);
  const cool = { ...rule, limit: { cooldown: 'PT2H' } };
  assert.equal(at(engaging(cool), hours, T0 + DAY).total, 4000); // 0, 2, 15, 17
  const ever = { ...rule, limit: { times: 3 } };
  assert.equal(at(engaging(ever), hours, T0 + DAY).total, 3000);
});

test('streaks: distinct values, breaking, starting again', () => {
  const opens = (...names) => names.map((n, i) => ev(T0 + i * HOUR, n === '-' ? 'email_sent' : 'email_open', { properties: { m: n } }));
  const streak = { length: 3, distinct: 'properties.m', broken_by: [{ type: 'email_sent', times: 2 }] };
  const doc = engaging({ id: 's', on: 'email_open', points: 10, streak });
  const total = (...names) => at(doc, opens(...names), T0 + DAY * 30).total;
  assert.equal(total('a', 'b', 'c'), 10_000);
  assert.equal(total('a', 'b', 'b', 'a'), 0);
  assert.equal(total('a', '-', 'b', '-', 'c'), 10_000);
  assert.equal(total('a', 'b', '-', '-', 'c'), 0);
  assert.equal(total('a', 'b', '-', 'b', '-', 'c'), 0); // the repeated open adds nothing, so the two sends count together
  assert.equal(total('a', 'b', 'c', 'a', 'b', 'c'), 20_000);
});

test('silence awards at multiples of the wait, until an event sets the clock', () => {
  const doc = engaging({ id: 'q', points: -5, inactive_for: { after: 'P30D', repeat: true, max_times: 3 } });
  const events = [ev(T0, 'profile_updated')];
  assert.equal(at(doc, events, T0 + 30 * DAY - 1).total, 0);
  assert.equal(at(doc, events, T0 + 30 * DAY).total, -5000);
  assert.equal(at(doc, events, T0 + 400 * DAY).total, -15_000);
  assert.equal(at(doc, events, T0).next_change_at, T0 + 30 * DAY);
  assert.equal(at(doc, events, T0 + 90 * DAY).next_change_at, null);
  // at the very instant the award comes first; sent mail does not set the clock
  const more = [...events, ev(T0 + 10 * DAY, 'email_sent'), ev(T0 + 30 * DAY, 'page_view')];
  assert.equal(at(doc, more, T0 + 30 * DAY).total, -5000);
  assert.equal(at(doc, more, T0 + 60 * DAY - 1).total, -5000);
  assert.equal(at(doc, more, T0 + 60 * DAY).total, -10_000);
});

test('fit, tiers, unknown criteria, exclusions', () => {
  const when = (field, value) => ({ '==': [{ var: field }, value] });
  const doc = {
    fit: { max: 25, rules: [{ id: 'a', when: when('a', 1), points: 20, tags: ['d:a'] }, { id: 'b', when: when('b', 1), points: 10 }] },
    icp: {
      criteria: ['a', 'b', 'c', 'd'].map((id) => ({ id, when: when(id, 1) })),
      exclusions: [{ id: 'edu', reason: 'education', when: when('a', 9) }],
    },
    stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 20] } }],
  };
  const events = [{ a: 1, c: 2 }, { b: 1 }, { a: 9 }, { a: null }].map((patch, i) => ev(T0 + i, 'x', { patch }));
  const [one, two, three, four] = events.map((e) => at(doc, events, e.at));
  assert.deepEqual(one.criteria.map((c) => c.met), [1, -1, 0, -1]);
  assert.deepEqual([one.tier, one.total, one.stage], ['D', 20_000, 'mql']);
  assert.deepEqual([two.tier, two.grade, two.total, two.tags], ['C', 'C4', 25_000, ['d:a']]);
  assert.deepEqual(two.contributions.map((c) => [c.rule, c.at - T0, c.points_now]), [['a', 0, 20_000], ['b', 1, 10_000], ['fit', 1, -5000]]);
  assert.deepEqual([three.tier, three.stage, three.exclusion, three.total], ['X', 'disqualified', 'education', 10_000]);
  assert.deepEqual([four.tier, four.stage, four.tags], ['D', 'lead', []]);
  assert.deepEqual(four.transitions.filter((x) => x.kind === 'stage').map((x) => x.to), ['mql', 'disqualified', 'lead']);
});

test('stages: hysteresis, fall back, cooldown, a tag by score, decay as a cause', () => {
  const doc = {
    ...engaging({ id: 'r', on: 'x', points: 60, decay: { half_life: 'P1D' } }),
    stages: [{ stage: 'mql', when: { '>=': [{ var: 'score' }, 100] }, rearm_below: 50, fall_back: true, cooldown: 'P3D' }],
    tags: [{ tag: 't:warm', when: { '>=': [{ var: 'engagement' }, 50] } }],
  };
  const events = [ev(T0, 'x'), ev(T0 + 1, 'x'), ev(T0 + 2 * DAY, 'x'), ev(T0 + 2 * DAY + 1, 'x')];
  const first = at(doc, events, T0 + 1);
  assert.deepEqual([first.stage, first.tags], ['mql', ['t:warm']]);
  // 120 falls below 50 after log2(2.4) = 1.263 days; two more at day 2 lift it over 100, but the cooldown lasts until day 3
  const back = at(doc, events, T0 + 2 * DAY - 1);
  assert.deepEqual([back.stage, back.tags], ['lead', []]);
  assert.equal(at(doc, events, T0 + 2 * DAY + 1).stage, 'lead');
  const three = [...events, ev(T0 + 2 * DAY + 2, 'x'), ev(T0 + 2 * DAY + 3, 'x')];
  // 30 + 240 at day 2 is 135 at day 3: raised by the clock alone
  const later = at(doc, three, T0 + 3 * DAY + 1);
  assert.equal(later.stage, 'mql');
  assert.deepEqual(later.transitions.filter((x) => x.kind === 'stage').map((x) => [x.to, x.cause, x.at - T0]).at(-1), ['mql', 'decay', 3 * DAY + 1]);
});

test('seen windows end by themselves; persons decide; won', () => {
  const doc = { stages: [{ stage: 'sal', when: { '!': { seen: ['bounce', 'P1D'] } } }] };
  const bounce = [ev(T0, 'bounce')];
  assert.deepEqual([at(doc, bounce, T0 + DAY - 1).stage, at(doc, bounce, T0 + DAY).stage], ['lead', 'sal']);
  assert.equal(at(doc, bounce, T0).next_change_at, T0 + DAY);
  const set = [...bounce, ev(T0 + DAY, 'stage_set', { properties: { stage: 'recycled' } })];
  assert.equal(at(doc, set, T0 + 3 * DAY).stage, 'recycled');
  assert.deepEqual([at(doc, [...set, ev(T0 + DAY, 'won')], T0 + DAY).stage], ['customer']);
});

test('tags by hand and by rule expire', () => {
  const doc = engaging({ id: 'r', on: 'x', points: 1, tags: ['a:b'], tag_for: 'P2D' });
  const events = [ev(T0, 'x'), ev(T0, 'tag_added', { properties: { tag: 'h:1', expires_at: new Date(T0 + DAY).toISOString() } })];
  assert.deepEqual(at(doc, events, T0 + DAY - 1).tags, ['a:b', 'h:1']);
  assert.deepEqual(at(doc, events, T0 + DAY).tags, ['a:b']);
  assert.deepEqual(at(doc, events, T0 + 2 * DAY).tags, []);
  assert.equal(at(doc, events, T0 + DAY).next_change_at, T0 + 2 * DAY);
});

test('caps explain what they cut off', () => {
  const doc = {
    score: { max: 50 },
    engagement: {
      max: 60, groups: [{ id: 'g', max: 45 }],
      rules: [{ id: 'r', on: 'x', points: 30, max: 40, group: 'g' }, { id: 's', on: 'x', points: 10, group: 'g' }, { id: 'u', on: 'x', points: 10 }],
    },
  };
  const result = at(doc, [ev(T0, 'x'), ev(T0 + 1, 'x')], T0 + 1);
  assert.equal(result.total, 50_000);
  // r 60 -> 40; group 40 + 20 -> 45; sum 45 + 20 -> 60; score 60 -> 50
  assert.deepEqual(result.contributions.filter((c) => c.kind === 'cap').map((c) => [c.rule, c.points_now]),
    [['r', -20_000], ['g', -15_000], ['engagement', -5000], ['score', -10_000]]);
  assert.equal(result.contributions.reduce((s, c) => s + c.points_now, 0), 50_000);
});

test('order and duplicates do not matter', () => {
  const doc = engaging({ id: 'r', on: 'x', points: 3, limit: { cooldown: 'PT1H' }, decay: { half_life: 'PT7M' } });
  const events = [ev(T0, 'x'), ev(T0 + 59 * 60_000, 'x'), ev(T0 + HOUR, 'x')];
  assert.deepEqual(at(doc, [...events].reverse().concat(events), T0 + HOUR), at(doc, events, T0 + HOUR));
  assert.deepEqual(at(doc, events, T0 - 1).grade, 'D4');
});

test('an event fills source, e-mail and phone of a profile that has none after its patch', () => {
  const events = [
    ev(T0, 'x', { email: 'a@x.cn', source: { channel: 'web' } }), ev(T0 + 1, 'x', { email: 'b@y.de', source: { channel: 'crm' }, phone: '+4930123456' }),
    ev(T0 + 2, 'x', { patch: { email: null, source: null } }), ev(T0 + 3, 'x', { patch: { email: 'p@x.cn' }, email: 'c@x.cn', source: { channel: 'crm' } }),
  ];
  const profiles = events.map((e) => at({}, events, e.at).profile);
  assert.deepEqual(profiles[1], { email: 'a@x.cn', source: { channel: 'web' }, phone: '+4930123456' });
  assert.deepEqual(profiles[2], { phone: '+4930123456' });
  assert.deepEqual(profiles[3], { phone: '+4930123456', email: 'p@x.cn', source: { channel: 'crm' } });
});

test('rules, merge patches, titles', () => {
  const run = (rule, data) => evaluate(rule, { data });
  assert.equal(run({ var: ['a.1.b', 7] }, { a: [0, { b: 3 }] }), 3);
  assert.equal(run({ var: ['x', 7] }, {}), 7);
  assert.deepEqual(run({ missing: ['a', 'b'] }, { a: '' }), ['a', 'b']);
  assert.deepEqual(run({ missing_some: [1, ['a', 'b']] }, { a: 1 }), []);
  assert.equal(run({ between: [{ var: 'n' }, 1, 3] }, { n: 3 }), true);
  assert.equal(run({ reduce: [[1, 2, 3], { '+': [{ var: 'current' }, { var: 'accumulator' }] }, 0] }, {}), 6);
  assert.equal(run({ if: [false, 1, [], 2, 3] }, {}), 3);
  assert.equal(run({ '==': ['1', 1] }, {}), true);
  assert.equal(run({ matches: ['abc', '^a.c$'] }, {}), true);
  assert.deepEqual(mergePatch({ a: { b: 1, c: 2 }, d: 1 }, { a: { b: null }, d: { e: { f: null } } }), { a: { c: 2 }, d: { e: {} } });
  const levels = {
    'Vice President': 'vp', 副总裁: 'vp', 总裁: 'c_level', 'Regional sales director': 'director', 项目经理: 'manager', 总经理: 'c_level', Engineer: 'staff',
    'Assistant to the CEO': 'staff', 'sales--manager': 'manager', VPN: 'staff',
  };
  assert.equal(titleLevel(' \t'), undefined);
  for (const [title, level] of Object.entries(levels)) assert.equal(titleLevel(title), level, title);
});
