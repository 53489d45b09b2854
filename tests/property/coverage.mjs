// What the random histories showed. Every category must occur, else the generator tests less than it claims.

import { FADING_AWARDS_MAX } from './fading.mjs';
import { has } from './features.mjs';

const HOUR = 3_600_000;

const CATEGORIES = [
  'mql', 'sal', 'straight to sal', 'mql again', 'sal again', 'fall back', 'two stages in one instant', 'held back by a cooldown',
  'stage set by a person', 'won', 'lost',
  'disqualified by an exclusion', 'exclusion lifted', 'stage moved by time', 'tier moved',
  'cap on a rule', 'cap on a group', 'cap on engagement', 'cap on fit', 'cap on score', 'cap that lifts',
  'silence award', 'streak award', 'award refused by a period', 'award refused by a cooldown', 'decayed award', 'negative total',
  'half-life of minutes', 'half-life of years',
  'moved by silence', 'moved by the end of a tag', 'moved by the end of a cooldown', 'moved by the end of a seen window',
  'hand tag held', 'hand tag expired', 'tag removed by hand', 'too many tags by hand', 'model tag held', 'rule tag held', 'rule tag expired',
  'criterion unknown', 'tier A', 'tier B', 'tier C', 'tier X', 'grade 1', 'grade 2', 'grade 3',
  'next change by decay', 'next change by the clock', 'no next change', 'next change moves the stage', 'next change moves tags',
  'e-mail from an event', 'e-mail of an event not taken',
  'events in one millisecond', 'duplicates', 'out of order', 'asked before the end', 'asked before the start', 'gap over a month',
  'null in a patch', '20 events or more', 'voided events', 'leads merged', 'a thousand steps', 'a thousand steps of a half-life',
];
/* What too few histories cannot be expected to show. */
const RARE = new Set([
  'linear award at its end', 'linear award displaced', 'expiring award displaced', 'more than 64 events in a window', 'too many tags by hand',
  'held back by a cooldown', 'moved by the end of a cooldown', 'next change moves the stage', 'a thousand steps of a linear award', 'a thousand steps over an expiry',
  'a thousand steps over the end of an offset', 'award while the clocks are moved', 'held back by a rest', 'moved by the end of a rest',
]);
const COVERAGE_FROM = 2000;
const RARE_FROM = 40_000;
const OF_FEATURES = {
  linear: ['linear award', 'linear award at its end', 'linear award displaced', 'a thousand steps of a linear award'],
  expires_after: ['award expired', 'moved by the expiry of an award', 'expiring award displaced', 'a thousand steps over an expiry'],
  sequence: ['sequence award', 'sequence of more than two steps', 'sequence without'],
  count: ['count award', 'count limited'],
  offset: [
    'offset explained', 'offset ended by itself', 'offset taken back', 'moved by the end of an offset', 'offset malformed', 'stage moved by an offset',
    'a thousand steps over the end of an offset',
  ],
  count_events: ['more than 64 events in a window', 'moved by an event that leaves its window'],
  days_since: ['moved by days that have passed'],
  zones: ['period in a zone', 'award while the clocks are moved'],
  weights: ['weight of thousandths', 'optional criterion'],
  taxonomies: ['taxonomy value', 'taxonomy unknown'],
  contacts: ['e-mail business', 'e-mail personal', 'e-mail role', 'e-mail disposable', 'e-mail of a domain of the model', 'phone with a country', 'phone without a country'],
  applies_when: ['model does not apply'],
  resets: ['reset in part', 'reset to nothing', 'reset malformed', 'rest', 'held back by a rest', 'moved by the end of a rest'],
  segments: ['entered a segment', 'left a segment', 'entered a segment as time passed', 'left a segment as time passed'],
  accounts: ['account joined', 'account changed', 'account changed too late', 'account left', 'kept out of accounts', 'account in place of company'],
};

const kindOfCap = (model, line) => {
  if (['fit', 'engagement', 'score'].includes(line.rule)) return line.rule;
  return model.engagement.groups?.some((g) => g.id === line.rule) ? 'a group' : 'a rule';
};

