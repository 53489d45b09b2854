// Random histories for a model: 1 to 40 events around instants that matter to it (multiples of its durations, ends of days, the same millisecond).

import { parseDuration } from './text.mjs';
import { EVENT_TYPES, FIELDS, HAND_TAGS, PROPERTIES } from './models.mjs';

const STARTS = ['2026-01-29T10:00:00Z', '1969-11-20T00:00:00Z', '2099-12-01T00:00:00Z', '1905-06-01T00:00:00Z'].map((x) => Date.parse(x));
const DAY = 86_400_000;

/** Every duration the model mentions, in ms. */
function durationsOf(value, found = []) {
  if (typeof value === 'string' && /^P[\dT]/.test(value)) found.push(parseDuration(value));
  else if (value && typeof value === 'object') Object.values(value).forEach((x) => durationsOf(x, found));
  return found;
}

function nextInstant(r, at, durations, pace) {
  const jump = r.int(0, 99);
  if (jump < 15) return at;
  if (jump < 30) return at + r.int(0, 3) * r.pick([1, 1, 1000]);
  if (jump < 60) return at + Math.ceil(r.unit() * pace);
  if (jump < 80 && durations.length > 0) return at + r.pick(durations) * r.int(1, 3) + r.pick([0, 0, 0, -1, 1]);
  if (jump < 88) return (Math.floor(at / DAY) + 1) * DAY - r.pick([0, 8, -5.5]) * 3_600_000 + r.pick([-1, 0, 0, 1]);
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
  if (r.chance(0.03)) result.source = r.pick([null, { channel: 'phone' }, 'fair']);
  if (r.chance(0.06)) result[r.pick(['email', 'phone'])] = r.pick([null, 'c@x.cn', '+15551234']);
  if (r.chance(0.03)) result.title_level = r.pick(['vp', null]);
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

function personalStage(r) {
  const stage = r.pick(['lead', 'mql', 'sal', 'sql', 'opportunity', 'recycled', 'recycled', 'disqualified', 'lost', 'lead']);
  return r.chance(0.95) ? { stage, reason: 'by hand', actor: 'u1' } : r.pick([{ stage: 'LEAD' }, { stage: 3 }, {}, { reason: 'x' }]);
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
  } else if (kind < 8) {
    ev.type = 'stage_set';
    if (r.chance(0.98)) ev.properties = personalStage(r);
  } else if (kind < 9) {
    ev.type = r.pick(['won', 'lost', 'lost']);
  } else {
    if (r.chance(0.7)) ev.properties = properties(r);
    if (r.chance(ev.type === 'profile_updated' ? 0.95 : 0.3)) ev.patch = patch(r);
  }
  if (!EVENT_TYPES.includes(ev.type) && r.chance(0.15)) ev.patch = patch(r);
  if (r.chance(0.12)) ev.email = r.pick(['a@x.cn', 'b@y.de', 'ceo@z.com']);
  if (r.chance(0.08)) ev.phone = r.pick(['+8613800138000', '+4930123456']);
  if (r.chance(0.15)) ev.source = { channel: r.pick(['web', 'crm']), campaign: r.pick(['spring', null, 3]) };
  return ev;
}

/** {events: shuffled with duplicates, at} */
export function randomHistory(r, doc) {
  const durations = durationsOf(doc);
  const pace = r.pick([60_000, 3_600_000, DAY, 7 * DAY, 30 * DAY]);
  let count = r.chance(0.7) ? r.int(1, 12) : r.int(8, 40);
  let at = (r.chance(0.9) ? STARTS[0] : r.pick(STARTS)) + r.int(0, 40 * DAY);
  if (r.chance(0.1)) at = Math.floor(at / DAY) * DAY;
  const manyTags = r.chance(0.003);
  if (manyTags) count = r.int(150, 260);
  const usual = r.shuffle(EVENT_TYPES).slice(0, r.int(1, EVENT_TYPES.length)); // few types make streaks and limits likely
  const events = [];
  for (let i = 0; i < count; i++) {
    const ev = randomEvent(r, at, durations);
    if (EVENT_TYPES.includes(ev.type) && r.chance(0.8)) ev.type = r.pick(usual);
    if (manyTags && r.chance(0.9)) {
      const tag = `many:${r.int(0, 160)}`;
      Object.assign(ev, { type: 'tag_added', properties: r.chance(0.1) ? { ...handTag(r, at, durations), tag } : { tag } });
    }
    events.push(ev);
    at = manyTags && r.chance(0.9) ? at + r.int(0, 2) : nextInstant(r, at, durations, pace);
  }
  const last = events.at(-1).at;
  const middle = r.pick(events).at;
  const asked = r.pick([last, last, at, at, Math.max(last, nextInstant(r, at, durations, pace)), last + 1, middle, middle - 1]);
  const repeated = r.chance(0.4) ? events.concat(r.some(events, 0.3)) : events;
  return { events: r.chance(0.7) ? r.shuffle(repeated) : repeated, at: asked };
}
