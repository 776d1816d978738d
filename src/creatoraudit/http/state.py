"""What the process holds while it serves, and what the layers know about the request they are in."""

import asyncio
from dataclasses import dataclass

from starlette.types import Scope

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from creatoraudit.events import Events
from creatoraudit.http.clients import Proxies, host_of
from creatoraudit.http.keys import Keys
from creatoraudit.rate_limits import RateLimits
from creatoraudit.settings import Settings
from creatoraudit.writes import Writes

REQUEST_ID = "creatoraudit.request_id"
ACTOR = "creatoraudit.actor"
STOPPING = "creatoraudit.stopping"
BROKEN_OFF = "creatoraudit.broken_off"
"""In a scope: why no more of the request's body will come, as an error."""
_STATE = "creatoraudit.state"


@dataclass(frozen=True, slots=True)
class State:
    """One per process, from start to shutdown."""

    settings: Settings
    db: Database
    rate_limits: RateLimits
    events: Events
    writes: Writes
    keys: Keys
    proxies: Proxies

    @property
    def sourced(self) -> frozenset[str]:
        """The platforms that are refreshed, as far as the settings of this process say."""
        return self.settings.sourced


def state_of(scope: Scope) -> State:
    """The state of the application that serves the request."""
    state: State | None = scope.get(_STATE)
    if state is None:
        state = scope[_STATE] = scope["app"].state.opened
    return state


def request_id_of(scope: Scope) -> str:
    """The request's X-Request-ID."""
    return str(scope[REQUEST_ID])


def actor_of(scope: Scope) -> Actor:
    """Who asks; only behind a check of the key."""
    actor: Actor = scope[ACTOR]
    return actor


def stopping_of(scope: Scope) -> asyncio.Event:
    """Set when the server is to stop: answers that would go on for ever end then."""
    stopping: asyncio.Event = scope.setdefault(STOPPING, asyncio.Event())
    return stopping


def base_url_of(scope: Scope) -> str:
    """The URL that clients reach this server under, without a slash at its end."""
    state = state_of(scope)
    return state.settings.public_url or f"{state.proxies.scheme_of(scope)}://{host_of(scope)}"
