"""From outbox to stream: each event once, in its entity's order, whoever dies in between.

Positions are given in MongoDB, by the fenced owner of the partition; only then are the events
appended, under those positions. Whatever a stream lacks, it gets from MongoDB.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from service_kit.messaging.bus import Bus, BusUnavailable, FencedOut, StreamGap
from service_kit.messaging.envelope import stream_name
from service_kit.messaging.leases import Lease, Leases
from service_kit.messaging.log_head import PartitionHead
from service_kit.messaging.positions import Positions, Run, Standing
from service_kit.messaging.shares import CRASH_POINTS as SHARES_CRASH_POINTS
from service_kit.messaging.shares import Shares
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.steps import to_its_end
from service_kit.storage.database import Contended, Database, StorageError

CRASH_POINTS = (
    *SHARES_CRASH_POINTS,
    "relay.leased",
    "relay.adopted",
    "relay.caught_up",
    "relay.rows_read",
    "relay.counters_written",
    "relay.rows_written",
    "relay.positions_given",
    "relay.appended",
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """How a relay behaves; `stream_length` is in events, for each partition."""

    lease: timedelta = timedelta(seconds=6)
    poll: timedelta = timedelta(seconds=0.5)
    rows_at_once: int = 300
    stream_length: int = 20_000
    retention: timedelta = timedelta(days=7)
    prune_every: timedelta = timedelta(minutes=10)


class Relay:
    """One process's relay; it shares the partitions of its service with the other processes'."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        service: str,
        partitions: int,
        owner: str,
        *,
        settings: RelaySettings | None = None,
        reached: Reached = pass_by,
    ) -> None:
        self._settings = settings or RelaySettings()
        self._bus = bus
        self._service = service
        self._count = partitions
        self._reached = reached
        self._positions = Positions(database, service, reached)
        self._shares = Shares(
            Leases(database),
            f"relay/{service}",
            [str(partition) for partition in range(partitions)],
            owner,
            self._settings.lease,
            reached=reached,
        )
        self._standings: dict[int, Standing] = {}
        self._wake = asyncio.Event()
        self._elsewhere = False
        self._looks = 0
        self._next_look = 0.0
        self._next_prune = 0.0

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions that this relay owns now."""
        return frozenset(self._standings)

    def wake(self, partitions: Iterable[int] = ()) -> None:
        """Look at once, and if some of the partitions are another relay's, have it look too."""
        self._elsewhere = self._elsewhere or not self.partitions.issuperset(partitions)
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled; then give the partitions back.

        What is not expected to pass breaks it off: then it looks at everything when run again.
        """
        self._next_look = 0.0
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._listen())
                tasks.create_task(self._relay())
        except asyncio.CancelledError:
            await self._shares.leave()
            raise

    async def run_once(self) -> int:
        """Do what is to be done now and say how many events were appended to the streams."""
        self._wake.clear()
        try:
            await self._look_if_due()
            return await self._relay_waiting_rows()
        except FencedOut as refusal:
            _log.warning("relay.fenced_out", service=self._service, reason=str(refusal))
            self._forget()
            return 0

    async def identity(self) -> str:
        """Give the log's identity; raise OtherPartitions if its partitions are not as many."""
        return await self._positions.identity(new_identifier(), self._count)

    async def drain(self) -> int:
        """Relay until nothing waits in the owned partitions; say how many events that were."""
        total = 0
        while added := await self.run_once():
            total += added
        return total

    async def refill(self) -> int:
        """Append whatever the streams of the owned partitions lack, and say how many events."""
        streams = {self._stream(partition): partition for partition in self._standings}
        bounds = await self._bus.bounds(list(streams))
        behind = [
            partition
            for stream, partition in streams.items()
            if bounds[stream].last != self._standings[partition].given
        ]
        return sum([await self._catch_up(partition) for partition in behind])

    async def _relay_waiting_rows(self) -> int:
        if not self._standings:
            return 0
        runs = await self._give()
        if not runs:
            return 0
        added = await asyncio.gather(*map(self._append, runs), return_exceptions=True)
        failed = [outcome for outcome in added if isinstance(outcome, BaseException)]
        if failed:
            raise failed[0]
        return sum(outcome for outcome in added if not isinstance(outcome, BaseException))

    async def _give(self) -> list[Run]:
        try:
            runs = await self._positions.give(self._standings, self._settings.rows_at_once)
        except Exception:
            self._forget()  # they may be given, or yet be: only a new fence tells
            raise
        for run in runs:
            standing = self._standings[run.partition]
            self._standings[run.partition] = replace(standing, given=run.last)
        if runs:
            self._reached("relay.positions_given")
        return runs

    async def _relay(self) -> None:
        failures = 0
        while True:
            try:
                added = await to_its_end(self.run_once())
                await self._tell_the_others()
                if added < self._settings.rows_at_once:  # there is no more, unless we are woken
                    await self._rest()
                failures = 0
            except (BusUnavailable, StorageError, Contended) as error:
                failures += 1
                _log.warning(
                    "relay.failed",
                    service=self._service,
                    error=f"{type(error).__name__}: {error}",
                )
                self._next_look = 0.0  # look at the streams too, before going on
                await asyncio.sleep(min(0.05 * 2 ** min(failures, 10), 2.0))

    async def _rest(self) -> None:
        """Wait for a wake-up, or for a poll that finds a row."""
        while self._standings:
            if await self._woken() or asyncio.get_running_loop().time() >= self._next_look:
                return
            if await to_its_end(self._positions.waiting(list(self._standings))):
                return
        if self._next_look:
            await self._woken()

    async def _woken(self) -> bool:
        try:
            async with asyncio.timeout(self._settings.poll.total_seconds()):
                return await self._wake.wait()
        except TimeoutError:
            return False

    async def _listen(self) -> None:
        """Be woken by commits of other processes; the poll is there for what is missed."""
        while True:
            try:
                async for _ in self._bus.listen(self._channel):
                    self._wake.set()
            except BusUnavailable:
                await asyncio.sleep(1)

    async def _tell_the_others(self) -> None:
        if self._elsewhere:
            self._elsewhere = False
            await self._bus.notify(self._channel)

    async def _look_if_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_look:
            return
        identity = await self.identity()
        try:
            await self._shares.look()
        finally:
            self._drop_what_is_not_held()
        await self._adopt_what_is_held()
        await self.refill()
        await self._tell_head(identity)
        await self._prune_if_due(now)
        self._next_look = now + self._settings.lease.total_seconds() / 3

    async def _tell_head(self, identity: str) -> None:
        """Say how far the owned partitions go, now that their streams have what there is."""
        self._looks += 1
        partitions = {
            number: PartitionHead(standing.given, f"{standing.fence}.{self._looks}")
            for number, standing in self._standings.items()
        }
        await self._bus.tell_head(self._service, identity, partitions, count=self._count)

    def _drop_what_is_not_held(self) -> None:
        fences = {int(job): lease.fence for job, lease in self._shares.held.items()}
        self._standings = {
            partition: standing
            for partition, standing in self._standings.items()
            if fences.get(partition) == standing.fence
        }

    async def _adopt_what_is_held(self) -> None:
        """Adopt each lease that is not adopted yet, by whichever look it was taken."""
        for job, lease in self._shares.held.items():
            if int(job) not in self._standings:
                await self._adopt(int(job), lease)

    async def _adopt(self, partition: int, lease: Lease) -> None:
        self._reached("relay.leased")
        with self._outbidding(partition):
            self._standings[partition] = await self._positions.adopt(partition, lease.fence)
        self._reached("relay.adopted")

    @contextmanager
    def _outbidding(self, partition: int) -> Iterator[None]:
        """Note the fence that a write is refused for: whoever has the lease goes above it.

        A newer owner has the lease, so that this one does not get it. Nobody has it if that fence
        is of another life: of a stream or a counter that outlived the leases.
        """
        try:
            yield
        except FencedOut as refusal:
            self._shares.outbid(str(partition), refusal.fence)
            raise

    async def _prune_if_due(self, now: float) -> None:
        if now < self._next_prune:
            return
        for partition in self._standings:
            await self._positions.prune(partition, self._settings.retention)
        self._next_prune = now + self._settings.prune_every.total_seconds()

    async def _append(self, run: Run) -> int:
        try:
            added = await self._send(run)
        except StreamGap:
            return await self._catch_up(run.partition)
        self._reached("relay.appended")
        return added

    async def _send(self, run: Run, *, begin: bool = False) -> int:
        with self._outbidding(run.partition):
            return await self._bus.append_run(
                self._stream(run.partition),
                run.first,
                run.payloads,
                fence=self._standings[run.partition].fence,
                begin=begin,
                keep=self._settings.stream_length,
            )

    async def _catch_up(self, partition: int) -> int:
        """Bring a stream to where the database is; a lost one starts with what it may hold."""
        stream, total = self._stream(partition), 0
        while (top := await self._bus.tail(stream)) < self._standings[partition].given:
            run = await self._missing_run(partition, top)
            if run is None:
                break
            try:
                total += await self._send(run, begin=True)
            except StreamGap:
                continue  # it was lost again in between
        if top > self._standings[partition].given:
            await self._jump(partition, top)
        self._reached("relay.caught_up")
        return total

    async def _missing_run(self, partition: int, top: int) -> Run | None:
        """Give what follows `top`; None when MongoDB has dropped it all."""
        stream, given = self._stream(partition), self._standings[partition].given
        oldest = top + 1 if top else max(1, given - self._settings.stream_length + 1)
        run = await self._positions.run_from(partition, oldest)
        if top and (run is None or run.first > top + 1):
            # The stream cannot be joined to what MongoDB still has. It restarts later, which
            # readers can see; then they ask for a snapshot.
            _log.error("relay.stream_restarts", stream=stream, top=top)
            await self._bus.delete(stream)
        return run

    async def _jump(self, partition: int, top: int) -> None:
        """Go on after a stream that outlived its database: no reader's cursor goes backward."""
        standing = self._standings[partition]
        _log.error("relay.stream_is_ahead", partition=partition, top=top, given=standing.given)
        self._standings[partition] = await self._positions.jump(partition, standing, top)

    def _forget(self) -> None:
        """Believe nothing any more, and ask for the leases again at once."""
        self._shares.forget()
        self._standings.clear()
        self._next_look = 0.0

    @property
    def _channel(self) -> str:
        return f"wake:{self._service}"

    def _stream(self, partition: int) -> str:
        return stream_name(self._service, partition)
