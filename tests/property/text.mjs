// The small text formats of a model and a profile: durations, time zones, points, merge patches and title levels (docs/scoring.md 1, 3, 4, 10).

const DURATION = /^P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)$/;

export function parseDuration(text) {
  const m = DURATION.exec(text);
  if (!m) throw new Error(`no duration: ${text}`);
  const [weeks, days, hours, minutes, seconds] = m.slice(1).map((x) => Number(x ?? 0));
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** RFC 3339 to milliseconds, null when it is none. */
export function parseInstant(text) {
  return typeof text === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : null;
}

/** Offset of a model's time zone from UTC in milliseconds. */
export function parseZone(text = 'UTC') {
  if (text === 'UTC') return 0;
  const sign = text[0] === '-' ? -1 : 1;
  return sign * (Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6))) * 60_000;
}

export const toMilli = (points) => Math.round(points * 1000);

/** Half away from zero. */
export function shown(milli) {
  const whole = Math.floor((Math.abs(milli) + 500) / 1000);
  return milli < 0 && whole > 0 ? -whole : whole;
}

/** The name of the calendar period that an instant lies in. */
export function periodOf(at, per, offset) {
  const day = Math.floor((at + offset) / 86_400_000);
  if (per === 'day') return day;
  if (per === 'week') return Math.floor((day + 3) / 7);
  if (per === 'month') return new Date(at + offset).toISOString().slice(0, 7);
  return 'ever';
}

const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);

/** RFC 7396, into a new value. */
export function mergePatch(target, patch) {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/* Unicode's full case folding: what differs only in case has the same capitals, but for a sigma that ends a word when it comes back from them. */
const foldCase = (text) => text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
const UNSEEN = /[\p{Cc}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

export const fold = (text) => foldCase(text.replace(UNSEEN, '').normalize('NFKC')).normalize('NFKC');

const LEVELS = {
  c_level: [
    'ceo', 'cto', 'cfo', 'coo', 'cmo', 'cio', 'chief', 'founder', 'owner', 'president', 'general manager', 'managing director',
    '首席', '总裁', '董事长', '总经理', '创始人', '老板',
  ],
  vp: ['vp', 'vice president', '副总裁', '副总经理', '副总'],
  director: ['director', 'head', '总监'],
  manager: ['manager', 'supervisor', '经理', '主管'],
};
const HELPERS = ['assistant', 'secretary', 'intern', '助理', '秘书', '实习'];

function placesOf(word, text) {
  const pattern = /[a-z]/.test(word) ? `(?<![a-z0-9])${word}(?![a-z0-9])` : word;
  return [...text.matchAll(new RegExp(pattern, 'g'))].map((m) => ({ from: m.index, to: m.index + word.length }));
}

const known = new Map();
export function titleLevel(title) {
  if (typeof title !== 'string') return undefined;
  if (!known.has(title)) known.set(title, findLevel(title));
  return known.get(title);
}

function findLevel(title) {
  // eslint-disable-next-line no-control-regex -- runs of ASCII that is neither letter nor digit
  const text = fold(title).replace(/[\x00-\x2f\x3a-\x60\x7b-\x7f]+/g, ' ').trim();
  if (text === '') return undefined;
  if (HELPERS.some((word) => placesOf(word, text).length > 0)) return 'staff';
  const found = Object.entries(LEVELS).flatMap(([level, words]) => words.flatMap((word) => placesOf(word, text).map((place) => ({ level, ...place }))));
  const longest = found.filter((a) => !found.some((b) => b.from < a.to && a.from < b.to && b.to - b.from > a.to - a.from));
  return Object.keys(LEVELS).find((level) => longest.some((x) => x.level === level)) ?? 'staff';
}
