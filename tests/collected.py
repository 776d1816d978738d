"""What a process told of itself: its page of figures, read, and a collector that takes spans over OTLP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

ERROR = 2
"""The status of a span that failed."""


class Page:
    """The figures as they were at one moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = {one.name: one for one in text_string_to_metric_families(text)}

    def samples(self, name: str, **labels: str) -> list[Sample]:
        """Those of a figure that have these labels."""
        found = [sample for one in self.families.values() for sample in one.samples if sample.name == name]
        return [sample for sample in found if labels.items() <= sample.labels.items()]

    def value(self, name: str, **labels: str) -> float:
        """The sum of them."""
        return sum(sample.value for sample in self.samples(name, **labels))


def scraped(url: str) -> Page:
    """What Prometheus is told."""
    answer = httpx.get(url, timeout=20)
    assert answer.status_code == 200
    return Page(answer.text)


class Span(NamedTuple):
    """A span as it arrived; a parent is empty where there is none."""

    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    failed: bool


class Collector:
    """Takes what is sent to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: list[bytes] = []

    @property
    def spans(self) -> list[Span]:
        """All spans that have arrived."""
        return [_span(span) for one in self._resources() for scope in one.scope_spans for span in scope.spans]

    @property
    def services(self) -> set[str]:
        """Who sent them."""
        resources = [_values(one.resource.attributes) for one in self._resources()]
        return {str(attributes["service.name"]) for attributes in resources}

    def named(self, name: str) -> Span:
        """The only one of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def _resources(self) -> list[Any]:
        return [one for sent in self.requests for one in ExportTraceServiceRequest.FromString(sent).resource_spans]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that answers OTLP over HTTP."""
    collector = Collector("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.requests.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        collector.url = f"http://127.0.0.1:{server.server_port}"
        yield collector
        server.shutdown()


def _span(span: Any) -> Span:
    ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
    return Span(span.name, *ids, _values(span.attributes), span.status.code == ERROR)


def _values(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
