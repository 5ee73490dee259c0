"""Structured logs: one JSON object a line, or coloured lines for a person."""

import logging
import sys

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from service_kit.runtime.current_request import log_ids


def configure_logging(process: str, *, level: str = "info", as_json: bool = True) -> None:
    """Send this process's logs, the libraries' own included, to standard output."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    before: list[Processor] = [
        log_ids,
        structlog.processors.add_log_level,
        _naming(process),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    last = _json_chain() if as_json else _console_chain()
    structlog.configure(
        processors=[*before, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _take_over_standard_logging(threshold, before, last)


def _naming(process: str) -> Processor:
    def name(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return name


def _json_chain() -> list[Processor]:
    return [
        structlog.processors.format_exc_info,  # plain text: local variables may be personal
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]


def _console_chain() -> list[Processor]:
    return [
        structlog.dev.ConsoleRenderer(
            timestamp_key="time",
            colors=sys.stdout.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
        )
    ]


def _dumps(event: object, **_: object) -> str:
    return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


def _take_over_standard_logging(
    threshold: int, before: list[Processor], last: list[Processor]
) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(threshold, logging.INFO))
