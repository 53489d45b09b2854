// Looking back: the statistics against their definitions over scores of the independent oracle, and that nothing known later ever shows.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { score } from '../property/oracle.mjs'
import { Service, concurrently } from './lib/service.mjs'

const DAY = 86_400_000
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
console.log(`# SEED=${seed}`)
let state = seed * 2654435761 + 1
const random = () => ((state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0) % 1_000_003) / 1_000_003
const pick = (list) => list[Math.floor(random() * list.length)]
const iso = (ms) => new Date(ms).toISOString()
// JavaScript's patterns have no (?i), and the scene writes everything as the patterns do.
const oracle = (document, events, at) => score(JSON.parse(JSON.stringify(document).replaceAll('(?i)', '')), events, at)
const QUALIFIED = ['mql', 'sal', 'sql', 'opportunity', 'customer']

const s = await Service.start('backtests')
test.after(() => s.stop())
const model = JSON.parse(await s.cli('model', 'default'))
const changed = structuredClone(model)
changed.engagement.rules = changed.engagement.rules.map((r) => ({ ...r, points: r.id === 'webinar' ? 60 : r.points }))
changed.engagement.groups = changed.engagement.groups.map((g) => ({ ...g, max: 200 }))
changed.stages[0].when = { '>=': [{ var: 'score' }, 60] }
changed.stages[0].rearm_below = 40

const now = Date.now() - 60_000
const day = (n) => now - n * DAY

async function scene(name) {
  const w = await s.makeWorkspace(name)
  await s.sql(`INSERT INTO models (workspace_id, version, name, state, document, created_at) VALUES ('${w.id}', 2, 'draft', 'draft', $doc$${JSON.stringify(changed)}$doc$, now())`)
  const call = (method, path, body) => s.client.request(method, path, { key: w.keys.admin, body })
  return { w, call }
}

// Leads that will win do more; `end` gives type and instant of how it ended, or null. Received soon after they occurred, or as `received` says.
async function fill({ w, call }, n, end, received = (at) => at + Math.floor(random() * 3_600_000)) {
  const ids = []
  await concurrently(n, 8, async (i) => {
    const ended = end(i)
    const until = ended?.at ?? now
    const events = []
    const lead = { external_id: `lead-${i}` }
    const began = until - Math.floor(random() * 80 * DAY) - 12 * DAY
    events.push({ type: 'form_submit', at: began, lead: { ...lead, name: `Lead ${i}`, title: pick(['CEO', 'manager', 'clerk']), company: { employees: pick([20, 120, 280]), industry: pick(['跨境电商', '物流']) } } })
    const kinds = [['page_view', { path: '/pricing' }], ['demo_request', {}], ['webinar_attend', {}], ['email_click', {}]]
    for (let k = Math.floor(random() * (ended?.type === 'won' ? 9 : 5)); k > 0; k--) {
      const [type, properties] = pick(kinds)
      events.push({ type, properties, at: began + Math.floor(random() * (until - began)), lead })
    }
    if (ended) events.push({ type: ended.type, at: ended.at, lead })
    for (const { at, ...event } of events) {
      const reply = await call('POST', '/v1/events', { ...event, occurred_at: iso(at) })
      assert.equal(reply.status, 200, reply.text)
      ids[i] = reply.body.lead_id
    }
  })
  const rows = await s.sql(`SELECT key, round(extract(epoch FROM occurred_at) * 1000) FROM events WHERE workspace_id = '${w.id}' ORDER BY key`)
  const values = rows.map(([key, at]) => `('${key}'::uuid, '${iso(received(Number(at)))}'::timestamptz)`)
  await s.sql(`UPDATE events SET received_at = v.at FROM (VALUES ${values.join(',')}) AS v (key, at) WHERE workspace_id = '${w.id}' AND events.key = v.key`)
  return ids
}

