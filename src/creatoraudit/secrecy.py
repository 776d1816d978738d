"""Keys that stand where none belongs: whatever quotes what a client sent does not quote those."""

import re

_KEY = rb"ca_[A-Za-z0-9_-]{43}"
_MASK = "ca_***"

_IN_BYTES = re.compile(_KEY)
_IN_TEXT = re.compile(_KEY.decode())


def without_keys(text: str) -> str:
    """The text with every API key in it masked."""
    return _IN_TEXT.sub(_MASK, text)


def bytes_without_keys(text: bytes) -> bytes:
    """The text with every API key in it masked."""
    return _IN_BYTES.sub(_MASK.encode(), text)
