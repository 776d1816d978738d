import { GraphiQL } from "graphiql";
import { getOperationAST } from "graphql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

import defaultQuery from "./default-query.graphql";
import defaultSubscription from "./default-subscription.graphql";

const defaultHeaders = '{\n  "Authorization": "Bearer "\n}';

globalThis.MonacoEnvironment = {
  getWorker(_, label) {
    const name = label === "graphql" || label === "json" ? label : "editor";
    return new Worker(new URL(`./${name}.worker.js`, import.meta.url), { type: "module" });
  },
};

/** Asks the page's own address, which is the endpoint. */
function fetcher(operation, { headers, documentAST } = {}) {
  const kind = documentAST && getOperationAST(documentAST, operation.operationName)?.operation;
  return kind === "subscription" ? listen(operation, withKey(headers)) : post(operation, withKey(headers));
}

async function post(operation, headers) {
  const response = await fetch(location.pathname, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      "Content-Type": "application/json",
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  return response.json();
}

/** Listens over a WebSocket, which has no headers: the key goes with the first message. */
function listen(operation, headers) {
  const url = location.origin.replace(/^http/, "ws") + location.pathname;
  const client = createClient({ url, connectionParams: headers, retryAttempts: 0 });
  return {
    subscribe: (observer) => ({
      unsubscribe: client.subscribe(operation, { ...observer, error: (error) => observer.error(readable(error)) }),
    }),
  };
}

/** Errors of the operation as they are, and of a connection why it ended. */
function readable(error) {
  return error instanceof Event ? { message: error.reason || "The connection was lost." } : error;
}

/** Leaves out the header that waits for its key, so that the schema loads before there is one. */
function withKey(headers = {}) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => name.toLowerCase() !== "authorization" || !/^Bearer\s*$/i.test(value)),
  );
}

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={defaultQuery}
    defaultHeaders={defaultHeaders}
    defaultTabs={[defaultQuery, defaultSubscription].map((query) => ({ query, headers: defaultHeaders }))}
    defaultEditorToolsVisibility="headers"
    plugins={[]} // that of the history would write the key to localStorage
  >
    <GraphiQL.Logo>
      <a href=".">CreatorAudit</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
