"""What is measured: a request, the statements that answer it by hand, and what it may cost at most."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.client import Request
from benchmarks.drivers import Query

UNIT = "account"
"""The name of the question that all others are compared with: `GET /v2/accounts/{id}`, U."""


@dataclass(frozen=True)
class Bar:
    """A bound on a request: so many times its statements, so many U, so many times another request.

    `than` is that other question's name, `called` something shorter.
    """

    raw: float = 0
    unit: float = 0
    other: float = 0
    than: str = ""
    called: str = ""

    def __str__(self) -> str:
        parts = [(self.raw, "raw"), (self.unit, "U"), (self.other, self.called)]
        return " + ".join(name if times == 1 else f"{times:g} × {name}" for times, name in parts if times)

    def bound(self, raw: float, unit: float, requests: Mapping[str, float]) -> float:
        """The bound, from what was measured in the same round."""
        return self.raw * raw + self.unit * unit + self.other * (requests[self.than] if self.than else 0)


@dataclass(frozen=True)
class Question:
    """A row of the table.

    `told` and `found` make the same thing of the server's body and of the statements' rows, which are compared.
    """

    name: str
    request: Request
    statements: Sequence[Query]
    told: Callable[[Any], Any]
    found: Callable[[list[list[Any]]], Any]
    bars: Sequence[Bar] = field(default=())
    world: str = "all"
