"""Spans, as OpenTelemetry's SDK makes them and its OTEL_* variables say. They hold no values that a client sent."""

import asyncio
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import entry_points

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import get_global_textmap
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Span, SpanKind, StatusCode

from creatoraudit import __version__
from creatoraudit.telemetry import TelemetryUnavailable

Attributes = Mapping[str, str | int | float | bool]

_GROUP = "opentelemetry_traces_exporter"
_OTLP = {"grpc": "otlp_proto_grpc", "http/protobuf": "otlp_proto_http"}


class Traces:
    """The spans of this process, on their way to whoever collects them."""

    def __init__(self, exporters: Iterable[SpanExporter]) -> None:
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        for exporter in exporters:
            self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("creatoraudit", __version__)
        self._fields = frozenset(name.lower().encode() for name in get_global_textmap().fields)

    @classmethod
    def of_environment(cls) -> "Traces | None":
        """As the OTEL_* variables say, which may be that there are none.

        TelemetryUnavailable where one names an exporter that is not installed.
        """
        names = _names()
        return cls([_exporter(name) for name in names]) if names else None

    def serve(self, name: str, headers: Sequence[tuple[bytes, bytes]], attributes: Attributes) -> Span:
        """The span of a request, which goes on with the trace that its headers name; whoever asks for it ends it."""
        return self._tracer.start_span(name, self._continued(headers), SpanKind.SERVER, attributes)

    @contextmanager
    def doing(self, name: str, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
        """A span below the one that is current, or at the root of a trace; what it raises is named in it, no more."""
        span = self._tracer.start_span(name, kind=kind, attributes=attributes)
        try:
            with trace.use_span(span, record_exception=False, set_status_on_exception=False):
                yield span
        except Exception as error:
            fail(span, type(error).__name__)
            raise
        finally:
            span.end()

    def calling(self, name: str, attributes: Attributes) -> AbstractContextManager[Span]:
        """The span of a call to somebody else."""
        return self.doing(name, attributes, SpanKind.CLIENT)

    async def close(self) -> None:
        """Sends what has not been sent yet."""
        await asyncio.to_thread(self._provider.shutdown)

    def _continued(self, headers: Sequence[tuple[bytes, bytes]]) -> Context:
        sent: dict[str, str] = {}
        for name, value in headers:
            if name in self._fields:
                key, text = name.decode("latin-1"), value.decode("latin-1")
                sent[key] = f"{sent[key]},{text}" if key in sent else text
        return get_global_textmap().extract(sent, Context()) if sent else Context()


def is_recorded() -> bool:
    """Whether the span that is current here is recorded: a call by nobody has no trace of its own."""
    return trace.get_current_span().is_recording()


def is_left_out() -> bool:
    """Whether it was decided, here or by whoever sent the request, that nothing of this trace is recorded."""
    parent = trace.get_current_span().get_span_context()
    return parent.is_valid and not parent.trace_flags.sampled


def fail(span: Span, error: str) -> None:
    """Marks a span as failed, by the name of what went wrong: never by its words, which may hold anything."""
    span.set_attribute(ERROR_TYPE, error)
    span.set_status(StatusCode.ERROR)


def _names() -> list[str]:
    """The exporters that are asked for, OTLP by default."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return []
    named = [name.strip() for name in os.environ.get("OTEL_TRACES_EXPORTER", "otlp").split(",")]
    return [name for name in named if name not in {"", "none"}]


def _exporter(name: str) -> SpanExporter:
    """The exporter of that name, as packages offer them."""
    if name == "otlp":
        asked = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
        protocol = (asked or "http/protobuf").strip()
        if protocol not in _OTLP:
            raise TelemetryUnavailable(f"OTEL_EXPORTER_OTLP_PROTOCOL must be one of: {', '.join(_OTLP)}.")
        name = _OTLP[protocol]
    found = entry_points(group=_GROUP, name=name)
    if not found:
        known = ", ".join(sorted({"otlp", *entry_points(group=_GROUP).names}))
        raise TelemetryUnavailable(f"No exporter of traces is called {name!r}; there are: {known}.")
    made: SpanExporter = next(iter(found)).load()()
    return made


def _resource() -> Resource:
    """Which process tells; what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say of it goes before."""
    said = Resource.create().attributes
    ours = {SERVICE_NAME: "creatoraudit", SERVICE_VERSION: __version__, SERVICE_INSTANCE_ID: str(uuid.uuid4())}
    if not str(said.get(SERVICE_NAME, "")).startswith("unknown_service"):
        ours.pop(SERVICE_NAME)
    return Resource.create({name: value for name, value in ours.items() if name not in said or name == SERVICE_NAME})
