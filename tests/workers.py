"""Workers of this program as people run them: processes of their own that may be killed."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from servers import STOP_SECONDS

TESTS = Path(__file__).parent


def start_worker(log: Path, settings: Mapping[str, str], *, site: Path | None = None) -> subprocess.Popen[bytes]:
    """`creatoraudit worker`; a `site` has packages whose sources it finds, and which find the tests' modules."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREATORAUDIT_")}
    environment |= {f"CREATORAUDIT_{name}": value for name, value in settings.items()}
    if site is not None:
        environment["PYTHONPATH"] = f"{site}{os.pathsep}{TESTS}"
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "creatoraudit", "worker"], env=environment, stdout=output, stderr=output
        )


@contextmanager
def working(log: Path, settings: Mapping[str, str], *, site: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is told to stop afterwards."""
    process = start_worker(log, settings, site=site)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_SECONDS)
