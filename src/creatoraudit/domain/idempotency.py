"""Creates that can be retried: the record commits with the write, and both edges share it."""

import datetime as dt
import hashlib
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from sqlalchemy import Select, bindparam, delete

from creatoraudit import clock
from creatoraudit.db import dialect
from creatoraudit.db.engine import Transaction
from creatoraudit.db.models import IdempotencyRecord
from creatoraudit.db.statements import statement
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.scope import scoped, table
from creatoraudit.domain.validation import Input
from creatoraudit.errors import Conflict, ValidationFailed

T = TypeVar("T")

RETENTION = dt.timedelta(hours=24)
MAX_KEY_LENGTH = 255
WAIT_SECONDS = 5

_records = table(IdempotencyRecord)


class Created(NamedTuple, Generic[T]):
    """What a create answers: the resource as it stands now, and whether an earlier request made it."""

    row: T
    replayed: bool


class _Record(NamedTuple):
    fingerprint: str
    resource_id: str


async def claim(
    tx: Transaction, actor: Actor, key: str | None, command: str, data: Input, resource_id: str
) -> str | None:
    """Takes the key for the resource about to be created, or returns the id of the one it has already created.

    A request that holds the key makes others wait until it commits, and Conflict tells those who waited too long.
    The same key with another command or other input is a ValidationFailed.
    """
    if key is None:
        return None
    _check(key)
    fingerprint = hashlib.sha256(
        orjson.dumps([command, data.model_dump(mode="json")], option=orjson.OPT_SORT_KEYS)
    ).hexdigest()
    mine = {"organization_id": actor.organization_id, "key": key}
    now = clock.now()
    async with dialect.waiting(tx, WAIT_SECONDS, _still_running()):
        await tx.execute(
            delete(_records).where(
                _records.c.organization_id == actor.organization_id,
                _records.c.key == key,
                _records.c.created_at <= now - RETENTION,
            )
        )
        taken = await tx.execute(
            dialect.insert_or_ignore(tx.dialect, _records),
            {**mine, "fingerprint": fingerprint, "resource_id": resource_id, "created_at": now},
        )
    if taken.rowcount:
        return None
    (record,) = await tx.fetch(_record(actor.tenancy), _Record._make, actor.bind(key=key))
    if record.fingerprint != fingerprint:
        raise ValidationFailed.of("Idempotency-Key", "was used for a different request; use a new key for this one")
    return record.resource_id


@statement
def _record(tenancy: Tenancy) -> Select[Any]:
    rows = scoped(IdempotencyRecord, tenancy, _records.c.fingerprint, _records.c.resource_id)
    return rows.where(_records.c.key == bindparam("key"))


def _check(key: str) -> None:
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isprintable():
        raise ValidationFailed.of("Idempotency-Key", f"must be 1 to {MAX_KEY_LENGTH} printable characters")


def _still_running() -> Conflict:
    return Conflict(
        "The first request with this Idempotency-Key is still running; try again shortly.",
        headers={"Retry-After": "1"},
    )
