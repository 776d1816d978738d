import pytest
from httpx import AsyncClient

from creatoraudit.db.engine import Database
from creatoraudit.domain.actor import Actor
from factories import a_video, an_account, an_account_video, an_organization
from rest.objects import METRICS
from rest.story import ALONE, COOK, DANCER, JAM, PIE, SPIN, Story, Sum
from written import TODAY, ago, post_closings

UNKNOWN = "01977f0e-0000-7000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("today")


async def test_deltas_of_both_kinds_of_video(client: AsyncClient, db: Database, organization: Actor) -> None:
    video = await a_video(db, organization)
    found = await an_account_video(db, organization, await an_account(db, organization))
    await post_closings(db, video.id, {8: {"gained_views": 0}, 1: {"gained_views": 40}, 0: {"gained_views": 55}})

    ids = [video.id.upper(), UNKNOWN, found.id, video.id]
    answer = await client.post("/v2/videos/deltas", json={"video_ids": ids, "windows": [7, 1, 7]})
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {video.id: {"7d": 55, "1d": 15}, found.id: {"7d": 0, "1d": 0}},
        "meta": {"windows": [7, 1], "video_count": 2, "not_found": [UNKNOWN]},
    }
    by_default = await client.post("/v2/videos/deltas", json={"video_ids": [video.id]})
    assert by_default.json()["data"] == {video.id: {"1d": 15, "7d": 55, "14d": 55, "30d": 55}}
    assert by_default.json()["meta"]["windows"] == [1, 7, 14, 30]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "video_ids"),
        ({"video_ids": []}, "video_ids"),
        ({"video_ids": [UNKNOWN] * 201}, "video_ids"),
        ({"video_ids": [UNKNOWN, "17"]}, "video_ids[1]"),
        ({"video_ids": UNKNOWN}, "video_ids"),
        ({"video_ids": [UNKNOWN], "windows": []}, "windows"),
        ({"video_ids": [UNKNOWN], "windows": [1] * 11}, "windows"),
        ({"video_ids": [UNKNOWN], "windows": [1, 366]}, "windows[1]"),
        ({"video_ids": [UNKNOWN], "windows": [0]}, "windows[0]"),
        ({"video_ids": [UNKNOWN], "windows": None}, "windows"),
    ],
)
async def test_a_batch_says_what_is_wrong(client: AsyncClient, body: dict[str, object], field: str) -> None:
    answer = await client.post("/v2/videos/deltas", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_too_many_ids_are_told_the_bound(client: AsyncClient) -> None:
    answer = await client.post("/v2/videos/deltas", json={"video_ids": [UNKNOWN] * 201})
    assert answer.json()["detail"] == "video_ids must have at most 200 items."


async def test_accounts_are_measured_over_a_window(client: AsyncClient, db: Database, story: Story) -> None:
    idle = await an_account(db, story.actor, "idle")
    foreign = await an_account(db, await an_organization(db, name="Other"), "theirs")
    cook, dancer = story.accounts["cook"], story.accounts["dancer"]

    ids = [UNKNOWN, cook.upper(), foreign.id, idle.id, cook, dancer, UNKNOWN]
    answer = await client.post("/v2/accounts/metrics", json={"account_ids": ids, "period": "7d"})
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["data", "meta"]
    assert list(body["data"].items()) == [
        (cook, shown(COOK, 6, 0)),
        (idle.id, dict.fromkeys(METRICS, 0)),
        (dancer, shown(DANCER, 6, 0)),
    ]
    assert [list(row) for row in body["data"].values()] == [METRICS] * 3
    assert list(body["meta"].items()) == [
        ("period", "7d"),
        ("start_date", str(ago(6))),
        ("end_date", str(TODAY)),
        ("days", 7),
        ("not_found", [UNKNOWN, foreign.id]),
        ("coverage", round(2 / 15, 4)),
    ]
    by_default = await client.post("/v2/accounts/metrics", json={"account_ids": ids})
    assert by_default.json()["data"][cook] == shown(COOK, 29, 0)
    assert by_default.json()["meta"]["period"] == "30d"


async def test_videos_of_either_kind_are_measured_by_id(client: AsyncClient, story: Story) -> None:
    ids = {story.tracked[PIE]: PIE, story.discovered[PIE]: PIE, story.tracked[ALONE]: ALONE, story.discovered[JAM]: JAM}
    window = {"start_date": str(ago(7)), "end_date": str(ago(2))}
    answer = await client.post("/v2/videos/metrics", json={"video_ids": [*ids, UNKNOWN], **window})
    assert answer.json()["data"] == {one: shown(Sum((post,)), 7, 2) for one, post in ids.items()}
    said = {"period": "custom", **window, "days": 6, "not_found": [UNKNOWN]}
    assert answer.json()["meta"].items() >= said.items()


async def test_account_videos_are_measured_by_number_on_their_own_platform(client: AsyncClient, story: Story) -> None:
    pie, jam, spin = (story.numbers[post] for post in (PIE, JAM, SPIN))
    asked = {"instagram_post_ids": [jam, spin, pie, jam], "tiktok_video_ids": [spin, 2**63 - 1]}
    answer = await client.post("/v2/account-videos/metrics", json=asked | {"period": "90d"})
    assert answer.json()["data"] == {
        str(jam): shown(Sum((JAM,)), 89, 0),
        str(pie): shown(Sum((PIE,)), 89, 0),
        str(spin): shown(Sum((SPIN,)), 89, 0),
    }
    assert answer.json()["meta"]["not_found"] == [str(spin), str(2**63 - 1)]

    alone = await client.post("/v2/account-videos/metrics", json={"tiktok_video_ids": [spin]})
    assert alone.json()["data"] == {str(spin): shown(Sum((SPIN,)), 29, 0)}


IDS = ["01977f0f-1d2e-7a44-b3c1-90aa5e7d6f02"]
NO_WINDOWS = [
    ({"start_date": "2026-06-10", "end_date": "2026-06-09"}, {"end_date": "must not be before start_date"}),
    ({"start_date": "2026-06-15", "end_date": "2026-06-16"}, {"start_date": "must not be in the future"}),
    (
        {"period": "custom"},
        dict.fromkeys(["start_date", "end_date"], "is required with period custom"),
    ),
    ({"period": "custom", "end_date": "2026-06-09"}, {"start_date": "is required with period custom"}),
    (
        {"period": "30d", "start_date": "2026-06-09", "end_date": "2026-06-10"},
        dict.fromkeys(["start_date", "end_date"], "goes with period custom only, not with 30d"),
    ),
    (
        {"start_date": "2024-06-14", "end_date": "2026-06-14"},
        {"end_date": "must be at most 729 days after start_date"},
    ),
    ({"period": "1y"}, {"period": "must be one of: 7d, 30d, 90d, custom"}),
    ({"period": None}, {"period": "must be one of: 7d, 30d, 90d, custom"}),
    (
        {"start_date": None, "end_date": 20260614},
        dict.fromkeys(["start_date", "end_date"], "must be a date as YYYY-MM-DD, not before 1970-01-01"),
    ),
]


@pytest.mark.parametrize(("window", "errors"), NO_WINDOWS)
async def test_what_is_no_window_is_named(
    client: AsyncClient, window: dict[str, object], errors: dict[str, str]
) -> None:
    for path, ids in {
        "/v2/accounts/metrics": {"account_ids": IDS},
        "/v2/videos/metrics": {"video_ids": IDS},
        "/v2/account-videos/metrics": {"instagram_post_ids": [1]},
    }.items():
        answer = await client.post(path, json=ids | window)
        assert answer.status_code == 422
        assert {error["field"]: error["message"] for error in answer.json()["errors"]} == errors


@pytest.mark.parametrize(
    ("path", "body", "field", "detail"),
    [
        ("accounts", {}, "account_ids", None),
        ("accounts", {"account_ids": []}, "account_ids", None),
        ("accounts", {"account_ids": IDS * 201}, "account_ids", "account_ids must have at most 200 items."),
        ("accounts", {"account_ids": ["17"]}, "account_ids[0]", None),
        ("accounts", {"account_ids": IDS[0]}, "account_ids", None),
        ("videos", {"video_ids": []}, "video_ids", None),
        ("videos", {"video_ids": IDS * 201}, "video_ids", "video_ids must have at most 200 items."),
        ("account-videos", {}, "tiktok_video_ids", None),
        ("account-videos", {"instagram_post_ids": [], "tiktok_video_ids": []}, "tiktok_video_ids", None),
        ("account-videos", {"instagram_post_ids": None}, "instagram_post_ids", None),
        ("account-videos", {"instagram_post_ids": [0]}, "instagram_post_ids[0]", None),
        ("account-videos", {"tiktok_video_ids": ["1"]}, "tiktok_video_ids[0]", None),
        ("account-videos", {"tiktok_video_ids": IDS}, "tiktok_video_ids[0]", None),
        (
            "account-videos",
            {"instagram_post_ids": [1] * 100, "tiktok_video_ids": [1] * 101},
            "tiktok_video_ids",
            "tiktok_video_ids and instagram_post_ids must have at most 200 items together.",
        ),
    ],
)
async def test_which_ids_may_be_asked_for(
    client: AsyncClient, path: str, body: dict[str, object], field: str, detail: str | None
) -> None:
    answer = await client.post(f"/v2/{path}/metrics", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.json()["detail"] == (detail or "Request failed validation.")


def shown(expected: Sum, first: int, last: int) -> dict[str, int]:
    """What a batch shows of all metrics."""
    return {name: expected.metrics(first, last)[name] for name in METRICS}
