// Webhooks of other kinds than standard: robots of chats, and write-back into CRMs; as those who answer them see it.
import { Client as HubSpot } from '@hubspot/api-client'
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import http from 'node:http'
import test, { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { climb, GOOD_PROFILE } from './lib/scene.mjs'
import { Service, assertProblem } from './lib/service.mjs'

const DingTalkRobot = createRequire(import.meta.url)('dingtalk-robot-sender')
const OK = { '/feishu': { code: 0, msg: 'success', data: {} }, '/wecom': { errcode: 0, errmsg: 'ok' }, '/dingtalk': { errcode: 0, errmsg: 'ok' }, '/slack': 'ok' }
let s, server, base
const got = [] // {path, url, method, headers, text, body}
const answers = new Map() // path -> [[status, body, headers], ...]: what comes first is used first, the last stays

before(async () => {
  server = http.createServer(async (req, res) => {
    let text = ''
    for await (const chunk of req) text += chunk
    const url = new URL(req.url, base)
    got.push({ path: url.pathname, url, method: req.method, headers: req.headers, text, body: JSON.parse(text), at: Date.now() })
    const list = answers.get(url.pathname)
    const [status, body, headers = {}] = !list ? [200, OK[url.pathname] ?? {}] : list.length > 1 ? list.shift() : list[0]
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${server.address().port}`
  s = await Service.start('webhook_kinds', { LEADSCORE_WEBHOOK_HTTP: 'on', LEADSCORE_WEBHOOK_ALLOW: '127.0.0.1', LEADSCORE_WEBHOOK_RETRIES: '0.2,0.4,0.8,1,1,1,1,1,1' })
})
after(async () => {
  await s.stop()
  server.closeAllConnections?.()
  await new Promise((resolve) => server.close(resolve))
})

const until = async (what, check, ms = 20_000) => {
  const end = Date.now() + ms
  for (;;) {
    const value = await check()
    if (value) return value
    assert.ok(Date.now() < end, `not within ${ms} ms: ${what}; came: ${got.map((g) => `${g.path} ${g.text}`).slice(-5).join('\n')}`)
    await sleep(50)
  }
}
const create = async (kind, path, settings, types = ['stage.mql']) => (await s.ok(201, 'admin', 'POST', '/v1/webhooks', { kind, url: base + path, types, settings })).body
const remove = (w) => s.ok(204, 'admin', 'DELETE', `/v1/webhooks/${w.id}`)
const read = async (w) => (await s.ok(200, 'admin', 'GET', `/v1/webhooks/${w.id}`)).body
const deliveries = async (w) => (await s.ok(200, 'admin', 'GET', `/v1/webhooks/${w.id}/deliveries`)).body.data
const delivered = (w, n = 1) => until(`${n} delivered`, async () => (await deliveries(w)).filter((d) => d.state === 'delivered').length >= n)
const rise = async (name, identity = { email: `${name}@rise.example` }) => (await s.ok(200, 'ingest', 'POST', '/v1/events', climb(name, identity, { ...GOOD_PROFILE, name }))).body.results[0].lead_id
const came = (path) => until(`a request to ${path}`, () => got.find((g) => g.path === path))

test('robots are told in words, signed where they want it', async () => {
  const link = 'https://crm.example.com/leads/{{/lead/id}}'
  const hooks = [await create('feishu', '/feishu', { secret: 'feishu secret', link }), await create('wecom', '/wecom?key=k', { link }),
    await create('dingtalk', '/dingtalk?access_token=t', { secret: 'SECdingtalk', language: 'en' }), await create('slack', '/slack', { link, templates: { 'stage.*': { title: 'Look: {{/lead/name}} & {{/data/to}}' } } })]
  const id = await rise('李雷 <at user_id="all">', { email: 'lilei@rise.example' })
  for (const w of hooks) await delivered(w)

  const feishu = await came('/feishu')
  assert.equal(feishu.body.sign, createHmac('sha256', `${feishu.body.timestamp}\nfeishu secret`).update('').digest('base64'))
  assert.ok(Math.abs(Number(feishu.body.timestamp) * 1000 - feishu.at) < 5000)
  assert.equal(feishu.body.card.header.title.content, '🔥 新的市场合格线索（MQL）：李雷 ＜at user_id="all"＞')
  assert.match(feishu.body.card.elements[0].text.content, /评分：\d+（适配 \d+，互动 \d+），等级 [A-D]\d，阶段 mql/)
  assert.equal(feishu.body.card.elements[1].actions[0].url, `https://crm.example.com/leads/${id}`)

  const wecom = await came('/wecom')
  assert.equal(wecom.url.searchParams.get('key'), 'k')
  assert.ok(wecom.body.markdown.content.startsWith('**🔥 新的市场合格线索（MQL）：李雷 ＜at user＿id="all"＞**\n'))
  assert.ok(wecom.body.markdown.content.endsWith(`[查看线索](https://crm.example.com/leads/${id})`))

  const dingtalk = await came('/dingtalk')
  const now = Date.now
  let asked
  try {
    Date.now = () => Number(dingtalk.url.searchParams.get('timestamp'))
    const robot = new DingTalkRobot({ webhook: `${base}/dingtalk?access_token=t`, secret: 'SECdingtalk', httpclient: { request: (url, options) => (asked = { url, options }) } })
    robot.markdown(dingtalk.body.markdown.title, dingtalk.body.markdown.text)
  } finally {
    Date.now = now
  }
  assert.equal(dingtalk.url.href, new URL(asked.url).href, 'signed as the client library signs')
  const { at, ...said } = JSON.parse(asked.options.data)
  assert.deepEqual(dingtalk.body, said)

  const slack = await came('/slack')
  assert.ok(slack.body.text.startsWith('*Look: 李雷 &lt;at user_id="all"&gt; & mql*\n'), slack.body.text)
  assert.ok(slack.body.text.endsWith(`<https://crm.example.com/leads/${id}|Open>`))
  for (const w of hooks) await remove(w)
})

test('the body of the reply decides', async () => {
  answers.set('/feishu/words', [[200, { code: 19024, msg: 'Key Words Not Found' }]])
  answers.set('/feishu/gone', [[200, { code: 19001, msg: 'param invalid: incoming webhook access token invalid' }]])
  answers.set('/dingtalk/again', [[200, { errcode: -1, errmsg: 'system busy' }], [200, { errcode: 0, errmsg: 'ok' }]])
  const told = await create('generic', '/told', {}, ['webhook.disabled'])
  const words = await create('feishu', '/feishu/words'), gone = await create('feishu', '/feishu/gone'), again = await create('dingtalk', '/dingtalk/again')
  await rise('judged')
  await delivered(again)
  assert.equal((await deliveries(again))[0].attempts, 2)
  const failed = await until('failed', async () => (await deliveries(words)).find((d) => d.state === 'failed'))
  assert.equal(failed.attempts, 1)
  assert.match(failed.last_error, /19024: Key Words Not Found/)
  assert.equal((await until('disabled', async () => (await read(gone)).disabled && read(gone))).disabled_reason, 'gone')
  await delivered(told)
  assert.equal((await came('/told')).body.data.url, base, 'a robot\'s URL is its secret')
  for (const w of [words, gone, again, told]) await remove(w)
})

test('what a robot cannot take now comes as one message; what says that it is too much is left alone', async () => {
  answers.set('/slack/many', [[429, 'rate_limited', { 'retry-after': '2' }], [200, 'ok']])
  const w = await create('slack', '/slack/many', { rate: { messages: 1, seconds: 1 } })
  const names = Array.from({ length: 12 }, (_, i) => `many-${i}-`)
  await rise(names[0])
  await came('/slack/many')
  await Promise.all(names.slice(1).map((name) => rise(name)))
  await delivered(w, names.length)
  const requests = got.filter((g) => g.path === '/slack/many')
  assert.ok(requests[1].at - requests[0].at >= 1900, `${requests[1].at - requests[0].at} ms after the 429`)
  assert.ok(requests.length < names.length, `${requests.length} requests`)
  const arrived = requests.slice(1).map((g) => g.body.text).join('\n')
  for (const name of names) assert.equal(arrived.split(`New MQL: ${name}`).length, 2, `${name} once`)
  for (const d of await deliveries(w)) assert.equal(d.state, 'delivered')
  await remove(w)
})

test('secrets are not shown again, and what was read can be sent back', async () => {
  const w = await create('feishu', '/feishu/sealed', { secret: 'a secret', language: 'en', format: 'text' })
  answers.set('/feishu/sealed', [[200, { code: 0 }]])
  assert.equal(w.settings.secret, '********')
  const list = (await s.ok(200, 'admin', 'GET', '/v1/webhooks')).text
  assert.ok(!list.includes('a secret'))
  const changed = (await s.ok(200, 'admin', 'PATCH', `/v1/webhooks/${w.id}`, { settings: { ...w.settings, language: 'zh-CN' } })).body
  assert.deepEqual(changed.settings, { secret: '********', language: 'zh-CN', format: 'text' })
  await s.ok(202, 'admin', 'POST', `/v1/webhooks/${w.id}/test`)
  const { body } = await came('/feishu/sealed')
  assert.equal(body.sign, createHmac('sha256', `${body.timestamp}\na secret`).update('').digest('base64'))
  assert.equal(body.content.text, '测试消息：连接正常\n')
  assertProblem(await s.call('admin', 'PATCH', `/v1/webhooks/${w.id}`, { settings: { templates: { 'stage.mql': { text: '{{/who}}' } } } }), 422, 'template_invalid', '/settings/templates/stage.mql/text')
  assertProblem(await s.call('admin', 'POST', '/v1/webhooks', { kind: 'hubspot', url: base, types: ['*'], settings: { properties: { a: 'b' } } }), 422, 'field_required', '/settings/token')
  assertProblem(await s.call('admin', 'POST', `/v1/webhooks/${w.id}/rotate`), 409, 'no_secret')
  await remove(w)
})

test('CRMs get what they expect, and what cannot be sent fails at once', async () => {
  const properties = { lifecyclestage: 'marketingqualifiedlead', lead_score: '{{/lead/score}}' }
  const hubspot = await create('hubspot', '/hubspot', { token: 'pat-1', properties })
  const salesforce = await create('salesforce', '/salesforce', { token: '00D!x', fields: { Status: 'Qualified', Score__c: '{{/data/score/total}}' } })
  const generic = await create('generic', '/generic', { method: 'PUT', path: '/{{/lead/id}}', headers: { 'X-Api-Key': 'k1' }, body: { stage: '{{/data/to}}' } })
  answers.set('/salesforce/services/data/v60.0/sobjects/Lead/00Q5g000001', [[401, [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired' }]], [204, '']])
  const id = await rise('crm', { email: 'crm+1@rise.example' })
  await delivered(hubspot)
  const path = '/hubspot/crm/v3/objects/contacts/crm%2B1%40rise.example'
  const ours = await came(path)
  await new HubSpot({ accessToken: 'pat-1', basePath: `${base}/hubspot` }).crm.contacts.basicApi.update('crm+1@rise.example', ours.body, 'email').catch(() => {})
  const theirs = got.filter((g) => decodeURIComponent(g.path) === decodeURIComponent(path)).at(-1)
  assert.notEqual(theirs, ours)
  assert.equal(theirs.method, ours.method)
  assert.deepEqual(theirs.body, ours.body)
  assert.equal(theirs.headers.authorization, ours.headers.authorization)
  assert.equal(ours.url.searchParams.get('idProperty'), 'email')
  assert.equal(theirs.url.searchParams.get('idProperty'), 'email')
  assert.equal(ours.body.properties.lifecyclestage, 'marketingqualifiedlead')
  assert.match(ours.body.properties.lead_score, /^\d+$/)

  await delivered(generic)
  const put = await came(`/generic/${id}`)
  assert.deepEqual([put.method, put.body, put.headers['x-api-key']], ['PUT', { stage: 'mql' }, 'k1'])
  assert.match(put.headers['webhook-id'], /^msg_/)
  assert.deepEqual((await read(generic)).settings.headers, { 'X-Api-Key': '********' })

  const failed = await until('failed', async () => (await deliveries(salesforce)).find((d) => d.state === 'failed'))
  assert.equal(failed.attempts, 1)
  assert.match(failed.last_error, /external_ids\/salesforce/)
  await s.ok(200, 'ingest', 'POST', '/v1/events', climb('crm2', { external_id: { salesforce: '00Q5g000001' } }))
  await delivered(salesforce)
  const [refused, taken] = got.filter((g) => g.path === '/salesforce/services/data/v60.0/sobjects/Lead/00Q5g000001')
  assert.deepEqual(refused.body, taken.body)
  assert.deepEqual([taken.method, taken.headers.authorization, taken.body.Status], ['PATCH', 'Bearer 00D!x', 'Qualified'])
  assert.equal(typeof taken.body.Score__c, 'number')
  const repaired = (await s.ok(200, 'admin', 'PATCH', `/v1/webhooks/${salesforce.id}`, { settings: { token: 'new' } })).body
  assert.deepEqual(repaired.settings, { token: '********', fields: { Status: 'Qualified', Score__c: '{{/data/score/total}}' } })
  // A token goes to no other host than it was given for.
  const elsewhere = base.replace('127.0.0.1', 'localhost')
  const move = (id, body, want = 200) => s.ok(want, 'admin', 'PATCH', `/v1/webhooks/${id}`, body)
  await move(salesforce.id, { url: `${base}/salesforce/too` })
  assertProblem(await s.call('admin', 'PATCH', `/v1/webhooks/${salesforce.id}`, { url: `${elsewhere}/salesforce` }), 422, 'field_required', '/settings/token')
  assertProblem(await s.call('admin', 'PATCH', `/v1/webhooks/${salesforce.id}`, { url: `${elsewhere}/salesforce`, settings: { token: '********' } }), 422, 'field_required', '/settings/token')
  assert.equal((await move(salesforce.id, { url: `${elsewhere}/salesforce`, settings: { token: 'anew' } })).body.settings.token, '********')
  assert.equal((await move(generic.id, { url: `${elsewhere}/generic` })).body.settings.headers, undefined)
  await remove(hubspot)
  await remove(generic)
  await remove(salesforce)
})

test('who has a handoff is called by what is told of it, by the clock of the workspace', async () => {
  await s.ok(200, 'admin', 'PATCH', '/v1/workspace', { time_zone: 'Asia/Shanghai' })
  await s.ok(200, 'admin', 'PUT', '/v1/routing', { working_hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]])) })
  for (const [field, bad] of [['feishu_user_id', 'all'], ['wecom_userid', '@all'], ['slack_user_id', '!here'], ['dingtalk_mobile', '138 0013 8000'], ['dingtalk_user_id', 'x><'], ['wecom_mobile', 7]])
    assertProblem(await s.call('admin', 'POST', '/v1/users', { name: 'x', [field]: bad }), 422, bad === 7 ? 'field_type' : 'field_invalid', `/${field}`)
  const ids = { feishu_user_id: 'ou_1', wecom_userid: 'ChenJing', wecom_mobile: '13800138000', dingtalk_user_id: null, dingtalk_mobile: '13800138000', slack_user_id: 'U1' }
  const chen = (await s.ok(201, 'admin', 'POST', '/v1/users', { name: '陈静', ...ids })).body
  assert.deepEqual(Object.fromEntries(Object.keys(ids).map((k) => [k, chen[k]])), ids)
  const types = ['handoff.assigned']
  const hooks = [await create('feishu', '/called/feishu', {}, types), await create('wecom', '/called/wecom', { format: 'text' }, types), await create('dingtalk', '/called/dingtalk', {}, types), await create('slack', '/called/slack', {}, types)]
  const lead = await rise('<@U2> @13900139000', { email: 'called@rise.example' })
  const { due_at: due } = await until('assigned', async () => (await s.ok(200, 'read', 'GET', `/v1/handoffs?lead_id=${lead}&state=assigned`)).body.data[0])
  const local = new Date(Date.parse(due) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
  const [feishu, wecom, dingtalk, slack] = [await came('/called/feishu'), await came('/called/wecom'), await came('/called/dingtalk'), await came('/called/slack')]
  assert.ok(feishu.body.card.elements[0].text.content.endsWith(`截止：${local}\n<at id=ou_1></at>`), feishu.text)
  assert.deepEqual([wecom.body.text.mentioned_list, wecom.body.text.mentioned_mobile_list], [['ChenJing'], ['13800138000']])
  assert.deepEqual(dingtalk.body.at, { atUserIds: [], atMobiles: ['13800138000'], isAtAll: false })
  assert.ok(dingtalk.body.markdown.text.endsWith('\n\n@13800138000'), dingtalk.text)
  assert.ok(slack.body.text.endsWith('\n<@U1>'), slack.text)
  assert.deepEqual(slack.body.text.match(/<@[^>]*>/g), ['<@U1>'])
  for (const w of hooks) await remove(w)
})
