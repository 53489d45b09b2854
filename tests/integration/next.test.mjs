// GET /v1/leads/{id}/next is a promise: what it says would happen does happen.
import assert from 'node:assert/strict'
import test from 'node:test'
import { DAY, GOOD_PROFILE, iso } from './lib/scene.mjs'
import { Service, assertProblem } from './lib/service.mjs'

const s = await Service.start('next')
test.after(() => s.stop())

const next = async (id, query = '') => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/next${query}`)).body
const score = async (id, at) => (await s.ok(200, 'read', 'GET', `/v1/leads/${id}/score?at=${at}`)).body
const newLead = async (body) => (await s.ok(201, 'ingest', 'POST', '/v1/leads', body)).body.id
let serial = 0

test('an event brings the points and the stage that were foretold', async () => {
  const types = ['demo_request', 'webinar_attend', 'meeting', 'trial_start', 'email_click', 'form_submit']
  for (const type of types) {
    const email = `foretold${serial++}@example.com`
    const id = await newLead({ email, ...GOOD_PROFILE })
    await s.event({ type: 'page_view', lead: { email }, properties: { path: '/pricing' } })
    const said = await next(id)
    const told = said.events.find((e) => e.type === type)
    const { score: now, stage } = await s.event({ type, lead: { email } })
    // Other points fade while the test runs, by less than one.
    assert.ok(Math.abs(now.total - said.score.total - told.points) <= 1, `${type}: ${said.score.total} and ${told.points} gave ${now.total}`)
    assert.equal(stage, told.stage, type)
  }
})

test('two of it a week apart bring what was foretold, seen from then', async () => {
  const email = 'twice@example.com'
  const start = Date.now() - 20 * DAY
  const event = (n, at, type = 'demo_request') => s.event({ event_id: `twice-${n}`, type, occurred_at: iso(at), lead: { email } })
  const id = (await event(0, start, 'webinar_attend')).lead_id
  const said = await next(id, `?at=${iso(start + DAY)}`)
  const told = said.events.find((e) => e.type === 'demo_request')
  const idle = [await score(id, iso(start + 2 * DAY)), await score(id, iso(start + 8 * DAY))]
  await event(1, start + DAY)
  // The default model counts a demo once a week.
  await event(2, start + 8 * DAY)
  const then = await score(id, iso(start + 8 * DAY))
  assert.ok(Math.abs(then.exact.total - idle[1].exact.total - told.points_two) < 0.002, JSON.stringify([told, then.exact, idle[1].exact]))
  assert.equal(then.stage, told.stage_two)
})

test('points that are short of a stage are just enough for it', async () => {
  const email = 'short@example.com'
  const id = await newLead({ email, ...GOOD_PROFILE })
  await s.event({ type: 'page_view', lead: { email }, properties: { path: '/pricing' } })
  const { stages, score: now } = await next(id)
  assert.deepEqual(stages.map((x) => x.stage), ['mql', 'sal'])
  const [mql, sal] = stages
  assert.ok(Math.abs(mql.short_of - (100 - now.total)) <= 1, JSON.stringify([mql, now]))
  assert.deepEqual([mql.armed, mql.rearm_below, mql.not_before, mql.needs], [true, 80, null, []])
  // An SAL takes a request for a demo or a quote, however many the points.
  assert.equal(sal.short_of, null)
  assert.deepEqual([...sal.needs].sort(), ['demo_request', 'quote_request'])
})

test('the best question is answered, and the tier is the one that was foretold', async () => {
  const id = await newLead({ email: 'asked@example.com', company: { industry: '跨境电商', employees: 200 }, title: '总经理' })
  const { questions, tier } = await next(id)
  assert.equal(tier, 'D')
  // Three of seven are met: any fourth makes it C, and of equals the model's order decides.
  assert.deepEqual(questions.map((q) => [q.criterion, q.tier]), [['region', 'C'], ['annual_revenue', 'C'], ['pain', 'C'], ['budget', 'C']])
  assert.match(questions[0].ask, /省市/)
  await s.ok(200, 'admin', 'PATCH', `/v1/leads/${id}`, { region: '上海' })
  assert.equal((await s.lead(id)).tier, 'C')
})

test('the score falls when it was said to, and not before', async () => {
  const email = 'falls@example.com'
  const id = await newLead({ email, ...GOOD_PROFILE })
  for (const type of ['webinar_attend', 'meeting', 'trial_start']) await s.event({ type, lead: { email } })
  const { falls, score: now, grade, stage } = await next(id)
  assert.equal(stage, 'mql')
  const around = async (fall, what) => {
    const at = Date.parse(fall.at)
    return [what(await score(id, iso(at - 1))), what(await score(id, iso(at)))]
  }
  assert.deepEqual(await around(falls.score, (x) => x.score.total), [now.total, falls.score.to])
  assert.ok(falls.score.to < now.total)
  assert.deepEqual(await around(falls.grade, (x) => x.grade), [grade, falls.grade.to])
  assert.deepEqual(await around(falls.stage, (x) => x.stage), ['mql', 'lead'])
  assert.equal(falls.tier, null)
})

test('tags that end are told', async () => {
  const id = await newLead({ email: 'tagged@example.com' })
  const at = iso(Date.now() + 3 * DAY)
  await s.ok(200, 'sales', 'PUT', `/v1/leads/${id}/tags/campaign:x`, { expires_at: at })
  assert.deepEqual((await next(id)).expiries, [{ kind: 'tag', tag: 'campaign:x', points: null, at }])
})

test('a sentence in two languages', async () => {
  const email = 'words@example.com'
  const id = await newLead({ email, ...GOOD_PROFILE })
  const chinese = await next(id)
  const english = await next(id, '?language=en')
  assert.equal(chinese.language, 'zh')
  assert.match(chinese.summary, /^距 MQL 还差 \d+ 分：(一次|7 天内两次)「[^」/]+」（\+\d+[^）]*）[^。]*。先问：「[^」/]+」，答“是”即为 B 档。若无动作，\d{4}-\d\d-\d\d 降至 \d+ 分。$/)
  assert.equal(english.language, 'en')
  assert.match(english.summary, /^\d+ points short of MQL: (one|two) “[A-Z][^”/]+” (within 7 days )?\(\+\d+.*\)\. Ask: “[^”/]+” A yes makes it tier B\. If nothing happens, the score falls to \d+ on \d{4}-\d\d-\d\d\.$/)
  await s.event({ type: 'demo_request', lead: { email } })
  await s.event({ type: 'page_view', lead: { email }, properties: { path: '/pricing' } })
  assert.match((await next(id, '?language=en')).summary, /^No stage above SAL is given by points\./)
  const out = await newLead({ email: 'school@example.com', company: { industry: 'education' } })
  assert.match((await next(out)).summary, /^已排除：教育行业不在服务范围。/)
  assert.match((await next(out, '?language=en')).summary, /^Excluded: Education is an excluded industry\./)
})

test('what is asked wrongly', async () => {
  const id = await newLead({ email: 'wrong@example.com' })
  const get = (path) => s.call('read', 'GET', path)
  assertProblem(await get('/v1/leads/0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f/next'), 404, 'lead_not_found')
  assertProblem(await get(`/v1/leads/${id}/next?language=fr`), 400, 'parameter_invalid')
  assertProblem(await get(`/v1/leads/${id}/next?model_version=99`), 404, 'model_not_found')
  assertProblem(await get(`/v1/leads/${id}/next?line=x&model_version=1`), 400, 'parameter_invalid')
})
