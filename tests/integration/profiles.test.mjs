// What names and patches add up to: a function of the events, and bounded.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'node:test'
import { Service, assertProblem } from './lib/service.mjs'

const permutations = (list) => (list.length < 2 ? [list] : list.flatMap((x, i) => permutations(list.filter((_, k) => k !== i)).map((rest) => [x, ...rest])))

const s = await Service.start('profiles')
test.after(() => s.stop())

test('the e-mail that names a lead first is its e-mail, in any order of arrival', async () => {
  const file = path.join(tmpdir(), `leadscore-profiles-${process.pid}.json`)
  const when = { ends_with: [{ var: 'email' }, '@corp.example'] }
  writeFileSync(file, JSON.stringify({ name: 'corporate', fit: { rules: [{ id: 'corp', when, points: 10 }] } }))
  const w = await s.makeWorkspace('names', '--model', file)
  const post = (body) => s.client.request('POST', '/v1/events', { key: w.keys.admin, body })
  const outcomes = new Set()
  for (const [n, order] of permutations([1, 2, 3]).entries()) {
    const names = { 1: `a${n}@free.example`, 2: `b${n}@corp.example`, 3: `a${n}@free.example` }
    let reply
    for (const day of order) {
      const lead = { external_id: `p${n}`, email: names[day] }
      reply = await post({ event_id: `e${day}`, type: 'message', occurred_at: `2026-01-0${day}T00:00:00Z`, lead })
      assert.equal(reply.status, 200, reply.text)
    }
    const lead = (await s.client.request('GET', `/v1/leads/${reply.body.lead_id}`, { key: w.keys.admin })).body
    outcomes.add(JSON.stringify([lead.email.replace(String(n), ''), lead.score.total]))
  }
  assert.deepEqual([...outcomes], ['["a@free.example",0]'])
})

test('a name never replaces an address; a patch does; a name fills one that was removed', async () => {
  const first = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { external_id: 'fill', email: 'old@example.com' })).body
  const patch = async (body) => (await s.ok(200, 'admin', 'PATCH', `/v1/leads/${first.id}`, body)).body.email
  assert.equal(await patch({ email: 'new@example.com' }), 'new@example.com')
  const named = await s.event({ type: 'message', lead: { email: 'old@example.com' } })
  assert.equal(named.lead_id, first.id)
  assert.equal((await s.lead(first.id)).email, 'new@example.com')
  assert.equal(await patch({ email: null }), undefined)
  const again = (await s.ok(200, 'ingest', 'POST', '/v1/leads', { email: 'old@example.com' })).body
  assert.deepEqual([again.id, again.email], [first.id, 'old@example.com'])
})

test('many small patches cannot make a profile without end', async () => {
  const lead = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: 'large@example.com' })).body
  let refused
  let taken = 0
  for (; taken < 60 && !refused; taken++) {
    const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${taken}_${i}`, 'x'.repeat(200)]))
    const reply = await s.call('admin', 'PATCH', `/v1/leads/${lead.id}`, { attributes })
    if (reply.status !== 200) refused = reply
  }
  assertProblem(refused, 422, 'profile_too_large')
  const before = await s.lead(lead.id)
  assert.ok(JSON.stringify(before).length < 70_000)
  // Beside others in one batch it is refused alone, and the lead goes on.
  const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`more${i}`, 'y'.repeat(1400)]))
  const items = [{ type: 'message', lead: { email: 'other@example.com' } }, { type: 'message', lead: { id: lead.id, attributes } }, { type: 'message', lead: { id: lead.id } }]
  const { results } = (await s.ok(200, 'ingest', 'POST', '/v1/events', items)).body
  assert.deepEqual(results.map((r) => r.error?.code ?? 'taken'), ['taken', 'profile_too_large', 'taken'])
})
