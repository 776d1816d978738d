"""What is accepted about an account, and what is said about the rest."""

from typing import Any

import pytest

from creatoraudit.domain.accounts.inputs import AccountCreate, AccountFilter, AccountPatch
from creatoraudit.domain.validation import validate
from creatoraudit.errors import FieldError, ValidationFailed

ACCOUNT = {"platform": "tiktok", "username": "acme"}


def refused(model: type[Any], data: dict[str, Any]) -> tuple[FieldError, ...]:
    with pytest.raises(ValidationFailed) as failure:
        validate(model, data)
    return failure.value.errors


def complaint(field: str, value: Any, **others: Any) -> str:
    (error,) = refused(AccountCreate, {**ACCOUNT, **others, field: value})
    assert error.field == field
    return error.message


@pytest.mark.parametrize(
    ("platform", "given", "username"),
    [
        ("tiktok", "acme", "acme"),
        ("tiktok", "@Acme.Inc_1", "acme.inc_1"),
        ("tiktok", "https://www.tiktok.com/@Acme?lang=en", "acme"),
        ("tiktok", "tiktok.com/@acme/", "acme"),
        ("tiktok", "m.tiktok.com/@acme#top", "acme"),
        ("tiktok", "a" * 24, "a" * 24),
        ("instagram", "A", "a"),
        ("instagram", "http://instagram.com/Acme/?hl=de", "acme"),
        ("instagram", "www.instagram.com/acme", "acme"),
        ("instagram", "a" * 30, "a" * 30),
    ],
)
def test_a_username_is_kept_in_one_form(platform: str, given: str, username: str) -> None:
    assert validate(AccountCreate, {"platform": platform, "username": given}).username == username


@pytest.mark.parametrize(
    ("platform", "given"),
    [
        ("tiktok", "a"),
        ("tiktok", "a" * 25),
        ("tiktok", "https://www.instagram.com/acme"),
        ("tiktok", "https://www.tiktok.com/@acme/video/6749520869598481669"),
        ("tiktok", "vm.tiktok.com/ZM8"),
        ("instagram", ""),
        ("instagram", "@"),
        ("instagram", "@@acme"),
        ("instagram", "a" * 31),
        ("instagram", "acme inc"),
        ("instagram", " acme"),
        ("instagram", "acmé"),
        ("instagram", "a-b"),
        ("instagram", "https://www.tiktok.com/@acme"),
        ("instagram", "https://www.instagram.com/"),
        ("instagram", "https://example.com/acme"),
    ],
)
def test_a_wrong_username_is_told_what_would_be_right(platform: str, given: str) -> None:
    label = "an Instagram username (1–30" if platform == "instagram" else "a TikTok username (2–24"
    assert complaint("username", given, platform=platform) == (
        f"must be {label} letters, digits, dots or underscores), or the URL of such a profile"
    )


def test_types_are_strict_and_unknown_fields_are_named() -> None:
    wrong = {
        "platform": "youtube",
        "username": 5,
        "scrape_interval_hours": "24",
        "is_active": "true",
        "metadata": [],
        "categroy": "dance",
    }

    assert set(refused(AccountCreate, wrong)) == {
        FieldError("platform", "must be one of: instagram, tiktok"),
        FieldError("username", "must be a string"),
        FieldError("scrape_interval_hours", "must be an integer"),
        FieldError("is_active", "must be a boolean"),
        FieldError("metadata", "must be an object"),
        FieldError("categroy", "is not a known field, did you mean 'category'?"),
    }
    assert set(refused(AccountCreate, {})) == {
        FieldError("platform", "is required"),
        FieldError("username", "is required"),
    }


def test_an_exceeded_limit_is_the_detail() -> None:
    with pytest.raises(ValidationFailed) as failure:
        validate(AccountCreate, ACCOUNT | {"scrape_interval_hours": 169})
    assert failure.value.detail == "scrape_interval_hours must be at most 168."
    assert complaint("scrape_interval_hours", 0) == "must be at least 1"
    assert complaint("post_lookback_days", 0) == "must be at least 1"
    assert complaint("max_recent_posts_per_account", 2**63) == "must be at most 9223372036854775807"
    assert complaint("category", "") == "must have at least 1 character(s)"
    assert complaint("category", "x" * 65) == "must have at most 64 characters"
    assert complaint("category", "a\0") == "must not contain the character U+0000"
    assert complaint("creator_id", "7") == "must be a UUID"


def test_an_id_is_read_in_any_case() -> None:
    given = "018F3C2A-0000-7000-8000-00000000000A"
    assert validate(AccountCreate, ACCOUNT | {"creator_id": given}).creator_id == given.lower()


def test_metadata_holds_twenty_plain_values() -> None:
    full = {"k" * 255: "v" * 255, "n": 1, "f": 1.5, "b": True, "none": None, **{str(n): n for n in range(15)}}
    assert validate(AccountCreate, ACCOUNT | {"metadata": full}).metadata == full
    assert complaint("metadata", {str(n): n for n in range(21)}) == "must have at most 20 keys"
    assert complaint("metadata", {"k" * 256: 1}) == "keys must have at most 255 characters"
    assert complaint("metadata", {"k": "v" * 256}) == "values must have at most 255 characters"
    assert complaint("metadata", {"k": {}}) == "values must be strings, numbers, booleans or null"
    assert complaint("metadata", {"k": [1]}) == "values must be strings, numbers, booleans or null"
    assert complaint("metadata", {"k": 2**63}) == "must not have integers beyond 64 bits"
    assert complaint("metadata", {"k\0": 1}) == "must not contain the character U+0000"


def test_null_is_for_what_can_be_null() -> None:
    nullable = dict.fromkeys(["category", "creator_id", "post_lookback_days", "max_recent_posts_per_account"])
    assert validate(AccountCreate, ACCOUNT | nullable).category is None
    assert complaint("is_active", None) == "must be a boolean"
    assert complaint("metadata", None) == "must be an object"


def test_a_patch_writes_what_it_names() -> None:
    assert validate(AccountPatch, {}).changes() == {}
    assert validate(AccountPatch, {"category": None, "is_active": None, "metadata": None}).changes() == {
        "category": None
    }
    assert validate(AccountPatch, {"is_active": False, "metadata": {}}).changes() == {
        "is_active": False,
        "metadata": {},
    }
    assert refused(AccountPatch, {"username": "acme"}) == (FieldError("username", "is not a known field"),)


def test_a_query_is_short() -> None:
    assert validate(AccountFilter, {"q": "x" * 128}).q == "x" * 128
    (error,) = refused(AccountFilter, {"q": "x" * 129})
    assert error == FieldError("q", "must have at most 128 characters")
