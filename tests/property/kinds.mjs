// How many random events each kind of rule has met: those of histories whose model has such a rule, up to the instant asked for.

import { has } from './features.mjs';

const RULE_KINDS = ['streak', 'sequence', 'count', 'inactive_for'];
const FEATURE_OF = {
  linear: 'linear', 'expires after': 'expires_after', sequence: 'sequence', count: 'count', offset: 'offset', count_events: 'count_events', days_since: 'days_since', 'look with where': 'looks',
  'IANA time zone': 'zones', 'weighted criterion': 'weights', taxonomy: 'taxonomies', 'applies when': 'applies_when', 'e-mail or phone': 'contacts',
};
const KINDS_FROM = 2000; // histories
const KINDS = [
  'plain', 'streak', 'sequence', 'count', 'silence', 'no decay', 'half-life', 'linear', 'expires after', 'limit by period', 'cooldown', 'fit', 'criterion',
  'weighted criterion', 'exclusion', 'taxonomy', 'applies when', 'stage', 'model tag', 'seen', 'count_events', 'days_since', 'look with where', 'IANA time zone', 'offset', 'e-mail or phone',
];

function kindsOfRule(rule) {
  const kind = RULE_KINDS.find((x) => rule[x]) ?? 'plain';
  const [decay = 'none'] = Object.keys(rule.decay ?? {});
  const kinds = [kind === 'inactive_for' ? 'silence' : kind, { none: 'no decay', half_life: 'half-life', linear: 'linear', expires_after: 'expires after' }[decay]];
  if (rule.limit?.per) kinds.push('limit by period');
  if (rule.limit?.cooldown) kinds.push('cooldown');
  return kinds;
}

const known = new WeakMap();
function kindsOf(doc) {
  if (known.has(doc)) return known.get(doc);
  const standing = JSON.stringify([doc.stages, doc.tags]);
  const conditions = {
    fit: doc.fit?.rules?.length, criterion: doc.icp?.criteria, 'weighted criterion': doc.icp?.criteria?.some((x) => x.weight !== undefined),
    exclusion: doc.icp?.exclusions, taxonomy: JSON.stringify(doc).includes('taxonomy.'), 'applies when': doc.applies_when !== undefined, stage: doc.stages?.length,
    'model tag': doc.tags?.length, 'IANA time zone': doc.time_zone?.includes('/'), 'e-mail or phone': /email_kind|phone_country/.test(JSON.stringify(doc)),
  };
  for (const name of ['seen', 'count_events', 'days_since']) conditions[name] = standing.includes(`"${name}":`);
  conditions['look with where'] = standing.includes('"where":');
  const kinds = new Set(doc.engagement.rules.flatMap(kindsOfRule));
  for (const [name, there] of Object.entries(conditions)) if (there) kinds.add(name);
  known.set(doc, kinds);
  return kinds;
}

const add = (table, name, n) => { table[name] = (table[name] ?? 0) + n; };

/** The events of a merge are those of its parts, counted there. */
export function addKinds(tally, doc, one, history) {
  const events = one.parts || !history ? 0 : history.events.length;
  tally.events += events;
  const kinds = new Set(kindsOf(doc));
  if (history?.offsets.length > 0) kinds.add('offset');
  for (const name of kinds) {
    add(tally.kindHistories, name, 1);
    add(tally.kindEvents, name, events);
  }
  if (!history) return;
  doc.engagement.rules.forEach((rule, r) => {
    const made = history.rules[r].awards.filter((x) => x.at <= one.at).length;
    for (const name of kindsOfRule(rule)) add(tally.kindAwards, name, made);
  });
}

/** Prints the table; returns the kinds that were never met and should have been. */
export function reportKinds({ histories, kindHistories, kindEvents, kindAwards }) {
  console.log(`  ${'kind of rule'.padEnd(20)} ${'histories'.padStart(10)} ${'events'.padStart(10)} ${'awards'.padStart(10)}`);
  for (const name of KINDS) {
    const [met, events, awards = ''] = [kindHistories[name] ?? 0, kindEvents[name] ?? 0, kindAwards[name]];
    console.log(`  ${name.padEnd(20)} ${String(met).padStart(10)} ${String(events).padStart(10)} ${String(awards).padStart(10)}`);
  }
  return KINDS.filter((name) => histories >= KINDS_FROM && !kindEvents[name] && (!FEATURE_OF[name] || has(FEATURE_OF[name])));
}
