// Random histories for a model: 1 to 40 events around instants that matter to it (multiples of its durations, ends of days, the same millisecond).

import { EMAILS, EVENT_TYPES, FIELDS, HAND_TAGS, PHONES, PROPERTIES } from './conditions.mjs';
import { has } from './features.mjs';
import { walk } from './logic.mjs';
import { parseDuration } from './text.mjs';
import { zoneOffset } from './zones.mjs';

const STARTS = ['2026-01-29T10:00:00Z', '1969-11-20T00:00:00Z', '2099-12-01T00:00:00Z', '1905-06-01T00:00:00Z'].map((x) => Date.parse(x));
const DAY = 86_400_000;
const CROWDED_AWARDS_SHARE = 0.012;
const CROWDED_WINDOW_SHARE = 0.02;
/* Days before a zone's clocks move: over midnight and back, by half an hour, by a whole day, after years of rest, at an odd second. */
const TURNS = {
  'Asia/Shanghai': ['1986-05-03', '1991-09-13'], 'America/Sao_Paulo': ['2018-02-16', '2017-10-14'], 'Pacific/Apia': ['2011-12-28', '2021-04-02'],
  'Australia/Lord_Howe': ['2026-04-03', '2026-10-02'], 'Asia/Kolkata': ['1905-12-30', '1942-08-30'], 'Europe/Dublin': ['2027-03-26', '1971-10-29'],
  'Pacific/Kiritimati': ['1994-12-29'], 'Antarctica/Troll': ['2026-03-27'], 'America/St_Johns': ['2006-10-27', '2026-10-30'],
};

/** Every duration the model mentions, in ms. */
export function durationsOf(value, found = []) {
  if (typeof value === 'string' && /^P[\dT]/.test(value)) found.push(parseDuration(value));
  else if (value && typeof value === 'object') Object.values(value).forEach((x) => durationsOf(x, found));
  return found;
}

function nextInstant(r, at, durations, pace, offset) {
  const jump = r.int(0, 99);
  if (jump < 15) return at;
  if (jump < 30) return at + r.int(0, 3) * r.pick([1, 1, 1000]);
  if (jump < 60) return at + Math.ceil(r.unit() * pace);
  if (jump < 80 && durations.length > 0) return at + r.pick(durations) * r.int(1, 3) + r.pick([0, 0, 0, -1, 1]);
  if (jump < 88) {
    const local = offset(at); // to the next midnight there, or thereabouts when the clocks move before
    return Math.max(at, (Math.floor((at + local) / DAY) + 1) * DAY - offset(at + r.pick([0, DAY / 2])) + r.pick([-1, 0, 0, 1, -3_600_000, 3_600_000]));
  }
  if (jump < 97) return at + Math.ceil(r.unit() * 10 * pace);
  return at + r.int(30, 400) * DAY;
}

function patch(r) {
  const result = {};
  for (const name of r.some(Object.keys(FIELDS), 0.35)) {
    const value = r.chance(0.15) ? null : r.pick(FIELDS[name]);
    const path = name.split('.');
    let at = result;
    while (path.length > 1) at = at[path[0]] ??= {}, path.shift();
    at[path[0]] = value;
  }
  if (r.chance(0.05)) result.company = null;
  else if (r.chance(0.1)) (result.company ??= {}).technologies = r.pick([['SAP', 'x'], ['Oracle › ERP', 7], ['Shopify'], [7, 'SAP'], [], 'SAP']);
  if (r.chance(0.03)) result.source = r.pick([null, { channel: 'phone' }, 'fair']);
  if (r.chance(0.06)) result[r.pick(['email', 'phone'])] = r.pick([null, 'c@x.cn', '+15551234']);
  if (has('contacts') && r.chance(0.2)) result.email = r.pick(EMAILS);
  if (has('contacts') && r.chance(0.1)) result.phone = r.pick(PHONES);
  if (has('contacts') && r.chance(0.02)) Object.assign(result, { email_kind: r.pick(['business', null]), phone_country: 'CN' }); // hidden by the derived ones
  if (r.chance(0.03)) result.title_level = r.pick(['vp', null]);
  if (r.chance(0.03)) result.taxonomy = r.pick([{ sector: 'e-commerce' }, { place: 'Europe', tool: 'ERP' }, null]); // hidden by the derived ones
  if (r.chance(0.05)) result.attributes = { deep: { a: [1, { b: null }], c: null }, plan: 'pro' };
  return result;
}

function properties(r) {
  const result = {};
  for (const name of r.some(Object.keys(PROPERTIES), 0.6)) result[name] = r.pick(PROPERTIES[name]);
  return result;
}

