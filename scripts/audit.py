"""Fails where a version that this project installs has a known vulnerability, and nobody has said why it does no harm.

pip-audit and npm ask the registries that pip and npm are set up with. What they cannot be asked about is named, and
does not fail: a check must also work where there is no network.
"""

# ruff: noqa: INP001, S603 - a program of its own, which runs others

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
ACCEPTED = ROOT / "scripts" / "accepted-vulnerabilities.toml"
NODE = ("assets", "scripts/benchmarks/peers/node", "tests/tools", "tests/tools/graphql")
"""Where npm installs from lock files."""

SECONDS = 120


class Finding(NamedTuple):
    """A known vulnerability of a version that is installed."""

    package: str
    ids: frozenset[str]
    summary: str


class Unasked(Exception):
    """The service that knows could not be asked."""


def main() -> int:
    """The exit status: 1 where something was found that is not accepted."""
    accepted: dict[str, str] = tomllib.loads(ACCEPTED.read_text())["accepted"]
    failed = False
    asked: dict[str, Callable[[], list[Finding]]] = {"constraints.txt": python_packages}
    asked |= {f"{name}/package-lock.json": partial(node_packages, ROOT / name) for name in NODE}
    for name, ask in asked.items():
        try:
            findings = ask()
        except Unasked as why:
            sys.stderr.write(f"Not audited: {name}, as {why}.\n")
            continue
        for one in findings:
            reason = next((accepted[id_] for id_ in one.ids if id_ in accepted), None)
            failed |= reason is None
            state = f"accepted: {reason}" if reason else "NOT ACCEPTED"
            sys.stderr.write(f"{name}: {one.package}: {', '.join(sorted(one.ids))}: {one.summary} ({state})\n")
    return int(failed)


def python_packages() -> list[Finding]:
    """What is known of the versions in constraints.txt."""
    arguments = ["--requirement", "constraints.txt", "--no-deps", "--disable-pip", "--format", "json"]
    report = _json([sys.executable, "-m", "pip_audit", *arguments, "--progress-spinner", "off"], ROOT)
    packages = report.get("dependencies", [])
    if not any("vulns" in one for one in packages):
        raise Unasked("the registry says nothing of vulnerabilities")
    return [
        Finding(f"{one['name']} {one['version']}", frozenset([bad["id"], *bad["aliases"]]), _line(bad["description"]))
        for one in packages
        for bad in one.get("vulns", [])
    ]


def node_packages(directory: Path) -> list[Finding]:
    """What is known of the versions in a lock file of npm."""
    report = _json(["npm", "audit", "--json", "--package-lock-only"], directory)
    if "vulnerabilities" not in report:
        raise Unasked("the registry does not answer npm audit")
    return [
        Finding(f"{name} {one['range']}", frozenset([bad["url"].rpartition("/")[2]]), bad["title"])
        for name, one in report["vulnerabilities"].items()
        for bad in one["via"]
        if isinstance(bad, dict)
    ]


def _json(command: list[str], directory: Path) -> dict[str, Any]:
    """What a program says, whatever its exit status: both have one that says that something was found."""
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=SECONDS, check=False)
        found: dict[str, Any] = json.loads(done.stdout)
    except FileNotFoundError:
        raise Unasked(f"{command[0]} is not on this machine") from None
    except subprocess.TimeoutExpired:
        raise Unasked(f"there was no answer in {SECONDS} seconds") from None
    except ValueError:
        raise Unasked(f"{Path(command[0]).name} could not ask: {_line(done.stderr)}") from None
    return found


def _line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else "it said nothing"


if __name__ == "__main__":
    sys.exit(main())
