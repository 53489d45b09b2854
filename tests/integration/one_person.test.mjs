// One person comes by five ways: unknown on a page, then known to the tracker, by a form, by a CRM's webhook and in a CSV file. In whatever order the five arrive, there is one lead with one score.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Service } from './lib/service.mjs'

const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36'
const WAYS = ['visit', 'identify', 'form', 'crm', 'csv']
const DAY = 86_400_000
const now = Date.now()
const at = (days) => new Date(now - days * DAY).toISOString()
// Nothing decays, so that scores can be compared though forms are as of the moment at which they are posted.
const MODEL = {
  name: 'Still',
  fit: { rules: [
    { id: 'decides', when: { '==': [{ var: 'title_level' }, 'c_level'] }, points: 20 },
    { id: 'size', when: { between: [{ var: 'company.employees' }, 100, 300] }, points: 15 },
    { id: 'industry', when: { '==': [{ var: 'company.industry' }, '跨境电商'] }, points: 10 }] },
  engagement: { rules: [
    { id: 'pricing', on: 'page_view', where: { '==': [{ var: 'properties.path' }, '/pricing'] }, points: 25 },
    { id: 'form', on: 'form_submit', points: 10 },
    { id: 'demo', on: 'demo_request', points: 40 }] },
  stages: [{ stage: 'sal', when: { and: [{ '>=': [{ var: 'score' }, 80] }, { seen: ['demo_request'] }] } }],
}

const s = await Service.start('one_person', { LEADSCORE_REFRESH_INTERVAL_MS: '3600000' })
const folder = mkdtempSync(join(process.env.LEADSCORE_TEST_TMP, 'one-person-'))
let form, source
after(async () => {
  await s.stop()
  rmSync(folder, { recursive: true })
})

before(async () => {
  const { version } = (await s.ok(201, 'admin', 'POST', '/v1/models', { document: MODEL })).body
  await s.ok(200, 'admin', 'POST', `/v1/models/${version}/activate`, {})
  form = (await s.ok(201, 'admin', 'POST', '/v1/forms', { name: 'contact', rate_per_minute: 0, fields: { mail: 'email', tel: 'phone', who: 'name' } })).body
  source = (await s.ok(201, 'admin', 'POST', '/v1/sources', { name: 'crm', mapping: { auth: { scheme: 'none' }, event_type: 'demo_request', dedupe_key: ['/id'], occurred_at: { at: '/at' },
    map: { email: '/mail', 'external_id.crm': '/id', 'company.industry': '/industry' } } })).body
})

const post = (path, body, headers = {}) => s.client.request('POST', path, { body, headers: { 'user-agent': CHROME, ...headers } })
const track = (call, body) => s.call('ingest', 'POST', `/v1/${call}`, body)
const send = {
  visit: (p) => track('page', { anonymousId: p.browser, messageId: `${p.id}-v`, timestamp: at(9), properties: { path: '/pricing', url: 'https://www.acme.example/pricing', title: 'Pricing' } }),
  identify: (p) => track('identify', { anonymousId: p.browser, userId: p.user, messageId: `${p.id}-i`, timestamp: at(8), traits: { email: p.email, title: '总经理' } }),
  form: (p) => post(form.action, new URLSearchParams({ mail: p.email.toUpperCase(), tel: p.phone, who: '李 伟' }).toString(), { 'content-type': 'application/x-www-form-urlencoded' }),
  crm: (p) => post(source.path, { id: p.id, mail: p.email, industry: '跨境电商', at: at(5) }),
}

// One file for all whose turn it is: each row is a person.
async function importRows(people, turn) {
  const file = join(folder, `${turn}.csv`), map = join(folder, 'map.json')
  writeFileSync(file, ['编号,邮箱,手机,人数,时间', ...people.map((p) => `${p.id},${p.email},${p.phone},180,${at(3)}`)].join('\r\n'))
  writeFileSync(map, JSON.stringify({ name: 'people', kind: 'leads', event_id: { $column: '编号' }, occurred_at: { $column: '时间', as: 'time' },
    lead: { email: { $column: '邮箱' }, phone: { $column: '手机' }, company: { employees: { $column: '人数', as: 'number' } } } }))
  await s.cli('import', file, '--workspace', 'ours', '--map', map, '--strict')
}

const permutations = (list) => list.length < 2 ? [list] : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest]))

test('in any order of its ways, a person is one lead with one score', async () => {
  const people = permutations(WAYS).map((order, i) => ({ id: `p${i}`, order, email: `p${i}@person${i}.example`, phone: `+86138${String(i).padStart(8, '0')}`, user: `u-${i}`, browser: `b-${i}` }))
  assert.equal(people.length, 120)
  for (let turn = 0; turn < WAYS.length; turn++) {
    for (const way of Object.keys(send))
      await Promise.all(people.filter((p) => p.order[turn] === way).map(async (p) => {
        const reply = await send[way](p)
        assert.equal(reply.status, 200, `${p.order}: ${way}: ${reply.text}`)
      }))
    await importRows(people.filter((p) => p.order[turn] === 'csv'), turn)
  }
  const named = await s.sql(`SELECT value, lead_id FROM identities WHERE workspace_id = '${s.workspace.id}'`)
  const first = {}
  for (const p of people) {
    const ids = named.filter(([value]) => [p.email, p.phone, p.user, p.id, p.browser].includes(value))
    assert.equal(ids.length, 5, `${p.order}: ${JSON.stringify(ids)}`)
    const leads = await Promise.all([...new Set(ids.map(([, id]) => id))].map((id) => s.lead(id)))
    assert.equal(new Set(leads.map((l) => l.id)).size, 1, `${p.order}: ${leads.length} leads`)
    const [lead] = leads
    const { body: why } = await s.ok(200, 'read', 'GET', `/v1/leads/${lead.id}/score`)
    assert.equal(why.contributions.reduce((sum, x) => sum + x.points_now, 0), why.exact.total)
    const told = { score: [lead.score.total, lead.score.fit, lead.score.engagement], tier: lead.tier, grade: lead.grade, stage: lead.stage, name: lead.name, title: lead.title, company: lead.company,
      rules: why.contributions.map((x) => [x.rule, x.points_now]).sort() }
    first.told ??= told
    assert.deepEqual(told, first.told, p.order.join(', '))
  }
  assert.deepEqual([first.told.score, first.told.stage, first.told.company.employees], [[120, 45, 75], 'sal', 180])
  // And the second time everything is known.
  const before = await s.count('events')
  await Promise.all(people.flatMap((p) => ['visit', 'identify', 'crm'].map((way) => send[way](p))))
  await importRows(people, 'again')
  assert.equal(await s.count('events'), before)
  const { body } = await s.ok(200, 'read', 'GET', '/v1/leads?limit=200')
  assert.equal(body.data.length, people.length)
  console.log(`# ${people.length} orders of ${WAYS.length} ways`)
})
