"""A process dies at every named point at which money is about to move, or has just moved."""

from datetime import timedelta
from typing import Any

import pytest

from order_svc.domain import crash_points
from order_svc.domain.crash_points import MONEY_POINTS, PLACEMENT_POINTS
from order_svc.domain.payments.payment import Answer
from order_svc.ports import Tender
from order_svc.providers.sandbox import COLLECTION, SandboxProvider
from service_kit.messaging import due_worker
from service_kit.runtime.crash_points import Crashed
from tests.contract.order_svc.conftest import OpenProcess
from tests.contract.order_svc.test_crash_points import GIVING_UP_POINTS, DyingAt, nothing_remains
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import OrdersProcess, a_payment, a_wish

PLACING_POINTS = [point for point in PLACEMENT_POINTS if point not in GIVING_UP_POINTS]
"""What a placement that goes well passes before its end."""
DECLINED_POINTS = [*PLACING_POINTS, *GIVING_UP_POINTS]


def a_paid_wish(*means: str) -> dict[str, Any]:
    """Units at 10 EUR, each paid by a means of its own."""
    payments = [a_payment("10", token=each) for each in means]
    return {
        "idempotencyKey": "same",
        **a_wish("A", quantity=len(means), ref="mine", payments=payments),
    }


async def books(process: OrdersProcess) -> list[tuple[int, ...]]:
    """Authorised, captured, refunded and voided of each of the provider's accounts."""
    accounts = await process.database.collection(COLLECTION).find({}, sort=[("_id", 1)])
    names = ("authorised", "captured", "refunded", "voided")
    return [tuple(account[name] or 0 for name in names) for account in accounts]


async def dies(process: OrdersProcess, wish: dict[str, Any]) -> None:
    with pytest.raises(Crashed):
        await process.does("orderPlace", wish)


async def recovered(process: OrdersProcess, wish: dict[str, Any]) -> Any:
    """Let another process do what is due, and ask again with the same key."""
    await process.claims_run_out()
    while await process.works():
        pass
    return await process.does("orderPlace", wish)


async def works_through(process: OrdersProcess) -> None:
    while await process.works():
        pass


def test_every_point_of_a_placement_is_died_at_with_money() -> None:
    assert {*PLACING_POINTS, *GIVING_UP_POINTS} == set(PLACEMENT_POINTS)
    assert crash_points.PAYMENTS_ANSWERED in PLACING_POINTS
    assert crash_points.PAYMENTS_VOIDED in GIVING_UP_POINTS


