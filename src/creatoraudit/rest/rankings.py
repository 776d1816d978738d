"""`/creators/top`."""

from typing import Any, Literal

from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from creatoraudit.domain.analytics.leaderboards import ORDERS, TopCreatorsParams, top_creators
from creatoraudit.domain.analytics.leaderboards import TopCreator as TopCreatorRow
from creatoraudit.domain.analytics.metrics import METRICS
from creatoraudit.domain.analytics.windows import Preset, preset
from creatoraudit.domain.validation import UUIDText
from creatoraudit.rest.creators import AccountsSummary
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import answer
from creatoraudit.rest.metrics import WindowMeta, gain_fields, window_meta
from creatoraudit.rest.params import Params

_RANKED = [metric for metric in METRICS if metric.in_rankings]
_NAMES = [metric.name for metric in _RANKED]


class _Place(BaseModel):
    rank: int = Field(description="The place, from 1.", examples=[1])
    id: UUIDText = Field(description="The creator's id.", examples=["01977f0e-6a40-7c11-8e0f-2b9d4a7c5e10"])
    type: Literal["creator"] = Field(description="What this object is.")
    name: str = Field(description="The creator's name.", examples=["Charli D'Amelio"])


TopCreator = create_model(
    "TopCreator",
    __doc__="A creator's place, and what all linked accounts gained together.",
    __base__=_Place,
    **gain_fields(_RANKED),
    accounts_summary=(AccountsSummary, ...),
)


class TopCreatorsMeta(WindowMeta[Preset]):
    """What the creators were ranked by."""

    order_by: str = Field(
        description="The metric that ranks.", examples=["views"], json_schema_extra={"enum": list(ORDERS)}
    )


TopCreators = create_model(
    "TopCreators",
    __doc__="The creators that did best over a window, best first.",
    data=(list[TopCreator], ...),
    meta=(TopCreatorsMeta, ...),
)


async def get_top_creators(call: Call[TopCreatorsParams, None]) -> Response:
    asked = call.query
    window = preset(asked.period)
    best = await top_creators(call.db, call.actor, window=window, limit=asked.limit, order_by=asked.order_by)
    return answer(
        {
            "data": [_top_creator(place) for place in best.rows],
            "meta": window_meta(best.window) | {"order_by": best.order_by},
        }
    )


def _top_creator(place: TopCreatorRow) -> dict[str, Any]:
    creator = place.creator
    return {
        "rank": place.rank,
        "id": creator.id,
        "type": "creator",
        "name": creator.name,
        **{name: place.metrics[name] for name in _NAMES},
        "accounts_summary": creator.accounts_summary,
    }


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/creators/top",
        handler=get_top_creators,
        tag=Tag.ANALYTICS,
        summary="Rank creators",
        description="The active creators that did best over the last days, today included: by views unless ordered "
        "otherwise, ties by name.",
        query=Params(TopCreatorsParams),
        answers={200: TopCreators},
    ),
]
