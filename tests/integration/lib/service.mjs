// A leadscore of a test's own: a fresh database in the run's cluster, workspaces and keys made by the command line, the server on free
// ports. Stopping it asserts a clean end: exit code 0 and no report of a sanitizer.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { Client } from './client.mjs'

const run = promisify(execFile)
const ROLES = ['publish', 'ingest', 'read', 'sales', 'admin']
const SANITIZER = /ERROR: (Address|Leak|Thread|Memory)Sanitizer|WARNING: ThreadSanitizer|runtime error:/

function needed(name) {
  const value = process.env[name]
  assert.ok(value, `${name} is not set: run this by tests/run.sh`)
  return value
}

// The same URL with another database.
function databaseUrl(name) {
  const url = needed('LEADSCORE_TEST_DATABASE_URL')
  const changed = url.replace(/^(postgres(?:ql)?:\/\/[^/?]*)\/?[^?]*/, `$1/${name}`)
  assert.notEqual(changed, url, 'LEADSCORE_TEST_DATABASE_URL is no URL')
  return changed
}

// Connections of the tests by URL, one each; every value as text, the rows of all statements after each other.
const sessions = new Map()
const asText = { getTypeParser: () => (value) => value }

function session(url) {
  if (sessions.has(url)) return sessions.get(url)
  const client = new pg.Client({ connectionString: url, types: asText })
  const opened = client.connect().then(() => client)
  const forget = () => sessions.get(url) === opened && sessions.delete(url)
  client.on('error', forget).on('end', forget)
  opened.catch(forget)
  sessions.set(url, opened)
  return opened
}

async function query(url, text) {
  const client = await session(url)
  const results = await client.query({ text, rowMode: 'array' })
  return [results].flat().flatMap((r) => r.rows ?? []).map((row) => row.map((value) => value ?? ''))
}

// In the cluster's own database, by a connection that does not stay.
async function maintain(text) {
  const url = databaseUrl('postgres')
  await query(url, text)
  await endSession(url)
}

async function endSession(url) {
  await (await sessions.get(url))?.end()
}

export class Service {
  twins = []

  // settings: environment of `leadscore serve` besides the defaults below.
  static async start(name, settings = {}) {
    const s = new Service()
    s.database = `it_${name}_${process.pid}`
    s.url = databaseUrl(s.database)
    await maintain(`DROP DATABASE IF EXISTS ${s.database} WITH (FORCE)`)
    await maintain(`CREATE DATABASE ${s.database}`)
    await s.cli('migrate')
    s.workspace = await s.makeWorkspace('ours')
    await s.serve(settings)
    return s
  }

  async cli(...args) {
    const env = { ...process.env, DATABASE_URL: this.url }
    const { stdout } = await run(needed('LEADSCORE_TEST_BINARY'), args, { env })
    return stdout.trim()
  }

  async makeKey(workspace, role, ...more) {
    return this.cli('key', 'create', '--workspace', workspace, '--role', role, ...more)
  }

  // {id, name, keys: {publish, ingest, read, sales, admin}}
  async makeWorkspace(name, ...more) {
    const id = await this.cli('workspace', 'create', name, ...more)
    const keys = {}
    for (const role of ROLES) keys[role] = await this.makeKey(name, role)
    return { id, name, keys }
  }

  async serve(settings) {
    const env = {
      ...process.env,
      DATABASE_URL: this.url,
      LEADSCORE_LISTEN: '127.0.0.1:0',
      LEADSCORE_METRICS_LISTEN: '127.0.0.1:0',
      LEADSCORE_LOG_REQUESTS: 'off',
      LEADSCORE_REFRESH_INTERVAL_MS: '200',
      ...settings,
    }
    const child = spawn(needed('LEADSCORE_TEST_BINARY'), ['serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    this.child = child
    this.stderr = []
    this.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })))
    const ready = new Promise((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        this.stderr.push(line)
        const entry = line.startsWith('{') ? JSON.parse(line) : {}
        if (entry.event === 'ready') resolve(entry)
      })
      this.ended.then(({ code, signal }) => reject(new Error(`serve ended: ${code ?? signal}\n${this.stderr.join('\n')}`)))
    })
    const entry = await ready
    this.port = entry.port
    this.metricsPort = entry.metrics_port
    this.client = new Client(this.port)
    for (let i = 0; ; i++) {
      const reply = await this.client.request('GET', '/readyz').catch(() => ({ status: 0 }))
      if (reply.status === 200) return
      assert.ok(i < 200, `/readyz answers ${reply.status}`)
      await sleep(50)
    }
  }

  // A second server on the same database; ends with terminate(), or with this one.
  async twin(settings = {}) {
    const twin = Object.assign(new Service(), { database: this.database, url: this.url, workspace: this.workspace })
    this.twins.push(twin)
    await twin.serve(settings)
    return twin
  }

  // Rows of text; NULL is ''.
  sql(text) {
    return query(this.url, text)
  }

  async count(table, where = 'true') {
    return Number((await this.sql(`SELECT count(*) FROM ${table} WHERE ${where}`))[0][0])
  }

  // A request by a key of `role` of our own workspace (null: no key).
  call(role, method, path, body, headers = {}) {
    const key = role ? this.workspace.keys[role] : undefined
    return this.client.request(method, path, { key, body, headers })
  }

  // The same, where anything but `status` is a failure.
  async ok(status, role, method, path, body, headers) {
    const reply = await this.call(role, method, path, body, headers)
    assert.equal(reply.status, status, `${method} ${path}: ${reply.status} ${reply.text}`)
    return reply
  }

  async event(event, status = 200) {
    return (await this.ok(status, 'ingest', 'POST', '/v1/events', event)).body
  }

  async lead(id) {
    return (await this.ok(200, 'read', 'GET', `/v1/leads/${id}`)).body
  }

  // Ends the server the way systemd does, and asserts that it ended well.
  async terminate() {
    this.client.close()
    this.child.kill('SIGTERM')
    const late = setTimeout(() => this.child.kill('SIGKILL'), 60_000)
    const { code, signal } = await this.ended
    clearTimeout(late)
    const report = this.stderr.findIndex((line) => SANITIZER.test(line))
    assert.equal(report, -1, this.stderr.slice(report).join('\n'))
    assert.equal(code, 0, `serve ended with ${code ?? signal}\n${this.stderr.slice(-20).join('\n')}`)
  }

  async stop() {
    try {
      for (const twin of this.twins) if (twin.child?.exitCode === null && !twin.child.signalCode) await twin.terminate()
      await this.terminate()
    } finally {
      await endSession(this.url)
      await maintain(`DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`)
    }
  }
}

// Asserts a problem document (RFC 9457) as DESIGN 7 has it.
export function assertProblem(reply, status, code, pointer) {
  const said = `${reply.status} ${reply.text}`
  assert.equal(reply.status, status, said)
  assert.match(reply.headers['content-type'] ?? '', /^application\/problem\+json/, said)
  assert.equal(reply.body.status, status, said)
  assert.equal(reply.body.code, code, said)
  for (const field of ['type', 'title', 'detail', 'request_id']) assert.equal(typeof reply.body[field], 'string', said)
  if (pointer !== undefined) assert.equal(reply.body.errors?.[0]?.pointer, pointer, said)
}

// Runs `n` tasks of work(i), `width` at a time.
export async function concurrently(n, width, work) {
  let next = 0
  const worker = async () => {
    while (next < n) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
