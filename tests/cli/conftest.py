"""The program as an operator runs it: arguments in, exit status and two streams out."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from creatoraudit.cli import main


class Outcome(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What a command that succeeded printed, all of it."""
        assert self.status == 0, self.err
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the program in this process."""

    def run(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        status = stopped.value.code
        return Outcome(status if isinstance(status, int) else 0, *capsys.readouterr())

    return run


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database, which the environment names: the test runs once on each kind."""
    monkeypatch.setenv("CREATORAUDIT_DATABASE_URL", database_url)
    return database_url
