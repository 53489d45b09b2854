// Previews of a model: every figure against the explanation of each lead, which takes another way through the service; and that nothing is written.
import assert from 'node:assert/strict'
import http from 'node:http'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { score as replay } from '../property/oracle.mjs'
import { Service, assertProblem, concurrently } from './lib/service.mjs'

const DAY = 86_400_000
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
console.log(`# SEED=${seed}`)
let state = seed * 2654435761 + 1
const random = () => ((state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0) % 1_000_003) / 1_000_003
const pick = (list) => list[Math.floor(random() * list.length)]
const iso = (ms) => new Date(ms).toISOString()
// JavaScript's patterns have no (?i), and the scene writes everything as the patterns do.
const oracle = (document, events, at) => replay(JSON.parse(JSON.stringify(document).replaceAll('(?i)', '')), events, at)
const QUALIFIED = ['mql', 'sal', 'sql', 'opportunity', 'customer']

const s = await Service.start('simulations')
test.after(() => s.stop())
const model = JSON.parse(await s.cli('model', 'default'))

async function addDraft(version, document, workspace = s.workspace) {
  await s.sql(`INSERT INTO models (workspace_id, version, name, state, document, created_at)
    VALUES ('${workspace.id}', ${version}, 'draft ${version}', 'draft', $doc$${JSON.stringify(document)}$doc$, now())`)
}

const as = (workspace) => (method, path, body, headers) => s.client.request(method, path, { key: workspace.keys.admin, body, headers })

async function finished(call, id) {
  for (let i = 0; ; i++) {
    const job = (await call('GET', `/v1/jobs/${id}`)).body
    if (!['waiting', 'running'].includes(job.state)) return job
    assert.ok(i < 1200, 'the job does not end')
    await sleep(50)
  }
}

async function preview(call, version, kind, body = {}) {
  const reply = await call('POST', `/v1/models/${version}/${kind}`, body)
  assert.equal(reply.status, 202, reply.text)
  assert.equal(reply.headers.location, `/v1/jobs/${reply.body.id}`)
  const job = await finished(call, reply.body.id)
  assert.equal(job.state, 'done', job.error)
  return job
}

// Leads with random profiles and histories, each posted in order so that the transitions of version 1 are as a replay gives them.
async function fill(workspace, n, now, more = () => []) {
  const post = as(workspace)
  const ids = []
  await concurrently(n, 8, async (i) => {
    const lead = { external_id: `lead-${i}` }
    const began = now - Math.floor(random() * 120 * DAY) - 10 * DAY
    const profile = { name: `Lead ${i}`, title: pick(['CEO', 'manager', '总监', 'clerk']),
      company: { name: `Company ${i}`, industry: pick(['跨境电商', '教育', '物流']), employees: pick([20, 120, 280, 900]), region: pick(['上海', '广东']) } }
    const kinds = [['page_view', { path: '/pricing' }], ['demo_request', {}], ['webinar_attend', {}], ['content_download', { kind: 'white_paper' }], ['email_click', {}], ['trial_start', {}], ['note', {}]]
    const events = [{ type: 'form_submit', at: began, lead: { ...lead, ...profile }, properties: {} }]
    for (let k = Math.floor(random() * 12); k > 0; k--) {
      const [type, properties] = pick(kinds)
      events.push({ type, properties, at: began + Math.floor(random() * (now - began)), lead })
    }
    events.push(...more(i, began).map((e) => ({ lead, properties: {}, ...e })))
    events.sort((a, b) => a.at - b.at)
    for (const { at, ...event } of events) {
      const reply = await post('POST', '/v1/events', { ...event, occurred_at: iso(at) })
      assert.equal(reply.status, 200, reply.text)
      ids[i] = reply.body.lead_id
    }
  })
  return ids
}

const score = async (call, id, at, version) => (await call('GET', `/v1/leads/${id}/score?at=${at}&model_version=${version}`)).body
const count = (list, key) => list.reduce((sum, x) => sum.set(key(x), (sum.get(key(x)) ?? 0) + 1), new Map())

const now = Date.now()
const ids = await fill(s.workspace, 150, now - 1000)
const call = as(s.workspace)
// Demands less for MQL, gives other points, and has rules that never and always fire.
const changed = structuredClone(model)
changed.engagement.rules.find((r) => r.id === 'pricing_page').points = 60
changed.engagement.rules.push({ id: 'unicorn', label: 'Unicorn', on: 'unicorn_seen', points: 5 }, { id: 'any', label: 'Anything', on: '*', points: 1, limit: { times: 1 } })
changed.stages[0].when = { '>=': [{ var: 'score' }, 70] }
changed.stages[0].rearm_below = 50
await addDraft(2, changed)
await addDraft(3, model)
const written = () => s.sql(`SELECT (SELECT sum(version) FROM leads), (SELECT count(*) FROM transitions), (SELECT count(*) FROM outbox), (SELECT count(*) FROM handoffs), (SELECT count(*) FROM events)`)

