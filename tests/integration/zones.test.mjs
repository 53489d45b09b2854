// The engine's local time against JavaScript's Intl: random zones and instants from 1970 to 2500, seed printed (LEADSCORE_TEST_SEED repeats it).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const driver = `${process.env.LEADSCORE_TEST_BUILD}/tests/unit/scoring/zone_driver`
const quick = process.env.LEADSCORE_TEST_QUICK === '1'
const seed = Number(process.env.LEADSCORE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
const YEAR = 365.2425 * 86_400_000

// The two sides carry data of different releases. Where they differ these zones are left out: their laws, or what is known of them since 1970, changed in a
// release after 2022e.
const MOVED = `Africa/Cairo Africa/Casablanca Africa/El_Aaiun America/Asuncion America/Bahia_Banderas America/Cancun America/Chihuahua America/Ciudad_Juarez
  America/Coyhaique America/Godthab America/Hermosillo America/Matamoros America/Mazatlan America/Merida America/Mexico_City America/Monterrey America/Nuuk
  America/Ojinaga America/Scoresbysund America/Tijuana Antarctica/Casey Antarctica/Vostok Asia/Almaty Asia/Amman Asia/Beirut Asia/Choibalsan Asia/Damascus
  Asia/Gaza Asia/Hebron Asia/Ho_Chi_Minh Asia/Hovd Asia/Manila Asia/Qostanay Asia/Saigon Asia/Tehran Asia/Ulaanbaatar Atlantic/Azores Atlantic/Madeira
  Europe/Lisbon Pacific/Fiji`.split(/\s+/)

function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const formats = new Map()
/** Local time less UTC in ms, by Intl. */
function offsetByIntl(zone, at) {
  if (!formats.has(zone)) {
    formats.set(zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric',
      minute: 'numeric', second: 'numeric' }))
  }
  const part = Object.fromEntries(formats.get(zone).formatToParts(at).map((p) => [p.type, Number(p.value)]))
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - Math.floor(at / 1000) * 1000
}

/** Asks the driver for all offsets at once; null where it knows no such zone. */
function offsetsByEngine(queries) {
  const run = spawnSync(driver, { input: queries.map(([zone, at]) => `${zone} ${at}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 })
  assert.equal(run.status, 0, run.stderr)
  return run.stdout.trim().split('\n').map((line) => (line === 'none' ? null : Number(line)))
}

/** The first instant in (from, to] at which the offset by Intl is not what it was at from, if it changed. */
function change(zone, from, to) {
  const was = offsetByIntl(zone, from)
  if (offsetByIntl(zone, to) === was) return undefined
  while (to - from > 1000) {
    const middle = Math.floor((from + to) / 2000) * 1000
    if (middle === from) break
    if (offsetByIntl(zone, middle) === was) from = middle
    else to = middle
  }
  return to
}

test('local time is what Intl says', (t) => {
  const engineVersion = spawnSync(driver, ['version'], { encoding: 'utf8' }).stdout.trim()
  const next = random(seed)
  t.diagnostic(`seed ${seed}; tzdata ${engineVersion}, ICU's ${process.versions.tz}`)
  const left = engineVersion === process.versions.tz ? [] : MOVED
  const zones = Intl.supportedValuesOf('timeZone').filter((z) => !left.includes(z))
  const known = offsetsByEngine(zones.map((z) => [z, 0]))
  const missing = zones.filter((_, i) => known[i] === null)
  assert.deepEqual(missing, [], 'zones that Intl knows and the engine does not')
  assert.ok(zones.length > 340, `${zones.length} zones`)

  const queries = []
  for (const zone of zones) {
    for (let i = 0; i < (quick ? 8 : 60); i++) {
      // Half of them within reach of people's plans, the rest anywhere up to 2500.
      const at = Math.floor(next() < 0.5 ? next() * 70 * YEAR : next() * 530 * YEAR)
      queries.push([zone, at])
      if (i % 6 === 0) {
        const turn = change(zone, Math.floor(at / 1000) * 1000, Math.floor((at + YEAR / 2) / 1000) * 1000)
        if (turn !== undefined) queries.push([zone, turn - 1], [zone, turn])
      }
    }
  }
  const answers = offsetsByEngine(queries)
  const wrong = queries
    .map(([zone, at], i) => ({ zone, at: new Date(at).toISOString(), intl: offsetByIntl(zone, at), engine: answers[i] }))
    .filter((q) => q.intl !== q.engine)
  t.diagnostic(`${queries.length} instants in ${zones.length} zones`)
  assert.deepEqual([...new Set(wrong.map((q) => q.zone))], [], `${wrong.length} differ, the first: ${JSON.stringify(wrong.slice(0, 5))}, seed ${seed}`)
})
