"""Headers: those a request came with, and those its answer carries whatever it turns out to be."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SENT = "creatoraudit.sent_headers"
_ANSWER = "creatoraudit.answer_headers"
_UNLESS_SAID = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_STARTS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}


def sent_header(scope: Scope, name: bytes) -> str:
    """The value of a request's header, its lines joined by commas; empty if there is none."""
    found: bytes = (scope.get(_SENT) or _read(scope)).get(name, b"")
    return found.decode("latin-1")


def _read(scope: Scope) -> dict[bytes, bytes]:
    """All of them by name, read once for a request: its layers ask for more than most requests have."""
    sent: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        sent[name] = sent[name] + b"," + value if name in sent else value
    scope[_SENT] = sent
    return sent


def answer_headers(scope: Scope) -> dict[str, str]:
    """Headers that the answer will carry, be it an error or a 304; names in lower case."""
    headers: dict[str, str] = scope[_ANSWER]
    return headers


class AnswerHeaders:
    """The outermost layer: adds what stands in `answer_headers` when the answer starts.

    No answer is to be taken for another type than it says, nor to be kept unless it says how.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        collected: dict[str, str] = {}
        scope[_ANSWER] = collected

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                own = message.get("headers", ())
                names = {name for name, _ in own}
                added = [(name.encode(), value.encode("latin-1")) for name, value in collected.items()]
                message["headers"] = [*own, *(one for one in _UNLESS_SAID if one[0] not in names), *added]
            await send(message)

        await self.app(scope, receive, send_with_headers)
