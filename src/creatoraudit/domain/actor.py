"""Who asks. Everything a request may do follows from its actor; nothing a client sends widens it."""

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from creatoraudit.errors import InsufficientScope


class Tenancy(Enum):
    """How far a statement reaches: it is part of the statement's shape, the organization's id is only bound."""

    ORGANIZATION = "organization"
    SYSTEM = "system"


class KeyScope(StrEnum):
    """What a key may do; each scope contains the ones before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


_CONTAINS = {
    KeyScope.READ: frozenset({KeyScope.READ}),
    KeyScope.WRITE: frozenset({KeyScope.READ, KeyScope.WRITE}),
    KeyScope.ADMIN: frozenset(KeyScope),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """One organization's caller; `organization_id` is None for the system itself."""

    organization_id: str | None
    organization_name: str = ""
    api_key_id: str | None = None
    api_key_name: str = ""
    scopes: frozenset[KeyScope] = field(default_factory=frozenset)
    rate_limit: int | None = None
    expires_at: dt.datetime | None = None

    @property
    def is_system(self) -> bool:
        """Whether tenancy does not apply: the worker and the command line."""
        return self.organization_id is None

    @property
    def tenancy(self) -> Tenancy:
        """How far the actor's statements reach."""
        return Tenancy.SYSTEM if self.is_system else Tenancy.ORGANIZATION

    def bind(self, **params: Any) -> dict[str, Any]:
        """A statement's parameters, with the organization they are asked for."""
        return {"tenant": self.organization_id, **params}

    def may(self, scope: KeyScope) -> bool:
        """Whether one of the actor's scopes contains the given one."""
        return self.is_system or any(scope in _CONTAINS[own] for own in self.scopes)

    def require(self, scope: KeyScope) -> None:
        """Raises InsufficientScope unless the actor has the scope."""
        if not self.may(scope):
            raise InsufficientScope(scope)


SYSTEM = Actor(organization_id=None)


def acting_for(organization_id: str) -> Actor:
    """The command line, a demo or an import working inside one organization with every right."""
    return Actor(organization_id=organization_id, scopes=frozenset({KeyScope.ADMIN}))
