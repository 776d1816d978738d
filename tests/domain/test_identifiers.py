"""What stands for a post, and what is said about what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoraudit.domain.identifiers import PostIdentifier, parse_identifier
from creatoraudit.domain.validation import INT64_MAX, Platform, validate
from creatoraudit.domain.videos.inputs import VideoCreate
from creatoraudit.errors import FieldError, ValidationFailed

MEDIA_ID, SHORTCODE = "908540701891980503", "ybyPRoQWzX"
TIKTOK_ID = "6749520869598481669"


@pytest.mark.parametrize(
    ("text", "username"),
    [
        ("ybyPRoQWzX", None),
        ("908540701891980503", None),
        ("908540701891980503_25025320", None),
        ("https://www.instagram.com/p/ybyPRoQWzX/", None),
        ("http://instagram.com/reel/ybyPRoQWzX", None),
        ("m.instagram.com/reels/ybyPRoQWzX/?igsh=MzRlODBiNWFlZA==", None),
        ("HTTPS://WWW.INSTAGRAM.COM/tv/ybyPRoQWzX#comments", None),
        ("instagram.com/Acme.Inc/p/ybyPRoQWzX", "acme.inc"),
        ("https://www.instagram.com/acme_inc/reel/ybyPRoQWzX/?hl=de&utm_source=t.me/x", "acme_inc"),
        ("https://instagr.am/p/ybyPRoQWzX/", None),
        (f"https://www.instagram.com/p/ybyPRoQWzX{'x' * 28}/", None),
    ],
)
def test_an_instagram_post(text: str, username: str | None) -> None:
    assert parse_identifier(Platform.INSTAGRAM, text) == PostIdentifier(MEDIA_ID, SHORTCODE, username)


@pytest.mark.parametrize(
    ("text", "username"),
    [
        (TIKTOK_ID, None),
        (f"https://www.tiktok.com/@Acme.Inc/video/{TIKTOK_ID}", "acme.inc"),
        (f"tiktok.com/@acme/photo/{TIKTOK_ID}/", "acme"),
        (f"http://m.tiktok.com/@acme/video/{TIKTOK_ID}?is_from_webapp=1&sender_device=pc#top", "acme"),
    ],
)
def test_a_tiktok_post(text: str, username: str | None) -> None:
    assert parse_identifier(Platform.TIKTOK, text) == PostIdentifier(TIKTOK_ID, None, username)


@given(st.integers(10**14, INT64_MAX))
def test_shortcode_and_media_id_are_one_number(media_id: int) -> None:
    written = parse_identifier(Platform.INSTAGRAM, str(media_id))

    assert written.shortcode is not None
    assert parse_identifier(Platform.INSTAGRAM, written.shortcode) == written
    assert written.external_id == str(media_id)


def complaint(platform: str, identifier: object) -> str:
    with pytest.raises(ValidationFailed) as failure:
        validate(VideoCreate, {"platform": platform, "identifier": identifier})
    (error,) = failure.value.errors
    assert error.field == "identifier"
    return error.message


@pytest.mark.parametrize(
    "text",
    [
        "https://www.instagram.com/acme/",
        "https://www.instagram.com/p/",
        "https://www.instagram.com/stories/acme/123456789012345/",
        "https://example.com/p/ybyPRoQWzX",
        "https://instagram.com.example.com/p/ybyPRoQWzX",
        "https://example.com/?u=instagram.com/p/ybyPRoQWzX",
        "ftp://instagram.com/p/ybyPRoQWzX",
        "https://[",
        "A",
        "twelve-chars",
        "123456789012",
        "ybyPRoQWz!",
        "ybyPRoQWzÉ",
        " ybyPRoQWzX",
        "ybyPRoQWzX\n",
        "__________9",
        "9223372036854775808",
        "1" * 400,
        "٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣",
        "x" * 28,
        "x" * 40,
    ],
)
def test_not_an_instagram_post(text: str) -> None:
    assert complaint("instagram", text) == (
        "must be an Instagram post: its URL, its shortcode or its numeric media id (15 digits or more)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://www.tiktok.com/@acme",
        "https://www.tiktok.com/@acme/video/",
        "https://www.tiktok.com/@acme/video/12a",
        f"https://www.tiktok.com/acme/video/{TIKTOK_ID}",
        f"https://www.tiktok.com/@acme/live/{TIKTOK_ID}",
        "https://www.tiktok.com/@acme/video/9223372036854775808",
        "0",
        "-1",
        "1e5",
        "9223372036854775808",
        SHORTCODE,
    ],
)
def test_not_a_tiktok_post(text: str) -> None:
    assert complaint("tiktok", text) == "must be a TikTok post: its URL or its numeric id"


@pytest.mark.parametrize("path", ["p/ybyPRoQWzX", "share/reel/abc", "acme"])
def test_a_link_to_instagram_is_no_tiktok_post(path: str) -> None:
    assert complaint("tiktok", f"https://www.instagram.com/{path}") == "is a link to Instagram, but platform is tiktok"


@pytest.mark.parametrize("host", ["www.tiktok.com/@acme/video/1", "vm.tiktok.com/ZM8", "tiktok.com"])
def test_a_link_to_tiktok_is_no_instagram_post(host: str) -> None:
    assert complaint("instagram", f"https://{host}") == "is a link to TikTok, but platform is instagram"


@pytest.mark.parametrize(
    ("platform", "link", "name"),
    [
        ("tiktok", "https://vm.tiktok.com/ZMabc123/", "TikTok"),
        ("tiktok", "vt.tiktok.com/ZSabc", "TikTok"),
        ("tiktok", "https://www.tiktok.com/t/ZTabc/", "TikTok"),
        ("instagram", "https://www.instagram.com/share/reel/BAabc", "Instagram"),
        ("instagram", "https://www.instagram.com/share/BAabc", "Instagram"),
    ],
)
def test_a_short_link_needs_the_network(platform: str, link: str, name: str) -> None:
    assert complaint(platform, link) == f"is a short link that only {name} can resolve; give the full URL it leads to"


def test_an_identifier_is_a_text_of_bounded_length() -> None:
    assert complaint("tiktok", 6749520869598481669) == "must be a string"
    assert complaint("tiktok", "") == "must have at least 1 character(s)"
    assert complaint("tiktok", "1" * 2049) == "must have at most 2048 characters"
    assert complaint("tiktok", "1\0") == "must not contain the character U+0000"


def test_an_unknown_platform_is_the_only_complaint() -> None:
    with pytest.raises(ValidationFailed) as failure:
        validate(VideoCreate, {"platform": "youtube", "identifier": "https://vm.tiktok.com/x"})
    assert failure.value.errors == (FieldError("platform", "must be one of: instagram, tiktok"),)