function* ofResult(model, result, history) {
  const offsets = new Set(history.offsets.map((x) => x.key));
  if (result.applies === false) yield 'model does not apply';
  for (const line of result.contributions) {
    if (line.kind === 'offset') yield 'offset explained';
    if (line.kind === 'cap') yield `cap on ${kindOfCap(model, line)}`;
    if (line.kind === 'cap' && line.points > 0) yield 'cap that lifts';
    if (line.kind === 'engagement' && line.points !== line.points_now) yield 'decayed award';
  }
  for (const t of result.transitions) {
    if (t.kind === 'stage' && t.cause === 'decay') yield 'stage moved by time';
    if (t.kind === 'tier') yield 'tier moved';
    if (t.kind === 'stage' && t.cause === 'person' && offsets.has(t.event)) yield 'stage moved by an offset';
  }
  for (const c of result.criteria) {
    if (c.met < 0) yield 'criterion unknown';
    if (c.weight % 1000 !== 0) yield 'weight of thousandths';
    if (!c.core) yield 'optional criterion';
  }
  yield `tier ${result.tier}`;
  yield `grade ${result.grade[1]}`;
  for (const tag of result.tags) yield `${tag.split(':')[0]} tag held`;
  if (result.total < 0) yield 'negative total';
  if (result.next_change_at === null) yield 'no next change';
}

function* ofFading(rule, made, at) {
  const span = rule.linear ?? rule.expiresAfter;
  if (span === null) return;
  const name = rule.linear === null ? 'expiring' : 'linear';
  const alive = made.filter((x) => x.at + span > at).length;
  if (rule.linear !== null && alive > 0) yield 'linear award';
  if (rule.linear !== null && made.some((x) => x.at + span === at)) yield 'linear award at its end';
  if (rule.linear === null && alive < made.length) yield 'award expired';
  if (alive > FADING_AWARDS_MAX) yield `${name} award displaced`;
}

function* ofZone(history, made) {
  const { offset } = history.model;
  yield 'period in a zone';
  if (made.some((x) => offset(x.at - 12 * HOUR) !== offset(x.at + 12 * HOUR))) yield 'award while the clocks are moved';
}

function* ofOffsets(history, at) {
  const given = history.offsets.filter((x) => x.points !== 0);
  if (given.some((x, i) => x.end <= at && !(given[i + 1]?.at < x.end))) yield 'offset ended by itself';
  if (history.offsets.some((x, i) => x.points === 0 && history.offsets[i - 1]?.end > x.at)) yield 'offset taken back';
  if (history.events.filter((ev) => ev.type === 'score_offset').length > history.offsets.length) yield 'offset malformed';
}

function* ofTaxonomies({ model, facts }) {
  for (const { name } of model.taxonomies) yield facts.at(-1).data.taxonomy[name] === undefined ? 'taxonomy unknown' : 'taxonomy value';
}

function* ofAccounts({ events, facts }) {
  for (const [i, { type }] of events.entries()) {
    const before = facts[i - 1]?.profile.account, after = facts[i].profile.account;
    if (after?.id && type === 'account_joined' && before !== after) yield 'account joined';
    if (type === 'account_changed' && before) yield before === after ? 'account changed too late' : 'account changed';
    if (type === 'account_left' && before?.id && !after?.id) yield 'account left';
    if (after?.id === null) yield 'kept out of accounts';
    if (after?.industry && !facts[i].profile.company?.industry) yield 'account in place of company';
  }
}

function* ofContacts({ model, facts }) {
  const { email, phone, email_kind: kind, phone_country: country } = facts.at(-1).data;
  if (kind) yield `e-mail ${kind}`;
  if (kind && Object.hasOwn(model.emailDomains, email.slice(email.lastIndexOf('@') + 1))) yield 'e-mail of a domain of the model';
  if (phone !== undefined && phone !== null) yield country ? 'phone with a country' : 'phone without a country';
}

/** What was decaying or to end while time passed in many steps. */
function* ofSteps({ steps, at }, history) {
  if (!steps) return;
  yield 'a thousand steps';
  const last = history.events.at(-1).at;
  const over = (end) => end > last && end <= at;
  for (const { rule, awards } of history.rules) {
    const made = awards.filter((x) => x.at <= last);
    if (rule.linear !== null && made.some((x) => x.at + rule.linear > last)) yield 'a thousand steps of a linear award';
    if (rule.expiresAfter !== null && made.some((x) => over(x.at + rule.expiresAfter))) yield 'a thousand steps over an expiry';
    if (rule.halfLife !== null && made.length > 0) yield 'a thousand steps of a half-life';
  }
  if (over(history.offsets.at(-1)?.end)) yield 'a thousand steps over the end of an offset';
}

