"""A process of returns dies at every named point; another one ends what it had begun, once."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from returns_svc.domain.crash_points import CHANGE_POINTS, DECLARATION_POINTS, LABEL_KEPT
from service_kit.outbound.object_folder import FolderObjects
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.crash_points import Crashed
from tests.contract.returns_svc.conftest import OpenProcess, World
from tests.support.fake_returns_world import FakeOrders


class DyingAt:
    """Dies the first time that it passes the point."""

    def __init__(self, point: str) -> None:
        self.point: str | None = point

    def __call__(self, point: str) -> None:
        if point == self.point:
            self.point = None
            raise Crashed(point)


@pytest.mark.parametrize("point", DECLARATION_POINTS)
async def test_a_declaration_that_died_is_ended_once_with_its_units_set_aside(
    point: str, open_process: OpenProcess, world: World
) -> None:
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).declares()
    other = await open_process()
    await other.takes_over()
    payload = await other.declares()
    assert payload["userErrors"] == []
    assert payload["returnRequest"]["state"] == "RECEIVED"
    assert world.orders.declared == 2
    assert await other.database.collection("returns").count({}) == 1
    assert await other.database.collection("declarations").count({}) == 0


@pytest.mark.parametrize("point", DECLARATION_POINTS)
async def test_a_declaration_that_died_can_be_ended_by_asking_again(
    point: str, open_process: OpenProcess, world: World
) -> None:
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).declares()
    payload = await (await open_process()).declares()
    assert payload["returnRequest"]["state"] == "RECEIVED"
    assert world.orders.declared == 2


@pytest.mark.parametrize("point", DECLARATION_POINTS)
async def test_a_declaration_that_orders_refuse_leaves_nothing_wherever_it_died(
    point: str, open_process: OpenProcess, world: World
) -> None:
    class Taken(FakeOrders):
        async def declare(self, *given: Any) -> None:
            self.returned = self.units
            await FakeOrders.declare(self, *given)

    world.orders.__class__ = Taken
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).declares()
    other = await open_process()
    await other.takes_over()
    payload = await other.declares()
    assert [error["code"] for error in payload["userErrors"]] == ["NOTHING_LEFT"]
    assert await other.database.collection("returns").count({}) == 0
    assert await other.database.collection("declarations").count({}) == 0
    assert await other.database.collection("due_work").count({}) == 0


@pytest.mark.parametrize("point", CHANGE_POINTS)
async def test_an_inspection_that_died_moves_goods_and_money_once(
    point: str, open_process: OpenProcess, world: World
) -> None:
    whole = await open_process()
    found = (await whole.declares())["returnRequest"]
    with pytest.raises(Crashed):
        await (await open_process(DyingAt(point))).inspects(found)
    other = await open_process()
    await other.takes_over()
    payload = await other.inspects(found)
    assert payload["returnRequest"]["state"] == "REFUNDED"
    assert payload["returnRequest"]["refundedTotal"]["amount"] == "20.00"
    assert (world.orders.declared, world.orders.returned, world.orders.given) == (0, 2, 2000)
    assert world.shelves.on_hand == {"S1": 2}


async def test_a_refund_waits_for_a_charge_that_the_provider_has_not_answered(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    world.orders.captured = False
    found = (await process.declares())["returnRequest"]
    assert (await process.inspects(found))["returnRequest"]["state"] == "ACCEPTED"

    world.orders.captured = True
    await process.takes_over()

    payload = await process.inspects(found)
    assert payload["returnRequest"]["state"] == "REFUNDED"
    assert payload["returnRequest"]["refundedTotal"]["amount"] == "20.00"
    assert world.orders.given == 2000


async def test_a_label_that_was_kept_by_a_dead_process_is_issued_once(
    open_process: OpenProcess, world: World
) -> None:
    dying = await open_process(DyingAt(LABEL_KEPT))
    await dying.declares("ONLINE")
    with pytest.raises(Crashed):
        await dying.takes_over()
    other = await open_process()
    await other.takes_over()
    payload = await other.declares("ONLINE")
    assert payload["returnRequest"]["state"] == "LABEL_ISSUED"
    (letter,) = world.post.sent.values()
    assert letter.to == "anna@example.test"
    assert "http://returns.test/objects/labels/" in letter.text


async def test_the_address_in_the_letter_is_good_for_as_long_as_letters_wait_to_be_read(
    open_process: OpenProcess, world: World, clock: SettableClock
) -> None:
    process = await open_process()
    await process.declares("ONLINE")
    await process.takes_over()
    (letter,) = world.post.sent.values()
    link = urlsplit(next(word for word in letter.text.split() if word.startswith("http")))
    objects = process.parts.around.objects
    assert isinstance(objects, FolderObjects)
    key, asked = link.path.removeprefix("/objects/"), dict(parse_qsl(link.query))

    clock.advance(timedelta(days=6, hours=23))
    assert objects.is_signed(key, asked["expires"], asked["signature"])
    clock.advance(timedelta(hours=2))
    assert not objects.is_signed(key, asked["expires"], asked["signature"])


async def test_goods_that_never_come_are_not_awaited_for_ever(
    open_process: OpenProcess, world: World, clock: SettableClock
) -> None:
    process = await open_process()
    await process.declares("ONLINE")
    clock.advance(timedelta(days=31))
    await process.takes_over()
    (document,) = await process.database.collection("returns").find({})
    assert document["state"] == "EXPIRED"
    assert world.orders.declared == 0
