"""What a service's own subscription resolvers give: the log, filtered, from a cursor on.

The same stream as the gateway serves, so that any other router works with the service: `since`,
SNAPSHOT, HEARTBEAT, RESET, and events only for those whom their audience names.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import structlog

from service_kit.commands.refusal import FORBIDDEN, INVALID_INPUT, UNAVAILABLE
from service_kit.graphql.errors import INVALID_CURSOR, UNAUTHENTICATED, CodedError
from service_kit.graphql.global_ids import from_global_id
from service_kit.identity.caller import Caller
from service_kit.messaging.bus import BusUnavailable, Entry
from service_kit.messaging.cursor import Cursor, NotACursor, Positions, read_cursor, write_cursor
from service_kit.messaging.envelope import EntityRef, Event, event_from_json, public_topic
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.log_head import Doubts, LogHead
from service_kit.runtime.clock import Clock

SHORTEST_HEARTBEAT, LONGEST_HEARTBEAT = 5, 60
MOST_VALUES = 500
"""How many values one filter may list."""

SNAPSHOT = "SNAPSHOT"

_LONGEST_WAIT_SECONDS = 5.0
_EVENT, _HEARTBEAT, _RESET = "EVENT", "HEARTBEAT", "RESET"


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveItem:
    """One item of a subscription: its EventDelivery, where to go on, and the field's payload.

    `seq_from` is the first version that an event of a state stands for.
    """

    delivery: str
    cursor: str
    payload: Mapping[str, Any]
    event: Event | None = None
    seq_from: int | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """An event that is wanted, and the positions after it."""

    payload: Mapping[str, Any]
    event: Event
    seq_from: int
    positions: Positions


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a subscription asks for: a field (the topic), and its arguments by their GraphQL names.

    `named` are the payload's entities that a SNAPSHOT shows; roles in `unrestricted` see all, and
    others what events tell in public if `public` names arguments, which they must give. `grants`
    are the kinds of grants that count, each as `role:kind`; None: all. Of a state (`is_state`) the
    latest event of an entity stands for those that wait with it. Filters in `id_types` hold global
    ids of those types.
    """

    topic: str
    filters: Mapping[str, str | Sequence[str] | None]
    unrestricted: Sequence[str]
    since: str | None = None
    snapshot: bool = False
    heartbeat_seconds: float | None = None
    named: Mapping[str, Any] = field(default_factory=dict)
    is_state: bool = False
    id_types: Mapping[str, str] = field(default_factory=dict)
    public: Sequence[str] | None = None
    grants: Sequence[str] | None = None


