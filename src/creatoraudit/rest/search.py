"""`/search`."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.search import MAX_LIMIT, SearchParams, search, searched
from creatoraudit.domain.validation import Platform, UUIDText
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, Tag
from creatoraudit.rest.envelopes import answer
from creatoraudit.rest.params import Params


class FoundAccount(BaseModel):
    """An account whose username contains the text."""

    id: UUIDText = Field(description="The account's id.", examples=["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"])
    platform: Platform = Field(description="Where the profile lives.", examples=["tiktok"])
    username: str = Field(description="The username, in lower case.", examples=["charlidamelio"])
    display_name: str | None = Field(description="The name the profile shows.", examples=["charli d’amelio"])


class FoundCreator(BaseModel):
    """A creator whose name contains the text."""

    id: UUIDText = Field(description="The creator's id.", examples=["01977f0e-6a40-7c11-8e0f-2b9d4a7c5e10"])
    name: str = Field(description="The creator's name.", examples=["Charli D'Amelio"])


class FoundVideo(BaseModel):
    """A post whose caption contains the text."""

    id: UUIDText = Field(
        description="The id of the video, or of the account video where the post is not tracked by itself.",
        examples=["01977f0f-1d2e-7a44-b3c1-90aa5e7d6f02"],
    )
    platform: Platform = Field(description="Where it was published.", examples=["tiktok"])
    caption: str = Field(description="The caption.", examples=["renegade with charli #dance #fyp"])
    account_id: UUIDText | None = Field(
        description="The poster's account, while your organization tracks it.",
        examples=["01977f0e-5c1b-7d3a-9a52-3f1e6c0b8d21"],
    )
    account_username: str | None = Field(description="The poster's username.", examples=["charlidamelio"])


class Sections(BaseModel):
    """What was found of each kind."""

    accounts: list[FoundAccount] = Field(
        description="The account that is called so, then those that begin so, then the rest; by followers each."
    )
    creators: list[FoundCreator] = Field(description="Creators, in the same order.")
    videos: list[FoundVideo] = Field(description="Videos and account videos, latest published first, each post once.")


class EffectiveCaps(BaseModel):
    """How many each section shows at most."""

    accounts: int = Field(description="Accounts.", examples=[10])
    creators: int = Field(description="Creators.", examples=[10])
    videos: int = Field(description="Videos.", examples=[10])


class SearchMeta(BaseModel):
    """What was searched for."""

    query: str = Field(description="The text, as it was sent.", examples=["charli"])
    limit_per_section: int = Field(description="How many of each were asked for at most.", examples=[10])
    effective_caps: EffectiveCaps


class SearchResult(BaseModel):
    """What contains a text."""

    data: Sections
    meta: SearchMeta


async def search_everything(call: Call[SearchParams, None]) -> Response:
    asked = call.query
    found = await search(call.db, call.actor, searched(asked.q, asked.limit))
    data = {name: [row._asdict() for row in rows] for name, rows in found._asdict().items()}
    return answer(
        {
            "data": data,
            "meta": {
                "query": asked.q or "",
                "limit_per_section": asked.limit,
                "effective_caps": dict.fromkeys(data, min(asked.limit, MAX_LIMIT)),
            },
        }
    )


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/search",
        handler=search_everything,
        tag=Tag.SEARCH,
        summary="Search",
        description="Accounts by a part of their username, creators by a part of their name, videos of both kinds by a "
        "part of their caption, whatever its case. A blank text finds nothing; one of one or two characters is looked "
        "for among the 50,000 newest captions.",
        query=Params(SearchParams),
        answers={200: SearchResult},
    )
]
