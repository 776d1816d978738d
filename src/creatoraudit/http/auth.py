"""Who asks: the key of the Authorization header, or an error that an address can only provoke so often."""

from starlette.types import ASGIApp, Receive, Scope, Send

from creatoraudit.domain.actor import Actor
from creatoraudit.errors import Forbidden, RateLimited, Unauthorized
from creatoraudit.http.clients import neighbourhood
from creatoraudit.http.headers import sent_header
from creatoraudit.http.state import ACTOR, state_of


class Authentication:
    """Lets only requests with a valid key pass, and notes whose it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await authenticate(scope, bearer_key(scope))
        await self.app(scope, receive, send)


async def authenticate(scope: Scope, key: str | None) -> Actor:
    """Who the key belongs to, noted for `actor_of`; else Unauthorized, Forbidden or, for the address, RateLimited."""
    state = state_of(scope)
    try:
        actor = await state.keys.authenticate(key)
    except (Unauthorized, Forbidden):
        await charge_address(scope)
        raise
    scope[ACTOR] = actor
    return actor


async def charge_address(scope: Scope, cost: int = 1) -> None:
    """Charges the client's address for what it asks for without a valid key; RateLimited if that is too much."""
    state = state_of(scope)
    client = neighbourhood(state.proxies.client_of(scope))
    window = await state.rate_limits.hit(f"address/{client}", state.settings.anonymous_rate_limit, cost)
    if not window.allowed:
        raise RateLimited(window.retry_after) from None


def bearer_key(scope: Scope) -> str | None:
    """The key that the client sent in its header, if any."""
    return key_in(sent_header(scope, b"authorization"))


def key_in(authorization: str) -> str | None:
    """The key in what was sent as Authorization, if any."""
    scheme, _, key = authorization.strip().partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None
