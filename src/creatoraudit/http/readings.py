"""What the parts of a process count anyway, for whoever reads its figures."""

from typing import TYPE_CHECKING

from creatoraudit import __version__
from creatoraudit.events import Events
from creatoraudit.http import problems
from creatoraudit.http.state import State
from creatoraudit.telemetry import figures

if TYPE_CHECKING:
    from creatoraudit.telemetry.prometheus import Figures


def read_events(told: "Figures", events: Events) -> None:
    """Subscriptions and events, and what every process has: its version."""
    told.read(figures.BUILD, lambda: {(__version__,): 1})
    told.read(figures.SUBSCRIPTIONS, lambda: {(): len(events)})
    told.read(figures.EVENTS, lambda: {("own",): events.published, ("other",): events.heard})
    told.read(figures.DROPPED, lambda: {(): events.dropped})
    told.read(figures.REDIS_FAILURES, lambda: {("events",): events.failures})


def read_state(told: "Figures", state: State) -> None:
    """What only a server has: keys, limits, and errors over REST."""
    told.read(figures.KEYS, lambda: {(): len(state.keys)})
    told.read(figures.KEY_LOOKUPS, lambda: {(): state.keys.lookups})
    told.read(figures.REFUSALS, lambda: {(of,): state.rate_limits.refusals[of] for of in ("key", "address")})
    told.read(figures.REDIS_FAILURES, lambda: {("rate_limits",): state.rate_limits.failures})
    told.read(figures.REDIS_FAILURES, lambda: {("writes",): state.writes.failures})
    told.read(figures.ERRORS, lambda: {("rest", code): n for code, n in dict(problems.TOLD).items()})
