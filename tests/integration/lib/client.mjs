// HTTP as a test wants it: every reply is a value, whatever its status; and bytes as they are, for requests no client library would send.
import http from 'node:http'
import net from 'node:net'

// {status, headers, text, body}: body is the parsed JSON, or undefined.
function reply(status, headers, text) {
  let body
  if (/[/+]json/.test(headers['content-type'] ?? '') && text !== '') body = JSON.parse(text)
  return { status, headers, text, body }
}

export class Client {
  constructor(port) {
    this.port = port
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 128 })
  }

  // body: a value (sent as JSON), or a string or Buffer as it is.
  request(method, path, { key, body, headers = {} } = {}) {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    const all = { ...headers }
    // The change feed has no end: what it says first is taken for all of it.
    const endless = method === 'GET' && /^\/v1\/stream(\?|$)/.test(path)
    const has = (name) => Object.keys(all).some((h) => h.toLowerCase() === name)
    if (key && !has('authorization')) all.authorization = `Bearer ${key}`
    if (bytes !== undefined) {
      if (!has('content-type')) all['content-type'] = 'application/json'
      all['content-length'] = Buffer.byteLength(bytes)
    }
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, method, path, headers: all, agent: this.agent }
      const req = http.request(options, (res) => {
        const chunks = []
        const finish = () => {
          try {
            resolve(reply(res.statusCode, res.headers, Buffer.concat(chunks).toString()))
          } catch (error) {
            reject(error)
          }
        }
        res.on('data', (chunk) => {
          chunks.push(chunk)
          if (res.statusCode !== 200 || !endless || !Buffer.concat(chunks).includes('\n\n')) return
          res.removeAllListeners('end')
          req.destroy()
          finish()
        })
        res.on('end', finish)
        res.on('error', reject)
      })
      req.setTimeout(60_000, () => req.destroy(new Error(`${method} ${path}: no reply`)))
      req.on('error', reject)
      req.end(bytes)
    })
  }

  close() {
    this.agent.destroy()
  }

  // Sends bytes (latin1) on a connection of their own and reads until the server closes or has sent one whole reply.
  // Null when it closed without a word.
  raw(bytes, { waitMs = 10_000 } = {}) {
    return new Promise((resolve, reject) => {
      const socket = net.connect(this.port, '127.0.0.1')
      let got = Buffer.alloc(0)
      const finish = () => {
        socket.destroy()
        try {
          resolve(parseReply(got))
        } catch (error) {
          reject(error)
        }
      }
      socket.setTimeout(waitMs, () => {
        socket.destroy()
        reject(new Error(`no end of the reply within ${waitMs} ms: ${got.toString('latin1')}`))
      })
      socket.on('data', (chunk) => {
        got = Buffer.concat([got, chunk])
        if (complete(got)) finish()
      })
      socket.on('end', finish)
      socket.on('error', (error) => (got.length || error.code === 'ECONNRESET' ? finish() : reject(error)))
      socket.write(Buffer.from(bytes, 'latin1'))
    })
  }
}

function split(bytes) {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [first, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { first, headers, rest: bytes.subarray(end + 4) }
}

function complete(bytes) {
  const parts = split(bytes)
  if (!parts || parts.first.startsWith('HTTP/1.1 100')) return false
  const length = parts.headers['content-length']
  return length !== undefined && parts.rest.length >= Number(length)
}

function parseReply(bytes) {
  if (bytes.length === 0) return null
  const parts = split(bytes)
  if (!parts) throw new Error(`half a reply: ${bytes.toString('latin1')}`)
  const match = /^HTTP\/1\.[01] (\d{3})/.exec(parts.first)
  if (!match) throw new Error(`no status line: ${parts.first}`)
  return reply(Number(match[1]), parts.headers, parts.rest.toString())
}
