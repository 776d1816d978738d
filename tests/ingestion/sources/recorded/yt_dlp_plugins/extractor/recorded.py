"""Answers what yt-dlp asks the platforms from a file: yt-dlp loads this from PYTHONPATH, and then has no other network.

The file that YTDLP_RECORDED names is a list of answers; a request gets the first whose pattern is found in its URL, and
is noted in a file beside it. An answer without a body never comes.
"""

import io
import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

from yt_dlp.networking.common import _REQUEST_HANDLERS, Features, Request, Response, register_rh
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.networking.impersonate import ImpersonateRequestHandler, ImpersonateTarget

_REQUEST_HANDLERS.clear()
_ANSWERS = Path(os.environ["YTDLP_RECORDED"])


@register_rh
class RecordedRH(ImpersonateRequestHandler):
    _SUPPORTED_URL_SCHEMES = ("http", "https")
    _SUPPORTED_PROXY_SCHEMES = ("http",)
    _SUPPORTED_FEATURES = (Features.NO_PROXY, Features.ALL_PROXY)
    _SUPPORTED_IMPERSONATE_TARGET_MAP = {ImpersonateTarget("chrome"): None}  # noqa: RUF012 - as yt-dlp has it

    def _check_extensions(self, extensions: dict[str, Any]) -> None:
        super()._check_extensions(extensions)
        for name in ("impersonate", "cookiejar", "timeout"):
            extensions.pop(name, None)

    def _send(self, request: Request) -> Response:
        asked = {
            "url": request.url,
            "process": os.getpid(),
            "at": time.monotonic(),
            "cookies": self._get_cookiejar(request).get_cookie_header(request.url),
            "proxies": self._get_proxies(request),
            "environment": list(os.environ),
        }
        with _ANSWERS.with_suffix(".asked").open("a") as notes:
            notes.write(json.dumps(asked) + "\n")
        for answer in json.loads(_ANSWERS.read_text()):
            if re.search(answer["pattern"], request.url):
                return self._response(request, answer)
        raise TransportError("Nothing is recorded for this URL")

    def _response(self, request: Request, answer: dict[str, Any]) -> Response:
        if answer["body"] is None:
            signal.pause()
        time.sleep(answer["seconds"])
        body = io.BytesIO(answer["body"].encode())
        response = Response(body, answer["url"] or request.url, answer["headers"], answer["status"])
        if answer["status"] >= 400:
            raise HTTPError(response)
        return response