test('every figure of a preview is what the explanations of all leads add up to', async () => {
  const before = await written()
  const { result, model_version } = await preview(call, 2, 'simulate', { capacity_per_week: 3, names: 500 })
  assert.deepEqual(await written(), before)
  assert.deepEqual([model_version, result.model_version, result.compare_to], [2, 2, 1])
  assert.deepEqual(result.leads, { total: 150, looked_at: 150, counted: 150, without_events: 0, not_for: 0, sample: null })
  const all = []
  await concurrently(ids.length, 8, async (i) => {
    const [a, b] = [await score(call, ids[i], result.as_of, 1), await score(call, ids[i], result.as_of, 2)]
    all.push({ id: ids[i], a, b })
  })
  const sides = [['before', 'a'], ['after', 'b']]
  for (const [side, k] of sides) {
    for (const { tier, leads, share, low, high } of result.tiers[side]) {
      const n = all.filter((x) => x[k].tier === tier).length
      assert.deepEqual([leads, share], [n, Math.round((n / 150) * 1e5) / 1e5], `${side} ${tier}`)
      assert.deepEqual([low, high], [share, share])
    }
    for (const { stage, leads } of result.stages[side]) assert.equal(leads, all.filter((x) => x[k].stage === stage).length, `${side} ${stage}`)
    for (const bin of result.scores.histogram)
      assert.equal(bin[side], all.filter((x) => x[k].score.total >= bin.from && x[k].score.total < bin.to).length, `${side} from ${bin.from}`)
    assert.equal(result.scores.histogram.reduce((sum, bin) => sum + bin[side], 0), 150)
    const sorted = all.map((x) => x[k].score.total).sort((x, y) => x - y)
    assert.equal(result.scores[side].p50, sorted[74])
    assert.ok(Math.abs(result.scores[side].mean - sorted.reduce((x, y) => x + y) / 150) <= 0.0051)
    assert.equal(result.mql[side].leads, all.filter((x) => QUALIFIED.includes(x[k].stage)).length)
  }
  for (const [name, field] of [['tiers', 'tier'], ['stages', 'stage']]) {
    const moves = count(all.filter((x) => x.a[field] !== x.b[field]), (x) => `${x.a[field]} ${x.b[field]}`)
    assert.deepEqual(new Map(result[name].moves.map((m) => [`${m.from} ${m.to}`, m.leads]).sort()), new Map([...moves].sort()))
  }
  const is = (x) => QUALIFIED.includes(x.stage)
  for (const [name, moved, side] of [['gained', (x) => !is(x.a) && is(x.b), 'after'], ['lost', (x) => is(x.a) && !is(x.b), 'before']]) {
    const wanted = all.filter(moved)
    const movers = result.movers[name]
    assert.equal(result.mql[name].leads, wanted.length)
    assert.deepEqual(movers.map((m) => m.lead_id).sort(), wanted.map((x) => x.id).sort())
    for (const [i, m] of movers.entries()) {
      const { a, b } = all.find((x) => x.id === m.lead_id)
      assert.deepEqual([m.before, m.after], [a, b].map((x) => ({ score: x.score.total, tier: x.tier, stage: x.stage })))
      assert.match(m.name, /^Lead \d+$/)
      assert.equal(m.company, m.name.replace('Lead', 'Company'))
      assert.ok(i === 0 || movers[i - 1][side].score >= m[side].score)
    }
  }
  assert.ok(result.movers.gained.length > 0, 'the scene is too calm')
  for (const rule of result.rules)
    assert.equal(rule.leads, all.filter((x) => x.b.contributions.some((c) => c.rule === rule.id && c.kind === rule.kind)).length, rule.id)
  const warnings = result.warnings.map((w) => [w.code, w.rule].join(' '))
  for (const wanted of ['rule_never_fires unicorn', 'rule_fires_for_most any']) assert.ok(warnings.includes(wanted), `${wanted}: ${warnings}`)
  assert.ok(!warnings.some((w) => w.startsWith('icp_too_broad')))
})

