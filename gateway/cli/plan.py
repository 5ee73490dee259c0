"""`python -m gateway plan`: how an operation would be fetched, as text or JSON."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from graphql import GraphQLError, GraphQLSyntaxError, validate

from gateway.errors import GatewayError, InvalidOperation, UnparsableOperation
from gateway.planning.plan import QueryPlan
from gateway.planning.plan_json import plan_values
from gateway.planning.plan_text import plan_text
from gateway.planning.snapshot import build_snapshot
from gateway.security.limits import OperationLimits, check_limits, parse_within


def run(arguments: Sequence[str], _environment: Mapping[str, str]) -> int:
    """Print the plan; gives 1 when there is none, 2 for files that cannot be read."""
    options = _parser().parse_args(list(arguments))
    try:
        supergraph = options.supergraph.read_text(encoding="utf-8")
        file = options.file or options.operation
        operation = sys.stdin.read() if file is None else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        plan = _planned(supergraph, operation, options.name, frozenset(options.label))
    except GatewayError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        return 1
    print(plan_text(plan) if options.format == "text" else _as_json(plan))
    return 0


def _as_json(plan: QueryPlan) -> str:
    return json.dumps(plan_values(plan), indent=2, ensure_ascii=False)


def _planned(
    supergraph: str, operation: str, name: str | None, labels: frozenset[str]
) -> QueryPlan:
    """Plan within the bounds that a served operation has; raises GatewayError."""
    snapshot = build_snapshot(supergraph)
    limits = OperationLimits()
    try:
        document = parse_within(operation, limits)
    except GraphQLSyntaxError as error:
        raise UnparsableOperation(_placed(error)) from error
    check_limits(document, limits)
    errors = validate(snapshot.public_schema, document)
    if errors:
        raise InvalidOperation("\n".join(map(_placed, errors)))
    return snapshot.planner.plan(document, name, labels)


def _placed(error: GraphQLError) -> str:
    places = [f"{place.line}:{place.column}" for place in error.locations or ()]
    return f"{', '.join(places)} {error.message}" if places else error.message


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway plan", description=__doc__)
    parser.add_argument("--supergraph", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "file", type=Path, nargs="?", help="with the operation; standard input if it is left out"
    )
    parser.add_argument("--operation", type=Path, metavar="FILE", help="the same")
    parser.add_argument(
        "--operation-name", "--name", dest="name", help="which one, if the document has several"
    )
    parser.add_argument(
        "--label", action="append", default=[], help="of a progressive override, to be active"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser
