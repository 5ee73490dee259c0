"""The process as it is served: indexes made, the log told, nothing left behind."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from inventory_svc.app import SERVICE, app_of, join, migrate
from inventory_svc.domain.alerts.alert import ALERT_WORK
from inventory_svc.domain.feeds.feed_file import FILE_WORK, TOP_WORK
from inventory_svc.settings import InventorySettings
from retail_kit.roles import Role
from service_kit.identity.keys import TrustedKeys, public_jwks
from service_kit.messaging.bus import Bus
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.envelope import stream_name
from service_kit.messaging.log_head import OtherPartitions
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.settings import Secret
from service_kit.service.foundation import Foundation
from service_kit.storage.database import Session, connect
from tests.contract.inventory_svc.api.conftest import GATEWAY_KEY, Subgraph
from tests.support.asgi import ask

PARTITIONS = 2


async def test_what_is_committed_is_told_on_the_log(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock, tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted.json"
    trusted.write_text(json.dumps(public_jwks([GATEWAY_KEY])))
    settings = InventorySettings(
        mongodb_url=Secret(mongodb_url),
        redis_url=Secret(redis_url),
        trusted_keys_file=trusted,
        database=database_name,
        partitions=PARTITIONS,
    )
    app = app_of(settings, clock)
    bus = Bus(redis_url)

    async with app.router.lifespan_context(app):
        ready = await ask(app, "/health/ready")
        metrics = await ask(app, "/metrics")
        subgraph = Subgraph(app, None, clock)  # type: ignore[arg-type]  # parts are the app's own
        token_of = subgraph.user(Role.OPERATOR)
        answer = await subgraph.send(
            'mutation { itemsImport(input: {idempotencyKey: "k", '
            'lines: [{sku: "shirt", title: "Shirt"}]}) { results { status } } }',
            {},
            GATEWAY_KEY,
            token_of,
        )
        streams = {stream_name(SERVICE, partition): 0 for partition in range(PARTITIONS)}
        (entry,) = await bus.read(streams, block=30_000)
        metrics = await ask(app, "/metrics")
    await bus.close()

    assert ready.status == 200
    assert "# HELP tutti_outbox_waiting" in metrics.text
    assert answer == {"data": {"itemsImport": {"results": [{"status": "APPLIED"}]}}}
    assert "inventory_commit_seconds_count 0.0" in metrics.text
    assert "tutti_outbox_waiting" in metrics.text
    event = json.loads(entry.payload)
    assert (event["type"], event["entity"], event["seq"]) == (
        "itemChanged",
        {"type": "Item", "id": "shirt"},
        1,
    )
    assert event["changes"]["title"] == {"before": None, "after": "Shirt"}


async def test_nobody_gets_in_without_a_signed_caller(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock, tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted.json"
    trusted.write_text(json.dumps(public_jwks([GATEWAY_KEY])))
    settings = InventorySettings(
        mongodb_url=Secret(mongodb_url),
        redis_url=Secret(redis_url),
        trusted_keys_file=trusted,
        database=database_name,
    )
    app = app_of(settings, clock)
    body = json.dumps({"query": "{ _service { sdl } }"}).encode()

    async with app.router.lifespan_context(app):
        answer = await ask(app, "/graphql", method="POST", body=[body])

    assert answer.status == 401


async def test_a_process_that_is_set_to_other_partitions_than_its_log_does_not_start(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock, tmp_path: Path
) -> None:
    trusted = tmp_path / "trusted.json"
    trusted.write_text(json.dumps(public_jwks([GATEWAY_KEY])))
    settings = InventorySettings(
        mongodb_url=Secret(mongodb_url),
        redis_url=Secret(redis_url),
        trusted_keys_file=trusted,
        database=database_name,
        partitions=PARTITIONS,
    )
    first = app_of(settings, clock)
    async with first.router.lifespan_context(first):
        pass
    other = app_of(replace(settings, partitions=PARTITIONS + 1), clock)
    with pytest.raises(OtherPartitions, match="inventory_svc has 2 partitions"):
        async with other.router.lifespan_context(other):
            pass


async def test_files_and_alerts_are_looked_at_beside_all_other_work(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock
) -> None:
    database, bus = connect(mongodb_url, database_name), Bus(redis_url)
    await migrate(database)
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY_KEY]))
    parts = join(Foundation(SERVICE, database, bus, trusted, clock, partitions=PARTITIONS))
    due_work = parts.machinery.storage.due_work

    async def falls_due(session: Session) -> None:
        for kind in (TOP_WORK, FILE_WORK):
            await due_work.schedule(session, DueItem(kind, kind, clock.now(), {"file": "none"}))
        await due_work.schedule(session, DueItem("a", ALERT_WORK, clock.now(), {"skus": ["none"]}))

    await database.transaction(falls_due)

    done = [await parts.machinery.due_worker.run_due_once()]
    done.extend([await each.run_due_once() for each in parts.workers])

    assert done == [0, 1, 1, 1]
    await parts.close()
    await bus.close()
    await database.close()