@pytest.mark.parametrize("point", [*PLACING_POINTS, crash_points.PLACEMENT_SETTLED])
async def test_a_paid_placement_that_died_is_ended_with_its_money_set_aside_once(
    point: str, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    wish = a_paid_wish("tok_ok", "tok_ok_2")
    await dies(await open_process(DyingAt(point)), wish)

    other = await open_process()
    payload = await recovered(other, wish)

    assert payload["userErrors"] == []
    assert (await other.money(payload["order"]["id"]))["paymentState"] == "AUTHORISED"
    assert await books(other) == [(1000, 0, 0, 0), (1000, 0, 0, 0)]
    assert inventory.available("A") == 3
    assert await other.database.collection("due_work").count({}) == 0


@pytest.mark.parametrize("point", DECLINED_POINTS)
async def test_a_declined_placement_leaves_nothing_behind_wherever_it_died(
    point: str, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    wish = a_paid_wish("tok_ok", "tok_declined")
    await dies(await open_process(DyingAt(point)), wish)

    other = await open_process()
    payload = await recovered(other, wish)

    assert [error["code"] for error in payload["userErrors"]] == ["PAYMENT_DECLINED"]
    await nothing_remains(other)
    assert await books(other) == [(1000, 0, 0, 1000), (0, 0, 0, 0)]
    assert inventory.available("A") == 5


@pytest.mark.parametrize("point", GIVING_UP_POINTS)
async def test_a_placement_given_up_keeps_no_money_wherever_it_died(
    point: str, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 5)
    wish = a_paid_wish("tok_ok", "tok_slow")
    process = await open_process(DyingAt(point))
    await process.does("orderPlace", wish)
    process.clock.advance(timedelta(hours=1))
    with pytest.raises(Crashed):
        await works_through(process)

    other = await open_process()
    payload = await recovered(other, wish)

    assert [error["code"] for error in payload["userErrors"]] == ["PLACEMENT_EXPIRED"]
    await nothing_remains(other)
    assert await books(other) == [(1000, 0, 0, 1000)] * 2


async def test_a_tender_authorised_after_the_placement_was_given_up_is_refused(
    open_process: OpenProcess, inventory: FakeInventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process hangs before it asks; another gives up; then the first one asks after all."""
    inventory.give("A", "S1", 5)
    slow, other = await open_process(), await open_process()
    authorise = SandboxProvider.authorise

    async def late(self: SandboxProvider, tender: Tender) -> Answer:
        monkeypatch.setattr(SandboxProvider, "authorise", authorise)
        other.clock.advance(timedelta(hours=1))
        while await other.works():
            pass
        return await authorise(self, tender)

    monkeypatch.setattr(SandboxProvider, "authorise", late)
    wish = a_paid_wish("tok_ok")
    await slow.does("orderPlace", wish)

    payload = await recovered(other, wish)
    assert [error["code"] for error in payload["userErrors"]] == ["PLACEMENT_EXPIRED"]
    await nothing_remains(other)
    assert await books(other) == [(0, 0, 0, 0)]


@pytest.mark.parametrize("point", [*MONEY_POINTS, *due_worker.CRASH_POINTS])
@pytest.mark.parametrize(
    ("step", "method", "expected"),
    [
        ("ship", "CARD", (1000, 1000, 0, 0)),
        ("cancel", "CARD", (1000, 0, 0, 1000)),
        ("cancel", "CASH", (1000, 1000, 1000, 0)),
        ("refund", "CARD", (1000, 1000, 400, 0)),
    ],
)
async def test_money_moves_once_wherever_the_process_died(
    point: str,
    step: str,
    method: str,
    expected: tuple[int, ...],
    open_process: OpenProcess,
    inventory: FakeInventory,
) -> None:
    inventory.give("A", "S1", 1)
    healthy = await open_process()
    payment = a_payment("10", method)
    if step == "refund":
        order = await healthy.delivered("A", payments=[payment])
    else:
        order = await healthy.places("A", payments=[payment])
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

    assert await books(healthy) == [expected]
    (paid,) = (await healthy.money(order["id"]))["payments"]
    names = ("authorised", "captured", "refunded", "voided")
    assert [paid[name]["amount"] for name in names] == [f"{minor / 100:.2f}" for minor in expected]
    assert await healthy.database.collection("due_work").count({}) == 0


@pytest.mark.parametrize("point", MONEY_POINTS[1:])
async def test_cash_is_taken_once_wherever_its_placement_died(
    point: str, open_process: OpenProcess, inventory: FakeInventory
) -> None:
    inventory.give("A", "S1", 1)
    wish = {"idempotencyKey": "same", **a_wish("A", payments=[a_payment("10", "CASH")])}
    await dies(await open_process(DyingAt(point)), wish)
    other = await open_process()
    payload = await recovered(other, wish)
    assert await books(other) == [(1000, 1000, 0, 0)]
    assert (await other.money(payload["order"]["id"]))["paymentState"] == "CAPTURED"


async def _take(process: OrdersProcess, step: str, order: Any) -> None:
    if step == "ship":
        await process.ships(order)
    elif step == "cancel":
        await process.moves("orderCancel", orderId=order["id"], reason="OTHER")
    else:
        amount = {"amount": "4", "currency": "EUR"}
        given = {"orderId": order["id"], "refundId": "r", "reason": "GESTURE", "amount": amount}
        await process.does("orderRefund", given, "refund { state }")
