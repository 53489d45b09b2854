// One service for all that judges the contract: calls of its operations, each judged with its reply.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { Contract } from '../contract.mjs'
import { Service } from '../service.mjs'

export const contract = new Contract()

export const NOBODY = '0192f0c4-7b5a-7cc3-98c4-dc0c0c07398f'

export const ROLES = ['publish', 'ingest', 'read', 'sales', 'admin']

// Spoken by whatever system it is given to: the query is its own, and the reply is what the source says.
export const inbound = (op) => op.pattern.startsWith('/v1/in/')

// What http answers before api is asked.
export const PROBES = ['livez', 'readyz']

// Spoken by other people's clients: the key may stand elsewhere, what is not known is passed over, and every fault of a body is 400.
export const foreign = (op) => op.item.tags.includes('Tracking')

export const s = await Service.start('openapi')

after(() => s.stop())

// Makes a request of an operation and judges it and the reply by the contract. want: the status and, of an error, its code.
export async function call(id, { params, query, body, type, headers = {}, role, key, method, again } = {}, want = 200, code) {
  const op = contract.operation(id)
  const roles = op.item['x-roles']
  const target = contract.path(id, params) + (query ? `?${new URLSearchParams(query)}` : '')
  const sent = { body, headers: { ...(type && { 'content-type': type }), ...headers } }
  sent.key = key ?? (role === null || (!role && !roles.length) ? undefined : s.workspace.keys[role ?? roles[0]])
  const reply = await s.client.request(method ?? op.method, target, sent)
  const said = `${op.method} ${target}: ${reply.status} ${reply.text}`
  assert.equal(reply.status, want, said)
  if (code) assert.equal(reply.body.code, code, said)
  contract.checkReply(id, reply, { head: method === 'HEAD' })
  if (reply.status < 400 && !again) {
    assert.equal(contract.bodyFaults(id, body, type), null, `a body that was taken: ${JSON.stringify(body)}`)
    assert.equal(contract.queryFaults(id, query), null, `a query that was taken: ${target}`)
  }
  return reply
}

// Follows next_cursor through a list; returns all items.
export async function pages(id, query, { cursor = 'cursor', ...rest } = {}) {
  const all = []
  for (let at = {}; ; ) {
    const { body, headers } = await call(id, { ...rest, query: { ...query, ...at } })
    all.push(...body.data)
    if (cursor === 'after' ? !body.has_more : body.next_cursor === null) return all
    assert.match(headers.link, new RegExp(`${cursor}=${body.next_cursor}>; rel="next"$`))
    assert.ok(all.length < 1000, 'a list without an end')
    at = { [cursor]: body.next_cursor }
  }
}

// Pointers to where two documents differ.
export function differences(a, b, at = '') {
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return a === b ? [] : [at]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) => differences(a[k], b[k], `${at}/${k}`))
}

export const ids = {}

export async function agree(id, body, taken, options = {}) {
  const reply = await s.call('admin', contract.operation(id).method, contract.path(id, options.params), JSON.stringify(body))
  contract.checkReply(id, reply)
  const said = `${id} ${JSON.stringify(body)}: ${reply.status} ${reply.text}`
  assert.equal(reply.status, taken ?? 422, said)
  // A body that is no object at all is wrong as a whole; every other fault has a place.
  if (reply.status === 422) assert.equal(Array.isArray(reply.body.errors), body.constructor === Object, `a place is given: ${said}`)
  const faults = contract.bodyFaults(id, body)
  assert.equal(faults === null, Boolean(taken), `the contract says ${faults}: ${said}`)
}
