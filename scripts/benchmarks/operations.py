"""The operations that servers are measured at, and what the measured server must reach at each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FASTEST = "the fastest peer"
TEXTS = Path(__file__).parent / "queries"


@dataclass(frozen=True)
class Bar:
    """At least so many times the throughput of another server, or of the fastest of the peers."""

    times: float
    than: str

    def __str__(self) -> str:
        return f"≥ {self.times:g} × {self.than}"


@dataclass(frozen=True)
class Operation:
    """What is asked for; `is_rest` says that it is a page of the REST API and no GraphQL."""

    name: str
    title: str
    bars: Sequence[Bar]
    is_rest: bool = False


OPERATIONS = (
    Operation(
        "G1",
        "200 accounts × 20 fields, each with its creator",
        (Bar(0.6, "limit"), Bar(2, FASTEST), Bar(15, "Strawberry")),
    ),
    Operation("G2", "five lists of 200 accounts × 20 fields", (Bar(1, FASTEST),)),
    Operation("G3", "one account by id, 5 fields", (Bar(0.5, "Starlette route"),)),
    Operation(
        "G4",
        "20 creators, their first 5 accounts, the newest 10 videos of each, 30 days of each",
        (Bar(0.5, "limit"), Bar(2, FASTEST)),
    ),
    Operation("R1", "200 whole accounts over REST", (Bar(0.6, "limit"), Bar(3, "FastAPI")), is_rest=True),
)


def body(operation: Operation, known: dict[str, str], texts: Path = TEXTS) -> dict[str, Any]:
    """A GraphQL request: the operation's text among others, and those of the known variables that it names."""
    text = (texts / f"{operation.name}.graphql").read_text("utf-8")
    return {"query": text, "variables": {name: value for name, value in known.items() if f"${name}" in text}}
