// Webhooks when instances die: nothing is lost, nothing changes its id, and what is told of one lead stays in order.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Receiver } from './lib/receiver.mjs'
import { Service } from './lib/service.mjs'
import { scene, SCENE_SETTINGS } from './lib/webhook_scene.mjs'

const QUICK = process.env.LEADSCORE_TEST_QUICK === '1'

test('endpoints that answer at random, and an instance that is killed', { timeout: 400_000 }, async (t) => {
  const s = await Service.start('webhooks_chaos', SCENE_SETTINGS)
  t.after(() => s.stop())
  const seed = Date.now() % 1e9
  t.diagnostic(`seed ${seed}`)
  const said = await scene(s, { seed, leads: QUICK ? 60 : 300, rounds: 8, bad: 4, kills: QUICK ? 3 : 8 })
  assert.ok(said.transitions > 100)
  t.diagnostic(JSON.stringify(said))
})

test('what a dead instance had is taken over within 30 seconds', { timeout: 120_000 }, async (t) => {
  const r = await Receiver.start()
  const s = await Service.start('webhooks_over', SCENE_SETTINGS)
  t.after(async () => {
    await s.serve(SCENE_SETTINGS)
    await s.stop()
    await r.stop()
  })
  const hook = (await s.ok(201, 'admin', 'POST', '/v1/webhooks', { url: r.url('/over'), types: ['tier.changed'] })).body
  const move = (by, n) => by.ok(200, 'ingest', 'POST', '/v1/events', { event_id: `over-${n}`, type: 'note', lead: { external_id: 'over', company: { industry: n % 2 ? 'education' : 'cross_border_ecommerce' } } })
  await move(s, 1)
  await r.wait(1, (g) => g.path === '/over')
  const owner = async () => (await s.sql(`SELECT lease_owner, lease_until > now() FROM webhooks WHERE id = '${hook.id}'`))[0]
  const [first, held] = await owner()
  assert.equal(held, 't')
  const twin = await s.twin(SCENE_SETTINGS)
  s.child.kill('SIGKILL')
  await s.ended
  s.client.close()
  const began = Date.now()
  await move(twin, 2)
  await r.wait(2, (g) => g.path === '/over', 30_000)
  assert.notEqual((await owner())[0], first)
  t.diagnostic(`taken over after ${Date.now() - began} ms`)
  await twin.terminate()
})
