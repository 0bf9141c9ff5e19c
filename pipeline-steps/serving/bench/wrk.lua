-- What wrk sends, and what came of it in the form of `vegeta report -type=json`.
-- BODY and HEADER (name: value) are in the environment.
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
local name, value = os.getenv("HEADER"):match("^(.-): (.*)$")
wrk.headers[name] = value

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests": %d, "throughput": %.1f, "latencies": {"50th": %d, "99th": %d}, "status_codes": {"200": %d, "other": %d, "0": %d}}\n',
    summary.requests, summary.requests * 1e6 / summary.duration,
    latency:percentile(50) * 1000, latency:percentile(99) * 1000,
    summary.requests - errors.status, errors.status, failed))
end
