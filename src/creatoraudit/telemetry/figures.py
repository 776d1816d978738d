"""The figures: what is counted and measured, as data."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Kind = Literal["counter", "gauge", "histogram"]
Values = Mapping[tuple[str, ...], float]
"""The values of a figure by those of its labels, in their order."""

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LONG_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 90.0, 180.0)
COSTS = (1.0, 10.0, 50.0, 100.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0)


class Figure(NamedTuple):
    """What is counted or measured; `meaning` is its documentation."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()


REQUESTS = Figure(
    "creatoraudit_http_requests_total",
    "counter",
    ("method", "route", "status"),
    "Requests that were answered; 499 where the client left before its answer began.",
)
REQUEST_SECONDS = Figure(
    "creatoraudit_http_request_seconds",
    "histogram",
    ("method", "route"),
    "How long requests took until their answer was sent, of streams its beginning.",
    SECONDS,
)
ACTIVE_REQUESTS = Figure(
    "creatoraudit_http_requests_active", "gauge", (), "Requests under way, streams of events among them."
)
WEBSOCKETS = Figure("creatoraudit_websockets", "gauge", (), "WebSockets that are open.")
ERRORS = Figure(
    "creatoraudit_errors_total",
    "counter",
    ("edge", "code"),
    "Errors that clients were told, by their code, over rest or graphql.",
)
OPERATION_SECONDS = Figure(
    "creatoraudit_graphql_operation_seconds",
    "histogram",
    ("type", "outcome"),
    "How long GraphQL operations took to execute: ok, with errors, or refused.",
    SECONDS,
)
OPERATION_COST = Figure(
    "creatoraudit_graphql_operation_cost", "histogram", ("type",), "What executed GraphQL operations cost.", COSTS
)
EXECUTIONS = Figure(
    "creatoraudit_graphql_executions_total",
    "counter",
    ("executor", "reason"),
    "Operations executed by a plan, or by graphql-core and why.",
)
DOCUMENTS = Figure(
    "creatoraudit_graphql_documents_total",
    "counter",
    ("result",),
    "GraphQL documents that were asked for: a hit was remembered, a miss parsed.",
)
REMEMBERED_DOCUMENTS = Figure(
    "creatoraudit_graphql_documents_remembered", "gauge", (), "GraphQL documents that are remembered."
)
KEYS = Figure("creatoraudit_keys_remembered", "gauge", (), "API keys that are known without asking the database.")
KEY_LOOKUPS = Figure(
    "creatoraudit_key_lookups_total", "counter", (), "How often the database was asked who a key belongs to."
)
STATEMENT_SECONDS = Figure(
    "creatoraudit_database_statement_seconds",
    "histogram",
    ("work", "kind"),
    "How long statements took, waiting for a connection included, for request, refresh, import or metrics.",
    SECONDS,
)
STATEMENT_FAILURES = Figure(
    "creatoraudit_database_statement_failures_total", "counter", ("work", "kind"), "Statements that failed."
)
TRANSACTION_SECONDS = Figure(
    "creatoraudit_database_transaction_seconds",
    "histogram",
    ("work", "outcome"),
    "How long transactions took once they had begun, until they were committed or rolled back.",
    SECONDS,
)
CONNECTIONS_USED = Figure(
    "creatoraudit_database_connections_used",
    "gauge",
    ("pool",),
    "Connections of this process in use, of the pools that read, write, and read the replica.",
)
CONNECTIONS_MOST = Figure(
    "creatoraudit_database_connections_most", "gauge", ("pool",), "Connections that a pool may have."
)
REPLICA_LAG = Figure(
    "creatoraudit_replica_lag_seconds",
    "gauge",
    (),
    "For how long at most the replica may lack what was written; +Inf while that is not known.",
)
REPLICA_FAILURES = Figure(
    "creatoraudit_replica_failures_total",
    "counter",
    (),
    "Reads that the primary answered because the replica was away or behind.",
)
REFUSALS = Figure(
    "creatoraudit_rate_limit_refusals_total",
    "counter",
    ("of",),
    "Requests and operations that exceeded the limit of a key, or without a valid key that of an address.",
)
REDIS_FAILURES = Figure(
    "creatoraudit_redis_failures_total",
    "counter",
    ("use",),
    "How often Redis was away: a request was not counted (rate_limits), an event stayed in its process (events), "
    "or a read went to the primary (writes).",
)
SUBSCRIPTIONS = Figure("creatoraudit_subscriptions", "gauge", (), "Subscriptions that are open.")
EVENTS = Figure(
    "creatoraudit_events_total",
    "counter",
    ("origin",),
    "Events that were published here (own), or by another process (other).",
)
DROPPED = Figure(
    "creatoraudit_subscriptions_dropped_total", "counter", (), "Subscriptions that were ended for being too slow."
)
DUE = Figure(
    "creatoraudit_refresh_due",
    "gauge",
    ("platform",),
    "Accounts and videos that are due and nobody looks at; of the database, so the same in every process.",
)
LAG = Figure(
    "creatoraudit_refresh_lag_seconds",
    "gauge",
    ("platform",),
    "For how long the oldest of them has been due; of the database, so the same in every process.",
)
LEASES = Figure(
    "creatoraudit_refresh_leases",
    "gauge",
    ("platform",),
    "Accounts and videos that somebody looks at; of the database, so the same in every process.",
)
CLAIMED = Figure(
    "creatoraudit_refresh_claimed_total", "counter", ("platform", "source"), "Leases that this process has taken."
)
LOOKS = Figure(
    "creatoraudit_refresh_looks_total",
    "counter",
    ("platform", "source", "outcome"),
    "Looks that ended: observed, unchanged, gone, private, throttled, failed, lost, given_up, or raised an error.",
)
LOOK_SECONDS = Figure(
    "creatoraudit_refresh_look_seconds",
    "histogram",
    ("platform", "source"),
    "How long looks took, and the recording of what they saw.",
    LONG_SECONDS,
)
NEW_POSTS = Figure("creatoraudit_refresh_new_posts_total", "counter", ("platform", "source"), "Posts that looks found.")
RESTING = Figure(
    "creatoraudit_refresh_resting",
    "gauge",
    ("platform", "source"),
    "Whether this process leaves a source alone, which asked for it: 1 or 0.",
)
BUILD = Figure("creatoraudit_build_info", "gauge", ("version",), "The version that runs: always 1.")

FIGURES = tuple(one for one in globals().values() if isinstance(one, Figure))
"""All of our own, in the order of their documentation."""
