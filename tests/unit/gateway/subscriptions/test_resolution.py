"""Who is given one answer: it must be right for everybody who is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions, PreparedOperation, prepare
from gateway.execution.subgraph_request import ExecutionRequest
from gateway.planning.snapshot import Snapshot
from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphTransport
from gateway.subscriptions.cursor import LogName
from gateway.subscriptions.happening import read_happening
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.resolution import Resolver
from service_kit.identity.caller import Caller, CallerKind
from service_kit.runtime.clock import SettableClock
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
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLOCK = SettableClock(NOW)
TRANSPORT = transport_to(PLACES_GRAPH)
STATUS = "subscription($x: Boolean = false) { orderChanged { seq order { status @skip(if: $x) } } }"
SEQ = "subscription { orderChanged { seq } }"


def prepared(snapshot: Snapshot, text: str) -> PreparedOperation:
    return prepare(snapshot, text, None, PreparationOptions())


@dataclass(frozen=True)
class Asking:
    """Who asks, and how."""

    caller: Caller = ANA
    variables: Mapping[str, Any] = field(default_factory=dict)
    transport: SubgraphTransport = TRANSPORT
    clock: SettableClock = CLOCK

    def resolver(self, operation: PreparedOperation) -> Resolver:
        root = operation.subscription
        assert root is not None
        assert root.payload is not None
        request = ExecutionRequest(self.variables, self.variables, self.caller, {})
        return Resolver(operation.plan, root, root.payload, self.transport, request, self.clock, {})


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


@dataclass
class Orders:
    """A subgraph that takes until `expiry` to look at who asks, and then answers what it is."""

    clock: SettableClock
    expiry: datetime
    asked: list[str] = field(default_factory=list)
    failing: bool = False

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Refuse whose token has expired."""
        assert request.caller is not None
        self.asked.append(request.caller.subject)
        await asyncio.sleep(0)
        self.clock.set(self.expiry)
        if request.caller.expires_at <= self.clock.now():
            return SubgraphResponse(401, b'{"errors": [{"message": "expired"}]}')
        if self.failing:
            return SubgraphResponse(500, b"")
        entity = {"status": f"as {request.caller.subject} sees it"}
        return SubgraphResponse(200, orjson.dumps({"data": {"_entities": [entity]}}))


def event(*, shares: bool = False, position: int = 1) -> Occurrence:
    envelope = {
        "eventId": "e1",
        "entity": {"type": "Order", "id": "7"},
        "seq": 1,
        "occurredAt": "2026-03-02T09:00:00Z",
        "data": {"orderChanged": {"keys": {}, "payload": {"order": {"id": "7"}}}},
    }
    happening = read_happening(orjson.dumps(envelope), shares=shares)
    assert happening is not None
    payload = happening.sections["orderChanged"].payload
    return Occurrence(Delivery.EVENT, LogName("orders"), (position,), payload, happening)


def status(answer: Answer | None) -> Any:
    assert answer is not None
    assert not answer.errors
    return orjson.loads(answer.to_json())["data"]["orderChanged"]["order"]["status"]


async def test_a_token_that_expires_on_the_way_costs_nobody_else_an_answer() -> None:
    clock = SettableClock(NOW)
    orders = Orders(clock, NOW + timedelta(minutes=1))
    operation, item = prepared(BY_RIGHTS, STATUS), event()
    ana = Asking(replace(ANA, expires_at=orders.expiry), transport=orders, clock=clock)
    bob = Asking(replace(ANA, subject="bob"), transport=orders, clock=clock)

    anas, bobs = await asyncio.gather(*(one.resolver(operation).answer(item) for one in (ana, bob)))

    assert anas is None
    assert status(bobs) == "as bob sees it"
    assert orders.asked == ["ana", "bob"]


async def resolved(orders: Orders, *items: Occurrence, clock: SettableClock) -> list[Any]:
    """Resolve items for one person each, one after another."""
    operation, found = prepared(BY_RIGHTS, STATUS), []
    for number, item in enumerate(items):
        who = replace(ANA, subject=f"{number}")
        found.append(await Asking(who, {}, orders, clock).resolver(operation).answer(item))
    return found


async def test_subgraphs_are_asked_once_about_a_missed_event_wherever_who_comes_back_stands() -> (
    None
):
    clock = SettableClock(NOW)
    orders = Orders(clock, NOW)
    here = event(shares=True)
    there = here.at((5,))

    one, other = await resolved(orders, here, there, clock=clock)

    assert (status(one), status(other)) == ("as 0 sees it", "as 0 sees it")
    assert orders.asked == ["0"]


async def test_what_a_subgraph_failed_to_say_of_a_missed_event_is_asked_again() -> None:
    clock = SettableClock(NOW)
    orders = Orders(clock, NOW, failing=True)
    here = event(shares=True)

    (failed,) = await resolved(orders, here, clock=clock)
    orders.failing = False
    (good,) = await resolved(orders, here.at((5,)), clock=clock)

    assert failed.errors
    assert status(good) == "as 0 sees it"
