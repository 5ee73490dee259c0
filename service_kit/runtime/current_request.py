"""The request under way, known to whatever runs for it."""

from contextvars import ContextVar
from dataclasses import dataclass

from structlog.typing import EventDict, WrappedLogger

from service_kit.runtime.tracing import trace_id_of

UNNAMED = "unnamed"
_LONGEST_NAME = 100
_SERVER_ERROR = 500


@dataclass(slots=True)
class CurrentRequest:
    """Its ids, and what is known of it so far.

    `streaming_since` is when its answer turned out to be a stream, by the performance counter.
    """

    request_id: str
    traceparent: str
    operation: str = UNNAMED
    status: int = _SERVER_ERROR
    streaming_since: float | None = None
    is_counted: bool = False


current: ContextVar[CurrentRequest | None] = ContextVar("request", default=None)


def name_operation(name: str | None) -> None:
    """Say what the request under way is, once that is known; a long name is cut."""
    request = current.get()
    if request is not None and name:
        request.operation = name[:_LONGEST_NAME]


def log_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Log processor: tell the ids of the request under way in every line."""
    request = current.get()
    if request is not None:
        event.setdefault("request_id", request.request_id)
        event.setdefault("trace_id", trace_id_of(request.traceparent))
    return event
