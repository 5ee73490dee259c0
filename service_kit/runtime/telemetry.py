"""What is seen of each request from outside: a span, a line in the log, a count and a time."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter

import structlog
from opentelemetry.trace import Span, SpanKind
from prometheus_client import CollectorRegistry, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.logs import configure_logging
from service_kit.runtime.tracing import (
    ATTRIBUTE_METHOD,
    ATTRIBUTE_OPERATION,
    ATTRIBUTE_PATH,
    ATTRIBUTE_REQUEST,
    ATTRIBUTE_STATUS,
    TRACEPARENT,
    configure_tracing,
    current_traceparent,
    following,
    new_traceparent,
    span,
    trace_id_of,
    tracer,
    well_formed,
)

__all__ = [
    "BoundedNames",
    "RequestMetrics",
    "RequestTelemetry",
    "configure_logging",
    "configure_tracing",
    "current_traceparent",
    "name_operation",
    "outgoing_headers",
    "span",
    "tracer",
]

REQUEST_ID = "x-request-id"
UNNAMED = "unnamed"
OTHER = "other"
_MOST_NAMES = 300
_LONGEST_NAME = 100
_QUIET = ("/health/", "/metrics")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SERVER_ERROR = 500
_STREAMS = ("text/event-stream", "multipart/mixed")
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_log = structlog.get_logger("service_kit.requests")


@dataclass(slots=True)
class _Request:
    """The request under way; `streaming_since` is when its answer turned out to be a stream."""

    request_id: str
    operation: str = UNNAMED
    status: int = _SERVER_ERROR
    streaming_since: float | None = None


_current: ContextVar[_Request | None] = ContextVar("request", default=None)


def name_operation(name: str | None) -> None:
    """Say what the request under way is, once that is known; a long name is cut."""
    request = _current.get()
    if request is not None and name:
        request.operation = name[:_LONGEST_NAME]


def outgoing_headers() -> dict[str, str]:
    """Give the headers that let the next process join this request and its trace."""
    request, traceparent = _current.get(), current_traceparent()
    headers = {} if request is None else {REQUEST_ID: request.request_id}
    if traceparent is not None:
        headers[TRACEPARENT] = traceparent
    return headers


class BoundedNames:
    """The first so many names as they are; whatever comes later is "other"."""

    def __init__(self, most: int = _MOST_NAMES) -> None:
        self._most = most
        self._known: set[str] = set()

    def label(self, name: str) -> str:
        """Give the label for a name."""
        if name in self._known:
            return name
        if len(self._known) >= self._most:
            return OTHER
        self._known.add(name)
        return name


class RequestMetrics:
    """How many requests, how long they took and how many are under way."""

    def __init__(self, process: str, registry: CollectorRegistry) -> None:
        self._process = process
        self._names = BoundedNames()
        self._seconds = Histogram(
            "tutti_request_seconds",
            "Time to answer a request, by operation and status.",
            ("process", "operation", "status"),
            buckets=_BUCKETS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "tutti_requests_in_flight",
            "Requests under way.",
            ("process",),
            registry=registry,
        ).labels(process)

    @contextmanager
    def under_way(self) -> Iterator[Callable[[], None]]:
        """Count a request as under way, until the end or until it is told to have been answered."""
        with ExitStack() as stack:
            stack.enter_context(self.in_flight.track_inprogress())
            yield stack.close

    def observe(self, operation: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        label = self._names.label(operation)
        self._seconds.labels(self._process, label, str(status)).observe(seconds)


class RequestTelemetry:
    """ASGI middleware: takes the trace in, and tells of every request once it has ended."""

    def __init__(self, app: ASGIApp, process: str, registry: CollectorRegistry) -> None:
        self._app = app
        self._metrics = RequestMetrics(process, registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_QUIET):
            await self._app(scope, receive, send)
            return
        request = _Request(_request_id(scope["headers"]))
        traceparent = _traceparent(scope["headers"])
        token = _current.set(request)
        try:
            await self._watched(request, traceparent, scope, receive, send)
        finally:
            _current.reset(token)

    async def _watched(
        self, request: _Request, traceparent: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = perf_counter()
        names = {"request_id": request.request_id, "trace_id": trace_id_of(traceparent)}
        with (
            following(traceparent),
            structlog.contextvars.bound_contextvars(**names),
            self._metrics.under_way() as ended,
            span(
                f"{scope['method']} {scope['path']}",
                {ATTRIBUTE_METHOD: scope["method"], ATTRIBUTE_PATH: scope["path"]},
                kind=SpanKind.SERVER,
                traceparent=traceparent,
            ) as opened,
        ):
            try:
                await self._app(scope, receive, _noting(request, send, ended))
            finally:
                self._tell(request, scope, opened, started)

    def _tell(self, request: _Request, scope: Scope, opened: Span, started: float) -> None:
        seconds = perf_counter() - started
        since = request.streaming_since
        # A stream has been answered once it begins: how long it lasts is its client's business.
        answered = seconds if since is None else since - started
        self._metrics.observe(request.operation, request.status, answered)
        if opened.is_recording():
            opened.set_attribute(ATTRIBUTE_OPERATION, request.operation)
            opened.set_attribute(ATTRIBUTE_STATUS, request.status)
            opened.set_attribute(ATTRIBUTE_REQUEST, request.request_id)
        _log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=request.status,
            operation=request.operation,
            milliseconds=round(seconds * 1000, 2),
        )


def _noting(request: _Request, send: Send, ended: Callable[[], None]) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            request.status = int(message["status"])
            if (_header(message["headers"], "content-type") or "").startswith(_STREAMS):
                request.streaming_since = perf_counter()
                ended()
        await send(message)

    return noting


def _header(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    wanted = name.encode("ascii")
    return next((value.decode("latin-1") for key, value in headers if key == wanted), None)


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    given = _header(headers, REQUEST_ID)
    return given if given and _REQUEST_ID.fullmatch(given) else new_identifier()


def _traceparent(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return well_formed(_header(headers, TRACEPARENT)) or new_traceparent()
