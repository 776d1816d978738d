"""What others' programs say about this server: the audits of graphql-http, and Relay's compiler."""

import json
import subprocess
from pathlib import Path

import pytest

from creatoraudit.graphql.schema import sdl
from http_fixtures import LiveServer
from node_tools import TOOLS, node_tool, node_tools

COMPONENT = """
import { graphql } from "relay-runtime";

export const fragment = graphql`
  fragment list_accounts on Query
  @refetchable(queryName: "listMoreQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    accounts(first: $count, after: $cursor, orderBy: { field: FOLLOWER_COUNT }) @connection(key: "list_accounts") {
      edges {
        node {
          username
          ...list_account
        }
      }
    }
  }
`;

export const account = graphql`
  fragment list_account on Account
  @refetchable(queryName: "listAccountQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" }) {
    addedAt
    metadata
    creator {
      name
    }
    videos(last: $count, before: $cursor) @connection(key: "list_account_videos") {
      edges {
        node {
          viewCount
        }
      }
    }
  }
`;

export const query = graphql`
  query listQuery($id: ID!) {
    ...list_accounts
    node(id: $id) {
      ... on Post {
        viewCount
        account {
          ...list_account
        }
      }
    }
  }
`;

export const untrack = graphql`
  mutation listUntrackMutation($input: UntrackAccountInput!, $connections: [ID!]!) {
    untrackAccount(input: $input) {
      deletedAccountId @deleteEdge(connections: $connections)
      userErrors {
        field
        message
        code
      }
    }
  }
`;
"""


@pytest.mark.parametrize("with_key", [False, True], ids=["anonymous", "key"])
def test_the_server_passes_every_audit_of_graphql_http(live_server: LiveServer, with_key: bool) -> None:
    audit = node_tools(TOOLS / "graphql") / "audit.mjs"
    key = [live_server.key] if with_key else []

    done = subprocess.run(
        ["node", audit, f"{live_server.url}/graphql", *key], capture_output=True, check=True, text=True
    )

    assert json.loads(done.stdout) == {"audits": 61, "failed": []}


def test_relays_compiler_accepts_lists_nodes_and_mutations(tmp_path: Path) -> None:
    compiler = node_tool("relay-compiler", TOOLS / "graphql")
    (tmp_path / "schema.graphql").write_text(sdl(), "utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "list.js").write_text(COMPONENT)
    config = {
        "src": "./src",
        "schema": "./schema.graphql",
        "language": "typescript",
        "customScalarTypes": {"BigInt": "number", "DateTime": "string", "UUID": "string", "JSON": "object"},
    }
    (tmp_path / "relay.config.json").write_text(json.dumps(config))

    done = subprocess.run([compiler, "relay.config.json"], cwd=tmp_path, capture_output=True, check=False, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    made = {file.name for file in (tmp_path / "src" / "__generated__").iterdir()}
    assert {"listQuery.graphql.ts", "listMoreQuery.graphql.ts", "listAccountQuery.graphql.ts"} <= made
