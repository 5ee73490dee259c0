from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.figures import Round
from bench.live import stage
from bench.live.acts import Case
from bench.live.cells import Cell, latency_row, sustained_row, verdict
from bench.live.stage import CannotRun, Server, allow_files

TUTTI = Server("Tutti", 4000, "gateway", publishes=False, extra="cursor")
YOGA = Server("graphql-yoga", 4001, "yoga", publishes=True)
USED: Mapping[str, float] = {
    "gateway": 0.2,
    "yoga": 0.4,
    "notes_svc": 0.1,
    "mongod": 0.05,
    "valkey-server": 0.01,
    "clients": 0.04,
}


def a_cell(case: Case, server: Server = TUTTI) -> Cell:
    rounds = [Round(2.0, tuple(n / 1000 for n in range(1, 4001)), USED)] * 3
    return Cell(server.name, server.process, case, "2", rounds, 0.02)


def test_each_server_has_notes_of_its_own_and_each_listener_one_of_them() -> None:
    own = Case(3, to_one=False)
    assert own.notes(TUTTI) == ["g0", "g1", "g2"]
    assert own.notes(YOGA) == ["y0", "y1", "y2"]
    assert Case(3, to_one=True).notes(TUTTI) == ["g0", "g0", "g0"]


def test_the_entity_is_asked_for_when_the_case_says_so() -> None:
    assert "note {" not in Case(1, to_one=True).way(TUTTI).operation
    assert "note {" in Case(1, to_one=True, entity=True).way(TUTTI).operation
    assert "cursor" not in Case(1, to_one=True).way(YOGA).operation


def test_a_row_tells_latencies_and_how_much_of_a_core_is_used() -> None:
    row = latency_row(a_cell(Case(1000, to_one=True)))
    assert row == [
        "1,000, one entity", "Tutti", "2", "2,000", "2,000.0", "3,800.0", "3,960.0", "10", "2",
    ]  # fmt: skip


def test_an_event_that_a_thousand_hear_is_one_event() -> None:
    case = "1,000, {}, own fields"
    one = sustained_row(a_cell(Case(1000, to_one=True)))
    own = sustained_row(a_cell(Case(1000, to_one=False)))
    assert one[:4] == [case.format("one entity"), "Tutti", "2", "2,000"]
    assert own[:4] == [case.format("each its own"), "Tutti", "2,000", "2,000"]
    assert one[4:] == ["40", "25", "12", "2", "10"]


def test_the_words_below_the_table_tell_how_the_figures_stand_to_the_aims() -> None:
    few, many = Case(1, to_one=False), Case(5000, to_one=True)
    paced = [a_cell(case, server) for case in (few, many) for server in (TUTTI, YOGA)]
    said = verdict(paced, paced[2:]).replace("\n", " ")
    assert "Of 72,000 items none was lost" in said
    assert "At 5,000 subscribers Tutti's p95 is 3,800 ms (one entity)" in said
    assert "below 1: 0.44 (5,000, one entity, own fields)." in said


def test_without_yoga_nothing_is_said_of_it() -> None:
    assert "yoga" not in verdict([a_cell(Case(5000, to_one=True))], [])


def test_without_node_yoga_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert stage.yoga_command() is None
    assert "left out" in capsys.readouterr().err


def test_more_files_than_the_system_allows_are_refused() -> None:
    with pytest.raises(CannotRun, match="open files"):
        allow_files(10**12)
