// Opens streams, lets them idle, then has a lead move and sees when each of them is told.
// streams.mjs URL KEY PID STREAMS IDLE_SECONDS: figures as NAME VALUE lines.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [url, key, pid, count, idle] = process.argv.slice(2)
const n = Number(count)
const { hostname, port } = new URL(url)
const rss = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])
const ticks = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, t) => sum + Number(t), 0)
const until = async (done, what, ms = 60_000) => {
  for (const end = Date.now() + ms; !done(); await sleep(5)) if (Date.now() > end) throw new Error(`${what} takes too long`)
}

const streams = []
let began = 0, closed = 0, beats = 0
const told = []
// A socket and a few words: what the client costs is not to be seen in what is measured.
function open() {
  const socket = net.connect(Number(port), hostname)
  const one = { socket, ready: false, seen: 0 }
  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    if (!one.ready) one.ready = chunk.includes('event: position')
    if (chunk.includes(': still here')) beats++
    if (began && !one.seen && chunk.includes('"type":"stage.')) told.push((one.seen = performance.now()) - began)
  })
  socket.on('error', () => {})
  socket.on('close', () => closed++)
  socket.write(`GET /v1/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${key}\r\nAccept: text/event-stream\r\n\r\n`)
  streams.push(one)
}

function post(body) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
    http.request({ host: hostname, port, method: 'POST', path: '/v1/events', headers }, (res) => {
      res.resume()
      res.on('end', () => (res.statusCode === 200 ? resolve() : reject(new Error(`POST answers ${res.statusCode}`))))
    }).on('error', reject).end(text)
  })
}
const move = (id) => post([{ type: 'demo_request', lead: { email: `${id}@streams.example`, title: '创始人' } }, { type: 'quote_request', lead: { email: `${id}@streams.example` } },
  { type: 'trial_start', lead: { email: `${id}@streams.example` } }, { type: 'page_view', lead: { email: `${id}@streams.example` }, properties: { path: '/pricing' } }])

await move('warm')
const before = rss()
const start = performance.now()
for (let i = 0; i < n; i++) {
  open()
  if (i % 100 === 99) await until(() => streams.filter((x) => !x.ready).length < 300, 'opening')
}
await until(() => streams.every((x) => x.ready), 'opening')
const opened = performance.now() - start
await sleep(1000)
const fresh = rss()
const [cpu, from] = [ticks(), performance.now()]
await sleep(Number(idle) * 1000)
const busy = ((ticks() - cpu) * 10) / ((performance.now() - from) / 1000)
const settled = rss()
const rounds = []
for (let i = 0; i < 5; i++) {
  for (const x of streams) x.seen = 0
  told.length = 0
  began = performance.now()
  await move(`round-${i}-${process.pid}`)
  await until(() => told.length === n, `telling all, ${told.length} are told,`)
  told.sort((a, b) => a - b)
  rounds.push([told[n >> 1], told[Math.floor(n * 0.99)], told[n - 1]])
}
const middle = (k) => rounds.map((r) => r[k]).sort((a, b) => a - b)[2].toFixed(0)
const figures = { held: n - closed, opened_s: (opened / 1000).toFixed(1), before_kib: before, kib_each: ((fresh - before) / n).toFixed(1), kib_each_idle: ((settled - before) / n).toFixed(1),
  kib_each_told: ((rss() - before) / n).toFixed(1), idle_cpu_ms_per_s: busy.toFixed(1), beats, told_p50_ms: middle(0), told_p99_ms: middle(1), told_last_ms: middle(2) }
for (const [name, value] of Object.entries(figures)) console.log(name, value)
process.exit(0)
