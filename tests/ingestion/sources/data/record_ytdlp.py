"""Writes the `ytdlp_*` files anew: what the real yt-dlp program prints when the platforms answer as in `*_items.json`.

Run it with the repository's Python when yt-dlp's own shape has changed, and read the diff.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from recorded_platforms import (  # noqa: E402 - it lies above
    INSTAGRAM_HOME,
    Recorded,
    instagram_media,
    instagram_page,
    tiktok_feed,
    tiktok_items,
    tiktok_post_page,
    tiktok_user_page,
)

POST = "https://www.tiktok.com/@creator_6d155ccbeb/video/6898699405898059010"
USER = "https://www.tiktok.com/@creator_6d155ccbeb"
PRINTED = {
    "ytdlp_tiktok_post.jsonl": ["-j", POST],
    "ytdlp_tiktok_flat_feed.jsonl": ["-j", "--flat-playlist", USER],
    "ytdlp_tiktok_feed.json": ["-J", "--flat-playlist", USER],
    "ytdlp_instagram_reel.jsonl": ["-j", "https://www.instagram.com/reel/Chunk8-jurw/"],
    "ytdlp_instagram_carousel.jsonl": ["-j", "https://www.instagram.com/p/BQ0eAlwhDrw/"],
    "ytdlp_instagram_picture.jsonl": ["-j", "--ignore-no-formats-error", "https://www.instagram.com/p/CXsl6u5LNKM/"],
}


def record() -> None:
    items = tiktok_items()
    with tempfile.TemporaryDirectory() as directory:
        recorded = Recorded(Path(directory))
        for item in items:
            recorded.answer(f"/video/{item['id']}", tiktok_post_page(item))
        recorded.answer(r"/@creator_6d155ccbeb$", tiktok_user_page(items[0]["author"], videos=len(items)))
        recorded.answer("/api/creator/item_list/", tiktok_feed(items))
        for name in ("reel", "picture", "carousel"):
            media = instagram_media(name)
            recorded.answer(f"instagram.com/p/{media['code']}", instagram_page(media))
        recorded.answer(r"instagram.com/api/", {"status": "ok"})
        recorded.answer(r"instagram.com/$", INSTAGRAM_HOME)
        for name, arguments in PRINTED.items():
            command = [sys.executable, "-m", "yt_dlp", "--ignore-config", "--no-cache-dir", "-s", *arguments]
            printed = subprocess.run(
                command, env=os.environ | recorded.environment, check=True, stdout=subprocess.PIPE
            ).stdout
            (HERE / name).write_bytes(printed)


if __name__ == "__main__":
    record()
