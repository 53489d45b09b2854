// Accounts: how leads join and leave them, what leads hear of them, what they add up to, and that nobody else sees them.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertProblem, concurrently, Service } from './lib/service.mjs'

const s = await Service.start('accounts')
after(() => s.stop())
const MODEL = {
  name: 'Accounts',
  fit: { rules: [
    { id: 'big', when: { '>=': [{ var: 'company.employees' }, 100] }, points: 40 },
    { id: 'cars', when: { '==': [{ var: 'account.industry' }, 'cars'] }, points: 7 },
  ] },
  engagement: { rules: [
    { id: 'visit', on: 'page_view', points: 10 },
    { id: 'big_demo', on: 'demo_request', where: { '>=': [{ var: 'company.employees' }, 100] }, points: 30 },
  ] },
}
const { version } = (await s.ok(201, 'admin', 'POST', '/v1/models', { document: MODEL })).body
await s.ok(200, 'admin', 'POST', `/v1/models/${version}/activate`, { transitions: 'quiet' })

const post = async (body, status = 201) => (await s.ok(status, 'ingest', 'POST', '/v1/leads', body)).body
const account = async (id) => (await s.ok(200, 'read', 'GET', `/v1/accounts/${id}`)).body
const make = async (body, status = 201) => (await s.ok(status, 'admin', 'POST', '/v1/accounts', body)).body
const settings = (accounts) => s.ok(200, 'admin', 'PATCH', '/v1/workspace', { accounts })
const timeline = async (id) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/timeline?limit=200`)).body.data.map((x) => x.type)
async function until(check, what, ms = 20_000) {
  for (const end = Date.now() + ms; ;) {
    const found = await check()
    if (found) return found
    assert.ok(Date.now() < end, what)
    await sleep(50)
  }
}
/* What a list shows once the marks are worked off. */
const settled = () => until(async () => await s.count('account_marks') === 0, 'marks are left')
/* Every lead's row says of its account what its profile says, and no account is known by less than its newest version. */
async function assertSound() {
  assert.equal(await s.count('leads', "(profile::jsonb -> 'account' ->> 'id') IS DISTINCT FROM account_id::text"), 0)
  assert.equal(await s.count('leads l JOIN accounts a ON a.workspace_id = l.workspace_id AND a.id = l.account_id', 'l.account_version < a.told_version'), 0)
  assert.equal(await s.count('leads l', 'account_id IS NOT NULL AND NOT EXISTS (SELECT FROM accounts a WHERE a.workspace_id = l.workspace_id AND a.id = l.account_id)'), 0)
}

test('leads of one company join its account, whoever comes first', async () => {
  const li = await post({ email: 'li@sales.acme-motors.com.cn', company: { name: 'Acme Motors' } })
  const wang = await post({ email: 'wang@acme-motors.com.cn' })
  const zhao = await post({ phone: '13800138001', company: { domain: 'www.acme-motors.com.cn' } })
  assert.equal(li.account.by, 'email')
  assert.equal(zhao.account.by, 'company')
  for (const lead of [wang, zhao]) assert.equal(lead.account.id, li.account.id)
  const seen = await account(li.account.id)
  assert.deepEqual([seen.name, seen.domain, seen.domains, seen.leads], ['Acme Motors', 'acme-motors.com.cn', ['acme-motors.com.cn'], 3])
  assert.deepEqual(await timeline(li.id), ['profile_updated', 'account_joined'])
  // A plain event of somebody who has an account says nothing of it.
  await s.event({ type: 'message', lead: { id: wang.id, email: 'wang@acme-motors.com.cn' } })
  assert.deepEqual(await timeline(wang.id), ['message', 'profile_updated', 'account_joined'])
  // Somebody who is known later joins later, before what made the lead known.
  const anonymous = await post({ anonymous_id: 'browser-1' })
  assert.equal(anonymous.account, undefined)
  const known = await s.event({ type: 'form_submit', lead: { anonymous_id: 'browser-1', email: 'sun@acme-motors.com.cn' } })
  assert.equal((await s.lead(known.lead_id)).account.id, li.account.id)
  assert.deepEqual(await timeline(known.lead_id), ['form_submit', 'account_joined', 'profile_updated'])
})

test('free mail, disposable mail and names set aside are no company; the settings say more', async () => {
  for (const email of ['a@qq.com', 'a@vip.163.com', 'a@gmail.com', 'a@mailinator.com', 'a@example.com', 'a@x.test', 'a@com.cn'])
    assert.equal((await post({ email })).account, undefined, email)
  await settings({ free_domains: ['portal-mail.cn'], business_domains: ['sina.com'] })
  assert.equal((await post({ email: 'b@portal-mail.cn' })).account, undefined)
  assert.equal((await post({ email: 'b@sina.com' })).account.domain, 'sina.com')
  await settings({ join: false })
  assert.equal((await post({ email: 'b@join-later.cn' })).account, undefined)
  await settings(null)
  await s.event({ type: 'message', lead: { email: 'b@join-later.cn' } })
  assert.equal((await make({ domain: 'join-later.cn', name: 'Later' }, 200)).leads, 1)
  for (const [bad, pointer] of [[{ score: 'all' }, '/accounts/score'], [{ tiers: { A: 1, B: 2, C: 3 } }, '/accounts/tiers/B'], [{ free_domains: ['com.cn'] }, '/accounts/free_domains/0'], [{ nonsense: 1 }, '/accounts/nonsense']])
    assertProblem(await s.call('admin', 'PATCH', '/v1/workspace', { accounts: bad }), 422, bad.nonsense ? 'field_unknown' : 'field_invalid', pointer)
})

test('what an account says, its leads\' rules see: at once, and before the event that names it', async () => {
  const made = await make({ domain: 'big-cars.cn', name: 'Big Cars', employees: 300, industry: 'cars', external_ids: { crm: 'B-1' } })
  const reply = await s.event({ type: 'demo_request', lead: { email: 'ceo@big-cars.cn' } })
  assert.equal(reply.score.total, 77)
  assert.deepEqual(reply.contributions.map((x) => x.rule).sort(), ['big', 'big_demo', 'cars'])
  // What the lead itself says of its company comes first.
  const small = await post({ email: 'branch@big-cars.cn', company: { employees: 5 } })
  assert.equal(small.score.total, 7)
  const { headers, body } = await s.ok(200, 'sales', 'PATCH', `/v1/accounts/${made.id}`, { employees: 20, owner: 'wang' }, { 'if-match': '"v1"' })
  assert.deepEqual([headers.etag, body.version, body.owner, body.job], ['"v2"', 2, 'wang', undefined])
  const lead = await s.lead(reply.lead_id)
  assert.deepEqual([lead.score.total, lead.account.version, lead.account.by, lead.account.owner], [37, 2, 'email', 'wang'])
  assertProblem(await s.call('sales', 'PATCH', `/v1/accounts/${made.id}`, { employees: 1 }, { 'if-match': '"v1"' }), 412, 'version_mismatch')
  // Nothing new is no change.
  assert.equal((await s.ok(200, 'sales', 'PATCH', `/v1/accounts/${made.id}`, { employees: 20 })).body.version, 2)
  // The stored score is what a replay of the lead's own events gives.
  const why = (await s.ok(200, 'read', 'GET', `/v1/leads/${reply.lead_id}/score`)).body
  assert.equal(why.contributions.reduce((sum, x) => sum + x.points_now, 0), 37)
  const before = (await s.ok(200, 'read', 'GET', `/v1/leads/${reply.lead_id}/score?at=${encodeURIComponent(reply.score.as_of)}`)).body
  assert.equal(before.score.total, 77)
})

test('references, hands and leaving: the firmer one stays', async () => {
  const lead = await post({ email: 'q@firm-one.cn', account_external_id: { crm: 'F-2' } })
  assert.equal(lead.account.by, 'reference')
  assert.deepEqual((await account(lead.account.id)).external_ids, { crm: 'F-2' })
  assert.equal((await account(lead.account.id)).domain, 'firm-one.cn')
  assert.equal((await post({ email: 'q@firm-one.cn', company: { domain: 'firm-two.cn' } }, 200)).account.id, lead.account.id)
  const other = await make({ external_ids: { crm: 'F-3' }, name: 'Three' })
  assert.equal((await post({ email: 'q@firm-one.cn', account_id: other.id }, 200)).account.id, other.id)
  const path = `/v1/leads/${lead.id}/account`
  const put = async (body) => (await s.ok(200, 'sales', 'PUT', path, body)).body
  assert.deepEqual((({ id, by }) => ({ id, by }))((await put({ id: lead.account.id })).account), { id: lead.account.id, by: 'hand' })
  const again = await put({ external_id: { crm: 'F-2' } })
  assert.equal(again.version, (await s.lead(lead.id)).version)
  assert.equal((await post({ email: 'q@firm-one.cn', account_external_id: { crm: 'F-3' } }, 200)).account.id, lead.account.id)
  const out = (await s.ok(200, 'sales', 'DELETE', path)).body
  assert.deepEqual(out.account, { id: null, by: 'hand' })
  await s.event({ type: 'message', lead: { email: 'q@firm-one.cn', account_external_id: { crm: 'F-3' } } })
  assert.deepEqual((await s.lead(lead.id)).account, { id: null, by: 'hand' })
  assert.equal((await put({ domain: 'firm-four.cn' })).account.domain, 'firm-four.cn')
  // Two of one source are two, though their people share a domain.
  const one = await post({ email: 'a@shared-domain.cn', account_external_id: 'S-1' })
  const two = await post({ email: 'b@shared-domain.cn', account_external_id: 'S-2' })
  assert.notEqual(one.account.id, two.account.id)
  assertProblem(await s.call('ingest', 'POST', '/v1/leads', { email: 'c@shared-domain.cn', account_id: lead.id }), 404, 'account_not_found')
  assertProblem(await s.call('ingest', 'POST', '/v1/leads', { email: 'c@shared-domain.cn', account: { name: 'x' } }), 422, 'field_read_only', '/account')
  assertProblem(await s.call('admin', 'POST', '/v1/accounts', { domain: 'firm-four.cn', external_ids: { crm: 'F-3' } }), 409, 'account_conflict')
  assertProblem(await s.call('admin', 'PATCH', `/v1/accounts/${other.id}`, { domain: 'firm-four.cn' }), 409, 'account_conflict')
  await assertSound()
})

test('an account adds up its leads, exactly, whichever way the settings say', async () => {
  const scores = []
  let id
  for (let i = 0; i < 6; i++) {
    const email = `p${i}@adding-up.cn`
    await post({ email, ...(i === 1 ? { title: 'CEO' } : i === 2 ? { decision: { role: 'requester' } } : {}) })
    let last
    for (let k = 0; k <= i; k++) last = await s.event({ type: 'page_view', lead: { email } })
    scores.push(last.score.total)
    id = (await s.lead(last.lead_id)).account.id
  }
  const wrong = (await s.event({ type: 'message', lead: { email: 'spy@adding-up.cn' } })).lead_id
  await s.ok(200, 'admin', 'PUT', `/v1/leads/${wrong}/offset`, { points: 500, reason: 'a test' })
  scores.push(500)
  scores.sort((a, b) => b - a)
  const decayed = Math.round(scores.reduce((sum, x, i) => sum + x / 2 ** i, 0))
  const expected = { decayed, sum: scores.reduce((a, b) => a + b), max: scores[0] }
  for (const [score, want] of Object.entries(expected)) {
    await settings({ score, tiers: { A: 10000, B: want, C: 1 } })
    await settled()
    const listed = (await s.ok(200, 'read', 'GET', '/v1/accounts?q=adding-up')).body.data
    assert.deepEqual([listed.length, listed[0].score, listed[0].tier, listed[0].leads], [1, want, 'B', 7], score)
    const one = await account(id)
    assert.deepEqual([one.score, one.tier], [want, 'B'], score)
  }
  await settings(null)
  const one = await account(id)
  assert.deepEqual(one.roles, ['requester', 'decision_maker'])
  assert.deepEqual(one.missing_roles, ['influencer', 'user'])
  assert.deepEqual(one.committee.map((x) => x.leads), [1, 0, 1, 0])
  const leads = (await s.ok(200, 'read', 'GET', `/v1/accounts/${id}/leads?limit=3`)).body
  assert.deepEqual(leads.data.map((x) => x.score.total), scores.slice(0, 3))
  const rest = (await s.ok(200, 'read', 'GET', `/v1/accounts/${id}/leads?limit=10&cursor=${leads.next_cursor}`))
  assert.equal(rest.body.data.length, 4)
  // An erased lead leaves; the account stays.
  await s.ok(204, 'admin', 'DELETE', `/v1/leads/${wrong}`)
  assert.equal((await account(id)).leads, 6)
  await settled()
  assert.equal((await s.ok(200, 'read', 'GET', '/v1/accounts?q=adding-up')).body.data[0].leads, 6)
})

test('whatever leads do, each account is the sum of its own', async () => {
  const seed = Number(process.env.LEADSCORE_TEST_SEED ?? Date.now() % 2 ** 31)
  console.log(`# seed ${seed}`)
  let state = seed
  const pick = (n) => (state = (state * 48271 + 11) % 2147483647) % n
  const ids = []
  for (let i = 0; i < 4; i++) ids.push((await make({ external_ids: { sums: `sum-${i}` }, employees: i * 60 })).id)
  const leads = []
  for (let i = 0; i < 24; i++) leads.push((await post({ external_id: `sums-${i}`, account_id: ids[pick(4)] })).id)
  for (let i = 0; i < 150; i++) {
    const id = leads[pick(leads.length)]
    await [
      () => s.event(Array.from({ length: 1 + pick(4) }, () => ({ type: 'page_view', lead: { id } }))),
      () => s.event({ type: 'demo_request', lead: { id, account_id: ids[pick(4)] } }),
      () => s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/account`, { id: ids[pick(4)] }),
      () => s.ok(200, 'sales', 'DELETE', `/v1/leads/${id}/account`),
      () => s.ok(200, 'sales', 'PATCH', `/v1/accounts/${ids[pick(4)]}`, { employees: pick(2) * 200, industry: pick(2) ? 'cars' : null }),
      () => s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/offset`, { points: pick(200) - 100, reason: 'a test' }),
      () => s.event({ type: 'page_view', lead: { id, decision: { role: ['user', 'owner', 'champion', 'requester'][pick(4)] } } }),
    ][pick(7)]()
  }
  await settled()
  const all = await Promise.all(leads.map((id) => s.lead(id)))
  const { data } = (await s.ok(200, 'read', 'GET', '/v1/accounts?limit=200')).body
  for (const id of ids) {
    const mine = all.filter((x) => x.account?.id === id), counted = mine.filter((x) => x.stage !== 'disqualified')
    const scores = counted.map((x) => Math.max(x.score.total, 0)).sort((a, b) => b - a)
    const want = [Math.floor(scores.reduce((sum, x, i) => sum + x / 2 ** i, 0) + 0.5), mine.length]
    const one = await account(id), listed = data.find((x) => x.id === id)
    for (const shown of [one, listed]) assert.deepEqual([shown.score, shown.leads], want, `seed ${seed}`)
    assert.deepEqual(one.roles, listed.roles)
    // What rules saw of the account is what it says now.
    for (const lead of mine) assert.equal(lead.score.fit, ((one.employees ?? 0) >= 100 ? 40 : 0) + (one.industry === 'cars' ? 7 : 0), `seed ${seed}`)
  }
  await assertSound()
})

