-- What wrk sends: one file again and again. BODY names it, TYPE is its content type, PAUSE milliseconds go by before
-- each.
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.method, wrk.body = "POST", file:read("*a")
file:close()
wrk.headers["Content-Type"] = os.getenv("TYPE")
local pause = tonumber(os.getenv("PAUSE") or "0")
if pause > 0 then
    -- Not all at the same moment: each connection's pauses vary around their mean.
    function delay() return math.random(0, 2 * pause) end
end

-- Microseconds, counts: for the program that reads them.
function done(summary, latency, requests)
    local errors = summary.errors
    local form = '\n{"requests": %d, "seconds": %.6f, "failed": %d, "p50_us": %d, "p99_us": %d, "most_us": %d}\n'
    io.write(string.format(form, summary.requests, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency.max))
end
