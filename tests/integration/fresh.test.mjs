// The first minute of a database, before PostgreSQL has counted anything in it: what a batch reads grows with the batch, not with the base.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Service } from './lib/service.mjs'

const LEADS = 4000
const ARRAY = 1000

test('a batch of thousands reads what it names, after single events on empty tables too', { timeout: 120_000 }, async (t) => {
  const s = await Service.start('fresh')
  t.after(() => s.stop())
  let n = 0
  const event = (lead, at) => ({ event_id: `f-${n++}`, type: 'page_view', lead: { email: `fresh${lead}@example.com` }, properties: { path: '/pricing' }, occurred_at: new Date(at).toISOString() })
  const now = Date.now()
  for (let i = 0; i < 12; i++) await s.event(event(i, now))
  // New leads; then old events of old leads, whose histories are read.
  for (const at of [now, now - 86_400_000])
    for (let first = 0; first < LEADS; first += ARRAY) {
      const { body } = await s.ok(200, 'ingest', 'POST', '/v1/events', Array.from({ length: ARRAY }, (_, i) => event(first + i, at)))
      for (const r of body.results) assert.equal(r.error, undefined, JSON.stringify(r))
    }
  assert.equal(await s.count('leads'), LEADS)
  // A connection tells what it read when it ends.
  await s.terminate()
  for (const [table, reads] of await s.sql("SELECT relname, coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_user_tables WHERE relname IN ('leads', 'identities', 'events')"))
    assert.ok(Number(reads) < 12 * n, `${reads} rows of ${table} were read for ${n} events`)
})

test('what waits for an endpoint that is dead is not read again for all that is told', { timeout: 120_000 }, async (t) => {
  const s = await Service.start('fresh_queue', { LEADSCORE_WEBHOOK_HTTP: 'on', LEADSCORE_WEBHOOK_ALLOW: '127.0.0.1' })
  t.after(() => s.stop())
  await s.ok(201, 'admin', 'POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/dead', types: ['lead.created'] })
  for (let first = 0; first < LEADS; first += 50)
    await s.ok(200, 'ingest', 'POST', '/v1/events', Array.from({ length: 50 }, (_, i) => ({ event_id: `q-${first + i}`, type: 'note', lead: { external_id: `q-${first + i}` } })))
  for (let i = 0; i < 200 && (await s.count('deliveries')) < LEADS; i++) await sleep(50)
  assert.equal(await s.count('deliveries'), LEADS)
  await s.terminate()
  const [[reads]] = await s.sql("SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'deliveries'")
  assert.ok(Number(reads) < 12 * LEADS, `${reads} deliveries were read for ${LEADS}`)
})
