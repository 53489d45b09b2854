// A rescore after an activation: by several instances, one of them killed in the middle, while events go on coming in. No lead is forgotten, none is told twice, and every
// lead is as a replay of its events says.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { random } from './lib/scene.mjs'
import { concurrently, Service } from './lib/service.mjs'

const LEADS = 4200
const SEED = Number(process.env.LEADSCORE_TEST_SEED ?? Date.now() % 2 ** 31)
const TITLES = ['CEO', 'Sales Manager', 'Engineer', 'VP Sales']
const s = await Service.start('rescore')
after(() => s.stop())

const email = (i) => `rescore${i}@example.com`
const ACTS = [
  ['page_view', () => ({ path: '/pricing' })], ['webinar_attend', () => ({ name: 'Peak season' })], ['content_download', () => ({ kind: 'white_paper' })],
  ['email_click', (n) => ({ email_id: `m${n}` })], ['demo_request', () => ({})], ['page_view', () => ({ path: '/blog' })],
]

// `n` events of random leads in the last 60 days, in arrays.
async function post(next, n, call, first = 0) {
  for (let at = 0; at < n; at += 1000) {
    const events = Array.from({ length: Math.min(1000, n - at) }, (_, k) => {
      const i = first + at + k < LEADS ? first + at + k : Math.floor(next() * LEADS)
      const [type, properties] = ACTS[Math.floor(next() * ACTS.length)]
      const lead = { email: email(i), ...(next() < 0.3 ? { title: TITLES[Math.floor(next() * TITLES.length)], company: { employees: Math.floor(next() * 500) } } : {}) }
      return { event_id: `r-${first + at + k}`, type, lead, properties: properties(at + k), occurred_at: new Date(Date.now() - Math.floor(next() * 60 * 86_400_000)).toISOString() }
    })
    const reply = await call('POST', '/v1/events', events)
    assert.equal(reply.status, 200, reply.text)
    for (const r of reply.body.results) assert.equal(r.error, undefined, JSON.stringify(r))
  }
}

// A version made from the first becomes active; the job that brings the leads after.
async function activate(version, change, transitions = 'raise') {
  const { document } = (await s.ok(200, 'admin', 'GET', '/v1/models/1')).body
  const made = (await s.ok(201, 'admin', 'POST', '/v1/models', { document: change(document) })).body
  assert.equal(made.version, version)
  return (await s.ok(200, 'admin', 'POST', `/v1/models/${version}/activate`, { transitions })).body.rescore
}

const job = async (id) => (await s.ok(200, 'read', 'GET', `/v1/jobs/${id}`)).body
async function ended(id, limit = 120_000) {
  for (const until = Date.now() + limit; ; await sleep(100)) {
    const j = await job(id)
    if (j.finished_at) return j
    assert.ok(Date.now() < until, `the job does not end: ${JSON.stringify(j)}`)
  }
}

const pricier = (points) => (m) => {
  m.engagement.rules.find((r) => r.id === 'webinar').points = points
  m.engagement.rules.find((r) => r.id === 'pricing_page').points = points * 2
  return m
}

