"""What an operator can set: CREATORAUDIT_* in the environment. `creatoraudit settings` shows them all."""

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import DirectoryPath, Field, FilePath, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_DATABASE_URL = re.compile(r"sqlite\+aiosqlite:///(?!:memory:|\Z)|postgresql\+asyncpg://.")
_POSTGRES = "postgresql+asyncpg://"
_PROXY_URL = re.compile(r"(https?|socks4a?|socks5h?)://[^/\s]+/?")
_PLAIN_URL = re.compile(r"https?://[^/@?#\s]+(/[^@?#\s]*)?")


class Settings(BaseSettings):
    """One immutable set of settings; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="CREATORAUDIT_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(
        SecretStr("sqlite+aiosqlite:///creatoraudit.db"),
        description="Where the data lives: sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME.",
    )
    database_replica_url: SecretStr | None = Field(
        None,
        description=(
            "A read replica of a PostgreSQL database, which answers reads: postgresql+asyncpg://USER:PASSWORD@HOST/NAME."
        ),
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="Connections to the database per process.")
    redis_url: SecretStr | None = Field(
        None,
        description=(
            "Redis shared by all processes (redis://HOST:6379/0); without it each has its own limits and events."
        ),
    )
    public_url: str | None = Field(
        None, description="The URL clients reach this server under; without it the request's host is used."
    )
    rate_limit: int = Field(600, ge=1, description="Requests a minute for a key that has no limit of its own.")
    anonymous_rate_limit: int = Field(60, ge=1, description="Requests a minute for an address that sends no valid key.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Comma-separated addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma-separated origins that browsers may call from; none by default."
    )
    max_body_bytes: int = Field(1_048_576, ge=1024, description="The largest request body, in bytes.")
    shutdown_timeout: int = Field(30, ge=1, description="Seconds that in-flight requests get to finish on shutdown.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="The least severe line logged.")
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="The port that Prometheus asks, the first free one from here on; none by default.",
    )
    metrics_host: str = Field("127.0.0.1", description="The address that this port is on; 0.0.0.0 for all.")
    traces: bool = Field(
        False, description="Whether OpenTelemetry traces are exported, in the way that the OTEL_* variables say."
    )
    slow_operation_ms: float | None = Field(
        None, ge=0, description="Milliseconds from which on a GraphQL operation is logged as slow; none by default."
    )
    graphql_max_tokens: int = Field(4_000, ge=1, description="Tokens in one GraphQL document.")
    graphql_max_depth: int = Field(12, ge=1, description="Levels of nesting in one GraphQL operation.")
    graphql_max_aliases: int = Field(30, ge=1, description="Aliases in one GraphQL document.")
    graphql_max_root_fields: int = Field(20, ge=1, description="Root fields in one GraphQL operation.")
    graphql_max_cost: int = Field(10_000, ge=1, description="Cost of one GraphQL operation.")
    graphql_timeout: float = Field(30.0, gt=0, description="Seconds one GraphQL operation may take.")
    graphql_engine: bool = Field(
        True, description="Whether GraphQL operations are executed by plans; if not, graphql-core executes them."
    )
    graphql_max_batch: int = Field(
        0, ge=0, le=100, description="Operations in one batched GraphQL request; 0 refuses batches."
    )
    graphql_documents: DirectoryPath | None = Field(
        None, description="A directory of trusted documents, ID.graphql each, that clients may name by id."
    )
    graphql_documents_only: bool = Field(False, description="Whether only trusted documents are executed.")
    retention_months: int | None = Field(
        None,
        ge=1,
        le=1_200,
        description="Months before this one of which every day is kept; of older ones their ends are. None: every day.",
    )
    refresh_concurrency: int = Field(
        4, ge=1, le=64, description="Looks in flight at each platform's source, those of all processes together."
    )
    refresh_timeout: float = Field(
        90.0, gt=0, description="Seconds one look may take, whatever the source; its lease lasts twice as long."
    )
    source_instagram: str | None = Field(
        None,
        min_length=1,
        description="The source that refreshes Instagram accounts and videos; without one they are not refreshed.",
    )
    source_tiktok: str | None = Field(
        None,
        min_length=1,
        description="The source that refreshes TikTok accounts and videos; without one they are not refreshed.",
    )
    http_source_url: str | None = Field(
        None, description="Where the http source asks: the URL of a service that answers as docs/sources.md says."
    )
    http_source_token: SecretStr | None = Field(
        None, description="What the http source sends that service as its bearer token."
    )
    http_source_timeout: float = Field(60.0, gt=0, description="Seconds that service may take for one answer.")
    http_source_max_bytes: int = Field(
        16_777_216, ge=1024, description="The largest answer that is read from that service, in bytes."
    )
    instagram_graph_url: str = Field(
        "https://graph.facebook.com/v25.0", description="The version of the Graph API that instagram_graph asks."
    )
    instagram_graph_user_id: str | None = Field(
        None,
        pattern="^[0-9]+$",
        description="The id of the Instagram professional account that instagram_graph asks as.",
    )
    instagram_graph_token: SecretStr | None = Field(
        None, description="That account's access token, with instagram_basic and the permissions docs/sources.md names."
    )
    ytdlp_cookies: FilePath | None = Field(
        None, description="A file of cookies that the ytdlp source sends, in Netscape's format; it is only read."
    )
    ytdlp_proxy: SecretStr | None = Field(
        None, description="The proxy through which the ytdlp source asks: http://HOST:PORT or socks5://HOST:PORT."
    )
    ytdlp_timeout: float = Field(
        60.0,
        gt=0,
        description=(
            "Seconds that yt-dlp may take for one look, at most nine tenths of what any look may take; "
            "what it has seen of a feed by then counts."
        ),
    )
    ytdlp_sleep: float = Field(0.0, ge=0, description="Seconds between two requests of one look by the ytdlp source.")

    @property
    def sourced(self) -> frozenset[str]:
        """The platforms that have a source."""
        named = {"instagram": self.source_instagram, "tiktok": self.source_tiktok}
        return frozenset(platform for platform, source in named.items() if source)

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network, strict=False)
            except ValueError:
                raise PydanticCustomError(
                    "trusted_proxies", "must be addresses or networks such as 10.0.0.0/8, not host names"
                ) from None
        return value

    @field_validator("database_url")
    @classmethod
    def _supported(cls, value: SecretStr) -> SecretStr:
        if not _DATABASE_URL.match(value.get_secret_value()):
            raise PydanticCustomError(
                "database_url", "must be sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME"
            )
        return value

    @field_validator("database_replica_url")
    @classmethod
    def _of_postgres(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            return None
        if not value.get_secret_value().startswith(_POSTGRES):
            raise PydanticCustomError("replica_url", "must be postgresql+asyncpg://USER:PASSWORD@HOST/NAME")
        primary = info.data.get("database_url")  # not there if it is wrong itself
        if primary is not None and not primary.get_secret_value().startswith(_POSTGRES):
            raise PydanticCustomError("replica_url", "must not be set for a SQLite database, which has no replicas")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("redis://", "rediss://")):
            raise PydanticCustomError("redis_url", "must be redis://HOST:PORT/NUMBER or rediss://HOST:PORT/NUMBER")
        return value

    @field_validator("http_source_url", "instagram_graph_url")
    @classmethod
    def _plain_url(cls, value: str | None) -> str | None:
        if value is not None and not _PLAIN_URL.fullmatch(value):
            raise PydanticCustomError("plain_url", "must be http://HOST or https://HOST, a path perhaps, and no more")
        return value

    @field_validator("ytdlp_proxy")
    @classmethod
    def _proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _PROXY_URL.fullmatch(value.get_secret_value()):
            raise PydanticCustomError("ytdlp_proxy", "must be http://HOST:PORT or socks5://HOST:PORT")
        return value

    @field_validator("public_url", "http_source_url", "instagram_graph_url")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value
