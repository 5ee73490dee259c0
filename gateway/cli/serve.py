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

_RARELY = 100
"""Five thousand subscribers are over a million objects: each look at them stops all of them."""


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Serve until told to stop; gives 2 for settings that cannot be used."""
    try:
        settings = _overridden(read_settings(Settings, environment, "GATEWAY"), arguments)
        configure_logging("gateway", level=settings.log_level, as_json=settings.log_json)
        app = build_app(settings)
    except (InvalidSettings, MissingSettings, InvalidKey, NoGraph, ValueError) as error:
        print(f"The gateway cannot start: {error}")
        return 2
    collect_rarely(_RARELY)
    end_tracing = configure_tracing("gateway", settings.otel_exporter_otlp_endpoint)
    try:
        serve(app, host=settings.host, port=settings.port, log_level=settings.log_level)
    finally:
        end_tracing()
    return 0


def _overridden(settings: Settings, arguments: Sequence[str]) -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m gateway serve",
        description=__doc__,
        epilog="Other commands: compose, plan; `python -m gateway compose --help` tells more.",
    )
    parser.add_argument("--supergraph", type=Path, metavar="FILE", help="a composed supergraph")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument(
        "--development", action="store_true", help="show the page, introspection and plans"
    )
    parser.add_argument(
        "--subgraph",
        action="append",
        metavar="NAME=URL",
        help="where to reach a subgraph, instead of the address in the supergraph; repeat it",
    )
    parser.add_argument(
        "--forward-header",
        action="append",
        metavar="NAME",
        help="a header of clients that subgraphs are sent; repeat it",
    )
    parser.add_argument("--jwks", metavar="FILE|URL", help="the keys of users' tokens")
    parser.add_argument("--issuer", help="of users' tokens (`iss`)")
    parser.add_argument("--audience", help="of users' tokens (`aud`)")
    parser.add_argument(
        "--label", action="append", help="of a progressive override, to be active; repeat it"
    )
    given = parser.parse_args(list(arguments))
    if given.jwks is not None:
        settings = replace(settings, user_jwks_file=None, user_jwks_url=None)
    is_url = given.jwks is not None and given.jwks.startswith(("http://", "https://"))
    changes = {
        "supergraph_file": given.supergraph,
        "host": given.host,
        "port": given.port,
        "development": given.development or None,
        "subgraphs": _added(settings.subgraphs, given.subgraph),
        "forward_headers": _added(settings.forward_headers, given.forward_header),
        "override_labels": _added(settings.override_labels, given.label),
        "user_jwks_url": given.jwks if is_url else None,
        "user_jwks_file": None if is_url or given.jwks is None else Path(given.jwks),
        "user_issuer": given.issuer,
        "user_audience": given.audience,
    }
    return replace(
        settings, **{name: value for name, value in changes.items() if value is not None}
    )


def _added(known: tuple[str, ...], given: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else (*known, *given)
