"""Reading files item by item, whatever their format: a line, an element of an array or a row of a table."""

import codecs
import datetime as dt
import gzip
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import partial
from itertools import chain, count, filterfalse, islice, repeat
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from creatoraudit.ingestion.formats import lines, table, tiktok_scraper, ytdlp
from creatoraudit.ingestion.formats.documents import elements
from creatoraudit.ingestion.formats.entry import Entry, Sighting
from creatoraudit.ingestion.formats.snapshot import Malformed
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

STDIN = "-"
_BUFFER = 1 << 20
_BLOCK = 2_500
_GZIP = b"\x1f\x8b"


class Format(StrEnum):
    """What wrote a file."""

    SNAPSHOT = "snapshot"
    CSV = "csv"
    TIKTOK_SCRAPER = "tiktok-scraper"
    YTDLP = "yt-dlp"


class Item(NamedTuple):
    """One line, element or row: where it is, its text, and why it cannot be read if that is known already."""

    number: int
    text: bytes
    problem: str | None = None


class File(NamedTuple):
    """A file that is being read."""

    name: str
    size: int | None
    """Bytes, where that is known."""
    position: Callable[[], int]
    """How many of them have been read."""
    blocks: Iterator[list[Item]]
    """Its items, some thousands at a time."""
    format: Format


@contextmanager
def opened(name: str, format_: Format | None) -> Iterator[File]:
    """A file by its name, or standard input as `-`; its format is told by how it begins, unless it is given.

    It may be compressed by gzip. OSError or EOFError, also while items are read, if it cannot be.
    """
    with ExitStack() as stack:
        raw: Any = sys.stdin.buffer if name == STDIN else stack.enter_context(Path(name).open("rb", _BUFFER))
        size = None if name == STDIN else os.fstat(raw.fileno()).st_size
        plain: Any = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == _GZIP else raw
        found, items = _begin(plain, format_)
        blocks = iter(lambda: list(islice(items, _BLOCK)), [])
        yield File(name, size, raw.tell if raw.seekable() else lambda: 0, blocks, found)


class Understood(NamedTuple):
    """What items say, each with its item, and why others are not to be understood."""

    said: list[tuple[Item, Entry]]
    malformed: list[tuple[Item, str]]


def understood(items: Sequence[Item], format_: Format, at: dt.datetime | None) -> Understood:
    """What items say; those that say the same fields are judged at once."""
    found = Understood([], [])
    others = items
    if format_ in {Format.SNAPSHOT, Format.CSV}:
        others = _take_alike(items, found.said)
    for item in others:
        try:
            found.said.extend((item, entry) for entry in _READERS[format_](_object(item), at))
        except Malformed as error:
            found.malformed.append((item, str(error)))
    return found


def _take_alike(items: Sequence[Item], taken: list[tuple[Item, Entry]]) -> list[Item]:
    """Takes sightings that say the same fields as others, which most of a history do; returns the rest."""
    shapes: dict[tuple[str, ...], tuple[list[Item], list[Any]]] = {}
    rest: list[Item] = []
    for item, said in zip(items, _all_loaded([item.text for item in items]), strict=True):
        if type(said) is not dict:
            rest.append(item)
            continue
        shape = tuple(said)
        if shape in shapes:
            of_shape, objects = shapes[shape]
            of_shape.append(item)
            objects.append(said)
        else:
            shapes[shape] = [item], [said]
    for of_shape, objects in shapes.values():
        sightings = lines.sightings_of(objects) if len(objects) > 1 else None
        if sightings is None:
            rest += of_shape
        else:
            taken += zip(of_shape, sightings, strict=True)
    return rest


def _object(item: Item) -> dict[str, Any]:
    if item.problem is not None:
        raise Malformed(item.problem)
    try:
        said = orjson.loads(item.text)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"is not JSON: {error}") from None
    if not isinstance(said, dict):
        raise Malformed("must be an object")
    return said


def _ytdlp_entries(said: Mapping[str, Any], at: dt.datetime | None) -> list[Entry]:
    platform = ytdlp.platform_of(said)
    if not ytdlp.is_feed(said):
        return [Sighting(platform, ytdlp.username_in(said), ytdlp.post_of(said, at))]
    feed = ytdlp.feed_of(said, at)
    seen: list[ProfileSnapshot | PostSnapshot] = [feed.profile, *feed.posts]
    return [Sighting(platform, feed.username, one) for one in seen]


