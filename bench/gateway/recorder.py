"""A plugin for pytest that plans the operations of the tests again, and writes what each took."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, print_ast

from bench.gateway.planning import planned
from gateway.planning.plan import QueryPlan
from gateway.planning.planner import Planner
from gateway.planning.snapshot import snapshot_of
from gateway.supergraph.model import Supergraph

_Asked = dict[tuple[str, str | None], None]


class Recorder:
    """Every planner that the tests make, and what it is asked."""

    def __init__(self) -> None:
        self._asked: list[tuple[Supergraph, Planner, _Asked]] = []

    def listen(self) -> None:
        """Stand before the planner from now on."""
        recorder = self

        class Listening(Planner):
            def __init__(self, supergraph: Supergraph) -> None:
                super().__init__(supergraph)
                self.asked: _Asked = {}
                recorder._asked.append((supergraph, self, self.asked))

            def plan(
                self,
                document: DocumentNode,
                operation_name: str | None = None,
                *more: Any,
                **named: Any,
            ) -> QueryPlan:
                plan = super().plan(document, operation_name, *more, **named)
                self.asked[print_ast(document), operation_name] = None
                return plan

        for module in ("gateway.planning.planner", "gateway.planning.snapshot"):
            pytest.MonkeyPatch().setattr(f"{module}.Planner", Listening)

    def write(self, file: Path) -> None:
        """Plan everything again, each operation once for each graph, and write the figures."""
        told = []
        for supergraph, planner, asked in self._asked:
            snapshot = snapshot_of(supergraph, planner)
            for operation, name in list(asked):
                if (found := planned(snapshot, operation, name)) is not None:
                    told.append(asdict(found))
        file.write_text(json.dumps(told))


_recorder = Recorder()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where the figures go."""
    parser.addoption("--planned-into", type=Path, required=True)


def pytest_configure() -> None:
    """Listen before any test is collected."""
    _recorder.listen()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the figures."""
    _recorder.write(session.config.getoption("--planned-into"))
