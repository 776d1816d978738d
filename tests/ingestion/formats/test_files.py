"""Files of every kind, read item by item."""

import csv
import datetime as dt
import gzip
import io
import json
import sys
from collections.abc import Iterable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoraudit.ingestion.formats import lines
from creatoraudit.ingestion.formats.entry import Entry, Sighting
from creatoraudit.ingestion.formats.files import File, Format, Item, opened, understood
from creatoraudit.ingestion.snapshots import PostSnapshot, ProfileSnapshot

AT = dt.datetime(2026, 6, 14, 9, 30, tzinfo=dt.UTC)
TEXT = "2026-06-14T09:30:00Z"
PROFILE = {"platform": "tiktok", "username": "ada", "at": TEXT, "name": "Ada 😍", "follower_count": 5}
POST = {"platform": "tiktok", "external_id": "7", "account_username": "ada", "at": TEXT, "view_count": 3}
SEEN = [
    Sighting("tiktok", "ada", ProfileSnapshot(AT, name="Ada 😍", follower_count=5)),
    Sighting("tiktok", "ada", PostSnapshot(AT, "7", account_username="ada", view_count=3)),
]
SCRAPED = {
    "id": "7",
    "text": "Hello",
    "createTime": 1608214517,
    "authorMeta": {"id": "9", "name": "ada", "nickName": "Ada", "verified": False},
    "playCount": 3,
}
DOWNLOADED = {
    "extractor_key": "TikTok",
    "id": "7",
    "webpage_url": "https://www.tiktok.com/@ada/video/7",
    "uploader": "ada",
    "epoch": int(AT.timestamp()),
    "view_count": 3,
}


def read(file: File, at: dt.datetime | None = None) -> list[tuple[int, Entry | str]]:
    """What a file says by the numbers of its items: entries, or why an item is none."""
    return [one for block in file.blocks for one in judged(block, file.format, at)]


def judged(items: Sequence[Item], format_: Format, at: dt.datetime | None = None) -> list[tuple[int, Entry | str]]:
    said, malformed = understood(items, format_, at)
    found: list[tuple[int, Entry | str]] = [(item.number, one) for item, one in said]
    found += [(item.number, why) for item, why in malformed]
    return sorted(found, key=itemgetter(0))


def reading(path: Path, content: str | bytes, format_: Format | None = None) -> tuple[Format, list[Any]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with opened(str(path), format_) as file:
        return file.format, read(file, AT)


def written(objects: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


def as_table(objects: list[dict[str, Any]], separator: str = ",") -> str:
    names = list(dict.fromkeys(name for one in objects for name in one))
    table = io.StringIO()
    rows = csv.DictWriter(table, names, delimiter=separator)
    rows.writeheader()
    rows.writerows(objects)
    return table.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        written([PROFILE, POST]),
        "\ufeff" + written([PROFILE, POST]).replace("\n", "\r\n"),
        written([PROFILE, POST]).removesuffix("\n"),
        json.dumps([PROFILE, POST]),
        json.dumps([PROFILE, POST], indent=2),
        "  [\n\n" + json.dumps(PROFILE) + "\n,\n" + json.dumps(POST) + "\n]\n",
    ],
    ids=["lines", "lines of Windows", "lines without the last end", "array", "array on lines", "array with blanks"],
)
def test_objects_may_be_written_in_any_way(tmp_path: Path, content: str) -> None:
    format_, said = reading(tmp_path / "file", content)

    assert format_ is Format.SNAPSHOT
    assert said == list(enumerate(SEEN, start=1))


def test_one_object_may_fill_a_file(tmp_path: Path) -> None:
    assert reading(tmp_path / "file", json.dumps(POST, indent=2)) == (Format.SNAPSHOT, [(1, SEEN[1])])
    assert reading(tmp_path / "file", json.dumps(POST)) == (Format.SNAPSHOT, [(1, SEEN[1])])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_has_a_row_for_each_object(tmp_path: Path, separator: str, mark: str) -> None:
    format_, said = reading(tmp_path / "file", mark + as_table([PROFILE, POST], separator))

    assert format_ is Format.CSV
    assert said == [(2, SEEN[0]), (3, SEEN[1])]


