"""The index that finds captions by a part of their text: FTS5's trigrams on SQLite, pg_trgm's on PostgreSQL."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
    table,
    union,
)

from creatoraudit.db.dialect import position
from creatoraudit.db.statements import ByDialect

_caption_index = table("caption_index", column("caption_index", Text()), column("rowid", BigInteger()))
_GLANCE = 2_000
"""Among how many of the newest captions a text is looked for first: what is frequent needs no index."""
_TRIGRAM = 3
_CANDIDATES = 200
"""How many of the newest entries that may contain a text are looked at first, whoever's they are."""


def captions_with(captions: Select[Any], checked: Select[Any]) -> ByDialect:
    """The newest `limit` of the captions that contain `q`, a text of at least 3 characters, by an index of them.

    Takes one organization's captions, walked from it and only checked to be its own; `asked` binds the rest.
    SQLite's index is walked from the newest entry on: first everybody's, and where those are many and hardly any is the
    organization's, once more those with its mark. PostgreSQL's can only find all matches, so that frequent texts are
    looked for among the newest captions first, and in the index only where too few are found there.
    """
    c = captions.selected_columns
    q, limit = bindparam("q", type_=Text()), bindparam("limit", type_=Integer())

    def indexed(rowid: ColumnElement[int], most: ColumnElement[int]) -> Select[Any]:
        own = checked.where(c.post_id == rowid.op("&")(literal_column("2147483647")), position(c.text, q) > 0)
        return own.order_by(rowid.desc()).limit(most)

    entries = _caption_index
    matches = select(entries.c.rowid).where(_match("match")).order_by(entries.c.rowid.desc())
    candidates = matches.limit(literal_column(str(_CANDIDATES))).cte("candidates").prefix_with("MATERIALIZED")
    first = indexed(candidates.c.rowid, limit).cte("near").prefix_with("MATERIALIZED")
    too_few = and_(_count(first) < limit, _count(candidates) == literal_column(str(_CANDIDATES)))
    no_more: ColumnElement[int] = literal_column("0")  # unlike a condition, such a limit keeps the walk from beginning
    marked = indexed(entries.c.rowid, case((too_few, limit), else_=no_more)).where(_match("marked")).subquery()
    walked = _newest(union(select(first), select(marked)).subquery(), limit)

    glanced = captions.order_by(c.published.desc(), c.post_id.desc()).limit(literal_column(str(_GLANCE))).subquery()
    near = select(glanced).where(position(glanced.c.text, q) > 0).limit(limit).cte("near")
    found = checked.where(c.text.like(bindparam("pattern", type_=Text()))).cte("found").prefix_with("MATERIALIZED")
    far = _newest(found, limit).where(_count(near) < limit)
    return ByDialect(sqlite=walked, postgresql=_newest(union(select(near), far).subquery(), limit))


def _match(name: str) -> ColumnElement[bool]:
    return _caption_index.c.caption_index.bool_op("MATCH")(bindparam(name, type_=Text()))


def _count(rows: FromClause) -> ColumnElement[int]:
    return select(func.count()).select_from(rows).scalar_subquery()


def _newest(captions: FromClause, limit: ColumnElement[int]) -> Select[Any]:
    return select(captions).order_by(captions.c.published.desc(), captions.c.post_id.desc()).limit(limit)


def asked(searched: str, organization_id: str) -> dict[str, str]:
    """How both databases are asked for the captions of an organization that contain a folded text literally."""
    last = len(searched) - _TRIGRAM
    places = [*range(0, last, _TRIGRAM), last]  # they cover the text: what overlaps them costs more than it excludes
    trigrams = [searched[place : place + _TRIGRAM] for place in places if place >= 0]
    return {
        "q": searched,
        "match": _all_of(trigrams),
        "marked": _all_of([*trigrams, "\ue000" + organization_id[-2:]]),
        "pattern": "%" + re.sub(r"([%_\\])", r"\\\1", searched) + "%",
    }


def _all_of(terms: Iterable[str]) -> str:
    return " AND ".join('"{}"'.format(term.replace('"', '""')) for term in dict.fromkeys(terms))
