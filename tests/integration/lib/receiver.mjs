// The other end of webhooks: a server whose paths answer as they are told, and which remembers what came.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

// How an endpoint may answer. Each gets (req, res) once the body is there.
export const answers = {
  ok: (req, res) => res.writeHead(200).end('{}'),
  error: (req, res) => res.writeHead(500).end('not today'),
  busy: (req, res) => res.writeHead(429, { 'retry-after': '1' }).end(),
  gone: (req, res) => res.writeHead(410).end(),
  moved: (req, res) => res.writeHead(302, { location: '/elsewhere' }).end(),
  hang: () => {},
  reset: (req) => req.socket.resetAndDestroy?.() ?? req.socket.destroy(),
  drip: (req, res) => {
    res.writeHead(200)
    const timer = setInterval(() => res.write('.'), 200)
    res.on('close', () => clearInterval(timer))
  },
  endless: (req, res) => {
    res.writeHead(200)
    const more = () => {
      while (!res.destroyed && res.write(Buffer.alloc(16384, 120)));
      if (!res.destroyed) res.once('drain', more)
    }
    more()
  },
}

export class Receiver {
  // got: [{path, id, headers, body, text, at}] in the order of arrival, or what `keep` makes of them: half a million whole ones are gigabytes.
  static async start(keep = (item) => item) {
    const r = new Receiver()
    r.got = []
    r.behaviour = new Map()
    r.server = http.createServer((req, res) => {
      const chunks = []
      res.on('error', () => {})
      req.on('error', () => {})
      req.on('data', (c) => chunks.push(c))
      req.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const item = { path: req.url, id: req.headers['webhook-id'], headers: req.headers, text, body: JSON.parse(text || 'null'), at: Date.now() }
        const kept = keep(item)
        r.got.push(kept)
        const answer = r.behaviour.get(req.url) ?? answers.ok
        kept.answer = answer(req, res, item)
      })
    })
    r.server.keepAliveTimeout = 60_000
    await new Promise((resolve) => r.server.listen(0, '127.0.0.1', resolve))
    r.server.unref() // a test that fails does not wait for it
    r.port = r.server.address().port
    return r
  }

  url(path) {
    return `http://127.0.0.1:${this.port}${path}`
  }

  on(path, answer) {
    this.behaviour.set(path, answer)
    return this.url(path)
  }

  of(path, type) {
    return this.got.filter((g) => g.path === path && (!type || g.body.type === type))
  }

  // Waits until `n` requests for which `wanted` holds have come.
  async wait(n, wanted, ms = 30_000) {
    const until = Date.now() + ms
    for (;;) {
      const list = this.got.filter(wanted)
      if (list.length >= n) return list
      if (Date.now() > until) throw new Error(`${list.length} of ${n} requests came; in all: ${this.got.map((g) => `${g.path} ${g.body?.type}`).slice(-20).join(', ')}`)
      await sleep(20)
    }
  }

  async stop() {
    this.server.closeAllConnections?.()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
