// A receiver on a thread of its own, which answers everything with 200: what others do to the rest of a scene does not slow it. It keeps what `webhook_scene.mjs` looks at.
import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Receiver } from './receiver.mjs'

// What a scene of thousands keeps of a request.
export const briefly = ({ path, id, at, body }) => ({ path, id, at, body: { type: body.type, timestamp: body.timestamp, data: { id: body.data.id, lead_id: body.data.lead_id } } })

export class ReceiverApart {
  static async start() {
    const r = new ReceiverApart()
    r.worker = new Worker(new URL(import.meta.url))
    r.worker.unref()
    ;[r.port] = await once(r.worker, 'message')
    return r
  }

  url(path) {
    return `http://127.0.0.1:${this.port}${path}`
  }

  // Ends it. What came, in the order of arrival.
  async stop() {
    this.worker.postMessage('stop')
    const [got] = await once(this.worker, 'message')
    return got
  }
}

if (!isMainThread && parentPort) {
  const r = await Receiver.start(briefly)
  parentPort.postMessage(r.port)
  await once(parentPort, 'message')
  await r.stop()
  parentPort.postMessage(r.got.map((item) => ({ ...item, answer: 'ok' })))
}
