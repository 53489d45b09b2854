// The libraries that people have in their servers and pages, as they come from npm: nothing is changed but the address and the key.
// needs: chromium
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Analytics } from '@segment/analytics-node'
import { chromium } from 'playwright-core'
import { Service } from './lib/service.mjs'

const RudderAnalytics = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node')
const modules = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'node_modules')
const s = await Service.start('tracking_clients', { LEADSCORE_LOG_REQUESTS: 'on' })
after(() => s.stop())
const host = `http://127.0.0.1:${s.port}`
let serial = 0
const fresh = (what) => `${what}-${process.pid}-${serial++}`

async function until(what, check) {
  for (let i = 0; i < 300; i++) {
    const value = await check()
    if (value) return value
    await sleep(100)
  }
  assert.fail(`never: ${what}`)
}

// Events of the lead that an identity names: [{type, properties, source, patch, flag}] in the order in which they came.
async function eventsOf(kind, value) {
  const rows = await s.sql(`SELECT json_build_object('type', e.type, 'properties', e.properties, 'source', e.source, 'patch', e.patch, 'flag', e.flag, 'lead', e.lead_id) FROM identities i
    JOIN events e USING (workspace_id, lead_id) WHERE i.kind = '${kind}' AND i.value = '${value}' ORDER BY e.received_at, e.occurred_at`)
  return rows.map(([text]) => JSON.parse(text))
}
const userEvents = (id) => eventsOf('external_id:user_id', id)
// Beside what was sent, a lead's joining an account is an event of its own.
const types = (events) => events.map((e) => e.type).filter((type) => !type.startsWith('account_')).sort()

// Requests that the service has answered since the mark: "POST /v1/t 200".
const mark = () => s.stderr.length
const seen = (from) => s.stderr.slice(from).filter((l) => l.startsWith('{')).map((l) => JSON.parse(l)).filter((l) => l.route).map((l) => `${l.method} ${l.route} ${l.status}`)

describe('@segment/analytics-node', () => {
  const open = (more = {}) => new Analytics({ writeKey: s.workspace.keys.ingest, host, flushInterval: 50, ...more })

  test('all its calls', async () => {
    const analytics = open()
    const userId = fresh('node')
    const errors = []
    analytics.on('error', (e) => errors.push(e))
    const timestamp = new Date(Date.now() - 86_400_000)
    analytics.identify({ userId, traits: { email: `${userId}@example.com`, name: 'Ada', company: { name: 'ACME', employees: 180 } } })
    analytics.track({ userId, event: 'Order Completed', properties: { total: 7 }, timestamp })
    analytics.page({ userId, name: 'Pricing', properties: { path: '/pricing', url: 'https://shop.example/pricing' } })
    analytics.screen({ userId, name: 'Start' })
    analytics.group({ userId, groupId: 'acme', traits: { industry: 'trade' } })
    analytics.alias({ userId, previousId: fresh('anon') })
    await analytics.closeAndFlush({ timeout: 60_000 })
    assert.deepEqual(errors, [])
    const events = await userEvents(userId)
    assert.deepEqual(types(events), ['page_view', 'profile_updated', 'profile_updated', 'profile_updated', 'purchase', 'screen_view'])
    const lead = await s.lead(events[0].lead)
    assert.deepEqual([lead.email, lead.name, lead.company.employees, lead.account.industry], [`${userId}@example.com`, 'Ada', 180, 'trade'])
    const [[at]] = await s.sql(`SELECT round(extract(epoch FROM occurred_at) * 1000) FROM events WHERE type = 'purchase' AND lead_id = '${events[0].lead}'`)
    assert.equal(Number(at), timestamp.getTime())
  })

  test('a reply that is lost: it sends again, and each event is there once', async () => {
    let lost = 0
    const httpClient = async (url, options) => {
      const reply = await fetch(url, options)
      if (lost++ < 2) throw new Error('the line broke')
      return reply
    }
    const analytics = open({ httpClient, flushAt: 5 })
    const userId = fresh('lost')
    for (let i = 0; i < 5; i++) analytics.track({ userId, event: 'Retried', properties: { i } })
    await analytics.closeAndFlush({ timeout: 60_000 })
    assert.equal(lost, 3)
    assert.equal((await userEvents(userId)).length, 5)
  })

  test('a message that cannot be stored takes none of its neighbours with it', async () => {
    const analytics = open({ flushAt: 3 })
    const userId = fresh('partly')
    const errors = []
    analytics.on('error', (e) => errors.push(e))
    analytics.track({ userId, event: 'Good' })
    analytics.track({ userId, event: 'Bad', properties: { ['k'.repeat(300)]: 1 } })
    analytics.track({ userId, event: 'Good' })
    await analytics.closeAndFlush({ timeout: 60_000 })
    assert.deepEqual(errors, [])
    assert.deepEqual(types(await userEvents(userId)), ['good', 'good'])
  })

  test('told to wait, it waits, and nothing is lost', async () => {
    const twin = await s.twin({ LEADSCORE_RATE_PER_SECOND: '3' })
    const statuses = []
    const analytics = open({ host: `http://127.0.0.1:${twin.port}`, flushAt: 1, maxRetries: 20 })
    analytics.on('error', (e) => statuses.push(e))
    const userId = fresh('waits')
    for (let i = 0; i < 8; i++) analytics.track({ userId, event: 'Waited' })
    await analytics.closeAndFlush({ timeout: 60_000 })
    assert.equal((await userEvents(userId)).length, 8)
    await twin.terminate()
  })
})

