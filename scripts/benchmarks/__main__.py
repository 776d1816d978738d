"""`scripts/bench`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from benchmarks import analytics as asked
from benchmarks import (
    chart,
    conditions,
    drivers,
    endurance,
    endurance_report,
    growth,
    imports,
    load,
    overhead,
    rate_report,
    report,
    rounds,
    small_report,
    throughput,
    worlds,
)
from benchmarks import scale as scaling
from benchmarks import small as of_small
from benchmarks.operations import OPERATIONS
from benchmarks.options import (
    DATA,
    SERVER,
    Accounts,
    AsJson,
    AsMarkdown,
    Data,
    Days,
    Dialect,
    Name,
    Postgres,
    RoundCount,
    Seed,
    VideoDays,
    Videos,
)
from benchmarks.rounds import Measurement, Subject
from benchmarks.servers import Peer, running
from benchmarks.sizes import look_again
from benchmarks.sizes import measure as measured_sizes
from benchmarks.worlds import Size, World
from creatoraudit import logs

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Benchmarks: they want minutes, and a quiet machine."
)
notes = Console(stderr=True)
shown = Console() if sys.stdout.isatty() else Console(width=140)

_PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
_REDIS = os.environ.get("CREATORAUDIT_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
_SCALING = _PAGE.with_name("scaling.md")
_CHART = _PAGE.with_name("throughput.svg")


@app.command()
def analytics(
    data: Data = DATA,
    accounts: Accounts = 10_000,
    videos_per_account: Videos = 100,
    days: Days = 365,
    video_days: VideoDays = 2,
    seed: Seed = 7,
    database: Annotated[list[Dialect] | None, typer.Option(help="Only this one; by default both.")] = None,
    postgres: Postgres = SERVER,
    round_count: RoundCount = 7,
    seconds: Annotated[float, typer.Option(min=0, help="How long each is measured in a round.")] = 0.15,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Measure metrics, rankings, series, search and deep pages over HTTP, beside their bare statements.

    Bars are those that were set before anything was built. U is GET /v2/accounts/{id} in the same round.
    """
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    before, sections, found = os.getloadavg(), [], {}
    for dialect in database or list(Dialect):
        built = [_built(dialect, one, data, postgres) for one in (size, size.tenth)]
        measured, version = _measured(built[0], built[1], data, rounds.Pace(round_count, seconds))
        title = f"{version}, {conditions.built_in(built)}"
        found[dialect.value] = {"version": version, "measured": report.as_json(measured)}
        sections.append(report.markdown(title, measured))
        if not as_json:
            report.show(title, measured, shown)
    where = conditions.where(before)
    if as_json:
        typer.echo(orjson.dumps({"where": where, **found}, option=orjson.OPT_INDENT_2).decode())
    if markdown:
        command = _command("analytics", size, round_count, seconds)
        report.write(_PAGE, "analytics", "\n".join([command, "", where, "", *sections]))


