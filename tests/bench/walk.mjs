// Follows next_cursor: node walk.mjs URL KEY TIER PAGE -> the cursor that leads to page PAGE of the list by tier and score.
const [url, key, tier, page] = [process.argv[2], process.argv[3], process.argv[4], Number(process.argv[5])]
let cursor = null
for (let i = 1; i < page; i++) {
  const r = await fetch(`${url}/v1/leads?tier=${tier}&limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, { headers: { authorization: `Bearer ${key}` } })
  const body = await r.json()
  if (!r.ok || !body.next_cursor) throw new Error(`page ${i}: ${r.status} ${JSON.stringify(body).slice(0, 300)}`)
  cursor = body.next_cursor
}
console.log(encodeURIComponent(cursor))
