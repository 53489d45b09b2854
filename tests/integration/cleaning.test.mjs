// What people type is cleaned, what was changed is recorded and shown, and the quality of addresses and numbers counts in rules.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Service } from './lib/service.mjs'

const s = await Service.start('cleaning')
after(() => s.stop())
const timeline = async (id) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/timeline`)).body.data
const lead = async (id) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}`)).body
const settle = () => new Promise((done) => setTimeout(done, 100))

test('what was changed is told at once, kept, and gives the original back', async () => {
  const given = { type: 'form_submit', lead: { email: '李伟 <Li.Wei@Example.COM>', phone: '手机：１３８ ００１３ ８００１', name: '  张 三 ', company: { name: 'ＡＣＭＥ\u200b（中国）' } }, source: ' 官网 ' }
  const reply = await s.event(given)
  const fields = Object.fromEntries(reply.cleaned.map((x) => [x.field, x]))
  assert.deepEqual(Object.keys(fields).sort(), ['/lead/company/name', '/lead/email', '/lead/name', '/lead/phone', '/source'])
  assert.deepEqual(fields['/lead/name'], { field: '/lead/name', from: '  张 三 ', to: '张三', why: ['spaces', 'names'] })
  assert.deepEqual(fields['/lead/email'], { field: '/lead/email', from: '李伟 <Li.Wei@Example.COM>', to: 'li.wei@example.com', why: ['wrapping', 'case'] })
  assert.deepEqual(fields['/lead/company/name'].why, ['invisible', 'forms'])
  const shown = await lead(reply.lead_id)
  assert.deepEqual([shown.name, shown.email, shown.phone, shown.company.name, shown.source.name], ['张三', 'li.wei@example.com', '+8613800138001', 'ACME(中国)', '官网'])
  const [item] = (await timeline(reply.lead_id)).filter((x) => x.kind === 'event')
  assert.deepEqual(item.cleaned, reply.cleaned)
  // With `from` at `field`, what was posted is had again.
  const again = { type: item.type, lead: { email: shown.email, phone: shown.phone, ...item.profile_patch }, source: item.source.name }
  for (const { field, from } of item.cleaned) {
    const path = field.split('/').slice(1)
    path.slice(0, -1).reduce((at, key) => at[key], again)[path.at(-1)] = from
  }
  assert.deepEqual(again, given)
})

test('nothing is recorded of what is clean, and a repeat tells nothing', async () => {
  const clean = { event_id: 'clean-1', type: 'page_view', lead: { email: 'clean@example.com', name: '李四' }, properties: { path: '  /ａ ' } }
  const reply = await s.event(clean)
  assert.equal('cleaned' in reply, false)
  assert.equal('cleaned' in (await timeline(reply.lead_id)).find((x) => x.event_id === 'clean-1'), false)
  assert.equal((await timeline(reply.lead_id)).find((x) => x.event_id === 'clean-1').properties.path, '  /ａ ')
  const dirty = { event_id: 'dirty-1', type: 'page_view', lead: { email: 'CLEAN@example.com' } }
  assert.equal((await s.event(dirty)).cleaned.length, 1)
  const repeat = await s.event(dirty)
  assert.deepEqual([repeat.duplicate, 'cleaned' in repeat], [true, false])
  assert.equal(await s.count('events', "cleaned IS NOT NULL AND event_id IN ('clean-1', 'dirty-1')"), 1)
})

test('clean and dirty events of one request are all stored, each with its own record', async () => {
  const items = Array.from({ length: 200 }, (_, i) => ({ event_id: `mixed-${i}`, type: 'page_view', lead: { external_id: `mixed-${i % 20}`, ...(i % 3 === 0 && { title: ` CEO ${i}` }) } }))
  const { results } = (await s.ok(200, 'ingest', 'POST', '/v1/events', items)).body
  results.forEach((r, i) => assert.equal(r.cleaned?.[0].from, i % 3 === 0 ? ` CEO ${i}` : undefined))
  assert.equal(await s.count('events', "event_id LIKE 'mixed-%'"), 200)
  assert.equal(await s.count('events', "event_id LIKE 'mixed-%' AND cleaned IS NOT NULL"), 67)
})

