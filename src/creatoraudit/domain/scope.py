"""The one place where tenancy is applied: every read of a tenant's table starts here."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, bindparam, select, true
from sqlmodel import SQLModel

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
) -> Select[Any]:
    """Selects columns of a tenant's table (all of them by default), only rows of the organization that is bound.

    `source` is the join the columns come from; the system reaches every organization.
    """
    home = table(model)
    rows = select(*(columns or home.c)).select_from(home if source is None else source)
    if tenancy is Tenancy.SYSTEM:
        return rows
    return rows.where(home.c.organization_id == bindparam("tenant", type_=Id()))


def owned(model: type[SQLModel], actor: Actor) -> ColumnElement[bool]:
    """The condition that a row belongs to the actor's organization: for updates and deletes."""
    if actor.is_system:
        return true()
    condition: ColumnElement[bool] = table(model).c.organization_id == actor.organization_id
    return condition
