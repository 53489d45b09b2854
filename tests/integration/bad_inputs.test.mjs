// The tables of bad_inputs/: each is answered with the expected problem, changes nothing, and harms nobody after it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { assertProblem, Service } from './lib/service.mjs'

const folder = new URL('./bad_inputs/', import.meta.url)
const tables = readdirSync(folder).filter((name) => name.endsWith('.json')).sort()
const ROWS = ['events', 'leads', 'identities', 'transitions', 'handoffs', 'outbox', 'lead_tags', 'lead_terms', 'models', 'api_keys']
const s = await Service.start('bad_inputs')
after(() => s.stop())
const lead = (await s.ok(201, 'ingest', 'POST', '/v1/leads', { email: 'victim@example.com', name: 'Victim' })).body

const rows = async () => (await s.sql(`SELECT ${ROWS.map((t) => `(SELECT count(*) FROM ${t})`)}, (SELECT max(version) FROM leads)`))[0].join()

// <<x*3>> is xxx, {lead} a lead that is there.
function spelled(text) {
  return text.replaceAll('{lead}', lead.id).replace(/<<([^]*?)\*(\d+)>>/g, (_, what, n) => what.repeat(Number(n)))
}

function read(name) {
  const table = JSON.parse(readFileSync(new URL(name, folder)))
  return table.cases.map((values) => ({ ...table.request, ...Object.fromEntries(table.columns.map((c, i) => [c, values[i]])) }))
}

function check(reply, c) {
  const said = `${reply?.status} ${reply?.text}`
  if (c.status === 'any' && reply === null) return
  assert.ok(reply, 'closed without a word')
  if (c.status === 'any') return assert.ok(reply.status < 500 || reply.status === 505 || reply.status === 501, said)
  if (c.status === '4xx-5xx') return assert.ok(reply.status >= 400 && ![500, 502, 503, 504].includes(reply.status), said)
  assertProblem(reply, c.status, c.code === '*' || c.code === null ? reply.body?.code : c.code)
  assert.match(reply.body.code, /^[a-z_]+$/, said)
  if (c.pointer !== undefined) assert.equal(reply.body.errors?.[0].pointer ?? null, c.pointer, said)
  if (c.parameter !== undefined) assert.equal(reply.body.errors?.[0].parameter ?? null, c.parameter, said)
}

// A case is a table row: as a request, or as bytes (head.json).
async function send(c) {
  const key = s.workspace.keys[c.role ?? 'admin']
  if (c.bytes !== undefined && !c.method) {
    const host = `Host: 127.0.0.1:${s.port}\r\n`
    return s.client.raw(spelled(c.bytes.replaceAll('{auth}', `Authorization: Bearer ${key}\r\n`).replaceAll('{host}', host)))
  }
  const { method, path, text, bytes, headers = {} } = { ...c, ...c.request }
  const body = bytes !== undefined ? Buffer.from(spelled(bytes), 'latin1') : text === undefined ? undefined : spelled(text)
  const spelledHeaders = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, spelled(v)]))
  return s.client.request(method, spelled(path), { key, body, headers: spelledHeaders })
}

for (const name of tables.filter((t) => t !== 'item.json')) {
  describe(name, () => {
    for (const c of read(name)) {
      test(c.name, async () => {
        const before = await rows()
        check(await send(c), c)
        assert.equal((await s.call(null, 'GET', '/livez')).status, 200)
        assert.equal(await rows(), before, 'something was stored')
      })
    }
  })
}

test('bad items of an array answer for themselves and store nothing', async () => {
  const items = read('item.json')
  const before = await rows()
  const reply = await s.ok(200, 'ingest', 'POST', '/v1/events', `[${items.map((i) => spelled(i.text)).join()}]`)
  assert.equal(reply.body.results.length, items.length)
  for (const [i, c] of items.entries()) {
    const { error } = reply.body.results[i]
    assert.ok(error, c.name)
    assert.equal(error.status, c.status, `${c.name}: ${JSON.stringify(error)}`)
    assert.equal(error.code, c.code, `${c.name}: ${JSON.stringify(error)}`)
    assert.equal(error.errors?.[0].pointer ?? null, c.pointer, `${c.name}: ${JSON.stringify(error)}`)
  }
  assert.equal(await rows(), before)
})

test('the table is as long as it should be, and the victim as it was', async () => {
  assert.ok(tables.map(read).flat().length >= 200)
  const now = await s.lead(lead.id)
  assert.equal(now.name, 'Victim')
  assert.equal(now.version, lead.version)
})
