"""What a request has read it does not read again, until it is told to forget it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from strawberry.dataloader import DataLoader

from service_kit.graphql.context import LoadingContext
from service_kit.graphql.loaders import loader_of
from service_kit.identity.caller import Caller, CallerKind
from service_kit.runtime.clock import SettableClock

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SOMEBODY = Caller("ada", CallerKind.USER, frozenset(), frozenset(), NOW)


@dataclass(frozen=True, slots=True)
class TowerContext(LoadingContext[DataLoader[str, int | None]]):
    reads: list[list[str]] = field(default_factory=list)

    def new_loaders(self) -> DataLoader[str, int | None]:
        return loader_of(self._read)

    async def _read(self, keys: list[str]) -> Mapping[str, int]:
        self.reads.append(keys)
        return dict.fromkeys(keys, len(self.reads))


async def test_what_is_forgotten_is_read_as_it_is_now() -> None:
    context = TowerContext(SOMEBODY, SettableClock(NOW))

    before = [await context.loaders.load("bell") for _ in range(2)]
    context.forget()
    after = await context.loaders.load("bell")

    assert (before, after) == ([1, 1], 2)
    assert context.reads == [["bell"], ["bell"]]
