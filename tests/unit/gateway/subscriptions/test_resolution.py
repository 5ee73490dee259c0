"""Who is given one answer: it must be right for everybody who is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.execution.executor import ExecutionRequest
from gateway.execution.preparation import PreparationOptions, PreparedOperation, prepare
from gateway.planning.snapshot import Snapshot
from gateway.subscriptions.resolution import Resolver
from service_kit.identity.caller import Caller, CallerKind
from tests.support.live_gateway import ORDERS, PLACES
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

PLACES_GRAPH = SmallSubgraph("places", PLACES)
BY_SUBJECT = snapshot_of(SmallSubgraph("orders", ORDERS), PLACES_GRAPH)
BY_RIGHTS = snapshot_of(
    SmallSubgraph("orders", ORDERS.replace('"operator"])', '"operator"], share: RIGHTS)')),
    PLACES_GRAPH,
)
ANA = Caller(
    subject="ana",
    kind=CallerKind.USER,
    roles=frozenset({"operator"}),
    grants=frozenset({"location:S1"}),
    expires_at=datetime(2100, 1, 1, tzinfo=UTC),
)
STATUS = "subscription($x: Boolean = false) { orderChanged { seq order { status @skip(if: $x) } } }"
SEQ = "subscription { orderChanged { seq } }"


def prepared(snapshot: Snapshot, text: str) -> PreparedOperation:
    return prepare(snapshot, text, None, PreparationOptions())


@dataclass(frozen=True)
class Asking:
    """Who asks, and how."""

    caller: Caller = ANA
    variables: Mapping[str, Any] = field(default_factory=dict)

    def resolver(self, operation: PreparedOperation) -> Resolver:
        root = operation.subscription
        assert root is not None
        assert root.payload is not None
        request = ExecutionRequest(self.variables, self.variables, self.caller, {})
        return Resolver(operation.plan, root, root.payload, transport_to(PLACES_GRAPH), request)


def share(operation: PreparedOperation, one: Asking, other: Asking) -> bool:
    return one.resolver(operation).key == other.resolver(operation).key


@pytest.mark.parametrize(
    "other",
    [
        Asking(variables={"x": True}),
        Asking(replace(ANA, language="fr")),
        Asking(replace(ANA, roles=frozenset({"operator", "clerk"}))),
        Asking(replace(ANA, grants=frozenset())),
        Asking(replace(ANA, kind=CallerKind.SERVICE)),
        Asking(replace(ANA, on_behalf_of="bob")),
    ],
)
def test_who_asks_or_may_something_else_has_an_answer_of_their_own(other: Asking) -> None:
    assert not share(prepared(BY_RIGHTS, STATUS), Asking(), other)


def test_another_person_has_an_answer_of_their_own_unless_the_source_says_otherwise() -> None:
    bob = Asking(replace(ANA, subject="bob", expires_at=datetime(2099, 1, 1, tzinfo=UTC)))

    assert not share(prepared(BY_SUBJECT, STATUS), Asking(), bob)
    assert share(prepared(BY_RIGHTS, STATUS), Asking(), bob)


def test_what_the_event_says_itself_is_the_same_for_every_person() -> None:
    assert share(prepared(BY_SUBJECT, SEQ), Asking(), Asking(replace(ANA, subject="bob")))


def test_other_operations_have_other_answers() -> None:
    one, other = prepared(BY_RIGHTS, STATUS), prepared(BY_RIGHTS, SEQ)

    assert Asking().resolver(one).key != Asking().resolver(other).key
