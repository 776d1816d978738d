"""The one place where tenancy is applied: every read of a tenant's table starts here."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, bindparam, select, true
from sqlmodel import SQLModel

from creatoraudit.db import dialect
from creatoraudit.db.types import Id
from creatoraudit.domain.actor import Actor, Tenancy


def table(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def scoped(
    model: type[SQLModel],
    tenancy: Tenancy,
    *columns: ColumnElement[Any],
    source: FromClause | None = None,
    seek: bool = True,
) -> Select[Any]:
    """Selects columns of a tenant's table (all of them by default), only rows of the organization that is bound.

    `source` is the join the columns come from. Without `seek` no index leads from the organization to the rows:
    something narrower does, and the owner is only checked. The system reaches every organization.
    """
    home = table(model)
    rows = select(*(columns or home.c)).select_from(home if source is None else source)
    if tenancy is Tenancy.SYSTEM:
        return rows
    owner = home.c.organization_id if seek else dialect.checked(home.c.organization_id)
    return rows.where(owner == bindparam("tenant", type_=Id()))


def owned(model: type[SQLModel], actor: Actor) -> ColumnElement[bool]:
    """The condition that a row belongs to the actor's organization: for updates and deletes."""
    if actor.is_system:
        return true()
    condition: ColumnElement[bool] = table(model).c.organization_id == actor.organization_id
    return condition
