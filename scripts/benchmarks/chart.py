"""Rates as a picture: a bar for each server at each operation, drawn as SVG without anything from elsewhere."""

from collections.abc import Iterator, Sequence
from html import escape
from statistics import median

from benchmarks.operations import Operation
from benchmarks.rate_report import Measured, number
from benchmarks.throughput import Rate

_WIDTH, _LEFT, _RIGHT = 800, 150, 90
_TITLE, _BAR, _STEP, _GAP = 26, 16, 22, 20
_OWN, _BOUND, _PEER, _INK, _PAPER = "#1d4ed8", "#a8a29e", "#7dafc9", "#1c1917", "#ffffff"


def svg(measured: Measured) -> str:
    """The picture; a line across the end of a bar goes from the slowest to the fastest round."""
    said = "Requests a second: medians over the rounds, and the slowest and the fastest of them"
    y, parts = _GAP + _TITLE + _GAP, [f'<text x="{_GAP}" y="{_GAP + 14}">{said}</text>']
    for operation, rates in measured.items():
        parts += _panel(operation, rates, y)
        y += _TITLE + _STEP * len(rates) + _GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}" height="{y}"',
            f'  role="img" font-family="system-ui, sans-serif" font-size="13" fill="{_INK}">',
            "<title>Requests a second by operation and server</title>",
            f'<rect width="{_WIDTH}" height="{y}" fill="{_PAPER}"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _panel(operation: Operation, rates: Sequence[Rate], top: int) -> Iterator[str]:
    scale = (_WIDTH - _LEFT - _RIGHT) / max(one.rate for rate in rates for one in rate.rounds)
    title = escape(f"{operation.name}: {operation.title}")
    yield f'<text x="{_GAP}" y="{top + 14}" font-weight="bold">{title}</text>'
    for place, rate in enumerate(rates):
        y = top + _TITLE + _STEP * place
        rounds = [one.rate for one in rate.rounds]
        middle, least, most = (scale * pick(rounds) for pick in (median, min, max))
        color = _BOUND if rate.server.is_bound else _PEER if place else _OWN
        line = y + _BAR / 2
        yield f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(rate.server.name)}</text>'
        yield f'<rect x="{_LEFT}" y="{y}" width="{middle:.1f}" height="{_BAR}" fill="{color}"/>'
        yield (
            f'<path d="M{_LEFT + least:.1f} {line}H{_LEFT + most:.1f}" stroke="{_INK}" stroke-width="1.5" fill="none"/>'
        )
        yield f'<text x="{_LEFT + max(middle, most) + 8:.1f}" y="{y + 13}">{number(median(rounds))}</text>'
