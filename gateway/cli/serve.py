"""`python -m gateway serve`: serve the graph over HTTP."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gateway.app import NoGraph, build_app
from gateway.settings import Settings
from service_kit.identity.keys import InvalidKey
from service_kit.runtime.garbage import collect_rarely
from service_kit.runtime.process import serve
from service_kit.runtime.settings import InvalidSettings, MissingSettings, read_settings
from service_kit.runtime.telemetry import configure_logging, configure_tracing


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Serve until told to stop; gives 2 for settings that cannot be used."""
    try:
        settings = _overridden(read_settings(Settings, environment, "GATEWAY"), arguments)
        configure_logging("gateway", level=settings.log_level, as_json=settings.log_json)
        app = build_app(settings)
    except (InvalidSettings, MissingSettings, InvalidKey, NoGraph, ValueError) as error:
        print(f"The gateway cannot start: {error}")
        return 2
    collect_rarely()
    end_tracing = configure_tracing("gateway", settings.otel_exporter_otlp_endpoint)
    try:
        serve(app, host=settings.host, port=settings.port, log_level=settings.log_level)
    finally:
        end_tracing()
    return 0


def _overridden(settings: Settings, arguments: Sequence[str]) -> Settings:
    parser = argparse.ArgumentParser(prog="python -m gateway serve", description=__doc__)
    parser.add_argument("--supergraph", type=Path, metavar="FILE", help="a composed supergraph")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument(
        "--development", action="store_true", help="show the page, introspection and plans"
    )
    given = parser.parse_args(list(arguments))
    changes = {
        "supergraph_file": given.supergraph,
        "host": given.host,
        "port": given.port,
        "development": given.development or None,
    }
    return replace(
        settings, **{name: value for name, value in changes.items() if value is not None}
    )
