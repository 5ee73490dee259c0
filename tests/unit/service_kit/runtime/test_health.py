import asyncio

from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from structlog.testing import capture_logs

from service_kit.runtime.health import HealthCheck, health_routes
from tests.support.asgi import ask


async def fine() -> None:
    await asyncio.sleep(0)


async def broken() -> None:
    raise ConnectionError("no database at mongodb://secret")


async def hanging() -> None:
    await asyncio.Event().wait()


def app_of(*checks: HealthCheck, registry: CollectorRegistry | None = None) -> Starlette:
    return Starlette(routes=health_routes(checks, registry or CollectorRegistry()))


async def test_a_live_process_need_not_be_ready() -> None:
    answer = await ask(app_of(HealthCheck("database", broken)), "/health/live")

    assert answer.json == {"status": "live"}


async def test_a_process_is_ready_when_all_its_checks_pass() -> None:
    answer = await ask(
        app_of(HealthCheck("database", fine), HealthCheck("bus", fine)), "/health/ready"
    )

    assert (answer.status, answer.json) == (200, {"status": "ready"})


async def test_what_fails_or_hangs_is_named_and_its_reason_is_not() -> None:
    checks = (
        HealthCheck("database", broken),
        HealthCheck("cache", fine),
        HealthCheck("bus", hanging, seconds=0.01),
    )
    answer = await ask(app_of(*checks), "/health/ready")

    assert answer.status == 503
    assert answer.json == {"status": "not ready", "failing": ["database", "bus"]}


async def test_what_is_not_vital_is_named_and_does_not_take_the_process_out_of_service() -> None:
    bus = HealthCheck("bus", broken, vital=False)

    degraded = await ask(app_of(HealthCheck("database", fine), bus), "/health/ready")
    stopped = await ask(app_of(HealthCheck("database", broken), bus), "/health/ready")

    assert (degraded.status, degraded.json) == (200, {"status": "degraded", "failing": ["bus"]})
    assert (stopped.status, stopped.json["failing"]) == (503, ["database", "bus"])


async def test_a_failing_check_is_logged_when_it_begins_and_when_it_ends() -> None:
    down = True

    async def wavering() -> None:
        if down:
            raise ConnectionError("refused")

    app = app_of(HealthCheck("database", wavering))
    with capture_logs() as logs:
        await ask(app, "/health/ready")
        await ask(app, "/health/ready")
        down = False
        await ask(app, "/health/ready")
        await ask(app, "/health/ready")

    assert [entry["event"] for entry in logs if "check" in entry] == ["not_ready", "ready_again"]


async def test_metrics_are_those_of_the_registry_alone() -> None:
    registry, other = CollectorRegistry(), CollectorRegistry()
    Counter("loans", "Loans.", registry=registry).inc(3)
    Counter("returns", "Returns.", registry=other).inc()

    answer = await ask(app_of(registry=registry), "/metrics")

    assert "loans_total 3.0" in answer.text
    assert "returns" not in answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
