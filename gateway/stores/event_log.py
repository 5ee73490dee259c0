"""The services' logs of events in Redis streams."""

from collections.abc import Mapping, Sequence

from gateway.ports import LogBounds, LogEntry, LogUnavailable
from service_kit.messaging.bus import Bus, BusUnavailable
from service_kit.messaging.envelope import stream_name
from service_kit.messaging.log_head import LogHead


class RedisEventLog:
    """Reads `events:<stream>:<partition>`; close it when done."""

    def __init__(self, redis_url: str, *, patience: float = 5.0) -> None:
        self._bus = Bus(redis_url, patience=patience)

    async def bounds(self, stream: str, partitions: int) -> Sequence[LogBounds]:
        """Give what each partition has."""
        names = [stream_name(stream, partition) for partition in range(partitions)]
        try:
            found = await self._bus.bounds(names)
        except BusUnavailable as error:
            raise LogUnavailable(str(error)) from error
        return [LogBounds(found[name].first, found[name].last) for name in names]

    async def head(self, stream: str) -> LogHead:
        """Give what the service's relays have said of it last."""
        try:
            return await self._bus.head(stream)
        except BusUnavailable as error:
            raise LogUnavailable(str(error)) from error

    async def read(
        self, stream: str, after: Mapping[int, int], *, count: int, wait_seconds: float | None
    ) -> Sequence[LogEntry]:
        """Give entries after each partition's position."""
        partitions = {stream_name(stream, partition): partition for partition in after}
        positions = {name: after[partition] for name, partition in partitions.items()}
        block = None if wait_seconds is None else max(1, int(wait_seconds * 1000))
        try:
            found = await self._bus.read(positions, count=count, block=block)
        except BusUnavailable as error:
            raise LogUnavailable(str(error)) from error
        return [LogEntry(partitions[one.stream], one.position, one.payload) for one in found]

    async def ping(self) -> None:
        """Raise unless Redis answers."""
        await self._bus.ping()

    async def close(self) -> None:
        """Close its connections."""
        await self._bus.close()