function* ofRules(model, history, at) {
  for (const { rule, awards } of history.rules) {
    if (awards.refused?.period > 0) yield 'award refused by a period';
    if (awards.refused?.cooldown > 0) yield 'award refused by a cooldown';
    const made = awards.filter((x) => x.at <= at);
    if (made.length === 0) continue;
    if (rule.silence) yield 'silence award';
    if (rule.streak) yield 'streak award';
    if (rule.sequence) yield rule.sequence.steps.length > 2 ? 'sequence of more than two steps' : 'sequence award';
    if (rule.sequence?.without.length > 0) yield 'sequence without';
    if (rule.count) yield awards.refused.period + awards.refused.cooldown > 0 ? 'count limited' : 'count award';
    yield* ofFading(rule, made, at);
    if (rule.limit.per !== 'ever' && rule.limit.per !== 'event' && model.time_zone?.includes('/')) yield* ofZone(history, made);
    if (rule.halfLife !== null && rule.halfLife < HOUR) yield 'half-life of minutes';
    if (rule.halfLife > 300 * 24 * HOUR) yield 'half-life of years';
    if (rule.tags.length > 0 && rule.tagFor !== null && made.at(-1).at + rule.tagFor <= at) yield 'rule tag expired';
  }
}

function* ofEvents({ events, at, voided, parts }) {
  if (voided?.length > 0) yield 'voided events';
  if (parts) yield 'leads merged';
  const keys = new Set(events.map((ev) => ev.key));
  const times = events.map((ev) => ev.at);
  if (keys.size < events.length) yield 'duplicates';
  if (times.some((t, i) => i > 0 && t < times[i - 1])) yield 'out of order';
  const once = [...new Map(events.map((ev) => [ev.key, ev.at])).values()].sort((a, b) => a - b);
  if (once.some((t, i) => t === once[i - 1])) yield 'events in one millisecond';
  if (once.some((t, i) => t - once[i - 1] > 31 * 24 * HOUR)) yield 'gap over a month';
  if (at < once.at(-1)) yield 'asked before the end';
  if (at < once[0]) yield 'asked before the start';
  if (once.length >= 20) yield '20 events or more';
  if (events.some((ev) => ev.patch && JSON.stringify(ev.patch).includes('null'))) yield 'null in a patch';
}

function* ofNames(history) {
  for (const [i, ev] of history.events.entries()) {
    if (ev.email) yield history.facts[i].profile.email === ev.email ? 'e-mail from an event' : 'e-mail of an event not taken';
  }
}

/** The categories that one history belongs to. */
export function categoriesOf(model, one, result, { history, machine, next }) {
  const found = new Set(ofEvents(one));
  if (!history) return found;
  const lists = [
    machine.marks, ofResult(model, result, history), ofRules(model, history, one.at), ofNames(history), ofOffsets(history, one.at), ofTaxonomies(history), ofAccounts(history),
    ofContacts(history),
    ofSteps(one, history),
  ];
  for (const list of lists) for (const x of list) found.add(x);
  if (next?.at) {
    found.add(next.turned ? 'next change by decay' : 'next change by the clock');
    if (next.stage !== machine.stage) found.add('next change moves the stage');
    if (next.tags.join() !== machine.tags.join()) found.add('next change moves tags');
  }
  return found;
}

/** Prints the table; returns the categories that never occurred and should have. */
export function report(counts, total) {
  const categories = [...CATEGORIES, ...Object.entries(OF_FEATURES).flatMap(([feature, names]) => (has(feature) ? names : []))];
  const width = Math.max(...categories.map((x) => x.length));
  for (const name of categories) {
    const n = counts[name] ?? 0;
    console.log(`  ${name.padEnd(width)}  ${String(n).padStart(8)}  ${((100 * n) / total).toFixed(2).padStart(6)} %`);
  }
  return categories.filter((name) => !counts[name] && total >= (RARE.has(name) ? RARE_FROM : COVERAGE_FROM));
}
