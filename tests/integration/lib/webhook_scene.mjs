// Transitions by the thousand to endpoints that answer as they please, while the service is killed: what the test of webhooks and the bench share.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { answers, Receiver } from './receiver.mjs'
import { briefly, ReceiverApart } from './receiver_apart.mjs'
import { random } from './scene.mjs'

export const SCENE_SETTINGS = {
  LEADSCORE_WEBHOOK_HTTP: 'on',
  LEADSCORE_WEBHOOK_ALLOW: '127.0.0.1',
  LEADSCORE_WEBHOOK_RETRIES: Array(19).fill('0.1').join(),
  LEADSCORE_WEBHOOK_TIMEOUT_MS: '500',
}
const BAD = ['error', 'busy', 'moved', 'hang', 'reset', 'drip']
const ARRIVES = ['ok', 'endless']

async function killService(s) {
  s.child.kill('SIGKILL')
  await s.ended
  s.client.close()
  await s.serve(SCENE_SETTINGS)
}

// s: a service with SCENE_SETTINGS. Each lead moves `rounds` times, all together `rate` times a second (0: as fast as they can); `bad` endpoints fail at random, one of them
// says 410 now and then (all of them answer well when `tame`); one is well. The service, or whatever `kill` does, is killed `kills` times, with about `killMs` between.
export async function scene(s, { seed, leads, rounds, rate = 0, bad, tame = false, kills, killMs = 900, kill = () => killService(s), waitMs = 120_000 }) {
  const next = random(seed)
  const r = await Receiver.start(briefly)
  const good = await ReceiverApart.start()
  const hooks = []
  const create = async (path, url) => {
    const { id } = (await s.ok(201, 'admin', 'POST', '/v1/webhooks', { url, types: ['tier.changed'] })).body
    hooks.push({ id, path })
  }
  await create('/well', good.url('/well'))
  for (let i = 0; i < bad; i++) {
    await create(`/bad${i}`, r.url(`/bad${i}`))
    r.on(`/bad${i}`, (req, res) => {
      const x = next()
      const way = tame ? 'ok' : i === 0 && x < 0.002 ? 'gone' : x < 0.7 ? 'ok' : x < 0.75 ? 'endless' : BAD[Math.floor(next() * BAD.length)]
      answers[way](req, res)
      return way
    })
  }
  const began = Date.now()
  const over = { now: false }
  const aside = [caretaker(s, over), post(s, over, { seed, leads, rounds, rate, began })]
  let lines, place
  try {
    for (let killed = 0; killed < kills; killed++) {
      await sleep(killMs * (0.75 + 0.5 * next()))
      await kill()
    }
    await aside[1]
    ;({ lines, place } = await moves(s))
    await arrivedAll(s, place.size, waitMs)
  } finally {
    over.now = true
    await Promise.all(aside)
    await r.stop()
    for (const g of await good.stop()) r.got.push(g)
  }
  const seconds = (Date.now() - began) / 1000
  check(r, hooks, lines, place)
  return { transitions: place.size, requests: r.got.length, deliveries: place.size * hooks.length, seconds, delay: delays(r) }
}

// Somebody enables again what was gone.
async function caretaker(s, over) {
  while (!over.now) {
    await sleep(300)
    const list = await s.call('admin', 'GET', '/v1/webhooks').catch(() => null)
    for (const w of list?.body?.data ?? []) if (w.disabled) await s.call('admin', 'POST', `/v1/webhooks/${w.id}/enable`).catch(() => {})
  }
}

// The events that move the leads, each sent until it is taken.
async function post(s, over, { seed, leads, rounds, rate, began }) {
  const size = rate ? Math.min(500, Math.ceil(rate / 20)) : 500
  for (let round = 0; round < rounds; round++)
    for (let from = 0; from < leads && !over.now; from += size) {
      if (rate) await sleep(began + (1000 * (round * leads + from)) / rate - Date.now())
      const events = Array.from({ length: Math.min(size, leads - from) }, (_, i) => ({
        event_id: `scene-${seed}-${round}-${from + i}`,
        type: 'note',
        lead: { external_id: `scene-${from + i}`, company: { industry: round % 2 ? 'cross_border_ecommerce' : 'education' } },
      }))
      while (!over.now) {
        const reply = await s.call('ingest', 'POST', '/v1/events', events).catch(() => null)
        if (reply?.status === 200 && reply.body.results.every((x) => !x.error)) break
        await sleep(200)
      }
    }
}

// Of each lead the transitions in order, and of each transition its place among them.
async function moves(s) {
  const lines = new Map()
  const place = new Map()
  for (const [id, lead] of await s.sql(`SELECT t.id, t.lead_id FROM transitions t JOIN identities i ON i.lead_id = t.lead_id WHERE i.value LIKE 'scene-%' AND t.kind = 'tier' ORDER BY t.lead_id, t.lead_version, t.ordinal`)) {
    const line = lines.get(lead) ?? []
    place.set(id, line.length)
    line.push(id)
    lines.set(lead, line)
  }
  return { lines, place }
}

async function arrivedAll(s, transitions, waitMs) {
  const end = Date.now() + waitMs
  const waits = async () => (await s.sql(`SELECT EXISTS (SELECT FROM deliveries WHERE state = 'pending') OR EXISTS (SELECT FROM outbox WHERE fanned_at IS NULL)`))[0][0] !== 'f'
  while (await waits()) {
    assert.ok(Date.now() < end, `deliveries still wait: ${JSON.stringify(await waiting(s))}`)
    await sleep(Math.max(200, transitions / 100))
  }
}

// By endpoint: what waits, when the first is due, and in whose hands it is.
const waiting = (s) =>
  s.sql(`SELECT w.url, w.state, w.failures, w.lease_until - now(), w.work_at - now(), count(*), count(d.next_at), min(d.next_at) - now(), max(d.attempts)
    FROM webhooks w JOIN deliveries d ON d.webhook_id = w.id WHERE d.state = 'pending' GROUP BY w.workspace_id, w.id`)

// Every transition came to every endpoint, under one id, and of one lead none before the one before it had arrived.
function check(r, hooks, lines, place) {
  const id = new Map()
  for (const { path } of hooks) {
    const arrived = new Map()
    const seen = new Set()
    for (const g of r.of(path, 'tier.changed')) {
      const { id: transition, lead_id: lead } = g.body.data
      if (!place.has(transition)) continue
      assert.equal(id.get(transition) ?? g.id, g.id, 'one message has two ids')
      id.set(transition, g.id)
      seen.add(transition)
      const next = arrived.get(lead) ?? 0
      assert.ok(place.get(transition) <= next, `${path}: move ${place.get(transition)} of ${lead} came when only ${next} had arrived`)
      if (ARRIVES.includes(g.answer) && place.get(transition) === next) arrived.set(lead, next + 1)
    }
    assert.equal(seen.size, place.size, `${path}: transitions that never came`)
    for (const [lead, line] of lines) assert.equal(arrived.get(lead), line.length, `${path}: ${lead}`)
  }
}

// Milliseconds from a transition to its first arrival at the endpoint that is well: median and p99.
function delays(r) {
  const first = new Map()
  for (const g of r.of('/well', 'tier.changed')) if (!first.has(g.id)) first.set(g.id, g.at - Date.parse(g.body.timestamp))
  const sorted = [...first.values()].sort((a, b) => a - b)
  return { p50: sorted[Math.floor(sorted.length * 0.5)], p99: sorted[Math.floor(sorted.length * 0.99)] }
}
