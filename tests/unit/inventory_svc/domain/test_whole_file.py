"""What a file leaves out that is the whole truth, and when it should not be believed."""

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.feeds.file_lines import FileFormat, FileLine, LineReader
from inventory_svc.domain.feeds.whole_file import (
    FEW_POSITIONS,
    HoldReason,
    NamedPositions,
    Tally,
    Wholeness,
    WholeOf,
    doubts,
)
from inventory_svc.domain.stock.position import PositionKey

CODES = st.sampled_from(["a", "b", "c", "d", "e"])
KEYS = st.builds(PositionKey, CODES, CODES, st.sampled_from(Condition))
HALF = Wholeness(WholeOf.SOURCE, 50)


def csv_lines(*rows: str) -> list[FileLine]:
    """Read rows of CSV below a heading with all columns."""
    reader = LineReader(FileFormat.CSV)
    heading = "sku,locationCode,quantity,condition"
    content = "\n".join((heading, *rows)).encode()
    return [*reader.lines(content), *reader.end()]


@given(st.sets(KEYS), st.sets(KEYS), st.integers(1, 5))
def test_whatever_its_parts_exactly_what_lines_name_is_named(
    named: set[PositionKey], others: set[PositionKey], parts: int
) -> None:
    lines = csv_lines(*(f"{sku},{place},1,{condition}" for sku, place, condition in named))

    for key in named | others:
        asked = []
        for part in range(parts):
            names = NamedPositions(part, parts)
            for line in lines:
                names.hear(line)
            assert names.unplaced == 0
            assert names.locations == {each.location for each in named}
            if names.is_asked_of(key):
                asked.append(key in names)
        assert asked == [key in named]


def test_a_line_names_its_position_whatever_else_is_wrong_with_it() -> None:
    names = NamedPositions(0, 1)
    rows = ("shirt,S1,many,", " hat , S1 ,1,used_a", "boot,S1,1,shiny", ",S1,1,", "shirt,,1,", "x")

    for line in csv_lines(*rows):
        names.hear(line)

    assert PositionKey("shirt", "S1") in names
    assert PositionKey("hat", "S1", Condition.USED_A) in names
    assert PositionKey("hat", "S1") not in names
    assert all(PositionKey("boot", "S1", each) in names for each in Condition)
    assert names.unplaced == 3


def test_a_file_that_leaves_little_out_is_believed() -> None:
    assert [*doubts(HALF, 9, 0, [Tally(50, 20), Tally(1, 1)])] == []
    assert [*doubts(HALF, 9, 0, [Tally(FEW_POSITIONS, FEW_POSITIONS)])] == []
    assert [*doubts(Wholeness(WholeOf.SOURCE, 100), 9, 0, [Tally(90, 90)])] == []


def test_one_location_that_is_left_out_is_enough_to_ask() -> None:
    assert [*doubts(HALF, 9, 0, [Tally(1000, 0), Tally(21, 21)])] == [HoldReason.MUCH_UNNAMED]


def test_many_small_places_that_are_left_out_together_are_enough_to_ask() -> None:
    assert [*doubts(HALF, 9, 0, [Tally(10, 8)] * 3)] == [HoldReason.MUCH_UNNAMED]


def test_a_file_without_lines_is_asked_about_however_little_it_leaves_out() -> None:
    everything = Wholeness(WholeOf.SOURCE, 100)

    assert [*doubts(HALF, 0, 0, [Tally(3, 3)])] == [HoldReason.MUCH_UNNAMED]
    assert [*doubts(HALF, 0, 0, [Tally(0, 0)])] == []
    assert [*doubts(everything, 0, 0, [Tally(90, 90)])] == []


def test_lines_that_are_missing_or_name_nothing_are_reasons_to_ask() -> None:
    counted = Wholeness(WholeOf.SOURCE, 50, lines=10)

    assert [*doubts(counted, 10, 0, [Tally(9, 1)])] == []
    assert [*doubts(counted, 9, 2, [Tally(9, 1)])] == [
        HoldReason.OTHER_LINES,
        HoldReason.UNPLACED_LINES,
    ]
    assert [*doubts(counted, 9, 2, [Tally(9, 0)])] == []
