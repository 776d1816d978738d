import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from creatoraudit.ingestion.folding import Closing, Seen, fold, instant, see

NAMES = ("views", "likes")
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)

Look = tuple[dt.datetime, tuple[int | None, int | None]]
_count = st.none() | st.integers(0, 9)
_times = st.builds(lambda hours: START + dt.timedelta(hours=hours), st.integers(0, 71))
_looks = st.lists(st.tuples(_times, st.tuples(_count, _count)), max_size=12)


def folded(looks: list[Look], *, fresh: bool, at_once: bool) -> list[Closing]:
    """The series that the looks make, all together or one after the other."""
    series: list[Closing] = []
    for some in [looks] if at_once else [[look] for look in looks]:
        seen: dict[dt.date, Seen] = {}
        for at, values in some:
            see(seen, at, values)
        series = fold(NAMES, None, series, seen, fresh=fresh)
    return series


@given(looks=_looks, fresh=st.booleans(), shuffle=st.randoms())
def test_a_series_does_not_depend_on_how_it_was_told(looks: list[Look], fresh: bool, shuffle: random.Random) -> None:
    at_once = folded(looks, fresh=fresh, at_once=True)
    assert folded(looks, fresh=fresh, at_once=False) == at_once
    shuffle.shuffle(looks)
    assert folded(looks, fresh=fresh, at_once=False) == at_once
    assert folded(looks + looks, fresh=fresh, at_once=False) == at_once


@given(looks=_looks, fresh=st.booleans())
def test_totals_are_what_was_seen_last_and_gains_all_that_came_since(looks: list[Look], fresh: bool) -> None:
    series = folded(looks, fresh=fresh, at_once=True)
    assert [one.day for one in series] == sorted({at.date() for at, values in looks if values != (None, None)})
    for index in range(len(NAMES)):
        known = sorted((at, values[index]) for at, values in looks if values[index] is not None)
        for number, closing in enumerate(series, start=1):
            until = [value for at, value in known if at.date() <= closing.day]
            first_day = [value for at, value in known if at.date() == known[0][0].date()]
            assert closing.observed_days == number
            assert closing.totals[index] == (until[-1] if until else None)
            baseline = 0 if fresh or not known else first_day[-1]
            assert closing.gained[index] == (until[-1] - baseline if until else 0)


@given(looks=_looks, fresh=st.booleans(), cut=st.integers(0, 3))
def test_only_the_last_closing_is_needed_to_go_on(looks: list[Look], fresh: bool, cut: int) -> None:
    looks.sort(key=lambda look: look[0])
    end = START.date() + dt.timedelta(days=cut)
    before = folded([look for look in looks if look[0].date() < end], fresh=fresh, at_once=True)
    seen: dict[dt.date, Seen] = {}
    for at, values in looks:
        if at.date() >= end:
            see(seen, at, values)
    went_on = fold(NAMES, before[-1] if before else None, [], seen, fresh=fresh)
    assert before + went_on == folded(looks, fresh=fresh, at_once=True)


def test_days_are_utc_days() -> None:
    tokyo = dt.timezone(dt.timedelta(hours=9))
    assert instant(dt.datetime(2026, 3, 2, 8, 30, 5, tzinfo=tokyo)) == (dt.date(2026, 3, 1), 23 * 3600 + 30 * 60 + 5)
