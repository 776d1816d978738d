// Listens with the clients of graphql-ws and graphql-sse: node listen.mjs URL KEY SUBSCRIPTION. Each asks a query, takes
// two results of the subscription and leaves. Prints what they were answered, as JSON.
import { createClient as createSSEClient } from "graphql-sse";
import { createClient as createWSClient } from "graphql-ws";
import WebSocket from "ws";

const [url, key, subscription] = process.argv.slice(2);
const headers = { Authorization: `Bearer ${key}` };
const clients = {
  sse: createSSEClient({ url, headers, retryAttempts: 0 }),
  ws: createWSClient({ url: url.replace(/^http/, "ws"), connectionParams: headers, webSocketImpl: WebSocket, retryAttempts: 0 }),
};

async function take(client, query, count) {
  const results = [];
  for await (const result of client.iterate({ query })) {
    results.push(result);
    if (results.length === count) break;
  }
  return results;
}

async function failure(client, query) {
  try {
    return await take(client, query, 1);
  } catch (errors) {
    return errors;
  }
}

const answers = await Promise.all(
  Object.entries(clients).map(async ([name, client]) => [
    name,
    {
      query: await take(client, "{ __typename }", Infinity),
      invalid: await failure(client, "{ nothing }"),
      heard: await take(client, subscription, 2),
    },
  ]),
);
console.log(JSON.stringify(Object.fromEntries(answers)));
await Promise.all(Object.values(clients).map((client) => client.dispose()));