async function histories({ w }) {
  const rows = await s.sql(`SELECT json_build_object('lead', lead_id, 'key', replace(key::text, '-', ''), 'at', round(extract(epoch FROM occurred_at) * 1000), 'received', round(extract(epoch FROM received_at) * 1000),
    'type', type, 'properties', properties, 'patch', patch, 'source', source, 'email', email, 'phone', phone) FROM events WHERE workspace_id = '${w.id}' AND voided_at IS NULL`)
  const all = new Map()
  for (const [text] of rows) {
    const ev = Object.fromEntries(Object.entries(JSON.parse(text)).filter(([, v]) => v !== null))
    all.set(ev.lead, [...(all.get(ev.lead) ?? []), ev])
  }
  return all
}

async function backtest({ call }, body = {}) {
  const reply = await call('POST', '/v1/models/2/backtest', body)
  assert.equal(reply.status, 202, reply.text)
  for (let i = 0; ; i++) {
    const job = (await call('GET', `/v1/jobs/${reply.body.id}`)).body
    if (!['waiting', 'running'].includes(job.state)) {
      assert.equal(job.state, 'done', job.error)
      const { took_ms, ...result } = job.result
      assert.ok(took_ms >= 0)
      return result
    }
    assert.ok(i < 1200, 'the job does not end')
    await sleep(50)
  }
}

// What the oracle says of each lead `horizon` before its outcome, by what was known then.
function cases(all, horizon, { from, to, knownBy }) {
  const list = []
  for (const events of all.values()) {
    const won = Math.min(...events.filter((e) => e.type === 'won').map((e) => e.at))
    const lost = Math.min(...events.filter((e) => e.type === 'lost').map((e) => e.at))
    const at = (won < Infinity ? won : lost) - horizon
    if (at + horizon < from || at + horizon > to || at === Infinity) continue
    const known = events.filter((e) => (knownBy === 'received' ? Math.max(e.at, e.received) : e.at) <= at)
    if (!known.length) continue
    const says = (document) => {
      const view = oracle(document, known, at)
      return { score: view.total, qualified: QUALIFIED.includes(view.stage) }
    }
    list.push({ positive: won < Infinity, compare: says(model), draft: says(changed) })
  }
  return list
}

const near = (got, wanted, places, what) => assert.ok(Math.abs(got - wanted) <= 0.51 * 10 ** -places, `${what}: ${got} is not ${wanted}`)

function assertVersion(said, list, k) {
  const pos = list.filter((c) => c.positive)
  const neg = list.filter((c) => !c.positive)
  const n = (part, q) => part.filter((c) => c[k].qualified === q).length
  const [tp, fn, fp, tn] = [n(pos, true), n(pos, false), n(neg, true), n(neg, false)]
  assert.deepEqual([said.true_positives, said.false_negatives, said.false_positives, said.true_negatives], [tp, fn, fp, tn])
  near(said.precision.value, tp / (tp + fp), 5, 'precision')
  near(said.recall.value, tp / (tp + fn), 5, 'recall')
  near(said.f1, (2 * tp) / (2 * tp + fp + fn), 5, 'f1')
  assert.ok(said.precision.low < said.precision.value && said.precision.value <= said.precision.high)
  // Pair by pair, and DeLong's variance by its definition.
  const wins = (p, q) => (p[k].score > q[k].score ? 1 : p[k].score === q[k].score ? 0.5 : 0)
  const v10 = pos.map((p) => neg.reduce((sum, q) => sum + wins(p, q), 0) / neg.length)
  const v01 = neg.map((q) => pos.reduce((sum, p) => sum + wins(p, q), 0) / pos.length)
  const auc = v10.reduce((x, y) => x + y) / pos.length
  const variance = (v) => v.reduce((sum, x) => sum + (x - auc) ** 2, 0) / (v.length - 1) / v.length
  const se = Math.sqrt(variance(v10) + variance(v01))
  near(said.auc.value, auc, 5, 'auc')
  near(said.auc.low, Math.max(0, auc - 1.959964 * se), 4, 'auc, low')
  near(said.auc.high, Math.min(1, auc + 1.959964 * se), 4, 'auc, high')
  // Each case in ten parts; those of one score share their positives.
  const sorted = [...list].sort((x, y) => y[k].score - x[k].score)
  const rate = (x) => sorted.filter((c) => c.positive && c[k].score === x[k].score).length / sorted.filter((c) => c[k].score === x[k].score).length
  const parts = sorted.flatMap((c) => Array(10).fill(rate(c) / 10))
  for (let i = 0; i < 10; i++) {
    const mine = parts.slice(i * list.length, (i + 1) * list.length).reduce((x, y) => x + y)
    near(said.deciles[i].cases, list.length / 10, 1, 'cases')
    near(said.deciles[i].positives, mine, 2, `positives in decile ${i + 1}`)
    near(said.deciles[i].lift, mine / (list.length / 10) / (pos.length / list.length), 3, `lift in decile ${i + 1}`)
    near(said.deciles[i].recall, parts.slice(0, (i + 1) * list.length).reduce((x, y) => x + y) / pos.length, 5, 'recall')
  }
}

