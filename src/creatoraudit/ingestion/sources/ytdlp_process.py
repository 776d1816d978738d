"""yt-dlp in a process of its own: it reads one request from standard input, looks, and writes what yt-dlp said.

A look by yt-dlp blocks, takes the interpreter for itself while it solves TikTok's puzzles, and cannot be interrupted.
A process can be ended at any time, and starts in a fifth of a second because this module knows nothing of ours.
"""

import contextlib
import io
import itertools
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from yt_dlp import YoutubeDL
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import ExtractorError, YoutubeDLError

from creatoraudit.ingestion.sources.ytdlp_lines import Line, Refusal, Request

PINNED = 3
"""Posts that a TikTok user can pin to the beginning of the feed, however old they are."""

_EXTRACTORS = ["TikTok", "tiktok:user", "Instagram"]
_SOCKET_TIMEOUT = 20


class _Notes:
    """yt-dlp's logger: it keeps the warnings, which tell why something is missing."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        pass

    def warning(self, message: str) -> None:
        self.warnings.append(message)

    def error(self, message: str) -> None:
        pass


class _Copy(io.StringIO):
    """A file's text under the file's name: yt-dlp writes to a file of cookies that it is given."""

    def __init__(self, path: str) -> None:
        super().__init__(Path(path).read_text(encoding="utf-8"))
        self._path = path

    def __repr__(self) -> str:
        return self._path


def look(request: Request) -> Iterator[Line]:
    """What yt-dlp says about a URL. It downloads and writes nothing; cookies that it is sent are forgotten."""
    notes = _Notes()
    try:
        with contextlib.closing(YoutubeDL(_options(request, notes))) as ytdlp:
            info = ytdlp.extract_info(request["url"], process=False) or {}
            entries = info.pop("entries", ())
            yield {"info": ytdlp.sanitize_info(info, remove_private_keys=True)}
            for one in _newest(entries, request):
                yield {"entry": ytdlp.sanitize_info(one, remove_private_keys=True)}
    except (YoutubeDLError, OSError, UnicodeDecodeError) as error:
        yield {"refusal": _refusal(error, notes)}


def _options(request: Request, notes: _Notes) -> dict[str, Any]:
    options: dict[str, Any] = {
        "logger": notes,
        "quiet": True,
        "cachedir": False,
        "allowed_extractors": _EXTRACTORS,
        "ignore_no_formats_error": True,  # a picture has counters, too
        "socket_timeout": _SOCKET_TIMEOUT,
        "sleep_interval_requests": request["sleep"],
    }
    if request["proxy"] is not None:
        options["proxy"] = request["proxy"]
    if request["cookies"] is not None:
        options["cookiefile"] = _Copy(request["cookies"])
    return options


def _newest(entries: Iterable[dict[str, Any]], request: Request) -> Iterator[dict[str, Any]]:
    """A feed's beginning, as far as wanted posts may be in it; what lies behind is not even asked for."""
    posts, since, older = request["posts"], request["since"], 0
    for one in itertools.islice(entries, None if posts is None else posts + PINNED):
        yield one
        older += since is not None and (one.get("timestamp") or since) < since
        if older > PINNED:
            return


def _refusal(error: BaseException, notes: _Notes) -> Refusal:
    causes = list(_causes(error))
    said = next((one.orig_msg for one in causes if isinstance(one, ExtractorError)), str(error))
    http = next((one for one in causes if isinstance(one, HTTPError)), None)
    return {
        "message": said.removeprefix("ERROR: "),
        "kinds": [type(one).__name__ for one in causes],
        "status": None if http is None else http.status,
        "retry_after": None if http is None else http.response.get_header("Retry-After"),
        "warnings": notes.warnings,
    }


def _causes(error: object) -> Iterator[BaseException]:
    """The error and all that led to it: yt-dlp keeps causes in several places, and wraps errors in errors."""
    waiting, seen = [error], set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            traced = getattr(one, "exc_info", None) or (None, None, None)
            waiting += [getattr(one, "cause", None), traced[1], one.__cause__, one.__context__]


def main() -> None:
    """Answers one request; the process ends with whoever started it, because then its standard input does."""
    request = json.loads(sys.stdin.readline())
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed is no part of the answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with answer:
        for line in look(request):
            answer.write(json.dumps(line) + "\n")
            answer.flush()


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
