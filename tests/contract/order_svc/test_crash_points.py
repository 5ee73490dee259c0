"""A process dies at every named point of a placement and of a change; what is left is put right."""

from datetime import timedelta

import pytest

from order_svc.domain import crash_points
from order_svc.domain.crash_points import CHANGE_POINTS, MONEY_POINTS, PLACEMENT_POINTS
from order_svc.domain.customers.personal import Address, Destination
from order_svc.domain.orders.allocation import Allocation
from order_svc.domain.orders.named_reservations import NamedReservations
from order_svc.domain.orders.placement import AskedLine
from order_svc.ports import AllocationRequest, Work
from order_svc.use_cases.place_order import PlaceOrder, place_order
from order_svc.use_cases.settle_placement import OpenPlacement, settle_placement
from retail_kit.money import Money
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.messaging import due_worker
from service_kit.runtime.crash_points import Crashed
from tests.contract.order_svc.conftest import OpenProcess
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_caller

ADDRESS = Address("Ada", "1 rue de la Paix", "75002", "Paris", "FR")
LINE = AskedLine("A", 2, Money(1000, "EUR"))
COMMAND = PlaceOrder(
    request=IdempotentRequest("user:ann", "orderPlace", "key", "same"),
    caller=a_caller(),
    channel="web",
    lines=(LINE,),
    destination=Destination(ADDRESS),
    ref="mine",
    reservations=("basket",),
)


RESERVING_POINTS = (
    crash_points.PLACEMENT_SAVED,
    crash_points.ALLOCATION_ANSWERED,
    crash_points.PLACEMENT_SETTLED,
)
GIVING_UP_POINTS = (
    crash_points.PLACEMENT_GIVEN_UP,
    crash_points.ALLOCATION_WITHDRAWN,
    crash_points.PAYMENTS_VOIDED,
    crash_points.PLACEMENT_SETTLED,
)


