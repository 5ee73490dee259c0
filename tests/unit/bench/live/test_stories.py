from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bench.live.listeners import Audience, Lost, WrongItem
from bench.live.note_story import NoteStory
from bench.live.notes import TEXT
from bench.live.orders import Committed, OrdersStory, committed_events


def an_item(seq: int, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "text": TEXT, **more}


def test_a_story_begins_anywhere_and_goes_on_without_a_gap() -> None:
    story = NoteStory("n1")
    assert [story.follow(an_item(seq)) for seq in (7, 8, 9)] == [7, 8, 9]


@pytest.mark.parametrize(
    "item",
    [
        an_item(9),
        an_item(7),
        an_item(6),
        an_item(8, text="another"),
        an_item(8, note=None),
        an_item(8, note={"id": "n2", "version": 8}),
        an_item(8, note={"id": "n1", "version": 7}),
    ],
)
def test_what_is_lost_doubled_or_wrong_is_found(item: dict[str, Any]) -> None:
    story = NoteStory("n1")
    story.follow(an_item(7))
    with pytest.raises(WrongItem):
        story.follow(item)


def test_an_entity_may_be_newer_than_its_event() -> None:
    assert NoteStory("n1").follow(an_item(8, note={"id": "n1", "version": 9})) == 8


def test_an_order_is_heard_of_once() -> None:
    story = OrdersStory("web")
    assert story.follow({"delivery": "HEARTBEAT", "eventId": None}) == ""
    assert story.follow({"delivery": "EVENT", "eventId": "e1"}) == "e1"
    with pytest.raises(WrongItem):
        story.follow({"delivery": "EVENT", "eventId": "e1"})
    with pytest.raises(WrongItem):
        story.follow({"delivery": "RESET", "eventId": None})


async def test_what_does_not_come_in_time_is_lost() -> None:
    heard = Audience()
    heard.came(NoteStory("n1"), 1, 0.5)
    await heard.until(1)
    with pytest.raises(Lost, match="1 of 2"):
        await heard.until(2, patience=0.001)


async def test_a_listener_that_finds_something_wrong_ends_the_waiting() -> None:
    heard = Audience()
    heard.failed(WrongItem("n1: 9 came after 7"))
    with pytest.raises(WrongItem, match="9 came after 7"):
        await heard.until(1)


def test_commits_are_read_from_the_log_of_the_database() -> None:
    wall = datetime(2026, 3, 2, 12, tzinfo=UTC)
    told = {"eventId": "e1", "data": {"orderUpdated": {"keys": {"channel": "web"}, "payload": {}}}}
    silent = {"eventId": "e2", "data": {"ref": "R1"}}
    row = {"events": [orjson.dumps(event).decode() for event in (told, silent)]}
    entry = {
        "wall": wall,
        "o": {
            "applyOps": [
                {"ns": "orders.orders", "op": "i", "o": {}},
                {"ns": "orders.outbox", "op": "i", "o": row},
                {"ns": "orders.outbox", "op": "u", "o": {}},
            ]
        },
    }
    assert committed_events([entry]) == [Committed("e1", wall.timestamp(), {"channel": "web"})]
