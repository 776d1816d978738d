"""What all mutations have in common: one input, one payload, and expected failures as data."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry import argument

from creatoraudit.domain.actor import KeyScope
from creatoraudit.errors import Conflict, CreatorAuditError, NotFound, QuotaExceeded, ValidationFailed
from creatoraudit.graphql.context import Context, Info
from creatoraudit.graphql.inputs import field_name

EXPECTED = (ValidationFailed, NotFound, Conflict, QuotaExceeded)
"""Failures that a payload tells; all others are errors of the operation."""


@strawberry.enum(description="Why a mutation did nothing.")
class UserErrorCode(Enum):
    VALIDATION_ERROR = strawberry.enum_value("VALIDATION_ERROR", description="A field of the input is wrong.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="The organization has no such object.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="It cannot be done as things are.")
    QUOTA_EXCEEDED = strawberry.enum_value("QUOTA_EXCEEDED", description="The organization tracks as much as it may.")


@strawberry.type(description="Why a mutation did nothing, and what would be right.")
class UserError:
    field: str | None = strawberry.field(description="The field of the input that is wrong; null if it is no field.")
    message: str = strawberry.field(description="What is wrong.")
    code: UserErrorCode = strawberry.field(description="The kind of failure.")


@strawberry.type(description="What every mutation answers.")
class Payload:
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was changed; empty if it was."
    )


def result(description: str) -> Any:
    """A payload's field, which is null if there are user errors."""
    return strawberry.field(default=None, description=f"{description}; null if there are user errors.")


def mutation(
    act: Callable[[Context, Any], Awaitable[dict[str, Any]]],
    takes: type,
    payload: type[Payload],
    *,
    scope: KeyScope = KeyScope.WRITE,
    description: str,
) -> Any:
    """A mutation that takes one input; `act` returns the payload's fields."""

    async def resolve(
        info: Info,
        input: Annotated[takes, argument(description="What to do.")],  # type: ignore[valid-type]  # noqa: A002
    ) -> Any:
        context = info.context
        context.actor.require(scope)
        try:
            return payload(**await act(context, input))
        except EXPECTED as error:
            return payload(user_errors=_user_errors(error))
        finally:
            context.loaders.clear()  # what was loaded before may not be true any more

    return strawberry.field(resolver=resolve, graphql_type=payload | None, description=description)


def _user_errors(error: CreatorAuditError) -> list[UserError]:
    code = UserErrorCode(error.code)
    if isinstance(error, ValidationFailed):
        return [UserError(field=field_name(one.field), message=one.message, code=code) for one in error.errors]
    return [UserError(field=None, message=error.detail, code=code)]
