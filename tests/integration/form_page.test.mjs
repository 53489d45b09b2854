// The example's pages in a real browser, from another origin than the service: filled in, sent, and seen as a lead.
// needs: chromium
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { Service } from './lib/service.mjs'

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const example = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../deploy/examples/form')
const s = await Service.start('form_page')
after(() => s.stop())
let action = ''
const pages = createServer(async (req, res) => {
  const name = path.basename(new URL(req.url, 'http://x').pathname)
  const text = await readFile(path.join(example, name), 'utf8').catch(() => undefined)
  const type = { '.html': 'text/html', '.js': 'text/javascript' }[path.extname(name)]
  res.writeHead(text && type ? 200 : 404, { 'content-type': type ?? 'text/plain' }).end(text?.replaceAll('@ACTION@', action))
})
await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${pages.address().port}`
const settings = JSON.parse((await readFile(path.join(example, 'form.json'), 'utf8')).replaceAll('@ORIGIN@', origin))
const form = (await s.ok(201, 'admin', 'POST', '/v1/forms', { ...settings, rate_per_minute: 0 })).body
action = `http://127.0.0.1:${s.port}${form.action}`
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'] })
after(async () => {
  await browser.close()
  pages.close()
})

async function visit(address) {
  const context = await browser.newContext({ userAgent: AGENT, locale: 'zh-CN', viewport: { width: 800, height: 1100 } })
  const page = await context.newPage()
  page.faults = []
  page.replies = []
  page.on('pageerror', (e) => page.faults.push(e.message))
  page.on('response', (r) => r.url().startsWith(`http://127.0.0.1:${s.port}/`) && page.replies.push([r.request().method(), r.status(), r.headers().location]))
  await page.goto(`${origin}/${address}`)
  return page
}
async function fillIn(page, fields) {
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value)
  await page.selectOption('[name=pain]', 'manual_order_handling')
  await page.check('[name=agree]')
  await sleep(1100)
}
const leave = async (page) => {
  assert.deepEqual(page.faults, [])
  if (process.env.LEADSCORE_TEST_SHOTS) await page.screenshot({ path: `${process.env.LEADSCORE_TEST_SHOTS}/form-${Date.now()}.png` })
  await page.context().close()
}
const eventsOf = async (email) => (await s.sql(`SELECT row_to_json(e) FROM events e JOIN identities i USING (workspace_id, lead_id) WHERE i.value = '${email}' ORDER BY e.received_at`)).map(([text]) => JSON.parse(text))
const PERSON = { email: 'mei@meilin-trade.example', phone: '138 0013 8000', name: '林美', title: '创始人', company: '美林跨境', employees: '180', message: '想看演示\n谢谢' }

test('a plain form: sent, answered 303, thanked, and a lead with all of it', async () => {
  const page = await visit('index.html?utm_source=baidu&utm_campaign=%E6%98%A5')
  await fillIn(page, PERSON)
  await leave(await visit('index.html'))
  await page.click('button')
  await page.waitForURL(`${origin}/thanks.html`)
  assert.match(await page.textContent('h1'), /谢谢/)
  assert.deepEqual(page.replies, [['POST', 303, `${origin}/thanks.html`]])
  const [event, ...more] = await eventsOf(PERSON.email)
  assert.deepEqual([event.type, event.flag, more.length], ['demo_request', null, 0])
  assert.deepEqual(event.source, { page: `${origin}/index.html?utm_source=baidu&utm_campaign=%E6%98%A5`, utm_source: 'baidu', utm_campaign: '春', name: 'website' })
  assert.deepEqual(event.properties, { message: '想看演示\r\n谢谢', form: settings.name, user_agent: AGENT, consent: { marketing: true, text: settings.consent.text, version: '2026-03' } })
  const lead = await s.lead(event.lead_id)
  assert.deepEqual([lead.name, lead.phone, lead.company, lead.needs, lead.consent.marketing], ['林美', '+8613800138000', { name: '美林跨境', employees: 180 }, { pains: ['manual_order_handling'] }, true])
  assert.ok(lead.score.total > 0)
  await leave(page)
})

test('what is refused comes back to the page with words', async () => {
  const page = await visit('index.html')
  await fillIn(page, { ...PERSON, email: 'back@meilin-trade.example', phone: '12' })
  await page.click('button')
  await page.waitForURL(/error=phone_invalid&field=phone/)
  assert.match(await page.textContent('output'), /电话号码有误/)
  assert.deepEqual([await page.inputValue('[name=name]'), await page.inputValue('[name=pain]'), await page.isChecked('[name=agree]')], ['林美', 'manual_order_handling', true])
  assert.deepEqual(await eventsOf('back@meilin-trade.example'), [])
  await leave(page)
})

test('fetch: the page stays, a fault is told at once, and each submission is one event', async () => {
  const page = await visit('fetch.html')
  await fillIn(page, { ...PERSON, email: 'fetch@meilin-trade.example', phone: '12' })
  await page.click('button')
  await page.waitForSelector('output[data-state=fault]')
  assert.match(await page.textContent('output'), /^phone: /)
  await page.fill('[name=phone]', '')
  for (let i = 1; i <= 2; i++) {
    await page.fill('[name=email]', 'fetch@meilin-trade.example')
    await page.click('button')
    await page.waitForFunction(() => document.querySelector('output').dataset.state === 'done' && !document.querySelector('[name=email]').value)
    assert.equal((await eventsOf('fetch@meilin-trade.example')).length, i)
  }
  assert.equal(page.url(), `${origin}/fetch.html`)
  await leave(page)
})

test('a page of other words: JSON with a preflight that is really made, and an origin that is not let in', async () => {
  const page = await visit('index.html')
  const told = await page.evaluate(async (to) => {
    const reply = await fetch(to, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'json@meilin-trade.example', _ms: 5000 }) })
    return [reply.status, await reply.json()]
  }, action)
  assert.deepEqual([told[0], told[1].accepted], [200, true])
  assert.equal((await eventsOf('json@meilin-trade.example'))[0].flag, null)
  await leave(page)
  await s.ok(200, 'admin', 'PATCH', `/v1/forms/${form.id}`, { origins: ['https://elsewhere.example'], redirect_url: null, error_url: null })
  const other = await visit('index.html')
  await fillIn(other, { ...PERSON, email: 'other@meilin-trade.example' })
  await other.click('button')
  await other.waitForURL(action)
  assert.match(await other.textContent('body'), /此页面不能提交该表单/)
  assert.deepEqual(await eventsOf('other@meilin-trade.example'), [])
  await leave(other)
})
