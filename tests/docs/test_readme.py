"""Every command that the README shows is run, in its order, in a fresh copy of the checkout."""

import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import copy2

import httpx
import pytest

from servers import free_port

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()

# One worker runs the README from its first line to its last.
pytestmark = pytest.mark.xdist_group("readme")

BY_CI_ITSELF = {"./scripts/test", "./scripts/check"}
SERVER = re.compile(r"\b(scripts/demo|creatoraudit (demo|serve))\b(?!.*(--no-serve|--help))")
KEY = re.compile(r"ca_[\w-]{43}")
INSTALL_SECONDS = 600
COMMAND_SECONDS = 120

# What a block exports is there in the blocks after it, as in a terminal; an answer that is an error fails the block.
PRELUDE = """
set -euo pipefail -o allexport
[ -f "$STATE" ] && source "$STATE"
trap 'export -p > "$STATE"' EXIT
curl() { command curl --fail-with-body --silent --show-error "$@"; }
"""


class Terminal:
    """A person at a terminal in a checkout, with a second one for servers."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.port = free_port()
        self.key = ""
        self._server: subprocess.Popen[bytes] | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CREATORAUDIT_", "PYTHON"))}
        self._environment = kept | {"STATE": str(checkout.with_name("state"))}

    def run(self, block: str) -> None:
        """Runs a block as it stands there, but for the port and for the key that the demo printed."""
        block = block.replace("8000", str(self.port)).replace("ca_…", self.key)
        if SERVER.search(block):
            self._serve(shlex.join(shlex.split(block, comments=True)))
            return
        done = subprocess.run(
            ["bash", "-c", PRELUDE + block],
            check=False,
            cwd=self.checkout,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"

    def _serve(self, command: str) -> None:
        self.stop()
        log = self.checkout.with_name("server.log")
        with log.open("wb") as output:
            self._server = subprocess.Popen(
                ["bash", "-c", f"{PRELUDE}{command} --port {self.port}"],
                cwd=self.checkout,
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + INSTALL_SECONDS
        while not self._answers():
            assert self._server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        if (found := KEY.search(log.read_text())) is not None:
            self.key = found[0]

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Ctrl-C in the second terminal."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGINT)
            self._server.wait(30)
            self._server = None


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    checkout = tmp_path_factory.mktemp("readme") / "creatoraudit"
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listing.split("\0")):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        copy2(ROOT / name, checkout / name)
    terminal = Terminal(checkout)
    yield terminal
    terminal.stop()


def test_every_command_of_the_readme_works(terminal: Terminal) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert any("./scripts/demo" in block for block in blocks), "the README says how to start"

    for block in blocks:
        if shlex.split(block, comments=True)[0] in BY_CI_ITSELF:
            assert os.access(ROOT / shlex.split(block)[0], os.X_OK)
        else:
            terminal.run(block)
