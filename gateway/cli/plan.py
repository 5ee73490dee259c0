"""`python -m gateway plan`: how an operation would be fetched, as text."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from graphql import GraphQLError, parse, validate

from gateway.errors import GatewayError, InvalidOperation
from gateway.planning.plan_text import plan_text
from gateway.planning.snapshot import build_snapshot


def run(arguments: Sequence[str], _environment: Mapping[str, str]) -> int:
    """Print the plan; gives 1 when there is none, 2 for files that cannot be read."""
    options = _parser().parse_args(list(arguments))
    try:
        supergraph = options.supergraph.read_text(encoding="utf-8")
        operation = (
            sys.stdin.read()
            if options.operation is None
            else options.operation.read_text(encoding="utf-8")
        )
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        print(_planned(supergraph, operation, options.name, frozenset(options.label)))
    except (GatewayError, GraphQLError) as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def _planned(supergraph: str, operation: str, name: str | None, labels: frozenset[str]) -> str:
    snapshot = build_snapshot(supergraph)
    document = parse(operation)
    errors = validate(snapshot.public_schema, document)
    if errors:
        raise InvalidOperation("\n".join(error.message for error in errors))
    return plan_text(snapshot.planner.plan(document, name, labels))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway plan", description=__doc__)
    parser.add_argument("--supergraph", type=Path, required=True, metavar="FILE")
    parser.add_argument("--operation", type=Path, metavar="FILE", help="instead of standard input")
    parser.add_argument("--name", help="which operation, if the document has several")
    parser.add_argument(
        "--label", action="append", default=[], help="of a progressive override, to be active"
    )
    return parser
