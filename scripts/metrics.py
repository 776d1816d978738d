"""Writes into docs/metrics.md what the registry of metrics says."""  # noqa: INP001

from collections.abc import Iterable, Sequence
from pathlib import Path

from creatoraudit.domain.analytics.metrics import EVERYWHERE, METRICS, Metric, RollUp

FILE = Path(__file__).parents[1] / "docs" / "metrics.md"
BEGIN, END = "scripts/schema, from src/creatoraudit/domain/analytics/metrics.py. -->\n", "<!-- So far. -->"
ROLL_UPS = {
    RollUp.SUM: "sum",
    RollUp.LAST_KNOWN_SUM: "sum of the last known values",
    RollUp.DERIVED: "computed anew from the sums",
}


def page(text: str) -> str:
    """The page with the tables of the registry, whatever it had in their place."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    names = ["name", "meaning", "unit", "formula", "null", "roll-up", "platforms", "version"]
    places = ["name", "days and series", "those of videos", "batches", "`/creators/top`"]
    tables = [table(names, map(declared, METRICS)), table(places, map(shown, METRICS))]
    return before + BEGIN + "\n" + "\n".join(tables) + "\n" + END + after


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in [names, ["---"] * len(names), *rows])


def declared(metric: Metric) -> list[str]:
    """What a metric's declaration says."""
    meaning = metric.description.removesuffix(".")
    platforms = "all" if metric.platforms == EVERYWHERE else ", ".join(metric.platforms)
    said = [meaning, metric.unit, metric.formula, metric.null_rule, ROLL_UPS[metric.roll_up], platforms]
    return [f"`{metric.name}`", *said, str(metric.version)]


def shown(metric: Metric) -> list[str]:
    """Where a metric appears."""
    places = [True, metric.of_posts, metric.in_totals, metric.in_rankings]
    return [f"`{metric.name}`", *("yes" if place else "–" for place in places)]


if __name__ == "__main__":
    FILE.write_text(page(FILE.read_text("utf-8")), "utf-8")
