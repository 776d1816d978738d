"""What this process is doing at the moment, for figures that are told apart by it."""

from contextvars import ContextVar
from typing import Literal

Work = Literal["request", "refresh", "import", "metrics"]

WORK: ContextVar[Work] = ContextVar("work", default="request")
"""Set at the root of a task, and so for everything that it begins."""
