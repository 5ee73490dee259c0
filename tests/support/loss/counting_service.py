"""`python -m tests.support.loss.counting_service`: the counting subgraph, served for real."""

import os
import sys
from dataclasses import dataclass

from starlette.applications import Starlette

from service_kit.identity.caller import Caller
from service_kit.runtime.clock import SystemClock
from service_kit.service.app import lifespan_of, service_app
from service_kit.service.foundation import foundation_of
from service_kit.service.machinery import machinery_of, storage_of
from service_kit.service.program import ServiceProgram
from service_kit.service.settings import ServiceSettings
from tests.support.loss.counters import SERVICE, migrate
from tests.support.loss.counting_graph import CountingContext, counting_schema

PREFIX = "COUNTING"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingSettings(ServiceSettings):
    """What every service has."""

    port: int = 4009
    database: str = "counting"


def app_of(settings: CountingSettings) -> Starlette:
    """Give the app, with the relay beside it; no work is ever due."""
    foundation = foundation_of(SERVICE, settings, SystemClock())
    machinery = machinery_of(foundation, storage_of(foundation), {})

    def context(caller: Caller) -> CountingContext:
        return CountingContext(caller, foundation.clock, foundation.database, machinery.log)

    lifespan = lifespan_of(foundation, machinery, migrate)
    return service_app(foundation, machinery, counting_schema(), context, lifespan)


PROGRAM = ServiceProgram(SERVICE, PREFIX, CountingSettings, counting_schema, app_of, migrate)

if __name__ == "__main__":
    raise SystemExit(PROGRAM.main(sys.argv[1:], os.environ))  # noqa: TID251  # its own __main__
