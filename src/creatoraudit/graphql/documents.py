"""Documents: parsed, measured and validated once for each source text, and remembered; and those known by an id."""

from collections import OrderedDict
from functools import cached_property
from pathlib import Path

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    validate,
)

from creatoraudit.errors import BadRequest, ValidationFailed
from creatoraudit.graphql import limits
from creatoraudit.graphql.errors import InvalidOperation
from creatoraudit.settings import Settings

CAPACITY = 512
_LARGEST_REMEMBERED = 65_536
_MAX_ERRORS = 20


class Document:
    """A document that keeps to the limits of its shape; whether it fits the schema is found out when it is asked."""

    def __init__(self, schema: GraphQLSchema, ast: DocumentNode) -> None:
        self.ast = ast
        self.fragments = {one.name.value: one for one in ast.definitions if isinstance(one, FragmentDefinitionNode)}
        self._schema = schema

    @cached_property
    def errors(self) -> list[GraphQLError]:
        """What is wrong with it by the schema."""
        return validate(self._schema, self.ast, max_errors=_MAX_ERRORS)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of that name, or the only one; InvalidOperation if that says none."""
        operation = get_operation_ast(self.ast, name)
        if operation is None:
            raise InvalidOperation([GraphQLError("operationName must name one of the document's operations.")])
        return operation


class Documents:
    """Reads documents by their text; the most recently used are kept as they were read, errors included."""

    def __init__(self, schema: GraphQLSchema, settings: Settings) -> None:
        self._schema = schema
        self._settings = settings
        self._known: OrderedDict[str, Document | ValidationFailed | InvalidOperation] = OrderedDict()

    def read(self, source: str) -> Document:
        """The document; InvalidOperation if it is none, ValidationFailed if it exceeds a limit."""
        found = self._known.get(source)
        if found is None:
            found = self._read(source)
            if len(source) <= _LARGEST_REMEMBERED:
                self._remember(source, found)
        else:
            self._known.move_to_end(source)
        if isinstance(found, Document):
            return found
        raise found.with_traceback(None)

    def _read(self, source: str) -> Document | ValidationFailed | InvalidOperation:
        settings = self._settings
        most = settings.graphql_max_tokens
        try:
            document = Document(self._schema, parse(source, max_lexical_tokens=most, max_comments=most))
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

    def _remember(self, source: str, found: Document | ValidationFailed | InvalidOperation) -> None:
        self._known[source] = found
        if len(self._known) > CAPACITY:
            self._known.popitem(last=False)


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
