-- What wrk sends, and what it says at the end, as one line of JSON. A POST's body is in the environment.
wrk.body = os.getenv("BODY")
wrk.method = wrk.body and "POST" or "GET"

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format('{"requests": %d, "microseconds": %d, "bytes": %d, "failed": %d}\n',
    summary.requests, summary.duration, summary.bytes, failed))
end
