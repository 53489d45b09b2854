// Webhooks out: who is told of what, how it is signed, and what becomes of it when the other end does not answer as it should.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { climb, iso } from './lib/scene.mjs'
import { answers, Receiver } from './lib/receiver.mjs'
import { Service, assertProblem } from './lib/service.mjs'

const SETTINGS = {
  LEADSCORE_WEBHOOK_HTTP: 'on',
  LEADSCORE_WEBHOOK_ALLOW: '127.0.0.1',
  LEADSCORE_WEBHOOK_RETRIES: '0.2,0.4,0.8,1,1,1,1,1,1',
  LEADSCORE_WEBHOOK_TIMEOUT_MS: '1500',
}
let s, r

before(async () => {
  r = await Receiver.start()
  s = await Service.start('webhooks', SETTINGS)
})
after(async () => {
  await s.stop()
  await r.stop()
})

const create = async (body, status = 201) => (await s.ok(status, 'admin', 'POST', '/v1/webhooks', body)).body
const remove = (w) => s.ok(204, 'admin', 'DELETE', `/v1/webhooks/${w.id}`)
const read = async (w) => (await s.ok(200, 'admin', 'GET', `/v1/webhooks/${w.id}`)).body
const deliveries = async (w, query = '') => (await s.ok(200, 'admin', 'GET', `/v1/webhooks/${w.id}/deliveries${query}`)).body.data
const until = async (what, check, ms = 20_000) => {
  const end = Date.now() + ms
  for (;;) {
    const value = await check()
    if (value) return value
    assert.ok(Date.now() < end, `not within ${ms} ms: ${what}`)
    await sleep(50)
  }
}

let count = 0
// An event that changes its lead's tier, each time: the industry is excluded or not.
const flip = (lead, odd) => ({ event_id: `flip-${count++}`, type: 'note', occurred_at: iso(Date.now() - 60_000 + count), lead: { external_id: lead, company: { industry: odd ? 'education' : 'cross_border_ecommerce' } } })
// A lead that climbs to MQL, of which the outside is told.
const rise = async (name) => {
  const events = climb(name, { email: `${name}@rise.example` })
  const reply = await s.ok(200, 'ingest', 'POST', '/v1/events', events)
  return reply.body.results[0].lead_id
}

