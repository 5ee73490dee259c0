"""`python -m inventory_svc` serves; `schema` prints the SDL; `migrate` makes the indexes.

`parked` shows work that failed too often; `retry ID` and `discard ID` decide about it.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from inventory_svc.api.schema import inventory_schema
from inventory_svc.app import SERVICE, app_of, migrate, surroundings_of
from inventory_svc.settings import PREFIX, InventorySettings
from service_kit.graphql.schema import print_sdl
from service_kit.messaging.parked_work import COMMANDS, ParkedWork
from service_kit.runtime.logs import configure_logging
from service_kit.runtime.process import serve
from service_kit.runtime.settings import InvalidSettings, MissingSettings, read_settings
from service_kit.runtime.tracing import configure_tracing

USAGE = "usage: python -m inventory_svc [serve|schema|migrate|parked|retry ID|discard ID]"
WRONG_USAGE = 2


def main(words: Sequence[str]) -> int:
    """Do what the words say and give the exit status."""
    command = words[0] if words else "serve"
    if command == "schema":
        print(print_sdl(inventory_schema()), end="")
        return 0
    if command not in ("serve", "migrate", *COMMANDS):
        print(USAGE, file=sys.stderr)
        return WRONG_USAGE
    try:
        settings = read_settings(InventorySettings, os.environ, PREFIX)
    except (MissingSettings, InvalidSettings) as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    configure_logging(SERVICE, level=settings.log_level, as_json=settings.log_json)
    if command == "migrate":
        asyncio.run(_migrate(settings))
        return 0
    if command in COMMANDS:
        return asyncio.run(_parked(settings, words))
    end_tracing = configure_tracing(SERVICE, settings.otel_exporter_otlp_endpoint)
    serve(app_of(settings), host=settings.host, port=settings.port, log_level=settings.log_level)
    end_tracing()
    return 0


async def _migrate(settings: InventorySettings) -> None:
    around = surroundings_of(settings)
    try:
        await migrate(around.database)
    finally:
        await around.bus.close()
        await around.database.close()


async def _parked(settings: InventorySettings, words: Sequence[str]) -> int:
    around = surroundings_of(settings)
    try:
        status, lines = await ParkedWork(around.database, around.clock).run(words)
    finally:
        await around.bus.close()
        await around.database.close()
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
