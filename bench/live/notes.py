"""The small service whose commits are followed: notes that only count, on the kit like the others.

`python -m bench.live` serves the subgraph, and `POST /commit` for the bench: one transaction
changes the named notes and writes their events to the outbox, or publishes them once it committed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
import strawberry
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from service_kit.graphql.access import allow_reference
from service_kit.graphql.event_flow import EventFlow, Wanted, named_by
from service_kit.graphql.event_source import (
    EventItem,
    EventSource,
    HeartbeatSeconds,
    Since,
    Snapshot,
    event_field,
    shown,
)
from service_kit.graphql.fields import query_field, resolver_field
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema
from service_kit.graphql.subgraph import InfoOf, SubgraphContext, subgraph_app
from service_kit.identity.keys import TrustedKeys
from service_kit.identity.tokens import CallerVerifier
from service_kit.messaging.bus import Bus
from service_kit.messaging.envelope import EntityRef, Event, text_of
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.leases import LEASES
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.messaging.positions import POSITIONS
from service_kit.messaging.relay import Relay
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.health import HealthCheck
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.json_values import JSON
from service_kit.runtime.running import Works, running
from service_kit.service.settings import ServiceSettings, database_of, relay_settings_of
from service_kit.storage.database import Database, Session, UpdateOne
from service_kit.storage.indexes import CollectionDeclaration, ensure_indexes

SERVICE: Final = "notes_svc"
FIELD: Final = "noteChanged"
ROLE: Final = "customer"
GRANT: Final = "customer:bench"
TEXT: Final = "The parcel has left the shop and will be with you tomorrow before noon."
NOTES = CollectionDeclaration("notes", (), retention="As long as the bench.")


@dataclass(frozen=True, slots=True)
class NotesContext(SubgraphContext):
    """What the resolvers reach."""

    database: Database
    log: EventLog


Info = InfoOf[NotesContext]


@strawberry.federation.type(keys=["id"], description="A note.")
class Note:
    """An entity with a version."""

    id: strawberry.ID = strawberry.field(description="Its key.")
    title: str | None = strawberry.field(description="What it is about.")
    version: int | None = strawberry.field(description="How often it has changed.")

    @classmethod
    @allow_reference(ROLE, "service")
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Note | None:  # noqa: A002
        """Read it as it is now."""
        found = await info.context.database.collection(NOTES.name).find_one({"_id": id})
        if found is None:
            return None
        return Note(id=id, title=found["title"], version=found["version"])


@strawberry.type(description="A note has changed.")
class NoteChange(EventItem):
    """Its own fields are as of the event."""

    @resolver_field(description="What is said.")
    def text(self) -> str | None:
        found: str | None = self.told.payload.get("text")
        return found

    @resolver_field(description="The note, as it is now.")
    async def note(self, info: Info) -> Note | None:
        entity = self.told.payload.get("note")
        if entity is None:
            return None
        return await Note.resolve_reference(info=info, id=entity["id"])


@strawberry.type(description="What can be read.")
class Query:
    """The root of reading."""

    @query_field(ROLE, description="Whether it answers.")
    def ready(self) -> bool:
        return True


@strawberry.type(description="What can be listened to.")
class Subscription:
    """The root of listening."""

    @event_field(
        ROLE,
        source=EventSource(stream=SERVICE, match=["noteId"], unrestricted=[]),
        description="Changes of one note.",
    )
    async def note_changed(
        self,
        info: Info,
        note_id: Annotated[strawberry.ID, strawberry.argument(description="Which note.")],
        *,
        since: Since = None,
        snapshot: Snapshot = False,
        heartbeat_seconds: HeartbeatSeconds = None,
    ) -> AsyncGenerator[NoteChange, None]:
        wanted = Wanted(
            topic=FIELD,
            filters={"noteId": note_id},
            unrestricted=(),
            since=since,
            snapshot=snapshot,
            heartbeat_seconds=heartbeat_seconds,
            named=named_by(note=note_id),
        )
        context = info.context
        flow = EventFlow(context.log, wanted, context.caller, context.clock)
        async with aclosing(flow.items()) as items:
            async for item in items:
                yield shown(NoteChange, item)


def notes_schema() -> SubgraphSchema:
    """Build the subgraph."""
    return build_subgraph_schema(Query, None, Subscription, types=(Note,))


class Writer:
    """Changes notes, one commit at a time; it is alone, so it knows their versions."""

    def __init__(self, database: Database, outbox: Outbox, redis: Redis, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._redis = redis
        self._clock = clock
        self._versions: dict[str, int] = {}
        self._alone = asyncio.Lock()

    async def commit(self, notes: Sequence[str], *, publish: bool) -> dict[str, Any]:
        """Change notes in one transaction; give the moment of its commit, and their versions."""
        async with self._alone:
            events = [self._changed(note) for note in notes]

            async def once(session: Session) -> None:
                changes = [_change(event) for event in events]
                await self._database.collection(NOTES.name).bulk_write(changes, session=session)
                if not publish:
                    await self._outbox.append(session, events)

            await self._database.transaction(once)
            committed = time.monotonic()
            if publish:
                await self._publish(events)
        return {"at": committed, "seqs": {event.entity.id: event.seq for event in events}}

    def _changed(self, note: str) -> Event:
        seq = self._versions[note] = self._versions.get(note, 0) + 1
        keys: JSON = {"noteId": note}
        payload: JSON = {"text": TEXT, "note": {"id": note}}
        return Event(
            event_id=new_identifier(),
            type="noteChanged",
            entity=EntityRef("Note", note),
            seq=seq,
            occurred_at=self._clock.now(),
            actor="bench",
            audience=(GRANT,),
            data={FIELD: {"keys": keys, "payload": payload}},
        )

    async def _publish(self, events: Sequence[Event]) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for event in events:
                pipeline.publish(f"{FIELD}:{event.entity.id}", orjson.dumps(_message(event)))
            await pipeline.execute()


def _change(event: Event) -> UpdateOne:
    change = {"$set": {"title": TEXT, "version": event.seq}}
    return UpdateOne({"_id": event.entity.id}, change, upsert=True)


def _message(event: Event) -> Mapping[str, Any]:
    """Give an event as a pub/sub user would publish it: the payload, and what a client shows."""
    return {
        "text": TEXT,
        "note": {"id": event.entity.id},
        "seq": event.seq,
        "occurredAt": text_of(event.occurred_at),
    }


def notes_app(settings: ServiceSettings) -> Starlette:
    """Join the service: the subgraph, the relay beside it, and the bench's way to commit."""
    clock, database = SystemClock(), database_of(settings, SERVICE)
    bus, redis = Bus(settings.redis_url.reveal()), Redis.from_url(settings.redis_url.reveal())
    outbox = Outbox(database, SERVICE, settings.partitions)
    log = EventLog(bus, SERVICE, settings.partitions)
    writer = Writer(database, outbox, redis, clock)
    relay = Relay(
        database,
        bus,
        SERVICE,
        settings.partitions,
        new_identifier(),
        settings=relay_settings_of(settings),
    )
    outbox.on_commit(relay.wake)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            await ensure_indexes(database, [NOTES, OUTBOX, POSITIONS, LEASES])
            async with running(Works(), relay.run):
                yield
        finally:
            await redis.aclose()
            await bus.close()
            await database.close()

    async def commit(request: Request) -> Response:
        wish = orjson.loads(await request.body())
        told = await writer.commit(wish["notes"], publish=wish["publish"])
        return Response(orjson.dumps(told), media_type="application/json")

    app = subgraph_app(
        notes_schema(),
        name=SERVICE,
        verifier=CallerVerifier(TrustedKeys.from_file(settings.trusted_keys_file), SERVICE, clock),
        make_context=lambda caller: NotesContext(caller, clock, database, log),
        checks=[HealthCheck("mongodb", database.ping), HealthCheck("redis", bus.ping)],
        registry=CollectorRegistry(),
        lifespan=lifespan,
    )
    app.router.add_route("/commit", commit, methods=["POST"])
    app.state.drain = log.close
    return app
