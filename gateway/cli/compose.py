"""`python -m gateway compose`: subgraph SDL files in, the supergraph and the public schema out."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from graphql import print_schema

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.snapshot import build_snapshot


def run(arguments: Sequence[str], _environment: Mapping[str, str]) -> int:
    """Compose and write; gives 1 when the subgraphs do not compose, 2 for bad arguments."""
    options = _parser().parse_args(list(arguments))
    try:
        definitions = [_definition(text) for text in options.subgraph]
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        supergraph = compose(definitions)
    except DoesNotCompose as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 1
    if options.out is None:
        print(supergraph, end="")
    else:
        options.out.write_text(supergraph, encoding="utf-8")
    if options.public is not None:
        public = print_schema(build_snapshot(supergraph).public_schema)
        options.public.write_text(f"{public}\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway compose", description=__doc__)
    parser.add_argument(
        "--subgraph",
        action="append",
        required=True,
        metavar="NAME=URL=FILE",
        help="a subgraph: its name, where the gateway reaches it, its SDL file; repeat it",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    parser.add_argument(
        "--public", type=Path, metavar="FILE", help="write what clients may see there as well"
    )
    return parser


def _definition(text: str) -> SubgraphDefinition:
    name, _, rest = text.partition("=")
    url, _, path = rest.rpartition("=")
    if not (name and url and path):
        raise ValueError(f"{text!r} is not NAME=URL=FILE.")
    return SubgraphDefinition(name, url, Path(path).read_text(encoding="utf-8"))