class EventFlow:
    """The items of one subscription."""

    def __init__(self, log: EventLog, wanted: Wanted, caller: Caller, clock: Clock) -> None:
        self._log = log
        self._wanted = wanted
        self._caller = caller
        self._clock = clock
        self._filters = dict(_filters(wanted))
        sees_all = caller.has_role(*wanted.unrestricted)
        hears_public = wanted.public is not None and not sees_all
        self._sees_all = sees_all or hears_public
        self._topic = public_topic(wanted.topic) if hears_public else wanted.topic
        self._grants = caller.grants if wanted.grants is None else caller.grants_by(wanted.grants)
        _require_allowed(wanted, self._filters, self._grants, sees_all=sees_all)
        _require_ids(wanted, self._filters)
        self._heartbeat = _heartbeat(wanted)
        self._positions: list[int] = []
        self._shown: dict[EntityRef, int] = {}
        self._identity: str | None = None
        self._doubts = Doubts()
        self._asked: LogHead | None = None

    def shown(self, entity: EntityRef, version: int) -> None:
        """Give no event of the entity up to a version, since the last SNAPSHOT holds them."""
        self._shown[entity] = version

    async def items(self) -> AsyncGenerator[LiveItem, None]:
        """Give item after item until the caller's time is over; errors are coded."""
        try:
            async with self._log.followed():
                async for item in self._beginning():
                    yield item
                while True:
                    async for item in self._next():
                        yield item
        except BusUnavailable as error:
            raise CodedError(UNAVAILABLE, "Events cannot be read at the moment.") from error

    async def _beginning(self) -> AsyncGenerator[LiveItem, None]:
        """Take up the cursor, or note the tail: what follows it comes after the SNAPSHOT."""
        wanted = self._wanted
        if wanted.since is not None:
            cursor = _read_cursor(wanted.since, self._log)
            self._positions, self._identity = list(cursor.positions), cursor.identity
            bounds, head = await self._log.bounds(), await self._log.head()
            is_old = any(p < b.first - 1 for p, b in zip(self._positions, bounds, strict=True))
            if is_old or not head.is_of(self._identity):
                async for item in self._reset():
                    yield item
            elif wanted.snapshot:
                yield self._snapshot()
            return
        await self._go_to_the_end()
        if wanted.snapshot:
            yield self._snapshot()
        elif self._heartbeat is not None:
            yield self._item(_HEARTBEAT, {})

    async def _next(self) -> AsyncGenerator[LiveItem, None]:
        """Give what is there, or wait for it; a HEARTBEAT when nothing came for long enough."""
        loop = asyncio.get_running_loop()
        quiet_until = None if self._heartbeat is None else loop.time() + self._heartbeat
        while True:
            mark, before, told = self._log.mark(), list(self._positions), False
            is_lost = await self._is_lost()
            async for item in self._reset() if is_lost else self._read():
                told = True
                yield item
            if told:
                return
            if self._positions != before:
                continue
            if quiet_until is not None and loop.time() >= quiet_until:
                yield self._item(_HEARTBEAT, {})
                return
            rest = _LONGEST_WAIT_SECONDS if quiet_until is None else quiet_until - loop.time()
            await self._log.news(mark, min(rest, self._require_time_left()))

    async def _read(self) -> AsyncGenerator[LiveItem, None]:
        """Give what waits; of a state, the latest event of each entity at the latest one's place.

        There every item's cursor covers the items before it alone.
        """
        entries = await self._log.read(tuple(self._positions))
        reached, waiting = list(self._positions), []
        is_whole = True
        for partition, entry in entries:
            is_whole = entry.position == reached[partition] + 1
            if not is_whole:
                break
            reached[partition] = entry.position
            found = self._found(entry, reached)
            if found is not None:
                waiting.append(found)
        for found in _latest(waiting) if self._wanted.is_state else waiting:
            self._positions = list(found.positions)
            self._require_time_left()
            yield self._item(_EVENT, found.payload, found)
        self._positions = reached
        if not is_whole:
            async for item in self._reset():
                yield item

    async def _go_to_the_end(self) -> None:
        identity, self._positions = await self._log.end()
        self._identity = identity or self._identity
        self._doubts = Doubts()

    async def _is_lost(self) -> bool:
        """Whether this is another log by now, or one that will not come to where we are."""
        head = await self._log.head()
        if head is self._asked:
            return False
        self._asked = head
        if not head.is_of(self._identity):
            self._identity = None
            return True
        self._identity = head.identity or self._identity
        if not self._doubts.worth_asking(self._positions, head):
            return False
        bounds = await self._log.bounds()
        return bool(self._doubts.confirmed(self, self._positions, head, bounds))

    async def _reset(self) -> AsyncGenerator[LiveItem, None]:
        """Say that events are gone, go on at the end, and show what the arguments name."""
        await self._go_to_the_end()
        yield self._item(_RESET, {})
        if self._wanted.named:
            yield self._snapshot()

    def _snapshot(self) -> LiveItem:
        self._shown.clear()
        return self._item(SNAPSHOT, self._wanted.named)

    def _found(self, entry: Entry, reached: Sequence[int]) -> _Found | None:
        event = _event_in(entry)
        if event is None or not self._may_see(event) or self._is_shown(event):
            return None
        section = event.data.get(self._topic)
        if not isinstance(section, dict):
            return None
        keys, payload = section.get("keys"), section.get("payload")
        if not isinstance(keys, dict) or not isinstance(payload, dict):
            return None
        for name, values in self._filters.items():
            if values.isdisjoint(_texts(keys.get(name))):
                return None
        return _Found(payload, event, event.seq, tuple(reached))

    def _is_shown(self, event: Event) -> bool:
        return event.seq <= self._shown.get(event.entity, -1)

    def _may_see(self, event: Event) -> bool:
        return self._sees_all or not self._grants.isdisjoint(event.audience)

    def _require_time_left(self) -> float:
        if self._log.is_closed:
            raise CodedError(UNAVAILABLE, "The service restarts: come back with the last cursor.")
        left = (self._caller.expires_at - self._clock.now()).total_seconds()
        if left <= 0:
            raise CodedError(
                UNAUTHENTICATED, "The caller's time is over: come back with the last cursor."
            )
        return min(left, _LONGEST_WAIT_SECONDS)

    def _item(
        self, delivery: str, payload: Mapping[str, Any], found: _Found | None = None
    ) -> LiveItem:
        cursor = write_cursor(self._log.service, Cursor(tuple(self._positions), self._identity))
        if found is None:
            return LiveItem(delivery, cursor, payload)
        return LiveItem(delivery, cursor, payload, found.event, found.seq_from)


