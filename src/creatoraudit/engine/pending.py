"""What is left to do after the part of an execution that needs no waiting."""

from collections.abc import Coroutine, Hashable, Sequence
from typing import Any, NamedTuple

from creatoraudit.engine.batches import Batch
from creatoraudit.engine.fields import Field
from creatoraudit.engine.rows import Rows


class Question(NamedTuple):
    """What is asked of a batch."""

    batch: Batch
    asked: Hashable


class Asker(NamedTuple):
    """A field that asks it, from which rows, and the parents that stand for them."""

    rows: Rows
    field: Field
    parents: Sequence[Any]


Askers = list[Asker]


class Pending:
    """Coroutines to run side by side, and questions to batches, however many fields ask the same."""

    __slots__ = ("coroutines", "questions")

    def __init__(self) -> None:
        self.coroutines: list[Coroutine[Any, Any, None]] = []
        self.questions: dict[Question, Askers] = {}

    def append(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """One more thing to do."""
        self.coroutines.append(coroutine)

    def ask(self, question: Question, asker: Asker) -> None:
        """One more field that asks a question."""
        self.questions.setdefault(question, []).append(asker)