def test_the_cells_of_a_table_are_of_their_fields_types(tmp_path: Path) -> None:
    told = {
        **POST,
        "description": "12",
        "duration": 1.5,
        "is_unavailable": "FALSE",
        "in_feed": "true",
        "platform_data": json.dumps({"music": "a, b"}),
    }

    ((number, said),) = reading(tmp_path / "file", as_table([told | {"description": "12\n13"}]))[1]

    assert number == 3, "the row ends there"
    assert said.seen == SEEN[1].seen._replace(
        description="12\n13", duration=1.5, is_unavailable=False, platform_data={"music": "a, b"}
    )


def test_rows_that_are_wrong_are_told_with_their_lines(tmp_path: Path) -> None:
    table = f"platform,external_id,at,view_count\ntiktok,7,{TEXT},many\n\ntiktok,7,{TEXT},1_0\ntiktok,7,{TEXT},1,2\n"

    assert reading(tmp_path / "file", table)[1] == [
        (2, "view_count must be an integer"),
        (4, "view_count must be an integer"),
        (5, "column 5 is not a known field"),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("\n" + written([POST]) + "\n  \n{\n" + written([PROFILE]), {2: SEEN[1], 5: None, 6: SEEN[0]}),
        ('{"platform": "tiktok",\n' + written([PROFILE]), {1: None, 2: SEEN[0]}),
        (written([POST]) + "[1]\nnull\n", {1: SEEN[1], 2: "must be an object", 3: "must be an object"}),
        (written([POST]).encode() + b'{"name": "\xff"}\n', {1: SEEN[1], 2: None}),
        (f"[{json.dumps(POST)}, 5, {json.dumps(PROFILE)}]", {1: SEEN[1], 2: "must be an object", 3: SEEN[0]}),
        (("[" + json.dumps(POST) + ', {"name": "').encode() + b'\xff"}]', {1: SEEN[1], 2: None}),
        ("[" + json.dumps(POST) + ', {"name": "a}', {1: SEEN[1], 2: None}),
        ("[" + json.dumps(POST) + ", nothing, " + json.dumps(POST) + "]", {1: SEEN[1], 2: None}),
        ("[" + json.dumps(POST) + "] []", {1: SEEN[1], 2: "the document has ended, and what follows is not read"}),
        ("[" + "[" * 100_000, {1: "is not JSON (too deeply nested), and what follows cannot be read"}),
        ("[]", {}),
        ("", {}),
        ("\n\n", {}),
    ],
)
def test_what_cannot_be_read_does_not_hide_the_rest(
    tmp_path: Path, content: str | bytes, told: dict[int, Entry | str | None]
) -> None:
    said = dict(reading(tmp_path / "file", content)[1])

    assert said.keys() == told.keys()
    for number, expected in told.items():
        assert said[number] == expected or (expected is None and "JSON" in said[number])


def test_collections_are_of_tiktok_scraper(tmp_path: Path) -> None:
    expected = [
        (1, Sighting("tiktok", "ada", ProfileSnapshot(AT, name="Ada", is_verified=False, platform_account_id="9"))),
        (
            1,
            Sighting(
                "tiktok",
                "ada",
                PostSnapshot(
                    AT,
                    "7",
                    account_username="ada",
                    platform_account_id="9",
                    description="Hello",
                    create_time=dt.datetime(2020, 12, 17, 14, 15, 17, tzinfo=dt.UTC),
                    media_type="video",
                    is_unavailable=False,
                    view_count=3,
                ),
            ),
        ),
    ]
    for collection in (
        {"collector": [SCRAPED]},
        {"headers": {"user-agent": "a"}, "collector": [SCRAPED], "zip": "file.zip"},
        [SCRAPED],
        SCRAPED,
    ):
        for indent in (None, 1):
            format_, said = reading(tmp_path / "file", json.dumps(collection, indent=indent))
            assert format_ is Format.TIKTOK_SCRAPER
            assert said == expected


def test_lines_and_documents_of_yt_dlp_are_known(tmp_path: Path) -> None:
    for content in (written([DOWNLOADED]), json.dumps(DOWNLOADED, indent=1), json.dumps([DOWNLOADED])):
        format_, ((number, said),) = reading(tmp_path / "file", content)
        assert (format_, number) == (Format.YTDLP, 1)
        assert (said.platform, said.username, said.seen.view_count) == ("tiktok", "ada", 3)


