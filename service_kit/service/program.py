"""`python -m SERVICE`: serve it, print its schema, make its indexes, decide about parked work."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from starlette.types import ASGIApp

from service_kit.graphql.schema import SubgraphSchema, print_sdl
from service_kit.messaging.due_work import NOBODY, GivenUp
from service_kit.messaging.parked_work import COMMANDS as PARKED_COMMANDS
from service_kit.messaging.parked_work import ParkedWork
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.garbage import collect_rarely
from service_kit.runtime.logs import configure_logging
from service_kit.runtime.process import serve
from service_kit.runtime.settings import InvalidSettings, MissingSettings, read_settings
from service_kit.runtime.tracing import configure_tracing
from service_kit.service.settings import ServiceSettings, database_of
from service_kit.storage.database import Database

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)
WRONG_USAGE = 2
USAGE = "usage: python -m {name} [serve|schema|migrate|parked|retry ID|discard ID{own}]"
Tend = Callable[[Database], Awaitable[None]]
"""Does something to the database of a service, whose processes may be running."""


def nobody(_database: Database, _clock: Clock) -> Mapping[str, GivenUp]:
    """Have nobody hear of work that is discarded."""
    return NOBODY


@dataclass(frozen=True, slots=True)
class ServiceProgram(Generic[SettingsT]):
    """The command line of the service `name`, whose settings are PREFIX_NAME.

    `tends` are commands of its own, by their word. `given_up` says who hears of work that is
    discarded, by its kind.
    """

    name: str
    prefix: str
    settings_type: type[SettingsT]
    schema: Callable[[], SubgraphSchema]
    app_of: Callable[[SettingsT], ASGIApp]
    migrate: Tend
    tends: Mapping[str, Tend] = field(default_factory=dict)
    given_up: Callable[[Database, Clock], Mapping[str, GivenUp]] = nobody

    def main(self, words: Sequence[str], environment: Mapping[str, str]) -> int:
        """Do what the words say, as in USAGE, and give the exit status."""
        command = words[0] if words else "serve"
        if command == "schema":
            sys.stdout.write(print_sdl(self.schema()))
            return 0
        if command not in ("serve", "migrate", *PARKED_COMMANDS, *self.tends):
            own = "".join(f"|{word}" for word in self.tends)
            return _wrong(USAGE.format(name=self.name, own=own))
        try:
            settings = read_settings(self.settings_type, environment, self.prefix)
        except (MissingSettings, InvalidSettings) as error:
            return _wrong(str(error))
        configure_logging(self.name, level=settings.log_level, as_json=settings.log_json)
        if command == "serve":
            self._serve(settings)
            return 0
        return asyncio.run(self._tend(settings, words))

    def _serve(self, settings: SettingsT) -> None:
        end_tracing = configure_tracing(self.name, settings.otel_exporter_otlp_endpoint)
        app, level = self.app_of(settings), settings.log_level
        collect_rarely()
        serve(app, host=settings.host, port=settings.port, log_level=level)
        end_tracing()

    async def _tend(self, settings: SettingsT, words: Sequence[str]) -> int:
        database = database_of(settings, self.name)
        try:
            tend = {"migrate": self.migrate, **self.tends}.get(words[0])
            if tend is not None:
                await tend(database)
                return 0
            clock = SystemClock()
            given_up = self.given_up(database, clock)
            status, lines = await ParkedWork(database, clock, given_up).run(words)
        finally:
            await database.close()
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return status


def _wrong(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return WRONG_USAGE
