"""What a run came to, as the client gets it; the log hears what the client does not."""

from collections.abc import Mapping
from typing import Any

import structlog

from gateway.execution.answer import Answer
from gateway.execution.executor import Execution
from gateway.security.masking import without_insides

_log = structlog.get_logger("gateway.execution")


def answer_of(execution: Execution, extensions: Mapping[str, Any] | None = None) -> Answer:
    """Give the answer of a run that has ended."""
    for timing in execution.timings:
        if timing.problem:
            _log.warning("subgraph_failed", subgraph=timing.subgraph, reason=timing.problem)
    errors = [without_insides(error) for error in execution.errors]
    return Answer(execution.data, errors, extensions or {})