// Every lead against a replay of its events, and each one's transitions as a chain that ends where the lead is.
async function judge(version) {
  const leads = await s.sql(`SELECT id, model_version, stage, tier, score, to_char(as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), version FROM leads`)
  assert.equal(leads.length, LEADS)
  const moves = new Map(leads.map(([id]) => [id, []]))
  for (const [lead, kind, from, to, v, ordinal] of await s.sql(`SELECT lead_id, kind, from_value, to_value, lead_version, ordinal FROM transitions WHERE line IS NULL ORDER BY lead_id, lead_version, ordinal`))
    moves.get(lead).push({ kind, from, to, at: `${v}.${ordinal}` })
  await concurrently(leads.length, 16, async (i) => {
    const [id, model, stage, tier, score, asOf] = leads[i]
    assert.equal(Number(model), version, `${id} was forgotten`)
    const replay = (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?at=${asOf}`)).body
    assert.deepEqual([replay.score.total, replay.stage, replay.tier], [Number(score), stage, tier], id)
    const places = moves.get(id).map((m) => m.at)
    assert.equal(new Set(places).size, places.length, `${id} has two moves in one place`)
    for (const [kind, start, now] of [['stage', 'lead', stage], ['tier', 'D', tier]]) {
      const end = moves.get(id).filter((m) => m.kind === kind).reduce((at, m) => {
        assert.equal(m.from, at, `${id}: ${kind} moves from where it is not: ${JSON.stringify(moves.get(id))}`)
        return m.to
      }, start)
      assert.equal(end, now, `${id}: its ${kind} was not told: ${JSON.stringify(moves.get(id))}`)
    }
  })
}

test('two instances, one killed in the middle, events all the while', { timeout: 400_000 }, async (t) => {
  t.diagnostic(`LEADSCORE_TEST_SEED=${SEED}`)
  const next = random(SEED)
  await post(next, 2.5 * LEADS, (...args) => s.call('ingest', ...args))
  const before = await s.count('transitions')
  const twin = await s.twin()
  t.after(() => twin.child.kill('SIGKILL'))
  const id = await activate(2, pricier(40))
  // Events of leads that are rescored and of such that are not yet; each reply is under the new version.
  let over = false
  const stream = (async () => {
    for (let n = 0; !over; n++) {
      const event = { event_id: `live-${n}`, type: 'webinar_attend', lead: { email: email(Math.floor(next() * LEADS)) } }
      let reply = await s.call('ingest', 'POST', '/v1/events', event)
      for (let again = 0; reply.status === 503 && again < 5; again++) reply = await s.call('ingest', 'POST', '/v1/events', event)
      assert.equal(reply.status, 200, reply.text)
      assert.equal(reply.body.score.model_version, 2)
    }
  })()
  // The twin may be the job's runner or take a share: both ways it dies in the middle of a piece.
  for (let done = 0; done < LEADS / 4; done = await s.count('leads', 'model_version = 2')) await sleep(20)
  twin.child.kill('SIGKILL')
  const killedAt = await s.count('leads', 'model_version = 2')
  await twin.ended
  twin.client.close()
  const killed = Date.now()
  const j = await ended(id).finally(() => (over = true))
  await stream
  assert.equal(j.state, 'done')
  assert.deepEqual([j.progress.done, j.progress.total], [LEADS, LEADS])
  assert.equal(j.result.failed, 0)
  t.diagnostic(`killed when ${killedAt} of ${LEADS} leads were done; the job ended ${Date.now() - killed} ms later`)
  assert.ok(killedAt < LEADS, 'it was done before the kill')
  assert.ok(Date.now() - killed < 60_000, 'nobody took over')
  assert.ok(await s.count('transitions', "cause = 'model'") > LEADS / 100, 'the new version moves nobody')
  assert.ok(await s.count('transitions') > before)
  await judge(2)
  // What was told to the feed was told to the outside, once each.
  assert.equal(await s.count('outbox', "topic LIKE 'stage.%' OR topic = 'tier.changed'"), await s.count('transitions'))
  assert.equal(await s.count("(SELECT payload->>'id' FROM outbox WHERE topic LIKE 'stage.%' OR topic = 'tier.changed' GROUP BY 1 HAVING count(*) > 1) x"), 0)
  assert.equal(await s.count("(SELECT lead_id FROM handoffs WHERE state = 'pending' GROUP BY lead_id HAVING count(*) > 1) x"), 0)
  assert.equal(await s.count('leads l', "stage IN ('mql', 'sal') AND NOT EXISTS (SELECT FROM handoffs h WHERE h.workspace_id = l.workspace_id AND h.lead_id = l.id)"), 0)
})

test('an activation while the rescore of the one before runs', { timeout: 200_000 }, async () => {
  const third = await activate(3, pricier(20))
  for (let done = 0; done < LEADS / 10; done = await s.count('leads', 'model_version = 3')) await sleep(20)
  const fourth = await activate(4, pricier(30))
  assert.equal((await ended(fourth)).state, 'done')
  const old = await ended(third)
  assert.deepEqual([old.state, old.error.split(':')[0]], ['cancelled', 'model_superseded'])
  await judge(4)
})

test('a model beside the primary one scores every lead; once it is out of use its scores go', { timeout: 200_000 }, async () => {
  const own = `workspace_id = '${s.workspace.id}'`
  await s.sql(`INSERT INTO models (workspace_id, version, name, state, document, created_at, line)
    SELECT workspace_id, 5, 'm', 'shadow', document, now(), 'other' FROM models WHERE ${own} AND version = 2`)
  await s.sql(`UPDATE workspaces SET other_models = '{5}', last_model = 5 WHERE id = '${s.workspace.id}'`)
  const versions = await s.sql('SELECT sum(version) FROM leads')
  const id = (await s.cli('rescore', '--workspace', 'ours', '--model', '5')).trim()
  const j = await ended(id)
  // Those whose time came meanwhile were scored by that.
  assert.deepEqual([j.state, j.result.role, j.result.rescored > 0.9 * LEADS], ['done', 'other', true])
  assert.equal(await s.count('lead_scores s JOIN leads l ON l.workspace_id = s.workspace_id AND l.id = s.lead_id AND l.version = s.lead_version', 's.model_version = 5'), LEADS)
  // But for those whose time had come meanwhile.
  assert.ok((await s.sql('SELECT sum(version) FROM leads'))[0][0] - versions[0][0] < LEADS / 50, 'the leads themselves were written')
  // Once more: nothing is left to do.
  assert.equal((await ended((await s.cli('rescore', '--workspace', 'ours', '--model', '5')).trim())).result.rescored, 0)
  await s.sql(`UPDATE workspaces SET other_models = '{}' WHERE id = '${s.workspace.id}'`)
  const removed = (await ended((await s.cli('rescore', '--workspace', 'ours')).trim())).result
  assert.deepEqual([removed.rescored, removed.scores_removed], [0, LEADS])
  assert.equal(await s.count('lead_scores'), 0)
})

test('by force all leads are replayed, and nothing is told again', { timeout: 200_000 }, async () => {
  const told = await s.sql('SELECT count(*), max(created_at) FROM transitions')
  // A state that lies: a replay finds it out, and only force looks.
  const [[id]] = await s.sql("SELECT id FROM leads WHERE stage = 'lead' AND score BETWEEN 5 AND 60 LIMIT 1")
  const right = (await s.lead(id)).score.total
  await s.sql(`UPDATE leads SET score = 7777 WHERE id = '${id}'`)
  const out = await s.cli('rescore', '--workspace', 'ours', '--all', '--watch')
  assert.deepEqual((await job(out.trim())).result.rescored, LEADS)
  assert.ok(Math.abs((await s.lead(id)).score.total - right) <= 1)
  assert.deepEqual((await s.sql("SELECT count(*), max(created_at) FROM transitions WHERE cause <> 'decay'")).length, told.length)
  await judge(4)
  await assert.rejects(s.cli('rescore', '--workspace', 'ours', '--model', '1'), /not in use/)
})

test('moves that are held: nobody hears of them until they are released, and of discarded ones never', { timeout: 200_000 }, async () => {
  const feed = async () => {
    const all = []
    for (let after = ''; ; ) {
      const { body } = await s.ok(200, 'read', 'GET', `/v1/transitions?limit=200${after}`)
      all.push(...body.data)
      if (!body.has_more) return all
      after = `&after=${body.next_cursor}`
    }
  }
  const before = await feed()
  const told = await s.count('outbox')
  const j = await ended(await activate(6, pricier(60), 'hold'))
  assert.equal(j.state, 'done')
  const held = await s.sql("SELECT id, lead_id, to_value FROM transitions WHERE held AND model_version = 6 AND kind = 'stage' ORDER BY id")
  const all = await s.count('transitions', 'held')
  assert.ok(held.length > 20, `only ${held.length} stages are held`)
  const decayed = async () => await s.count('transitions', "cause = 'decay' AND model_version = 6")
  assert.equal((await feed()).length, before.length + await decayed(), 'a held transition is in the feed')
  const listed = []
  for (let cursor = ''; ; ) {
    const { body } = await s.ok(200, 'read', 'GET', `/v1/transitions/held?model_version=6&limit=150${cursor}`)
    listed.push(...body.data.map((m) => m.id))
    if (!body.next_cursor) break
    cursor = `&cursor=${body.next_cursor}`
  }
  assert.deepEqual([listed.length, new Set(listed).size], [all, all])
  assert.deepEqual((await s.ok(200, 'read', 'GET', '/v1/transitions/held?model_version=4')).body.data, [])

  // One lead has moved on since: its transition enters the feed, but nobody is told of what is not true any more.
  const [gone, one] = held.filter(([, , to]) => to === 'mql').map(([id, lead]) => ({ id, lead }))
  assert.ok(gone && one, 'nobody became MQL')
  await s.ok(200, 'ingest', 'POST', '/v1/events', { event_id: 'held-lost', type: 'lost', lead: { id: gone.lead } })
  const handoffs = (lead) => s.count('handoffs', `lead_id = '${lead}' AND state = 'pending' AND transition_id IN ('${gone.id}', '${one.id}')`)
  const release = async (body) => (await s.ok(200, 'admin', 'POST', '/v1/transitions/held/release', body)).body
  const ids = [gone.id, one.id]
  assert.deepEqual(await release({ model_version: 6, ids }), { model_version: 6, released: 2, told: 1, remaining: all - 2 })
  assert.deepEqual(await release({ model_version: 6, ids }), { model_version: 6, released: 0, told: 0, remaining: all - 2 }, 'released twice')
  assert.deepEqual(await release({ model_version: 4, ids: [held[2][0]] }), { model_version: 4, released: 0, told: 0, remaining: 0 }, 'of another version')
  assert.deepEqual([await handoffs(gone.lead), await handoffs(one.lead)], [0, 1])
  assert.equal((await s.lead(one.lead)).handoff.state, 'pending')
  assert.equal(await s.count('outbox', `topic = 'stage.mql' AND payload->>'id' = '${one.id}'`), 1)
  assert.equal(await s.count('outbox', `payload->>'id' = '${gone.id}'`), 0)
  assert.deepEqual((await feed()).filter((m) => ids.includes(m.id)).map((m) => m.cause), ['model', 'model'])

  // Of a release and a discard at once each transition has one.
  const [one_, other] = await Promise.all([release({ model_version: 6 }), s.ok(200, 'admin', 'POST', '/v1/transitions/held/discard', { model_version: 6, ids: listed.slice(-200) })])
  const discarded = other.body.discarded
  assert.equal(one_.released + discarded, all - 2)
  assert.equal(await s.count('transitions', 'held'), 0)
  const { result } = await job(j.id)
  assert.deepEqual([result.released, result.discarded ?? 0, result.role], [all - discarded, discarded, 'primary'])
  assert.equal((await feed()).length - before.length, all - discarded + (await s.count('transitions', "NOT held AND model_version = 6 AND cause <> 'model'")))
  assert.ok(await s.count('outbox') > told)
  assert.equal(await s.count("(SELECT payload->>'id' FROM outbox WHERE topic LIKE 'stage.%' OR topic = 'tier.changed' GROUP BY 1 HAVING count(*) > 1) x"), 0)
  const { body: { discarded: alone, remaining } } = await s.ok(200, 'admin', 'POST', '/v1/transitions/held/discard', { model_version: 6 })
  assert.deepEqual([alone, remaining], [0, 0])
})
