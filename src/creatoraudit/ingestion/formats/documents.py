"""JSON documents as they stream by: an array, or the `collector` of an object, one element after the other."""

from collections.abc import Callable, Iterator
from json import JSONDecodeError, JSONDecoder

from creatoraudit.ingestion.formats.snapshot import Malformed

_COLLECTION = "collector"
_CHUNK = 1 << 20
_UNFINISHED = 8
"""An error so near the end of what has been read may be no error once more is read."""


def elements(read: Callable[[int], str]) -> Iterator[str | Malformed]:
    """The texts of the elements of an array, or of that which an object has as its `collector`; else the whole object.

    After something that is no JSON nothing more can be found: it is the last, as Malformed.
    """
    text = _Text(read)
    try:
        if text.next() == "[":
            yield from _array(text)
        elif text.next() == "{":
            yield from _object(text)
        else:
            yield text.value()
        if text.next():
            yield Malformed("the document has ended, and what follows is not read")
    except JSONDecodeError as error:
        yield Malformed(f"is not JSON ({error.msg}), and what follows cannot be read")


def _array(text: "_Text") -> Iterator[str]:
    text.take("[")
    while text.next() != "]":
        yield text.value()
        text.forget()
        if text.next() != "]":
            text.take(",")
    text.take("]")


def _object(text: "_Text") -> Iterator[str]:
    start = text.place
    is_collection = False
    text.take("{")
    while text.next() != "}":
        name = text.value()
        text.take(":")
        if name == f'"{_COLLECTION}"' and text.next() == "[":
            is_collection = True
            yield from _array(text)
        else:
            text.value()
        if is_collection:
            text.forget()
        if text.next() != "}":
            text.take(",")
    text.take("}")
    if not is_collection:
        yield text.since(start)


class _Text:
    """As much of a document as has been read and is still needed."""

    def __init__(self, read: Callable[[int], str]) -> None:
        self._read = read
        self._text = ""
        self._decoder = JSONDecoder()
        self.place = 0

    def next(self) -> str:
        """The next character that is no blank, without going past it; nothing at the end."""
        while True:
            rest = self._text[self.place : self.place + 1]
            if rest and rest not in " \t\r\n\ufeff":
                return rest
            if rest:
                self.place += 1
            elif not self._more():
                return ""

    def take(self, mark: str) -> None:
        """Goes past a mark; JSONDecodeError where there is none."""
        if self.next() != mark:
            raise JSONDecodeError(f"Expecting '{mark}'", self._text, self.place)
        self.place += 1

    def value(self) -> str:
        """The text of the next value, and goes past it; JSONDecodeError where there is none."""
        self.next()
        while True:
            try:
                _, end = self._decoder.raw_decode(self._text, self.place)
            except JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated") or error.pos > len(self._text) - _UNFINISHED
                if not (unfinished and self._more()):
                    raise
            except RecursionError:
                raise JSONDecodeError("too deeply nested", self._text, self.place) from None
            else:
                if end < len(self._text) or not self._more():
                    return self._went(end)

    def since(self, start: int) -> str:
        """The text from a place on that has not been forgotten."""
        return self._text[start : self.place]

    def forget(self) -> None:
        """Lets go of what has been gone past, once that is worth the copy."""
        if self.place >= _CHUNK:
            self._text, self.place = self._text[self.place :], 0

    def _went(self, end: int) -> str:
        start, self.place = self.place, end
        return self._text[start:end]

    def _more(self) -> bool:
        more = self._read(max(_CHUNK, len(self._text) - self.place))
        self._text += more
        return bool(more)
