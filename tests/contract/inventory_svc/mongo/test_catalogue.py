"""Which items there are, and how often that is asked."""

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.collections import ITEMS
from tests.contract.inventory_svc.conftest import OpenProcess


class Finds(CommandListener):
    """Counts the reads."""

    def __init__(self) -> None:
        self.count = 0

    def started(self, event: CommandStartedEvent) -> None:
        self.count += event.command_name == "find"

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


async def test_an_item_that_was_seen_is_not_looked_for_again_and_a_missing_one_is(
    open_process: OpenProcess,
) -> None:
    finds = Finds()
    database = (await open_process(listeners=[finds])).database
    await database.collection(ITEMS.name).insert_one({"_id": "shirt"})
    catalogue = MongoCatalogue(database)
    assert await catalogue.known(["shirt", "hat"]) == {"shirt"}
    finds.count = 0

    assert await catalogue.known(["shirt"]) == {"shirt"}
    assert finds.count == 0
    await database.collection(ITEMS.name).insert_one({"_id": "hat"})

    assert await catalogue.known(["shirt", "hat"]) == {"shirt", "hat"}
    assert finds.count == 1
