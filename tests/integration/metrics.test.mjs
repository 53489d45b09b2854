// Figures for Prometheus, on a listener of their own: what happened is in them, under names and labels that stay, and promtool has nothing to say.
// needs-unpacked: prometheus
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import net from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from './lib/client.mjs'
import { climb, GOOD_PROFILE } from './lib/scene.mjs'
import { Service } from './lib/service.mjs'

const SECRET = 'metrics-secret-7f3a'
const s = await Service.start('metrics')
const metrics = new Client(s.metricsPort)
after(() => {
  metrics.close()
  return s.stop()
})

// {text, type: {name: type}, help, samples: [{name, labels, value}]} of one scrape.
async function scrape() {
  const reply = await metrics.request('GET', '/metrics')
  assert.equal(reply.status, 200)
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  const seen = { text: reply.text, type: {}, help: {}, samples: [] }
  for (const line of reply.text.split('\n').filter(Boolean)) {
    const meta = /^# (TYPE|HELP) (\S+) (.+)$/.exec(line)
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line)
    assert.ok(meta || sample, `what is this line: ${line}`)
    if (meta) seen[meta[1].toLowerCase()][meta[2]] = meta[3]
    else seen.samples.push({ name: sample[1], labels: Object.fromEntries([...(sample[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map((m) => m.slice(1))), value: Number(sample[3]) })
  }
  return seen
}

// The sum of all samples of a name whose labels have these values.
const sum = (seen, name, labels = {}) =>
  seen.samples.filter((x) => x.name === name && Object.entries(labels).every(([k, v]) => x.labels[k] === v)).reduce((n, x) => n + x.value, 0)

async function until(what, check) {
  for (let i = 0; ; i++) {
    const got = await check()
    if (got) return got
    assert.ok(i < 200, `${what} did not come true`)
    await sleep(50)
  }
}

const before = await scrape()

test('every figure has a type and a help text, and the expected ones are there', () => {
  const expected = {
    leadscore_http_requests_total: 'counter', leadscore_http_request_duration_seconds: 'histogram', leadscore_http_refused_total: 'counter',
    leadscore_http_connections: 'gauge', leadscore_http_requests_in_flight: 'gauge', leadscore_queue_depth: 'gauge', leadscore_queue_wait_seconds: 'histogram',
    leadscore_batch_size: 'histogram', leadscore_batch_duration_seconds: 'histogram', leadscore_batch_retries_total: 'counter', leadscore_commits_total: 'counter',
    leadscore_refresh_total: 'counter', leadscore_refresh_lag_seconds: 'gauge', leadscore_import_lines_total: 'counter', leadscore_bulk_open: 'gauge',
  }
  for (const [name, type] of Object.entries(expected)) assert.equal(before.type[name], type, name)
  for (const x of before.samples) {
    const family = x.name in before.type ? x.name : x.name.replace(/_(bucket|sum|count)$/, '')
    assert.ok(before.type[family], `${x.name} has no type`)
    assert.ok(before.help[family], `${x.name} has no help`)
    assert.ok(Number.isFinite(x.value), `${x.name} ${x.value}`)
    assert.match(x.name, /^leadscore_/)
  }
})

test('each route has a histogram of its latency, from before its first request', () => {
  for (const [method, route] of [['POST', '/v1/events'], ['GET', '/v1/leads'], ['GET', '/v1/leads/{id}'], ['GET', '/v1/leads/{id}/score'], ['GET', '/livez']])
    assert.ok(before.samples.some((x) => x.name === 'leadscore_http_request_duration_seconds_count' && x.labels.route === route && x.labels.method === method), route)
})

test('what happens is counted, once', async () => {
  const events = climb('metrics', { email: `${SECRET}@example.com` }, { ...GOOD_PROFILE, name: SECRET })
  const { lead_id: id } = await s.event(events[0])
  await s.event(events.slice(1))
  for (let i = 0; i < 3; i++) await s.lead(id)
  await s.call('read', 'GET', `/v1/leads/${SECRET}`)
  await s.call('read', 'POST', '/v1/events', events[0])
  await s.call('read', 'GET', '/v1/leads?a=1&a=2')
  await s.call('read', 'GET', `/v1/${SECRET}`)
  const post = { route: '/v1/events', method: 'POST' }
  const get = { route: '/v1/leads/{id}', method: 'GET' }
  // A figure is made when the reply is out, perhaps just after the client has it.
  const now = await until('the last request counted', async () => {
    const seen = await scrape()
    return sum(seen, 'leadscore_http_requests_total', { route: 'unmatched' }) - sum(before, 'leadscore_http_requests_total', { route: 'unmatched' }) >= 2 && seen
  })
  const grown = (name, labels) => sum(now, name, labels) - sum(before, name, labels)
  assert.equal(grown('leadscore_http_requests_total', { ...post, code: '2xx' }), 2)
  assert.equal(grown('leadscore_http_requests_total', { ...post, code: '4xx' }), 1)
  assert.equal(grown('leadscore_http_requests_total', { ...get, code: '2xx' }), 3)
  assert.equal(grown('leadscore_http_requests_total', { ...get, code: '4xx' }), 1)
  assert.equal(grown('leadscore_http_request_duration_seconds_count', post), 3)
  assert.equal(grown('leadscore_http_refused_total', { reason: 'query_duplicate' }), 1)
  assert.equal(grown('leadscore_batch_size_sum'), events.length)
  const batches = grown('leadscore_batch_size_count')
  assert.ok(batches >= 1 && batches <= events.length)
  assert.ok(grown('leadscore_commits_total') >= batches)
  assert.ok(grown('leadscore_queue_wait_seconds_count') >= 2)
  assert.equal(sum(now, 'leadscore_queue_depth'), 0)
})

test('a histogram’s buckets grow to its count', async () => {
  const seen = await scrape()
  const series = new Map()
  for (const x of seen.samples.filter((y) => y.name.endsWith('_bucket'))) {
    const { le, ...labels } = x.labels
    const key = `${x.name.slice(0, -7)} ${JSON.stringify(labels)}`
    series.set(key, [...(series.get(key) ?? []), [le === '+Inf' ? Infinity : Number(le), x.value, labels]])
  }
  assert.ok(series.size > 10)
  for (const [key, buckets] of series) {
    for (let i = 1; i < buckets.length; i++) assert.ok(buckets[i][0] > buckets[i - 1][0] && buckets[i][1] >= buckets[i - 1][1], key)
    const [bound, all, labels] = buckets.at(-1)
    assert.equal(bound, Infinity, key)
    assert.equal(all, sum(seen, `${key.split(' ')[0]}_count`, labels), key)
  }
})

test('a score that time changes is refreshed, and counted', async () => {
  const count = async () => sum(await scrape(), 'leadscore_refresh_total')
  const was = await count()
  // As if its next change were due; the refresh looks every 200 ms here.
  await s.sql(`UPDATE leads SET next_change_at = now() - interval '90 seconds'`)
  await until('a refresh', async () => (await count()) > was)
  await until('nothing overdue', async () => sum(await scrape(), 'leadscore_refresh_lag_seconds') === 0)
})

test('lines of imports are counted by what became of them, and imports while they are open', async () => {
  const was = await scrape()
  const event = (i) => JSON.stringify({ event_id: `line-${i}`, type: 'page_view', lead: { email: `${SECRET}-${i % 2}@example.com` } })
  assert.equal(sum(was, 'leadscore_bulk_open'), 0)
  // One that is open: its second half has not come yet.
  const body = [event(1), event(2), '{"what":1}', event(1), ''].join('\n')
  const socket = net.connect(s.port, '127.0.0.1')
  let text = ''
  socket.on('data', (d) => (text += d))
  socket.write(`POST /v1/import HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${s.workspace.keys.ingest}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 60)}`)
  await until('an open import', async () => sum(await scrape(), 'leadscore_bulk_open', { kind: 'import' }) === 1)
  socket.write(body.slice(60))
  await new Promise((resolve) => socket.once('close', resolve))
  assert.match(text, /^HTTP\/1\.1 200 /)
  const now = await until('none open', async () => {
    const seen = await scrape()
    return sum(seen, 'leadscore_bulk_open') === 0 && seen
  })
  const grown = (outcome) => sum(now, 'leadscore_import_lines_total', { outcome }) - sum(was, 'leadscore_import_lines_total', { outcome })
  assert.deepEqual([grown('taken'), grown('refused')], [3, 1])
})

test('no label tells who or what', async () => {
  const { text } = await scrape()
  for (const word of [SECRET, 'example.com', ...Object.values(s.workspace.keys)]) assert.ok(!text.includes(word), word)
})

test('promtool check metrics', async (t) => {
  const { text } = await scrape()
  const { code, output } = await new Promise((resolve) => {
    const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: error.code, output: '' }))
    child.on('close', (code) => resolve({ code, output }))
    child.stdin.on('error', () => {})
    child.stdin.end(text)
  })
  // The package may not be within reach of this machine; what it would check is in part checked above.
  if (code === 'ENOENT') return t.skip('there is no promtool')
  assert.equal(`${code} ${output}`, '0 ')
})

test('the metrics listener answers nothing else, and the public one has no metrics', async () => {
  for (const path of ['/livez', '/readyz']) assert.equal((await metrics.request('GET', path)).status, 200)
  for (const path of ['/v1/leads', '/']) assert.equal((await metrics.request('GET', path)).status, 404)
  assert.equal((await metrics.request('POST', '/metrics')).status, 405)
  assert.equal((await s.call('admin', 'GET', '/metrics')).status, 404)
})
