"""What the sources are answered."""

from pathlib import Path

import pytest

from recorded_platforms import Recorded


@pytest.fixture
def platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """What yt-dlp is answered instead of by the platforms."""
    recorded = Recorded(tmp_path)
    for name, value in recorded.environment.items():
        monkeypatch.setenv(name, value)
    return recorded
