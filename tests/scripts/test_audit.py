"""`scripts/audit.py`: what is vulnerable fails, what is accepted says why, and what cannot be asked about is named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("assets", "scripts/benchmarks/peers/node", "tests/tools", "tests/tools/graphql")
VULNERABLE = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {
            "name": "leaky",
            "version": "2.0",
            "vulns": [
                {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "description": "It leaks.", "fix_versions": ["2.1"]}
            ],
        },
    ]
}
SOUND = {"dependencies": [{"name": "sound", "version": "1.0", "vulns": []}]}
SILENT = {"dependencies": [{"name": "sound", "skip_reason": "not found"}]}
NODE_SOUND: dict[str, Any] = {"vulnerabilities": {}}
NODE_VULNERABLE = {
    "vulnerabilities": {
        "leaky-js": {"range": "<3", "via": [{"url": "x/advisories/GHSA-1", "title": "It leaks too."}, "other"]},
        "other": {"range": "*", "via": ["leaky-js"]},
    }
}


class Checkout:
    """A copy of the script, beside programs that say what they are told to."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "scripts").mkdir()
        shutil.copy(ROOT / "scripts" / "audit.py", home / "scripts")
        self.accept("")
        for name in LOCKS:
            (home / name).mkdir(parents=True, exist_ok=True)

    def accept(self, lines: str) -> None:
        (self.home / "scripts" / "accepted-vulnerabilities.toml").write_text(f"[accepted]\n{lines}\n")

    def run(self, python: object, node: object) -> tuple[int, str]:
        (self.home / "pip_audit.py").write_text(f"import sys; print({_text(python)!r}); sys.exit(1)")
        npm = self.home / "npm"
        npm.write_text(f"#!/bin/sh\ncat <<'END'\n{_text(node)}\nEND\nexit 1\n")
        npm.chmod(0o755)
        done = subprocess.run(
            [sys.executable, self.home / "scripts" / "audit.py"],
            env=os.environ | {"PYTHONPATH": str(self.home), "PATH": f"{self.home}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr


def _text(said: object) -> str:
    return said if isinstance(said, str) else json.dumps(said)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_what_is_known_to_be_vulnerable_fails(checkout: Checkout) -> None:
    status, told = checkout.run(VULNERABLE, NODE_SOUND)
    assert status == 1
    assert "constraints.txt: leaky 2.0: CVE-2026-1, PYSEC-1: It leaks. (NOT ACCEPTED)" in told
    status, told = checkout.run(SOUND, NODE_VULNERABLE)
    assert status == 1
    assert told.count("GHSA-1: It leaks too. (NOT ACCEPTED)") == len(LOCKS)


def test_what_is_accepted_says_why(checkout: Checkout) -> None:
    checkout.accept('CVE-2026-1 = "nothing calls it"\nGHSA-1 = "it only builds"')
    status, told = checkout.run(VULNERABLE, NODE_VULNERABLE)
    assert status == 0
    assert "(accepted: nothing calls it)" in told
    assert "(accepted: it only builds)" in told


def test_nothing_is_said_where_nothing_is_known(checkout: Checkout) -> None:
    assert checkout.run(SOUND, NODE_SOUND) == (0, "")


@pytest.mark.parametrize("node", [{"message": "405"}, "no JSON at all"])
@pytest.mark.parametrize("python", [SILENT, "Traceback", {"dependencies": []}])
def test_what_cannot_be_asked_is_named_and_does_not_fail(checkout: Checkout, python: object, node: object) -> None:
    status, told = checkout.run(python, node)
    assert status == 0
    assert "Not audited: constraints.txt, as " in told
    assert all(f"Not audited: {name}/package-lock.json, as " in told for name in LOCKS)


def test_every_lock_file_is_asked_about() -> None:
    command = ["git", "ls-files", "*package-lock.json"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted(listed.stdout.split()) == sorted(f"{name}/package-lock.json" for name in LOCKS)
