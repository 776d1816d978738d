"""Who did best over a window."""

import asyncio
from heapq import nsmallest
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from creatoraudit.db.engine import Database
from creatoraudit.db.models import Creator
from creatoraudit.db.statements import ByDialect, statement
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.analytics import windows
from creatoraudit.domain.analytics.closings import Coverage, Histories, closings_of, on
from creatoraudit.domain.analytics.metrics import METRICS, RollUp, Values
from creatoraudit.domain.analytics.scopes import CREATORS
from creatoraudit.domain.analytics.totals import measured
from creatoraudit.domain.analytics.windows import Preset, PresetName, Window
from creatoraudit.domain.creators.queries import CreatorRow, creators_by_ids
from creatoraudit.domain.scope import table
from creatoraudit.domain.validation import Input

MAX_LIMIT = 25
ORDERS = tuple(metric.name for metric in METRICS if metric.in_rankings and metric.roll_up is not RollUp.LAST_KNOWN_SUM)


def _order(value: object) -> object:
    if value not in ORDERS:
        raise PydanticCustomError("one_of", "must be one of: {names}", {"names": ", ".join(ORDERS)})
    return value


Order = Annotated[str, BeforeValidator(_order), Field(json_schema_extra={"enum": list(ORDERS)})]


class TopCreatorsParams(Input):
    """Over which window creators are ranked, by what, and how many are shown."""

    period: PresetName = Field(Preset.LAST_7_DAYS, description="The window, which ends today (UTC).")
    limit: int = Field(10, ge=1, le=MAX_LIMIT, description="How many creators.")
    order_by: Order = Field("views", description="The metric that ranks, largest first.")


class TopCreator(NamedTuple):
    """A creator's place, and its metrics over the window."""

    rank: int
    creator: CreatorRow
    metrics: Values
    coverage: Coverage


class TopCreators(NamedTuple):
    """The creators that did best over a window, best first."""

    rows: list[TopCreator]
    window: Window
    order_by: str


async def top_creators(
    db: Database,
    actor: Actor,
    *,
    window: Window | None = None,
    limit: int = 10,
    order_by: str = "views",
) -> TopCreators:
    """The active creators with the largest values of a metric as it is shown; ties by name, then id.

    The window is that of the last 7 days unless another one is given.
    """
    window = window or windows.preset(Preset.LAST_7_DAYS)
    days = [window.before, window.end]
    rows = await db.fetch(_active(actor.tenancy, order_by), tuple, actor.bind(**on(days)))
    ranked = Histories(_BY[order_by], rows, len(days))
    values = ranked.gains(0, 1)[order_by]
    best = nsmallest(limit, zip(ranked.ids, values, strict=True), key=lambda pair: -(pair[1] or 0))
    ids = [one for one, _ in best]
    of_best, creators = await asyncio.gather(
        measured(db, actor, CREATORS, ids, window), creators_by_ids(db, actor, ids)
    )
    found = [creator for creator in creators if creator is not None and creator.id in of_best]
    places = [TopCreator(rank, creator, *of_best[creator.id]) for rank, creator in enumerate(found, start=1)]
    return TopCreators(places, window, order_by)


_BY = {order: CREATORS.only(order, is_covered=False) for order in ORDERS}


@statement
def _active(tenancy: Tenancy, order_by: str) -> ByDialect:
    creators = table(Creator).c
    # by id, as their accounts' closings lie next to each other: reading them by name took half as long again
    parts = [
        part.where(creators.is_active).add_columns(creators.name_folded).order_by(creators.id)
        for part in CREATORS.parts(tenancy)
    ]
    return closings_of(parts, _BY[order_by], 2, order=["name_folded"])
