"""What a client asks for, however it came: its parameters, the operation they name, and what that is charged."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import OperationType
from starlette.types import Scope

from creatoraudit.errors import BadRequest, RateLimited
from creatoraudit.graphql import limits
from creatoraudit.graphql.context import Context
from creatoraudit.graphql.documents import Documents, TrustedDocuments
from creatoraudit.graphql.execution import Admitted, Asked
from creatoraudit.graphql.schema import ENGINE
from creatoraudit.http.auth import authenticate, charge_address
from creatoraudit.http.databases import reading, writing
from creatoraudit.http.rate_limit import announce, charge
from creatoraudit.http.state import actor_of, state_of
from creatoraudit.rate_limits import Window
from creatoraudit.settings import Settings


class Words(NamedTuple):
    """The parameters of a request."""

    query: str | None
    document_id: str | None
    operation_name: str | None
    variables: Mapping[str, Any]


def words_of(sent: object) -> Words:
    """The parameters in a JSON object; BadRequest if it is none, or one of them is of another type."""
    if not isinstance(sent, dict):
        raise BadRequest("The body must be a JSON object.")
    for name, kind, what in _PARAMETERS:
        if sent.get(name) is not None and not isinstance(sent[name], kind):
            raise BadRequest(f"{name} must be {what}.")
    return Words(
        sent.get("query"), sent.get("documentId"), sent.get("operationName") or None, sent.get("variables") or {}
    )


_PARAMETERS: tuple[tuple[str, type, str], ...] = (
    ("query", str, "a string"),
    ("documentId", str, "a string"),
    ("operationName", str, "a string"),
    ("variables", dict, "a JSON object"),
    ("extensions", dict, "a JSON object"),
)


class Operations:
    """Finds the operations that clients name; the trusted documents are read now."""

    def __init__(self, settings: Settings) -> None:
        self.documents = Documents(ENGINE, settings)
        self._trusted = TrustedDocuments(settings.graphql_documents)
        self._only_trusted = settings.graphql_documents_only

    def find(self, words: Words) -> Asked:
        """The operation; InvalidOperation if there is none, ValidationFailed if its document exceeds a limit."""
        document = self.documents.read(self._source(words))
        return Asked(document.operation(words.operation_name), words.variables)

    def _source(self, words: Words) -> str:
        if words.document_id is not None and words.query is not None:
            raise BadRequest("query and documentId must not be sent together.")
        if words.document_id is not None:
            return self._trusted.source(words.document_id)
        if self._only_trusted:
            raise BadRequest("documentId is required: only documents that this server knows are executed.")
        if words.query is None:
            raise BadRequest("query is required: the text of a GraphQL document.")
        return words.query


async def admit(scope: Scope, asked: Asked, window: Window | None) -> Admitted:
    """Judges an operation and charges what it takes beyond the first unit, which the window holds already.

    Without a window nobody has shown a key yet: Unauthorized unless the operation is public.
    """
    if window is None and not asked.operation.is_public:
        await authenticate(scope, None)
    cost = asked.operation.cost(asked.variables)
    limits.check_cost(cost, state_of(scope).settings)
    units = -(-cost // limits.UNIT)
    if window is None:
        await charge_address(scope, units)
        return Admitted(asked, None, cost)
    state, window = state_of(scope), await _charged(scope, window, units)
    # what a subscription tells of has just been committed, which a replica may not have yet
    db = reading(scope) if asked.operation.kind is OperationType.QUERY else writing(scope)
    return Admitted(asked, Context(db, actor_of(scope), state.keys, state.events, window, state.sourced), cost)


async def _charged(scope: Scope, window: Window, units: int) -> Window:
    if units <= 1:
        return window
    try:
        return await charge(scope, units - 1)
    except RateLimited:
        announce(scope, await state_of(scope).rate_limits.refund(window))
        raise