describe('@rudderstack/rudder-sdk-node', () => {
  for (const gzip of [true, false])
    test(`all its calls, ${gzip ? 'gzipped' : 'not gzipped'}`, async () => {
      const client = new RudderAnalytics(s.workspace.keys.ingest, { dataPlaneUrl: host, gzip, flushInterval: 100, logLevel: 'error' })
      const userId = fresh('rudder')
      client.identify({ userId, traits: { email: `${userId}@example.com`, title: 'CEO' } })
      client.track({ userId, event: 'Demo Requested', properties: { product: 'x'.repeat(2000) } })
      client.page({ userId, name: 'Pricing', properties: { path: '/pricing' } })
      client.screen({ userId, name: 'Start' })
      client.group({ userId, groupId: 'acme', traits: { name: 'ACME' } })
      client.alias({ userId, previousId: fresh('anon') })
      await client.flush()
      const events = await userEvents(userId)
      assert.deepEqual(types(events), ['demo_request', 'page_view', 'profile_updated', 'profile_updated', 'profile_updated', 'screen_view'])
      const lead = await s.lead(events[0].lead)
      assert.deepEqual([lead.email, lead.title, lead.account.name], [`${userId}@example.com`, 'CEO', 'ACME'])
      assert.equal(events.find((e) => e.type === 'demo_request').properties.product.length, 2000)
      await client.close?.()
    })

  test('a message that cannot be stored does not end its process', async () => {
    const client = new RudderAnalytics(s.workspace.keys.ingest, { dataPlaneUrl: host, flushInterval: 100, logLevel: 'error' })
    const userId = fresh('rudder')
    const told = []
    client.track({ userId, event: 'Good' }, (e) => told.push(e))
    client.track({ userId, event: 'Bad', properties: { ['k'.repeat(300)]: 1 } }, (e) => told.push(e))
    await client.flush()
    assert.deepEqual(types(await userEvents(userId)), ['good'])
    await until('both were told', () => told.length === 2)
    assert.deepEqual(told.map(Boolean), [false, false])
  })
})

// --- In a page of another origin.

