// `leadscore rescore --watch`: a bar that moves on a terminal, plain lines where there is none. What is watched is a job's row, so that most of it is
// told by rows that the test writes itself, each shown before the next.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { test, after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Service } from './lib/service.mjs'

const TERMINAL = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../lib/terminal.py')
const s = await Service.start('watch')
after(() => s.stop())
const env = { ...process.env, DATABASE_URL: s.url }
const ARGS = ['rescore', '--workspace', 'ours', '--watch']

// A command that runs: what it has said so far, a wait for something to be said, its end.
function started(command, args) {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const run = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (d) => (run.out += d))
  child.stderr.setEncoding('utf8').on('data', (d) => (run.err += d))
  child.stdin.end('[]')
  run.ended = new Promise((resolve) => child.on('close', resolve))
  run.says = async (what) => {
    for (let i = 0; !run.err.includes(what); i++) {
      assert.ok(i < 1200 && child.exitCode === null, `never said ${what}: ${run.err}`)
      await sleep(25)
    }
  }
  return run
}
const terminal = () => started('python3', [TERMINAL, '--live', process.env.LEADSCORE_TEST_BINARY, ...ARGS])
const plain = () => started(process.env.LEADSCORE_TEST_BINARY, ARGS)
// {code, text} of what ran on a terminal.
async function shown(run) {
  assert.equal(await run.ended, 0, run.err)
  return JSON.parse(run.out)
}
const bars = (text) => [...text.matchAll(/\r\[([=> ]{24})\] +(\d+) % {2}(\d+) of (\d+) leads, \d+ leads\/s(?:, \d+:\d\d left)?\x1b\[K/g)].map(([, bar, share, done, total]) => ({ bar, share: Number(share), done: Number(done), total: Number(total) }))

test('a rescore as it is: the bar ends full, and the line says how many', async () => {
  for (let i = 0; i < 40; i++) await s.event({ type: 'page_view', lead: { email: `w${i}@example.com` }, properties: { path: '/pricing' } })
  const run = terminal()
  const { code, text } = await shown(run)
  assert.equal(code, 0, text)
  const last = bars(text).at(-1)
  assert.deepEqual(last, { bar: '='.repeat(24), share: 100, done: 40, total: 40 }, text)
  assert.match(text, /\r\ndone: 40 leads in \d+\.\d s\r\n$/)
  const quiet = plain()
  assert.equal(await quiet.ended, 0, quiet.err)
  assert.match(quiet.out, /^[0-9a-f-]{36}\n$/)
  assert.match(quiet.err, /(^|\n)done: 40 leads in \d+\.\d s\n$/)
  assert.doesNotMatch(quiet.err, /[\r\x1b]/)
  await s.terminate() // nobody takes the jobs of the others
})

const ID = '0192f0c4-7b5a-7cc3-98c4-dc0c0c073901'
const begin = () => s.sql(`DELETE FROM jobs; INSERT INTO jobs (workspace_id, id, kind, state, model_version, input, created_at) VALUES ('${s.workspace.id}', '${ID}', 'rescore', 'waiting', 1, '{}', now())`)
const is = (set) => s.sql(`UPDATE jobs SET ${set} WHERE id = '${ID}'`)

test('a bar that moves', async () => {
  await begin()
  const run = terminal()
  await run.says('\rwaiting')
  await is("state = 'running', started_at = now() - interval '10 s', total = 1000, done = 0")
  for (const done of [0, 250, 520, 1000]) {
    await is(`done = ${done}`)
    await run.says(` ${done} of 1000 leads`)
  }
  await is("state = 'done', finished_at = started_at + interval '12.5 s'")
  const { code, text } = await shown(run)
  assert.equal(code, 0, text)
  assert.ok(text.startsWith(`a rescore under version 1 is under way already\r\n${ID}\r\n\rwaiting\x1b[K`), text)
  const seen = bars(text).filter((b, i, all) => b.done !== all[i - 1]?.done)
  assert.deepEqual(seen, [
    { bar: '>' + ' '.repeat(23), share: 0, done: 0, total: 1000 }, { bar: '======>' + ' '.repeat(17), share: 25, done: 250, total: 1000 },
    { bar: '='.repeat(12) + '>' + ' '.repeat(11), share: 52, done: 520, total: 1000 }, { bar: '='.repeat(24), share: 100, done: 1000, total: 1000 },
  ])
  assert.match(text, /250 of 1000 leads, \d+ leads\/s, 0:\d\d left/)
  assert.ok(text.endsWith('[========================] 100 %  1000 of 1000 leads, 80 leads/s\x1b[K\r\ndone: 1000 leads in 12.5 s\r\n'), text)
})

test('one that is cancelled leaves no bar', async () => {
  await begin()
  await is("state = 'running', started_at = now(), total = 10, done = 5")
  const run = terminal()
  await run.says(' 5 of 10 leads')
  await is("state = 'cancelled', finished_at = now(), error = 'stopped: by hand'")
  const { code, text } = await shown(run)
  assert.equal(code, 1, text)
  assert.match(text, /\r\x1b\[Kleadscore: the job is cancelled: stopped: by hand\r\n$/)
})

test('without a terminal: a line when it begins, and now and then', async () => {
  await begin()
  const run = plain()
  await run.says('waiting\n')
  await is("state = 'running', started_at = now() - interval '10 s', total = 1000, done = 250")
  await run.says('250 of 1000 leads')
  await is('done = 300')
  await sleep(2500) // two looks, and no line for them: the state is the same
  await is("state = 'done', done = 1000, finished_at = started_at + interval '20 s'")
  assert.equal(await run.ended, 0, run.err)
  assert.equal(run.out, `${ID}\n`)
  assert.match(run.err, /^a rescore under version 1 is under way already\nwaiting\n 25 % {2}250 of 1000 leads, \d+ leads\/s, 0:\d\d left\ndone: 1000 leads in 20\.0 s\n$/)
})
