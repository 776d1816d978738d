"""What an organization knows, row by row, to compare it with another's."""

from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from creatoraudit.db.engine import Database
from creatoraudit.db.history import AccountClosing, OrganizationDay, PostClosing
from creatoraudit.db.models import Account, AccountVideo, Caption, Creator, Post, Video
from creatoraudit.domain.actor import Actor
from creatoraudit.domain.analytics.rollup import AMOUNTS
from creatoraudit.domain.scope import table


async def rows(db: Database, actor: Actor, model: type[SQLModel]) -> list[dict[str, Any]]:
    """All rows of the organization's, with names in the place of ids."""
    posts, accounts, named = table(Post), table(Account), table(model)
    found = select(named)
    if model is PostClosing:
        found = select(named, posts.c.external_id.label("name")).join(posts, posts.c.id == named.c.post_id)
    elif model is AccountClosing:
        found = select(named, accounts.c.username.label("name")).join(accounts, accounts.c.id == named.c.account_id)
    elif model is AccountVideo:
        found = select(named, posts.c.external_id.label("name")).join(posts, posts.c.id == named.c.post_id)
    home = posts if model in {PostClosing, AccountVideo} else accounts if model is AccountClosing else named
    async with db.transaction() as tx:
        result = await tx.execute(found.where(home.c.organization_id == actor.organization_id))
        return [dict(row) for row in result.mappings()]


async def everything(db: Database, actor: Actor) -> dict[str, set[str]]:
    """What the organization knows, apart from ids."""
    known = {
        model.__name__: {
            str({name: value for name, value in row.items() if not name.endswith("id")})
            for row in await rows(db, actor, model)
        }
        for model in (Creator, Account, Post, Video, AccountVideo, Caption, PostClosing, AccountClosing)
    }
    return known | {"OrganizationDay": await days(db, actor)}


async def days(db: Database, actor: Actor) -> set[str]:
    """What each day changed about the organization, if it did."""
    amounts: dict[Any, list[int]] = {}
    for row in await rows(db, actor, OrganizationDay):
        before = amounts.get(row["day"], [0] * len(AMOUNTS))
        amounts[row["day"]] = [amount + row[name] for amount, name in zip(before, AMOUNTS, strict=True)]
    return {f"{day}: {values}" for day, values in amounts.items() if any(values)}
