"""`python -m gateway compose`: subgraphs in, the supergraph that a gateway serves out."""

import argparse
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar

from graphql import GraphQLSchema, print_schema

from gateway.cli.composing.configuration import InvalidConfiguration, read_configuration
from gateway.cli.composing.report import Format, Hints, Report
from gateway.cli.composing.sources import (
    SourceUnavailable,
    SubgraphSource,
    definitions_of,
    header_named,
    source_named,
)
from gateway.cli.composing.whole_file import write_whole
from gateway.composition.composer import compose_with_hints
from gateway.composition.problems import DoesNotCompose, Problem
from gateway.composition.reader import SubgraphDefinition
from gateway.errors import InvalidSupergraph
from gateway.supergraph.changes import changes_between
from gateway.supergraph.model import Supergraph
from gateway.supergraph.public_schema import public_schema
from gateway.supergraph.reader import read_supergraph

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

_DESCRIPTION = """\
Compose several GraphQL services (subgraphs) into one graph by the rules of Apollo Federation 2.

The result is a supergraph: one schema file which remembers which subgraph has what. Give it to
`python -m gateway serve --supergraph FILE`, or to any other router for Federation 2.

Each subgraph is a file with its schema, or a running service which is asked for it:

  products=products.graphql                             a file
  products=products.graphql@http://10.0.0.7/graphql     a file, and where the service is
  products=http://10.0.0.7/graphql                      a running service

Without @URL, whoever serves the supergraph must be told where that service is."""
_MORE = """\
configuration file (YAML or JSON; ${env.NAME} is a variable of the environment):

  subgraphs:
    products:
      routing_url: http://10.0.0.7/graphql
      schema:
        file: ./products.graphql          # relative to this file
    reviews:
      routing_url: http://10.0.0.8/graphql
      schema:
        subgraph_url: http://localhost:4002/graphql
        introspection_headers:
          Authorization: Bearer ${env.TOKEN}

what is told, one a line, on standard error:

  FILE:LINE:COLUMN: CODE [SUBGRAPHS] what is wrong
  FILE:LINE:COLUMN: warn CODE [SUBGRAPHS] what is worth a look (or info)
    FILE:LINE:COLUMN: in SUBGRAPH         (another place that has to do with it)

exit status:

  0  composed
  1  not composed, or breaking changes (--check), or warnings (--strict); --output is not written
  2  not tried: wrong arguments, a file that cannot be read, a service that does not answer

examples:

  python -m gateway compose products=products.graphql reviews=http://localhost:4002/graphql \\
      --output supergraph.graphql
  python -m gateway compose --config supergraph.yaml --check supergraph.graphql"""


class _Unusable(Exception):
    """Something that is needed cannot be read or written; the text tells what."""


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Compose, tell and write; gives the exit status that the help explains."""
    options = _parser().parse_intermixed_args(list(arguments))
    try:
        report = _report(options, environment)
    except _Unusable as error:
        report = Report(failures=tuple(str(error).splitlines()))
    report.print(options.format)
    return report.status


def _report(options: argparse.Namespace, environment: Mapping[str, str]) -> Report:
    old = None if options.check is None else _read_old(options.check)
    definitions = _definitions(options, environment)
    try:
        composed = compose_with_hints(definitions)
        new, public = _read(composed.supergraph)
    except DoesNotCompose as error:
        return Report(problems=error.problems, hints=error.hints, telling=options.hints)
    except InvalidSupergraph as error:
        return Report(problems=(Problem(error.code, error.message),))
    report = Report(
        notes=tuple(_notes(definitions)),
        hints=composed.hints,
        changes=None if old is None else changes_between(old, new),
        telling=options.hints,
    )
    if report.status == 0:
        _write(options, composed.supergraph, public)
        if options.output is None and old is None:
            return replace(report, supergraph=composed.supergraph)
    return report


def _read(text: str) -> tuple[Supergraph, GraphQLSchema]:
    """Give the supergraph, and what clients may see of it; raises InvalidSupergraph."""
    supergraph = read_supergraph(text)
    return supergraph, public_schema(supergraph)


def _read_old(path: Path) -> Supergraph:
    try:
        return _read(path.read_text("utf-8"))[0]
    except OSError as error:
        raise _Unusable(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, InvalidSupergraph) as error:
        raise _Unusable(f"{path} is no supergraph: {error}") from error


def _definitions(
    options: argparse.Namespace, environment: Mapping[str, str]
) -> list[SubgraphDefinition]:
    try:
        sources: list[SubgraphSource] = list(options.subgraphs)
        if options.config is not None:
            sources += read_configuration(options.config, environment)
        if not sources:
            raise _Unusable("Name a subgraph, or say --config FILE; --help shows how.")
        return definitions_of(sources, options.header, timedelta(seconds=options.timeout))
    except (InvalidConfiguration, SourceUnavailable) as error:
        raise _Unusable(str(error)) from error


def _notes(definitions: Sequence[SubgraphDefinition]) -> Iterator[str]:
    unknown = ", ".join(one.name for one in definitions if not one.url)
    if unknown:
        yield f"No address is known of {unknown}: serve the supergraph with --subgraph NAME=URL."


def _write(options: argparse.Namespace, text: str, public: GraphQLSchema) -> None:
    shown = f"{print_schema(public)}\n"
    for path, content in ((options.output, text), (options.public, shown)):
        if path is not None:
            try:
                write_whole(path, content)
            except OSError as error:
                raise _Unusable(f"{path} cannot be written: {error.strerror}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateway compose",
        description=_DESCRIPTION,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "subgraphs",
        nargs="*",
        type=_valid(source_named),
        metavar="NAME=FILE[@URL] | NAME=URL",
        help="a subgraph",
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="a file that lists subgraphs, see below"
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        type=_valid(header_named),
        metavar="'[SUBGRAPH=]NAME: VALUE'",
        help="send it when asking running subgraphs (or that one) for their schema; repeat it",
    )
    parser.add_argument(
        "--timeout",
        type=_valid(_seconds),
        default=10.0,
        metavar="SECONDS",
        help="how long a running subgraph may take (10)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write the supergraph there, all at once, instead of to standard output",
    )
    parser.add_argument(
        "--public",
        type=Path,
        metavar="FILE",
        help="write there what clients will see: the schema without anything of Federation",
    )
    parser.add_argument(
        "--check",
        type=Path,
        metavar="OLD",
        help="list what would break clients of this supergraph; needs no --output",
    )
    hints = parser.add_mutually_exclusive_group()
    hints.add_argument(
        "--hints",
        type=_valid(partial(_one_of, Hints)),
        default=Hints.WARN,
        metavar="|".join(Hints),
        help="which hints to tell: all, warnings (the default), or none; with error, warnings "
        "are told and count as failures",
    )
    hints.add_argument(
        "--strict",
        dest="hints",
        action="store_const",
        const=Hints.ERROR,
        help="the same as --hints error",
    )
    parser.add_argument(
        "--format",
        type=_valid(partial(_one_of, Format)),
        default=Format.TEXT,
        metavar="|".join(Format),
        help="lines for people (the default), or one JSON document on standard output",
    )
    return parser


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise ValueError(f"{text} is no time to wait.")
    return seconds


def _one_of(kind: type[Choice], text: str) -> Choice:
    if text not in set(kind):
        raise ValueError(f"Say one of: {', '.join(kind)}.")
    return kind(text)


def _valid(read: Callable[[str], T]) -> Callable[[str], T]:
    """Let argparse show the text of a ValueError."""

    def valid(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return valid
