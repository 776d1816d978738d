"""What the page about observability says is what a process tells: it has every figure, and no others."""

import asyncio
import re
from pathlib import Path

import pytest
import yaml
from structlog.testing import capture_logs

from collected import Page, scraped
from creatoraudit.app import create_app
from creatoraudit.settings import Settings
from creatoraudit.telemetry.figures import FIGURES
from creatoraudit.telemetry.listener import PROCESSES

PAGE = (Path(__file__).parents[2] / "docs" / "observability.md").read_text("utf-8")
ROWS = [
    line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| `(creatoraudit|process|python)_", line)
]
DOCUMENTED = {row[0].strip("`"): row[1] for row in ROWS}


@pytest.fixture
async def page(sqlite_url: str) -> Page:
    """What a server shows."""
    app = create_app(Settings(database_url=sqlite_url, metrics_port=0))
    with capture_logs() as lines:
        async with app.router.lifespan_context(app):
            (url,) = [line["url"] for line in lines if line["event"] == "metrics are served"]
            return await asyncio.to_thread(scraped, url)


async def test_every_figure_is_documented_and_there_are_no_others(page: Page) -> None:
    shown = {f"{one.name}_total" if one.type == "counter" else one.name: one.type for one in page.families.values()}
    assert shown == DOCUMENTED


def test_each_is_documented_as_it_is_declared() -> None:
    declared = [
        [f"`{one.name}`", one.kind, ", ".join(f"`{label}`" for label in one.labels) or "–", one.meaning]
        for one in FIGURES
    ]
    assert ROWS[: len(FIGURES)] == declared


async def test_help_says_what_the_page_says(page: Page) -> None:
    for figure in FIGURES:
        assert page.families[figure.name.removesuffix("_total")].documentation == figure.meaning


def test_what_it_asks_prometheus_for_is_there() -> None:
    asked = set(re.findall(r"creatoraudit_\w+", PAGE))
    histograms = {figure.name for figure in FIGURES if figure.kind == "histogram"}
    known = set(DOCUMENTED) | {f"{name}_bucket" for name in histograms}
    assert asked <= known


def test_its_configuration_is_one() -> None:
    (first, _) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (job,) = yaml.safe_load(first)["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["127.0.0.1:9464"]}]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"CREATORAUDIT_([A-Z_]+)", PAGE))))
def test_it_names_settings_that_there_are(name: str) -> None:
    assert name.lower() in Settings.model_fields


def test_its_numbers_are_the_programs() -> None:
    assert f"Keep {PROCESSES} ports" in PAGE
    assert f"(`{Settings.model_fields['metrics_host'].default}`)" in PAGE
