"""Views gained over the last n days."""

from collections.abc import Iterator

import pytest

from creatoraudit import clock
from creatoraudit.db.engine import Database
from creatoraudit.domain.analytics.deltas import VideoDeltasInput, video_deltas
from creatoraudit.domain.ids import new_id
from creatoraudit.domain.validation import validate
from creatoraudit.errors import ValidationFailed
from factories import a_video, an_account, an_account_video, an_organization
from written import NOON, post_closings


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


def views(gained: dict[int, int]) -> dict[int, dict[str, int]]:
    """Closings of a post that had 1,000 views at first, by its cumulative gains."""
    return {day: {"views": 1000 + gain, "gained_views": gain} for day, gain in gained.items()}


async def test_a_delta_is_what_was_gained_after_the_day_n_days_ago(db: Database) -> None:
    actor = await an_organization(db)
    video = await a_video(db, actor)
    await post_closings(db, video.id, views({10: 0, 7: 70, 3: 50, 1: 200, 0: 210}))

    found = await video_deltas(db, actor, [video.id], [1, 2, 3, 7, 8, 365])

    assert found.values == {video.id: {1: 10, 2: 160, 3: 160, 7: 140, 8: 210, 365: 210}}


async def test_days_without_an_observation_add_nothing(db: Database) -> None:
    actor = await an_organization(db)
    stale, never = await a_video(db, actor), await a_video(db, actor, "6749520869598481670")
    await post_closings(db, stale.id, views({40: 0, 20: 100}))

    found = await video_deltas(db, actor, [stale.id, never.id], [7, 30])

    assert found.values == {stale.id: {7: 0, 30: 100}, never.id: {7: 0, 30: 0}}


async def test_both_kinds_of_record_answer_and_only_the_organization_s(db: Database) -> None:
    actor, other = await an_organization(db), await an_organization(db)
    video, foreign, unknown = await a_video(db, actor), await a_video(db, other), new_id()
    discovered = await an_account_video(db, actor, await an_account(db, actor))
    for record, gain in ((video, 5), (discovered, 7), (foreign, 9)):
        await post_closings(db, record.id, views({1: 0, 0: gain}))

    found = await video_deltas(db, actor, [unknown, discovered.id, foreign.id, video.id, unknown], [1, 1, 7, 1])

    assert found.values == {discovered.id: {1: 7, 7: 7}, video.id: {1: 5, 7: 5}}
    assert list(found.values) == [discovered.id, video.id]
    assert found.windows == [1, 7]
    assert found.not_found == [unknown, foreign.id]


async def test_one_statement_answers_for_all_videos_and_windows(db: Database) -> None:
    actor = await an_organization(db)
    videos = [await a_video(db, actor, f"674952086959848166{number}") for number in range(3)]
    statements: list[str] = []
    db.on_statement.append(statements.append)

    await video_deltas(db, actor, [video.id for video in videos], [1, 7, 14, 30])

    assert len(statements) == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"video_ids": []}, "video_ids"),
        ({"video_ids": [new_id()] * 201}, "video_ids"),
        ({"video_ids": [new_id(), new_id(), new_id(), "x"]}, "video_ids[3]"),
        ({"video_ids": [new_id()], "windows": []}, "windows"),
        ({"video_ids": [new_id()], "windows": [7, 0]}, "windows[1]"),
        ({"video_ids": [new_id()], "windows": [366]}, "windows[0]"),
        ({"video_ids": [new_id()], "windows": ["7"]}, "windows[0]"),
        ({"video_ids": [new_id()], "windows": list(range(1, 12))}, "windows"),
        ({"windows": [7]}, "video_ids"),
    ],
)
def test_bad_input_names_the_item(data: dict[str, list[object]], field: str) -> None:
    with pytest.raises(ValidationFailed) as raised:
        validate(VideoDeltasInput, data)

    assert [error.field for error in raised.value.errors] == [field]


def test_four_windows_unless_told_otherwise() -> None:
    assert validate(VideoDeltasInput, {"video_ids": [new_id().upper()]}).windows == [1, 7, 14, 30]
