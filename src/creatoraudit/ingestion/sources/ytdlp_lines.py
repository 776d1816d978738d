"""What is asked of a process that runs yt-dlp, and what it answers: a line of JSON each."""

from typing import Any, NotRequired, TypedDict


class Request(TypedDict):
    """What to look at; of a feed as many posts, none published before the Unix time `since`. None is no limit."""

    url: str
    posts: int | None
    since: int | None
    cookies: str | None
    proxy: str | None
    sleep: float


class Refusal(TypedDict):
    """Why there is nothing, or no more: yt-dlp's words, the kinds of its errors and the HTTP status behind them."""

    message: str
    kinds: list[str]
    status: int | None
    retry_after: str | None
    warnings: list[str]


class Line(TypedDict):
    """One of these: an info dict as yt-dlp has it, the next entry of its playlist, or why there is nothing, or no more.

    Told as it comes, so that what was seen counts when the rest never comes.
    """

    info: NotRequired[dict[str, Any]]
    entry: NotRequired[dict[str, Any]]
    refusal: NotRequired[Refusal]
