"""Counts requests and measures how long they take, by method, route and status; only where somebody wants to know."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creatoraudit.http.access_log import CLIENT_CLOSED_REQUEST
from creatoraudit.http.routed import method_of, route_of
from creatoraudit.telemetry import figures
from creatoraudit.telemetry.prometheus import Figures


class Measured:
    """The outermost layer, so that everything counts."""

    def __init__(self, app: ASGIApp, told: Figures) -> None:
        self.app = app
        self._requests = told.counter(figures.REQUESTS)
        self._seconds = told.histogram(figures.REQUEST_SECONDS)
        self._active = self._websockets = 0
        told.read(figures.ACTIVE_REQUESTS, lambda: {(): self._active})
        told.read(figures.WEBSOCKETS, lambda: {(): self._websockets})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._measure(scope, receive, send)
        elif scope["type"] == "websocket":
            self._websockets += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._websockets -= 1
        else:
            await self.app(scope, receive, send)

    async def _measure(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, ended, status = time.perf_counter(), 0.0, CLIENT_CLOSED_REQUEST

        async def send_noting(message: Message) -> None:
            nonlocal ended, status
            await send(message)
            if message["type"] == "http.response.start":
                status = message["status"]
            elif not ended:
                ended = time.perf_counter()

        self._active += 1
        try:
            await self.app(scope, receive, send_noting)
        finally:
            self._active -= 1
            method, route = method_of(scope), route_of(scope)
            self._requests.labels(method, route, status).inc()
            self._seconds.labels(method, route).observe((ended or time.perf_counter()) - began)
