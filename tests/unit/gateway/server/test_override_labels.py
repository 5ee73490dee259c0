from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.cli.plan import run as run_plan
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import Served
from gateway.planning.labels import LabelSwitches
from gateway.planning.snapshot import build_snapshot
from gateway.security.authentication import Authenticator
from gateway.server.http import GatewayView, ServerOptions
from gateway.server.schema import GatewaySchema
from tests.support.asgi import ask
from tests.support.subgraphs import SmallSubgraph, transport_to

LABELS = Path(__file__).parents[3] / "federation" / "overrides" / "labels.graphql"
JSON = {"content-type": "application/json"}
BODY = b'{"query": "{ items { sku } }"}'
SDL = "type Query { items: [Item] } type Item { sku: ID! }"


class Holding:
    def __init__(self, served: Served) -> None:
        self.served = served


def edge(*, may_explain: bool) -> Starlette:
    subgraphs = [
        SmallSubgraph(name, SDL, roots={"items": [{"sku": name}]}) for name in ("old", "new")
    ]
    snapshot = build_snapshot(LABELS.read_text(encoding="utf-8"))
    served = Served(snapshot, PreparationOptions(), 10, LabelSwitches(draw=lambda: 0.99))
    schema = GatewaySchema(Holding(served), transport_to(*subgraphs))
    view = GatewayView(schema, Authenticator(None), ServerOptions(may_explain=may_explain))
    return Starlette(routes=[Route("/graphql", view)])


@pytest.mark.parametrize(
    ("may_explain", "header", "sku"),
    [
        (True, "list", "new"),
        (True, "prices, list", "new"),
        (True, "prices", "old"),
        (False, "list", "old"),
    ],
)
async def test_a_header_chooses_the_labels_of_overrides_for_developers_only(
    *, may_explain: bool, header: str, sku: str
) -> None:
    app = edge(may_explain=may_explain)
    headers = {**JSON, "x-gateway-override-labels": header}

    answer = await ask(app, "/graphql", method="POST", headers=headers, body=[BODY])

    assert answer.json == {"data": {"items": [{"sku": sku}]}}


def test_the_plan_of_an_operation_is_shown_for_chosen_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = tmp_path / "operation.graphql"
    operation.write_text("{ items { sku } }", encoding="utf-8")
    arguments = [f"--supergraph={LABELS}", f"--operation={operation}"]

    assert run_plan(arguments, {}) == 0
    assert 'Fetch #0 "old"' in capsys.readouterr().out
    assert run_plan([*arguments, "--label=list"], {}) == 0
    assert 'Fetch #0 "new"' in capsys.readouterr().out