def test_the_format_may_be_given(tmp_path: Path) -> None:
    told = json.dumps(SCRAPED | {"authorMeta": {"name": "a b"}})

    assert "authorMeta.name must be" in reading(tmp_path / "file", told, Format.TIKTOK_SCRAPER)[1][0][1]
    assert "authorMeta is not a known field" in reading(tmp_path / "file", told, Format.SNAPSHOT)[1][0][1]
    assert "extractor_key must be" in reading(tmp_path / "file", told, Format.YTDLP)[1][0][1]


def test_files_may_be_compressed(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(written([PROFILE, POST] * 5_000).encode()))

    with opened(str(path), None) as file:
        said = read(file)
        assert file.position() == file.size == path.stat().st_size

    assert [one for _, one in said] == SEEN * 5_000


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(written([PROFILE, POST]).encode())))
    )  # type: ignore[arg-type]

    with opened("-", None) as file:
        assert (file.name, file.size) == ("-", None)
        assert [one for _, one in read(file)] == SEEN


def test_an_endless_document_is_read_as_it_comes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text('{"collector":[' + ",".join([json.dumps(SCRAPED)] * 40_000) + "]}")

    with opened(str(path), None) as file:
        first = next(file.blocks)
        assert file.size is not None
        assert file.position() < file.size / 2
        assert len(first) + sum(len(block) for block in file.blocks) == 40_000


_counts = st.sampled_from([None, 0, 1, 2**63 - 1, -1, 2**63, 1.0, True, "1", [1]])
_texts = st.sampled_from([None, "", "a", "a\0", "\ud800", 1, True, {}, []])
_times = st.sampled_from([None, TEXT, "2026-06-14T11:30:00+02:00", "2026-06-14", "2009-01-01T00:00:00Z", 0, {}])
_objects = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(["tiktok", "instagram", "youtube", None, 1]),
        "external_id": st.sampled_from(["1", "01", "9" * 19, "x", 1, None]),
        "at": _times,
    },
    optional={
        "kind": st.sampled_from(["post", "post", "profile", None, []]),
        "account_username": st.sampled_from(["ada", "@Ada", "a b", None, 1]),
        "in_feed": st.sampled_from([True, False, None, 1, 0]),
        "description": _texts,
        "create_time": _times,
        "media_type": st.sampled_from(["video", "reel", None, 1]),
        "duration": st.sampled_from([None, 0, 1.5, True, -1, float("inf"), "1"]),
        "is_unavailable": st.sampled_from([None, True, False, 1, "true"]),
        "platform_data": st.sampled_from([None, {}, {"a": [1]}, {"a": "\0"}, [], {"a": 2**70}]),
        "view_count": _counts,
        "like_count": _counts,
        "unknown": st.just(1),
    },
)
_profiles = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(["tiktok", "instagram", "youtube"]),
        "username": st.sampled_from(["ada", "@Ada", "a", "a b", 1, None]),
        "at": _times,
    },
    optional={
        "kind": st.sampled_from(["profile", "post"]),
        "name": _texts,
        "is_verified": st.sampled_from([None, True, 1]),
        "follower_count": _counts,
    },
)
_right = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(["tiktok", "instagram"]),
        "external_id": st.sampled_from(["1", "2"]),
        "at": st.sampled_from([TEXT, "2026-06-14T11:30:00.5+02:00"]),
        "account_username": st.sampled_from(["ada", "@Ada", None]),
        "in_feed": st.booleans(),
        "view_count": st.sampled_from([None, 0, 2**63 - 1]),
        "duration": st.sampled_from([None, 1, 1.5]),
        "is_unavailable": st.sampled_from([None, True, False]),
        "media_type": st.sampled_from([None, "video"]),
    }
)


@given(objects=st.lists(_objects | _profiles | _right, min_size=1, max_size=6))
def test_many_are_judged_as_each_by_itself(objects: list[dict[str, Any]]) -> None:
    items = [Item(number, json.dumps(one).encode()) for number, one in enumerate(objects)]

    assert judged(items, Format.SNAPSHOT) == [one for item in items for one in judged([item], Format.SNAPSHOT)]


@given(objects=st.lists(_right, min_size=1, max_size=6))
def test_what_is_right_is_taken_at_once(objects: list[dict[str, Any]]) -> None:
    at_once = lines.sightings_of(objects)

    assert at_once == [said for one in objects for said in lines.entries_of(one)]
    assert all(type(one) is Sighting and type(one.seen) is PostSnapshot for one in at_once)
