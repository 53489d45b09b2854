// kill -9 of the service under load, again and again: what was acknowledged is there once, and every stored score equals its replay.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Service, concurrently } from './lib/service.mjs'

const KILLS = 20
const LEADS = 40
const CLIENTS = 16

// Posts events one after the other until told to stop; remembers which were acknowledged and which may or may not have been taken.
async function client(s, id, round, acknowledged, unknown, over) {
  for (let n = 0; !over.now; n++) {
    const event = {
      event_id: `r${round}-c${id}-${n}`,
      type: n % 5 === 0 ? 'webinar_attend' : 'email_click',
      lead: { email: `crash${(id * 7 + n) % LEADS}@example.com`, ...(n % 11 === 0 ? { title: n % 2 ? 'CEO' : 'Sales Manager' } : {}) },
      properties: { email_id: `e${n}` },
    }
    const reply = await s.call('ingest', 'POST', '/v1/events', event).catch(() => null)
    if (reply?.status === 200) acknowledged.set(event.event_id, reply.body.lead_id)
    else unknown.push(event)
    if (!reply) return
  }
}

test(`${KILLS} kills under load lose, double and miscount nothing`, { timeout: 600_000 }, async (t) => {
  const s = await Service.start('crash')
  t.after(() => s.stop())
  const acknowledged = new Map()
  const unknown = []
  for (let round = 0; round < KILLS; round++) {
    const over = { now: false }
    const clients = Array.from({ length: CLIENTS }, (_, id) => client(s, id, round, acknowledged, unknown, over))
    await sleep(150 + 37 * (round % 7))
    s.child.kill('SIGKILL')
    over.now = true
    await Promise.all(clients)
    await s.ended
    s.client.close()
    await s.serve({})
  }
  assert.ok(acknowledged.size > KILLS * CLIENTS, `only ${acknowledged.size} events were acknowledged`)

  // What was not acknowledged is sent again, as a client would: it is stored once whether it was stored before or not.
  let again = 0
  await concurrently(unknown.length, CLIENTS, async (i) => {
    const reply = await s.ok(200, 'ingest', 'POST', '/v1/events', unknown[i])
    if (reply.body.duplicate) again++
    acknowledged.set(unknown[i].event_id, reply.body.lead_id)
  })
  t.diagnostic(`${acknowledged.size} events; ${unknown.length} replies were lost by the kills, ${again} of those events had been stored`)

  const rows = await s.sql('SELECT event_id, lead_id FROM events')
  assert.equal(rows.length, acknowledged.size)
  const stored = new Map(rows)
  assert.equal(stored.size, rows.length, 'an event is stored twice')
  for (const [event, lead] of acknowledged) assert.equal(stored.get(event), lead, `acknowledged event ${event}`)

  const leads = await s.sql('SELECT id FROM leads ORDER BY id')
  assert.equal(leads.length, LEADS)
  for (const [id] of leads) {
    const lead = await s.lead(id)
    const replay = (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?at=${lead.score.as_of}`)).body
    for (const field of ['total', 'fit', 'engagement']) assert.equal(lead.score[field], replay.score[field], `${field} of ${id}`)
    assert.equal(lead.tier, replay.tier)
    assert.equal(lead.stage, replay.stage)
    const sum = replay.contributions.reduce((total, c) => total + Math.round(c.points_now * 1000), 0)
    assert.equal(Math.round(sum / 1000), replay.score.total, `contributions of ${id}`)
  }

  // One raise, one transition, one handoff, one notice: whatever the crash came between.
  const raised = await s.count('transitions', "kind = 'stage' AND to_value IN ('mql', 'sal')")
  assert.equal(await s.count('outbox', "topic IN ('stage.mql', 'stage.sal')"), raised)
  assert.equal(await s.count('handoffs h JOIN transitions t ON t.workspace_id = h.workspace_id AND t.id = h.transition_id'), await s.count('handoffs'))
  const open = await s.sql("SELECT lead_id, count(*) FROM handoffs WHERE state = 'pending' GROUP BY lead_id HAVING count(*) > 1")
  assert.deepEqual(open, [])
})
