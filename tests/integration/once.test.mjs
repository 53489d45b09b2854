// Idempotency-Key where what is written is no event: drafts and previews of models are made once, and told as they were told first.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Service, assertProblem } from './lib/service.mjs'

const s = await Service.start('once')
test.after(() => s.stop())
const as = (workspace) => (method, path, body, headers) => s.client.request(method, path, { key: workspace.keys.admin, body, headers })
const call = as(s.workspace)
const once = (key, path, body, headers = {}) => call('POST', path, body, { 'idempotency-key': key, ...headers })
const drafts = async (w = s.workspace) => (await as(w)('GET', '/v1/models?limit=200')).body.data.length
const jobs = async () => (await call('GET', '/v1/jobs?limit=200')).body.data.length
const draft = (n) => ({ document: { name: `model ${n}`, fit: { rules: [{ id: 'f', points: n, when: { var: 'x' } }] } }, note: `note ${n}` })
const told = ({ status, headers, text }) => ({ status, text, etag: headers.etag, location: headers.location })

test('the same draft again is the draft as it was', async () => {
  const before = await drafts()
  const first = await once('draft-1', '/v1/models', draft(1))
  assert.equal(first.status, 201, first.text)
  assert.deepEqual(told(await once('draft-1', '/v1/models', draft(1))), told(first))
  assert.deepEqual(told(await once('"draft-1"', '/v1/models', draft(1))), told(first), 'quoted or bare')
  assert.equal(await drafts(), before + 1)
  // Whatever became of it meanwhile.
  const path = first.headers.location
  const put = await call('PUT', path, draft(2), { 'if-match': first.headers.etag })
  assert.equal(put.status, 200, put.text)
  assert.deepEqual(told(await once('draft-1', '/v1/models', draft(1))), told(first))
  assert.equal((await call('DELETE', path)).status, 204)
  assert.deepEqual(told(await once('draft-1', '/v1/models', draft(1))), told(first))
  assert.equal((await call('GET', path)).status, 404)
  assert.equal(await drafts(), before)
})

test('without a key each is another', async () => {
  const [a, b] = [await call('POST', '/v1/models', draft(3)), await call('POST', '/v1/models', draft(3))]
  assert.deepEqual([a.status, b.status], [201, 201])
  assert.notEqual(a.body.version, b.body.version)
})

test('a key that had another request is refused, and nothing is written', async () => {
  const version = (await once('reused', '/v1/models', draft(4))).body.version
  const before = [await drafts(), await jobs()]
  for (const [path, body] of [['/v1/models', draft(5)], [`/v1/models/${version}/simulate`, {}], [`/v1/models/${version}/backtest`, {}]]) assertProblem(await once('reused', path, body), 422, 'idempotency_key_reused')
  assert.deepEqual([await drafts(), await jobs()], before)
  // Another workspace has keys of its own, and another key of the same workspace is still the same client's.
  const other = await s.makeWorkspace('other')
  const theirs = await as(other)('POST', '/v1/models', draft(5), { 'idempotency-key': 'reused' })
  assert.equal(theirs.status, 201, theirs.text)
  const rotated = (await s.cli('key', 'create', '--workspace', s.workspace.name, '--role', 'admin')).trim()
  const again = await s.client.request('POST', '/v1/models', { key: rotated, body: draft(4), headers: { 'idempotency-key': 'reused' } })
  assert.equal(again.body.version, version)
})

test('keys are 1 to 255 printable characters', async () => {
  for (const key of ['', '""', 'a'.repeat(256), '"a"b"']) assertProblem(await once(key, '/v1/models', draft(6)), 400, 'header_invalid')
  assert.equal((await once('b'.repeat(255), '/v1/models', draft(6))).status, 201)
})

