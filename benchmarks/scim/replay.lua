-- Sends the requests of a file (a line each: method, path, body, parted by tabs) one after the other, from a given line on.
-- Arguments: the file, the bearer token, the first line.
local threads = {}
requests, sent, first = {}, 0, 0

function setup(thread)
   threads[#threads + 1] = thread
end

function init(args)
   local headers = {["Authorization"] = "Bearer " .. args[2], ["Content-Type"] = "application/scim+json"}
   for line in io.lines(args[1]) do
      local method, path, body = line:match("^(%S+)\t(%S+)\t(.*)$")
      requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
   end
   first = tonumber(args[3])
end

function request()
   local one = requests[(first + sent) % #requests + 1]
   sent = sent + 1
   return one
end

function done(summary, latency, _)
   local errors = summary.errors
   local lost = errors.connect + errors.read + errors.write + errors.timeout
   local count = 0
   for _, thread in ipairs(threads) do
      count = count + thread:get("sent")
   end
   io.write(string.format(
      '{"answered":%d,"seconds":%.6f,"refused":%d,"lost":%d,"sent":%d,"p50_ms":%.3f,"p99_ms":%.3f}\n',
      summary.requests, summary.duration / 1e6, errors.status, lost, count,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
