"""Which processor runs what: the server and bare statements on one core, whoever asks the server on another."""

import os
from pathlib import Path


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


AVAILABLE = _cores()
ARE_APART = len(AVAILABLE) > 1
"""Whether server and client have a core each; elsewhere the system places them."""


def serves(process_id: int = 0) -> None:
    """Puts a process, or this thread, on the server's core."""
    _pin(process_id, 0)


def asks() -> None:
    """Puts this thread on the client's core."""
    _pin(0, 1)


def anywhere() -> None:
    """Lets this thread, and what it starts, run on any core again."""
    if ARE_APART:
        os.sched_setaffinity(0, AVAILABLE)


def seconds(process_id: int) -> float:
    """How long a process has kept processors busy so far, all its threads together."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _pin(process_id: int, place: int) -> None:
    if ARE_APART:
        os.sched_setaffinity(process_id, {AVAILABLE[place]})
