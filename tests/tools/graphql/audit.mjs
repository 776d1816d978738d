// Runs the audits of graphql-http against a server: node audit.mjs URL [KEY]. Prints one JSON array of what failed.
import { serverAudits } from "graphql-http";

const [url, key] = process.argv.slice(2);
const audits = serverAudits({
  url,
  fetchFn: (address, init = {}) =>
    fetch(address, { ...init, headers: { ...init.headers, ...(key && { authorization: `Bearer ${key}` }) } }),
});
const results = [];
for (const audit of audits) {
  const { name, status, reason } = await audit.fn();
  results.push({ name, status, reason });
}
console.log(JSON.stringify({ audits: results.length, failed: results.filter(({ status }) => status !== "ok") }));
