"""One run of the whole development stack, from the first child to the last."""

import shlex
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from devstack.console import ConsoleReport
from devstack.graphiql import graphiql_in
from devstack.keys import issuer_key
from devstack.sample.feeds import SampleSize
from devstack.sample.graph import SampleGraph, SampleRefused
from devstack.sample.loading import load_sample_once
from devstack.servers import ServerError
from devstack.settings import StackSettings
from devstack.stack import Stack
from devstack.supervisor import StackFailed, Stage, Supervisor
from devstack.tokens import TokenIssuer, User, user_of
from devstack.welcome import welcome
from retail_kit.roles import Role
from service_kit.runtime.clock import Clock

SHOWN_ROLES = (
    Role.CUSTOMER,
    Role.ASSISTANT,
    Role.CUSTOMER_SERVICE,
    Role.OPERATOR,
    Role.INTEGRATION,
)
REACH_MILLISECONDS = 5_000


async def run_stack(
    settings: StackSettings, environment: Mapping[str, str], report: ConsoleReport, clock: Clock
) -> int:
    """Bring everything up, load the sample, say how to use it, and run until the end."""
    size = settings.sample
    stack = Stack(settings, environment)
    issuer = TokenIssuer(
        issuer_key(settings.keys), settings.issuer_url, timedelta(hours=settings.token_hours)
    )

    async def prepare() -> list[Stage]:
        await _require_servers(settings)
        report.working("GraphiQL's files")
        folder = settings.folder / "graphiql"
        assets = await graphiql_in(folder) if settings.fetch_graphiql else None
        report.working("")
        try:
            return stack.stages(assets)
        except ServerError as error:
            raise StackFailed(str(error)) from error

    async def then() -> None:
        graph = SampleGraph(settings.gateway_url, lambda user: issuer.token(user, clock.now()))
        await _load_sample(graph, size, stack.mongodb_url, report, clock)
        users = [user_of(role, {}) for role in SHOWN_ROLES]
        tokens = [(_described(user), issuer.token(user, clock.now())) for user in users]
        servers = [("MongoDB", stack.mongodb_url), ("Valkey", stack.redis_url)]
        for line in welcome(settings, servers, tokens):
            report.say(line)

    return await Supervisor(prepare, logs=settings.logs, report=report, then=then).run()


async def run_servers(
    settings: StackSettings, environment: Mapping[str, str], report: ConsoleReport
) -> int:
    """Bring up what one process alone needs, write down its environment, and run until the end."""
    stack = Stack(settings, environment)

    async def prepare() -> list[Stage]:
        await _require_servers(settings)
        try:
            return stack.stages(None)[:1]
        except ServerError as error:
            raise StackFailed(str(error)) from error

    async def then() -> None:
        lines = [f"export {name}={shlex.quote(one)}" for name, one in stack.for_one_alone().items()]
        file = settings.folder / "environment"
        file.touch(mode=0o600)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        report.say(f"In another terminal: `. {file}`, then for instance `python -m inventory_svc`.")
        report.say("Ctrl-C ends it; the data are those of `make up`.")

    return await Supervisor(prepare, logs=settings.logs, report=report, then=then).run()


async def _load_sample(
    graph: SampleGraph, size: SampleSize, mongodb_url: str, report: ConsoleReport, clock: Clock
) -> None:
    """Load what of the sample is missing, and show how far it is."""
    began = time.monotonic()
    async with AsyncMongoClient[dict[str, Any]](mongodb_url, tz_aware=True) as client:
        with report.loading(graph.url) as progress:
            try:
                records = await load_sample_once(
                    client["devstack"]["marks"], graph, size, clock.now(), progress
                )
            except SampleRefused as error:
                raise StackFailed(str(error)) from error
    if records:
        report.say(f"sample loaded: {records} records in {time.monotonic() - began:.0f} s")


def _described(user: User) -> str:
    return " ".join([user.role, *user.grants])


async def _require_servers(settings: StackSettings) -> None:
    """Raise StackFailed when a server that the environment names cannot be used."""
    if settings.mongodb_url:
        await _require_mongodb(settings.mongodb_url.reveal())
    if settings.redis_url:
        await _require_redis(settings.redis_url.reveal())


async def _require_mongodb(url: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](
        url, serverSelectionTimeoutMS=REACH_MILLISECONDS
    ) as client:
        try:
            hello = await client.admin.command("hello")
        except PyMongoError as error:
            raise StackFailed(f"The MongoDB of MONGODB_URL does not answer: {error}") from error
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise StackFailed(
            "The MongoDB of MONGODB_URL is no replica set, so it has no transactions: "
            "start it with --replSet and initiate it."
        )


async def _require_redis(url: str) -> None:
    try:
        async with Redis.from_url(url, socket_timeout=REACH_MILLISECONDS / 1000) as client:
            await client.ping()
    except RedisError as error:
        raise StackFailed(f"The server of REDIS_URL does not answer: {error}") from error
