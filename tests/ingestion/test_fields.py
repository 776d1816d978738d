import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from creatoraudit.ingestion.fields import Held, epoch, newest
from creatoraudit.ingestion.snapshots import ProfileSnapshot

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
NAMES = ("name", "is_verified", "following_count")

_times = st.builds(lambda hours: START + dt.timedelta(hours=hours), st.integers(0, 4))
_snapshots = st.lists(
    st.builds(
        ProfileSnapshot,
        at=_times,
        name=st.none() | st.sampled_from(["a", "b"]),
        is_verified=st.none() | st.booleans(),
        following_count=st.none() | st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


def told(snapshots: list[ProfileSnapshot], *, at_once: bool) -> Held:
    """What is held in the end, of a profile of which only a default was stored."""
    held = Held({"name": None, "is_verified": False, "following_count": 0})
    for some in [snapshots] if at_once else [[one] for one in snapshots]:
        held = newest(NAMES, held, some, max(epoch(one.at) for one in some))
    return held


@given(snapshots=_snapshots, shuffle=st.randoms())
def test_what_is_held_does_not_depend_on_how_it_was_told(
    snapshots: list[ProfileSnapshot], shuffle: random.Random
) -> None:
    at_once = told(snapshots, at_once=True)
    assert told(snapshots, at_once=False) == at_once
    shuffle.shuffle(snapshots)
    assert told(snapshots, at_once=False) == at_once
    assert told(snapshots + snapshots, at_once=False) == at_once


@given(snapshots=_snapshots)
def test_the_newest_value_is_held(snapshots: list[ProfileSnapshot]) -> None:
    held = told(snapshots, at_once=True)
    assert held.at == max(epoch(one.at) for one in snapshots)
    for name, default in zip(NAMES, (None, False, 0), strict=True):
        shown = [(one.at, getattr(one, name)) for one in snapshots if getattr(one, name) is not None]
        assert held.values[name] == (max(shown, key=lambda pair: (pair[0], repr(pair[1])))[1] if shown else default)
