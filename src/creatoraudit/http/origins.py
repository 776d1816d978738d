"""Which pages a browser may open WebSockets from: CORS does not ask for those.

Keys never travel in cookies, so a foreign page could do nothing in the name of whoever looks at it; it is refused all
the same, as it is refused every other request.
"""

from urllib.parse import urlsplit

from starlette.types import Scope

from creatoraudit.http.headers import sent_header
from creatoraudit.http.state import base_url_of, state_of


def is_foreign(scope: Scope) -> bool:
    """Whether a request comes from a page of another host that the settings do not name; programs send no origin."""
    origin = sent_header(scope, b"origin")
    allowed = state_of(scope).settings.cors_origins
    if not origin or origin in allowed or "*" in allowed:
        return False
    return urlsplit(origin).netloc.lower() != urlsplit(base_url_of(scope)).netloc.lower()