@app.command()
def graphql(
    data: Data = DATA,
    accounts: Accounts = 1_000,
    videos_per_account: Videos = 100,
    days: Days = 365,
    video_days: VideoDays = 2,
    seed: Seed = 7,
    postgres: Postgres = SERVER,
    peer: Annotated[list[Peer] | None, typer.Option(help="Only this one; by default all.")] = None,
    operation: Annotated[list[Name] | None, typer.Option(help="Only this one; by default all.")] = None,
    round_count: RoundCount = 5,
    seconds: Annotated[int, typer.Option(min=1, help="How long each is measured in a round.")] = 3,
    warm_up: Annotated[int, typer.Option(min=1, help="For how many seconds each is asked before.")] = 3,
    check: Annotated[bool, typer.Option("--check", help="Only compare what all of them answer.")] = False,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Measure how many requests a second the server answers, beside other servers and what Python can do at most.

    Everybody is asked for the same data in the same PostgreSQL, and nothing is timed before all answers are the same.
    """
    if markdown and (peer or operation):
        raise typer.BadParameter("needs all peers and all operations", param_hint="--markdown")
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    if not check:
        load.generator()
    before, chosen = os.getloadavg(), [one for one in OPERATIONS if not operation or one.name in operation]
    world = _built(Dialect.POSTGRESQL, size, data, postgres)
    with (
        _progress() as show,
        running(world, peer or list(Peer), chosen, data, lambda what: show(0, 1, what)) as servers,
    ):
        subjects = throughput.compare(servers, chosen, show)
        if check:
            typer.echo(f"Their answers are the same: {', '.join(server.name for server in servers)}.")
            return
        measured = throughput.measure(subjects, throughput.Pace(round_count, seconds, warm_up), show)
    where = f"{conditions.where(before)} {conditions.versions()}"
    if as_json:
        found = {"where": where, "measured": rate_report.as_json(measured)}
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        rate_report.show(measured, shown)
    if markdown:
        _CHART.write_text(chart.svg(measured), "utf-8")
        lines = [_command("graphql", size, round_count, seconds), "", where, "", f"![Requests a second]({_CHART.name})"]
        report.write(_PAGE, "graphql", "\n".join([*lines, "", rate_report.markdown(measured)]))


@app.command()
def small(
    data: Data = DATA,
    accounts: Accounts = 200,
    videos_per_account: Videos = 25,
    days: Days = 90,
    video_days: VideoDays = 2,
    seed: Seed = 7,
    database: Annotated[list[Dialect] | None, typer.Option(help="Only this one; by default both.")] = None,
    postgres: Postgres = SERVER,
    round_count: RoundCount = 20,
    requests: Annotated[int, typer.Option(min=1, help="How many requests make a figure of a round.")] = 300,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Measure what a small request is made of: authentication, limits, the entity tag, the log, the statement.

    Each is left out in turn, and the processor time that this saves is its share. G3 is one account over GraphQL, U
    is GET /v2/accounts/{id}.
    """
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    before, sections, found = os.getloadavg(), [], {}
    with (data / "small.log").open("w") as log:
        logs.configure("INFO", log)
        for dialect in database or list(Dialect):
            world = _built(dialect, size, data, postgres)
            with closing(drivers.connect(world.url)) as driver:
                version = driver.version
            with _progress() as show:
                measured = of_small.measure(world, round_count, requests, show)
            found[dialect.value] = {"version": version, "measured": small_report.as_json(measured)}
            sections.append(small_report.markdown(version, measured))
            if not as_json:
                small_report.show(version, measured, shown)
    where = conditions.where(before)
    if as_json:
        typer.echo(orjson.dumps({"where": where, **found}, option=orjson.OPT_INDENT_2).decode())
    if markdown:
        options = f"{' '.join(size.options)} --rounds={round_count} --requests={requests} --markdown"
        report.write(_PAGE, "small", "\n".join([f"`./scripts/bench small {options}`", "", where, "", *sections]))


@app.command("import")
def import_(
    data: Data = DATA,
    accounts: Annotated[int, typer.Option(min=1, help="Accounts of the world.")] = 200,
    videos_per_account: Annotated[int, typer.Option(min=1, help="Videos of each.")] = 40,
    days: Annotated[int, typer.Option(min=1, help="Days of the accounts' history.")] = 60,
    video_days: Annotated[int, typer.Option(min=1, help="Days of the videos' history.")] = 30,
    seed: Seed = 7,
    database: Annotated[list[Dialect] | None, typer.Option(help="Only this one; by default both.")] = None,
    postgres: Postgres = SERVER,
    round_count: RoundCount = 5,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Measure what importing the export of a world takes, beside `executemany` of the same rows on the bare driver."""
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    before, measured = os.getloadavg(), []
    world = _built(Dialect.SQLITE, size, data, postgres)
    with _progress() as show:
        for dialect in database or list(Dialect):
            target = imports.SQLite(data) if dialect is Dialect.SQLITE else imports.PostgreSQL(postgres)
            measured.append(imports.measure(world.url, data, target, round_count, show))
    where = conditions.where(before)
    if as_json:
        found = {one.version: imports.as_json(one) for one in measured}
        typer.echo(orjson.dumps({"where": where, **found}, option=orjson.OPT_INDENT_2).decode())
    else:
        for one in measured:
            imports.show(one, shown)
    if markdown:
        command = f"`./scripts/bench import {' '.join(size.options)} --rounds={round_count} --markdown`"
        report.write(_PAGE, "import", "\n".join([command, "", where, "", *map(imports.markdown, measured)]))


@app.command("overhead")
def overhead_(
    data: Data = DATA,
    accounts: Accounts = 1_000,
    videos_per_account: Videos = 100,
    days: Days = 365,
    video_days: VideoDays = 2,
    seed: Seed = 7,
    database: Annotated[Dialect, typer.Option(help="Where the world is.")] = Dialect.POSTGRESQL,
    postgres: Postgres = SERVER,
    round_count: RoundCount = 12,
    requests: Annotated[int, typer.Option(min=1, help="Requests in each round.")] = 400,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write the table into docs/observability.md.")] = False,
) -> None:
    """Measure what figures and traces cost: processor time a request, beside the same server without them."""
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    before, chosen = os.getloadavg(), [one for one in OPERATIONS if one.name in {"G1", "G3"}]
    world = _built(database, size, data, postgres)
    with _progress() as show:
        costs = overhead.measure(world, chosen, data, overhead.Pace(round_count, requests), show)
    where = conditions.where(before)
    if as_json:
        found = {"where": where, "measured": overhead.as_json(costs)}
        typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        overhead.show(costs, shown)
    if markdown:
        options = [*size.options, f"--database={database}", f"--rounds={round_count}", f"--requests={requests}"]
        command = f"`./scripts/bench overhead {' '.join(options)} --markdown`"
        page = _PAGE.with_name("observability.md")
        report.write(page, "overhead", "\n".join([command, "", where, "", overhead.markdown(costs)]))


@app.command("load")
def load_(
    data: Data = DATA,
    accounts: Accounts = 1_000,
    videos_per_account: Videos = 100,
    days: Days = 365,
    video_days: VideoDays = 2,
    seed: Seed = 7,
    postgres: Postgres = SERVER,
    redis: Annotated[str, typer.Option(metavar="URL", help="The Redis that the processes share.")] = _REDIS,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve.")] = 2,
    keys: Annotated[int, typer.Option(min=1, help="Keys that ask as often as they are answered.")] = 8,
    limited: Annotated[int, typer.Option(min=0, help="Keys with a low limit, of two clients each.")] = 4,
    limit: Annotated[int, typer.Option(min=1, help="What these may ask a minute.")] = 300,
    seconds: Annotated[int, typer.Option(min=1, help="How long.")] = 300,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Ask for a realistic mix from many keys for minutes: no 5xx, flat memory, limits exact across processes.

    Ends with status 1 where one of these is broken.
    """
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    before, pressure = os.getloadavg(), endurance.Pressure(seconds, workers, keys, limited, limit)
    world = _built(Dialect.POSTGRESQL, size, data, postgres)
    with _progress() as show:
        found = endurance.endure(world, redis, pressure, data, show)
    where = conditions.where(before)
    if as_json:
        typer.echo(
            orjson.dumps({"where": where, **endurance_report.as_json(found)}, option=orjson.OPT_INDENT_2).decode()
        )
    else:
        endurance_report.show(found, shown)
    if markdown:
        options = f"--workers={workers} --keys={keys} --limited={limited} --limit={limit} --seconds={seconds}"
        command = f"`./scripts/bench load {' '.join(size.options)} {options} --markdown`"
        report.write(_PAGE, "load", "\n".join([command, "", where, "", endurance_report.markdown(found)]))
    if not all(kept for kept, _ in endurance_report.verdicts(found)):
        raise typer.Exit(1)


@app.command()
def sizes(
    data: Data = DATA,
    accounts: Annotated[int, typer.Option(min=1, help="Accounts of the world.")] = 200,
    videos_per_account: Annotated[int, typer.Option(min=1, help="Videos of each.")] = 100,
    days: Annotated[int, typer.Option(min=1, help="Days of the accounts' history.")] = 120,
    video_days: Annotated[int, typer.Option(min=1, help="Days of the videos' history.")] = 10,
    seed: Seed = 7,
    database: Annotated[list[Dialect] | None, typer.Option(help="Only this one; by default both.")] = None,
    postgres: Postgres = SERVER,
    looks: Annotated[int, typer.Option(min=0, help="How often everything is looked at once more.")] = 3,
    observed_days: Annotated[int, typer.Option(min=1, help="Days on which each video is observed.")] = 30,
    account_days: Annotated[int, typer.Option(min=1, help="Days on which each account is observed.")] = 365,
    accounts_per_organization: Annotated[int, typer.Option(min=1, help="Accounts of each organization.")] = 100,
    price: Annotated[float, typer.Option(min=0, help="What you pay for a GB of storage and month.")] = 0.1,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Measure the bytes of a row and of its indexes, on both databases, and say how large a large world gets."""
    size = Size(accounts, videos_per_account, days, video_days, seed)
    shape = growth.Shape(videos_per_account, accounts_per_organization, account_days, observed_days)
    data.mkdir(parents=True, exist_ok=True)
    before, measured = os.getloadavg(), []
    for dialect in database or list(Dialect):
        is_sqlite = dialect is Dialect.SQLITE
        target = imports.SQLite(data) if is_sqlite else imports.PostgreSQL(postgres, "creatoraudit_bench_sizes")
        notes.print(f"{target.version}: a world of {accounts:,} accounts with {videos_per_account:,} videos each")
        measured.append(_filled(target, size, looks))
    found = growth.tables(measured, size, shape, price)
    if as_json:
        told = {"where": conditions.where(before), **growth.as_json(measured, size, shape)}
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())
    else:
        growth.show(found, shown)
    if markdown:
        asked = [f"--looks={looks}", f"--observed-days={observed_days}", f"--account-days={account_days}"]
        asked += [f"--accounts-per-organization={accounts_per_organization}", f"--price={price:g}", "--markdown"]
        command = f"`./scripts/bench sizes {' '.join([*size.options, *asked])}`"
        report.write(_SCALING, "sizes", "\n".join([command, "", growth.markdown(found)]))


@app.command()
def scale(
    data: Data = DATA,
    accounts: Accounts = 1_000,
    videos_per_account: Videos = 25,
    days: Days = 90,
    video_days: VideoDays = 2,
    seed: Seed = 7,
    postgres: Postgres = SERVER,
    processes: Annotated[list[int] | None, typer.Option(help="Server processes; by default 1, 2 and 4.")] = None,
    round_count: RoundCount = 3,
    seconds: Annotated[int, typer.Option(min=1, help="How long each is asked in a round.")] = 4,
    database_cores: Annotated[int, typer.Option(min=1, help="Cores of the PostgreSQL that is reckoned with.")] = 16,
    as_json: AsJson = False,
    markdown: AsMarkdown = False,
) -> None:
    """Measure the processor time of server, PostgreSQL and Redis for each request, and say which is busy first."""
    size = Size(accounts, videos_per_account, days, video_days, seed)
    data.mkdir(parents=True, exist_ok=True)
    load.generator()
    before = os.getloadavg()
    world = _built(Dialect.POSTGRESQL, size, data, postgres)
    with _progress() as show:
        measured = scaling.measure(world, processes or [1, 2, 4], round_count, seconds, data, show)
    found = {
        "Processor time: seconds for a thousand requests": scaling.loads_table(measured),
        "What each component could answer by itself": scaling.ceilings_table(measured, database_cores),
    }
    where = conditions.where(before, apart=False)
    if as_json:
        told = {"where": where, "measured": scaling.as_json(measured)}
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        growth.show(found, shown)
    if markdown:
        command = _command("scale", size, round_count, seconds)
        report.write(_SCALING, "scale", "\n".join([command, "", where, "", growth.markdown(found)]))


def _filled(target: imports.Target, size: Size, looks: int) -> growth.Measured:
    """The sizes of a world that is made now, and after everything in it was looked at a few more times."""
    target.renew()
    worlds.run(target.url, "demo", *size.options, "--no-serve", "--json")
    filled = measured_sizes(target.url)
    for _ in range(looks):
        look_again(target.url)
    return growth.Measured(target.version, filled, measured_sizes(target.url))


def _built(dialect: Dialect, size: Size, data: Path, server: str) -> World:
    what = f"{size.accounts:,} accounts with {size.videos_per_account:,} videos each"
    notes.print(f"{dialect}: a world of {what}; where it is not there yet, it is made now.")
    url = worlds.sqlite_url(size, data) if dialect is Dialect.SQLITE else worlds.postgres_url(size, server)
    return worlds.build(url, size, data)


def _measured(large: World, small: World, data: Path, pace: rounds.Pace) -> tuple[list[Measurement], str]:
    with ExitStack() as stack:
        show = stack.enter_context(_progress())
        places = {}
        for name, world in {asked.ALL: large, asked.TENTH: small}.items():
            driver = drivers.connect(world.url)
            stack.callback(driver.close)
            places[name] = stack.enter_context(worlds.served(world, data / f"{name}.log")), driver
        client, driver = places[asked.ALL]
        questions = [
            *asked.questions(large, client, driver, lambda what: show(0, 1, what)),
            *asked.searches(small, places[asked.TENTH][1], asked.TENTH),
            *asked.searches(large, driver, asked.ALL),
        ]
        subjects = [Subject(question, *places[question.world]) for question in questions]
        return rounds.measure(subjects, pace, show), driver.version


def _command(name: str, size: Size, round_count: int, seconds: float) -> str:
    options = [*size.options, f"--rounds={round_count}", f"--seconds={seconds}", "--markdown"]
    return f"`./scripts/bench {name} {' '.join(options)}`"


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], Any]]:
    """A bar on standard error, where that is a terminal."""
    columns = BarColumn(), TextColumn("{task.description}")
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bars:
        bar = bars.add_task("", total=None)
        yield lambda done, total, what: bars.update(bar, completed=done, total=total, description=what)


if __name__ == "__main__":
    try:
        app()
    except RuntimeError as error:
        sys.exit(f"Error: {error}")