const SEGMENT = (key, options) => `<title>Shop</title><script src="/segment/index.js"></script><script>
  window.analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: '${key}', cdnURL: '${host}' }, { integrations: { 'Segment.io': { apiHost: '127.0.0.1:${s.port}/v1', protocol: 'http', ...${JSON.stringify(options)} } } })
</script>`
const RUDDER = (key, options) => `<title>Shop</title><script src="/rudder.js"></script><script>
  window.analytics = new rudderanalytics.RudderAnalytics()
  analytics.load('${key}', '${host}', { configUrl: '${host}', ...${JSON.stringify(options)} })
</script>`

let body = ''
const pages = createServer(async (req, res) => {
  const name = req.url.split('?')[0]
  const file = name.startsWith('/segment/') ? `@segment/analytics-next/dist/umd/${path.basename(name)}` : name === '/rudder.js' ? '@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js' : null
  try {
    const bytes = file ? await readFile(path.join(modules, file)) : Buffer.from(`<!doctype html><meta charset="utf-8"><body>${body}`)
    res.writeHead(200, { 'content-type': file ? 'text/javascript' : 'text/html' }).end(bytes)
  } catch {
    res.writeHead(404).end()
  }
})
await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${pages.address().port}`
const publish = (await s.ok(201, 'admin', 'POST', '/v1/keys', { role: 'publish', label: 'pages', origins: [origin] })).body.key
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'] })
after(async () => {
  await browser.close()
  pages.close()
})

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
async function visit(html, address = '/', userAgent = AGENT) {
  body = html
  const context = await browser.newContext({ userAgent, locale: 'zh-CN' })
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (e) => page.faults.push(e.message))
  // Nothing else is asked: no maker's server for code or figures. (Not by intercepting requests: then there would be no preflights.)
  page.strangers = []
  page.on('request', (request) => {
    if (![String(s.port), String(pages.address().port)].includes(new URL(request.url()).port)) page.strangers.push(request.url())
  })
  await page.goto(origin + address)
  return page
}
const leave = async (page) => {
  assert.deepEqual([page.faults, page.strangers], [[], []])
  await page.context().close()
}

for (const [name, strategy] of [['one by one', {}], ['in batches', { deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 200 } } }]])
  test(`@segment/analytics-next in Chromium, ${name}`, async () => {
    const from = mark()
    const page = await visit(SEGMENT(publish, strategy), '/pricing?utm_source=newsletter&utm_medium=email&utm_campaign=spring')
    const email = `${fresh('next')}@example.com`
    const userId = fresh('next')
    const anonymousId = await page.evaluate(async ({ userId, email }) => {
      await analytics.page('Pricing')
      await analytics.track('Product Viewed', { sku: 'a-1' })
      await analytics.identify(userId, { email, firstName: '伟', lastName: '李' })
      await analytics.group('acme', { name: 'ACME', employees: 180 })
      await analytics.track('Demo Requested', {})
      await analytics.alias(userId)
      return (await analytics.user()).anonymousId()
    }, { userId, email })
    const all = await until('all were stored', async () => {
      const events = [...await userEvents(userId), ...await eventsOf('anonymous_id', anonymousId)]
      return ['page_view', 'product_viewed', 'demo_request'].every((type) => events.some((e) => e.type === type)) && events
    })
    const view = all.find((e) => e.type === 'page_view')
    assert.deepEqual([view.properties.path, view.properties.title, view.properties.name, view.properties.user_agent, view.flag], ['/pricing', 'Shop', 'Pricing', AGENT, null])
    assert.deepEqual(view.source.utm, { source: 'newsletter', medium: 'email', campaign: 'spring' })
    const lead = (await s.ok(200, 'read', 'GET', `/v1/leads?q=${encodeURIComponent(email)}`)).body.data[0]
    assert.deepEqual([lead.name, lead.account?.name, lead.account?.employees, lead.language], ['李伟', 'ACME', 180, 'zh-CN'])
    const calls = seen(from)
    assert.ok(calls.includes('GET /v1/projects/{key}/settings 200'), calls.join('\n'))
    const routes = name === 'one by one' ? ['/v1/p', '/v1/t', '/v1/i', '/v1/g', '/v1/a'] : ['/v1/b']
    for (const route of routes) assert.ok(calls.includes(`POST ${route} 200`) && calls.includes(`OPTIONS ${route} 204`), `${route} with its preflight:\n${calls.join('\n')}`)
    assert.deepEqual(calls.filter((c) => !/ (200|204)$/.test(c)), [])
    await leave(page)
  })

for (const [name, options] of [['XHR', {}], ['XHR in batches', { queueOptions: { batch: { enabled: true, maxItems: 3, flushInterval: 200 } } }], ['sendBeacon', { useBeacon: true, beaconQueueOptions: { maxItems: 3, flushQueueInterval: 200 } }]])
  test(`@rudderstack/analytics-js in Chromium, by ${name}`, async () => {
    const from = mark()
    const page = await visit(RUDDER(publish, options), '/pricing?utm_source=newsletter')
    const userId = fresh('rs')
    const email = `${userId}@example.com`
    await page.evaluate(({ userId, email }) => {
      analytics.page('Docs', 'Pricing')
      analytics.identify(userId, { email, title: '总经理' })
      analytics.track('Demo Requested', { product: 'x' })
      analytics.group('acme', { name: 'ACME' })
    }, { userId, email })
    const events = await until('all were stored', async () => {
      const all = await userEvents(userId)
      return all.some((e) => e.type === 'demo_request') && all.some((e) => e.type === 'account_joined') && all
    })
    assert.equal(events.find((e) => e.type === 'demo_request').source.name, 'rudderstack')
    const lead = await s.lead(events[0].lead)
    assert.deepEqual([lead.email, lead.title, lead.account.name], [email, '总经理', 'ACME'])
    const [[view]] = await until('the page', () => s.sql(`SELECT properties FROM events WHERE type = 'page_view' AND properties->>'url' LIKE '${origin}%' AND properties->>'name' = 'Pricing' AND source->>'name' = 'rudderstack' ORDER BY received_at DESC LIMIT 1`))
    assert.equal(JSON.parse(view).category, 'Docs')
    const calls = seen(from)
    assert.ok(calls.includes('GET /sourceConfig/ 200') && calls.includes('OPTIONS /sourceConfig/ 204'), calls.join('\n'))
    const routes = { XHR: ['/v1/page', '/v1/identify', '/v1/track', '/v1/group'], 'XHR in batches': ['/v1/batch'], sendBeacon: ['/beacon/v1/batch'] }[name]
    for (const route of routes) assert.ok(calls.includes(`POST ${route} 200`) && (name === 'sendBeacon' || calls.includes(`OPTIONS ${route} 204`)), `${route}:\n${calls.join('\n')}`)
    assert.deepEqual(calls.filter((c) => !/ (200|204)$/.test(c)), [])
    await leave(page)
  })

test('a page of an origin that the key does not name tells nothing', async () => {
  const strange = (await s.ok(201, 'admin', 'POST', '/v1/keys', { role: 'publish', origins: ['https://shop.example'] })).body.key
  const from = mark()
  const before = await s.count('events')
  const page = await visit(RUDDER(strange, {}))
  await page.evaluate(() => analytics.track('Stolen'))
  await until('it was refused', () => seen(from).includes('GET /sourceConfig/ 403'))
  await sleep(300)
  assert.equal(await s.count('events'), before)
  await page.context().close()
})

test('a robot is told by its user agent', async () => {
  const page = await visit(SEGMENT(publish, {}), '/robot', 'Mozilla/5.0 (compatible; Googlebot/2.1)')
  await page.evaluate(() => analytics.page())
  const [[flag]] = await until('the page', async () => {
    const rows = await s.sql("SELECT flag FROM events WHERE type = 'page_view' AND properties->>'path' = '/robot'")
    return rows.length && rows
  })
  assert.equal(flag, 'bot_agent')
  await leave(page)
})
