"""The commands of the development stack."""

import argparse
import asyncio
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from devstack.console import ConsoleReport
from devstack.issuer import issuer_app
from devstack.keys import ensure_keys, issuer_key
from devstack.lock import AlreadyRunning, alone_in
from devstack.ports import HOST
from devstack.running import run_servers, run_stack
from devstack.servers import ServerError
from devstack.settings import StackSettings
from devstack.supervisor import StackFailed
from devstack.tokens import GRANTS, TokenIssuer, UnknownRole, user_of
from devstack.tour.narrator import Narrator, console_of
from devstack.tour.tour import run_tour
from retail_kit.roles import Role
from service_kit.runtime.clock import SystemClock
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.process import serve
from service_kit.runtime.settings import InvalidSettings, MissingSettings, read_settings

MARK_LENGTH = 6
"""How many of an identifier's characters mark what one tour adds."""

EXPECTED = (
    AlreadyRunning,
    InvalidSettings,
    MissingSettings,
    ServerError,
    StackFailed,
    UnknownRole,
)
"""What can go wrong without a fault of ours: the message says it all."""


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command; return the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings(StackSettings, environment, "")
        match asked.command:
            case "up":
                return _up(settings, environment)
            case "servers":
                return _servers(settings, environment)
            case "reset":
                return _reset(settings)
            case "token":
                return _token(settings, asked)
            case "keys":
                return _keys(asked.folder)
            case "tour":
                return _tour(settings)
            case _:
                return _issue(settings)
    except EXPECTED as error:
        Console(stderr=True).print(str(error), style="bold red", markup=False, highlight=False)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m devstack", description="Tutti on one machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="run everything until Ctrl-C")
    commands.add_parser("servers", help="run MongoDB, Valkey and the issuer alone until Ctrl-C")
    commands.add_parser("reset", help="forget data, keys and logs")
    commands.add_parser("tour", help="play a customer's story against what `up` runs")
    commands.add_parser("issuer", help="run the development token issuer alone")
    keys = commands.add_parser("keys", help="make the signing keys of a deployment")
    keys.add_argument("folder", type=Path, help="where to write them; those there are kept")
    token = commands.add_parser("token", help="print a token")
    token.add_argument("--role", required=True, choices=[*Role])
    for kind in GRANTS:
        token.add_argument(f"--{kind}", action="append", default=[], help="may be repeated")
    token.add_argument("--language", default="en", help="the language of texts, such as fr")
    return parser


def _up(settings: StackSettings, environment: Mapping[str, str]) -> int:
    with alone_in(settings.folder):
        ensure_keys(settings.keys)
        report = ConsoleReport(Console())
        return asyncio.run(run_stack(settings, environment, report, SystemClock()))


def _servers(settings: StackSettings, environment: Mapping[str, str]) -> int:
    with alone_in(settings.folder):
        ensure_keys(settings.keys)
        return asyncio.run(run_servers(settings, environment, ConsoleReport(Console())))


def _reset(settings: StackSettings) -> int:
    with alone_in(settings.folder):
        for folder in (settings.data, settings.logs, settings.keys):
            shutil.rmtree(folder, ignore_errors=True)
    print(f"Forgotten: the data, keys and logs in {settings.folder}")
    if settings.mongodb_url or settings.redis_url:
        print("MONGODB_URL or REDIS_URL is set: what these servers hold is left alone.")
    return 0


def _keys(folder: Path) -> int:
    ensure_keys(folder)
    print(f"Keys and trusted.json are in {folder}. Whoever has them can sign as a service.")
    return 0


def _token(settings: StackSettings, asked: argparse.Namespace) -> int:
    user = user_of(asked.role, {kind: getattr(asked, kind) for kind in GRANTS})
    token = issuer_of(settings).token(user, SystemClock().now(), language=asked.language)
    sys.stdout.write(token + "\n")
    return 0


def _tour(settings: StackSettings) -> int:
    narrator = Narrator(console_of(sys.stdout))
    mark = new_identifier()[-MARK_LENGTH:]
    return asyncio.run(run_tour(settings, narrator, mark, SystemClock().now()))


def _issue(settings: StackSettings) -> int:
    app = issuer_app(issuer_of(settings), SystemClock())
    for number in (signal.SIGINT, signal.SIGTERM):
        # The server sends itself again the signal that ended it: it has been obeyed by then.
        signal.signal(number, _leave)
    serve(app, host=HOST, port=settings.issuer_port, log_level="warning")
    return 0


def _leave(*_: object) -> NoReturn:
    sys.exit(0)


def issuer_of(settings: StackSettings) -> TokenIssuer:
    """Return the issuer of this folder, with a key made now if there is none."""
    lifetime = timedelta(hours=settings.token_hours)
    return TokenIssuer(issuer_key(settings.keys), settings.issuer_url, lifetime)