_READERS: dict[Format, Callable[[Mapping[str, Any], dt.datetime | None], Iterable[Entry]]] = {
    Format.SNAPSHOT: lines.entries_of,
    Format.CSV: lines.entries_of,
    Format.TIKTOK_SCRAPER: tiktok_scraper.entries_of,
    Format.YTDLP: _ytdlp_entries,
}


def _begin(stream: BinaryIO, format_: Format | None) -> tuple[Format, Iterator[Item]]:
    """The format that a file is in and its items, from as little of it as tells."""
    head = _head(stream)
    first = head[-1].strip(_BLANK) if head else b""
    if format_ is Format.CSV or (format_ is None and first[:1] not in {b"[", b"{"}):
        return Format.CSV, _rows(chain(head, stream))
    said = _loaded(first)
    if first[:1] == b"[" or _is_document(said, first, head, stream):
        return _document(_read(head, stream), format_)
    return format_ or _format_of(said), _lines(chain(head, stream))


def _head(stream: BinaryIO) -> list[bytes]:
    """The lines up to the first that is not blank, which is whole unless it is an endless collection."""
    head: list[bytes] = []
    while line := stream.readline(_BUFFER):
        head.append(line)
        if line.strip(_BLANK):
            if len(line) == _BUFFER and not _COLLECTION.match(line.strip(_BLANK)):
                head[-1] += stream.readline()
            break
    return head


def _is_document(said: Any, first: bytes, head: list[bytes], stream: BinaryIO) -> bool:
    """Whether an object is not on one line, or has others as its elements."""
    if said is not None:
        return isinstance(said, dict) and isinstance(said.get("collector"), list)
    if _COLLECTION.match(first):
        return True
    head.append(stream.readline(_BUFFER))
    return first[:1] == b"{" and head[-1].lstrip(_BLANK)[:1] not in {b"{", b""}


def _lines(stream: Iterable[bytes]) -> Iterator[Item]:
    """Lines that are not blank; what marks the order of bytes is no part of the first."""
    stream = iter(stream)
    first = (line.removeprefix(codecs.BOM_UTF8) for line in islice(stream, 1))
    items = map(partial(tuple.__new__, Item), zip(count(1), chain(first, stream), repeat(None)))
    return filterfalse(lambda item: item[1].isspace(), items)


def _document(read: Callable[[int], str], format_: Format | None) -> tuple[Format, Iterator[Item]]:
    found = elements(read)
    first = next(found, None)
    begin = [] if first is None else [first]
    said = None if isinstance(first, Malformed | None) else _loaded(_bytes(first))
    items = (
        Item(number, b"", str(one)) if isinstance(one, Malformed) else Item(number, _bytes(one))
        for number, one in enumerate(chain(begin, found), start=1)
    )
    return format_ or _format_of(said), items


def _rows(stream: Iterable[bytes]) -> Iterator[Item]:
    for number, row in table.objects(line.decode("utf-8", "surrogateescape") for line in stream):
        if isinstance(row, Malformed):
            yield Item(number, b"", str(row))
        else:
            yield Item(number, _bytes(json.dumps(row, ensure_ascii=False)))


def _format_of(said: Any) -> Format:
    names = said.keys() if isinstance(said, dict) else ()
    if "authorMeta" in names:
        return Format.TIKTOK_SCRAPER
    return Format.YTDLP if _OF_YTDLP.intersection(names) else Format.SNAPSHOT


_BLANK = b" \t\r\n\xef\xbb\xbf"
_COLLECTION = re.compile(rb'\{\s*"collector"\s*:')
_OF_YTDLP = frozenset({"extractor_key", "extractor", "ie_key"})


def _loaded(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _all_loaded(texts: Sequence[bytes]) -> list[Any]:
    try:
        return list(map(orjson.loads, texts))
    except orjson.JSONDecodeError:
        return list(map(_loaded, texts))


def _read(head: list[bytes], stream: BinaryIO) -> Callable[[int], str]:
    """Reads on as text; bytes that are no UTF-8 stay what they are, for whoever reads their item to refuse."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    left = [b"".join(head)]

    def read(size: int) -> str:
        some = left.pop() if left else stream.read(size)
        return decoder.decode(some, final=not some)

    return read


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
