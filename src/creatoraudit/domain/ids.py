"""Identifiers: UUIDv7, so that keys grow with time and never decrease within a process."""

import hashlib

import uuid_utils


def new_id() -> str:
    """A fresh UUIDv7 as canonical text."""
    return str(uuid_utils.uuid7())


def moved_id(id_: str, organization_id: str) -> str:
    """The id of a copy in another organization: the same every time, and of the original's time."""
    mixed = hashlib.sha256(f"{organization_id} {id_}".encode()).hexdigest()
    variant = "89ab"[int(mixed[0], 16) % 4]
    return f"{id_[:14]}7{mixed[1:4]}-{variant}{mixed[4:7]}-{mixed[7:19]}"
