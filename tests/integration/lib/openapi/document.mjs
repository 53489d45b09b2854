// What openapi.yaml is: served, sound, of the same routes as the binary; and its examples are what the service answers, in one story.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import core from '@redocly/openapi-core'
import { contractPath, root } from '../contract.mjs'
import { essential, STORY, takeStep } from '../examples.mjs'
import { assertTold, told } from '../job_stream.mjs'
import { contract, PROBES, s, call, differences } from './session.mjs'

const run = promisify(execFile)
// Whose replies may be streams of a job.
const FOLLOWED = ['simulateModel', 'backtestModel', 'followJob']

test('what is served is openapi.yaml', async () => {
  const { body } = await call('getOpenapi')
  assert.deepEqual(differences(body, contract.document), [])
})

test('redocly finds nothing to say', async () => {
  const config = await core.loadConfig({ configPath: path.join(root, 'redocly.yaml') })
  const problems = await core.lint({ ref: contractPath, config })
  assert.deepEqual(problems.map((p) => `${p.location[0]?.pointer}: ${p.ruleId}: ${p.message}`), [])
})

test('the contract has the routes of the binary, and no others', async () => {
  const { stdout } = await run(path.join(process.env.LEADSCORE_TEST_BUILD, 'tests/unit/api/routes_dump'))
  const line = (method, pattern, id, roles, parameters, max) => `${method} ${pattern} ${id} [${[...roles].sort()}] [${[...parameters].sort()}] ${max}`
  const built = stdout.trim().split('\n').map((text) => {
    const r = JSON.parse(text)
    return line(r.method, r.pattern, r.operation, r.roles, r.parameters, r.max_body)
  })
  const written = [...contract.operations].filter(([id]) => !PROBES.includes(id)).map(([id, op]) => {
    const query = op.parameters.filter((p) => p.in === 'query').map((p) => p.name)
    return line(op.method, op.pattern, id, op.item['x-roles'], query, op.item['x-max-body-bytes'] ?? 262144)
  })
  assert.deepEqual(written.sort(), built.sort())
  for (const [id, op] of contract.operations) {
    const named = [...op.pattern.matchAll(/\{(\w+)\}/g)].map((m) => m[1])
    assert.deepEqual(op.parameters.filter((p) => p.in === 'path').map((p) => p.name), named, id)
    assert.equal(op.item['x-roles'].length === 0, op.item.security?.length === 0, `${id}: no roles, no key`)
  }
})

test('every problem code that a reply may have is in the list of all, and the other way round', () => {
  const { responses, schemas } = contract.document.components
  const named = new Set()
  for (const r of Object.values(responses)) for (const c of r.content?.['application/problem+json']?.schema.properties?.code?.enum ?? []) named.add(c)
  const all = schemas.Problem.properties.code.enum
  assert.equal(new Set(all).size, all.length)
  assert.deepEqual([...named].filter((c) => !all.includes(c)), [])
  // What is left belongs to the refusals before any operation: every code of http's table is one of them or of the others.
  const table = readFileSync(path.join(root, 'src/http/refusal.c'), 'utf8')
  const refusals = [...table.matchAll(/= \{\d{3}, "(\w+)"/g)].map((m) => m[1])
  assert.ok(refusals.length > 20)
  assert.deepEqual(refusals.filter((c) => !all.includes(c)), [])
  assert.deepEqual(all.filter((c) => !named.has(c) && !refusals.includes(c) && c !== 'route_not_found'), [])
})

// All examples: [operation, name, status or "request", value]. Shared responses have theirs under the operation that names them.
function* examples() {
  for (const [id, op] of contract.operations) {
    const bodies = [['request', op.item.requestBody], ...Object.entries(op.item.responses).map(([status, r]) => [status, contract.resolve(r).value])]
    for (const [status, { content } = {}] of bodies)
      for (const media of Object.values(content ?? {})) for (const [name, e] of Object.entries(media.examples ?? {})) yield [id, name, status, e.value]
  }
}

test('the examples are what the service answers, in one story', async () => {
  const all = [...examples()]
  const steps = new Set()
  await s.cli('workspace', 'create', 'story')
  const admin = await s.makeKey('story', 'admin')
  await s.cli('rescore', '--workspace', 'story')
  const known = {}
  for (const step of STORY) {
    const { body, reply } = await takeStep(contract, s.client, admin, step, known)
    const said = `${step.id} ${step.name}: ${reply.status} ${reply.text}`
    assert.equal(reply.status, step.want, said)
    contract.checkReply(step.id, reply)
    if (!step.body) assert.equal(contract.bodyFaults(step.id, body, step.type), null, said)
    steps.add(`${step.name} request`).add(`${step.name} ${step.want}`)
    const written = all.find(([id, name, status]) => id === step.id && name === step.name && status === String(step.want))
    if (written && reply.body !== undefined) assert.deepEqual(essential(reply.body), essential(written[3]), `the example ${step.name} of ${step.id}`)
    if (written && FOLLOWED.includes(step.id) && reply.body === undefined) {
      assertTold(reply.headers['content-type'], reply.text, written[3])
      assert.equal(contract.faults('#/components/schemas/JobWithResult', told(reply.headers['content-type'], reply.text).at(-1).data), null)
    }
  }
  assert.deepEqual(all.filter(([, name, status]) => !steps.has(`${name} ${status}`)), [], 'examples that the story does not tell')
  // The model is too long to be written twice, and so is the contract; what several operations answer alike stands at one of them.
  const has = (id, status) => all.some(([i, , st]) => i === id && st === status)
  for (const [id, op] of contract.operations) {
    if (op.item.requestBody) assert.ok(has(id, 'request'), `${id} has no example of a request`)
    for (const [status, r] of Object.entries(op.item.responses))
      if (status < 300 && r.content && !['getModel', 'getModelTemplate', 'getOpenapi', 'listSourcePresets'].includes(id)) assert.ok(has(id, status), `${id} has no example of ${status}`)
  }
})
