"""What this process tells of itself: figures for Prometheus, and spans for OpenTelemetry; neither unless it is set.

Whoever has something to tell asks once, when it is made, and without telemetry is made as if there were none.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from creatoraudit.settings import Settings

if TYPE_CHECKING:
    from creatoraudit.telemetry.prometheus import Figures
    from creatoraudit.telemetry.traces import Traces


@dataclass(frozen=True, slots=True)
class Telemetry:
    """One per process; what is off is None."""

    figures: "Figures | None" = None
    traces: "Traces | None" = None

    @property
    def is_off(self) -> bool:
        """Whether nobody is told anything."""
        return self.figures is None and self.traces is None


OFF = Telemetry()


class TelemetryUnavailable(Exception):
    """What the settings ask for cannot be had: one sentence says what is missing or wrong."""


def telemetry_of(settings: Settings) -> Telemetry:
    """What the settings ask for; TelemetryUnavailable where it cannot be had. Nothing listens or is sent yet."""
    figures, traces = None, None
    if settings.metrics_port is not None:
        from creatoraudit.telemetry.prometheus import Figures  # noqa: PLC0415 - only those who want it pay for it

        figures = Figures()
    if settings.traces:
        try:
            from creatoraudit.telemetry.traces import Traces  # noqa: PLC0415 - likewise, and it is an extra
        except ModuleNotFoundError as error:
            raise TelemetryUnavailable(
                f"Traces need {error.name}, which is missing. Install it: pip install 'creatoraudit[otel]'"
            ) from error
        traces = Traces.of_environment()
    return Telemetry(figures, traces)


@asynccontextmanager
async def telling(telemetry: Telemetry, settings: Settings) -> AsyncIterator[str | None]:
    """Serves the figures meanwhile, at the URL that this yields, and sends what is left of the spans at the end."""
    async with AsyncExitStack() as stack:
        if telemetry.traces is not None:
            stack.push_async_callback(telemetry.traces.close)
        if telemetry.figures is None:
            yield None
            return
        from creatoraudit.telemetry.listener import served  # noqa: PLC0415 - as above

        yield await stack.enter_async_context(served(telemetry.figures, settings))