function verify(item, secret) {
  for (const Verifier of [StandardWebhook, SvixWebhook]) {
    const headers = Object.fromEntries(['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((h) => [h, item.headers[h]]))
    const body = new Verifier(secret).verify(item.text, headers)
    assert.deepEqual(body, item.body)
    assert.throws(() => new Verifier(secret).verify(item.text.replace('{', '{ '), headers))
  }
}

test('an endpoint is told what it wants, signed as Standard Webhooks are, in order', async () => {
  const all = await create({ url: r.on('/all', answers.ok), types: ['*'] })
  const some = await create({ url: r.on('/some', answers.ok), types: ['handoff.*'], description: 'sales' })
  assert.match(all.secrets[0].secret, /^whsec_/)
  const lead = await rise('signed')
  await r.wait(2, (g) => g.path === '/all' && ['stage.mql', 'handoff.created'].includes(g.body.type))
  await r.wait(1, (g) => g.path === '/some')
  for (const item of r.of('/all')) {
    verify(item, all.secrets[0].secret)
    assert.match(item.id, /^msg_[0-9a-f]{32}$/)
    assert.deepEqual(Object.keys(item.body), ['type', 'timestamp', 'data'])
    assert.equal(item.headers['content-type'], 'application/json')
    assert.ok(item.text.length <= 20_000)
    assert.throws(() => new StandardWebhook(some.secrets[0].secret).verify(item.text, item.headers), /signature/i)
  }
  const types = r.of('/all').map((g) => g.body.type)
  assert.ok(types.indexOf('stage.mql') < types.indexOf('handoff.created'), types.join())
  assert.equal(r.of('/all', 'stage.mql')[0].body.data.lead_id, lead)
  assert.deepEqual(r.of('/some').map((g) => g.body.type), ['handoff.created'])
  assert.equal(r.of('/some')[0].id, r.of('/all', 'handoff.created')[0].id, 'one message has one id, whoever gets it')

  const list = await until('all delivered', async () => (await deliveries(all)).every((d) => d.state === 'delivered') && deliveries(all))
  const ids = new Set(r.of('/all').map((g) => g.id))
  for (const d of list) assert.ok(ids.has(d.message_id), d.type)
  assert.equal(types[0], 'lead.created')
  const one = (await s.ok(200, 'admin', 'GET', `/v1/webhooks/${all.id}/deliveries/${list[0].id}`)).body
  assert.equal(one.last_status, 200)
  assert.equal(one.attempts, 1)
  assert.match(one.reply.head, /^HTTP\/1.1 200/)
  assert.equal(one.reply.body, '{}')
  assert.equal((await deliveries(all, '?type=stage.mql&state=delivered')).length, 1)
  assert.equal((await deliveries(all, `?lead_id=${lead}&limit=1`)).length, 1)
  await remove(all)
  await remove(some)
  assertProblem(await s.call('admin', 'GET', `/v1/webhooks/${all.id}`), 404, 'webhook_not_found')
})

test('what is not taken is told by place', async () => {
  const good = { url: r.url('/x'), types: ['*'] }
  const bad = [
    [{ ...good, url: undefined }, 'field_required', '/url'],
    [{ ...good, url: 'ftp://example.com/' }, 'url_invalid', '/url'],
    [{ ...good, url: 'http://user:word@example.com/' }, 'url_invalid', '/url'],
    [{ ...good, url: 'http://example.com/#x' }, 'url_invalid', '/url'],
    [{ ...good, url: 'http://exa mple.com/' }, 'url_invalid', '/url'],
    [{ ...good, url: 'http://10.0.0.1/' }, 'url_refused', '/url'],
    [{ ...good, url: 'http://[::1]/' }, 'url_refused', '/url'],
    [{ ...good, url: 'http://169.254.169.254/latest/meta-data' }, 'url_refused', '/url'],
    [{ ...good, types: undefined }, 'field_required', '/types'],
    [{ ...good, types: [] }, 'field_type', '/types'],
    [{ ...good, types: ['stage.mql', 'stage.won'] }, 'type_unknown', '/types/1'],
    [{ ...good, types: ['st*'] }, 'type_unknown', '/types/0'],
    [{ ...good, kind: 'pigeon' }, 'kind_unknown', '/kind'],
    [{ ...good, secret: 'whsec_c2hvcnQ=' }, 'secret_invalid', '/secret'],
    [{ ...good, settings: { concurrency: 0 } }, 'field_invalid', '/settings/concurrency'],
    [{ ...good, settings: { rate: { messages: 1 } } }, 'field_invalid', '/settings/rate/seconds'],
    [{ ...good, settings: { speed: 1 } }, 'field_unknown', '/settings/speed'],
    [{ ...good, colour: 'red' }, 'field_unknown', '/colour'],
  ]
  for (const [body, code, pointer] of bad) assertProblem(await s.call('admin', 'POST', '/v1/webhooks', body), 422, code, pointer)
  const w = await create({ ...good, secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}`, settings: { concurrency: 2 } })
  assertProblem(await s.call('admin', 'PATCH', `/v1/webhooks/${w.id}`, { url: 'http://127.0.0.2/' }), 422, 'url_refused', '/url')
  assertProblem(await s.call('admin', 'PATCH', `/v1/webhooks/${w.id}`, { description: 'x' }, { 'if-match': '"v9"' }), 412, 'version_mismatch')
  const patched = (await s.ok(200, 'admin', 'PATCH', `/v1/webhooks/${w.id}`, { description: 'x', settings: { concurrency: null } }, { 'if-match': '"v1"' })).body
  assert.deepEqual([patched.description, patched.settings, patched.version, patched.secrets], ['x', {}, 2, undefined])
  const other = await s.makeWorkspace('stranger')
  const foreign = await s.client.request('GET', `/v1/webhooks/${w.id}`, { key: other.keys.admin })
  assertProblem(foreign, 404, 'webhook_not_found')
  for (const path of ['secrets', 'deliveries']) assertProblem(await s.client.request('GET', `/v1/webhooks/${w.id}/${path}`, { key: other.keys.admin }), 404, 'webhook_not_found')
  await remove(w)
})

test('a failed attempt is made again with the same id; the reply decides what failed', async () => {
  const ways = ['error', 'busy', 'moved', 'hang', 'reset', 'drip']
  const hooks = []
  for (const way of ways) {
    let calls = 0
    hooks.push(await create({ url: r.on(`/once-${way}`, (req, res) => (calls++ ? answers.ok(req, res) : answers[way](req, res))), types: ['stage.mql'] }))
  }
  hooks.push(await create({ url: r.on('/once-endless', answers.endless), types: ['stage.mql'] }))
  await rise('again')
  for (const [i, way] of ways.entries()) {
    const [first, second] = await r.wait(2, (g) => g.path === `/once-${way}`)
    assert.equal(first.id, second.id)
    assert.equal(first.text, second.text)
    verify(second, hooks[i].secrets[0].secret)
    const done = await until(`${way} delivered`, async () => (await deliveries(hooks[i])).find((d) => d.state === 'delivered'))
    // A connection that was used before and is reset at once is made anew without a word.
    assert.ok(done.attempts === 2 || (way === 'reset' && done.attempts === 1), `${way}: ${done.attempts}`)
    if (way === 'busy') assert.ok(second.at - first.at >= 900, `Retry-After: ${second.at - first.at} ms`)
  }
  const endless = await until('endless', async () => (await deliveries(hooks[6])).find((d) => d.state === 'delivered'))
  assert.equal(endless.attempts, 1, 'it said 200 and more than anybody reads')
  assert.equal(r.of('/elsewhere').length, 0, 'redirects are not followed')
  for (const w of hooks) await remove(w)
})

test('the last attempt fails, and the next of the lead goes on; 410 disables, and others hear of it', async () => {
  const dead = await create({ url: r.on('/dead', answers.error), types: ['tier.changed'] })
  const gone = await create({ url: r.on('/gone', answers.gone), types: ['stage.*', 'tier.*'] })
  const other = await create({ url: r.on('/other', answers.ok), types: ['webhook.disabled'] })
  await s.event(flip('dead', false))
  await s.event(flip('dead', true))
  await s.event(flip('dead', false))
  const [told] = await r.wait(1, (g) => g.path === '/other')
  assert.equal(told.body.data.webhook_id, gone.id)
  assert.equal(told.body.data.reason, 'gone')
  assert.equal(r.of('/gone').length, 1)
  const disabled = await read(gone)
  assert.deepEqual([disabled.disabled, disabled.disabled_reason], [true, 'gone'])
  assertProblem(await s.call('admin', 'POST', `/v1/webhooks/${gone.id}/test`), 409, 'webhook_disabled')

  const failed = await until('the first has failed', async () => (await deliveries(dead, '?state=failed'))[0])
  assert.equal(failed.attempts, 10)
  assert.equal(failed.last_status, 500)
  assert.match(failed.last_error, /500/)
  const ids = [...new Set(r.of('/dead').map((g) => g.id))]
  assert.equal(r.of('/dead').filter((g) => g.id === ids[0]).length, 10)
  await r.wait(1, (g) => g.path === '/dead' && g.id !== ids[0])
  assert.ok((await read(dead)).failing_since)

  // Enabled again it gets what it said that nobody is there for, what has waited, and what happened meanwhile. For one that a person has disabled nothing waits.
  const person = await create({ url: r.on('/person', answers.ok), types: ['tier.changed'] })
  await s.ok(200, 'admin', 'PATCH', `/v1/webhooks/${person.id}`, { disabled: true })
  const { lead_id } = await s.event(flip('dead', true))
  await until('all is told', async () => !(await s.count('outbox', 'fanned_at IS NULL')))
  r.on('/gone', answers.ok)
  const waiting = (await deliveries(gone, '?state=pending')).length
  assert.ok(waiting > 0)
  await s.ok(200, 'admin', 'POST', `/v1/webhooks/${gone.id}/enable`)
  await until('what waited has come', async () => (await deliveries(gone, '?state=pending')).length === 0)
  const moves = (await s.sql(`SELECT id FROM transitions WHERE lead_id = '${lead_id}' AND kind = 'tier' ORDER BY lead_version, ordinal`)).flat()
  assert.equal(moves.length, 3)
  assert.deepEqual([...new Set(r.of('/gone', 'tier.changed').map((g) => g.body.data.id))], moves)
  await s.ok(200, 'admin', 'POST', `/v1/webhooks/${person.id}/enable`)
  await s.event(flip('dead', false))
  const [first] = await r.wait(1, (g) => g.path === '/person')
  assert.ok(!moves.includes(first.body.data.id))
  for (const w of [dead, gone, other, person]) await remove(w)
})

test('secrets rotate with two live; test, replay of one and of all since an instant', async () => {
  const w = await create({ url: r.on('/rotate', answers.ok), types: ['stage.mql'] })
  const rotated = (await s.ok(200, 'admin', 'POST', `/v1/webhooks/${w.id}/rotate`, { overlap: 'PT1H' })).body
  assert.equal(rotated.secrets.length, 2)
  assert.equal(rotated.secrets[1].secret, w.secrets[0].secret)
  assert.deepEqual((await s.ok(200, 'admin', 'GET', `/v1/webhooks/${w.id}/secrets`)).body.secrets, rotated.secrets)
  const since = iso(Date.now())
  const ping = (await s.ok(202, 'admin', 'POST', `/v1/webhooks/${w.id}/test`)).body
  assert.equal(ping.type, 'webhook.test')
  const [item] = await r.wait(1, (g) => g.path === '/rotate')
  assert.equal(item.id, ping.message_id)
  assert.equal(item.headers['webhook-signature'].split(' ').length, 2)
  for (const { secret } of rotated.secrets) verify(item, secret)
  const alone = (await s.ok(200, 'admin', 'POST', `/v1/webhooks/${w.id}/rotate`, { overlap: 'PT0S' })).body
  assert.equal(alone.secrets.length, 1)

  await rise('replayed')
  const [first] = await r.wait(1, (g) => g.path === '/rotate' && g.body.type === 'stage.mql')
  verify(first, alone.secrets[0].secret)
  const delivery = await until('delivered', async () => (await deliveries(w, '?type=stage.mql&state=delivered'))[0])
  const again = (await s.ok(202, 'admin', 'POST', `/v1/webhooks/${w.id}/deliveries/${delivery.id}/replay`)).body
  assert.notEqual(again.id, delivery.id)
  assert.equal(again.message_id, delivery.message_id)
  await r.wait(2, (g) => g.path === '/rotate' && g.id === first.id)
  const queued = (await s.ok(202, 'admin', 'POST', `/v1/webhooks/${w.id}/replay`, { since })).body
  assert.deepEqual(queued, { queued: 1, next_after: null })
  await r.wait(3, (g) => g.path === '/rotate' && g.id === first.id)
  assertProblem(await s.call('admin', 'POST', `/v1/webhooks/${w.id}/replay`, {}), 422, 'field_required', '/since')
  assertProblem(await s.call('admin', 'POST', `/v1/webhooks/${w.id}/deliveries/999/replay`), 404, 'delivery_not_found')
  await remove(w)
})

test('what failed for good is told again, and only that', async () => {
  const settings = (path) => ({ path, body: { email: '{{/lead/email}}' } })
  // Who has no number has no place there: that fails at once.
  const w = await create({ kind: 'generic', url: r.url(''), types: ['stage.mql'], settings: settings('/by-phone/{{/lead/phone}}') })
  const since = iso(Date.now())
  for (const name of ['bad-1', 'bad-2']) await rise(name)
  const failed = await until('two failed', async () => [await deliveries(w, '?state=failed')].find((list) => list.length === 2))
  const call = async (body) => (await s.ok(202, 'admin', 'POST', `/v1/webhooks/${w.id}/replay`, body)).body
  assert.deepEqual(await call({ since: iso(Date.now() + 60_000), state: 'failed' }), { queued: 0, next_after: null })
  // They fail again: still each is one.
  assert.deepEqual(await call({ since, state: 'failed' }), { queued: 2, next_after: null })
  await until('four failed', async () => (await deliveries(w, '?state=failed')).length === 4)
  await s.ok(200, 'admin', 'PATCH', `/v1/webhooks/${w.id}`, { settings: settings('/by-phone') })
  await rise('good')
  const came = await r.wait(1, (g) => g.path === '/by-phone')
  assert.deepEqual(await call({ since, state: 'failed' }), { queued: 2, next_after: null })
  const all = await r.wait(3, (g) => g.path === '/by-phone')
  assert.deepEqual(all.slice(1).map((g) => g.id).sort(), failed.map((d) => d.message_id).sort())
  assert.deepEqual(all[0], came[0])
  await until('all delivered', async () => (await deliveries(w, '?state=delivered')).length === 3)
  assert.deepEqual(await call({ since, state: 'failed' }), { queued: 0, next_after: null })
  assert.deepEqual(await call({ since }), { queued: 3, next_after: null })
  assertProblem(await s.call('admin', 'POST', `/v1/webhooks/${w.id}/replay`, { since, state: 'delivered' }), 422, 'field_invalid', '/state')
  await remove(w)
})

test('a result is of the message that was sent, not of what has its place by then', async () => {
  await rise('displaced')
  const [[other]] = await s.sql(`SELECT o.id FROM outbox o JOIN leads l ON l.id = o.lead_id WHERE o.topic = 'stage.mql' AND l.email = 'displaced@rise.example'`)
  const w = await create({ url: r.on('/places', (req, res) => setTimeout(() => answers.ok(req, res), 700)), types: ['stage.mql'] })
  await rise('placed')
  await r.wait(1, (g) => g.path === '/places')
  // As a database may say that lost its last commits and had the queue filled anew.
  await s.sql(`UPDATE deliveries SET outbox_id = '${other}' WHERE webhook_id = '${w.id}'`)
  const [, second] = await r.wait(2, (g) => g.path === '/places')
  assert.equal(second.id, `msg_${other.replaceAll('-', '')}`)
  await until('delivered', async () => (await deliveries(w, '?state=delivered')).length === 1)
  await remove(w)
})

test('endpoints that hang, drip and fail do not hold up one that answers, nor does a lead another', async () => {
  const bad = []
  for (const way of ['hang', 'drip', 'error', 'reset', 'hang', 'hang']) bad.push(await create({ url: r.on(`/bad-${bad.length}`, answers[way]), types: ['tier.changed'] }))
  const well = await create({ url: r.on('/well', answers.ok), types: ['tier.changed'] })
  const events = Array.from({ length: 300 }, (_, i) => flip(`crowd${i % 60}`, Math.floor(i / 60) % 2 === 0))
  const began = Date.now()
  await s.ok(200, 'ingest', 'POST', '/v1/events', events)
  const told = Number((await s.sql("SELECT count(*) FROM outbox WHERE topic = 'tier.changed' AND lead_id IN (SELECT lead_id FROM identities WHERE value LIKE 'crowd%')"))[0][0])
  assert.ok(told > 200)
  const list = await r.wait(told, (g) => g.path === '/well')
  assert.ok(Date.now() - began < 15_000, `${Date.now() - began} ms`)
  const order = new Map()
  for (const g of list) {
    const of = order.get(g.body.data.lead_id) ?? []
    of.push(g.body.data)
    order.set(g.body.data.lead_id, of)
  }
  for (const of of order.values()) for (let i = 1; i < of.length; i++) assert.equal(of[i].from, of[i - 1].to, 'out of order')
  for (const w of [...bad, well]) await remove(w)
})

test('what is connected to is decided by the address, whatever the URL says', async () => {
  const strict = await Service.start('webhooks_strict', { ...SETTINGS, LEADSCORE_WEBHOOK_ALLOW: '' })
  try {
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])
      assertProblem(await strict.call('admin', 'POST', '/v1/webhooks', { url: `http://${host}:${r.port}/strict`, types: ['*'] }), 422, 'url_refused', '/url')
    // A name may mean anything later; here it is an address that was stored before it was forbidden.
    const { id } = (await strict.ok(201, 'admin', 'POST', '/v1/webhooks', { url: 'https://hooks.example.com/', types: ['*'] })).body
    await strict.sql(`UPDATE webhooks SET url = 'http://127.0.0.1:${r.port}/strict' WHERE id = '${id}'`)
    const test = (await strict.ok(202, 'admin', 'POST', `/v1/webhooks/${id}/test`)).body
    const failed = await until('refused', async () => {
      const d = (await strict.ok(200, 'admin', 'GET', `/v1/webhooks/${id}/deliveries/${test.id}`)).body
      return d.state === 'failed' && d
    })
    assert.match(failed.last_error, /not a public one/)
    assert.equal(r.of('/strict').length, 0)
  } finally {
    await strict.stop()
  }
})

test('an erased lead takes its messages with it', async () => {
  const w = await create({ url: r.on('/erase', answers.error), types: ['*'] })
  const lead = await rise('erased')
  await r.wait(1, (g) => g.path === '/erase')
  await s.ok(204, 'admin', 'DELETE', `/v1/leads/${lead}`)
  r.on('/erase', answers.ok)
  await r.wait(1, (g) => g.path === '/erase' && g.body.type === 'lead.erased')
  const left = await until('only the erasure is left', async () => {
    const all = await deliveries(w)
    return all.every((d) => d.state === 'delivered') && all
  })
  assert.deepEqual(left.map((d) => d.type), ['lead.erased'])
  await remove(w)
})

test('leads made and changed, and scores, are told where somebody wants them; scores once in a while', async () => {
  const quiet = await s.sql(`SELECT told_types FROM workspaces WHERE id = '${s.workspace.id}'`)
  assert.deepEqual(quiet, [['{}']], 'nobody wants them: they are not written')
  const w = await create({ url: r.on('/leads', answers.ok), types: ['lead.*', 'score.changed'] })
  const post = (n, more = {}) => s.event({ event_id: `told-${n}`, type: 'page_view', lead: { email: 'told@example.com', ...more }, properties: { path: '/pricing' } })
  const { lead_id: lead } = await post(1, { name: '陈晨', title: 'CEO' })
  const [made] = await r.wait(1, (g) => g.path === '/leads' && g.body.type === 'lead.created')
  verify(made, w.secrets[0].secret)
  assert.equal(made.body.data.lead_id, lead)
  assert.equal(made.body.data.profile.name, '陈晨')
  const [first] = await r.wait(1, (g) => g.path === '/leads' && g.body.type === 'score.changed')
  assert.equal(first.body.data.from, 0)
  assert.ok(first.body.data.to > 0)
  await post(2, { title: 'Manager' })
  const [changed] = await r.wait(1, (g) => g.path === '/leads' && g.body.type === 'lead.updated')
  assert.equal(changed.body.data.profile.title, 'Manager')
  await s.ok(200, 'admin', 'PUT', `/v1/leads/${lead}/offset`, { points: 7, reason: 'seen' })
  await sleep(1500)
  assert.equal(r.of('/leads', 'score.changed').length, 1, 'once a minute at most')
  // The minute passes.
  await s.sql(`UPDATE score_news SET told_at = told_at - interval '2 minutes' WHERE lead_id = '${lead}'`)
  const [, last] = await r.wait(2, (g) => g.path === '/leads' && g.body.type === 'score.changed')
  assert.equal(last.body.data.from, first.body.data.to)
  assert.equal(last.body.data.to, (await s.lead(lead)).score.total)
  await remove(w)
  assert.deepEqual(await s.sql(`SELECT told_types FROM workspaces WHERE id = '${s.workspace.id}'`), [['{}']])
})
