"""The app as a process serves it: signed callers only, indexes, health."""

from collections.abc import AsyncIterator

import orjson
import pytest
from starlette.applications import Starlette

from order_svc.app import SERVICE, Outside, join, migrate, order_app
from order_svc.mongo.indexes import DECLARATIONS
from retail_kit.roles import Role
from service_kit.identity.keys import TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import CallerSigner
from service_kit.messaging.bus import Bus
from service_kit.runtime.clock import SettableClock
from service_kit.service.foundation import Foundation
from service_kit.storage.database import connect
from tests.support.asgi import AsgiAnswer, ask
from tests.support.fake_inventory import FakeInventory
from tests.support.orders_process import a_caller

GATEWAY = generate_signing_key("gateway")
OUTSIDE = Outside(FakeInventory())


@pytest.fixture
async def foundation(
    mongodb_url: str, redis_url: str, database_name: str, clock: SettableClock
) -> AsyncIterator[Foundation]:
    database, bus = connect(mongodb_url, database_name), Bus(redis_url)
    trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY]))
    yield Foundation(SERVICE, database, bus, trusted, clock)
    await bus.close()
    await database.close()


async def asked(app: Starlette, token: str | None) -> AsgiAnswer:
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = orjson.dumps({"query": "{ orders { nodes { id } } _service { sdl } }"})
    return await ask(app, "/graphql", method="POST", headers=headers, body=[body])


async def test_a_signed_caller_is_answered_and_nobody_else(foundation: Foundation) -> None:
    app = order_app(foundation, join(foundation, OUTSIDE))
    signer = CallerSigner(GATEWAY, "gateway", foundation.clock)
    answer = await asked(app, signer.sign(a_caller(Role.OPERATOR), "order_svc"))
    assert answer.status == 200
    assert answer.json["data"]["orders"] == {"nodes": []}
    elsewhere = signer.sign(a_caller(Role.OPERATOR), "inventory_svc")
    for token in (None, "forged", elsewhere):
        assert (await asked(app, token)).status == 401


async def test_a_process_is_ready_when_its_servers_are(foundation: Foundation) -> None:
    app = order_app(foundation, join(foundation, OUTSIDE))
    assert (await ask(app, "/health/ready")).status == 200
    assert (await ask(app, "/health/live")).status == 200


async def test_the_indexes_are_made_once_and_making_them_again_is_harmless(
    foundation: Foundation,
) -> None:
    for _ in range(2):
        await migrate(foundation.database)
    for declaration in DECLARATIONS:
        driver = foundation.database.collection(declaration.name).driver
        made = await driver.index_information()
        assert {index.name for index in declaration.indexes} <= set(made), declaration.name
        assert declaration.retention


async def test_what_waits_to_be_told_is_among_the_metrics(foundation: Foundation) -> None:
    parts = join(foundation, OUTSIDE)
    await parts.machinery.backlog.measure()
    answer = await ask(order_app(foundation, parts), "/metrics")
    assert 'tutti_outbox_waiting{process="order_svc"} 0.0' in answer.text