const window = { from: iso(day(90)), to: iso(day(0)) }
const ended = await scene('ended')
// Some outcomes lie outside of the window.
await fill(ended, 110, (i) => ({ type: i % 3 ? 'lost' : 'won', at: day(1 + Math.floor(random() * (i % 10 ? 80 : 150))) }))

test('precision, recall, lift and AUC of both versions are those of their definitions', async () => {
  const all = await histories(ended)
  for (const [horizon, ms, knownBy] of [['P7D', 7 * DAY, 'received'], ['P7D', 7 * DAY, 'occurred'], ['P1D', DAY, 'received'], ['P20D', 20 * DAY, 'occurred']]) {
    const result = await backtest(ended, { ...window, horizon, known_by: knownBy })
    const list = cases(all, ms, { from: day(90), to: day(0), knownBy })
    const positives = list.filter((c) => c.positive).length
    assert.ok(positives > 5 && list.length - positives > 5, 'the scene is too small')
    assert.deepEqual(result.cases, { positives, negatives: list.length - positives, negatives_lost: list.length - positives, negatives_never: 0 })
    assert.equal(result.left_out.ended_outside + result.left_out.not_known_yet + list.length, 110)
    assert.deepEqual([result.model_version, result.compare_to, result.compare.model_version, result.draft.model_version], [2, 1, 1, 2])
    assertVersion(result.compare, list, 'compare')
    assertVersion(result.draft, list, 'draft')
    near(result.auc_difference.value, result.draft.auc.value - result.compare.auc.value, 4, 'difference')
    assert.ok(result.auc_difference.low <= result.auc_difference.value && result.auc_difference.value <= result.auc_difference.high)
  }
})

test('an event that became known later gives nothing away', async () => {
  const before = await backtest(ended, { ...window, known_by: 'received' })
  const naive = await backtest(ended, { ...window, known_by: 'occurred' })
  // Long before each sale, it says, there were two webinars and a demo; but that was entered when the deal was won.
  await s.sql(`INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type)
    SELECT workspace_id, lead_id, md5(key::text || t)::uuid, occurred_at - interval '9 days' - interval '1 hour' * n, received_at, t
    FROM events, (VALUES (1, 'webinar_attend'), (2, 'demo_request'), (3, 'quote_request')) AS planted (n, t) WHERE workspace_id = '${ended.w.id}' AND type = 'won'`)
  const after = await backtest(ended, { ...window, known_by: 'received' })
  for (const side of ['compare', 'draft']) assert.deepEqual(after[side], before[side])
  assert.deepEqual([after.cases, after.left_out, after.auc_difference], [before.cases, before.left_out, before.auc_difference])
  // The plant is a real one: who goes by when things occurred falls for it.
  const fooled = await backtest(ended, { ...window, known_by: 'occurred' })
  assert.ok(fooled.draft.auc.value > naive.draft.auc.value + 0.05, `${fooled.draft.auc.value} after ${naive.draft.auc.value}`)
  // A voided event never was.
  await s.sql(`UPDATE events SET voided_at = now() WHERE workspace_id = '${ended.w.id}' AND key IN
    (SELECT md5(key::text || t)::uuid FROM events, (VALUES ('webinar_attend'), ('demo_request'), ('quote_request')) AS planted (t) WHERE workspace_id = '${ended.w.id}' AND type = 'won')`)
  const voided = await backtest(ended, { ...window, known_by: 'occurred' })
  assert.deepEqual([voided.compare, voided.draft], [naive.compare, naive.draft])
})

