"""What a request is called where requests of a kind are told of together: its method and its route, never its path."""

from starlette.types import Scope

_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})

OTHER = "_OTHER"
"""What OpenTelemetry calls a method that is none of HTTP's own."""


def method_of(scope: Scope) -> str:
    """The method, if it is one of HTTP's own: clients may send any word."""
    method: str = scope.get("method", "GET")
    return method if method in _METHODS else OTHER


def route_of(scope: Scope) -> str:
    """The route that answered, as it is declared; empty where there was none."""
    return getattr(scope.get("route"), "path", "")
