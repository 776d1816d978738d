"""Which ids that a file names something can have here."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select

from creatoraudit.db import dialect
from creatoraudit.db.engine import Transaction
from creatoraudit.db.models import Account, Creator, Video
from creatoraudit.db.statements import statement
from creatoraudit.domain.actor import Actor, Tenancy
from creatoraudit.domain.ids import moved_id, new_id
from creatoraudit.domain.scope import scoped, table

Tracked = type[Account] | type[Creator] | type[Video]


async def owners(tx: Transaction, model: Tracked, ids: Iterable[str]) -> dict[str, str]:
    """The organizations of those of the ids that something has already."""
    found = await tx.fetch(_owners(model), tuple, {"ids": list(ids)})
    return {id_: organization_id for id_, organization_id in found}  # noqa: C416 - a row is no pair


async def kept(tx: Transaction, actor: Actor, model: Tracked, ids: Sequence[str]) -> dict[str, str]:
    """The ids by which the organization has, or is going to have, things that a file knows by these."""
    organization = str(actor.organization_id)
    found = await owners(tx, model, ids) if ids else {}
    return {id_: id_ if found.get(id_, organization) == organization else moved_id(id_, organization) for id_ in ids}


async def for_new(tx: Transaction, actor: Actor, model: Tracked, wanted: Sequence[str | None]) -> list[str]:
    """An id for each of some new things: the wanted one, one made of it where that is taken, or any."""
    found = await owners(tx, model, [id_ for id_ in wanted if id_ is not None])
    organization = str(actor.organization_id)
    return [new_id() if id_ is None else moved_id(id_, organization) if id_ in found else id_ for id_ in wanted]


@statement
def _owners(model: Tracked) -> Select[Any]:
    columns = table(model).c
    rows = scoped(model, Tenancy.SYSTEM, columns.id, columns.organization_id)
    return rows.where(dialect.one_of(columns.id, "ids"))
