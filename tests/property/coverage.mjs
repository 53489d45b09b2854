// What the random histories showed. Every category must occur, else the generator tests less than it claims.

const HOUR = 3_600_000;

export const CATEGORIES = [
  'mql', 'sal', 'straight to sal', 'mql again', 'sal again', 'fall back', 'two stages in one instant', 'held back by a cooldown',
  'stage set by a person', 'won', 'lost',
  'disqualified by an exclusion', 'exclusion lifted', 'stage moved by time', 'tier moved',
  'cap on a rule', 'cap on a group', 'cap on engagement', 'cap on fit', 'cap on score', 'cap that lifts',
  'silence award', 'streak award', 'award refused by a period', 'award refused by a cooldown', 'decayed award', 'negative total',
  'half-life of minutes', 'half-life of years',
  'hand tag held', 'hand tag expired', 'tag removed by hand', 'too many tags by hand', 'model tag held', 'rule tag held', 'rule tag expired',
  'criterion unknown', 'tier A', 'tier B', 'tier C', 'tier X', 'grade 1', 'grade 2', 'grade 3',
  'next change by decay', 'next change by the clock', 'no next change', 'next change moves the stage', 'next change moves tags',
  'e-mail from an event', 'e-mail of an event not taken',
  'events in one millisecond', 'duplicates', 'out of order', 'asked before the end', 'asked before the start', 'gap over a month',
  'null in a patch', '20 events or more',
];

const kindOfCap = (model, line) => {
  if (['fit', 'engagement', 'score'].includes(line.rule)) return line.rule;
  return model.engagement.groups?.some((g) => g.id === line.rule) ? 'a group' : 'a rule';
};

function* ofResult(model, result) {
  for (const line of result.contributions) {
    if (line.kind === 'cap') yield `cap on ${kindOfCap(model, line)}`;
    if (line.kind === 'cap' && line.points > 0) yield 'cap that lifts';
    if (line.kind === 'engagement' && line.points !== line.points_now) yield 'decayed award';
  }
  for (const t of result.transitions) {
    if (t.kind === 'stage' && t.cause === 'decay') yield 'stage moved by time';
    if (t.kind === 'tier') yield 'tier moved';
  }
  for (const c of result.criteria) if (c.met < 0) yield 'criterion unknown';
  yield `tier ${result.tier}`;
  yield `grade ${result.grade[1]}`;
  for (const tag of result.tags) yield `${tag.split(':')[0]} tag held`;
  if (result.total < 0) yield 'negative total';
  if (result.next_change_at === null) yield 'no next change';
}

function* ofRules(history, at) {
  for (const { rule, awards } of history.rules) {
    if (awards.refused?.period > 0) yield 'award refused by a period';
    if (awards.refused?.cooldown > 0) yield 'award refused by a cooldown';
    const made = awards.filter((x) => x.at <= at);
    if (made.length === 0) continue;
    if (rule.silence) yield 'silence award';
    if (rule.streak) yield 'streak award';
    if (rule.halfLife !== null && rule.halfLife < HOUR) yield 'half-life of minutes';
    if (rule.halfLife > 300 * 24 * HOUR) yield 'half-life of years';
    if (rule.tags.length > 0 && rule.tagFor !== null && made.at(-1).at + rule.tagFor <= at) yield 'rule tag expired';
  }
}

function* ofEvents({ events, at }) {
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
  for (const list of [machine.marks, ofResult(model, result), ofRules(history, one.at), ofNames(history)]) for (const x of list) found.add(x);
  if (next?.at) {
    found.add(next.turned ? 'next change by decay' : 'next change by the clock');
    if (next.stage !== machine.stage) found.add('next change moves the stage');
    if (next.tags.join() !== machine.tags.join()) found.add('next change moves tags');
  }
  return found;
}

/** Prints the table; returns the categories that never occurred. */
export function report(counts, total) {
  const width = Math.max(...CATEGORIES.map((x) => x.length));
  for (const name of CATEGORIES) {
    const n = counts[name] ?? 0;
    console.log(`  ${name.padEnd(width)}  ${String(n).padStart(8)}  ${((100 * n) / total).toFixed(2).padStart(6)} %`);
  }
  return CATEGORIES.filter((name) => !counts[name]);
}
