// The peer: POST /v1/events as a careful team would write it in an afternoon: Fastify with a schema, pg with a pool of 20 in each of two processes, prepared
// statements, one transaction an event. It scores with a fixed number of points and writes the
// lead's state back as it was, which flatters it. GET /v1/leads is a page by tier and score.
import cluster from 'node:cluster'
import { createHash, randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import pg from 'pg'

const { DATABASE_URL, PORT, BENCH_WORKSPACE: workspace, BENCH_KEY: key } = process.env

if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork()
  process.on('SIGTERM', () => process.exit(0))
} else {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 })
  const app = Fastify({ logger: false })
  const schema = {
    body: {
      type: 'object', required: ['type', 'lead'], additionalProperties: false,
      properties: {
        event_id: { type: 'string', maxLength: 255 }, type: { type: 'string', maxLength: 100 },
        lead: { type: 'object', required: ['email'], properties: { email: { type: 'string', format: 'email' } } },
        properties: { type: 'object' }, occurred_at: { type: 'string', format: 'date-time' }
      }
    }
  }
  const part = s => { const b = Buffer.from(s), n = Buffer.alloc(8); n.writeBigUInt64LE(BigInt(b.length)); return Buffer.concat([n, b]) }
  const hash = (a, b) => {
    const h = createHash('sha256').update(part(a)).update(part(b)).digest('hex').slice(0, 32)
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
  }
  const authorised = (request, reply, done) => {
    if (request.headers.authorization !== `Bearer ${key}`) return reply.code(401).send({ code: 'unauthorized' })
    done()
  }

  app.post('/v1/events', { schema, preHandler: authorised }, async (request, reply) => {
    const { event_id: id = randomUUID(), type, lead, properties = {} } = request.body
    const c = await pool.connect()
    try {
      await c.query('BEGIN')
      const who = await c.query({ name: 'who', text: 'SELECT lead_id FROM identities WHERE workspace_id = $1 AND key = $2',
        values: [workspace, hash('email', lead.email.toLowerCase())] })
      if (!who.rowCount) { await c.query('ROLLBACK'); return reply.code(404).send({ code: 'lead_not_found' }) }
      const leadId = who.rows[0].lead_id
      const row = (await c.query({ name: 'lock', text: 'SELECT id, version, as_of, profile, state, tier, stage, score, fit, engagement FROM leads WHERE workspace_id = $1 AND id = $2 FOR UPDATE',
        values: [workspace, leadId] })).rows[0]
      const stored = await c.query({ name: 'event', text: `INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type, event_id, properties)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, values: [workspace, leadId, hash('', id), new Date(), type, id, properties] })
      const duplicate = stored.rowCount === 0, score = (row.score + (duplicate ? 0 : 5)) % 100
      if (!duplicate) {
        await c.query({ name: 'score', text: `UPDATE leads SET version = version + 1, updated_at = $3, updated_hour = $4, score = $5, engagement = $5, as_of = $3, last_event_at = $3,
          next_change_at = $6, state = $7 WHERE workspace_id = $1 AND id = $2`,
        values: [workspace, leadId, new Date(), Math.floor(Date.now() / 3600000), score, new Date(Date.now() + 86400000), row.state] })
      }
      await c.query('COMMIT')
      return { event_id: id, duplicate, lead_id: leadId, score: { total: score, fit: row.fit, engagement: score }, tier: row.tier, stage: row.stage, contributions: [{ rule: type, points: 5 }], transitions: [] }
    } catch (e) {
      await c.query('ROLLBACK').catch(() => {})
      throw e
    } finally { c.release() }
  })

  app.get('/v1/leads', { preHandler: authorised }, async request => {
    const { tier, limit = 50 } = request.query
    const r = await pool.query({ name: 'page', text: `SELECT id, version, score, fit, engagement, tier, grade, stage, owner, tags, as_of, created_at, updated_at, profile FROM leads
      WHERE workspace_id = $1 AND tier = $2 ORDER BY score DESC, id DESC LIMIT $3`, values: [workspace, tier, Number(limit)] })
    return { data: r.rows, next_cursor: null }
  })

  await app.listen({ host: '127.0.0.1', port: Number(PORT) })
}