test('lists: filters, orders and pages agree with a plain reading', async () => {
  for (let i = 0; i < 25; i++) await make({ domain: `list${i}.cn`, name: `Liste ${i}`, industry: i % 3 ? 'tools' : 'toys', owner: i % 2 ? 'wang' : 'li' })
  await settled()
  const all = (await s.ok(200, 'read', 'GET', '/v1/accounts?limit=200')).body.data
  const orders = { '-score': (a, b) => b.score - a.score || (a.id < b.id ? 1 : -1), score: (a, b) => a.score - b.score || (a.id < b.id ? -1 : 1), created_at: (a, b) => (a.id < b.id ? -1 : 1),
    '-created_at': (a, b) => (a.id < b.id ? 1 : -1) }
  const filters = [['', () => true], ['&industry=toys', (a) => a.industry === 'toys'], ['&owner=wang', (a) => a.owner === 'wang'], ['&q=liste', (a) => a.name?.startsWith('Liste')],
    ['&q=list1&owner=li', (a) => /^list1/.test(a.domain) && a.owner === 'li'], ['&min_score=1', (a) => a.score >= 1], ['&max_score=0&tier=D', (a) => a.score <= 0 && a.tier === 'D']]
  for (const [sort, order] of Object.entries(orders))
    for (const [query, keep] of filters) {
      const found = []
      for (let cursor = ''; cursor !== null;) {
        const { body } = await s.ok(200, 'read', 'GET', `/v1/accounts?limit=7&sort=${sort}${query}${cursor}`)
        found.push(...body.data)
        cursor = body.next_cursor && `&cursor=${body.next_cursor}`
      }
      assert.deepEqual(found.map((x) => x.id), all.filter(keep).sort(order).map((x) => x.id), `${sort} ${query}`)
    }
  const [newest] = (await s.ok(200, 'read', 'GET', '/v1/accounts?sort=-updated_at&limit=1')).body.data
  assert.ok(all.every((x) => x.updated_at <= newest.updated_at))
  assert.equal((await s.ok(200, 'read', 'GET', `/v1/accounts?updated_since=${encodeURIComponent(newest.updated_at)}`)).body.data.every((x) => x.updated_at >= newest.updated_at), true)
})

