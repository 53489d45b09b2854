// See webhooks.sh. Argument: how many transitions.
import { setTimeout as sleep } from 'node:timers/promises'
import { climb } from '../integration/lib/scene.mjs'
import { Service } from '../integration/lib/service.mjs'
import { answers, Receiver } from '../integration/lib/receiver.mjs'
import { scene, SCENE_SETTINGS } from '../integration/lib/webhook_scene.mjs'

const transitions = Number(process.argv[2])
const ROUNDS = 10
const HANDOFFS = 1000
const RATE = 1000 // transitions a second: less than the machine can, so that what an endpoint waits for is others and not the processor
const seed = Date.now() % 1e9

async function run(name, { transitions, ...how }) {
  const s = await Service.start(`bench_${name}`, SCENE_SETTINGS)
  try {
    return await scene(s, { seed, leads: Math.ceil(transitions / ROUNDS), rounds: ROUNDS, kills: 0, ...how, waitMs: 2_700_000 })
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

// From a handoff made to its having somebody, with twenty sales people: by the instants that the service itself keeps.
async function handedOver() {
  const s = await Service.start('bench_desk', SCENE_SETTINGS)
  const always = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [['00:00', '24:00']]]))
  try {
    await s.ok(200, 'admin', 'PUT', '/v1/routing', { working_hours: always })
    for (let i = 0; i < 20; i++) await s.ok(201, 'admin', 'POST', '/v1/users', { name: `u${i}`, email: `u${i}@example.com`, capacity: 1000 })
    for (let i = 0; i < HANDOFFS; i++) {
      const name = `d${i}`
      await s.ok(200, 'ingest', 'POST', '/v1/events', climb(name, { external_id: name }))
    }
    const took = () => s.sql(`SELECT extract(epoch FROM m.at - h.created_at) * 1000 FROM handoffs h JOIN handoff_moves m ON m.handoff_id = h.id AND m.move = 'assigned' AND m.author = 'routing'`)
    let all
    for (let i = 0; (all = await took()).length < HANDOFFS && i < 100; i++) await sleep(100)
    if (all.length !== HANDOFFS) throw new Error(`${all.length} of ${HANDOFFS} handoffs have somebody`)
    const sorted = all.map(([ms]) => Number(ms)).sort((a, b) => a - b)
    const shares = (await s.sql('SELECT count(*) FROM handoffs GROUP BY assignee')).map(([n]) => Number(n))
    return { p50: sorted[Math.floor(sorted.length / 2)], p99: sorted[Math.floor(sorted.length * 0.99)], least: Math.min(...shares), most: Math.max(...shares) }
  } finally {
    await s.stop()
  }
}

const inTurn = (x) => `${x.requests} requests for ${x.deliveries} deliveries in ${x.seconds.toFixed(0)} s`
const late = (x) => `p50 ${x.delay.p50} ms, p99 ${x.delay.p99} ms`
const times = (x, y) => `${(x.delay.p99 / y.delay.p99).toFixed(2)}x`

// One endpoint that is well: alone, beside four that are, beside four that fail at random. From a transition to its arrival there.
async function beside(name, how) {
  const alone = await run(`${name}_alone`, { ...how, bad: 0 })
  console.log(`  ${alone.transitions} transitions, ${how.rate ? `${how.rate} a second` : 'all at once'}, to one endpoint that is well: ${late(alone)}; ${(alone.deliveries / alone.seconds).toFixed(0)} deliveries a second`)
  const well = await run(`${name}_well`, { ...how, bad: 4, tame: true })
  console.log(`    beside four that are well: ${late(well)} (${times(well, alone)})`)
  const bad = await run(`${name}_bad`, { ...how, bad: 4 })
  console.log(`    beside four that fail at random: ${late(bad)} (${times(bad, alone)}, and ${times(bad, well)} of beside four that are well); ${inTurn(bad)}, each in order under one id`)
}

console.log(`\nWebhooks (seed ${seed})`)
await beside('burst', { transitions: Math.min(transitions, 10_000), rate: 0 })
const many = await hundred()
console.log(`  a hundred endpoints, one transition after the other: first attempt after p50 ${many.p50} ms, p99 ${many.p99} ms`)
const desk = await handedOver()
console.log(`  ${HANDOFFS} handoffs, twenty sales people: somebody has it after p50 ${desk.p50} ms, p99 ${desk.p99} ms; ${desk.least} to ${desk.most} each`)
await beside('paced', { transitions, rate: RATE })
const killed = await run('killed', { transitions, bad: 4, kills: 20, killMs: Math.max(900, transitions / 2.5) })
console.log(`  the service killed 20 times: ${inTurn(killed)}, none lost, each in order under one id`)
