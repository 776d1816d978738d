"""The questions of `scripts/bench analytics`."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import statements
from benchmarks.client import Client, Request
from benchmarks.drivers import Driver, Query
from benchmarks.questions import UNIT, Bar, Question
from benchmarks.worlds import World

ALL, TENTH = "all", "tenth"
_IDS = 200
_DEEP, _ROWS, _LEAP = 5_000, 100, 200
_FREQUENT, _SHORT = "#fyp", "we"

Progress = Callable[[str], None]


def questions(world: World, client: Client, driver: Driver, progress: Progress) -> list[Question]:
    """What is asked of the large world."""
    organization, today = world.organization_id, dt.datetime.now(dt.UTC).date()
    creator, ids = _chosen(driver, organization)
    return [
        _account(organization, ids[0]),
        *(_metrics(driver.dialect, organization, ids, today, days) for days in (7, 30, 90)),
        *(_top_creators(driver.dialect, organization, today, days) for days in (7, 90)),
        _organization_series(organization, today, world.size.days),
        _overview(organization, today),
        _creator_series(organization, creator, today, world.size.days),
        *_pages(organization, client, progress),
    ]


def searches(world: World, driver: Driver, size: str) -> list[Question]:
    """The searches of either world; those of the large one may cost at most twice as much as the others."""
    texts = {
        "a frequent word": _FREQUENT,
        "a rare word": _rare_word(driver),
        "a rare text of frequent words": _rare_text(driver),
        "2 characters": _SHORT,
    }
    found = []
    for kind, q in texts.items():
        bars = [Bar(raw=1.5, unit=1)]
        if size == ALL:
            bars.append(Bar(other=2, than=f"search: {kind}, a tenth", called="a tenth"))
        name = f"search: {kind}" + (", a tenth" if size == TENTH else "")
        found.append(_search(name, world.organization_id, driver.dialect, q, bars, size))
    return found


def _chosen(driver: Driver, organization: str) -> tuple[str, list[str]]:
    """A creator with an account on each platform, and ids of accounts from all over."""
    values = {"organization": organization}
    one = Query(
        "SELECT creator_id FROM accounts WHERE organization_id = :organization AND creator_id IS NOT NULL"
        " GROUP BY creator_id ORDER BY count(*) DESC, creator_id LIMIT 1",
        values,
    )
    everyone = Query("SELECT id FROM accounts WHERE organization_id = :organization ORDER BY id", values)
    ids = [str(row[0]) for row in driver.rows(everyone)]
    return str(driver.rows(one)[0][0]), ids[:: max(len(ids) // _IDS, 1)][:_IDS]


def _rare_word(driver: Driver) -> str:
    """A name that hardly any other caption mentions."""
    mention = Query(
        "SELECT text FROM captions WHERE text LIKE '% with %' AND text NOT LIKE '% with me%' ORDER BY post_id LIMIT 1",
        {},
    )
    return str(driver.rows(mention)[0][0]).partition(" with ")[2].split()[0]


def _rare_text(driver: Driver) -> str:
    """The end of a caption: words of which each is frequent, and only a handful in a million have all in this order."""
    many_tags = Query("SELECT text FROM captions WHERE text LIKE '%save this! #%#%#%' ORDER BY post_id LIMIT 1", {})
    text = str(driver.rows(many_tags)[0][0])
    return text[text.index("save this!") :]


def _account(organization: str, account: str) -> Question:
    query = Query(
        "SELECT * FROM accounts WHERE id = :id AND organization_id = :organization",
        {"id": account, "organization": organization},
    )
    return Question(
        UNIT,
        Request(f"/accounts/{account}"),
        [query],
        told=lambda body: [body["data"]["id"]],
        found=lambda rows: [str(row[0]) for row in rows[0]],
    )


def _metrics(dialect: str, organization: str, ids: list[str], today: dt.date, days: int) -> Question:
    bars = [Bar(raw=3, unit=1)]
    if days == 90:  # noqa: PLR2004
        bars.append(Bar(other=1.2, than=f"metrics of {len(ids)} accounts, 7 days", called="7 days"))
    return Question(
        f"metrics of {len(ids)} accounts, {days} days",
        Request("/accounts/metrics", body={"account_ids": ids, "period": f"{days}d"}),
        [statements.metrics(dialect, organization, ids, today - dt.timedelta(days=days), today)],
        told=lambda body: {one: values["views"] for one, values in body["data"].items()},
        found=lambda rows: {str(row[0]): row[1] for row in rows[0]},
        bars=bars,
    )


def _top_creators(dialect: str, organization: str, today: dt.date, days: int) -> Question:
    return Question(
        f"top 10 creators, {days} days",
        Request("/creators/top", {"period": f"{days}d", "limit": 10}),
        [statements.top_creators(dialect, organization, today - dt.timedelta(days=days), today)],
        told=lambda body: [(creator["id"], creator["views"]) for creator in body["data"]],
        found=lambda rows: [(str(one), views) for one, _, views in rows[0]],
        bars=[Bar(raw=1.5, unit=1)],
    )


def _series(path: str, today: dt.date, days: int) -> Request:
    return Request(path, {"start_date": today - dt.timedelta(days=days - 1), "end_date": today})


def _organization_series(organization: str, today: dt.date, days: int) -> Question:
    before = today - dt.timedelta(days=days)
    return Question(
        f"the organization's series, {days} days",
        _series("/analytics/timeseries", today, days),
        [statements.organization_days(organization, before, today)],
        told=lambda body: [day["views"] for day in body["data"] if day["views"]],
        found=lambda rows: [row[1] for row in rows[0] if str(row[0]) > str(before) and row[1]],
        bars=[Bar(unit=3)],
    )


def _overview(organization: str, today: dt.date) -> Question:
    earlier, before = (today - dt.timedelta(days=days) for days in (14, 7))
    return Question(
        "overview, 7 days",
        Request("/overview", {"period": "7d"}),
        [statements.overview(organization, earlier, before, today)],
        told=lambda body: [body["data"][when]["total_views"] for when in ("current", "previous")],
        found=lambda rows: [rows[0][0][0] or 0, rows[0][0][2] or 0],
        bars=[Bar(unit=3)],
    )


def _creator_series(organization: str, creator: str, today: dt.date, days: int) -> Question:
    start, before = today - dt.timedelta(days=days - 1), today - dt.timedelta(days=days)

    def gained(rows: list[list[Any]]) -> int:
        first: dict[Any, int] = {}
        last: dict[Any, int] = {}
        for account, day, views, *_ in rows[0]:
            first.setdefault(account, views if str(day) <= str(before) else 0)
            last[account] = views
        return sum(last.values()) - sum(first.values())

    return Question(
        f"a creator's series, {days} days",
        _series(f"/creators/{creator}/timeseries", today, days),
        [statements.creator_closings(organization, creator, start, before, today)],
        told=lambda body: sum(day["views"] for day in body["data"]),
        found=gained,
    )


def _search(name: str, organization: str, dialect: str, q: str, bars: list[Bar], size: str) -> Question:
    return Question(
        name,
        Request("/search", {"q": q, "limit": 10}),
        statements.search(dialect, organization, q),
        told=lambda body: [[one["id"] for one in body["data"][what]] for what in ("accounts", "creators", "videos")],
        found=lambda rows: [[str(row[0]) for row in section] for section in rows],
        bars=bars,
        world=size,
    )


def _pages(organization: str, client: Client, progress: Progress) -> list[Question]:
    first = Request("/account-videos", {"limit": _ROWS})
    cursor, after, number = _walk(client, progress)
    deep = Request("/account-videos", {"limit": _ROWS, "cursor": cursor})
    deeper = Bar(other=1.1, than="page 1 of account videos", called="page 1")
    return [
        _page("page 1 of account videos", organization, first, None),
        _page(f"page {number:,} of account videos", organization, deep, after, [deeper]),
    ]


def _walk(client: Client, progress: Progress) -> tuple[str, tuple[dt.datetime, str], int]:
    """Where page 5,000 begins, or the last one that is full."""
    cursor, after, rows = "", (dt.datetime.now(dt.UTC), ""), 0
    while rows < (_DEEP - 1) * _ROWS:
        left = (_DEEP - 1) * _ROWS - rows
        query = {"limit": min(_LEAP, left), **({"cursor": cursor} if cursor else {})}
        body = client.ask(Request("/account-videos", query))
        if not body["pagination"]["has_next"]:
            break
        last = body["data"][-1]
        cursor, after = body["pagination"]["next_cursor"], (dt.datetime.fromisoformat(last["create_time"]), last["id"])
        rows += len(body["data"])
        progress(f"walking to page {_DEEP:,}: at {rows // _ROWS:,}")
    if not cursor:
        raise RuntimeError("There are fewer account videos than two pages have.")
    return cursor, after, rows // _ROWS + 1


def _page(
    name: str, organization: str, request: Request, after: tuple[dt.datetime, str] | None, bars: Sequence[Bar] = ()
) -> Question:
    return Question(
        name,
        request,
        [statements.page(organization, after, _ROWS + 1)],
        told=lambda body: [video["id"] for video in body["data"]],
        found=lambda rows: [str(row[0]) for row in rows[0]][:_ROWS],
        bars=bars,
    )
