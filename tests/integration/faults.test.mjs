// PostgreSQL taken away in every way there is: the service says so promptly, comes back by itself, and keeps what it acknowledged.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Service } from './lib/service.mjs'
import { scene, SCENE_SETTINGS } from './lib/webhook_scene.mjs'

const run = promisify(execFile)
const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'lib', 'cluster')
const cluster = (...args) => run('bash', [script, ...args])
// A reply takes at most its deadline (10 s) and a little; "prompt" is well below what a balancer waits.
const PROMPT_MS = 12_000

let n = 0
const event = () => ({ event_id: `fault-${++n}`, type: 'email_click', lead: { email: `fault${n % 10}@example.com` } })

// Posts until `seconds` are over; returns the ids acknowledged and what else was answered.
async function load(s, over) {
  const acknowledged = []
  const refused = []
  await Promise.all(Array.from({ length: 8 }, async () => {
    while (!over.now) {
      const e = event()
      const began = Date.now()
      const reply = await s.call('ingest', 'POST', '/v1/events', e)
      if (reply.status === 200) acknowledged.push(e.event_id)
      else refused.push({ e, reply, ms: Date.now() - began })
      if (reply.status !== 200) await sleep(50)
    }
  }))
  return { acknowledged, refused }
}

async function until(what, ms, check) {
  const end = Date.now() + ms
  for (;;) {
    if (await check()) return
    assert.ok(Date.now() < end, `${what} did not come true in ${ms} ms`)
    await sleep(100)
  }
}
const ready = (s) => s.client.request('GET', '/readyz').then((r) => r.status === 200)

async function outage(t, s, take, giveBack) {
  const over = { now: false }
  const posting = load(s, over)
  await sleep(500)
  await take()
  try {
    await until('/readyz false', 10_000, async () => !(await ready(s)))
    await sleep(1000)
    const began = Date.now()
    const reply = await s.call('ingest', 'POST', '/v1/events', event())
    assert.equal(reply.status, 503, reply.text)
    assert.ok(Number(reply.headers['retry-after']) >= 1, 'Retry-After')
    assert.match(reply.headers['content-type'], /problem\+json/)
    assert.ok(Date.now() - began < PROMPT_MS, `a refusal took ${Date.now() - began} ms`)
    const list = await s.call('read', 'GET', '/v1/leads')
    assert.equal(list.status, 503, list.text)
    assert.equal((await s.client.request('GET', '/livez')).status, 200, 'the process itself is well')
  } finally {
    await giveBack()
  }
  await until('/readyz true', 30_000, () => ready(s))
  await until('events taken again', 15_000, async () => (await s.call('ingest', 'POST', '/v1/events', event())).status === 200)
  over.now = true
  const { acknowledged, refused } = await posting
  for (const { reply, ms } of refused) {
    assert.equal(reply.status, 503, reply.text)
    assert.ok(ms < PROMPT_MS, `a refusal took ${ms} ms`)
  }
  const stored = new Set((await s.sql('SELECT event_id FROM events')).map(([id]) => id))
  for (const id of acknowledged) assert.ok(stored.has(id), `acknowledged ${id} is lost`)
  // A refusal may be "outcome unknown"; sent again, each ends up there once.
  for (const { e } of refused) assert.equal((await s.call('ingest', 'POST', '/v1/events', e)).status, 200)
  const [[rows, distinct]] = await s.sql('SELECT count(*), count(DISTINCT event_id) FROM events')
  assert.equal(rows, distinct)
  t.diagnostic(`${acknowledged.length} acknowledged, ${refused.length} refused, slowest refusal ${Math.max(0, ...refused.map((r) => r.ms))} ms`)
}

test('PostgreSQL away', { timeout: 300_000 }, async (t) => {
  const s = await Service.start('faults')
  // However this ends, the other suites need the server.
  t.after(async () => {
    await cluster('thaw').catch(() => {})
    await cluster('start').catch(() => {})
    await s.stop()
  })
  await t.test('stopped and started', (t) => outage(t, s, () => cluster('stop', 'immediate'), () => cluster('start')))
  await t.test('killed and started', (t) => outage(t, s, () => cluster('kill'), () => cluster('start')))
  await t.test('frozen and thawed', (t) => outage(t, s, () => cluster('freeze'), () => cluster('thaw')))
})

test('what is told survives a database that is killed', { timeout: 300_000 }, async (t) => {
  const s = await Service.start('faults_told', SCENE_SETTINGS)
  t.after(async () => {
    await cluster('start').catch(() => {})
    await s.stop()
  })
  const kill = async () => {
    await cluster('kill')
    await cluster('start')
    await until('/readyz true', 30_000, () => ready(s))
  }
  const seed = Date.now() % 1e9
  t.diagnostic(`seed ${seed}`)
  const said = await scene(s, { seed, leads: 150, rounds: 8, rate: 200, bad: 2, kills: 4, killMs: 800, kill })
  assert.equal(said.transitions, 1200)
  t.diagnostic(JSON.stringify(said))
})

test('a drain finishes what is under way and refuses the rest', { timeout: 120_000 }, async (t) => {
  const s = await Service.start('drain')
  let stopped = false
  t.after(() => (stopped ? undefined : s.stop()))
  const over = { now: false }
  const acknowledged = []
  const posting = Promise.all(Array.from({ length: 16 }, async () => {
    while (!over.now) {
      const e = event()
      const reply = await s.call('ingest', 'POST', '/v1/events', e).catch(() => null)
      if (!reply) return
      if (reply.status === 200) acknowledged.push(e.event_id)
      else assert.equal(reply.status, 503, reply.text)
    }
  }))
  await sleep(700)
  s.child.kill('SIGTERM')
  const { code } = await s.ended
  over.now = true
  await posting
  assert.equal(code, 0, s.stderr.slice(-5).join('\n'))
  const stored = new Set((await s.sql('SELECT event_id FROM events')).map(([id]) => id))
  for (const id of acknowledged) assert.ok(stored.has(id), `acknowledged ${id} is lost`)
  assert.ok(acknowledged.length > 0)
  await s.serve({})
  stopped = true
  await s.stop()
})
