"""What is kept is read back as it was; what an earlier release kept is still read."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import (
    DeliveryMethod,
    DeliveryZone,
    LocationAbility,
)
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.network.schedule import (
    UNKNOWN_SCHEDULE,
    DayHours,
    Schedule,
    Weekday,
)
from inventory_svc.domain.rules.rule import (
    Deferral,
    Effect,
    Exposure,
    Protection,
    RuleScope,
    Share,
    SlowExposure,
    StockRule,
)
from inventory_svc.domain.rules.rule_set import RuleSet
from inventory_svc.domain.rules.sale import USUAL_SERVICE, OrderType, Service, ServiceLevel
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey, Shipped
from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.domain.stock.inbound.supply import (
    Announcement,
    InboundKey,
    InboundKind,
    InboundSupply,
    SaleWindow,
)
from inventory_svc.domain.stock.movement import (
    AdjustmentReason,
    Movement,
    MovementKind,
    movement_identifier,
)
from inventory_svc.domain.stock.pace import NO_PACE
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from inventory_svc.domain.stock.reservation import (
    Awaited,
    Peg,
    Reservation,
    ReservationKind,
    ReservationState,
)
from inventory_svc.domain.stock.unavailable import Disposition, Unavailable
from inventory_svc.domain.stock.units.history import UnitStep, UnitStepKind
from inventory_svc.domain.stock.units.unit import (
    Claim,
    ReadPoint,
    SerialUnit,
    Sighting,
    UnitState,
)
from inventory_svc.mongo import inbound_documents as inbound
from inventory_svc.mongo import reference_documents as reference
from inventory_svc.mongo import stock_documents as stock
from inventory_svc.mongo import unit_documents as units
from inventory_svc.mongo.rule_documents import rule_set_from_document, rule_set_to_document
from retail_kit.calendars.working_calendar import Closure
from retail_kit.geography import GeoPoint
from retail_kit.money import Money
from tests.support.stock import NOW

KEY = PositionKey("shirt", "S1", Condition.USED_A)
POSITION = Position(KEY, 5, 2, (Hold(NOW, 1), Hold(NOW + timedelta(1), 2)), 7, 9, NOW, NOW, NOW)
PACE = NO_PACE.with_sold(3, NOW)
MOVEMENT = Movement(
    *(KEY, 9, MovementKind.ADJUSTED, -1, 0, 0, "command", "till", NOW, NOW - timedelta(1)),
    reservation_id="r-1",
    reason=AdjustmentReason.SALE,
)
RESERVATION = Reservation(
    identifier="r-1",
    kind=ReservationKind.CART,
    owner="ann",
    pegs=(Peg("l1", KEY, 4, 1, 1, 1),),
    created_at=NOW,
    state=ReservationState.ACTIVE,
    expires_at=NOW + timedelta(1),
    order_id="o-1",
    channel="web",
    version=3,
)


def test_stock_survives_being_kept() -> None:
    assert stock.position_from_document(stock.position_to_document(POSITION)) == POSITION
    assert stock.movement_from_document(stock.movement_to_document(MOVEMENT)) == MOVEMENT
    sold, sale = replace(POSITION, pace=PACE), replace(MOVEMENT, pace=PACE)
    assert stock.position_from_document(stock.position_to_document(sold)) == sold
    assert stock.movement_from_document(stock.movement_to_document(sale)) == sale
    kept = stock.reservation_to_document(RESERVATION)
    assert stock.reservation_from_document(kept) == RESERVATION


def test_what_is_on_its_way_and_who_waits_for_it_survive_being_kept() -> None:
    key = InboundKey(KEY, InboundKind.PREORDER, "first", "2")
    window = SaleWindow(NOW, NOW + timedelta(9), "web")
    announced = Announcement(
        *(key, 9, NOW, NOW + timedelta(2), "maker", "W1", window),
        cancelled=True,
        ship_before=NOW + timedelta(5),
    )
    supply = InboundSupply(announced, 1, 2, (Hold(NOW, 3),), 4, 5)
    rows = (Awaited("l1", key, 4, NOW, 1, 2, "half", 1), Awaited("l2", key, 2, NOW, 2))
    service = Service(DeliveryMethod.PICKUP, ServiceLevel.EXPRESS, OrderType.APPOINTMENT)
    waiting = replace(RESERVATION, awaited=rows, queue="q", service=service)
    supplier = Supplier("maker", "Maker", 3, 2)

    assert inbound.inbound_from_document(inbound.inbound_to_document(supply)) == supply
    kept = stock.reservation_to_document(waiting)
    assert kept["awaits"] == [KEY.identifier, key.identifier]
    assert stock.reservation_from_document(kept) == waiting
    served = replace(waiting, awaited=rows[1:])
    long_since = {name: value for name, value in kept.items() if name != "service"}
    assert stock.reservation_from_document(long_since) == replace(waiting, service=USUAL_SERVICE)
    assert "awaits" not in stock.reservation_to_document(served)
    assert inbound.supplier_from_document(inbound.supplier_to_document(supplier)) == supplier


def test_reference_records_survive_being_kept() -> None:
    item = Item("a", "A", "c", "123", "m", "S", "red", 100, "https://x.example/a.png", 2)
    place = Location(
        *("S1", "Shop", LocationType.STORE, "FR", "75001", "Paris", ("1 rue A",)),
        point=GeoPoint(48.86, 2.34),
        timezone="Europe/Paris",
        schedule=Schedule(
            (DayHours(Weekday.MONDAY, ("09:00-12:30", "13:30-19:00")),),
            (DayHours(Weekday.MONDAY, ("15:00-15:15",)),),
            (Closure(date(2026, 8, 1), date(2026, 8, 15), "Summer"),),
            "FR-57",
        ),
        version=3,
        brands=frozenset({"A", "B"}),
        tags=frozenset({"flagship"}),
        abilities=frozenset({LocationAbility.COLLECT}),
        delivery_zones=(DeliveryZone("BE"), DeliveryZone("FR", ("31", "81"))),
        lead_time_days=3,
    )
    types = frozenset({LocationType.STORE})
    places = (types, frozenset({"S1"}), frozenset({"S2"}))
    channel = Channel("web", "Web", "EUR", "FR", *places, brands=frozenset({"A"}))
    group = LocationGroup("g", "Group", frozenset({"S1"}), types, frozenset({"flagship"}), 4)

    assert reference.item_from_document(reference.item_to_document(item)) == item
    assert reference.location_from_document(reference.location_to_document(place)) == place
    assert reference.channel_from_document(reference.channel_to_document(channel)) == channel
    assert reference.group_from_document(reference.group_to_document(group)) == group


def test_rules_and_what_was_drawn_by_them_survive_being_kept() -> None:
    everything = RuleScope(
        category="clothes",
        location_type=LocationType.STORE,
        market="FR",
        methods=frozenset({DeliveryMethod.PICKUP}),
        levels=frozenset({ServiceLevel.EXPRESS}),
        order_types=frozenset(OrderType),
        conditions=frozenset({Condition.USED_A, Condition.NEW}),
    )
    effects: tuple[Effect, ...] = (
        Exposure(exposed=False),
        SlowExposure(8),
        Protection(units=0),
        Protection(percent=7),
        Protection(units=1, on_hand_at_most=2),
        Share(30, 100),
        Deferral(90),
    )
    rules = tuple(
        StockRule(f"r{at}", everything, effect, NOW, NOW + timedelta(1), at)
        for at, effect in enumerate(effects)
    )
    named = StockRule("x", RuleScope("sku", location="S1", channel="web"), effects[0])
    version = RuleSet(7, (*rules, named), NOW, NOW, "ann", "Why.", 3)
    draw = ShareDraw(
        ShareKey("r3", "sku", Condition.USED_B),
        2,
        (Hold(NOW, 1),),
        (Shipped("S1", NOW, 4),),
        5,
        6,
        (Hold(NOW, 7),),
    )

    assert rule_set_from_document(rule_set_to_document(version)) == version
    assert stock.draw_from_document(stock.draw_to_document(draw)) == draw
    peg = replace(RESERVATION.pegs[0], share="r3")
    drawn = replace(RESERVATION, pegs=(peg,))
    assert stock.reservation_from_document(stock.reservation_to_document(drawn)) == drawn
    moved = replace(MOVEMENT, expires_at=NOW, share="r3")
    assert stock.movement_from_document(stock.movement_to_document(moved)) == moved


def test_what_a_location_declared_is_kept_and_an_earlier_release_must_not_lose_it() -> None:
    rows = (
        Unavailable(Disposition.DAMAGED, 2, NOW),
        Unavailable(Disposition.DECLARED_MISSING, 1, NOW),
    )
    position = replace(POSITION, unavailable=rows)
    document = stock.position_to_document(position)
    why = Disposition.DAMAGED
    moved = replace(MOVEMENT, kind=MovementKind.DECLARED, unavailable=2, disposition=why)

    assert stock.position_from_document(document) == position
    assert document["unallocated"] == position.on_hand - position.allocated - 3
    assert stock.movement_from_document(stock.movement_to_document(moved)) == moved
    assert stock.movement_to_document(moved)["declaredBy"] == KEY.location
    assert "declaredBy" not in stock.movement_to_document(MOVEMENT)
    assert document["schemaVersion"] > stock.position_to_document(POSITION)["schemaVersion"]


@pytest.mark.parametrize("kind", list(MovementKind))
def test_a_movement_has_the_version_of_the_release_that_knows_its_kind(kind: MovementKind) -> None:
    document = stock.movement_to_document(replace(MOVEMENT, kind=kind))

    later = {MovementKind.RENTED, MovementKind.REFURBISHED, MovementKind.CONVERTED}
    assert document["schemaVersion"] == (2 if kind in later else 1)
    assert stock.movement_from_document(document).kind is kind


def test_movements_of_one_position_sort_by_their_number() -> None:
    names = [movement_identifier(KEY, number) for number in (2, 10, 9, 10**9)]

    assert sorted(names) == [movement_identifier(KEY, n) for n in (2, 9, 10, 10**9)]


def test_only_what_moved_goods_is_marked_for_late_snapshots() -> None:
    held = Movement(KEY, 1, MovementKind.HELD, 0, 0, 2, "command", "ann", NOW, NOW)

    assert stock.movement_to_document(MOVEMENT)["physical"] is True
    assert "physical" not in stock.movement_to_document(held)


def test_a_position_kept_by_the_first_release_is_read() -> None:
    document = {
        "_id": "shirt|S1|NEW",
        "sku": "shirt",
        "location": "S1",
        "condition": "NEW",
        "onHand": 5,
        "allocated": 2,
        "unallocated": 3,
        "holds": [{"expiresAt": NOW, "quantity": 1}],
        "version": 7,
        "movements": 9,
        "movedAt": NOW,
        "countedAt": None,
        "changedAt": NOW,
        "schemaVersion": 1,
    }

    position = stock.position_from_document(document)

    assert position.key == PositionKey("shirt", "S1")
    assert (position.on_hand, position.allocated, position.reserved) == (5, 2, 1)
    assert stock.position_to_document(position) == document


def test_a_reservation_kept_by_the_first_release_is_read() -> None:
    document = {
        "_id": "r-1",
        "kind": "ORDER",
        "owner": "order_svc",
        "state": "ACTIVE",
        "pegs": [
            {
                "line": "l1",
                "position": "shirt|S1|NEW",
                "quantity": 4,
                "consumed": 1,
                "released": 0,
                "short": 0,
            }
        ],
        "createdAt": NOW,
        "expiresAt": None,
        "orderId": "o-1",
        "channel": "web",
        "version": 3,
        "schemaVersion": 1,
    }

    reservation = stock.reservation_from_document(document)

    assert reservation.pegs[0].open == 3
    assert stock.reservation_to_document(reservation) == document


@pytest.mark.parametrize(
    ("point", "minutes", "tells"),
    [(ReadPoint.DOOR, 0, True), (ReadPoint.DOOR, -1, False), (ReadPoint.CEILING, 1, False)],
)
def test_a_piece_kept_when_only_its_last_read_was_is_where_a_door_read_it_since(
    point: ReadPoint, minutes: int, *, tells: bool
) -> None:
    seen = Sighting("S1", NOW + timedelta(minutes=minutes), point)
    unit = SerialUnit("p1", KEY, UnitState.IN_STOCK, NOW, seen=seen, placed_by=seen)
    document = units.unit_to_document(unit)
    assert units.unit_from_document(document) == unit

    del document["placedBy"]
    found = units.unit_from_document({**document, "schemaVersion": 1})

    assert found == replace(unit, placed_by=seen if tells else None)


def test_only_what_has_to_do_with_a_rental_cannot_be_read_by_an_earlier_release() -> None:
    plain = SerialUnit("p1", KEY, UnitState.IN_STOCK, NOW)
    told = (KEY, None, "command", "ann", NOW, NOW)
    step = UnitStep("p1", 1, UnitStepKind.REGISTERED, UnitState.IN_STOCK, *told)
    rented = UnitStep("p1", 2, UnitStepKind.RENTED, UnitState.RENTED, *told)
    restored = UnitStep("p1", 5, UnitStepKind.REFURBISHED, UnitState.IN_STOCK, *told, uses=1)

    earlier = units.unit_to_document(plain)
    assert (earlier["schemaVersion"], earlier.keys() & {"rentals", "uses"}) == (2, set())
    assert units.unit_from_document(earlier) == plain
    for lent in (replace(plain, rentals=1), replace(plain, rentals=3, uses=3)):
        document = units.unit_to_document(lent)
        assert (document["schemaVersion"], units.unit_from_document(document)) == (3, lent)
    for each, version in ((step, 1), (rented, 2), (restored, 2)):
        document = units.step_to_document(each)
        assert (document["schemaVersion"], units.step_from_document(document)) == (version, each)
    for kind, version in (
        (MovementKind.ADJUSTED, 1),
        (MovementKind.RENTED, 2),
        (MovementKind.REFURBISHED, 2),
    ):
        movement = replace(MOVEMENT, kind=kind)
        document = stock.movement_to_document(movement)
        assert document["schemaVersion"] == version
        assert stock.movement_from_document(document) == movement


def test_a_location_kept_before_there_were_hours_is_read_with_none() -> None:
    document = reference.location_to_document(Location("S1", "Shop", LocationType.STORE, "FR"))
    del document["schedule"]

    found = reference.location_from_document({**document, "schemaVersion": 1})

    assert found.schedule == UNKNOWN_SCHEDULE


def test_a_location_and_a_channel_kept_before_there_were_brands_are_read_with_none() -> None:
    shop = reference.location_to_document(Location("S1", "Shop", LocationType.STORE, "FR"))
    for name in ("brands", "tags", "abilities", "deliveryZones"):
        del shop[name]
    channel = reference.channel_to_document(Channel("web", "Web", "EUR", "FR"))
    del channel["brands"]

    found = reference.location_from_document({**shop, "schemaVersion": 2})

    assert found == Location("S1", "Shop", LocationType.STORE, "FR")
    assert found.able == frozenset(LocationAbility)
    web = reference.channel_from_document({**channel, "schemaVersion": 1})
    assert web == Channel("web", "Web", "EUR", "FR")


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ({}, 2),
        ({"lead_time_days": 3}, 2),
        ({"brands": frozenset({"ada"})}, 3),
        ({"tags": frozenset({"mall"})}, 3),
        ({"abilities": frozenset[LocationAbility]()}, 3),
        ({"delivery_zones": (DeliveryZone("FR", ("75",)),)}, 3),
    ],
)
def test_only_a_location_that_says_what_is_new_is_hidden_from_earlier_processes(
    says: dict[str, Any], version: int
) -> None:
    shop = Location("S1", "Shop", LocationType.STORE, "FR", **says)

    document = reference.location_to_document(shop)

    assert document["schemaVersion"] == version
    assert reference.location_from_document(document) == shop


@pytest.mark.parametrize(("brands", "version"), [((), 1), (("ada",), 2)])
def test_only_a_channel_of_brands_is_hidden_from_earlier_processes(
    brands: tuple[str, ...], version: int
) -> None:
    web = Channel("web", "Web", "EUR", "FR", brands=frozenset(brands))

    document = reference.channel_to_document(web)

    assert document["schemaVersion"] == version
    assert reference.channel_from_document(document) == web


def test_pieces_and_their_histories_survive_being_kept() -> None:
    claim = Claim("r-1", "l1", "o-1", NOW + timedelta(1))
    seen = Sighting("S2", NOW, ReadPoint.CEILING)
    price = Money(4000, "EUR")
    kept = SerialUnit(
        "p1", KEY, UnitState.RESERVED, NOW, "tag", price, claim, seen, version=3, steps=4
    )
    plain = SerialUnit("p2", KEY, UnitState.MISSING, NOW)
    told = (UnitStepKind.RESERVED, UnitState.RESERVED, KEY, claim, "command", "ann", NOW, NOW)
    step = UnitStep("p1", 4, *told)

    for unit in (kept, plain):
        assert units.unit_from_document(units.unit_to_document(unit)) == unit
    assert units.step_from_document(units.step_to_document(step)) == step
    counted = replace(POSITION, pieces=2)
    assert stock.position_from_document(stock.position_to_document(counted)) == counted
    named = replace(RESERVATION, pegs=(replace(RESERVATION.pegs[0], serial="p1"),))
    assert stock.reservation_from_document(stock.reservation_to_document(named)) == named


def test_the_steps_of_a_piece_sort_by_their_number() -> None:
    names = [units.step_identifier("p1", number) for number in (2, 10, 9)]

    assert sorted(names) == [units.step_identifier("p1", number) for number in (2, 9, 10)]