def _latest(waiting: Iterable[_Found]) -> Iterable[_Found]:
    kept: dict[EntityRef, _Found] = {}
    for found in waiting:
        earlier = kept.pop(found.event.entity, None)
        kept[found.event.entity] = (
            found if earlier is None else replace(found, seq_from=earlier.seq_from)
        )
    return kept.values()


def _event_in(entry: Entry) -> Event | None:
    """Read an envelope; None, told to the log, for what is none."""
    try:
        return event_from_json(orjson.loads(entry.payload))
    except (KeyError, TypeError, ValueError) as error:
        _log.warning("event_not_understood", stream=entry.stream, error=repr(error))
        return None


def named_by(**identifiers: str | None) -> Mapping[str, Any]:
    """Give a SNAPSHOT's entities by the payload's fields, less those that are not named."""
    return {name: {"id": value} for name, value in identifiers.items() if value is not None}


def _read_cursor(text: str, log: EventLog) -> Cursor:
    try:
        return read_cursor(text, log.service, log.partitions)
    except NotACursor as error:
        raise CodedError(INVALID_CURSOR, str(error)) from error


def _filters(wanted: Wanted) -> Iterator[tuple[str, frozenset[str]]]:
    for name, given in wanted.filters.items():
        if given is None:
            continue
        values = _texts(given)
        if not values:
            message = f"`{name}` lists nothing; leave it out to hear of all."
            raise CodedError(INVALID_INPUT, message)
        if len(values) > MOST_VALUES:
            raise CodedError(INVALID_INPUT, f"`{name}` may list at most {MOST_VALUES} values.")
        yield name, values


def _require_allowed(
    wanted: Wanted,
    filters: Mapping[str, frozenset[str]],
    grants: frozenset[str],
    *,
    sees_all: bool,
) -> None:
    if sees_all:
        return
    if wanted.public is not None:
        for name in wanted.public:
            if name not in filters:
                raise CodedError(FORBIDDEN, f"{wanted.topic} needs `{name}` from this caller.")
        return
    if not grants:
        raise CodedError(FORBIDDEN, f"{wanted.topic} is not for this caller.")
    if not filters:
        names = ", ".join(f"`{name}`" for name in wanted.filters)
        raise CodedError(
            FORBIDDEN, f"{wanted.topic} needs at least one of {names} from this caller."
        )


def _require_ids(wanted: Wanted, filters: Mapping[str, frozenset[str]]) -> None:
    for name, type_name in wanted.id_types.items():
        for text in filters.get(name, ()):
            from_global_id(text, type_name, (name,))


def _heartbeat(wanted: Wanted) -> float | None:
    seconds = wanted.heartbeat_seconds
    if seconds is not None and not SHORTEST_HEARTBEAT <= seconds <= LONGEST_HEARTBEAT:
        raise CodedError(
            INVALID_INPUT,
            f"`heartbeatSeconds` is from {SHORTEST_HEARTBEAT} to {LONGEST_HEARTBEAT}.",
        )
    return seconds


def _texts(value: Any) -> frozenset[str]:
    if value is None:
        return frozenset()
    if isinstance(value, list | tuple):
        return frozenset(str(each) for each in value if each is not None)
    return frozenset({str(value)})
