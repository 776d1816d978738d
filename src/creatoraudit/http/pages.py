"""The pages for people: the start page, GraphiQL and the REST documentation. They load nothing from elsewhere."""

from functools import cache
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse, Response

from creatoraudit.http.static import AssetsMissing, assets_version

PAGES = Path(__file__).parents[1] / "pages"

# Monaco writes style elements, carries its icon font as a data: URL and may start its workers from blobs. WebSockets to
# the page's own host are 'self' too.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def index_page(base_url: str) -> Response:
    """The start page, with first requests to `base_url`, the URL that clients reach this server under."""
    return _page("index", "static", base_url=base_url.rstrip("/"))


def graphiql_page() -> Response:
    """GraphiQL, to be served at the GraphQL endpoint itself, to which it posts."""
    return _page("graphiql", "static")


def docs_page() -> Response:
    """The interactive documentation of the REST API, to be served beside its openapi.json."""
    return _page("docs", "../static")


def _page(name: str, static: str, **values: str) -> Response:
    """Links are relative, so that the server may live below a path of another one."""
    try:
        assets = f"{static}/{assets_version()}"
    except AssetsMissing:
        return HTMLResponse(_template("missing").substitute(), 503, HEADERS)
    escaped = {key: escape(value) for key, value in values.items()}
    return HTMLResponse(_template(name).substitute(escaped, assets=assets), headers=HEADERS)


@cache
def _template(name: str) -> Template:
    return Template((PAGES / f"{name}.html").read_text("utf-8"))
