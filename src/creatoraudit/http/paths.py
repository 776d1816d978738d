"""Many routes as one: Starlette would try each of them in turn, at every request."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class Paths(BaseRoute):
    """Finds a path without parameters at once, and any other among those that have as many slashes.

    A parameter is one part of a path; what is spelled out goes before it.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = list(routes)
        self._exact: dict[str, list[Route]] = {}
        self._by_slashes: dict[int, list[Route]] = {}
        for route in self.routes:
            if route.param_convertors:
                self._by_slashes.setdefault(route.path.count("/"), []).append(route)
            else:
                self._exact[route.path] = [route]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        likely = self._exact.get(path) or self._by_slashes.get(path.count("/"), [])
        for route in likely:
            match, found = route.matches(scope)
            if match is not Match.NONE:
                return match, {**found, "route": route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: Route = scope["route"]
        await route.handle(scope, receive, send)
