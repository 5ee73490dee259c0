from collections.abc import Iterator, Mapping
from http import HTTPStatus

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from prometheus_client import CollectorRegistry, generate_latest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from service_kit.runtime.current_request import log_ids
from service_kit.runtime.telemetry import (
    OTHER,
    BoundedNames,
    RequestTelemetry,
    current_traceparent,
    name_operation,
    outgoing_headers,
    span,
)
from service_kit.runtime.tracing import use_tracer_provider
from tests.support.asgi import AsgiAnswer, ask

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
LABELS = {"process": "library", "operation": "Lend", "status": "200"}


class Noting:
    """An app that notes what the next process would be told."""

    def __init__(self) -> None:
        self.passed_on: list[dict[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name_operation("Lend")
        self.passed_on.append(outgoing_headers())
        await PlainTextResponse("done")(scope, receive, send)


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError(f"{scope['path']} {receive} {send}")


async def get(
    app: ASGIApp,
    path: str = "/",
    *,
    registry: CollectorRegistry | None = None,
    headers: Mapping[str, str] | None = None,
) -> AsgiAnswer:
    watched = RequestTelemetry(app, "library", registry or CollectorRegistry())
    return await ask(watched, path, headers=headers)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    use_tracer_provider(provider)
    yield exporter
    use_tracer_provider(None)
    provider.shutdown()


async def test_a_trace_that_comes_in_goes_on_even_when_nothing_is_exported() -> None:
    app = Noting()
    await get(app, "/", headers={"traceparent": PARENT, "x-request-id": "r-1"})

    assert app.passed_on == [{"traceparent": PARENT, "x-request-id": "r-1"}]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "nonsense",
        f"00-{TRACE}-00f067aa0ba902b7",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
    ],
)
async def test_a_malformed_trace_is_replaced_by_a_new_one(header: str) -> None:
    app = Noting()
    await get(app, "/", headers={"traceparent": header})

    (passed_on,) = app.passed_on
    assert TRACE not in passed_on["traceparent"]
    assert len(passed_on["traceparent"]) == len(PARENT)


@pytest.mark.parametrize("header", ["", "with space", "x" * 65, "a\tb", "é"])
async def test_a_malformed_request_id_is_replaced_by_a_new_one(header: str) -> None:
    app = Noting()
    await get(app, "/", headers={"x-request-id": header})

    assert app.passed_on[0]["x-request-id"] != header


def test_outside_any_request_nothing_is_passed_on() -> None:
    name_operation("Nothing happens.")

    assert outgoing_headers() == {}
    assert current_traceparent() is None


async def test_each_request_is_counted_and_timed_by_its_operation_and_status() -> None:
    registry = CollectorRegistry()
    watched = RequestTelemetry(Noting(), "library", registry)
    await ask(watched, "/")
    await ask(watched, "/")

    assert registry.get_sample_value("tutti_request_seconds_count", LABELS) == 2
    assert registry.get_sample_value("tutti_requests_in_flight", {"process": "library"}) == 0


async def test_a_request_that_breaks_is_counted_as_500() -> None:
    registry = CollectorRegistry()
    with pytest.raises(RuntimeError):
        await get(failing, registry=registry)

    labels = {"process": "library", "operation": "unnamed", "status": "500"}
    assert registry.get_sample_value("tutti_request_seconds_count", labels) == 1


@pytest.mark.parametrize("path", ["/health/ready", "/metrics"])
async def test_probes_are_not_counted(path: str) -> None:
    registry = CollectorRegistry()
    await get(Noting(), path, registry=registry)

    assert registry.get_sample_value("tutti_request_seconds_count", LABELS) is None


async def test_two_apps_of_one_process_count_apart() -> None:
    here, there = CollectorRegistry(), CollectorRegistry()
    await get(Noting(), registry=here)
    RequestTelemetry(Noting(), "library", there)

    assert here.get_sample_value("tutti_request_seconds_count", LABELS) == 1
    assert there.get_sample_value("tutti_request_seconds_count", LABELS) is None


async def test_a_request_leaves_one_line_with_its_ids() -> None:
    with structlog.testing.capture_logs(processors=[log_ids]) as noted:
        await get(Noting(), "/x", headers={"traceparent": PARENT, "x-request-id": "r-1"})

    (line,) = noted
    assert line["milliseconds"] >= 0
    assert {name: line[name] for name in ("event", "path", "status", "operation")} == {
        "event": "request",
        "path": "/x",
        "status": 200,
        "operation": "Lend",
    }
    assert (line["request_id"], line["trace_id"]) == ("r-1", TRACE)


async def test_a_traced_request_is_a_server_span_below_its_caller(
    spans: InMemorySpanExporter,
) -> None:
    app = Noting()
    await get(app, "/graphql", headers={"traceparent": PARENT})

    (served,) = spans.get_finished_spans()
    assert served.kind is SpanKind.SERVER
    assert served.name == "GET /graphql"
    assert served.parent is not None
    assert f"{served.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert served.attributes is not None
    assert served.attributes["graphql.operation.name"] == "Lend"
    assert served.attributes["http.response.status_code"] == 200
    own = served.get_span_context()
    assert own is not None
    assert app.passed_on[0]["traceparent"] == f"00-{TRACE}-{own.span_id:016x}-01"


def test_a_span_that_breaks_tells_the_kind_of_error_and_not_its_text(
    spans: InMemorySpanExporter,
) -> None:
    def work() -> None:
        with span("work", {"shelf": "a"}):
            raise ValueError("of Ada, born in 1815")

    with pytest.raises(ValueError, match="Ada"):
        work()

    (broken,) = spans.get_finished_spans()
    assert broken.status.status_code is StatusCode.ERROR
    assert "Ada" not in broken.to_json()


def test_a_span_is_empty_when_nothing_is_exported() -> None:
    with span("work") as opened:
        assert not opened.is_recording()


def test_label_values_are_bounded() -> None:
    names = BoundedNames(most=2)

    assert [names.label(name) for name in ("a", "b", "c", "a", "d")] == [
        "a",
        "b",
        OTHER,
        "a",
        OTHER,
    ]


async def test_an_endless_name_is_cut_before_it_reaches_the_log_and_the_metrics() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        name_operation("N" * 400_000)
        await PlainTextResponse("done")(scope, receive, send)

    registry = CollectorRegistry()
    with structlog.testing.capture_logs() as lines:
        await get(app, registry=registry)

    assert lines[0]["operation"] == "N" * 100
    assert len(generate_latest(registry)) < 10_000


async def test_a_status_is_told_as_a_number_however_the_app_said_it() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("no", HTTPStatus.UNAUTHORIZED)(scope, receive, send)

    with structlog.testing.capture_logs() as lines:
        await get(app)

    assert repr(lines[0]["status"]) == "401"
