// How a job goes on, as a stream tells it: server-sent events or lines of JSON, one a word of the other.
import assert from 'node:assert/strict'
import { essential } from './examples.mjs'

// [{event, data}], without what only keeps the line open.
export function told(type, text) {
  if (type.startsWith('application/x-ndjson')) return text.trimEnd().split('\n').map((line) => JSON.parse(line)).filter(({ event }) => event !== 'wait')
  assert.match(type, /^text\/event-stream/)
  return text.trimEnd().split('\n\n').filter((block) => !block.startsWith(':')).map((block) => {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? assert.fail(`no event: ${block}`)
    return { event, data: JSON.parse(data) }
  })
}

// That an example tells what was told. How often there was progress is chance; of the result an example may leave members out.
export function assertTold(type, said, example) {
  const [was, written] = [told(type, said), told(type, example)]
  for (const events of [was, written]) {
    const last = events.pop()
    assert.equal(last.event, 'result')
    for (const { event, data } of events) {
      assert.equal(event, 'progress')
      assert.deepEqual(Object.keys(data), ['id', 'state', 'done', 'total'])
      assert.equal(data.id, last.data.id)
      assert.ok(['waiting', 'running'].includes(data.state), data.state)
    }
    events.push(last.data)
  }
  assert.ok(written.length > 1, 'the example shows no progress')
  const [is, shown] = [was.at(-1), written.at(-1)]
  const kept = Object.fromEntries(Object.keys(shown.result).map((k) => [k, is.result[k]]))
  assert.deepEqual(Object.keys(shown), Object.keys(is))
  assert.deepEqual(essential({ ...is, result: kept }), essential(shown))
}
