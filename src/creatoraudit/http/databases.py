"""The database as a request's key sees it: its reads go to the replica, if there is one and it has not just written."""

from functools import partial

from starlette.types import Scope

from creatoraudit.db.engine import Database
from creatoraudit.http.state import ACTOR, actor_of, state_of


def reading(scope: Scope) -> Database:
    """The database for a request that only reads; nobody's requests, which ask how the server is, go to the primary."""
    state = state_of(scope)
    if state.db.replica is None or ACTOR not in scope:
        return state.db
    return state.db.on_replica(unless=partial(state.writes.is_recent, str(actor_of(scope).api_key_id)))


def writing(scope: Scope) -> Database:
    """The database for a request that may write: it stays on the primary, and what it commits is noted."""
    state = state_of(scope)
    if state.db.replica is None:
        return state.db
    return state.db.telling(partial(state.writes.note, str(actor_of(scope).api_key_id)))
