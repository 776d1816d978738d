"""`creatoraudit refresh`: what is due, looked at now, and then an end: for cron and for the curious."""

import asyncio
import signal
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from creatoraudit import logs
from creatoraudit.cli.environment import CommandError, load_settings, open_database, variable
from creatoraudit.cli.output import AsJSON, print_one, progress
from creatoraudit.cli.worker import events_of, require_a_source, sources_of
from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.inputs import AccountName
from creatoraudit.domain.actor import SYSTEM
from creatoraudit.domain.validation import Platform, validate
from creatoraudit.ingestion import leases
from creatoraudit.ingestion.refresher import Finished, Refresher
from creatoraudit.ingestion.rounds import Named, Round, accounts_named
from creatoraudit.ingestion.sources.source import Failed, Source, Throttled
from creatoraudit.settings import Settings

SOME_FAILED = 3
"""The exit status when some looks told nothing, or nothing was looked at where something should have been."""

_ENDINGS = ("observed", "unchanged", "gone", "private", "throttled", "failed")
Wanted = list[tuple[Platform, str] | str]


def refresh(
    account: Annotated[
        list[str] | None,
        typer.Option(metavar="ID|PLATFORM:USERNAME", help="Only this account, due or not; may be repeated."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Try nothing again that fails.")] = False,
    as_json: AsJSON = False,
) -> None:
    """Refresh what is due, or the accounts named, and end. It exits with 3 when some of it could not be seen.

    What fails is tried again, later and later, until nothing fails any more; with --once it is left for the next run.

    For example:
      creatoraudit refresh --once
      creatoraudit refresh --account tiktok:charlidamelio --account instagram:natgeo
    """
    settings = load_settings()
    require_a_source(settings)
    wanted = None if account is None else [_wanted(one) for one in account]
    run = _Run(settings, once=once)
    asyncio.run(run.all(wanted))
    print_one(run.summary(as_json=as_json), as_json=as_json)
    if not as_json:
        for problem in run.problems:
            typer.echo(f"{problem['subject']} {problem['result']}: {problem['why']}", err=True)
    if run.problems or run.left:
        raise typer.Exit(SOME_FAILED)


class _Run:
    """One run, and what came of it."""

    def __init__(self, settings: Settings, *, once: bool) -> None:
        self.problems: list[dict[str, str]] = []
        self.left = 0
        self._settings = settings
        self._once = once
        self._counts: Counter[str] = Counter()

    def summary(self, *, as_json: bool) -> dict[str, Any]:
        """How many looks ended how, how many posts were new, and how much is due still."""
        counted = {ending: self._counts[ending] for ending in _ENDINGS}
        counted |= {"new_posts": self._counts["new_posts"], "left": self.left}
        return counted | ({"problems": self.problems} if as_json else {})

    async def all(self, wanted: Wanted | None) -> None:
        """Works at all platforms at the same time."""
        settings = self._settings
        async with open_database(settings) as db, sources_of(settings) as sources, events_of(settings) as events:
            named = None if wanted is None else await _named(db, wanted, sources)
            totals = {one: await _total(db, one, named) for one in sources}
            logs.configure(settings.log_level)
            with progress("Refreshing") as told:
                told(0, sum(totals.values()))

                def take(finished: Finished) -> None:
                    self._take(finished)
                    told(sum(self._counts[one] for one in (*_ENDINGS, "lost")), sum(totals.values()))

                refreshers = [Refresher(db, SYSTEM, one, sources[one], settings, events) for one in sources]
                rounds = [
                    Round(one, take, once=self._once, accounts=None if named is None else _ids(named, one.platform))
                    for one in refreshers
                ]

                def stop() -> None:
                    for one in rounds:
                        one.stop()

                for end in (signal.SIGINT, signal.SIGTERM):
                    asyncio.get_running_loop().add_signal_handler(end, stop)
                await asyncio.gather(*(one.run(settings.refresh_concurrency) for one in rounds))
            self.left = sum(one.left for one in rounds)
            if named is None:
                self.left += sum([await leases.count_due(db, SYSTEM, one) for one in sources])

    def _take(self, finished: Finished) -> None:
        subject, result, outcome = finished
        if outcome is None:
            self._counts["lost"] += 1
            return
        self._counts[finished.ending] += 1
        self._counts["new_posts"] += outcome.recorded.discovered
        if isinstance(result, Failed | Throttled):
            self.problems.append({"subject": str(subject), "result": finished.ending, "why": result.why})


def _wanted(given: str) -> tuple[Platform, str] | str:
    """An account's id, or its platform and username."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        platform, colon, username = given.partition(":")
        if not colon:
            raise typer.BadParameter(
                f"{given!r} is neither an account's id nor a name such as tiktok:charlidamelio."
            ) from None
    named = validate(AccountName, {"platform": platform, "username": username})
    return named.platform, named.username


async def _named(db: Database, wanted: Wanted, sources: dict[Platform, Source]) -> list[Named]:
    """The accounts that are meant; CommandError where there is none, or where it cannot be refreshed."""
    ids = [one for one in wanted if isinstance(one, str)]
    names = [one for one in wanted if isinstance(one, tuple)]
    found = await accounts_named(db, ids, [username for _, username in names])
    meant = [one for one in found if one.id in ids or (one.platform, one.username) in names]
    known = {one.id for one in meant} | {(one.platform, one.username) for one in meant}
    for missing in [one for one in wanted if one not in known]:
        name = missing if isinstance(missing, str) else ":".join(missing)
        raise CommandError(f"No organization tracks the account {name}.")
    for one in meant:
        if not one.is_active:
            raise CommandError(f"The account {one.platform}:{one.username} is paused; resume it first.")
        if one.platform not in sources:
            needed = variable(f"source_{one.platform}")
            raise CommandError(f"The account {one.platform}:{one.username} cannot be refreshed without {needed}.", 2)
    return meant


async def _total(db: Database, platform: Platform, named: Sequence[Named] | None) -> int:
    return await leases.count_due(db, SYSTEM, platform) if named is None else len(_ids(named, platform))


def _ids(named: Iterable[Named], platform: Platform) -> list[str]:
    return [one.id for one in named if one.platform == platform]
