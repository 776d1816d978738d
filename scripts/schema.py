"""Writes schema.graphql, or checks it: against the code, and against what clients were promised before."""  # noqa: INP001

import subprocess
import sys
from pathlib import Path

from graphql import build_schema, find_breaking_changes

from creatoraudit.graphql.schema import sdl

FILE, CHANGELOG = Path("schema.graphql"), Path("CHANGELOG.md")


def unsaid(before: str, after: str, changelog: str) -> list[str]:
    """The breaking changes between two schemas that the changelog does not quote."""
    changes = find_breaking_changes(build_schema(before), build_schema(after))
    said = " ".join(changelog.replace("`", "").split())
    return [change.description for change in changes if change.description.replace("`", "") not in said]


def last_committed(now: str) -> str:
    """The schema of the last commit that has another one; the present one where there is none."""
    for commit in _git("log", "--format=%H", "--max-count=2", "--", str(FILE)).split():
        if (before := _git("show", f"{commit}:{FILE}")) != now:
            return before
    return now


def main() -> int:
    """Does what the arguments say; 1 if the check fails."""
    now = sdl()
    if sys.argv[1:] != ["--check"]:
        FILE.write_text(now, "utf-8")
        return 0
    if FILE.read_text("utf-8") != now:
        sys.stderr.write("schema.graphql is not what the code says: run scripts/schema and commit it.\n")
        return 1
    changes = unsaid(last_committed(now), now, CHANGELOG.read_text("utf-8"))
    for change in changes:
        sys.stderr.write(f"This breaks clients; undo it, or quote it in CHANGELOG.md: {change}\n")
    return 1 if changes else 0


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, text=True).stdout  # noqa: S603, S607


if __name__ == "__main__":
    sys.exit(main())