test('deleting an account lets its leads go', async () => {
  const lead = await post({ email: 'a@gone-soon.cn' })
  await s.ok(204, 'admin', 'DELETE', `/v1/accounts/${lead.account.id}`)
  assert.equal((await s.lead(lead.id)).account, undefined)
  assert.equal((await timeline(lead.id))[0], 'account_left')
  assertProblem(await s.call('read', 'GET', `/v1/accounts/${lead.account.id}`), 404, 'account_not_found')
  assert.equal(await s.count('accounts', `id = '${lead.account.id}'`), 0)
  await s.event({ type: 'message', lead: { email: 'a@gone-soon.cn' } })
  assert.notEqual((await s.lead(lead.id)).account.id, lead.account.id)
})

test('another workspace has accounts of its own', async () => {
  const theirs = await s.makeWorkspace('theirs')
  const ask = (method, path, body) => s.client.request(method, path, { key: theirs.keys.admin, body })
  const mine = await post({ email: 'x@both-of-us.cn' })
  const { body } = await ask('POST', '/v1/leads', { email: 'x@both-of-us.cn' })
  assert.ok(body.account.id && body.account.id !== mine.account.id)
  for (const path of [`/v1/accounts/${mine.account.id}`, `/v1/accounts/${mine.account.id}/leads`]) assert.equal((await ask('GET', path)).status, 404)
  assertProblem(await ask('POST', '/v1/leads', { email: 'y@both-of-us.cn', account_id: mine.account.id }), 404, 'account_not_found')
  assertProblem(await ask('PUT', `/v1/leads/${body.id}/account`, { id: mine.account.id }), 404, 'account_not_found')
  assertProblem(await ask('PATCH', `/v1/accounts/${mine.account.id}`, { name: 'x' }), 404, 'account_not_found')
  assert.deepEqual((await ask('GET', '/v1/accounts')).body.data.map((x) => x.id), [body.account.id])
})