test('by when events were received unless they came as one import', async () => {
  const news = await backtest(ended, window)
  assert.deepEqual([news.known_by.used, news.known_by.chosen], ['received', 'by the data'])
  const imported = await scene('imported')
  await fill(imported, 40, (i) => ({ type: i % 2 ? 'lost' : 'won', at: day(1 + Math.floor(random() * 60)) }), () => now)
  const result = await backtest(imported, window)
  assert.equal(result.known_by.used, 'occurred')
  assert.ok(result.known_by.late > result.known_by.events / 2)
  assert.ok(result.warnings.some((w) => w.code === 'received_times_implausible'))
  assert.ok(result.cases.positives > 5)
  // Asked for all the same, nothing was known before it was imported.
  const strict = await backtest(imported, { ...window, known_by: 'received' })
  assert.deepEqual([strict.cases.positives, strict.cases.negatives], [0, 0])
  assert.equal(strict.left_out.not_known_yet, 40)
  assert.deepEqual([strict.draft.auc, strict.draft.precision, strict.auc_difference], [null, null, null])
})

test('leads that never ended stand at the instant of a positive at which they were known', async () => {
  const open = await scene('open')
  const ids = await fill(open, 90, (i) => (i < 25 ? { type: 'won', at: day(20) } : i < 30 ? { type: 'won', at: day(200) } : null))
  const all = await histories(open)
  const result = await backtest(open, { ...window, known_by: 'received', language: 'zh' })
  // All positives are seen at one instant, so all negatives are.
  const at = day(27)
  const says = (document, events) => {
    const known = events.filter((e) => Math.max(e.at, e.received) <= at)
    return known.length ? oracle(document, known, at) : null
  }
  const views = ids.map((id) => ({ compare: says(model, all.get(id)), draft: says(changed, all.get(id)) }))
  const list = views.map((v, i) => ({ v, positive: i < 25 })).filter((x, i) => (i < 25 || i >= 30) && x.v.draft)
    .map(({ v, positive }) => ({ positive, ...Object.fromEntries(Object.entries(v).map(([k, view]) => [k, { score: view.total, qualified: QUALIFIED.includes(view.stage) }])) }))
  const positives = list.filter((c) => c.positive).length
  assert.deepEqual(result.cases, { positives, negatives: list.length - positives, negatives_lost: 0, negatives_never: list.length - positives })
  assert.equal(result.left_out.ended_outside, 5)
  assert.equal(result.left_out.no_instant + result.left_out.not_known_yet + list.length + 5, 90)
  assertVersion(result.draft, list, 'draft')
  assertVersion(result.compare, list, 'compare')
  assert.match(result.method, /正例/)
  // A sample is of all leads alike, and the same for the same seed.
  const half = await backtest(open, { ...window, sample: 0.5, seed: 3 })
  assert.deepEqual(await backtest(open, { ...window, sample: 0.5, seed: 3 }), half)
  assert.ok(half.leads.looked_at > 20 && half.leads.looked_at < 70 && half.cases.positives < 25)
})
