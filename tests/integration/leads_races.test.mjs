// Leads under contention: claims on one identity, erasing while events come in, two servers on one database.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertAddsUp, climb, essence, GOOD_PROFILE, iso } from './lib/scene.mjs'
import { assertProblem, concurrently, Service } from './lib/service.mjs'

const s = await Service.start('leads_races')
after(() => s.stop())

const post = (body, headers) => s.call('ingest', 'POST', '/v1/leads', body, headers)
const make = async (body) => {
  const reply = await post(body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
// What must hold in the database whatever happened.
async function assertSound() {
  for (const table of ['events', 'identities', 'transitions', 'handoffs', 'lead_tags', 'lead_terms'])
    assert.equal(await s.count(`${table} t`, 'NOT EXISTS (SELECT FROM leads l WHERE (l.workspace_id, l.id) = (t.workspace_id, t.lead_id))'), 0, table)
  assert.equal(await s.count('leads l', 'NOT EXISTS (SELECT FROM events e WHERE (e.workspace_id, e.lead_id) = (l.workspace_id, l.id))'), 0)
}

test('two strong identities of two leads are a conflict for a person to settle', async () => {
  const a = await make({ email: 'a@conflict.example' })
  const b = await make({ phone: '13700137000' })
  const events = await s.count('events')
  assertProblem(await post({ email: 'a@conflict.example', phone: '13700137000' }), 409, 'identity_conflict')
  assertProblem(await s.call('ingest', 'POST', '/v1/events', { type: 'message', lead: { id: b.id, email: 'a@conflict.example' } }), 409, 'identity_conflict')
  assert.equal(await s.count('events'), events)
  // A browser that two people used says nothing about who they are.
  assert.equal((await post({ email: 'a@conflict.example', anonymous_id: 'shared' })).body.id, a.id)
  assert.equal((await post({ phone: '13700137000', anonymous_id: 'shared' })).body.id, b.id)
  assert.equal((await post({ anonymous_id: 'shared' })).body.id, a.id)
  // In one array the second sees what the first made known.
  const { results } = await s.event([
    { type: 'message', lead: { email: 'new@conflict.example' } },
    { type: 'message', lead: { phone: '13700137000', email: 'new@conflict.example' } },
    { type: 'message', lead: { email: 'new@conflict.example', phone: '13700137009' } },
    { type: 'message', lead: { phone: '13700137009' } },
  ])
  assert.deepEqual(results.map((r) => r.error?.code ?? 'ok'), ['ok', 'identity_conflict', 'ok', 'ok'])
  assert.equal(new Set([results[0], results[2], results[3]].map((r) => r.lead_id)).size, 1)
  await assertSound()
})

test('of many leads that claim one e-mail one gets it', async () => {
  const leads = []
  for (let i = 0; i < 20; i++) leads.push(await make({ external_id: `claim-${i}` }))
  const outcomes = await Promise.all(leads.map((l) => s.call('sales', 'PATCH', `/v1/leads/${l.id}`, { email: 'prize@example.com' })))
  assert.deepEqual(outcomes.map((r) => r.status).sort(), [200, ...Array(19).fill(409)])
  const winner = outcomes.find((r) => r.status === 200).body.id
  assert.equal((await post({ email: 'prize@example.com' })).body.id, winner)
  assert.equal(await s.count('leads', `email = 'prize@example.com'`), 1)
  await assertSound()
})

test('a lead posted again with its Idempotency-Key is the lead as it was', async () => {
  const key = { 'idempotency-key': 'lead-1' }
  const first = await post({ email: 'retry@example.com', name: 'A' }, key)
  assert.equal(first.status, 201)
  await s.ok(200, 'sales', 'PATCH', `/v1/leads/${first.body.id}`, { name: 'B' })
  const again = await post({ email: 'retry@example.com', name: 'A' }, key)
  assert.equal(again.status, 200)
  assert.equal(again.body.id, first.body.id)
  assert.equal(again.body.name, 'B', 'a retry is no new change')
})

test('erasing while events come in leaves no ghosts', async () => {
  const erased = new Set()
  const target = { email: 'ghost@example.com' }
  let posted = 0
  await concurrently(16, 16, async (client) => {
    for (let i = 0; i < 40; i++) {
      if (client % 8 === 0 && i % 4 === 3) {
        const found = (await s.ok(200, 'read', 'GET', '/v1/leads?q=ghost%40example.com')).body.data
        for (const { id } of found) {
          const gone = await s.call('admin', 'DELETE', `/v1/leads/${id}`)
          assert.ok(gone.status === 204 || gone.status === 404, gone.text)
          if (gone.status === 204) erased.add(id)
        }
      } else {
        const reply = await s.call('ingest', 'POST', '/v1/events', { event_id: `ghost-${client}-${i}`, type: 'page_view', lead: target, properties: { path: '/pricing' } })
        assert.equal(reply.status, 200, reply.text)
        posted++
      }
    }
  })
  assert.ok(erased.size > 0 && posted > 100)
  await assertSound()
  for (const id of erased) assert.equal(await s.count('events', `lead_id = '${id}'`), 0)
  assert.ok((await s.count('leads', `email = 'ghost@example.com'`)) <= 1)
})

test('two servers on one database are as good as one', async () => {
  const twin = await s.twin()
  try {
    const both = [s, twin]
    const ids = new Set()
    await concurrently(24, 24, async (client) => {
      const server = both[client % 2]
      for (let i = 0; i < 30; i++) {
        const at = iso(Date.now() - ((client * 7919 + i * 104729) % 3_000_000) - 1000)
        const event = { event_id: `twin-${client}-${i}`, type: 'page_view', occurred_at: at, lead: { email: 'twin@example.com' }, properties: { path: '/pricing' } }
        const reply = await server.event(event)
        assert.equal(reply.duplicate, false)
        ids.add(reply.lead_id)
        const again = await both[(client + 1) % 2].event(event)
        assert.equal(again.duplicate, true)
        assert.equal(again.lead_id, reply.lead_id)
      }
    })
    assert.equal(ids.size, 1)
    const [id] = ids
    assert.equal(await s.count('events', `lead_id = '${id}'`), 720)
    const at = `?at=${iso(Date.now())}`
    const here = (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score${at}`)).body
    const there = (await twin.ok(200, 'read', 'GET', `/v1/leads/${id}/score${at}`)).body
    assertAddsUp(here)
    assert.deepEqual(essence(there), essence(here))
    assert.equal((await twin.lead(id)).score.total, here.score.total)
    // Each raises the MQL of its own leads, and each threshold is crossed once, whichever server sees the event that crosses it.
    await concurrently(20, 20, async (i) => {
      for (const [k, event] of climb(`both-${i}`, { email: `both-${i}@example.com` }, GOOD_PROFILE).entries()) await both[(i + k) % 2].event(event)
    })
    assert.equal(await s.count('transitions t JOIN leads l ON l.id = t.lead_id', `l.email LIKE 'both-%' AND t.kind = 'stage' AND t.to_value = 'mql'`), 20)
    assert.equal(await s.count('handoffs h JOIN leads l ON l.id = h.lead_id', `l.email LIKE 'both-%'`), 20)
    await assertSound()
  } finally {
    await twin.terminate()
  }
})
