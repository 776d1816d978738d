"""Dockerfile and compose.yaml, as far as they can be tried without containers: what they name is there, and it runs."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer
import yaml
from dockerfile_parse import DockerfileParser
from sqlalchemy import make_url
from starlette.routing import Match

from conftest import left_out, new_database
from creatoraudit.app import create_app
from creatoraudit.cli import app
from creatoraudit.cli.serving import serve
from creatoraudit.settings import Settings
from servers import running
from workers import working

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "creatoraudit"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REQUIRED = re.compile(r"\$\{(\w+):\?\}")
PORT = 8000


@pytest.fixture(scope="module")
def instructions(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with what it says."""
    parser = DockerfileParser(str(tmp_path_factory.mktemp("dockerfile")))
    parser.content = (ROOT / "Dockerfile").read_text()
    return [(one["instruction"], one["value"]) for one in parser.structure if one["instruction"] != "COMMENT"]


def said(instructions: list[tuple[str, str]], name: str) -> list[str]:
    return [value for instruction, value in instructions if instruction == name]


def options_of(arguments: list[str]) -> dict[str, Any]:
    """What the program understands of a command line; an error where it would refuse it."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("creatoraudit", list(arguments))
    while hasattr(command, "resolve_command"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)
    return dict(context.params)


def environment_of(service: dict[str, Any], **known: str) -> dict[str, str]:
    """A service's variables, as compose fills them in."""
    return {
        name: REQUIRED.sub(lambda found: known.get(found[1], "given"), value)
        for name, value in service.get("environment", {}).items()
    }


