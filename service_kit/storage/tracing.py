"""One span per MongoDB command, named by verb and collection; no values, they may be personal."""

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)


class CommandTracing(CommandListener):
    """Opens a span under the one that is current; outside any recorded span it stays silent."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._spans: dict[int, Span] = {}

    def started(self, event: CommandStartedEvent) -> None:
        if not trace.get_current_span().is_recording():
            return
        target = event.command.get(event.command_name)
        collection = target if isinstance(target, str) else ""
        attributes = {
            "db.system.name": "mongodb",
            "db.namespace": event.database_name,
            "db.operation.name": event.command_name,
        }
        if collection:
            attributes["db.collection.name"] = collection
        self._spans[event.request_id] = self._tracer.start_span(
            f"{event.command_name} {collection}".strip(),
            kind=SpanKind.CLIENT,
            attributes=attributes,
        )

    def succeeded(self, event: CommandSucceededEvent) -> None:
        span = self._spans.pop(event.request_id, None)
        if span is not None:
            span.end()

    def failed(self, event: CommandFailedEvent) -> None:
        span = self._spans.pop(event.request_id, None)
        if span is not None:
            code = str(event.failure.get("codeName", event.failure.get("code", "unknown")))
            span.set_attribute("db.response.status_code", code)
            span.set_status(Status(StatusCode.ERROR, code))
            span.end()
