"""The plan and the timings of one request, for a developer's eyes."""

from typing import Any

from gateway.execution.compiled_plan import CompiledPlan
from gateway.execution.executor import Execution
from gateway.planning.plan_text import plan_text


def explanation(plan: CompiledPlan, execution: Execution) -> dict[str, Any]:
    """Give what goes into `extensions`: times are milliseconds from the start of execution."""
    timings = [
        {
            "fetch": one.fetch,
            "subgraph": one.subgraph,
            "start": round(one.started * 1000, 3),
            "end": round(one.ended * 1000, 3),
        }
        for one in execution.timings
    ]
    return {"plan": plan_text(plan.plan), "timings": timings}
