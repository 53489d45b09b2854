// Fills a workspace with leads through the service itself: node seed.mjs URL KEY FROM TO. Profiles vary, so that all tiers and many scores occur.
import http from 'node:http'

const [url, key, from, to] = [process.argv[2], process.argv[3], Number(process.argv[4]), Number(process.argv[5])]
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
const industries = ['跨境电商', '制造业-汽车零部件', 'software', '物流', 'retail', 'cross-border e-commerce']
const regions = ['浙江', '上海', '广东', '江苏', '北京', '山东']
const titles = ['CEO', '采购经理', 'Sales Director', '工程师', 'Operations Manager', 'VP Logistics']
const of = (list, n) => list[n % list.length]

// A small mixing function: the same lead has the same profile on every machine.
const mix = n => { let x = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b); x ^= x >>> 13; x = Math.imul(x, 0xc2b2ae35); return (x ^ (x >>> 16)) >>> 0 }

function lead (i) {
  const r = mix(i)
  const good = k => (mix(i * 31 + k) % 100) < 70
  return {
    email: `lead${String(i).padStart(7, '0')}@bench.example`, name: `Lead ${i}`, title: of(titles, r >>> 3),
    company: { name: `Company ${r % 50000}`, industry: good(1) ? '跨境电商' : of(industries, r >>> 5), employees: good(2) ? 120 + r % 150 : 10 + r % 4000,
      annual_revenue: good(3) ? 50e6 + (r % 150) * 1e6 : (r % 900) * 1e6, currency: 'CNY', region: good(4) ? '浙江' : of(regions, r >>> 7) },
    needs: { pains: [good(5) ? '手工处理订单' : '库存不准'], budget: good(6) ? 600000 : 90000 }, decision: { role: good(7) ? 'owner' : 'staff' },
    attributes: { plan: of(['free', 'pro', 'enterprise'], r >>> 11) }
  }
}
const acts = ['form_submit', 'email_click', 'webinar_attend', 'page_view', 'content_download']
const properties = { page_view: { path: '/pricing' }, content_download: { kind: 'white_paper', name: 'Order desk' }, form_submit: { form: 'contact' }, email_click: { email_id: 'e1' } }

function post (body) {
  return new Promise((resolve, reject) => {
    const q = http.request(`${url}/v1/events`, { method: 'POST', agent, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, r => {
      let text = ''
      r.setEncoding('utf8').on('data', d => { text += d }).on('end', () => {
        if (r.statusCode !== 200 || text.includes('"error"')) reject(new Error(`${r.statusCode} ${text.slice(0, 400)}`)); else resolve()
      })
    })
    q.on('error', reject)
    q.end(body)
  })
}

const size = 250
let next = from
async function worker () {
  while (next <= to) {
    const start = next
    next += size
    const batch = []
    for (let i = start; i < start + size && i <= to; i++) {
      const type = of(acts, mix(i * 7)), at = new Date(Date.now() - (mix(i * 13) % 20) * 86400000).toISOString()
      batch.push({ event_id: `seed-${i}`, type, occurred_at: at, lead: lead(i), properties: properties[type] ?? {} })
    }
    await post(JSON.stringify(batch))
  }
}
const began = Date.now()
await Promise.all(Array.from({ length: 8 }, worker))
agent.destroy()
process.stderr.write(`seeded ${to - from + 1} leads in ${((Date.now() - began) / 1000).toFixed(1)} s\n`)
