"""The network's snapshot on a real MongoDB: young enough, and never the reason of a refusal."""

from collections.abc import AsyncIterator

import pytest
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from inventory_svc.domain.network.channel import Channel
from inventory_svc.mongo.collections import CHANNELS, NETWORK_VERSION
from inventory_svc.mongo.network import MongoNetwork
from inventory_svc.mongo.network_changes import network_changes
from inventory_svc.mongo.reference_documents import channel_to_document
from service_kit.storage.database import Database, Session, connect

WEB = Channel("web", "web", "EUR", "FR")


class AtVersionRead(CommandListener):
    """Has something happen just after the network's version was read, once."""

    def __init__(self) -> None:
        self.network: MongoNetwork | None = None

    def started(self, event: CommandStartedEvent) -> None:
        """Wait for the answer."""

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Have the process change the network."""
        cursor = event.reply.get("cursor", {})
        if self.network is not None and str(cursor.get("ns", "")).endswith(NETWORK_VERSION.name):
            self.network.forget()
            self.network = None

    def failed(self, event: CommandFailedEvent) -> None:
        """Let the caller hear of it."""


@pytest.fixture
def at_version_read() -> AtVersionRead:
    return AtVersionRead()


@pytest.fixture
async def database(
    mongodb_url: str, database_name: str, at_version_read: AtVersionRead
) -> AsyncIterator[Database]:
    opened = connect(mongodb_url, database_name, listeners=[at_version_read])
    yield opened
    await opened.close()


async def opens(database: Database, channel: Channel, changed_by: MongoNetwork) -> None:
    """Write a channel as an import of the process does to which the network belongs."""
    count = network_changes(database, changed_by)

    async def write(session: Session) -> None:
        document = channel_to_document(channel)
        await database.collection(CHANNELS.name).insert_one(document, session=session)
        await count(session, [channel], {})

    await database.transaction(write)


async def test_a_process_sees_its_own_change_at_once(database: Database) -> None:
    network = MongoNetwork(database)
    assert not (await network.directory()).channels

    await opens(database, WEB, network)

    assert set((await network.directory()).channels) == {"web"}


async def test_what_was_read_before_a_change_does_not_pass_for_confirmed_after_it(
    database: Database, at_version_read: AtVersionRead
) -> None:
    network, elsewhere = MongoNetwork(database), MongoNetwork(database)
    at_version_read.network = network
    assert not (await network.directory()).channels

    await opens(database, WEB, elsewhere)

    assert set((await network.directory()).channels) == {"web"}


async def test_what_another_process_opened_is_looked_for_before_it_is_refused(
    database: Database,
) -> None:
    network, elsewhere = MongoNetwork(database), MongoNetwork(database)
    await network.directory()

    await opens(database, WEB, elsewhere)

    assert (await network.directory(channels=["web"])).channel("web") == WEB
