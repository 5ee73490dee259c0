"""What is seen of each request from outside: a span, a line in the log, a count and a time."""

import re
from collections.abc import Iterable
from time import perf_counter

import structlog
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind
from prometheus_client import CollectorRegistry, Gauge
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.runtime.current_request import CurrentRequest, current, name_operation
from service_kit.runtime.durations import Durations
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
    is_tracing,
    new_traceparent,
    span,
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
OTHER = "other"
_MOST_NAMES = 300
_QUIET = ("/health/", "/metrics")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STREAMS = (b"text/event-stream", b"multipart/mixed")
_REQUEST_ID_NAME, _TRACEPARENT_NAME = REQUEST_ID.encode(), TRACEPARENT.encode()

_log = structlog.get_logger("service_kit.requests")


def outgoing_headers() -> dict[str, str]:
    """Give the headers that let the next process join this request and its trace."""
    request, traceparent = current.get(), current_traceparent()
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
        self._seconds = Durations(
            "tutti_request_seconds",
            "Time to answer a request, by operation and status.",
            ("process", "operation", "status"),
            registry,
        )
        self.under_way = 0
        in_flight = Gauge(
            "tutti_requests_in_flight",
            "Requests under way.",
            ("process",),
            registry=registry,
        )
        in_flight.labels(process).set_function(lambda: self.under_way)

    def observe(self, operation: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        self._seconds.add(seconds, self._process, self._names.label(operation), str(status))


class RequestTelemetry:
    """ASGI middleware: takes the trace in, and tells of every request once it has ended."""

    def __init__(self, app: ASGIApp, process: str, registry: CollectorRegistry) -> None:
        self._app = app
        self._metrics = RequestMetrics(process, registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_QUIET):
            await self._app(scope, receive, send)
            return
        sent_id, sent_traceparent = _sent(scope["headers"])
        request = CurrentRequest(sent_id or new_identifier(), sent_traceparent or new_traceparent())
        before = current.set(request)
        try:
            with following(request.traceparent):
                await self._watched(request, scope, receive, send)
        finally:
            self._ended(request)
            current.reset(before)

    async def _watched(
        self, request: CurrentRequest, scope: Scope, receive: Receive, send: Send
    ) -> None:
        started = perf_counter()
        request.is_counted = True
        self._metrics.under_way += 1
        noting = self._noting(request, send)
        if not is_tracing():
            try:
                await self._app(scope, receive, noting)
            finally:
                self._tell(request, scope, INVALID_SPAN, started)
            return
        with span(
            f"{scope['method']} {scope['path']}",
            {ATTRIBUTE_METHOD: scope["method"], ATTRIBUTE_PATH: scope["path"]},
            kind=SpanKind.SERVER,
            traceparent=request.traceparent,
        ) as opened:
            try:
                await self._app(scope, receive, noting)
            finally:
                self._tell(request, scope, opened, started)

    def _ended(self, request: CurrentRequest) -> None:
        """Count a request as under way no longer, unless that has been done."""
        if request.is_counted:
            request.is_counted = False
            self._metrics.under_way -= 1

    def _noting(self, request: CurrentRequest, send: Send) -> Send:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.status = int(message["status"])
                if _is_stream(message["headers"]):
                    request.streaming_since = perf_counter()
                    self._ended(request)
            await send(message)

        return noting

    def _tell(self, request: CurrentRequest, scope: Scope, opened: Span, started: float) -> None:
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


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    for name, value in headers:
        if name == b"content-type":
            return value.startswith(_STREAMS)
    return False


def _sent(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str | None, str | None]:
    """Give the request's id and its trace parent, as far as they are well-formed."""
    request_id: str | None = None
    traceparent: str | None = None
    for name, value in headers:
        if name == _REQUEST_ID_NAME and request_id is None:
            request_id = value.decode("latin-1")
        elif name == _TRACEPARENT_NAME and traceparent is None:
            traceparent = value.decode("latin-1")
    if request_id is not None and not _REQUEST_ID.fullmatch(request_id):
        request_id = None
    return request_id, well_formed(traceparent)
