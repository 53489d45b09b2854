// Leads over HTTP: one person is one lead however they are named; what is read, listed, changed, tagged and erased.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { climb, GOOD_PROFILE, iso } from './lib/scene.mjs'
import { assertProblem, concurrently, Service } from './lib/service.mjs'

const NOBODY = '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f'
const s = await Service.start('leads')
after(() => s.stop())
const other = await s.makeWorkspace('theirs') // a workspace beside ours

const post = (body, headers) => s.call('ingest', 'POST', '/v1/leads', body, headers)
const make = async (body) => {
  const reply = await post(body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const list = async (query) => (await s.ok(200, 'read', 'GET', `/v1/leads?${query}`)).body
const idsOf = async (query) => (await list(query)).data.map((l) => l.id)

test('a lead is created once and merged afterwards', async () => {
  const first = await post({ email: 'Create@Example.com', name: 'Ann', company: { name: 'Acme', employees: 10 }, source: 'fair' })
  assert.equal(first.status, 201, first.text)
  const lead = first.body
  assert.equal(first.headers.location, `/v1/leads/${lead.id}`)
  for (const field of ['id', 'email', 'name', 'company', 'source', 'score', 'tier', 'grade', 'stage', 'tags', 'owner', 'handoff', 'created_at', 'updated_at',
    'version']) assert.equal(first.text.split(`"${field}":`).length >= 2, true, `${field} is missing: ${first.text}`)
  assert.equal('phone' in lead, false, 'what is not known is left out')
  assert.equal(lead.email, 'create@example.com')
  assert.equal(lead.source.name, 'fair')
  assert.equal(lead.stage, 'lead')
  assert.equal(lead.handoff, null)
  assert.deepEqual(Object.keys(lead.score), ['total', 'fit', 'engagement', 'offset', 'as_of', 'model_version'])
  const second = await post({ email: 'create@EXAMPLE.com', title: 'CEO', company: { employees: 20 }, source: 'web' })
  assert.equal(second.status, 200, second.text)
  assert.equal(second.body.id, lead.id)
  assert.equal(second.body.name, 'Ann')
  assert.equal(second.body.title, 'CEO')
  assert.deepEqual(second.body.company, { name: 'Acme', employees: 20 })
  assert.equal(second.body.source.name, 'fair', 'the first source stays')
  assert.ok(second.body.version > lead.version)
  assert.equal(await s.count('leads', `email = 'create@example.com'`), 1)
})

test('a phone is one identity in every spelling', async () => {
  const spellings = ['13900139001', '139 0013 9001', '139-0013-9001', '0086-139-0013-9001', '+86 139 0013 9001', '+8613900139001', '008613900139001', '(+86) 13900139001',
    '１３９００１３９００１', '＋８６　１３９－００１３－９００１', '+86 (139) 0013.9001']
  const ids = new Set()
  for (const phone of spellings) {
    const reply = await post({ phone })
    assert.ok(reply.status < 300, `${phone}: ${reply.text}`)
    assert.equal(reply.body.phone, '+8613900139001')
    ids.add(reply.body.id)
  }
  assert.equal(ids.size, 1)
  assert.equal(await s.count('identities', `kind = 'phone' AND value LIKE '%9001'`), 1)
  const landline = [await post({ phone: '0571-87654321' }), await post({ phone: '+86 571 8765 4321' }), await post({ phone: '（０５７１）８７６５４３２１' })]
  assert.equal(new Set(landline.map((r) => r.body.id)).size, 1, landline.map((r) => r.text).join('\n'))
})

test('an e-mail is one identity in every spelling', async () => {
  const spellings = ['zhang.wei@例子.中国', 'ZHANG.WEI@例子.中国', 'zhang.wei@xn--fsqu00a.xn--fiqs8s', 'Zhang.Wei@XN--FSQU00A.xn--fiqs8s', 'ｚｈａｎｇ．ｗｅｉ＠例子。中国', ' zhang.wei@例子.中国 ']
  const ids = new Set()
  for (const email of spellings) {
    const reply = await post({ email })
    assert.ok(reply.status < 300, `${email}: ${reply.text}`)
    assert.equal(reply.body.email, 'zhang.wei@xn--fsqu00a.xn--fiqs8s')
    ids.add(reply.body.id)
  }
  assert.equal(ids.size, 1)
})

test('any Unicode comes back as it went in', async () => {
  const names = ['欧阳娜娜', 'Zoë Ångström', 'أحمد', 'नमस्ते', '👩‍💻 Ada', 'Łukasz "Q" \\ O’Neil', '𠮷野家', 'ﬁ→fi'.normalize('NFKC'), "Robert'); DROP TABLE leads;--", '{a,"b"}']
  for (const [i, name] of names.entries()) {
    const { id } = await make({ external_id: `unicode-${i}`, name, attributes: { [name]: name, tab: 'a\tb' } })
    const lead = await s.lead(id)
    assert.equal(lead.name, name)
    assert.deepEqual(lead.attributes, { [name]: name, tab: 'a\tb' })
  }
})

test('identities learnt later name the same lead', async () => {
  const { id } = await make({ anonymous_id: 'visitor-1' })
  for (const body of [{ anonymous_id: 'visitor-1', email: 'later@example.com' }, { email: 'later@example.com', phone: '13900139002' },
    { phone: '13900139002', external_id: { crm: '42' } }, { external_id: { crm: '42' } }]) {
    const reply = await post(body)
    assert.equal(reply.status, 200, reply.text)
    assert.equal(reply.body.id, id)
  }
  // The same id of another source is another person.
  const elsewhere = await make({ external_id: { erp: '42' } })
  assert.notEqual(elsewhere.id, id)
})

test('many clients creating one person at once make one lead', async () => {
  const ids = new Set()
  await concurrently(60, 30, async (i) => {
    const reply = await post({ email: 'rush@example.com', attributes: { [`k${i}`]: i } })
    assert.ok(reply.status === 200 || reply.status === 201, reply.text)
    ids.add(reply.body.id)
  })
  assert.equal(ids.size, 1)
  const lead = await s.lead([...ids][0])
  assert.equal(Object.keys(lead.attributes).length, 60)
})

test('a lead is read with an ETag, and not again while it is the same', async () => {
  const { id } = await make({ email: 'etag@example.com' })
  const first = await s.ok(200, 'read', 'GET', `/v1/leads/${id}`)
  const { etag } = first.headers
  assert.match(etag, /^"[^"]+"$/)
  const same = await s.call('read', 'GET', `/v1/leads/${id}`, undefined, { 'if-none-match': etag })
  assert.equal(same.status, 304)
  assert.equal(same.text, '')
  assert.equal(same.headers.etag, etag)
  await s.ok(304, 'read', 'GET', `/v1/leads/${id}`, undefined, { 'if-none-match': `"x", ${etag}` })
  await s.ok(304, 'read', 'GET', `/v1/leads/${id}`, undefined, { 'if-none-match': '*' })
  await s.ok(200, 'sales', 'PATCH', `/v1/leads/${id}`, { name: 'New' })
  const changed = await s.ok(200, 'read', 'GET', `/v1/leads/${id}`, undefined, { 'if-none-match': etag })
  assert.notEqual(changed.headers.etag, etag)
  const head = await s.call('read', 'HEAD', `/v1/leads/${id}`)
  assert.equal(head.status, 200)
  assert.equal(head.text, '')
  assertProblem(await s.call('read', 'GET', `/v1/leads/${NOBODY}`), 404, 'lead_not_found')
  assertProblem(await s.call('read', 'GET', '/v1/leads/42'), 404, 'lead_not_found')
  const foreign = await s.client.request('GET', `/v1/leads/${id}`, { key: other.keys.admin })
  assertProblem(foreign, 404, 'lead_not_found')
})

test('a merge patch changes what it names, deletes what is null, and minds If-Match', async () => {
  const { id } = await make({
    email: 'patch@example.com', name: 'P', title: 'CEO', company: { name: 'Acme', employees: 5, technologies: ['a', 'b'] }, attributes: { plan: 'free', deep: { a: 1, b: 2 } },
  })
  const path = `/v1/leads/${id}`
  const patched = await s.ok(200, 'sales', 'PATCH', path, {
    title: null, company: { employees: 6, technologies: ['c'] }, attributes: { deep: { a: null, c: [null] } }, owner: 'wang',
  })
  assert.equal('title' in patched.body, false)
  assert.deepEqual(patched.body.company, { name: 'Acme', employees: 6, technologies: ['c'] })
  assert.deepEqual(patched.body.attributes, { plan: 'free', deep: { b: 2, c: [null] } })
  assert.equal(patched.body.owner, 'wang')
  for (const text of [patched.text, (await s.ok(200, 'read', 'GET', path)).text, (await s.ok(200, 'read', 'GET', '/v1/leads?owner=wang')).text])
    assert.equal(text.split('"owner"').length, 2, `owner is there twice: ${text}`)
  assert.deepEqual((await s.lead(id)).company, patched.body.company)
  const { etag } = patched.headers
  await s.ok(200, 'sales', 'PATCH', path, { name: 'Q' }, { 'if-match': etag })
  const stale = await s.call('sales', 'PATCH', path, { name: 'R' }, { 'if-match': etag })
  assertProblem(stale, 412, 'version_mismatch')
  assert.equal((await s.lead(id)).name, 'Q')
  await s.ok(200, 'sales', 'PATCH', path, { name: 'S' }, { 'if-match': '*' })
  const merge = { 'content-type': 'application/merge-patch+json' }
  await s.ok(200, 'sales', 'PATCH', path, { name: 'T' }, merge)
  assertProblem(await s.call('sales', 'PATCH', path, { tier: 'A' }), 422, 'field_read_only', '/tier')
  assertProblem(await s.call('sales', 'PATCH', `/v1/leads/${NOBODY}`, { name: 'x' }), 404, 'lead_not_found')
  // An e-mail of one's own may change, and the new one names the lead from then on; that of another lead may not be taken.
  await s.ok(200, 'sales', 'PATCH', path, { email: 'Patched@example.com' })
  assert.equal((await post({ email: 'patched@example.com' })).body.id, id)
  await make({ email: 'taken@example.com' })
  assertProblem(await s.call('sales', 'PATCH', path, { email: 'taken@example.com' }), 409, 'identity_conflict')
  assert.equal((await s.lead(id)).email, 'patched@example.com')
  // Of many writers who all saw the same version, one wins.
  const current = (await s.ok(200, 'read', 'GET', path)).headers.etag
  const outcomes = await Promise.all(Array.from({ length: 10 }, (_, i) => s.call('sales', 'PATCH', path, { name: `W${i}` }, { 'if-match': current })))
  assert.deepEqual(outcomes.map((r) => r.status).sort(), [200, ...Array(9).fill(412)])
})

test('the list finds by tier, stage, tag, owner, score, words and time', async () => {
  const owner = 'filter-owner'
  const good = await make({ email: 'li.lei@filter.example', ...GOOD_PROFILE, name: '李雷', phone: '13900139010', owner })
  const plain = await make({ email: 'han@filter.example', name: 'Han Meimei', owner })
  const climber = climb('filter', { email: 'climber@filter.example' }, { ...GOOD_PROFILE, owner })
  let last
  for (const event of climber) last = await s.event(event)
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${plain.id}/tags/${encodeURIComponent('行业:汽车零部件')}`)
  const mine = (query) => idsOf(`owner=${owner}&${query}`)
  const climberId = last.lead_id
  assert.deepEqual((await mine('')).sort(), [good.id, plain.id, climberId].sort())
  assert.deepEqual(await mine('stage=mql'), [climberId])
  assert.deepEqual((await mine(`tier=${good.tier}`)).includes(good.id), true)
  for (const tier of ['A', 'B', 'C', 'D', 'X']) for (const lead of (await list(`owner=${owner}&tier=${tier}`)).data) assert.equal(lead.tier, tier)
  assert.deepEqual(await mine(`tag=${encodeURIComponent('行业:汽车零部件')}`), [plain.id])
  assert.deepEqual(await mine('min_score=100'), [climberId])
  assert.deepEqual(await mine(`min_score=${last.score.total}&max_score=${last.score.total}`), [climberId])
  assert.deepEqual(await mine('max_score=-1000'), [])
  for (const [q, want] of [['李雷', good.id], ['李', good.id], ['雷', good.id], ['meimei', plain.id], ['HAN MEI', plain.id], ['li.lei@filter.example', good.id],
    ['13900139010', good.id]]) assert.ok((await mine(`q=${encodeURIComponent(q)}`)).includes(want), `q=${q}`)
  assert.deepEqual(await mine(`q=${encodeURIComponent('李雷 meimei')}`), [])
  assertProblem(await s.call('read', 'GET', `/v1/leads?q=${encodeURIComponent('%')}`), 400, 'parameter_invalid')
  const before = iso(Date.now())
  await s.ok(200, 'sales', 'PATCH', `/v1/leads/${good.id}`, { city: '宁波' })
  assert.deepEqual(await mine(`updated_since=${before}`), [good.id])
  assert.deepEqual((await s.client.request('GET', `/v1/leads?owner=${owner}`, { key: other.keys.admin })).body.data, [])
})

const SORTS = {
  '-score': (l) => -l.score.total,
  score: (l) => l.score.total,
  '-created_at': (l) => -Date.parse(l.created_at),
  created_at: (l) => Date.parse(l.created_at),
  '-updated_at': (l) => -Date.parse(l.updated_at),
  updated_at: (l) => Date.parse(l.updated_at),
}

async function walk(sort, limit) {
  const seen = []
  let path = `/v1/leads?sort=${sort}&limit=${limit}`
  for (;;) {
    const { body, headers } = await s.ok(200, 'read', 'GET', path)
    assert.ok(body.data.length <= limit)
    seen.push(...body.data)
    if (body.next_cursor === null) {
      assert.equal(headers.link, undefined)
      return seen
    }
    assert.equal(body.data.length, limit)
    const next = /<([^>]+)>; rel="next"/.exec(headers.link ?? '')
    assert.ok(next, `no next link: ${headers.link}`)
    assert.equal(new URL(next[1], 'http://x').searchParams.get('cursor'), body.next_cursor)
    path = new URL(next[1], 'http://x').pathname + new URL(next[1], 'http://x').search
  }
}

function assertWhole(walked, settled, sort, key) {
  const seen = walked.filter((l) => settled.has(l.id))
  assert.equal(seen.length, settled.size, `${sort}: ${seen.length}`)
  assert.equal(new Set(seen.map((l) => l.id)).size, settled.size, sort)
  for (let i = 1; i < seen.length; i++) assert.ok(key(seen[i - 1]) <= key(seen[i]), `${sort}: ${key(seen[i - 1])} before ${key(seen[i])}`)
}

test('500 leads by pages, in every sort: nothing skipped, nothing twice, while events come in', async () => {
  const settled = new Set()
  const kinds = [['page_view', { path: '/pricing' }], ['webinar_attend', {}], ['content_download', { kind: 'white_paper' }], ['message', {}]]
  const batch = []
  for (let i = 0; i < 500; i++) {
    const [type, properties] = kinds[i % kinds.length]
    batch.push({ event_id: `page-${i}`, type, properties, lead: { external_id: `page-${i}`, ...(i % 3 ? {} : GOOD_PROFILE) } })
  }
  for (const r of (await s.event(batch)).results) settled.add(r.lead_id)
  assert.equal(settled.size, 500)
  let busy = true
  let n = 0
  // Other leads come, and rise, all the while.
  const noise = Promise.all(Array.from({ length: 4 }, async () => {
    while (busy) {
      const i = n++
      await s.event({ event_id: `noise-${i}`, type: 'page_view', properties: { path: '/pricing' }, lead: { external_id: `noise-${i % 60}`, ...GOOD_PROFILE } })
    }
  }))
  try {
    for (let round = 0; round < 3 || n < 100; round++) for (const [sort, key] of Object.entries(SORTS)) assertWhole(await walk(sort, 37), settled, sort, key)
  } finally {
    busy = false
    await noise
  }
})

test('pages of one hold together too, and a filter with them', async () => {
  const owner = 'one-by-one'
  const made = []
  for (let i = 0; i < 12; i++) made.push((await make({ external_id: `one-${i}`, owner })).id)
  for (const sort of Object.keys(SORTS)) {
    const seen = []
    let cursor = null
    do {
      const page = await list(`owner=${owner}&sort=${sort}&limit=1${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
      seen.push(...page.data.map((l) => l.id))
      cursor = page.next_cursor
    } while (cursor)
    assert.deepEqual([...seen].sort(), [...made].sort(), sort)
    const reverse = sort.startsWith('-') ? sort.slice(1) : `-${sort}`
    assert.deepEqual(await idsOf(`owner=${owner}&sort=${reverse}&limit=100`), seen.reverse(), `${reverse} is not ${sort} backwards`)
  }
})

test('tags by hand come and go; tags by rule are the rule’s', async () => {
  const { id } = await make({ email: 'tags@example.com' })
  const path = (tag) => `/v1/leads/${id}/tags/${encodeURIComponent(tag)}`
  const names = (lead) => lead.tags.map((t) => (typeof t === 'string' ? t : t.tag))
  await s.ok(200, 'sales', 'PUT', path('行业:汽车零部件'))
  await s.ok(200, 'sales', 'PUT', path('行业：汽车零部件')) // the full-width colon is the same tag
  assert.deepEqual(names(await s.lead(id)), ['行业:汽车零部件'])
  assert.equal(await s.count('lead_tags', `lead_id = '${id}'`), 1)
  assertProblem(await s.call('sales', 'PUT', path('nodimension')), 422, 'tag_invalid')
  assertProblem(await s.call('sales', 'PUT', `/v1/leads/${NOBODY}/tags/a:b`), 404, 'lead_not_found')
  const gone = await s.call('sales', 'DELETE', path('行业:汽车零部件'))
  assert.ok(gone.status === 200 || gone.status === 204, gone.text)
  assert.deepEqual(names(await s.lead(id)), [])
  assertProblem(await s.call('sales', 'DELETE', path('行业:汽车零部件')), 404, 'tag_not_found')
  // The default model tags those who look at the prices or fit well: whatever it tagged, nobody removes by hand.
  let last
  for (const event of climb('tagged', { email: 'tags@example.com' })) last = await s.event(event)
  const byRule = names(await s.lead(last.lead_id))
  assert.ok(byRule.length > 0, 'the default model gave no tag')
  assertProblem(await s.call('sales', 'DELETE', path(byRule[0])), 409, 'tag_held_by_rule')
  assert.ok((await idsOf(`tag=${encodeURIComponent(byRule[0])}&limit=200`)).includes(id))
})

test('a tag with an end is gone at its end', async () => {
  const { id } = await make({ email: 'brief@example.com' })
  const until = Date.now() + 1500
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/tags/${encodeURIComponent('plan:brief')}`, { expires_at: iso(until) })
  assert.equal((await s.lead(id)).tags.length, 1)
  const patience = until + 10_000
  while ((await s.lead(id)).tags.length && Date.now() < patience) await new Promise((r) => setTimeout(r, 100))
  assert.ok(Date.now() >= until, 'it went too early')
  assert.deepEqual((await s.lead(id)).tags, [])
  assert.equal(await s.count('lead_tags', `lead_id = '${id}'`), 0)
})

test('the timeline tells what happened, newest first', async () => {
  let last
  for (const event of climb('line', { email: 'line@example.com' })) last = await s.event(event)
  const items = []
  let cursor = null
  do {
    const query = `limit=3${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`
    const page = (await s.ok(200, 'read', 'GET', `/v1/leads/${last.lead_id}/timeline?${query}`)).body
    items.push(...page.data)
    cursor = page.next_cursor
  } while (cursor)
  for (let i = 1; i < items.length; i++) assert.ok(items[i - 1].at >= items[i].at)
  assert.equal(items.filter((i) => i.kind === 'event').length, 7)
  assert.ok(items.some((i) => i.kind === 'transition'))
  assert.ok(items.some((i) => i.kind === 'handoff'))
})

test('an erased lead is gone, in every table', async () => {
  const needle = 'erase-me-7f3a'
  const lead = { email: `${needle}@example.com`, phone: '13900139077', external_id: { crm: needle }, anonymous_id: needle }
  let last
  for (const event of climb(needle, lead, { ...GOOD_PROFILE, name: needle, attributes: { note: needle } })) last = await s.event(event)
  const id = last.lead_id
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/tags/${encodeURIComponent(`plan:${needle}`)}`)
  assert.equal(last.stage, 'mql')
  const foreign = await s.client.request('DELETE', `/v1/leads/${id}`, { key: other.keys.admin })
  assertProblem(foreign, 404, 'lead_not_found')
  const gone = await s.call('admin', 'DELETE', `/v1/leads/${id}`)
  assert.equal(gone.status, 204, gone.text)
  for (const path of ['', '/score', '/timeline']) assertProblem(await s.call('read', 'GET', `/v1/leads/${id}${path}`), 404, 'lead_not_found')
  assertProblem(await s.call('sales', 'PATCH', `/v1/leads/${id}`, { name: 'x' }), 404, 'lead_not_found')
  assertProblem(await s.call('admin', 'DELETE', `/v1/leads/${id}`), 404, 'lead_not_found')
  assertProblem(await s.call('ingest', 'POST', '/v1/events', { type: 'a', lead: { id } }), 404, 'lead_not_found')
  assert.deepEqual((await list(`q=${needle}`)).data, [])
  const tables = (await s.sql(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)).flat()
  assert.ok(tables.length >= 10)
  for (const table of tables) {
    assert.equal(await s.count(`${table} t`, `t::text LIKE '%${needle}%' OR t::text LIKE '%13900139077%'`), 0, table)
    // Only the word to the outside that it is gone may still name the id.
    if (table !== 'outbox') assert.equal(await s.count(`${table} t`, `t::text LIKE '%${id}%'`), 0, table)
  }
  const told = await s.sql(`SELECT topic FROM outbox WHERE lead_id = '${id}'`)
  assert.deepEqual(told, [['lead.erased']])
  // The same person may come back, as somebody new.
  const again = await post({ email: lead.email })
  assert.equal(again.status, 201)
  assert.notEqual(again.body.id, id)
  assert.equal(again.body.score.total, 0)
})
