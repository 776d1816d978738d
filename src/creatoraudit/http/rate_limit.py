"""Charges requests to their key, and says on every answer how much of the minute is left."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.errors import RateLimited
from creatoraudit.http.headers import answer_headers
from creatoraudit.http.state import actor_of, state_of
from creatoraudit.rate_limits import Window


class RateLimit:
    """Charges one for every request that comes this far, whatever its answer, but nothing for a 304 or a 429."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        window = await charge(scope)

        async def send_refunding(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 304:  # noqa: PLR2004
                announce(scope, await state_of(scope).rate_limits.refund(window))
            await send(message)

        try:
            await self.app(scope, receive, send_refunding)
        except RateLimited:
            announce(scope, await state_of(scope).rate_limits.refund(window))
            raise


async def charge(scope: Scope, cost: int = 1) -> Window:
    """Charges the request's key; RateLimited, and charged nothing, where its minute does not hold that much."""
    state, actor = state_of(scope), actor_of(scope)
    limit = actor.rate_limit or state.settings.rate_limit
    window = await state.rate_limits.hit(f"key/{actor.api_key_id}", limit, cost)
    announce(scope, window)
    if not window.allowed:
        raise RateLimited(window.retry_after)
    return window


def announce(scope: Scope, window: Window) -> None:
    """Puts the window into the answer's headers."""
    headers = answer_headers(scope)
    headers["x-ratelimit-limit"] = str(window.limit)
    headers["x-ratelimit-remaining"] = str(window.remaining)
    headers["x-ratelimit-reset"] = str(window.reset)