test('two instances make one account of one company, whatever the race', async () => {
  const twin = await s.twin()
  after(() => twin.terminate())
  const ways = [(body) => s.call('ingest', 'POST', '/v1/leads', body), (body) => twin.call('ingest', 'POST', '/v1/leads', body)]
  for (let round = 0; round < 5; round++) {
    await concurrently(40, 20, async (i) => {
      const reply = await ways[i % 2]({ email: `p${i}@race${round}-${i >> 3 & 3}.cn` })
      assert.equal(reply.status, 201, reply.text)
    })
  }
  assert.equal(await s.count('accounts', "domain LIKE 'race%'"), 20)
  assert.equal(await s.count('leads', "account_id IS NOT NULL AND email LIKE '%@race%'"), 200)
  await assertSound()
})

test('5,000 leads hear of a change, and those that join meanwhile know the newest', { timeout: 170_000 }, async () => {
  const N = process.env.LEADSCORE_TEST_QUICK === '1' ? 1500 : 5000
  const made = await make({ domain: 'crowd.cn', employees: 5 })
  for (let i = 0; i < N; i += 500) await s.event(Array.from({ length: 500 }, (_, k) => ({ type: 'page_view', lead: { email: `p${i + k}@crowd.cn` } })))
  const { body } = await s.ok(200, 'sales', 'PATCH', `/v1/accounts/${made.id}`, { employees: 500 })
  assert.ok(body.job)
  let joined = 0
  const end = until(async () => (await s.ok(200, 'read', 'GET', `/v1/jobs/${body.job}`)).body.state === 'done', 'the job does not end', 150_000).then(() => 'done')
  while ((await Promise.race([end, sleep(30)])) !== 'done') await s.event({ type: 'message', lead: { email: `late${joined++}@crowd.cn` } })
  await s.ok(200, 'sales', 'PATCH', `/v1/accounts/${made.id}`, { industry: 'cars' })
  await until(async () => await s.count('accounts', "domain = 'crowd.cn' AND told_version = version") === 1, 'the leads are not told', 150_000)
  assert.equal(await s.count('leads', `account_id = '${made.id}'`), N + joined)
  assert.equal(await s.count('leads', `account_id = '${made.id}' AND account_version < 3`), 0)
  assert.equal(await s.count('leads', `account_id = '${made.id}' AND fit <> 47`), 0)
  await assertSound()
})
