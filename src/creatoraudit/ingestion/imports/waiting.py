"""Items that speak of what is not tracked, kept until everything has been read: something may have tracked it by then.

They lie in memory while they are few, and else in a temporary file.
"""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

import orjson

from creatoraudit.ingestion.formats.files import Item

_IN_MEMORY = 16 << 20


class Waiting(NamedTuple):
    """An item that cannot be taken yet, and why."""

    file: int
    item: Item
    why: str


class Queue:
    """Items that wait, in the order in which they came; one that says several things waits once."""

    def __init__(self) -> None:
        self._spool: SpooledTemporaryFile[bytes] | None = None
        self._last: tuple[int, int] | None = None
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, file: int, item: Item, why: str) -> None:
        """Has an item wait."""
        place = (file, item.number)
        if place != self._last:
            line = [*place, item.text.decode(errors="replace"), why]
            if self._spool is None:
                self._spool = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when it has been read
            self._spool.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            self._last = place
            self._length += 1

    def empty(self) -> Iterator[Waiting]:
        """All that wait; nothing may be added any more."""
        if self._spool is None:
            return
        with self._spool as spool:
            spool.seek(0)
            for line in spool:
                file, number, text, why = orjson.loads(line)
                yield Waiting(file, Item(number, text.encode()), why)
