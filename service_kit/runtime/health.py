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
    """Something the process needs; the probe raises when it is not there."""

    name: str
    probe: Callable[[], Awaitable[None]]
    seconds: float = PROBE_SECONDS

    async def passes(self) -> bool:
        """Whether the probe ends well within its time."""
        try:
            async with asyncio.timeout(self.seconds):
                await self.probe()
        except Exception as error:  # noqa: BLE001  # whatever it is, the need is not met
            _log.warning("not_ready", check=self.name, reason=repr(error))
            return False
        return True


def health_routes(checks: Sequence[HealthCheck], registry: CollectorRegistry) -> list[Route]:
    """Give /health/live, /health/ready (503 with the failing names) and /metrics."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_: Request) -> Response:
        passed = await asyncio.gather(*(check.passes() for check in checks))
        failing = [check.name for check, ok in zip(checks, passed, strict=True) if not ok]
        if failing:
            return JSONResponse({"status": "not ready", "failing": failing}, 503)
        return JSONResponse({"status": "ready"})

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", metrics),
    ]
