"""What the sizes of a small world say about a large one: which table grows with what, and how large it gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table as Shown

from benchmarks.sizes import Tables
from benchmarks.worlds import Size

GROWS_WITH = {
    "accounts": "accounts",
    "account_closings": "account days",
    "account_videos": "videos",
    "captions": "videos",
    "organization_days": "organization days",
    "post_closings": "video days",
    "posts": "videos",
    "refreshes": "accounts",
    "videos": "videos",
}
"""The tables that count: organizations, their keys and creators are few, and as small as accounts."""
VIDEOS = (1_000_000, 10_000_000, 100_000_000)

_GB = 1_000_000_000


@dataclass(frozen=True)
class Shape:
    """How much there is of everything for each video."""

    videos_per_account: int
    accounts_per_organization: int
    account_days: int
    video_days: int

    def amounts(self, videos: int) -> dict[str, float]:
        """How much there is of what tables grow with."""
        accounts = videos / self.videos_per_account
        organizations = accounts / self.accounts_per_organization
        return {
            "videos": videos,
            "accounts": accounts,
            "video days": videos * self.video_days,
            "account days": accounts * self.account_days,
            "organization days": organizations * self.account_days,
        }


class Measured(NamedTuple):
    """A database's tables as they were filled, and after everything was looked at a few more times."""

    version: str
    filled: Tables
    used: Tables


def sizes_at(measured: Measured, size: Size, shape: Shape, videos: int) -> dict[str, float]:
    """The bytes of each table, with its indexes, among so many videos."""
    here = Shape(size.videos_per_account, size.accounts, size.days, size.video_days)
    known, asked = here.amounts(size.accounts * size.videos_per_account), shape.amounts(videos)
    return {
        name: (table.bytes + table.indexed) / known[GROWS_WITH[name]] * asked[GROWS_WITH[name]]
        for name, table in measured.used.items()
        if name in GROWS_WITH
    }


Rows = list[list[str]]


def per_row(measured: Sequence[Measured]) -> Rows:
    """What a row takes, table by table."""
    names = [name for name in GROWS_WITH if all(name in one.filled for one in measured)]
    rows = []
    for name in names:
        row = [name, GROWS_WITH[name], f"{measured[0].filled[name].rows:,}"]
        for one in measured:
            filled, used = one.filled[name], one.used[name]
            row += [
                f"{filled.bytes / filled.rows:,.0f}",
                f"{filled.indexed / filled.rows:,.0f}",
                f"{used.per_row:,.0f}",
            ]
        rows.append(row)
    return rows


def per_index(measured: Measured) -> Rows:
    """What each index of the largest tables takes for a row."""
    rows = []
    for name, table in measured.filled.items():
        if name in {"captions", "posts"}:
            ordered = sorted(table.indexes.items(), key=lambda one: -one[1])
            rows += [[name, index, f"{size / table.rows:,.0f}"] for index, size in ordered]
    return rows


def at_size(measured: Measured, size: Size, shape: Shape, price: float) -> Rows:
    """How large each table gets, and what keeping all of it costs in a month."""
    found = [sizes_at(measured, size, shape, videos) for videos in VIDEOS]
    order = sorted(found[-1], key=lambda name: -found[-1][name])
    rows = [[name, GROWS_WITH[name], *(_gb(one[name]) for one in found)] for name in order]
    totals = [sum(one.values()) for one in found]
    rows.append(["all", "", *map(_gb, totals)])
    rows.append([f"a month at {price:g} a GB", "", *(f"{total / _GB * price:,.2f}" for total in totals)])
    return rows


def _gb(size: float) -> str:
    return f"{size / _GB:,.2f}"


def tables(
    measured: Sequence[Measured], size: Size, shape: Shape, price: float
) -> Mapping[str, tuple[Sequence[str], Rows]]:
    """Everything there is to show: titles, heads and rows."""
    heads = [f"{one.version}: {what}" for one in measured for what in ("row", "its indexes", "in use")]
    found: dict[str, tuple[Sequence[str], Rows]] = {
        "Bytes of a row": (["table", "grows with", "rows measured", *heads], per_row(measured))
    }
    for one in measured:
        found[f"{one.version}: bytes of each index of posts and captions, for a row"] = (
            ["table", "index", "bytes"],
            per_index(one),
        )
    for one in measured:
        found[f"{one.version}: GB, indexes included"] = (
            ["table", "grows with", *(f"{videos:,} videos" for videos in VIDEOS)],
            at_size(one, size, shape, price),
        )
    return found


def show(found: Mapping[str, tuple[Sequence[str], Rows]], console: Console) -> None:
    """Prints the tables."""
    for title, (head, rows) in found.items():
        table = Shown(title=title, title_justify="left")
        for place, column in enumerate(head):
            table.add_column(column, justify="left" if place < 2 else "right")  # noqa: PLR2004
        for row in rows:
            table.add_row(*row)
        console.print(table)


def markdown(found: Mapping[str, tuple[Sequence[str], Rows]]) -> str:
    """The tables with their headings."""
    parts = []
    for title, (head, rows) in found.items():
        lines = [list(head), ["---", "---", *["--:"] * (len(head) - 2)], *rows]
        parts.append(f"### {title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")
    return "\n".join(parts)


def as_json(measured: Sequence[Measured], size: Size, shape: Shape) -> dict[str, Any]:
    """Every figure, in bytes."""
    return {
        one.version: {
            "filled": {name: table._asdict() for name, table in one.filled.items()},
            "used": {name: table._asdict() for name, table in one.used.items()},
            "at": {videos: sizes_at(one, size, shape, videos) for videos in VIDEOS},
        }
        for one in measured
    }