// The events of each lead as the property tests' oracle takes them.
async function histories(workspace) {
  const rows = await s.sql(`SELECT json_build_object('lead', lead_id, 'key', replace(key::text, '-', ''), 'at', round(extract(epoch FROM occurred_at) * 1000), 'received', round(extract(epoch FROM received_at) * 1000),
    'type', type, 'properties', properties, 'patch', patch, 'source', source, 'email', email, 'phone', phone) FROM events WHERE workspace_id = '${workspace.id}'`)
  const all = new Map()
  for (const [text] of rows) {
    const ev = Object.fromEntries(Object.entries(JSON.parse(text)).filter(([, v]) => v !== null))
    all.set(ev.lead, [...(all.get(ev.lead) ?? []), ev])
  }
  return all
}

test('weeks are those of the moves that another implementation finds; the same model moves nothing', async () => {
  const { result } = await preview(call, 2, 'simulate', { capacity_per_week: 0 })
  const end = Date.parse(result.as_of)
  const all = [...(await histories(s.workspace)).values()]
  const sides = { before: model, after: changed }
  assert.equal(result.weekly.weeks.length, 8)
  assert.equal(Date.parse(result.weekly.weeks[7].to), end)
  for (const [side, document] of Object.entries(sides)) {
    const moves = all.flatMap((events) => oracle(document, events, end).transitions).filter((m) => m.kind === 'stage' && m.cause !== 'person' && ['mql', 'sal'].includes(m.to))
    for (const week of result.weekly.weeks) {
      const [from, to] = [Date.parse(week.from), Date.parse(week.to)]
      const then = moves.filter((m) => m.at > from && m.at <= to)
      assert.deepEqual(week[side], { mql: then.filter((m) => !QUALIFIED.includes(m.from)).length, sal: then.filter((m) => m.to === 'sal').length }, `${side} ${week.from}`)
      assert.equal(to - from, 7 * DAY)
    }
    const entries = result.weekly.weeks.map((w) => w[side].mql)
    const mean = entries.reduce((x, y) => x + y) / 8
    const sd = Math.sqrt(entries.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 7)
    assert.ok(mean > 0, 'the scene is too calm')
    const near = (x, y) => assert.ok(Math.abs(x - y) <= 0.0051, `${x} is not ${y}`)
    near(result.weekly[side].mean, mean)
    near(result.weekly[side].sd, sd)
    assert.equal(result.weekly[side].weeks_over_capacity, entries.filter((n) => n > 0).length)
  }
  assert.ok(result.warnings.some((w) => w.code === 'over_capacity'))
  const same = (await preview(call, 3, 'simulate')).result
  assert.deepEqual([same.tiers.moves, same.stages.moves, same.movers], [[], [], { gained: [], lost: [] }])
  assert.deepEqual(same.scores.before, same.scores.after)
})

test('a sample: the same for the same seed, bounds around the truth, counts scaled to the base', async () => {
  const whole = (await preview(call, 2, 'simulate')).result
  const parts = []
  for (const part of [{ sample: 0.5, seed: 7 }, { sample: 75, seed: 7 }, { sample: 0.5, seed: 7 }, { sample: 0.5, seed: 8 }, { sample: 0.15, seed: 7 }])
    parts.push((await preview(call, 2, 'simulate', part)).result)
  const bare = ({ tiers, stages, mql, scores, weekly, rules }) => ({ tiers, stages, mql, scores, rules, mean: weekly.after.mean })
  assert.deepEqual(bare(parts[0]), bare(parts[2]))
  assert.deepEqual(bare(parts[0]), bare(parts[1]))
  assert.notDeepEqual(bare(parts[0]), bare(parts[3]))
  const smaller = parts[4].leads.looked_at
  assert.ok(smaller > 3 && smaller < 60, `${smaller} of 150`)
  let inside = 0
  let asked = 0
  for (const part of parts) {
    assert.deepEqual([part.leads.total, part.leads.sample.seed > 0], [150, true])
    assert.equal(part.leads.looked_at, part.leads.counted)
    for (const side of ['before', 'after'])
      for (const [i, x] of part.tiers[side].entries()) {
        assert.ok(x.low <= x.share && x.share <= x.high && x.high - x.low > 0.001)
        assert.ok(Math.abs(x.leads - x.share * part.leads.counted * (150 / part.leads.looked_at)) < 0.51, 'counts are scaled to the base')
        const truth = whole.tiers[side][i].share
        inside += x.low <= truth && truth <= x.high ? 1 : 0
        asked++
      }
    assert.ok(part.weekly.after.low <= part.weekly.after.mean && part.weekly.after.mean <= part.weekly.after.high)
  }
  assert.ok(inside >= asked * 0.8, `${inside} of ${asked} intervals hold the truth`)
})

