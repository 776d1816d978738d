"""Serves what browsers load. Each build has a directory, and so URLs, of its own, which may be cached for ever."""

from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, Router

STATIC = Path(__file__).parents[1] / "static"

# Spelled out because `mimetypes` asks the machine, and a script of another type is refused.
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


class AssetsMissing(Exception):
    """The browser assets were never built in this checkout."""


@cache
def assets_version() -> str:
    """The name of the one build there is, which starts every path below /static; else raises AssetsMissing."""
    builds = [entry.name for entry in STATIC.iterdir()] if STATIC.is_dir() else []
    if len(builds) != 1:
        raise AssetsMissing
    return builds[0]


@cache
def _files() -> frozenset[str]:
    """The paths below /static: what is not listed here is not served, wherever it points."""
    return frozenset(f"{assets_version()}/{path.name}" for path in (STATIC / assets_version()).iterdir())


async def static_file(request: Request) -> Response:
    """Answers with a built file, compressed for those who accept that."""
    name = request.path_params["path"]
    media_type = MEDIA_TYPES.get(Path(name).suffix)
    try:
        exists = name in _files()
    except AssetsMissing:
        exists = False
    if not exists or media_type is None:
        raise HTTPException(404)

    etag = f'"{assets_version()}"'
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if f"{name}.gz" in _files() and accepts_gzip(request.headers.get("accept-encoding", "")):
        name, etag = f"{name}.gz", f'"{assets_version()}-gzip"'
        headers["Content-Encoding"] = "gzip"
    headers["ETag"] = etag
    if etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return FileResponse(STATIC / name, headers=headers, media_type=media_type)


def accepts_gzip(accept_encoding: str) -> bool:
    """Tells whether gzip is named, or meant by `*`, with a weight above 0."""
    weights = {}
    for item in accept_encoding.lower().split(","):
        coding, _, weight = item.partition(";")
        weights[coding.strip()] = weight.strip().removeprefix("q=") or "1"
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""


static_app = Router([Route("/{path:path}", static_file)])
