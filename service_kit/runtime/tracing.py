"""OpenTelemetry traces; without an exporter there are none, and they cost next to nothing."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

TRACEPARENT = "traceparent"

ATTRIBUTE_OPERATION = "graphql.operation.name"
ATTRIBUTE_METHOD = "http.request.method"
ATTRIBUTE_PATH = "url.path"
ATTRIBUTE_STATUS = "http.response.status_code"
ATTRIBUTE_REQUEST = "tutti.request_id"
ATTRIBUTE_PEER = "peer.service"

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_PROPAGATOR = TraceContextTextMapPropagator()
_NO_TRACER = NoOpTracer()
_passed_on: ContextVar[str | None] = ContextVar("traceparent", default=None)


class _Tracing:
    """The one provider of this process, if any."""

    tracer: Tracer = _NO_TRACER
    enabled: bool = False


def configure_tracing(
    process: str, exporter_endpoint: str | None, *, ratio: float = 1.0
) -> Callable[[], None]:
    """Export spans to an OTLP/HTTP endpoint, or none at all; gives what ends the export."""
    if not exporter_endpoint:
        return lambda: None
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(ratio),
        resource=Resource.create({"service.name": process}),
        shutdown_on_exit=False,
    )
    endpoint = f"{exporter_endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    use_tracer_provider(provider)
    return provider.shutdown


def use_tracer_provider(provider: TracerProvider | None) -> None:
    """Open spans with a provider from now on, or with none."""
    _Tracing.tracer = provider.get_tracer("tutti") if provider else _NO_TRACER
    _Tracing.enabled = provider is not None


def is_tracing() -> bool:
    """Whether spans are exported."""
    return _Tracing.enabled


def tracer() -> Tracer:
    """Give the tracer of this process; its spans are empty when nothing is exported."""
    return _Tracing.tracer


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, AttributeValue] | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    traceparent: str | None = None,
) -> Iterator[Span]:
    """Run a block in a span below the current one, or below that of a traceparent header."""
    if not _Tracing.enabled:
        yield trace.INVALID_SPAN
        return
    context = _PROPAGATOR.extract({TRACEPARENT: traceparent}) if traceparent else None
    with _Tracing.tracer.start_as_current_span(
        name, context, kind, attributes, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except BaseException as error:
            opened.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def well_formed(traceparent: str | None) -> str | None:
    """Give the header back if it is a W3C trace parent."""
    return traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else None


def new_traceparent() -> str:
    """Start a trace that nobody samples, so that logs and events still share its id."""
    random = os.urandom(24).hex()
    return f"00-{random[:32]}-{random[32:]}-00"


def trace_id_of(traceparent: str) -> str:
    """Give the trace's id."""
    return traceparent[3:35]


def following(traceparent: str) -> AbstractContextManager[None]:
    """Pass a trace parent on to whatever is called or written in the block."""
    return _Following(traceparent)


class _Following(AbstractContextManager[None]):
    """A class, for every request enters it and a generator costs several times as much."""

    __slots__ = ("_before", "_traceparent")

    def __init__(self, traceparent: str) -> None:
        self._traceparent = traceparent

    def __enter__(self) -> None:
        self._before = _passed_on.set(self._traceparent)

    def __exit__(self, *_: object) -> None:
        _passed_on.reset(self._before)


def current_traceparent() -> str | None:
    """Give the trace parent to send along, or to write into an event."""
    if _Tracing.enabled and trace.get_current_span().get_span_context().is_valid:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get(TRACEPARENT)
    return _passed_on.get()
