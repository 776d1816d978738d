"""Identifiers: UUIDv7, so that keys grow with time and never decrease within a process."""

import uuid_utils


def new_id() -> str:
    """A fresh UUIDv7 as canonical text."""
    return str(uuid_utils.uuid7())
