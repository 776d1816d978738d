import io
import logging
from collections.abc import Iterator

import httpx
import orjson
import pytest
import structlog

from creatoraudit import logs
from services import local_service


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging belongs to the whole process: what a test configures is taken back."""
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    yield
    structlog.configure(**configuration)
    root.handlers[:] = handlers
    root.setLevel(level)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_is_one_json_object() -> None:
    stream = io.StringIO()
    logs.configure("INFO", stream)
    structlog.get_logger("x").info("request", path="/é", status=200)
    logging.getLogger("uvicorn.error").warning("shutting %s", "down")
    own, foreign = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert (own["event"], own["level"], own["path"], own["status"]) == ("request", "info", "/é", 200)
    assert own["timestamp"].endswith("Z")
    assert (foreign["event"], foreign["level"], foreign["logger"]) == ("shutting down", "warning", "uvicorn.error")


def test_an_error_keeps_its_traceback_in_its_line() -> None:
    stream = io.StringIO()
    logs.configure("INFO", stream)
    try:
        int("seven")
    except ValueError as error:
        structlog.get_logger("x").error("unforeseen", exc_info=error)
        logging.getLogger("y").exception("foreign")
    for line in stream.getvalue().splitlines():
        assert "ValueError: invalid literal" in orjson.loads(line)["exception"]


def test_lines_below_the_level_are_left_out() -> None:
    stream = io.StringIO()
    logs.configure("WARNING", stream)
    structlog.get_logger("x").info("quiet")
    logging.getLogger("y").info("quiet")
    assert stream.getvalue() == ""


def test_requests_to_others_are_not_logged_with_their_urls() -> None:
    stream = io.StringIO()
    logs.configure("DEBUG", stream)
    with local_service() as service:
        httpx.get(f"{service.url}/?secret=1")
        assert service.asked
    assert stream.getvalue() == ""


def test_a_person_at_a_terminal_gets_no_json() -> None:
    stream = Terminal()
    logs.configure("INFO", stream)
    structlog.get_logger("x").info("request", status=200)
    assert not stream.getvalue().startswith("{")
    assert "request" in stream.getvalue()


def test_a_traceback_shows_no_variables() -> None:
    secret = "hunter" + "2"
    for stream in (io.StringIO(), Terminal()):
        logs.configure("INFO", stream)
        try:
            secret.index("x")
        except ValueError as error:
            structlog.get_logger("x").error("unforeseen", exc_info=error)
        assert "ValueError" in stream.getvalue()
        assert "hunter2" not in stream.getvalue()
