"""What is left to do after the part of an execution that needs no waiting."""

from collections.abc import Coroutine, Hashable
from typing import Any, NamedTuple

from creatoraudit.engine.batches import Batch
from creatoraudit.engine.fields import Field
from creatoraudit.engine.rows import Rows


class Question(NamedTuple):
    """What is asked of a batch."""

    batch: Batch
    asked: Hashable


Askers = list[tuple[Rows, Field]]
"""The fields that ask it, and the rows from which."""


class Pending:
    """Coroutines to run side by side, and questions to batches, however many fields ask the same."""

    __slots__ = ("coroutines", "questions")

    def __init__(self) -> None:
        self.coroutines: list[Coroutine[Any, Any, None]] = []
        self.questions: dict[Question, Askers] = {}

    def append(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """One more thing to do."""
        self.coroutines.append(coroutine)

    def ask(self, question: Question, rows: Rows, field: Field) -> None:
        """One more field that asks a question."""
        self.questions.setdefault(question, []).append((rows, field))
