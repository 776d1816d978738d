"""How text is compared: NFC, casefolded, by code point."""

import unicodedata


def folded(text: str) -> str:
    """The form that search and order see."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