class DyingAt:
    """Dies the first time that a point is reached."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.died = False

    def __call__(self, reached: str) -> None:
        if reached == self.point and not self.died:
            self.died = True
            raise Crashed(reached)


def test_every_named_point_is_listed_and_died_at() -> None:
    names = {
        value
        for name, value in vars(crash_points).items()
        if name.isupper() and isinstance(value, str)
    }
    assert names == {*PLACEMENT_POINTS, *CHANGE_POINTS, *MONEY_POINTS}
    assert set(PLACEMENT_POINTS) == {
        *RESERVING_POINTS,
        *GIVING_UP_POINTS,
        crash_points.PAYMENTS_ANSWERED,
    }


async def placed_by(process: OrdersProcess) -> Outcome | None:
    """Place the order, unless the process dies."""
    try:
        return await place_order(process.parts.around, COMMAND)
    except Crashed:
        return None


async def recovered(process: OrdersProcess) -> Outcome:
    """Let another process do what is due, and ask again with the same key."""
    await process.claims_run_out()
    while await process.works():
        pass
    return await place_order(process.parts.around, COMMAND)


async def nothing_remains(process: OrdersProcess) -> None:
    for name in ("orders", "placements", "order_refs", "destinations", "due_work", "fulfilments"):
        assert await process.database.collection(name).count({}) == 0, name


async def one_open_order(process: OrdersProcess, outcome: Outcome) -> None:
    assert outcome.refusals == ()
    order_id = str(outcome.values["orderId"])
    order = (await process.parts.reader.orders([order_id]))[order_id]
    assert (order.status, order.version, order.ref) == ("OPEN", 1, "mine")
    assert await process.database.collection("orders").count({}) == 1
    assert await process.database.collection("placements").count({}) == 0
    assert await process.database.collection("due_work").count({}) == 0
    events = [event["type"] for event in await process.events()]
    assert sorted(events) == ["fulfilmentChanged", "orderLineChanged", "orderPlaced"]


@pytest.mark.parametrize("point", RESERVING_POINTS)
@pytest.mark.parametrize("stock", [5, 1])
async def test_a_placement_that_died_is_ended_with_its_stock_or_without_a_trace(
    point: str, stock: int, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", stock)
    dying = DyingAt(point)
    assert await placed_by(await open_process(dying)) is None
    assert dying.died

    other = await open_process()
    outcome = await recovered(other)

    if stock == 5:
        await one_open_order(other, outcome)
        assert inventory.available("A") == 3
    else:
        assert [refusal.code for refusal in outcome.refusals] == ["INSUFFICIENT_STOCK"]
        await nothing_remains(other)
        assert inventory.available("A") == 1


async def test_whoever_recovers_an_order_names_the_same_reservations_as_its_caller(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    await placed_by(await open_process(DyingAt(crash_points.PLACEMENT_SAVED)))

    await one_open_order(other := await open_process(), await recovered(other))

    ((asked, _),) = inventory.answers.values()
    assert asked.reservations == NamedReservations(("basket",), "ann", ("customer_service",), ())


@pytest.mark.parametrize("lost", ["away", "mute"])
async def test_an_answer_that_never_came_is_asked_for_again_with_the_same_key(
    lost: str, process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    setattr(inventory, lost, 1)
    first = await placed_by(process)
    assert first is not None
    assert [(one.code, one.retryable) for one in first.refusals] == [("IN_PROGRESS", True)]

    await one_open_order(process, await recovered(process))
    assert inventory.available("A") == 3
    assert len(inventory.reservations) == 1


@pytest.mark.parametrize("point", [None, *GIVING_UP_POINTS, *due_worker.CRASH_POINTS])
@pytest.mark.parametrize("lost", ["away", "mute"])
async def test_a_placement_given_up_keeps_no_stock_and_leaves_no_order_wherever_it_died(
    point: str | None, lost: str, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    setattr(inventory, lost, 1)
    dying = DyingAt(point or "nowhere")
    process = await open_process(dying)
    await placed_by(process)
    process.clock.advance(timedelta(hours=1))
    try:
        await process.works()
    except Crashed:
        assert dying.died
    assert dying.died == (point is not None)

    other = await open_process()
    outcome = await recovered(other)

    assert [refusal.code for refusal in outcome.refusals] == ["PLACEMENT_EXPIRED"]
    await nothing_remains(other)
    assert inventory.available("A") == 5


async def test_an_allocation_that_comes_after_the_placement_was_given_up_is_refused(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    """One process hangs before it asks; another gives up; then the first one asks after all."""
    inventory.give("A", "S1", 5)
    slow, other = await open_process(), await open_process()
    inventory.away = 1
    await placed_by(slow)
    hanging = inventory.allocate

    async def late(request: AllocationRequest) -> Allocation:
        inventory.allocate = hanging  # type: ignore[method-assign]
        other.clock.advance(timedelta(hours=1))
        await other.claims_run_out()
        await other.works()
        return await hanging(request)

    inventory.allocate = late  # type: ignore[method-assign]
    await slow.works(timedelta(seconds=20))

    outcome = await recovered(other)
    assert [refusal.code for refusal in outcome.refusals] == ["PLACEMENT_EXPIRED"]
    await nothing_remains(other)
    assert inventory.available("A") == 5


async def test_an_order_is_never_placed_once_its_placement_was_given_up(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    """One process has reserved; another gives up and dies; then the first one goes on."""
    inventory.give("A", "S1", 5)
    slow = await open_process()
    other = await open_process(DyingAt(crash_points.PLACEMENT_GIVEN_UP))
    inventory.away = 1
    await placed_by(slow)
    answering = inventory.allocate

    async def slowly(request: AllocationRequest) -> Allocation:
        inventory.allocate = answering  # type: ignore[method-assign]
        allocation = await answering(request)
        other.clock.advance(timedelta(hours=1))
        await other.claims_run_out()
        with pytest.raises(Crashed):
            await other.works()
        return allocation

    inventory.allocate = slowly  # type: ignore[method-assign]
    await slow.works(timedelta(seconds=20))

    outcome = await recovered(await open_process())
    assert [refusal.code for refusal in outcome.refusals] == ["PLACEMENT_EXPIRED"]
    await nothing_remains(other)
    assert inventory.available("A") == 5


async def test_giving_up_a_placement_that_has_just_ended_leaves_its_stock_alone(
    open_process: OpenProcess, inventory: FakeInventory
) -> None:
    """One process reads the placement as open; another ends it; then the first one gives up."""
    inventory.give("A", "S1", 5)
    quick, late = await open_process(), await open_process()
    answering, read = inventory.allocate, list[OpenPlacement]()

    async def read_meanwhile(request: AllocationRequest) -> Allocation:
        read.append(await open_placement(late, request.order_id))
        return await answering(request)

    inventory.allocate = read_meanwhile  # type: ignore[method-assign]
    outcome = await placed_by(quick)
    assert outcome is not None
    late.clock.advance(timedelta(hours=1))

    assert await settle_placement(late.parts.around, read[0], None) is None

    await one_open_order(late, outcome)
    assert inventory.available("A") == 3
    assert "withdraw" not in inventory.calls


async def open_placement(process: OrdersProcess, order_id: str) -> OpenPlacement:
    async def within(work: Work) -> OpenPlacement:
        order, claim = await work.orders.get(order_id), await work.orders.claim(order_id)
        assert order is not None
        assert claim is not None
        return OpenPlacement(order, claim)

    return await process.parts.around.work.run(within)


@pytest.mark.parametrize("code", ["IDEMPOTENCY_KEY_REUSED", "FORBIDDEN", "NOT_FOUND"])
async def test_a_no_that_is_not_about_the_lines_may_hide_a_reservation_and_ends_nothing(
    code: str, process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    inventory.mute = 1
    await placed_by(process)
    answering = inventory.allocate

    async def no(request: AllocationRequest) -> Allocation:
        inventory.allocate = answering  # type: ignore[method-assign]
        raise RefusedAll([Refusal(code, f"Not for {request.order_id}.")])

    inventory.allocate = no  # type: ignore[method-assign]
    await process.works()

    await one_open_order(process, await recovered(process))
    assert inventory.available("A") == 3


async def test_a_no_that_is_not_about_the_lines_ends_no_search_for_stock(
    process: OrdersProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "W1", 1)
    inventory.give("A", "S2", 1)
    order = await process.places("A")
    answering = inventory.allocate

    async def no(request: AllocationRequest) -> Allocation:
        inventory.allocate = answering  # type: ignore[method-assign]
        await answering(request)
        raise RefusedAll([Refusal("FORBIDDEN", f"Not for {request.order_id}.")])

    inventory.allocate = no  # type: ignore[method-assign]
    await process.picks(order, picked=0, short=1)
    while await process.works():
        pass

    order = await process.order(order["id"])
    states = [(one["locationCode"], one["state"]) for one in order["fulfilments"]]
    assert states == [("W1", "SHORT"), ("S2", "ASSIGNED")]
    assert len(inventory.reservations) == 2


@pytest.mark.parametrize("point", [*CHANGE_POINTS, *due_worker.CRASH_POINTS])
@pytest.mark.parametrize("step", ["cancel", "short", "ship"])
async def test_what_a_change_asks_of_stock_is_done_once_wherever_the_process_died(
    point: str, step: str, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "W1", 1)
    inventory.give("A", "S2", 1)
    healthy = await open_process()
    order = await healthy.places("A")
    if step == "ship":
        order = await healthy.packs(await healthy.picks(order))
    dying = DyingAt(point)
    process = await open_process(dying)
    with pytest.raises(Crashed):
        await _take(process, step, order)
    assert dying.died

    await healthy.claims_run_out()
    while await healthy.works():
        pass

    order = await healthy.order(order["id"])
    assert await healthy.database.collection("due_work").count({}) == 0
    if step == "cancel":
        assert order["status"] == "CANCELLED"
        assert (inventory.available("A"), inventory.on_hand["A", "W1"]) == (2, 1)
    elif step == "ship":
        assert order["status"] == "SHIPPED"
        assert (inventory.available("A"), inventory.on_hand["A", "W1"]) == (1, 0)
    else:
        states = [(one["locationCode"], one["state"]) for one in order["fulfilments"]]
        assert states == [("W1", "SHORT"), ("S2", "ASSIGNED")]
        assert (inventory.available("A"), inventory.on_hand["A", "W1"]) == (0, 0)


async def _take(process: OrdersProcess, step: str, order: dict[str, str]) -> None:
    if step == "cancel":
        await process.moves("orderCancel", orderId=order["id"], reason="OTHER")
    elif step == "ship":
        await process.ships(order)
    else:
        await process.picks(order, picked=0, short=1)
