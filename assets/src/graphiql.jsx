import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import defaultQuery from "./default-query.graphql";

globalThis.MonacoEnvironment = {
  getWorker(_, label) {
    const name = label === "graphql" || label === "json" ? label : "editor";
    return new Worker(new URL(`./${name}.worker.js`, import.meta.url), { type: "module" });
  },
};

/** Posts to the page's own address, which is the endpoint. */
async function fetcher(operation, { headers } = {}) {
  const response = await fetch(location.pathname, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      "Content-Type": "application/json",
      ...withKey(headers),
    },
    body: JSON.stringify(operation),
  });
  return response.json();
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
    defaultHeaders={'{\n  "Authorization": "Bearer "\n}'}
    defaultEditorToolsVisibility="headers"
    plugins={[]} // that of the history would write the key to localStorage
  >
    <GraphiQL.Logo>
      <a href=".">CreatorAudit</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
