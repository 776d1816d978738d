"""Rows with some of a noun's columns."""

from typing import NamedTuple

import pytest

from creatoraudit.db.engine import Database
from creatoraudit.domain.accounts.inputs import AccountFilter
from creatoraudit.domain.accounts.queries import accounts_by_creator_ids, accounts_by_ids, list_accounts
from creatoraudit.domain.paging import PageRequest
from creatoraudit.domain.rows import maker
from factories import a_creator, an_account, an_organization


class Row(NamedTuple):
    id: str
    name: str | None
    count: int = 0

    @property
    def shown(self) -> str:
        return f"{self.id}: {self.name}"


def test_what_was_not_read_cannot_be_read() -> None:
    row = maker(Row, ("id", "count"))(["a", 5])

    assert isinstance(row, Row)
    assert (row.id, row.count, row._fields) == ("a", 5, ("id", "count"))
    for read in (lambda: row.name, lambda: row.shown):
        with pytest.raises(AttributeError, match="name of this Row was not read from the database"):
            read()


def test_a_row_with_all_columns_is_the_noun_s_own() -> None:
    row = maker(Row, Row._fields)(["a", "b", 5])

    assert type(row) is Row
    assert row == Row("a", "b", 5)
    assert row.shown == "a: b"


async def test_every_list_reads_the_columns_it_is_asked_for_and_those_that_place_rows(
    db: Database,
) -> None:
    actor = await an_organization(db)
    creator = await a_creator(db, actor, "Kim")
    account = await an_account(db, actor, "someone", creator_id=creator.id)
    columns, page = frozenset({"username"}), PageRequest()
    statements: list[str] = []
    db.on_statement.append(statements.append)

    flat = await list_accounts(db, actor, where=AccountFilter(), page=page, columns=columns)
    nested = await accounts_by_creator_ids(db, actor, [creator.id], where=AccountFilter(), page=page, columns=columns)
    by_id = await accounts_by_ids(db, actor, [account.id], columns)

    (whole,) = (await list_accounts(db, actor, where=AccountFilter(), page=page)).items
    for row in (flat.items[0], nested[0].items[0]):  # type: ignore[union-attr]
        assert row._fields == ("id", "username", "added_at")
        assert row == (whole.id, whole.username, whole.added_at)
        assert flat.cursor_of(row) == flat.cursor_of(whole)
    assert by_id == [(whole.id, whole.username)]
    assert ["accounts.description" in sql for sql in statements] == [False, False, False, True]
