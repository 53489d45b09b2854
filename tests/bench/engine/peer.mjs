// The rules of the same model over the same events by json-logic-js: node peer.mjs MODEL.json EVENTS.ndjson SECONDS. Rules only: the `where` of the rules that hear the event's
// type, and the fit rules, criteria and exclusions when the profile changed; no limits, decay, caps, stages or tags. Prints events a second
// of processor time; run it with --single-threaded-gc.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const jsonLogic = createRequire(new URL('../../package.json', import.meta.url))('json-logic-js');
const [modelPath, eventsPath, seconds] = process.argv.slice(2);
const text = (x) => typeof x === 'string';
jsonLogic.add_operation('starts_with', (a, b) => text(a) && text(b) && a.startsWith(b));
jsonLogic.add_operation('between', (x, low, high) => low <= x && x <= high);

const model = JSON.parse(readFileSync(modelPath, 'utf8'));
const events = readFileSync(eventsPath, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const heard = new Map();
for (const rule of model.engagement.rules) {
  for (const { on, where } of rule.sequence?.steps ?? [rule]) {
    if (where === undefined) continue;
    for (const type of on === '*' ? new Set(events.map((e) => e.type)) : [on].flat()) heard.set(type, [...(heard.get(type) ?? []), where]);
  }
}
const standing = [...model.fit.rules, ...model.icp.criteria, ...model.icp.exclusions].map((rule) => rule.when);
const LEVELS = { CEO: 'c_level', 采购经理: 'manager', 'Sales Director': 'director', 工程师: 'staff' };

function patch(target, change) {
  for (const [key, value] of Object.entries(change)) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) target[key] = patch(target[key] ?? {}, value);
    else target[key] = value;
  }
  return target;
}

let held = 0, passes = 0, spent = 0;
do {
  const profiles = new Map();
  const began = process.cpuUsage();
  for (const event of events) {
    let profile = profiles.get(event.lead);
    if (event.patch) {
      profile = patch(profile ?? {}, event.patch);
      profile.title_level = LEVELS[profile.title];
      profiles.set(event.lead, profile);
      for (const when of standing) held += jsonLogic.truthy(jsonLogic.apply(when, profile));
    }
    const data = { ...profile, type: event.type, properties: event.properties };
    for (const where of heard.get(event.type) ?? []) held += jsonLogic.truthy(jsonLogic.apply(where, data));
  }
  const { user, system } = process.cpuUsage(began);
  spent += (user + system) / 1e6;
  passes++;
} while (spent < Number(seconds));
console.error(`${passes} passes of ${events.length} events, ${held / passes} rules held a pass`);
console.log(Math.round((passes * events.length) / spent));
