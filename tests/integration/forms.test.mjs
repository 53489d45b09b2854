// Forms: what a page posts, in every encoding, is one event of one lead; what the public hears of it is little; who may post, how often, and what is taken for a robot.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { assertProblem, Service } from './lib/service.mjs'

const s = await Service.start('forms', { LEADSCORE_REFRESH_INTERVAL_MS: '3600000' })
after(() => s.stop())
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36'
const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const ORIGIN = 'https://www.acme.example'

const create = async (form) => (await s.ok(201, 'admin', 'POST', '/v1/forms', { rate_per_minute: 0, ...form })).body
const patch = (form, body, status = 200) => s.ok(status, 'admin', 'PATCH', `/v1/forms/${form.id}`, body)
const post = (form, body, headers = {}) => s.client.request('POST', form.action, { body, headers: { 'user-agent': CHROME, ...headers } })
const urlencoded = (form, fields, headers) => post(form, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded', ...headers })
const page = (form, fields, headers) => urlencoded(form, fields, { accept: HTML, ...headers })
const multipart = (form, parts, headers) => post(form, Buffer.concat([...parts.map(([head, value]) =>
  Buffer.concat([Buffer.from(`--b0\r\nContent-Disposition: form-data; ${head}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')])), Buffer.from('--b0--\r\n')]),
{ 'content-type': 'multipart/form-data; boundary=b0', ...headers })
const leadOf = async (value) => (await s.sql(`SELECT lead_id FROM identities WHERE workspace_id = '${s.workspace.id}' AND value = '${value}'`))[0]?.[0]
const events = async (value) => (await s.sql(`SELECT row_to_json(e) FROM events e JOIN identities i USING (workspace_id, lead_id) WHERE i.value = '${value}' ORDER BY e.occurred_at`))
  .map(([row]) => JSON.parse(row))

test('one submission in every encoding is the same event', async () => {
  const form = await create({ name: '联系我们', fields: { 'your-email': 'email', who: 'name', size: 'company.employees', firm: 'company.name', pains: 'needs.pains', interest: 'attributes.interest',
    note: 'properties.message', budget: 'needs.budget' } })
  const fields = { who: '李 雷', size: '1,200', firm: '华东电商', budget: '500000.5', note: 'two\r\nlines & more' }
  const ways = {
    url: (email) => urlencoded(form, [...Object.entries({ 'your-email': email, ...fields }), ['pains', 'manual order handling'], ['interest[]', 'erp'], ['interest[]', 'wms'], ['extra', 'x'], ['blank', ' ']]),
    multi: (email) => multipart(form, [...Object.entries({ 'your-email': email, ...fields }).map(([n, v]) => [`name="${n}"`, v]), ['name="pains"', 'manual order handling'], ['name="interest[]"', 'erp'],
      ['name="interest[]"', 'wms'], ['name="extra"', 'x'], ['name="cv"; filename=""', '']]),
    json: (email) => post(form, { 'your-email': email, ...fields, size: 1200, pains: ['manual order handling'], 'interest[]': ['erp', 'wms'], extra: 'x', nothing: null }),
  }
  for (const [way, send] of Object.entries(ways)) {
    const email = `${way}@acme.example`
    const reply = await send(email)
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(Object.keys(reply.body).sort(), ['accepted', 'event_id'])
    const [event, ...none] = await events(email)
    assert.deepEqual([event.type, event.key, none.length], ['form_submit', reply.body.event_id, 0])
    assert.deepEqual(event.properties, { message: 'two\r\nlines & more', extra: 'x', form: '联系我们', user_agent: CHROME })
    const lead = await s.lead(await leadOf(email))
    assert.deepEqual([lead.name, lead.company, lead.needs, lead.attributes], ['李雷', { employees: 1200, name: '华东电商' },
      { budget: 500000.5, pains: ['manual order handling'] }, { interest: ['erp', 'wms'] }])
    assert.ok(lead.score.total > 0)
  }
})

test('a browser is sent to the page, or thanked; and is never shown JSON', async () => {
  const form = await create({ name: 'page', redirect_url: 'https://www.acme.example/thanks?x=1', error_url: 'https://www.acme.example/sorry?a=b#top' })
  const good = await page(form, { email: 'p1@acme.example' })
  assert.deepEqual([good.status, good.headers.location, good.text], [303, 'https://www.acme.example/thanks?x=1', ''])
  assert.ok(await leadOf('p1@acme.example'))
  const bad = await page(form, { email: 'no address' })
  assert.deepEqual([bad.status, bad.headers.location], [303, 'https://www.acme.example/sorry?a=b&error=email_invalid&field=email#top'])
  await patch(form, { redirect_url: null, error_url: null })
  const thanks = await page(form, { email: 'p2@acme.example' })
  assert.equal(thanks.status, 200)
  for (const [fields, status, words] of [[{ email: 'a@' }, 422, '邮箱地址有误'], [{ name: 'x' }, 422, '请填写邮箱或电话'], [{ email: 'a@b.example', phone: '<b>12' }, 422, '电话号码有误']]) {
    const reply = await page(form, fields)
    assert.deepEqual([reply.status, reply.headers['content-type']], [status, 'text/html; charset=utf-8'])
    assert.match(reply.text, new RegExp(words))
  }
  assert.match(thanks.text, /谢谢/)
  for (const reply of [await post(form, 'x', { accept: HTML, 'content-type': 'text/plain' }), await page({ action: `${form.action}x` }, { email: 'a@b.example' }),
    await page(form, { email: 'a@b.example', x: 'y'.repeat(5 << 20) }), await post(form, '%', { accept: HTML, 'content-type': 'application/x-www-form-urlencoded' })]) {
    assert.ok(reply.status >= 400)
    assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8', reply.text)
    assert.match(reply.text, /未能提交[^]*lang="en"/)
  }
  // A name from the form is text there.
  const file = await multipart(form, [['name="<i>cv"; filename="a.pdf"', '%PDF'], ['name="email"', 'a@b.example']], { accept: HTML })
  assert.match(file.text, /&lt;i&gt;cv/)
})

test('what is wrong is told to fetch as a problem that names the field', async () => {
  const form = await create({ name: 'faults', fields: { mail: 'email', tel: 'phone' } })
  assertProblem(await urlencoded(form, { mail: 'x' }), 422, 'email_invalid', '/mail')
  assertProblem(await urlencoded(form, { tel: '12' }), 422, 'phone_invalid', '/tel')
  assertProblem(await urlencoded(form, { other: 'x' }), 422, 'identity_required')
  assertProblem(await multipart(form, [['name="cv"; filename="cv 1.pdf"', 'x'], ['name="mail"', 'f@acme.example']]), 422, 'form_file_refused', '/cv')
  assertProblem(await post(form, 'mail=%C0%EE', { 'content-type': 'application/x-www-form-urlencoded' }), 400, 'form_encoding', '/mail')
  assertProblem(await post(form, 'mail=%4', { 'content-type': 'application/x-www-form-urlencoded' }), 400, 'form_malformed')
  assertProblem(await post(form, 'mail=a', { 'content-type': 'text/plain' }), 415, 'content_type_unsupported')
  assertProblem(await post(form, ['a']), 422, 'field_type')
  assertProblem(await urlencoded(form, { mail: 'f@acme.example', long: 'x'.repeat(33 << 10) }), 413, 'form_too_large', '/long')
  assertProblem(await urlencoded(form, Array.from({ length: 201 }, (_, i) => [`f${i}`, '1'])), 413, 'form_too_large')
  assertProblem(await urlencoded(form, { mail: 'f@acme.example', a: 'x'.repeat(30 << 10), b: 'x'.repeat(30 << 10) }), 422, 'field_too_large')
  assert.equal(await leadOf('f@acme.example'), undefined)
  // What does not fit its profile field is not lost, and loses nothing.
  const lenient = await create({ name: 'lenient', fields: { email: 'email', size: 'company.employees', country: 'country', c2: 'country' } })
  assert.equal((await urlencoded(lenient, { email: 'lenient@acme.example', size: '100-300', country: 'China', c2: 'cn' })).status, 200)
  const [event] = await events('lenient@acme.example')
  assert.deepEqual([event.properties.size, event.properties.country], ['100-300', 'China'])
  assert.equal((await s.lead(event.lead_id)).country, 'CN')
})

test('where it came from, and what was agreed to', async () => {
  const text = '我同意接收产品资讯。'
  const form = await create({ name: 'demo', event: { type: 'demo_request', properties: { form: 'demo', plan: 'pro' } }, source: 'website', consent: { field: 'agree', text, version: '2026-03' } })
  await urlencoded(form, { email: 's1@acme.example', utm_source: 'baidu', utm_medium: 'cpc', bd_vid: 'v1', referrer: 'https://www.baidu.com/', page_url: 'https://www.acme.example/p?utm_campaign=%E6%98%A5&x=1',
    plan: 'spoofed', consent: 'spoofed', ip: '1.2.3.4', user_agent: 'spoofed', agree: 'on' })
  const [one] = await events('s1@acme.example')
  assert.deepEqual(one.source, { utm_source: 'baidu', utm_medium: 'cpc', bd_vid: 'v1', page: 'https://www.acme.example/p?utm_campaign=%E6%98%A5&x=1', referrer: 'https://www.baidu.com/', utm_campaign: '春',
    name: 'website' })
  assert.deepEqual([one.type, one.properties], ['demo_request', { plan: 'pro', form: 'demo', user_agent: CHROME, consent: { marketing: true, text, version: '2026-03' } }])
  const lead = await s.lead(one.lead_id)
  assert.deepEqual([lead.consent.marketing, lead.consent.source], [true, 'form:demo 2026-03'])
  assert.ok(Math.abs(Date.parse(lead.consent.at) - Date.now()) < 60_000)
  // Not ticked withdraws nothing, and the Referer stands in for the page.
  await urlencoded(form, { email: 's1@acme.example' }, { referer: 'https://www.acme.example/q?utm_source=mail' })
  const two = (await events('s1@acme.example'))[1]
  assert.deepEqual([two.source, two.properties.consent], [{ page: 'https://www.acme.example/q?utm_source=mail', utm_source: 'mail', name: 'website' }, undefined])
  assert.equal((await s.lead(one.lead_id)).consent.marketing, true)
  for (const agree of ['0', 'false', '']) {
    await urlencoded(form, { email: `no${agree}@acme.example`, agree })
    assert.equal((await s.lead(await leadOf(`no${agree}@acme.example`))).consent, undefined)
  }
})

test('sent twice is stored once', async () => {
  const form = await create({ name: 'twice' }), other = await create({ name: 'other' })
  const send = (f) => urlencoded(f, { email: 't@acme.example', _submission: 'abc' })
  const first = (await send(form)).body
  assert.deepEqual((await send(form)).body, first)
  assert.equal((await events('t@acme.example')).length, 1)
  assert.notEqual((await send(other)).body.event_id, first.event_id)
  assert.equal((await events('t@acme.example')).length, 2)
  await Promise.all(Array.from({ length: 8 }, () => urlencoded(form, { email: 't2@acme.example', _submission: 'x' })))
  assert.equal((await events('t2@acme.example')).length, 1)
  assert.equal('_submission' in (await events('t2@acme.example'))[0].properties, false)
})

test('a robot hears what a person hears, and counts nowhere', async () => {
  const form = await create({ name: 'trap', honeypot: 'website', fill_time: { field: '_ms', min_ms: 2000 } })
  const cases = [[{ website: 'http://spam.example', _ms: '9000' }, 'form_honeypot'], [{ website: '', _ms: '150' }, 'form_too_quick'], [{ website: '' }, 'form_too_quick'], [{ _ms: 'soon' }, 'form_too_quick'],
    [{ website: '', _ms: '2000' }, null], [{ _ms: '123456.5' }, null]]
  for (const [i, [fields, flag]] of cases.entries()) {
    const email = `trap${i}@acme.example`
    const reply = await urlencoded(form, { email, ...fields })
    assert.deepEqual([reply.status, Object.keys(reply.body).sort()], [200, ['accepted', 'event_id']])
    const [event] = await events(email)
    assert.deepEqual([event.flag, event.voided_at !== null], [flag, flag !== null], JSON.stringify(fields))
    assert.deepEqual(['website' in event.properties, '_ms' in event.properties], [false, false])
    const { score } = await s.lead(event.lead_id)
    assert.equal(score.engagement > 0, flag === null)
  }
  // Voided also where a workspace has no filters.
  await s.ok(200, 'admin', 'PATCH', '/v1/workspace', { filters: { agents: [] } })
  await urlencoded(form, { email: 'trap8@acme.example', website: 'x', _ms: '9000' })
  assert.equal((await events('trap8@acme.example'))[0].flag, 'form_honeypot')
  await patch(form, { spam: 'drop' })
  const dropped = await urlencoded(form, { email: 'trap9@acme.example', website: 'x' })
  assert.deepEqual([dropped.status, Object.keys(dropped.body).sort()], [200, ['accepted', 'event_id']])
  assert.equal(await leadOf('trap9@acme.example'), undefined)
})

test('origins: the pages that may send it, and what their browsers ask first', async () => {
  const form = await create({ name: 'origins', origins: [ORIGIN, 'http://localhost:5173'], redirect_url: 'http://localhost:5173/thanks' })
  const from = (headers) => urlencoded(form, { email: 'o@acme.example' }, headers)
  for (const headers of [{ origin: ORIGIN }, { origin: 'http://localhost:5173' }, { origin: 'null', referer: `${ORIGIN}/contact` }, { referer: `${ORIGIN}/` }]) assert.equal((await from(headers)).status, 200)
  for (const headers of [{}, { origin: 'null' }, { origin: 'https://evil.example' }, { origin: 'https://evil.example', referer: `${ORIGIN}/` }, { origin: `${ORIGIN}.evil.example` }, { referer: `https://evil.example/${ORIGIN}/` }])
    assertProblem(await from(headers), 403, 'origin_forbidden')
  const preflight = await s.client.request('OPTIONS', form.action, { headers: { origin: ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin'], preflight.headers['access-control-allow-headers']], [204, ORIGIN, 'content-type'])
  assert.equal((await from({ origin: ORIGIN })).headers['access-control-allow-origin'], ORIGIN)
})

test('so many a minute from one address, whatever stands before the service', async () => {
  const form = await create({ name: 'rate', rate_per_minute: 3 })
  const from = async (address) => (await urlencoded(form, { email: 'r@acme.example' }, address && { 'x-forwarded-for': `6.6.6.6, ${address}` })).status
  const many = async (address) => [await from(address), await from(address), await from(address), await from(address)]
  assert.deepEqual(await many('192.0.2.1'), [200, 200, 200, 429])
  assert.deepEqual(await many('2001:db8::1'), [200, 200, 200, 429])
  assert.deepEqual(await many(), [200, 200, 200, 429])
  const limited = await urlencoded(form, { email: 'r@acme.example' })
  assertProblem(limited, 429, 'rate_limited')
  assert.equal(limited.headers['retry-after'], '20')
})

test('a form is found while it is there, at once where it was changed and soon elsewhere', async () => {
  const twin = await s.twin()
  try {
    const form = await create({ name: 'life' })
    const send = (service) => service.client.request('POST', form.action, { body: { email: 'l@acme.example' }, headers: { 'user-agent': CHROME } })
    const status = async (service) => (await send(service)).status
    assert.deepEqual([await status(s), await status(twin)], [200, 200])
    const { headers } = await patch(form, { disabled: true })
    assert.equal(headers.etag, '"v2"')
    assertProblem(await send(s), 404, 'form_not_found')
    for (const until = Date.now() + 12_000; (await status(twin)) === 200; ) assert.ok(Date.now() < until, 'another instance still knows it')
    await patch(form, { disabled: false })
    assert.equal(await status(s), 200)
    assertProblem(await s.call('admin', 'DELETE', `/v1/forms/${form.id}`, undefined, { 'if-match': headers.etag }), 412, 'version_mismatch')
    await s.ok(204, 'admin', 'DELETE', `/v1/forms/${form.id}`)
    assertProblem(await send(s), 404, 'form_not_found')
    for (const token of ['x', 'lsf_', form.token.replace('lsf_', 'lsi_'), `${form.token.slice(0, -4)}AAAA`, form.id]) assertProblem(await s.client.request('POST', `/v1/forms/${token}`, { body: {} }), 404, 'form_not_found')
  } finally {
    await twin.terminate()
  }
})

test('settings: defaults, patches, and every fault at its place', async () => {
  const form = await create({ name: 'plain' })
  assert.match(form.token, /^lsf_[\w-]{43}$/)
  assert.deepEqual(form.fields.email, 'email')
  const { body } = await patch(form, { honeypot: 'hp', event: { properties: { a: 1 } }, fields: { phone: null, mobile: 'phone' } })
  assert.deepEqual([body.honeypot, body.event, body.fields.mobile, 'phone' in body.fields, body.version], ['hp', { type: 'form_submit', properties: { a: 1 } }, 'phone', false, 2])
  assert.deepEqual((await s.ok(200, 'read', 'GET', `/v1/forms/${form.id}`)).body, body)
  assert.ok((await s.ok(200, 'read', 'GET', '/v1/forms')).body.data.some((f) => f.id === form.id))
  const faults = [[{}, 'field_required', '/name'], [{ name: '' }, 'name_invalid', '/name'], [{ name: 'x', nme: 1 }, 'field_unknown', '/nme'], [{ name: 'x', fields: { a: 'emial' } }, 'target_unknown', '/fields/a'],
    [{ name: 'x', fields: { a: 'owner' } }, 'target_unknown', '/fields/a'], [{ name: 'x', fields: { a: 'company.nme' } }, 'target_unknown', '/fields/a'], [{ name: 'x', fields: { a: 'consent.marketing' } }, 'target_unknown', '/fields/a'],
    [{ name: 'x', fields: { 'a/b': 5 } }, 'field_type', '/fields/a~1b'], [{ name: 'x', event: { type: 'tag_added' } }, 'type_reserved', '/event/type'], [{ name: 'x', event: { type: 'a b' } }, 'type_invalid', '/event/type'],
    [{ name: 'x', redirect_url: 'http://a.example/' }, 'url_invalid', '/redirect_url'], [{ name: 'x', error_url: 'javascript:alert(1)' }, 'url_invalid', '/error_url'], [{ name: 'x', error_url: 'https://a.example/ b' }, 'url_invalid', '/error_url'],
    [{ name: 'x', origins: ['https://a.example/'] }, 'origin_invalid', '/origins/0'], [{ name: 'x', origins: 'https://a.example' }, 'field_type', '/origins'], [{ name: 'x', fill_time: { field: 'a' } }, 'field_out_of_range', '/fill_time/min_ms'],
    [{ name: 'x', consent: { field: 'a' } }, 'field_required', '/consent/text'], [{ name: 'x', rate_per_minute: -1 }, 'field_out_of_range', '/rate_per_minute'], [{ name: 'x', spam: 'eat' }, 'field_invalid', '/spam'],
    [{ name: 'x', keep_ip: 1 }, 'field_type', '/keep_ip'], [{ name: 'x', disabled: true }, 'field_invalid', '/disabled'], [[], 'field_type']]
  for (const [given, code, pointer] of faults) assertProblem(await s.call('admin', 'POST', '/v1/forms', given), 422, code, pointer)
  assertProblem(await s.call('admin', 'PATCH', `/v1/forms/${form.id}`, { honeypot: 7 }), 422, 'field_type', '/honeypot')
  assertProblem(await s.call('admin', 'PATCH', `/v1/forms/${form.id}`, { spam: 'drop' }, { 'if-match': '"v1"' }), 412, 'version_mismatch')
  const ip = await create({ name: 'ip', keep_ip: true })
  await urlencoded(ip, { email: 'ip@acme.example' }, { 'x-forwarded-for': '192.0.2.9' })
  assert.equal((await events('ip@acme.example'))[0].properties.ip, '192.0.2.9')
})
