"""Documents: parsed, measured and validated once for each source text, and remembered; and those known by an id."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)

from creatoraudit import engine
from creatoraudit.engine import Engine, Recent
from creatoraudit.errors import BadRequest, ValidationFailed
from creatoraudit.graphql import limits
from creatoraudit.graphql.errors import InvalidOperation
from creatoraudit.graphql.signature import Signature, signature_of
from creatoraudit.settings import Settings

CAPACITY = 512
_LARGEST_REMEMBERED = 65_536
_MAX_ERRORS = 5
"""Errors that are looked for: each may print all that it is about, and take that long."""


class Document:
    """A document that keeps to the limits of its shape; whether it fits the schema is found out when it is asked."""

    def __init__(self, schema: GraphQLSchema, ast: DocumentNode, executor: Engine | None) -> None:
        self.schema = schema
        self.ast = ast
        self.fragments = {one.name.value: one for one in ast.definitions if isinstance(one, FragmentDefinitionNode)}
        self._executor = executor
        self._operations: dict[str | None, Operation] = {}

    @cached_property
    def errors(self) -> list[GraphQLError]:
        """What is wrong with it by the schema."""
        return validate(self.schema, self.ast, max_errors=_MAX_ERRORS)

    def operation(self, name: str | None) -> "Operation":
        """The operation of that name, or the only one; InvalidOperation if that says none."""
        operation = self._operations.get(name)
        if operation is None:
            node = get_operation_ast(self.ast, name)
            if node is None:
                raise InvalidOperation([GraphQLError("operationName must name one of the document's operations.")])
            operation = self._operations[name] = Operation(self, node, self._executor)
        return operation


class Operation:
    """An operation of a document that may yet be invalid, whatever the values of its variables are."""

    def __init__(self, document: Document, node: OperationDefinitionNode, executor: Engine | None) -> None:
        self.document = document
        self.name = node.name.value if node.name else None
        self.kind: OperationType = node.operation
        self._node = node
        self._executor = executor
        self._cost: int | None = None

    @cached_property
    def is_public(self) -> bool:
        """Whether it asks for nothing but the schema itself."""
        roots = limits.root_fields(self._node.selection_set, self.document.fragments)
        return self.kind is OperationType.QUERY and all(name.startswith("__") for name in roots)

    @cached_property
    def planned(self) -> engine.Operation | None:
        """The operation as the engine knows it; None where the engine is turned off."""
        return self._executor.prepare(self.document.ast, self._node) if self._executor else None

    @cached_property
    def signature(self) -> Signature:
        """What it asks for, without anything that a person may have written into it."""
        return signature_of(self.document.schema, self.document.ast, self.name)

    def cost(self, variables: Mapping[str, Any]) -> int:
        """What it costs with these values; InvalidOperation if its document is not valid."""
        if self._cost is not None:
            return self._cost
        if self.document.errors:
            raise InvalidOperation(self.document.errors)
        cost, is_constant = limits.cost_of(self.document.schema, self._node, self.document.fragments, variables)
        if is_constant:
            self._cost = cost
        return cost


class Documents:
    """Reads documents by their text; the most recently used are kept as they were read, errors included.

    It counts how many it was asked for, and how many of them it had to parse.
    """

    def __init__(self, executor: Engine, settings: Settings) -> None:
        self._schema = executor.schema
        self._executor = executor if settings.graphql_engine else None
        self._settings = settings
        self._known: Recent[str, Document | ValidationFailed | InvalidOperation] = Recent(CAPACITY)
        self.asked = self.parsed = 0

    def __len__(self) -> int:
        return len(self._known)

    def read(self, source: str) -> Document:
        """The document; InvalidOperation if it is none, ValidationFailed if it exceeds a limit."""
        self.asked += 1
        is_small = len(source) <= _LARGEST_REMEMBERED
        found = self._known.get(source, lambda: self._read(source)) if is_small else self._read(source)
        if isinstance(found, Document):
            return found
        raise found.with_traceback(None)

    def _read(self, source: str) -> Document | ValidationFailed | InvalidOperation:
        self.parsed += 1
        settings = self._settings
        most = settings.graphql_max_tokens
        try:
            ast = parse(source, max_lexical_tokens=most, max_comments=most)
            document = Document(self._schema, ast, self._executor)
            limits.check_shape(document.ast, document.fragments, settings)
        except GraphQLSyntaxError as error:
            if "tokens. Parsing aborted" in error.message or "comments. Parsing aborted" in error.message:
                return limits.exceeded("tokens", most)
            if "nested too deeply" in error.message:
                return limits.exceeded("levels of nesting", settings.graphql_max_depth)
            return InvalidOperation([error])
        except ValidationFailed as error:
            return error
        return document


class TrustedDocuments:
    """A directory of documents, `ID.graphql` each, as they were when the server started."""

    def __init__(self, directory: Path | None) -> None:
        files = sorted(directory.glob("*.graphql")) if directory is not None else []
        self._sources = {file.stem: file.read_text("utf-8") for file in files}

    def source(self, document_id: str) -> str:
        """The text of the document with that id, or BadRequest."""
        source = self._sources.get(document_id)
        if source is None:
            raise BadRequest("documentId must be the id of a document that this server knows.")
        return source