test('a request that failed has not used its key', async () => {
  assertProblem(await once('failed', '/v1/models', { document: { nope: 1 } }), 422, 'model_invalid')
  assertProblem(await once('failed', '/v1/models', { ...draft(7), based_on: 999_999 }), 422, 'based_on_unknown')
  assertProblem(await once('failed', '/v1/models', { ...draft(7), document: { applies_when: { var: 'x' } } }), 422, 'applies_when_primary')
  assertProblem(await once('failed', '/v1/models/999999/simulate', {}), 404, 'model_not_found')
  assertProblem(await once('failed', '/v1/models/1/simulate', { compare_to: 999_999 }), 422, 'model_not_found')
  const done = await once('failed', '/v1/models', draft(7))
  assert.equal(done.status, 201, done.text)
  assert.equal(await s.count('kept_replies', `workspace_id = '${s.workspace.id}' AND status IS NULL`), 0)
})

test('previews: the same request is the same job, also when it is followed', async () => {
  const version = (await call('POST', '/v1/models', draft(8))).body.version
  for (const [kind, body] of [['simulate', { seed: 7 }], ['backtest', { seed: 7 }], ['simulate', undefined]]) {
    const key = `${kind}-${body?.seed}`
    const before = await jobs()
    const first = await once(key, `/v1/models/${version}/${kind}`, body)
    assert.equal(first.status, 202, first.text)
    assert.deepEqual(told(await once(key, `/v1/models/${version}/${kind}`, body)), told(first))
    // The reply is the first one's, the job goes on.
    let job
    do await sleep(50)
    while (['waiting', 'running'].includes((job = (await call('GET', first.headers.location)).body).state))
    assert.equal(job.state, 'done', job.error)
    assert.equal((await once(key, `/v1/models/${version}/${kind}`, body)).body.state, 'waiting')
    const followed = await once(key, `/v1/models/${version}/${kind}`, body, { accept: 'application/x-ndjson' })
    assert.equal(followed.status, 200)
    assert.equal(followed.headers.location, first.headers.location)
    const last = JSON.parse(followed.text.trim().split('\n').at(-1))
    assert.deepEqual([last.event, last.data.id, last.data.state], ['result', first.body.id, 'done'])
    assert.equal(await jobs(), before + 1)
    assertProblem(await once(key, `/v1/models/1/${kind}`, body), 422, 'idempotency_key_reused')
    assertProblem(await once(key, `/v1/models/${version}/${kind}`, { seed: 8 }), 422, 'idempotency_key_reused')
  }
  // Followed from the start: the stream's job is what the key stands for.
  const stream = await once('stream', `/v1/models/${version}/simulate`, {}, { accept: 'text/event-stream' })
  assert.match(stream.headers['content-type'], /^text\/event-stream/)
  assert.equal((await once('stream', `/v1/models/${version}/simulate`, {})).headers.location, stream.headers.location)
})

test('many at once: one is made, and all are told of it', async () => {
  const before = await drafts()
  const replies = await Promise.all(Array.from({ length: 24 }, () => once('at-once', '/v1/models', draft(9))))
  assert.deepEqual(new Set(replies.map((r) => JSON.stringify(told(r)))).size, 1, JSON.stringify(replies.map(told)))
  assert.equal(replies[0].status, 201, replies[0].text)
  assert.equal(await drafts(), before + 1)
  // Keys of different requests do not wait for each other for ever.
  const each = await Promise.all(Array.from({ length: 24 }, (_, i) => once(`each-${i % 12}`, '/v1/models', draft(100 + (i % 12)))))
  assert.deepEqual(each.map((r) => r.status), each.map(() => 201))
  assert.equal(new Set(each.map((r) => r.body.version)).size, 12)
})

test('a key counts for a day', async () => {
  const first = await once('yesterday', '/v1/models', draft(10))
  const age = (hours) => s.sql(`UPDATE kept_replies SET created_at = now() - interval '${hours} hours' WHERE key = 'yesterday'`)
  await age(23)
  assert.deepEqual(told(await once('yesterday', '/v1/models', draft(10))), told(first))
  await age(25)
  const next = await once('yesterday', '/v1/models', draft(11))
  assert.equal(next.status, 201, next.text)
  assert.notEqual(next.body.version, first.body.version)
  assert.deepEqual(told(await once('yesterday', '/v1/models', draft(11))), told(next))
})
