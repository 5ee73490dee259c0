"""The envelope keeps its form from release to release."""

from collections import Counter
from datetime import UTC, datetime

import orjson

from service_kit.messaging.envelope import (
    Change,
    EntityRef,
    Event,
    event_from_json,
    partition_of,
    stream_name,
)

SHIPPED = Event(
    event_id="01h",
    type="orderChanged",
    entity=EntityRef("Order", "7"),
    seq=3,
    occurred_at=datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC),
    actor="user:1",
    cause="fulfilmentShip",
    audience=("customer:7", "location:S1"),
    changes={"status": Change("PACKED", "SHIPPED")},
    data={"parcels": ["p1"]},
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)

FROZEN = (
    '{"eventId":"01h","type":"orderChanged","entity":{"type":"Order","id":"7"},"seq":3,'
    '"occurredAt":"2026-03-02T09:00:00.250Z","actor":"user:1","cause":"fulfilmentShip",'
    '"audience":["customer:7","location:S1"],'
    '"changes":{"status":{"before":"PACKED","after":"SHIPPED"}},"data":{"parcels":["p1"]},'
    '"schemaVersion":1,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}'
)


def test_an_event_is_written_in_the_frozen_form() -> None:
    assert orjson.dumps(SHIPPED.to_json()).decode() == FROZEN


def test_an_event_read_back_is_the_same() -> None:
    assert event_from_json(orjson.loads(FROZEN)) == SHIPPED


def test_names_that_a_later_release_adds_are_passed_over() -> None:
    assert event_from_json({**orjson.loads(FROZEN), "colour": "red"}) == SHIPPED


def test_names_that_may_be_absent_have_a_meaning() -> None:
    short = {
        name: value
        for name, value in orjson.loads(FROZEN).items()
        if name in {"eventId", "type", "entity", "seq", "occurredAt", "actor"}
    }
    event = event_from_json(short)
    assert (event.audience, event.changes, event.data, event.schema_version) == ((), {}, {}, 1)


def test_the_partition_of_an_entity_never_changes() -> None:
    assert [partition_of(EntityRef("Order", str(n)), 8) for n in range(6)] == [3, 5, 0, 5, 0, 3]


def test_entities_spread_over_all_partitions() -> None:
    spread = Counter(partition_of(EntityRef("Order", str(n)), 8) for n in range(8000))
    assert set(spread) == set(range(8))
    assert max(spread.values()) < 1200


def test_a_stream_is_named_by_service_and_partition() -> None:
    assert stream_name("order_svc", 3) == "events:order_svc:3"
