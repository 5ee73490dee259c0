"""Live subscriptions from outside: events put into a log, and clients of every protocol."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson

from service_kit.messaging.bus import Bus
from service_kit.messaging.envelope import EntityRef, Event, partition_of, stream_name
from service_kit.messaging.log_head import PartitionHead

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARTITIONS = 8
EVENT_SOURCE = """
extend schema
  @link(url: "https://tutti.example/events/v1.0", import: ["@eventSource"])
  @federation__composeDirective(name: "@eventSource")
directive @eventSource(
  stream: String!, match: [String!]!, kind: EventSourceKind! = LOSSLESS, unrestricted: [String!]!,
  roles: [String!], public: [String!], grants: [String!], share: EventSharing! = SUBJECT
) on FIELD_DEFINITION
enum EventSourceKind { LOSSLESS STATE }
enum EventSharing { SUBJECT RIGHTS }
enum EventDelivery { EVENT SNAPSHOT HEARTBEAT RESET }
"""


@dataclass
class Log:
    """A service's log, written as its relay would."""

    bus: Bus
    stream: str = "orders"
    partitions: int = PARTITIONS
    positions: dict[int, int] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    written: list[tuple[int, int, bytes]] = field(default_factory=list)

    async def append(
        self,
        entity: EntityRef,
        data: Mapping[str, Any],
        audience: Sequence[str] = (),
    ) -> Event:
        """Append one event of an entity, with the entity's next version."""
        seq = self.seqs.get(entity.text, 0) + 1
        self.seqs[entity.text] = seq
        partition = partition_of(entity, self.partitions)
        position = self.positions.get(partition, 0) + 1
        self.positions[partition] = position
        event = Event(
            event_id=f"{entity.text}/{seq}",
            type="changed",
            entity=entity,
            seq=seq,
            occurred_at=AT,
            actor="test",
            audience=tuple(audience),
            data=data,
        )
        payload = orjson.dumps(event.to_json())
        self.written.append((partition, position, payload))
        await self.bus.append(stream_name(self.stream, partition), position, payload)
        return event

    async def say(self, mark: str = "1", identity: str = "first") -> None:
        """Say what a relay that has made the streams whole would say."""
        heads = {
            number: PartitionHead(self.positions.get(number, 0), mark)
            for number in range(self.partitions)
        }
        await self.bus.tell_head(self.stream, identity, heads, count=self.partitions)

    async def wipe(self) -> None:
        """Lose every stream."""
        for partition in range(self.partitions):
            await self.bus.delete(stream_name(self.stream, partition))

    async def refill(self, since: Mapping[int, int] | None = None) -> None:
        """Append again what was written, from a position of each partition on."""
        for partition, position, payload in self.written:
            if position >= (since or {}).get(partition, 1):
                stream = stream_name(self.stream, partition)
                await self.bus.append_run(stream, position, [payload], begin=True)


class Socket:
    """A graphql-transport-ws client."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, message: Any) -> None:
        """Send a message as JSON."""
        await self.socket.send_str(orjson.dumps(message).decode())

    async def read(self) -> Any:
        """Give the next message that is no ping; None once the socket is closed."""
        while True:
            message = await self.socket.receive(timeout=20)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return None
            read = orjson.loads(message.data)
            if read["type"] != "ping":
                return read
            await self.send({"type": "pong"})

    async def begin(self, payload: Mapping[str, Any] | None = None) -> None:
        """Initialise the connection."""
        await self.send({"type": "connection_init", "payload": dict(payload or {})})
        assert await self.read() == {"type": "connection_ack"}

    async def subscribe(self, query: str, identifier: str = "1", **variables: Any) -> None:
        """Start an operation."""
        payload = {"query": query, "variables": variables}
        await self.send({"id": identifier, "type": "subscribe", "payload": payload})

    async def next(self) -> Any:
        """Give the payload of the next answer."""
        message = await self.read()
        assert message is not None, self.socket.close_code
        assert message["type"] == "next", message
        return message["payload"]

    async def data(self) -> Any:
        """Give the data of the next answer, which has no errors."""
        payload = await self.next()
        assert "errors" not in payload, payload
        return payload["data"]

    async def closed(self) -> int | None:
        """Read to the end, and tell the code it was closed with."""
        while await self.read() is not None:
            pass
        return self.socket.close_code


@asynccontextmanager
async def connected(
    session: aiohttp.ClientSession, url: str, **options: Any
) -> AsyncIterator[Socket]:
    """Open a socket at a GraphQL address."""
    options.setdefault("protocols", ("graphql-transport-ws",))
    async with session.ws_connect(url, **options) as socket:
        yield Socket(socket)


async def sse_events(response: aiohttp.ClientResponse) -> AsyncIterator[tuple[str, Any]]:
    """Give the kind and the data of each server-sent event; a comment is a heartbeat."""
    kind, data = "", ""
    async for raw in response.content:
        line = raw.decode().rstrip("\n")
        if line.startswith(":"):
            yield "heartbeat", None
        elif line.startswith("event:"):
            kind = line.removeprefix("event:").strip()
        elif line.startswith("data:"):
            data += line.removeprefix("data:").strip()
        elif kind:
            yield kind, orjson.loads(data) if data else None
            kind, data = "", ""
