// A service that takes tracker calls, for the tests of them.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { Service } from './service.mjs'

export const ORIGIN = 'https://shop.example'
let serial = 0
export const fresh = (what = 'm') => `${what}-${process.pid}-${serial++}`
export const basic = (key) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`

export async function tracker(name) {
  const s = await Service.start(name)
  after(() => s.stop())
  const publish = (await s.ok(201, 'admin', 'POST', '/v1/keys', { role: 'publish', origins: [ORIGIN] })).body.key
  const { ingest } = s.workspace.keys
  const post = (path, body, { key = ingest, headers = {} } = {}) => s.client.request('POST', path, { body, headers: { ...(key && { authorization: basic(key) }), ...headers } })

  async function sent(path, body, options) {
    const reply = await post(path, body, options)
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(reply.body, { success: true })
    return reply
  }

  // The stored event of a messageId: {type, at, properties, patch, source, lead, flag}.
  async function stored(messageId) {
    const [[text] = []] = await s.sql(`SELECT json_build_object('type', type, 'at', round(extract(epoch FROM occurred_at) * 1000), 'properties', properties, 'patch', patch, 'source', source, 'lead', lead_id, 'flag', flag)
      FROM events WHERE workspace_id = '${s.workspace.id}' AND event_id = '${messageId}'`)
    return text && JSON.parse(text)
  }

  // Sends one message alone, and gives what was stored of it.
  async function told(path, message) {
    const messageId = fresh()
    await sent(path, { messageId, anonymousId: fresh('anon'), ...message })
    return stored(messageId)
  }

  const leadOf = async (messageId) => s.lead((await stored(messageId)).lead)
  return { s, publish, ingest, post, sent, stored, told, leadOf }
}
