"""The wheel as a stranger gets it: made where there is no Node.js, installed where there is nothing else."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from zipfile import ZipFile

import httpx
import pytest

ROOT = Path(__file__).parents[2]

# One worker builds the wheel for all of these tests.
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in listing.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def wheel(tracked: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a fresh clone, in which nothing is built, on a machine with no programs but Python."""
    clone = tmp_path_factory.mktemp("clone")
    for name in tracked:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        copyfile(ROOT / name, clone / name)
    no_programs = os.environ | {"PATH": str(tmp_path_factory.mktemp("empty"))}
    output = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--wheel-dir", output],
        cwd=clone,
        env=no_programs,
        check=True,
    )
    (wheel,) = output.iterdir()
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed program, in an environment that has nothing but the wheel and what it asks for."""
    environment = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin" / "python", "-m", "pip", "install", "--quiet", wheel], check=True)
    return environment / "bin" / "creatoraudit"


@pytest.fixture
def server(installed: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of a server of the installed program, started away from any checkout."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CREATORAUDIT_", "PYTHON"))
    }
    subprocess.run([installed, "demo", "--no-serve"], cwd=tmp_path, env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([installed, "serve", "--port", str(port)], cwd=tmp_path, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/v2/health", process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        assert process.poll() is None, "the server stopped"
        try:
            assert httpx.get(url).status_code == 200
        except httpx.TransportError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        else:
            return


def test_the_wheel_holds_the_package_and_the_built_assets_and_nothing_else(wheel: Path, tracked: list[str]) -> None:
    packed = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assets = {name for name in packed if name.startswith("creatoraudit/static/")}
    assert packed - assets == {name.removeprefix("src/") for name in tracked if name.startswith("src/")}
    assert {"creatoraudit/py.typed", "creatoraudit/db/migrations/env.py"} <= packed
    assert {"graphiql.js", "graphiql.js.gz", "graphql.worker.js", "docs.css"} <= {Path(name).name for name in assets}


def test_the_wheel_alone_serves_every_page(server: str) -> None:
    for page in ("/", "/graphql", "/v2/docs"):
        answer = httpx.get(f"{server}{page}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, page
        assets = re.findall(r'(?:src|href)="[./]*(static/[^"]+)"', answer.text)
        assert assets, page
        for asset in assets:
            assert httpx.get(f"{server}/{asset}").status_code == 200, asset
    assert httpx.get(f"{server}/v2/openapi.json").json()["openapi"] == "3.1.0"
