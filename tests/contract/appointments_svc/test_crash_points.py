"""A process of appointments dies at every named point; another ends what it had begun, once."""

from datetime import timedelta

import pytest

from appointments_svc.domain.crash_points import BOOKING_POINTS, CHANGE_POINTS
from service_kit.runtime.crash_points import Crashed
from tests.contract.appointments_svc.conftest import OpenProcess, World, slot

SHIRTS = [{"sku": "shirt", "quantity": 2}]


class DyingAt:
    """Dies the first time that it passes the point."""

    def __init__(self, point: str) -> None:
        self.point: str | None = point

    def __call__(self, point: str) -> None:
        if point == self.point:
            self.point = None
            raise Crashed(point)


@pytest.mark.parametrize("point", BOOKING_POINTS)
async def test_a_booked_hold_whose_process_died_is_booked_once_and_outlives_its_hold(
    point: str, open_process: OpenProcess, world: World
) -> None:
    other = await open_process()
    await other.opens("ann")
    held = (await other.does("appointmentHold", **slot()))["appointment"]
    given = {
        "holdId": held["id"],
        "slot": None,
        "products": SHIRTS,
        "idempotencyKey": "same",
    }
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).books(**given)
    await other.takes_over(timedelta(minutes=10))

    payload = await other.books(**given)

    assert payload["userErrors"] == []
    assert payload["appointment"]["state"] == "CONFIRMED"
    assert world.stock.kept == 2
    assert "2026-09-14T13:00:00.000Z" not in await other.slots()


@pytest.mark.parametrize("point", BOOKING_POINTS)
@pytest.mark.parametrize("asks_again", [True, False])
async def test_a_booking_that_died_has_its_slot_and_its_products_once(
    point: str, open_process: OpenProcess, world: World, *, asks_again: bool
) -> None:
    other = await open_process()
    await other.opens("ann")
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).books(products=SHIRTS, idempotencyKey="same")
    if not asks_again:
        await other.takes_over()

    payload = await other.books(products=SHIRTS, idempotencyKey="same")

    assert payload["userErrors"] == []
    assert payload["appointment"]["state"] == "CONFIRMED"
    assert payload["appointment"]["version"] == 2
    assert world.stock.kept == 2
    assert await other.database.collection("appointments").count({}) == 1
    assert await other.database.collection("bookings").count({}) == 0
    assert "2026-09-14T13:00:00.000Z" not in await other.slots()


@pytest.mark.parametrize("point", BOOKING_POINTS)
async def test_a_booking_that_died_without_its_products_leaves_the_slot_free(
    point: str, open_process: OpenProcess, world: World
) -> None:
    other = await open_process()
    await other.opens("ann")
    world.stock.units = 1
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).books(products=SHIRTS, idempotencyKey="same")
    await other.takes_over()

    payload = await other.books(products=SHIRTS, idempotencyKey="same")

    (error,) = payload["userErrors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert error["path"] == ["input", "products", "0", "sku"]
    assert world.stock.kept == 0
    assert "2026-09-14T13:00:00.000Z" in await other.slots()
    assert (await other.books())["appointment"]["state"] == "CONFIRMED"


@pytest.mark.parametrize("point", CHANGE_POINTS)
async def test_a_cancellation_that_died_gives_slot_and_products_back_once(
    point: str, open_process: OpenProcess, world: World
) -> None:
    other = await open_process()
    await other.opens("ann")
    booked = (await other.books(products=SHIRTS))["appointment"]
    given = {"appointmentId": booked["id"], "idempotencyKey": "cancel"}
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).does("appointmentCancel", **given)
    await other.takes_over()

    payload = await other.does("appointmentCancel", **given)

    assert payload["appointment"]["state"] == "CANCELLED"
    assert world.stock.kept == 0
    assert "2026-09-14T13:00:00.000Z" in await other.slots()
