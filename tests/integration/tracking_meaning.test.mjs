// What Segment's messages mean: times, names of events, properties, traits, groups, and whose they are.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertProblem } from './lib/service.mjs'
import { fresh, tracker } from './lib/tracker.mjs'

const { s, publish, post, sent, stored, told, leadOf } = await tracker('tracking_meaning')
const MINUTE = 60_000

describe('times', () => {
  const near = (got, want) => assert.ok(Math.abs(got - want) < 5000, `${new Date(got).toISOString()} is not near ${new Date(want).toISOString()}`)
  const iso = (ms) => new Date(ms).toISOString()
  const at = async (message) => (await told('/v1/t', { event: 'Timed', ...message })).at

  test('of a good clock are taken as they are', async () => {
    const past = Date.now() - 40 * 86_400_000
    assert.equal(await at({ timestamp: iso(past) }), past)
    assert.equal(await at({ timestamp: iso(past), sentAt: iso(Date.now()) }), past)
    assert.equal(await at({ originalTimestamp: iso(past), sentAt: iso(Date.now() - 300) }), past)
    assert.equal(await at({ timestamp: past }), past)
    near(await at({}), Date.now())
    near(await at({ timestamp: 'yesterday' }), Date.now())
  })

  test('of a wrong clock are corrected by what sentAt shows', async () => {
    for (const off of [3 * 3_600_000, -26 * 3_600_000]) {
      const clock = () => Date.now() + off
      near(await at({ timestamp: iso(clock() - 10 * MINUTE), sentAt: iso(clock()) }), Date.now() - 10 * MINUTE)
      near(await at({ originalTimestamp: iso(clock() - 10 * MINUTE), sentAt: iso(clock()) }), Date.now() - 10 * MINUTE)
    }
    // In a batch, the batch's sentAt counts for messages without one.
    const messageId = fresh()
    await sent('/v1/batch', { sentAt: iso(Date.now() + 3_600_000), batch: [{ type: 'track', event: 'Timed', userId: 'u', messageId, timestamp: iso(Date.now() + 3_000_000) }] })
    near((await stored(messageId)).at, Date.now() - 600_000)
    // Who gives both has corrected it already.
    near(await at({ timestamp: iso(Date.now() - MINUTE), originalTimestamp: iso(Date.now() + 3_600_000), sentAt: iso(Date.now() + 3_660_000) }), Date.now() - MINUTE)
  })

  test('ahead, and before there was anything, are now', async () => {
    for (const timestamp of [iso(Date.now() + 6 * MINUTE), '2099-01-01T00:00:00Z', '1970-01-01T00:00:00Z']) near(await at({ timestamp }), Date.now())
    near(await at({ timestamp: iso(Date.now() + 4 * MINUTE) }), Date.now() + 4 * MINUTE)
  })
})

test('names of events', async () => {
  for (const [event, type] of [
    ['Order Completed', 'purchase'], ['order_completed', 'purchase'], ['orderCompleted', 'purchase'], ['Email Opened', 'email_open'], ['Email Link Clicked', 'email_click'], ['Demo Requested', 'demo_request'],
    ['Product Viewed', 'product_viewed'], ['Signed Up', 'signed_up'], ['  Weird -- Name!! ', 'weird_name'], ['API v2 Called', 'api_v2_called'], ['Tag Added', 'custom_tag_added'], ['profile_updated', 'custom_profile_updated'],
    ['won', 'won'], ['pricing_page', 'pricing_page'],
  ]) assert.equal((await told('/v1/t', { event })).type, type, event)
  const chinese = await told('/v1/t', { event: '提交表单', properties: { form: 'f' } })
  assert.deepEqual([chinese.type, chinese.properties], ['custom_event', { form: 'f', event_name: '提交表单' }])
  // What ends a lead's way is not for whoever reads the key in a page.
  const messageId = fresh()
  await sent('/v1/t', { event: 'Won', anonymousId: 'a', messageId }, { key: publish })
  assert.equal((await stored(messageId)).type, 'custom_won')
})

test('names of events that a workspace gives itself', async () => {
  const settings = { event_types: { 提交表单: 'form_submit', 'Order Completed': 'order', 'Deal Closed': 'won' } }
  assert.deepEqual((await s.ok(200, 'admin', 'PATCH', '/v1/workspace', settings)).body.event_types, settings.event_types)
  const type = async (event) => (await told('/v1/t', { event })).type
  for (let i = 0; (await type('提交表单')) !== 'form_submit'; i++) {
    assert.ok(i < 100, 'it is never seen')
    await sleep(100)
  }
  assert.deepEqual([await type('orderCompleted'), await type('deal closed'), await type('Email Opened')], ['order', 'won', 'email_open'])
  for (const [event_types, code, at] of [[[], 'field_type', ''], [{ a: 7 }, 'field_type', '/a'], [{ a: 'x y' }, 'type_invalid', '/a'], [{ 'a/b': 'stage_set' }, 'type_reserved', '/a~1b'], [{ '': 'x' }, 'field_empty', '/']])
    assertProblem(await s.call('admin', 'PATCH', '/v1/workspace', { event_types }), 422, code, `/event_types${at}`)
  assert.equal((await s.ok(200, 'admin', 'PATCH', '/v1/workspace', { event_types: null })).body.event_types, null)
})

