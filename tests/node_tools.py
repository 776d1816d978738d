"""Programs from npm that judge what this server says, at the versions that tests/tools pins."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from conftest import left_out

TOOLS = Path(__file__).parent / "tools"
BUILD = Path(__file__).parents[1] / "build"


def node_tool(name: str, tools: Path = TOOLS) -> Path:
    """A program, installed once for all runs that pin the same versions; the test is left out without Node.js."""
    return node_tools(tools) / "node_modules" / ".bin" / name


def node_tools(tools: Path) -> Path:
    """A copy of a directory with a package.json, with its packages installed; left out without Node.js."""
    npm = shutil.which("npm")
    if npm is None:
        left_out("Node.js")
    files = sorted(one for one in tools.iterdir() if one.is_file())
    state = hashlib.sha256(b"\0".join(one.read_bytes() for one in files))
    installed = BUILD / f"{tools.name}-{state.hexdigest()[:12]}"
    if not installed.is_dir():
        BUILD.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as directory:
            work = Path(shutil.copytree(tools, Path(directory) / "tools"))
            subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=work, check=True)
            if not installed.is_dir():  # another process may have been as fast
                work.rename(installed)
    return installed
