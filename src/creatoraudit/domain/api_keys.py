"""API keys: who may ask for an organization. A key itself is shown once; only its SHA-256 is stored."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import Select, bindparam, delete, insert, update

from creatoraudit import clock
from creatoraudit.db.engine import Database, Reader
from creatoraudit.db.models import ApiKey, Organization, stored
from creatoraudit.db.statements import statement
from creatoraudit.domain import listing
from creatoraudit.domain.actor import Actor, KeyScope, Tenancy
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.listing import Listing
from creatoraudit.domain.paging import Direction, Page, PageRequest, Sort, SortKey
from creatoraudit.domain.scope import owned, scoped, table
from creatoraudit.domain.validation import Cap, Input, PlainText, member_of, validate
from creatoraudit.errors import Forbidden, NotFound, Unauthorized

PREFIX = "ca_"
_RANDOM_BYTES = 32
_HINT_LENGTH = 4

_keys, _organizations = table(ApiKey), table(Organization)


def _future(value: object) -> object:
    if value is None:
        return None
    moment = _instant(value)
    if moment is None:
        raise PydanticCustomError("instant", "must be a time with its offset, such as 2030-01-31T00:00:00Z")
    if moment <= clock.now():
        raise PydanticCustomError("future", "must be in the future")
    return moment


def _instant(value: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(moment, dt.datetime) and moment.tzinfo is not None:
            return moment.astimezone(dt.UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        pass
    return None


def _distinct(scopes: list[KeyScope]) -> list[KeyScope]:
    return [scope for scope in KeyScope if scope in scopes]


KeyName = Annotated[PlainText, Field(min_length=1, max_length=255)]
Scopes = Annotated[
    list[Annotated[KeyScope, member_of(KeyScope)]], Field(min_length=1, max_length=10), AfterValidator(_distinct)
]


class ApiKeyCreate(Input):
    """A key to make."""

    name: KeyName = Field(description="What the key is for.", examples=["dashboard"])
    scopes: Scopes = Field(default_factory=lambda: list(KeyScope), description="What the key may do; all by default.")
    rate_limit: Cap | None = Field(None, description="Requests a minute; null takes the server's default.")
    expires_at: Annotated[dt.datetime | None, BeforeValidator(_future)] = Field(
        None, description="When the key stops working; null for never."
    )


class ApiKeyRename(Input):
    """A key's new name."""

    name: KeyName = Field(description="What the key is for.")


class ApiKeyRow(NamedTuple):
    """A key as its organization sees it; `hint` is the end of the key, by which people tell keys apart."""

    id: str
    name: str
    hint: str
    scopes: Sequence[str]
    is_enabled: bool
    rate_limit: int | None
    expires_at: dt.datetime | None
    created_at: dt.datetime


class CreatedKey(NamedTuple):
    """A new key, with the only sight of its secret."""

    row: ApiKeyRow
    key: str


API_KEYS: Listing[ApiKeyRow] = Listing(
    endpoint="api-keys",
    model=ApiKey,
    row=ApiKeyRow,
    columns=[(_keys.c.key_hint if name == "hint" else _keys.c[name]).label(name) for name in ApiKeyRow._fields],
    source=_keys,
    identity=_keys.c.id,
    filters={},
    keys={"created_at": SortKey(_keys.c.created_at)},
    default_sort=Sort("created_at", Direction.ASC),
    parents={},
)


async def list_api_keys(db: Reader, actor: Actor, *, sort: Sort | None = None, page: PageRequest) -> Page[ApiKeyRow]:
    """One page of the organization's keys."""
    return await listing.fetch_page(db, actor, API_KEYS, Input(), sort, page)


async def api_keys_by_ids(db: Reader, actor: Actor, ids: Sequence[str]) -> list[ApiKeyRow | None]:
    """The keys with these ids, in the ids' order, None for those the organization does not have."""
    return await listing.fetch_by_ids(db, actor, API_KEYS, ids)


async def get_api_key(db: Reader, actor: Actor, key_id: str) -> ApiKeyRow:
    """The key, or NotFound."""
    (key,) = await api_keys_by_ids(db, actor, [key_id])
    if key is None:
        raise NotFound("API key")
    return key


