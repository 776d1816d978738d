"""Which days stay, of a month that is written out."""

import datetime as dt

from creatoraudit.domain.retention.staying import Look, staying

VIEWS, LIKES = frozenset({"views"}), frozenset({"likes"})
BOTH, NONE = VIEWS | LIKES, frozenset[str]()


def look(day: int, known: frozenset[str], shown: frozenset[str] | None = None) -> Look:
    return Look(dt.date(2026, 3, day), known, known if shown is None else shown)


def days(*looks: Look, before: Look | None = None, after: Look | None = None, needed: int | None = None) -> list[int]:
    needs = [] if needed is None else [dt.date(2026, 3, needed)]
    return sorted(one.day for one in staying(looks, before, after, needs))


EARLIER = Look(dt.date(2026, 2, 27), BOTH, BOTH)


def test_of_a_month_its_last_day_stays() -> None:
    assert days(look(3, BOTH), look(9, BOTH), look(28, BOTH), before=EARLIER) == [28]
    assert days(look(3, BOTH), look(9, BOTH), before=EARLIER, after=look(28, BOTH)) == []


def test_the_day_from_which_gains_count_stays() -> None:
    assert days(look(3, VIEWS), look(9, VIEWS), look(15, BOTH), look(28, BOTH)) == [3, 15, 28]


def test_the_day_that_showed_what_a_later_one_carries_stays() -> None:
    assert days(look(3, VIEWS), look(9, BOTH), look(28, BOTH, VIEWS), before=EARLIER) == [9, 28]
    assert days(look(3, BOTH), look(9, BOTH), before=EARLIER, after=look(28, BOTH, NONE)) == [9]
    assert days(look(3, BOTH), look(9, BOTH, NONE), look(28, BOTH, VIEWS), before=EARLIER) == [3, 28]


def test_a_day_that_is_needed_stays_with_what_it_carries() -> None:
    assert days(look(3, BOTH), look(9, BOTH, VIEWS), look(28, BOTH), before=EARLIER, needed=9) == [3, 9, 28]
