-- Makes wrk send one file repeatedly. Environment: BODY is the file, TYPE its content type, PAUSE the mean pause before
-- each request in milliseconds.
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.method, wrk.body = "POST", file:read("*a")
file:close()
wrk.headers["Content-Type"] = os.getenv("TYPE")
local pause = tonumber(os.getenv("PAUSE") or "0")
if pause > 0 then
    -- Random pauses keep the connections from sending at the same moment.
    function delay() return math.random(0, 2 * pause) end
end

-- Prints counts and latencies in microseconds as JSON for bench/serve.
function done(summary, latency, requests)
    local errors = summary.errors
    local form = '\n{"requests": %d, "seconds": %.6f, "failed": %d, "p50_us": %d, "p99_us": %d, "most_us": %d}\n'
    io.write(string.format(form, summary.requests, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency.max))
end