@pytest.mark.parametrize(
    "command",
    [["hadolint", "Dockerfile"], ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]],
)
def test_their_own_judges_find_nothing(command: list[str]) -> None:
    judge, *arguments = command
    judged = subprocess.run([PROGRAMS / judge, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_every_variable_is_a_setting_that_takes_its_value() -> None:
    for service in OURS.values():
        environment = environment_of(service)
        assert environment.keys() <= {f"CREATORAUDIT_{name.upper()}" for name in Settings.model_fields}
        values = {name.removeprefix("CREATORAUDIT_").lower(): value for name, value in environment.items()}
        assert Settings(**values).database_url.get_secret_value() == environment["CREATORAUDIT_DATABASE_URL"]


def test_no_secret_is_in_them(instructions: list[tuple[str, str]]) -> None:
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{[^}]*\}", text))
    assert asked == {f"${{{name}:?}}" for name in REQUIRED.findall(text)}, "what is missing has no default"
    head = text.partition("\nx-program")[0]
    assert all(f"#   {name}=…" in head for name in REQUIRED.findall(text)), "the head says what must be set"
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET|KEY", name):
                assert REQUIRED.fullmatch(value), name
            if name.endswith("_URL"):
                password = make_url(value).password
                assert password is None or REQUIRED.fullmatch(password), name
    assert said(instructions, "ARG") == []
    variables = " ".join(said(instructions, "ENV")).split()
    assert all(re.match("(PATH|PYTHON[A-Z]+)=", one) for one in variables)


def test_every_command_is_one_of_the_programs(instructions: list[tuple[str, str]]) -> None:
    (entry,) = yaml.safe_load(said(instructions, "ENTRYPOINT")[0])
    assert entry in PROJECT["scripts"]
    served = options_of(yaml.safe_load(said(instructions, "CMD")[0]))
    assert served["host"] == "0.0.0.0"
    assert options_of(SERVICES["server"]["command"]) == served | {"no_worker": True}
    assert SERVICES["migrate"]["command"] == ["db", "upgrade"]
    assert SERVICES["worker"]["command"] == ["worker"]
    assert all(options_of(service["command"]) is not None for service in OURS.values())
    shown = re.findall(r"docker compose run --rm migrate (.*)", (ROOT / "compose.yaml").read_text())
    commands = [shlex.split(line.replace(" ID ", f" {uuid.uuid4()} ")) for line in shown]
    assert [command[:2] for command in commands] == [["orgs", "create"], ["keys", "create"]]
    assert all(options_of(command) for command in commands)


def test_ports_and_the_path_of_health_agree(instructions: list[tuple[str, str]]) -> None:
    server = SERVICES["server"]
    assert serve.__defaults__ is not None
    assert PORT in serve.__defaults__
    assert said(instructions, "EXPOSE") == [str(PORT)]
    (published,) = server["ports"]
    first, last, inside = re.fullmatch(r"127\.0\.0\.1:(\d+)-(\d+):(\d+)", published).groups()  # type: ignore[union-attr]
    assert int(inside) == PORT
    assert int(last) - int(first) + 1 == server["deploy"]["replicas"]
    port, path = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", server["healthcheck"]["test"][-1]).groups()  # type: ignore[union-attr]
    assert int(port) == PORT
    scope = {"type": "http", "path": path, "method": "GET", "headers": [], "root_path": ""}
    assert any(route.matches(scope)[0] is Match.FULL for route in create_app(Settings()).routes)


def test_everything_starts_after_what_it_needs_and_ends_with_time_to_spare() -> None:
    for service in OURS.values():
        for name, needed in service["depends_on"].items():
            ready = "service_healthy" if "healthcheck" in SERVICES[name] else "service_completed_successfully"
            assert needed["condition"] == ready
    assert {name for name in OURS if "migrate" in OURS[name]["depends_on"]} == {"server", "worker"}
    assert all("healthcheck" in SERVICES[name] for name in ("postgres", "redis", "server"))
    grace = int(SERVICES["server"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["shutdown_timeout"].default


def test_nobody_is_root_and_the_versions_are_those_that_the_package_asks_for(
    instructions: list[tuple[str, str]],
) -> None:
    last = instructions[max(place for place, (name, _) in enumerate(instructions) if name == "FROM") :]
    assert int(said(last, "USER")[-1]) > 0
    assert f"--uid {said(last, 'USER')[-1]} " in said(last, "RUN")[0]
    assert all("user" not in service and not service.get("privileged") for service in OURS.values())
    assert all(service["cap_drop"] == ["ALL"] and service["read_only"] for service in OURS.values())
    pythons = {re.fullmatch(r"python:(\d\.\d+)-slim( AS build)?", value)[1] for value in said(instructions, "FROM")}  # type: ignore[index]
    assert pythons == {PROJECT["requires-python"].removeprefix(">=")}


def copied(instructions: list[tuple[str, str]]) -> list[str]:
    """What the build stage takes from the checkout."""
    words = [value.split() for value in said(instructions, "COPY") if not value.startswith("--from")]
    return [source.removeprefix("./") for *sources, _ in words for source in sources]


def test_what_is_copied_is_there_and_not_ignored(instructions: list[tuple[str, str]]) -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied(instructions))
    assert all((ROOT / source).exists() for source in copied(instructions))


def test_what_is_copied_is_enough_for_its_install_command(instructions: list[tuple[str, str]], tmp_path: Path) -> None:
    """But for what it depends on, which test_wheel.py installs, and the pages, which it builds."""
    source, home = tmp_path / "source", tmp_path / "installed"
    source.mkdir()
    for name in copied(instructions):
        found = ROOT / name
        if found.is_dir():
            copytree(found, source / name, ignore=ignore_patterns("__pycache__"))
        else:
            (source / name).write_bytes(found.read_bytes())
    install = said(instructions, "RUN")[0].replace("/opt/creatoraudit", str(home))
    assert set(re.search(r"\.\[([\w,]+)\]", install)[1].split(",")) == PROJECT["optional-dependencies"].keys()  # type: ignore[index]
    subprocess.run(["sh", "-ec", f"{install} --no-deps --quiet"], cwd=source, check=True)
    listed = subprocess.run([home / "bin" / "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^creatoraudit +\d", listed, re.MULTILINE)
    assert (home / "bin" / "creatoraudit").exists()


@pytest.fixture
def new_database_url(postgres_url: str | None) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    if postgres_url is None:
        left_out("PostgreSQL")
    with new_database(f"{make_url(postgres_url).database}_composed") as url:
        yield url


def test_its_processes_run_as_it_starts_them(new_database_url: str, redis_url: str, tmp_path: Path) -> None:
    def settings(name: str) -> dict[str, str]:
        """What a service is told, with what is here for what it would find in its network."""
        sources = dict.fromkeys(("CREATORAUDIT_SOURCE_TIKTOK", "CREATORAUDIT_SOURCE_INSTAGRAM"), "simulated")
        told = environment_of(OURS[name], **sources)
        here = {"CREATORAUDIT_DATABASE_URL": new_database_url, "CREATORAUDIT_REDIS_URL": redis_url}
        return {name.removeprefix("CREATORAUDIT_"): here.get(name, value) for name, value in told.items()}

    environment = os.environ | {"CREATORAUDIT_DATABASE_URL": new_database_url}
    for command in (OURS["migrate"]["command"], ["orgs", "create", "Acme"]):
        subprocess.run([PROGRAMS / "creatoraudit", *command], env=environment, check=True)
    with (
        running(tmp_path / "server.log", settings("server"), *OURS["server"]["command"][1:]) as server,
        working(tmp_path / "worker.log", settings("worker")) as worker,
    ):
        _, _, *check = OURS["server"]["healthcheck"]["test"]
        check = [word.replace(f":{PORT}/", f":{urlsplit(server.url).port}/") for word in check]
        assert subprocess.run([sys.executable, *check], check=False).returncode == 0
        server.stop()
        assert subprocess.run([sys.executable, *check], check=False, stderr=subprocess.DEVNULL).returncode != 0
        assert worker.poll() is None
