// Leads and events under the default model (docs/scoring.md, DESIGN 5), as several tests need them.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'

export const DAY = 86_400_000
export const iso = (ms) => new Date(ms).toISOString()

// A profile worth fit points: founder, core size, target industry, in the target region.
export const GOOD_PROFILE = {
  name: '林美',
  title: '创始人',
  company: {
    name: '美林跨境',
    domain: 'meilin-trade.example',
    industry: 'cross_border_ecommerce',
    region: 'east_china',
    employees: 180,
    annual_revenue: 90000000,
    currency: 'CNY',
  },
}

// What a lead does to become an MQL, one event after the other.
export const CLIMB = [
  ['page_view', { path: '/pricing' }],
  ['email_open', { message_id: 'm1' }],
  ['email_open', { message_id: 'm2' }],
  ['email_open', { message_id: 'm3' }],
  ['content_download', { kind: 'white_paper', name: 'Order handling without hands' }],
  ['webinar_attend', { name: 'Peak season' }],
]

// Events of a lead that climbs to MQL; `prefix` makes the event ids its own.
export function climb(prefix, lead, profile = GOOD_PROFILE) {
  const first = { event_id: `${prefix}-0`, type: 'form_submit', lead: { ...lead, ...profile }, properties: { form: 'newsletter' } }
  const rest = CLIMB.map(([type, properties], i) => ({ event_id: `${prefix}-${i + 1}`, type, lead, properties }))
  return [first, ...rest]
}

const away = (x) => Math.sign(x) * Math.round(Math.abs(x))

// Asserts that an explanation adds up to its own score, exactly in thousandths.
export function assertAddsUp(explanation) {
  const milli = explanation.contributions.reduce((sum, c) => sum + Math.round(c.points_now * 1000), 0)
  assert.equal(away(milli / 1000), explanation.score.total, JSON.stringify(explanation))
  const fit = explanation.contributions.filter((c) => c.kind === 'fit').reduce((sum, c) => sum + Math.round(c.points_now * 1000), 0)
  if (!explanation.contributions.some((c) => c.kind === 'cap')) assert.equal(away(fit / 1000), explanation.score.fit)
}

// What of an explanation depends on the history alone, not on which lead has it or what its events are called.
export function essence(explanation) {
  return {
    score: explanation.score,
    tier: explanation.tier,
    grade: explanation.grade,
    stage: explanation.stage,
    contributions: explanation.contributions.map(({ rule, kind, at, points, points_now }) => ({ rule, kind, at, points, points_now })),
    criteria: explanation.criteria,
  }
}

// A random number in [0, 1) from a seed, the same on every machine (mulberry32).
export function random(seed) {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export function shuffled(list, next) {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[out[i], out[j]] = [out[j], out[i]]
  }
  return out
}

// The id of an open follow-up of this lead, by a playbook of its own for leads with this tag.
export async function followedUp(s, lead, tag) {
  const { id } = (await s.ok(201, 'admin', 'POST', '/v1/playbooks', { name: tag, match: { tags: [tag] }, cadence: 'weekly', priority: 0 })).body
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${lead}/tags/${tag}`)
  for (let i = 0; i < 300; i++, await sleep(50)) {
    const { data } = (await s.ok(200, 'read', 'GET', `/v1/followups?playbook=${id}`)).body
    if (data.length) return data[0].id
  }
  assert.fail('nobody is followed up')
}
