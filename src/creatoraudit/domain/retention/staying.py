"""Which days of a month stay once it is rolled up: a pure function over one series at a time, and no database."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

Names = frozenset[str]


class Look(NamedTuple):
    """What a day's closing knows, and what of it the day itself showed; the rest is carried over from earlier days."""

    day: dt.date
    known: Names
    shown: Names

    @property
    def carried(self) -> Names:
        """What an earlier day has to tell."""
        return self.known - self.shown


def staying(
    looks: Sequence[Look], before: Look | None, after: Look | None, needed: Collection[dt.date] = ()
) -> set[dt.date]:
    """The days that stay, of consecutive ones of a month, `before` the last one earlier and `after` the next of it.

    The month's last day stays, and whatever a day that stays is built on: the day that last showed a counter which it
    only carries, and the first that knew one, from which gains count. So do the days that are `needed` for other
    reasons.
    """
    stay: set[dt.date] = set()
    wanted = after.carried if after is not None else None
    for look, earlier in zip(reversed(looks), reversed([before, *looks][:-1]), strict=True):
        begins = look.known if earlier is None else look.known - earlier.known
        if wanted is None or look.shown & wanted or begins or look.day in needed:
            stay.add(look.day)
            wanted = ((wanted or frozenset()) - look.shown) | look.carried
    return stay
