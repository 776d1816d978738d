"""`/health`, `/meta`, `/whoami`, and the two descriptions of the API: one for programs, one for people."""

from typing import Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from creatoraudit.domain.validation import UUIDText
from creatoraudit.errors import ServiceUnavailable
from creatoraudit.http.pages import docs_page
from creatoraudit.rest.endpoint import AnyEndpoint, Call, Endpoint, HTMLPage, Tag
from creatoraudit.rest.envelopes import one, single


class Health(BaseModel):
    """That the server and its database answer."""

    type: Literal["health"] = Field(description="What this object is.")
    status: Literal["ok"] = Field(description="Always `ok`: otherwise the answer is a 503.")


class ApiMeta(BaseModel):
    """Which API this is and where its parts are."""

    type: Literal["api_meta"] = Field(description="What this object is.")
    api_version: Literal["v2"] = Field(description="The version, as it stands in every path.")
    status: Literal["current"] = Field(description="Where the version stands in its life.")
    docs_url: str = Field(description="The interactive documentation.", examples=["https://api.example.com/v2/docs"])
    openapi_url: str = Field(description="The OpenAPI document.", examples=["https://api.example.com/v2/openapi.json"])
    whoami_url: str = Field(description="Who a key belongs to.", examples=["https://api.example.com/v2/whoami"])
    deprecation: str | None = Field(
        description="When the version was deprecated; null while it is not.", examples=[None]
    )
    sunset: str | None = Field(
        description="When the version will be switched off; null while that is not planned.", examples=[None]
    )


class Whoami(BaseModel):
    """Who the key belongs to."""

    type: Literal["whoami"] = Field(description="What this object is.")
    organization_id: UUIDText = Field(
        description="The organization.", examples=["01977f0d-0b11-7d0e-8a4b-6c2e9f103a75"]
    )
    api_key_name: str = Field(description="The name of the key.", examples=["reporting"])


async def get_health(call: Call[None, None]) -> Response:
    await call.db.ping()
    return one({"type": "health", "status": "ok"})


async def get_meta(call: Call[None, None]) -> Response:
    return one(
        {
            "type": "api_meta",
            "api_version": "v2",
            "status": "current",
            "docs_url": f"{call.base_url}/docs",
            "openapi_url": f"{call.base_url}/openapi.json",
            "whoami_url": f"{call.base_url}/whoami",
            "deprecation": None,
            "sunset": None,
        }
    )


async def get_whoami(call: Call[None, None]) -> Response:
    caller = call.actor
    return one({"type": "whoami", "organization_id": caller.organization_id, "api_key_name": caller.api_key_name})


async def get_docs(_: Call[None, None]) -> Response:
    return docs_page()


ENDPOINTS: list[AnyEndpoint] = [
    Endpoint(
        method="GET",
        path="/health",
        handler=get_health,
        tag=Tag.SYSTEM,
        summary="Check the service",
        description="Answers 200 while the server and its database do. Needs no key and is not limited.",
        answers={200: single(Health)},
        errors=(ServiceUnavailable,),
        public=True,
    ),
    Endpoint(
        method="GET",
        path="/meta",
        handler=get_meta,
        tag=Tag.SYSTEM,
        summary="Describe the API",
        description="Tells the version and where its documentation is. Needs no key and is not limited.",
        answers={200: single(ApiMeta)},
        public=True,
    ),
    Endpoint(
        method="GET",
        path="/whoami",
        handler=get_whoami,
        tag=Tag.SYSTEM,
        summary="Show whose key this is",
        description="Tells the organization that the key belongs to, and the key's name.",
        answers={200: single(Whoami)},
    ),
    Endpoint(
        method="GET",
        path="/docs",
        handler=get_docs,
        tag=Tag.SYSTEM,
        summary="Read the documentation",
        description="An interactive page for people, which needs no internet. Needs no key and is not limited.",
        answers={200: HTMLPage},
        public=True,
    ),
]
