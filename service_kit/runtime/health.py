"""Is the process alive, is it ready, and what does it count."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PROBE_SECONDS = 2.0

_log = structlog.get_logger("service_kit.health")


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Something the process needs; the probe raises when it is not there.

    What is not `vital` only makes it degraded: it answers most requests all the same, and all
    processes would be taken out of service at once if what they share failed.
    """

    name: str
    probe: Callable[[], Awaitable[None]]
    seconds: float = PROBE_SECONDS
    vital: bool = True

    async def failure(self) -> Exception | None:
        """Why the probe did not end well within its time; None if it did."""
        try:
            async with asyncio.timeout(self.seconds):
                await self.probe()
        except Exception as error:  # noqa: BLE001  # whatever it is, the need is not met
            return error
        return None


def health_routes(checks: Sequence[HealthCheck], registry: CollectorRegistry) -> list[Route]:
    """Give /health/live, /health/ready (503 if anything vital fails) and /metrics."""
    known: dict[str, bool] = {}

    def tell(check: HealthCheck, failure: Exception | None) -> bool:
        """Log a check when it begins or ceases to fail, not each time somebody asks."""
        passed = failure is None
        if known.get(check.name, True) is not passed:
            if passed:
                _log.info("ready_again", check=check.name)
            else:
                _log.warning("not_ready", check=check.name, reason=repr(failure))
        known[check.name] = passed
        return passed

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> Response:
        failures = await asyncio.gather(*(check.failure() for check in checks))
        asked = zip(checks, failures, strict=True)
        failing = [check for check, failure in asked if not tell(check, failure)]
        names = [check.name for check in failing]
        if any(check.vital for check in failing):
            return JSONResponse({"status": "not ready", "failing": names}, 503)
        if failing:
            return JSONResponse({"status": "degraded", "failing": names})
        return JSONResponse({"status": "ready"})

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", metrics),
    ]