/** Properties of internal events, some of them malformed. */
function handTag(r, at, durations) {
  const span = durations.length > 0 ? r.pick(durations) : DAY;
  const end = new Date(at + r.pick([0, 1, span, span - 1]));
  const result = { tag: r.pick(HAND_TAGS), source: r.pick(['hand', 'import']), expires_at: r.chance(0.3) ? null : end.toISOString() };
  if (r.chance(0.05)) result.expires_at = new Date(end.getTime() + 8 * 3_600_000).toISOString().replace('Z', '+08:00');
  if (r.chance(0.05)) delete result.expires_at;
  if (r.chance(0.05)) delete result.source;
  if (r.chance(0.9)) return result;
  const faults = [{ tag: '' }, { tag: 7 }, { tag: null }, { tag: 'x'.repeat(256) }, { source: 'robot' }, { expires_at: 'tomorrow' }, { expires_at: 5 }];
  return { ...result, ...r.pick(faults) };
}

function personalStage(r, durations) {
  const span = durations.length > 0 ? r.pick(durations) : DAY;
  const stage = r.pick(['lead', 'mql', 'sal', 'sql', 'opportunity', 'recycled', 'recycled', 'disqualified', 'lost', 'lead']);
  if (has('resets') && r.chance(0.6)) {
    const result = { stage, reason: 'by hand', keep: r.pick([0, 0.5, 0.5, 0.333, 0.999, 1, 0.001, null, r.int(0, 1000) / 1000]) };
    if (r.chance(0.5)) result.cooldown = r.pick(['PT1S', 'P1D', 'P30D', null, `PT${Math.max(1, Math.floor(span / 1000))}S`]);
    if (r.chance(0.3)) delete result.keep;
    return r.chance(0.95) ? result : { ...result, ...r.pick([{ keep: 1.001 }, { keep: -0.1 }, { keep: '0.5' }, { keep: 0.1234 }, { cooldown: 'P1M' }, { cooldown: 5 }, { reason: 7 }]) };
  }
  return r.chance(0.95) ? { stage, reason: 'by hand', actor: 'u1' } : r.pick([{ stage: 'LEAD' }, { stage: 3 }, {}, { reason: 'x' }]);
}

function scoreOffset(r, at, durations) {
  const span = durations.length > 0 ? r.pick(durations) : DAY;
  const result = { points: r.pick([0, 5, -5, 12.345, 25, 50, -50, 100, 10_000, -10_000, r.int(-100_000, 100_000) / 1000]), reason: 'fair', author: 'u1' };
  if (r.chance(0.7)) result.expires_at = new Date(at + r.pick([0, -1, 1, span, span - 1, 3 * span, 30 * DAY])).toISOString();
  else if (r.chance(0.5)) result.expires_at = null;
  if (r.chance(0.05)) delete result[r.pick(['reason', 'author'])];
  if (r.chance(0.92)) return result;
  const faults = [
    { points: '5' }, { points: 10_000.001 }, { points: 1.2345 }, { points: null }, { points: true }, { reason: 5 }, { author: {} }, { expires_at: 'tomorrow' }, { expires_at: 7 },
  ];
  return { ...result, ...r.pick(faults) };
}

/** Properties of an account's events, some of them malformed. */
function accountEvent(r, type) {
  if (type === 'account_left') return r.pick([{}, {}, { account_id: 'a1' }, { keep_out: true }, { account_id: 'a2', keep_out: true }, { keep_out: 1 }, { account_id: 7 }]);
  const account = { id: r.pick(['a1', 'a1', 'a2']), version: r.pick([1, 2, 3, 4, 2.5]) };
  for (const field of r.some(['industry', 'employees'], 0.6)) account[field] = r.pick(FIELDS[`company.${field}`]);
  if (r.chance(0.6)) account.by = r.pick(['email', 'hand']);
  if (r.chance(0.4)) account.region = r.pick(['East', null, 'South', { x: 1 }]);
  if (r.chance(0.2)) account.technologies = r.pick([['SAP'], ['shopify', 'x']]);
  if (r.chance(0.9)) return { account };
  return r.pick([{}, { account: null }, { account: 'a1' }, { account: { ...account, id: 1 } }, { account: { ...account, version: '3' } }, { account: [account] }]);
}

function randomEvent(r, at, durations) {
  const ev = { key: r.hex(32), at, type: r.pick(EVENT_TYPES) };
  const kind = r.int(0, 99);
  if (kind < 5) {
    ev.type = 'tag_added';
    if (r.chance(0.98)) ev.properties = handTag(r, at, durations);
  } else if (kind < 7) {
    ev.type = 'tag_removed';
    ev.properties = { tag: r.pick(HAND_TAGS) };
  } else if (kind < 8 || (has('resets') && r.chance(0.03))) {
    ev.type = 'stage_set';
    if (r.chance(0.98)) ev.properties = personalStage(r, durations);
  } else if (kind < 9) {
    ev.type = r.pick(['won', 'lost', 'lost']);
  } else if (kind < 10) {
    ev.type = r.pick(['lead_merged', 'lead_unmerged']);
    ev.properties = { lead_id: 'other' };
  } else if (kind < 14 && has('offset')) {
    ev.type = 'score_offset';
    if (r.chance(0.98)) ev.properties = scoreOffset(r, at, durations);
  } else if (kind < 22 && has('accounts')) {
    ev.type = r.pick(['account_joined', 'account_changed', 'account_changed', 'account_left']);
    if (r.chance(0.98)) ev.properties = accountEvent(r, ev.type);
  } else {
    if (r.chance(0.7)) ev.properties = properties(r);
    if (r.chance(ev.type === 'profile_updated' ? 0.95 : 0.3)) ev.patch = patch(r);
  }
  if (!EVENT_TYPES.includes(ev.type) && r.chance(0.15)) ev.patch = patch(r);
  if (r.chance(0.12)) ev.email = r.pick(has('contacts') ? ['a@x.cn', 'b@y.de', 'ceo@z.com', 'b@qq.com', 'hr@x.cn', 'b@mailinator.com'] : ['a@x.cn', 'b@y.de', 'ceo@z.com']);
  if (r.chance(0.08)) ev.phone = r.pick(['+8613800138000', '+4930123456']);
  if (r.chance(0.15)) ev.source = { channel: r.pick(['web', 'crm']), campaign: r.pick(['spring', null, 3]) };
  return ev;
}