test('addresses and numbers tell their quality', async () => {
  const cases = [[{ email: 'li@firma.example' }, 'business', null, []], [{ email: 'info@firma.example' }, 'role', null, ['role_address']], [{ email: '10001@qq.com' }, 'personal', null, ['free_mail']],
    [{ email: 'x@mailinator.com' }, 'disposable', null, ['disposable_email']], [{ email: '客服@firma.example' }, 'role', null, ['role_address']],
    [{ phone: '+14165550100', country: 'CN' }, null, 'CA', ['phone_elsewhere']], [{ phone: '13900139000', country: 'CN' }, null, 'CN', []], [{ external_id: 'nothing' }, null, null, []]]
  for (const [who, email_kind, phone_country, flags] of cases) {
    const { body } = await s.call('ingest', 'POST', '/v1/leads', who)
    assert.deepEqual((await lead(body.id)).quality, { email_kind, phone_country, flags }, JSON.stringify(who))
  }
})

test("a workspace's own domains are stamped into its models, count in rules, and never change a version's meaning", async () => {
  const settings = async (body) => s.ok(200, 'admin', 'PATCH', '/v1/workspace', body)
  const document = { name: 'kinds', fit: { rules: [{ id: 'work', points: 20, when: { '==': [{ var: 'email_kind' }, 'business'] } }, { id: 'trash', points: -15, when: { '==': [{ var: 'email_kind' }, 'disposable'] } }] } }
  const after = await settings({ email_domains: { 'partner.example': 'personal', 'qq.com': 'business', 'burner.example': 'disposable' } })
  assert.deepEqual(after.body.email_domains, { 'partner.example': 'personal', 'qq.com': 'business', 'burner.example': 'disposable' })
  const made = (await s.ok(201, 'admin', 'POST', '/v1/models', { document })).body
  const stamped = async (version) => (await s.ok(200, 'admin', 'GET', `/v1/models/${version}`)).body.document.email_domains
  assert.deepEqual(await stamped(made.version), after.body.email_domains)
  await settings({ email_domains: null })
  await s.ok(200, 'admin', 'POST', `/v1/models/${made.version}/activate`, {})
  const fit = async (email) => (await s.event({ type: 'page_view', lead: { email } })).score.fit
  assert.deepEqual([await fit('a@partner.example'), await fit('a@qq.com'), await fit('a@x.burner.example'), await fit('a@163.com'), await fit('b@firma.example')], [0, 20, -15, 0, 20])
  const { lead_id } = await s.event({ type: 'page_view', lead: { email: 'a@qq.com' } })
  assert.equal((await lead(lead_id)).quality.email_kind, 'business')
  // A model that names domains itself is not added to; and another version has the built-in lists again.
  const own = (await s.ok(201, 'admin', 'POST', '/v1/models', { document: { ...document, email_domains: {} } })).body
  assert.deepEqual(await stamped(own.version), {})
  const { changes } = (await s.ok(200, 'admin', 'GET', `/v1/models/${made.version}/diff/${own.version}`)).body
  assert.deepEqual(changes.map((x) => x.path).sort(), ['/email_domains/burner.example', '/email_domains/partner.example', '/email_domains/qq.com'])
  for (const [body, pointer] of [[{ email_domains: { 'A.example': 'business' } }, '/email_domains/A.example'], [{ email_domains: { 'a.example': 'role' } }, '/email_domains/a.example'],
    [{ email_domains: [] }, '/email_domains'], [{ cleaning: { form: true } }, '/cleaning/form'], [{ cleaning: { forms: 'no' } }, '/cleaning/forms']]) {
    const refused = await s.call('admin', 'PATCH', '/v1/workspace', body)
    assert.deepEqual([refused.status, refused.body.errors[0].pointer], [422, pointer], JSON.stringify(body))
  }
})

test('steps of cleaning can be left out', async () => {
  const settings = { names: false, forms: false }
  assert.deepEqual((await s.ok(200, 'admin', 'PATCH', '/v1/workspace', { cleaning: settings })).body.cleaning, settings)
  const given = { type: 'form_submit', lead: { external_id: 'plain', name: ' 张 三', title: 'ＣＥＯ' } }
  // Known keys are looked up again within some seconds.
  let reply
  for (let tries = 0; tries < 200; tries++) {
    reply = await s.event(given)
    if (reply.cleaned.every((x) => x.field !== '/lead/title')) break
    await settle()
  }
  assert.deepEqual(reply.cleaned, [{ field: '/lead/name', from: ' 张 三', to: '张 三', why: ['spaces'] }])
  const shown = await lead(reply.lead_id)
  assert.deepEqual([shown.name, shown.title], ['张 三', 'ＣＥＯ'])
})
