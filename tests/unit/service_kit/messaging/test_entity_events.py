"""An event says who did it and what changed, and is the only one of its entity's version."""

from datetime import UTC, datetime

from service_kit.messaging.entity_events import NEW, Cause, differences, entity_event
from service_kit.messaging.envelope import Change, EntityRef

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CAUSE = Cause("user:7", "bellRing", NOON)
BELL = EntityRef("Bell", "great")


def test_only_what_is_not_as_it_was_has_changed() -> None:
    before = {"rung": 1, "cracked": None, "tower": "north"}
    after = {"rung": 2, "cracked": None, "rope": "new"}
    assert differences(before, after) == {"rung": Change(1, 2), "rope": Change(None, "new")}


def test_of_what_is_new_all_that_is_known_has_changed() -> None:
    assert differences(NEW, {"rung": 0, "cracked": None}) == {"rung": Change(None, 0)}


def test_an_event_is_of_one_version_of_one_entity_at_the_time_of_its_cause() -> None:
    changes = differences({"rung": 1}, {"rung": 2})
    event = entity_event("bellChanged", BELL, 3, CAUSE, ("tower:north",), changes, {"by": "Ada"})
    assert (event.type, event.entity, event.seq, event.occurred_at) == (
        "bellChanged",
        BELL,
        3,
        NOON,
    )
    assert (event.actor, event.cause, event.audience) == ("user:7", "bellRing", ("tower:north",))
    assert (event.changes, event.data, event.traceparent) == (changes, {"by": "Ada"}, None)


def test_the_same_commit_told_again_is_the_same_event_and_every_other_is_another() -> None:
    def identifier(entity: EntityRef, version: int) -> str:
        return entity_event("bellChanged", entity, version, CAUSE, (), {}).event_id

    assert identifier(BELL, 3) == identifier(BELL, 3)
    others = (BELL, 3), (BELL, 4), (EntityRef("Bell", "small"), 3), (EntityRef("Clock", "great"), 3)
    assert len({identifier(*one) for one in others}) == len(others)
