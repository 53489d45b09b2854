// See webhooks.sh. Argument: how many transitions.
import { Service } from '../integration/lib/service.mjs'
import { answers, Receiver } from '../integration/lib/receiver.mjs'
import { scene, SCENE_SETTINGS } from '../integration/lib/webhook_scene.mjs'

const transitions = Number(process.argv[2])
const rounds = 10
const leads = Math.ceil(transitions / rounds)
const seed = Date.now() % 1e9

async function run(name, bad, kills) {
  const s = await Service.start(`bench_${name}`, SCENE_SETTINGS)
  try {
    return await scene(s, { seed, leads, rounds, bad, kills, waitMs: 1_800_000 })
  } finally {
    await s.stop()
  }
}

// The first attempt at each of a hundred endpoints, for leads that move one after the other.
async function hundred() {
  const s = await Service.start('bench_hundred', SCENE_SETTINGS)
  const r = await Receiver.start()
  try {
    for (let i = 0; i < 100; i++) await s.ok(201, 'admin', 'POST', '/v1/webhooks', { url: r.on(`/h${i}`, answers.ok), types: ['tier.changed'] })
    for (let i = 0; i < 100; i++) await s.event({ event_id: `h${i}`, type: 'note', lead: { external_id: `h${i}`, company: { industry: 'education' } } })
    const got = await r.wait(10_000, (g) => g.body.type === 'tier.changed', 300_000)
    const delays = got.map((g) => g.at - Date.parse(g.body.timestamp)).sort((a, b) => a - b)
    return { p50: delays[5000], p99: delays[9900] }
  } finally {
    await s.stop()
    await r.stop()
  }
}

console.log(`\nWebhooks (seed ${seed})`)
const well = await run('well', 0, 0)
console.log(`  ${well.transitions} transitions to one endpoint that is well: ${(well.deliveries / well.seconds).toFixed(0)} deliveries a second; from transition to arrival p50 ${well.delay.p50} ms, p99 ${well.delay.p99} ms`)
const mixed = await run('mixed', 4, 0)
console.log(`  the same beside four that fail at random: p50 ${mixed.delay.p50} ms, p99 ${mixed.delay.p99} ms (${(mixed.delay.p99 / well.delay.p99).toFixed(2)}x); ${mixed.requests} requests for ${mixed.deliveries} deliveries in ${mixed.seconds.toFixed(0)} s, each in order under one id`)
const killed = await run('killed', 4, 20)
console.log(`  and the service killed 20 times: ${killed.requests} requests for ${killed.deliveries} deliveries in ${killed.seconds.toFixed(0)} s, none lost, each in order under one id`)
const many = await hundred()
console.log(`  a hundred endpoints, one transition after the other: first attempt after p50 ${many.p50} ms, p99 ${many.p99} ms`)