test('properties, pages, campaigns', async () => {
  const context = {
    userAgent: 'Mozilla/5.0', ip: '192.0.2.7', library: { name: 'analytics.js' }, campaign: { name: 'spring', source: 'newsletter', medium: 'email' },
    page: { path: '/pricing', url: 'https://shop.example/pricing?x=1', title: 'Pricing', referrer: 'https://search.example/' },
  }
  const page = await told('/v1/page', { name: 'Pricing', category: 'Docs', properties: { title: 'Own' }, context })
  assert.deepEqual(page.properties, { title: 'Own', user_agent: 'Mozilla/5.0', ip: '192.0.2.7', path: '/pricing', url: 'https://shop.example/pricing?x=1', referrer: 'https://search.example/', name: 'Pricing', category: 'Docs' })
  assert.deepEqual(page.source, { name: 'segment', utm: { source: 'newsletter', medium: 'email', campaign: 'spring' }, referrer: 'https://search.example/', page: 'https://shop.example/pricing?x=1' })
  const track = await told('/v1/track', { event: 'Order Completed', properties: { orderId: 7, products: [{ sku: 'a' }] }, context: { library: { name: 'RudderLabs JavaScript SDK' }, page: { referrer: '$direct' } } })
  assert.deepEqual([track.properties, track.source], [{ orderId: 7, products: [{ sku: 'a' }] }, { name: 'rudderstack' }])
  // A batch's context is that of each message without one.
  const messageId = fresh()
  await sent('/v1/batch', { context, batch: [{ type: 'page', userId: 'u', messageId }] })
  assert.equal((await stored(messageId)).properties.path, '/pricing')
  const robot = await told('/v1/page', { context: { userAgent: 'Googlebot/2.1' } })
  assert.equal(robot.flag, 'bot_agent')
})

const TRAITS = [
  [{ email: 'Li.Wei@Example.COM', phone: '138-0013-8001', firstName: '伟', lastName: '李', title: '总经理' }, { email: 'li.wei@example.com', phone: '+8613800138001', name: '李伟', title: '总经理' }],
  [{ first_name: 'Ada', last_name: 'Lovelace' }, { name: 'Ada Lovelace' }],
  [{ name: 'Ada L.', firstName: 'Ada', age: 36, plan: { tier: 'pro' } }, { name: 'Ada L.', attributes: { firstName: 'Ada', age: 36, plan: { tier: 'pro' } } }],
  [{ company: { name: 'ACME', industry: 'trade', employee_count: '180', plan: 'gold', id: 7, website: 'https://www.acme.example/about' } },
    { company: { name: 'ACME', industry: 'trade', employees: 180, domain: 'acme.example' }, attributes: { company: { plan: 'gold', id: 7 } } }],
  [{ company: 'ACME', address: { city: 'Ningbo', country: 'cn', state: 'Zhejiang', postalCode: '315000' } }, { company: { name: 'ACME' }, city: 'Ningbo', country: 'CN', region: 'Zhejiang', attributes: { address: { postalCode: '315000' } } }],
  // What fits no field is kept all the same.
  [{ email: 'not an address', phone: 'unlisted', company: { employees: '100-300' }, address: 'Main Street 1', title: 7, owner: 'me', score: 99, stage: 'customer', tags: ['x'] },
    { attributes: { email: 'not an address', phone: 'unlisted', company: { employees: '100-300' }, address: 'Main Street 1', title: 7, owner: 'me', score: 99, stage: 'customer', tags: ['x'] } }],
  [{ title: null, nickname: null }, {}],
]

test('traits', async () => {
  for (const [traits, want] of TRAITS) {
    const messageId = fresh()
    await sent('/v1/identify', { userId: fresh('traits'), messageId, traits })
    const lead = await leadOf(messageId)
    for (const field of ['email', 'phone', 'name', 'title', 'city', 'country', 'region', 'company', 'attributes']) {
      const [got, is] = [lead[field], want[field]]
      assert.deepEqual(got && Object.keys(got).length === 0 ? undefined : got ?? undefined, is, `${field} of ${JSON.stringify(traits)}: ${JSON.stringify(lead)}`)
    }
    assert.equal(lead.stage, 'lead')
  }
  const contextual = await told('/v1/i', { context: { traits: { title: 'CEO' }, locale: 'zh-CN' } })
  assert.deepEqual(contextual.patch, { title: 'CEO', language: 'zh-CN' })
  const too = await post('/v1/i', { userId: 'u', traits: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`t${i}`, i])) })
  assertProblem(too, 400, 'field_too_large', '/traits')
})

