"""Which pages a browser may open WebSockets from: CORS does not ask for those.

Keys never travel in cookies, so a foreign page could do nothing in the name of whoever looks at it; it is refused all
the same, as it is refused every other request.
"""

from urllib.parse import urlsplit

from starlette.types import Scope

from creatoraudit.http.clients import host_of
from creatoraudit.http.headers import sent_header
from creatoraudit.http.state import state_of


def is_foreign(scope: Scope) -> bool:
    """Whether a request comes from a page of another host that the settings do not name; programs send no origin."""
    origin = sent_header(scope, b"origin")
    settings = state_of(scope).settings
    if not origin or origin in settings.cors_origins or "*" in settings.cors_origins:
        return False
    own = {host_of(scope).lower(), urlsplit(settings.public_url or "").netloc.lower()}
    return urlsplit(origin).netloc.lower() not in own - {""}
