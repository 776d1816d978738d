"""What came of adding many things at once."""

from typing import NamedTuple


class Added(NamedTuple):
    """How many were missing and are there now, and of each that was given why it could not be added yet, or None."""

    number: int
    whys: list[str | None]