test('what cleaning changes is kept beside the event', async () => {
  const messageId = fresh()
  await sent('/v1/i', { userId: fresh('u'), messageId, traits: { email: 'mailto:Li.Wei.7@Example.com', name: '张 三', company: { name: 'ＡＣＭＥ' } } })
  const lead = await leadOf(messageId)
  assert.deepEqual([lead.email, lead.name, lead.company.name], ['li.wei.7@example.com', '张三', 'ACME'])
  const [[notes]] = await s.sql(`SELECT cleaned FROM events WHERE event_id = '${messageId}'`)
  assert.deepEqual(JSON.parse(notes).map((n) => [n.field, n.from]), [['/traits/email', 'mailto:Li.Wei.7@Example.com'], ['/traits/name', '张 三'], ['/traits/company/name', 'ＡＣＭＥ']])
})

test("a group is an account, and its traits are the account's", async () => {
  const groupId = fresh('group')
  const ids = [fresh(), fresh(), fresh()]
  const [a, b] = [fresh('u'), fresh('u')]
  await sent('/v1/g', { userId: a, messageId: ids[0], groupId, traits: { name: 'ACME', employee_count: '180', website: 'https://www.acme.example/x', plan: 'gold' } })
  await sent('/v1/g', { userId: b, messageId: ids[1], groupId })
  const leads = await Promise.all([leadOf(ids[0]), leadOf(ids[1])])
  for (const { account } of leads) assert.deepEqual([account.id, account.name, account.employees, account.domain, account.attributes?.plan], [leads[0].account.id, 'ACME', 180, 'acme.example', 'gold'])
  await sent('/v1/g', { userId: b, messageId: ids[2], groupId, traits: { industry: 'trade' } })
  const { account } = await leadOf(ids[2])
  assert.deepEqual([account.id, account.industry, account.employees], [leads[0].account.id, 'trade', 180])
})

test('the anonymous past joins the known lead', async () => {
  const email = `${fresh('past')}@example.com`
  const userId = fresh('u')
  const known = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { email })).body.id
  const [home, office] = [fresh('anon'), fresh('anon')]
  const first = {}
  for (const anonymousId of [home, office]) {
    const messageId = fresh()
    await sent('/v1/p', { anonymousId, messageId, properties: { path: '/pricing' } })
    first[anonymousId] = (await stored(messageId)).lead
    assert.notEqual(first[anonymousId], known)
  }
  // By identify with both, and by alias.
  await sent('/v1/i', { anonymousId: home, userId, traits: { email } })
  assert.equal((await s.lead(first[home])).id, known)
  await sent('/v1/a', { userId, previousId: office })
  assert.equal((await s.lead(first[office])).id, known)
  const [[visits]] = await s.sql(`SELECT count(*) FROM events WHERE type = 'page_view' AND lead_id IN ('${first[home]}', '${first[office]}')`)
  const { score } = await s.lead(known)
  assert.equal(Number(visits), 2)
  assert.ok(score.engagement > 0, 'what was looked at before counts')
  // Two users are not one because somebody says so: that is for a person to decide, and nothing is lost.
  const other = fresh('u')
  const messageId = fresh()
  await sent('/v1/i', { userId: other, traits: { email: `other-${email}` } })
  await sent('/v1/a', { userId, previousId: other, messageId })
  assert.equal((await stored(messageId)).lead, known)
})

test('an e-mail address names the same lead wherever it stands', async () => {
  const email = `${fresh('one')}@example.com`
  const ids = [fresh(), fresh(), fresh(), fresh()]
  await sent('/v1/i', { userId: fresh('u'), traits: { email: email.toUpperCase() }, messageId: ids[0] })
  await sent('/v1/t', { event: 'x', anonymousId: fresh('anon'), context: { traits: { email } }, messageId: ids[1] })
  await sent('/v1/i', { anonymousId: fresh('anon'), context: { traits: { email } }, messageId: ids[2] })
  const lead = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: `x-${email}` })).body.id
  await sent('/v1/t', { event: 'x', userId: `x-${email}`, messageId: ids[3] })
  const leads = await Promise.all(ids.map(async (id) => (await stored(id)).lead))
  assert.deepEqual(leads, [leads[0], leads[0], leads[0], lead])
})