/** {type, span, count}: more events of a type within a span than a fading rule or a window of `count_events` keeps; now and then, null else. */
function crowd(r, doc) {
  const found = [];
  for (const x of doc.engagement?.rules ?? []) {
    const span = x.decay?.linear ?? x.decay?.expires_after;
    const plain = x.on && !x.where && !x.limit && !x.streak && !x.count && !x.inactive_for;
    if (span && plain && r.chance(CROWDED_AWARDS_SHARE)) found.push({ on: x.on, span, count: r.int(265, 290) });
  }
  for (const { when } of [...(doc.stages ?? []), ...(doc.tags ?? [])]) {
    walk(when, (operator, [on, span]) => {
      if (operator === 'count_events' && span && r.chance(CROWDED_WINDOW_SHARE)) found.push({ on, span, count: r.int(65, 100) });
    });
  }
  if (found.length === 0) return null;
  const { on, span, count } = r.pick(found);
  const picked = r.pick([on].flat());
  const type = picked.type ?? picked;
  return { type: type === '*' ? 'page_view' : type, span: parseDuration(span), count };
}

function startOf(r, doc) {
  const turns = TURNS[doc.time_zone];
  if (turns && r.chance(0.7)) return Date.parse(r.pick(turns)) + r.int(0, 2 * DAY);
  const start = (r.chance(0.9) ? STARTS[0] : r.pick(STARTS)) + r.int(0, 40 * DAY);
  return r.chance(0.1) ? Math.floor(start / DAY) * DAY : start;
}

/** {events: shuffled with duplicates, at} */
export function randomHistory(r, doc) {
  const durations = durationsOf(doc);
  const offset = zoneOffset(doc.time_zone);
  const pace = r.pick([60_000, 3_600_000, DAY, 7 * DAY, 30 * DAY]);
  let count = r.chance(0.67) ? r.int(1, 12) : r.int(8, 40);
  let at = startOf(r, doc);
  const manyTags = r.chance(0.003);
  const crowded = manyTags ? null : crowd(r, doc);
  if (manyTags) count = r.int(150, 260);
  if (crowded) count = crowded.count;
  const dense = manyTags ? () => r.int(0, 2) : () => r.int(0, Math.ceil(crowded.span / count / r.pick([1, 3])));
  const usual = r.shuffle(EVENT_TYPES).slice(0, r.int(1, EVENT_TYPES.length)); // few types make streaks and limits likely
  const events = [];
  for (let i = 0; i < count; i++) {
    const ev = crowded && r.chance(0.99) ? { key: r.hex(32), at, type: crowded.type } : randomEvent(r, at, durations);
    if (!crowded && EVENT_TYPES.includes(ev.type) && r.chance(0.8)) ev.type = r.pick(usual);
    if (manyTags && r.chance(0.9)) {
      const tag = `many:${r.int(0, 160)}`;
      Object.assign(ev, { type: 'tag_added', properties: r.chance(0.1) ? { ...handTag(r, at, durations), tag } : { tag } });
    }
    events.push(ev);
    at = (manyTags || crowded) && r.chance(crowded ? 0.999 : 0.98) ? at + dense() : nextInstant(r, at, durations, pace, offset);
  }
  const last = events.at(-1).at;
  const middle = r.pick(events).at;
  const asked = crowded && r.chance(0.7) ? last : r.pick([last, last, at, at, Math.max(last, nextInstant(r, at, durations, pace, offset)), last + 1, middle, middle - 1]);
  const repeated = r.chance(0.4) ? events.concat(r.some(events, 0.3)) : events;
  return { events: r.chance(crowded ? 0.1 : 0.7) ? r.shuffle(repeated) : repeated, at: asked };
}

/** An instant after all events at which their points have decayed in part. */
export function later(r, doc, events) {
  const last = Math.max(...events.map((ev) => ev.at));
  const durations = durationsOf(doc);
  const ends = events.map((ev) => Date.parse(ev.properties?.expires_at)).filter((end) => end > last);
  if (ends.length > 0 && r.chance(0.5)) return r.pick(ends) + r.int(0, DAY);
  return last + Math.ceil((durations.length > 0 ? r.pick(durations) : DAY) * r.pick([0.5, 1, 1.5, 3]) * r.unit());
}
