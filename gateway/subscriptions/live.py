"""All the streams that this process follows, and the door to a subscription."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from gateway.errors import EventsUnavailable
from gateway.execution.subscription_root import SubscriptionRoot
from gateway.ports import EventLog
from gateway.subscriptions.buffers import buffer_for
from gateway.subscriptions.flow import Flow
from gateway.subscriptions.listener import Listener, Push, Resolving
from gateway.subscriptions.occurrence import Occurrence
from gateway.subscriptions.reader import StreamReader
from gateway.subscriptions.replay import MOST_EVENTS
from gateway.subscriptions.wish import wish_of
from gateway.supergraph.model import EventSource, EventSourceKind
from service_kit.identity.caller import Caller
from service_kit.runtime.clock import Clock
from service_kit.runtime.running import Works

_VISITORS_PART = 10


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How logs are read: `partitions` of each, and how many items may wait for one listener.

    `replayed` is how many events are looked through for a client that comes back, and a tenth of
    them for a visitor; who is further behind starts over.
    """

    partitions: int = 8
    events_waiting: int = 1000
    states_waiting: int = 10_000
    replayed: int = MOST_EVENTS


class LiveEvents:
    """Reads each stream once; without a log, event-sourced fields are refused."""

    def __init__(
        self,
        log: EventLog | None,
        clock: Clock,
        options: LiveOptions | None = None,
        works: Works | None = None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._options = options or LiveOptions()
        self._works = works or Works()
        self._readers: dict[str, StreamReader] = {}

    @property
    def readers(self) -> Mapping[str, StreamReader]:
        """The reader of each stream that was ever asked for."""
        return self._readers

    def subscribe(
        self,
        source: EventSource,
        root: SubscriptionRoot,
        arguments: Mapping[str, Any],
        caller: Caller,
        resolver: Resolving,
        push: Push | None = None,
    ) -> AsyncGenerator[Occurrence, None]:
        """Give the items of a subscription; raises ClientError now or while they are taken.

        Events are pushed instead, with `push`, whenever the next item is being waited for.
        """
        wish = wish_of(source, arguments, root, caller)
        options = self._options
        limit = (
            options.states_waiting
            if source.kind is EventSourceKind.STATE
            else options.events_waiting
        )
        buffer = partial(buffer_for, source.kind, limit)
        listener = Listener(wish.interest, buffer, resolver, caller.expires_at, push)
        replayed = options.replayed // (_VISITORS_PART if caller.is_anonymous else 1)
        reader = self._reader(source.stream)
        return Flow(reader, wish, listener, self._clock, replayed).items()

    def close(self) -> None:
        """Stop reading."""
        for reader in self._readers.values():
            reader.close()

    def _reader(self, stream: str) -> StreamReader:
        if self._log is None:
            raise EventsUnavailable("This gateway has no log of events: it was given no Redis.")
        reader = self._readers.get(stream)
        if reader is None:
            reader = StreamReader(
                self._log, stream, self._options.partitions, self._clock, self._works
            )
            self._readers[stream] = reader
        return reader