async def create_api_key(db: Database, actor: Actor, data: ApiKeyCreate) -> CreatedKey:
    """Makes a key of the actor's organization."""
    key = _new_key()
    values = (
        data.model_dump()
        | _secret(key)
        | {
            "id": new_id(),
            "organization_id": actor.organization_id,
            "created_at": clock.now(),
        }
    )
    async with db.transaction() as tx:
        await tx.execute(insert(_keys), stored(ApiKey(**values)))
        return CreatedKey(await get_api_key(tx, actor, values["id"]), key)


async def rename_api_key(db: Database, actor: Actor, key_id: str, name: str) -> ApiKeyRow:
    """Renames a key."""
    return await _update(db, actor, key_id, validate(ApiKeyRename, {"name": name}).model_dump())


async def disable_api_key(db: Database, actor: Actor, key_id: str) -> ApiKeyRow:
    """Stops a key until it is enabled again."""
    return await _update(db, actor, key_id, {"is_enabled": False})


async def enable_api_key(db: Database, actor: Actor, key_id: str) -> ApiKeyRow:
    """Lets a disabled key work again."""
    return await _update(db, actor, key_id, {"is_enabled": True})


async def rotate_api_key(db: Database, actor: Actor, key_id: str) -> CreatedKey:
    """Gives a key a new secret; the old one stops at once."""
    key = _new_key()
    return CreatedKey(await _update(db, actor, key_id, _secret(key)), key)


async def delete_api_key(db: Database, actor: Actor, key_id: str) -> None:
    """Deletes a key for good."""
    async with db.transaction() as tx:
        deleted = await tx.execute(delete(_keys).where(owned(ApiKey, actor), _keys.c.id == key_id))
        if not deleted.rowcount:
            raise NotFound("API key")


async def authenticate(db: Reader, key: str) -> Actor:
    """The actor that a key stands for; Unauthorized if there is no such key, Forbidden if it may not be used now.

    Keys are looked up by their hash, so that how long an answer takes says nothing about any stored key.
    """
    found = await db.fetch(_by_hash(), _Holder._make, {"key_hash": _hash(key)})
    if not found:
        raise Unauthorized("The API key is not known.")
    (holder,) = found
    if not holder.is_enabled:
        raise Forbidden("The API key is disabled.")
    if holder.expires_at is not None and holder.expires_at <= clock.now():
        raise Forbidden("The API key has expired.")
    if not holder.is_active:
        raise Forbidden("The organization is not active.")
    if not holder.has_subscription:
        raise Forbidden("The organization has no active subscription.")
    return Actor(
        organization_id=holder.organization_id,
        organization_name=holder.organization_name,
        api_key_id=holder.id,
        api_key_name=holder.name,
        scopes=frozenset(KeyScope(scope) for scope in holder.scopes),
        rate_limit=holder.rate_limit,
        expires_at=holder.expires_at,
    )


class _Holder(NamedTuple):
    id: str
    name: str
    scopes: Sequence[str]
    is_enabled: bool
    rate_limit: int | None
    expires_at: dt.datetime | None
    organization_id: str
    organization_name: str
    is_active: bool
    has_subscription: bool


@statement
def _by_hash() -> Select[Any]:
    k, o = _keys.c, _organizations.c
    columns = [k.id, k.name, k.scopes, k.is_enabled, k.rate_limit, k.expires_at, o.id, o.name]
    rows = scoped(
        ApiKey,
        Tenancy.SYSTEM,
        *columns,
        o.is_active,
        o.has_subscription,
        source=_keys.join(_organizations, o.id == k.organization_id),
    )
    return rows.where(k.key_hash == bindparam("key_hash"))


async def _update(db: Database, actor: Actor, key_id: str, changes: dict[str, Any]) -> ApiKeyRow:
    async with db.transaction() as tx:
        await tx.execute(update(_keys).where(owned(ApiKey, actor), _keys.c.id == key_id).values(changes))
        return await get_api_key(tx, actor, key_id)


def _new_key() -> str:
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def _secret(key: str) -> dict[str, str]:
    return {"key_hash": _hash(key), "key_hint": key[-_HINT_LENGTH:]}


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
