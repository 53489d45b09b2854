-- One event a request, or SIZE of them, on leads drawn uniformly or by Zipf's law (s = 1.07) from LEADS. Event ids are unique per thread and run.
-- SHAPE segment: the same events as a batch of Segment's tracking API; timed: with the instant and source that those have.
local key, leads, zipf, size = os.getenv("BENCH_KEY"), tonumber(os.getenv("BENCH_LEADS")), os.getenv("BENCH_ZIPF") == "1", tonumber(os.getenv("BENCH_SIZE") or "1")
local segment, timed = os.getenv("BENCH_SHAPE") == "segment", os.getenv("BENCH_SHAPE") == "timed"
local threads = 0

function setup(thread)
   thread:set("id", threads)
   threads = threads + 1
end

-- Rejection-inversion sampling (Hoermann and Derflinger 1996), as exact as doubles are.
local s = 1.07
local function H(x) return (x ^ (1 - s)) / (1 - s) end
local function Hinv(x) return ((1 - s) * x) ^ (1 / (1 - s)) end
local hx1, hn

local function draw()
   if not zipf then return math.random(1, leads) end
   while true do
      local u = hn + math.random() * (hx1 - hn)
      local x = Hinv(u)
      local k = math.floor(x + 0.5)
      if k < 1 then k = 1 elseif k > leads then k = leads end
      if u >= H(k + 0.5) - k ^ -s then return k end
   end
end

local headers
local n = 0
local stamp, now
function init(args)
   math.randomseed(os.time() * 100 + id)
   hx1, hn = H(1.5) - 1, H(leads + 0.5)
   headers = "POST " .. (segment and "/v1/batch" or "/v1/events") .. " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " .. key .. "\r\nContent-Type: application/json\r\nContent-Length: "
   stamp = os.time() .. "-" .. id .. "-"
end

local kinds = {
   '"type":"email_click","properties":{"email_id":"spring-2026","link":"/products/orders"}',
   '"type":"page_view","properties":{"path":"/pricing","title":"Pricing","duration_s":31}',
   '"type":"page_view","properties":{"path":"/blog/how-orders-flow","title":"How orders flow","duration_s":12}',
   '"type":"email_open","properties":{"email_id":"spring-2026"}',
}

-- What @segment/analytics-node sends of them.
local calls = {
   '"type":"track","event":"Email Link Clicked","properties":{"email_id":"spring-2026","link":"/products/orders"}',
   '"type":"page","properties":{"path":"/pricing","title":"Pricing","duration_s":31}',
   '"type":"page","properties":{"path":"/blog/how-orders-flow","title":"How orders flow","duration_s":12}',
   '"type":"track","event":"Email Opened","properties":{"email_id":"spring-2026"}',
}

local function message()
   n = n + 1
   return string.format('{"messageId":"%s%d",%s,"context":{"traits":{"email":"lead%07d@bench.example"},"library":{"name":"@segment/analytics-node","version":"2.2.1"}},' ..
      '"timestamp":"%s","_metadata":{"nodejsVersion":"20.0.0"},"integrations":{}}', stamp, n, calls[n % #calls + 1], draw(), now)
end

local function event()
   n = n + 1
   local more = timed and '"occurred_at":"' .. now .. '","source":{"name":"bench"},' or ""
   return string.format('{"event_id":"%s%d",%s%s,"lead":{"email":"lead%07d@bench.example"}}', stamp, n, more, kinds[n % #kinds + 1], draw())
end

function request()
   local body
   if segment or timed then now = os.date("!%Y-%m-%dT%H:%M:%S.000Z") end
   if segment then
      local t = {}
      for i = 1, size do t[i] = message() end
      body = '{"batch":[' .. table.concat(t, ",") .. '],"writeKey":"' .. key .. '","sentAt":"' .. now .. '"}'
   elseif size == 1 then
      body = event()
   else
      local t = {}
      for i = 1, size do t[i] = event() end
      body = "[" .. table.concat(t, ",") .. "]"
   end
   return headers .. #body .. "\r\n\r\n" .. body
end