test('an ICP that everybody meets, and words in Chinese', async () => {
  const broad = structuredClone(model)
  broad.icp = { criteria: [{ id: 'person', when: { var: 'name' } }] }
  broad.stages[0].when = { '>=': [{ var: 'score' }, 249] }
  broad.stages[1].when = false
  await addDraft(4, broad)
  const { result } = await preview(call, 4, 'simulate', { language: 'zh' })
  const said = Object.fromEntries(result.warnings.map((w) => [w.code, w.detail]))
  assert.match(said.icp_too_broad, /100\.0% 的线索都是 A 档/)
  assert.match(said.no_mql, /没有一条线索/)
  assert.match(result.method, /重放/)
  assert.deepEqual(result.tiers.after[0].leads, 150)
})

test('only leads that the draft is for are counted', async () => {
  const part = { ...model, applies_when: { '==': [{ var: 'company.industry' }, '物流'] } }
  await addDraft(5, part)
  const { result } = await preview(call, 5, 'simulate')
  const [[n]] = await s.sql(`SELECT count(*) FROM leads WHERE profile #>> '{company,industry}' = '物流'`)
  assert.deepEqual([result.leads.counted, result.leads.not_for], [Number(n), 150 - Number(n)])
})

test('bad wishes are refused with pointers', async () => {
  const post = (path, body) => call('POST', `/v1/models/${path}`, body)
  for (const [body, pointer] of [[{ sample: 0 }, '/sample'], [{ sample: -1 }, '/sample'], [{ sample: 2.5 }, '/sample'], [{ sample: '1' }, '/sample'], [{ seed: 1.5 }, '/seed'], [{ seed: -1 }, '/seed'],
    [{ names: 501 }, '/names'], [{ capacity_per_week: -1 }, '/capacity_per_week'], [{ capacity_per_week: '5' }, '/capacity_per_week'], [{ language: 'fr' }, '/language'], [{ compare_to: 0 }, '/compare_to']])
    assertProblem(await post('2/simulate', body), 422, 'field_invalid', pointer)
  for (const [body, pointer] of [[{ horizon: 'a week' }, '/horizon'], [{ horizon: 7 }, '/horizon'], [{ horizon: 'P400D' }, '/horizon'], [{ from: 'yesterday' }, '/from'],
    [{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, '/from'], [{ known_by: 'rumour' }, '/known_by']])
    assertProblem(await post('2/backtest', body), 422, 'field_invalid', pointer)
  assertProblem(await post('2/simulate', { horizon: 'P7D' }), 422, 'field_unknown', '/horizon')
  assertProblem(await post('2/simulate', []), 422, 'field_type')
  assertProblem(await post('2/simulate', { compare_to: 99 }), 422, 'model_not_found', '/compare_to')
  assertProblem(await post('99/simulate', {}), 404, 'model_not_found')
  assertProblem(await post('two/backtest', {}), 404, 'model_not_found')
  assertProblem(await s.call('read', 'POST', '/v1/models/2/simulate', {}), 403, 'role_forbidden')
})

// A streaming reply, whole: {status, headers, events: [{event, data}]}; stops early when `until` says so.
function stream(method, path, { body, accept = 'text/event-stream', port = s.port, until = () => false } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${s.workspace.keys.admin}`, accept, ...(body && { 'content-type': 'application/json' }) }
    const req = http.request({ host: '127.0.0.1', port, method, path, headers }, (res) => {
      let text = ''
      const events = []
      const done = () => resolve({ status: res.statusCode, headers: res.headers, events, text })
      res.on('data', (chunk) => {
        text += chunk
        const lines = accept === 'text/event-stream'
        for (let end; (end = text.indexOf(lines ? '\n\n' : '\n')) >= 0; text = text.slice(end + (lines ? 2 : 1))) {
          const item = text.slice(0, end)
          if (lines && item.startsWith(':')) continue
          events.push(lines ? { event: /^event: (.*)$/m.exec(item)[1], data: JSON.parse(/^data: (.*)$/m.exec(item)[1]) } : JSON.parse(item))
          if (until(events.at(-1), res)) {
            req.destroy()
            return done()
          }
        }
      })
      res.on('end', done)
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end(body && JSON.stringify(body))
  })
}

test('the same request streams progress and the result, as events or as lines', async () => {
  for (const accept of ['text/event-stream', 'application/x-ndjson']) {
    const { status, headers, events } = await stream('POST', '/v1/models/2/simulate', { body: { names: 3 }, accept })
    assert.equal(status, 200)
    assert.equal(headers['content-type'], accept)
    const last = events.at(-1)
    assert.equal(last.event, 'result')
    assert.equal(last.data.state, 'done')
    assert.ok(events.slice(0, -1).every((e) => e.event === 'progress' && e.data.id === last.data.id && ['waiting', 'running'].includes(e.data.state)))
    assert.ok(last.data.result.movers.gained[0].name.startsWith('Lead '))
    assert.equal(headers.location, `/v1/jobs/${last.data.id}`)
    assert.deepEqual(last.data.result, (await call('GET', headers.location)).body.result)
    // One that has ended says so at once.
    const again = await stream('GET', `${headers.location}/stream`, { accept })
    assert.deepEqual(again.events.map((e) => [e.event, e.data.result]), [['result', last.data.result]])
  }
  assertProblem(await call('GET', '/v1/jobs/01a2007b-4a10-7000-9d0c-5b8f1f6d2a71/stream', undefined, { accept: 'text/event-stream' }), 404, 'job_not_found')
})

test('a stream ends with a word when its instance does, when its client leaves, and when the job is cancelled', async () => {
  const [[id]] = await s.sql(`INSERT INTO jobs (workspace_id, id, kind, state, model_version, input, created_at, lease_until)
    VALUES ('${s.workspace.id}', gen_random_uuid(), 'simulate', 'waiting', 2, '{}', now(), now() + interval '1 hour') RETURNING id`)
  const twin = await s.twin()
  const first = await stream('GET', `/v1/jobs/${id}/stream`, { port: twin.port, until: () => true })
  assert.deepEqual(first.events.map((e) => [e.event, e.data.state]), [['progress', 'waiting']])
  const cut = stream('GET', `/v1/jobs/${id}/stream`, { port: twin.port })
  await sleep(700)
  await twin.terminate()
  assert.deepEqual((await cut).events.at(-1), { event: 'end', data: { reason: 'shutting_down' } })
  const kept = stream('GET', `/v1/jobs/${id}/stream`)
  await sleep(300)
  await call('POST', `/v1/jobs/${id}/cancel`)
  assert.deepEqual((await kept).events.at(-1).data.state, 'cancelled')
})

test('a lead that is erased keeps no name in a preview', async () => {
  const { id, result } = await preview(call, 2, 'simulate', { names: 1 })
  assert.equal(result.movers.gained.length, 1)
  const gone = result.movers.gained[0]
  await s.ok(204, 'admin', 'DELETE', `/v1/leads/${gone.lead_id}`)
  const after = (await call('GET', `/v1/jobs/${id}`)).body.result.movers.gained[0]
  assert.deepEqual([after.lead_id, after.name, after.email, after.company], [gone.lead_id, null, null, null])
  assert.equal(await s.count('jobs', `result::text LIKE '%${gone.name}%'`), 0)
})

test('the command line begins the same and prints a report', async () => {
  const report = await s.cli('model', 'simulate', '2', '--workspace', 'ours', '--capacity', '3', '--sample', '1', '--watch')
  assert.match(report, /^preview of version 2, beside version 1\n/)
  assert.match(report, /\ngain it: \d+\n/)
  assert.match(report, /\n! The rule "Unicorn" fired for none of the \d+ leads looked at\.\n/)
  const result = JSON.parse(await s.cli('model', 'backtest', '2', '--workspace', 'ours', '--horizon', 'P1D', '--known-by', 'occurred', '--watch', '--json'))
  assert.deepEqual([result.horizon, result.known_by.used, result.compare_to], ['P1D', 'occurred', 1])
  const id = await s.cli('model', 'simulate', '3', '--workspace', 'ours', '--compare-to', '2', '--seed', '5')
  const job = await finished(call, id)
  assert.deepEqual([job.state, job.result.compare_to, job.input.seed], ['done', 2, 5])
  for (const [code, ...args] of [[2, '2', '--sample', '-1'], [2, '2', '--seed', '1.5'], [2, 'two'], [2, '2', '--capacity', 'x'], [3, '99'], [3, '2', '--compare-to', '98']])
    await assert.rejects(s.cli('model', 'simulate', '--workspace', 'ours', ...args), { code })
  await assert.rejects(s.cli('model', 'backtest', '2', '--workspace', 'ours', '--horizon', 'a week'), { code: 2 })
})
