"""Files are read as their bytes arrive, whatever the pieces, and a bad line costs no other."""

import contextlib
import gzip
import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.feeds.file_lines import (
    LONGEST_LINE,
    Compression,
    FileFormat,
    FileLine,
    LineReader,
    Unpacker,
    UnreadableFile,
)
from service_kit.runtime.json_values import JSON

HEADING = b"sku,locationCode,quantity"
CSV = "sku,locationCode,quantity\nshirt,S1,5\nhat,S1,x\n\nboot;S1;1\n"


def cut(content: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def read(
    content: bytes,
    format_: FileFormat = FileFormat.CSV,
    compression: Compression = Compression.NONE,
    size: int = 7,
) -> list[FileLine]:
    unpacker, reader = Unpacker(compression), LineReader(format_)
    lines = [
        line
        for part in cut(content, size)
        for piece in unpacker.pieces(part)
        for line in reader.lines(piece)
    ]
    unpacker.end()
    return [*lines, *reader.end()]


def test_a_line_is_told_by_the_names_of_the_heading() -> None:
    first, second, third = read(CSV.encode())

    assert first == FileLine(1, {"sku": "shirt", "locationCode": "S1", "quantity": "5"})
    assert second.told["quantity"] == "x"
    assert third.number == 4
    assert third.problem is not None
    assert third.told == {"text": "boot;S1;1"}


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_columns_may_be_divided_as_they_are_elsewhere_and_be_in_any_order(mark: str) -> None:
    heading = mark.join(("\ufeffquantity", "more", "locationCode", "sku"))
    line = mark.join(("5", "x", "S1", '"sh ""irt"""'))
    content = f"{heading}\r\n{line}\r\n".encode()

    assert read(content) == [
        FileLine(1, {"quantity": "5", "locationCode": "S1", "sku": 'sh "irt"'})
    ]


def test_lines_of_json_keep_their_numbers() -> None:
    good = {"sku": "shirt", "locationCode": "S1", "quantity": 5, "other": [1]}
    content = "\n".join((json.dumps(good), "[1]", "{", '{"sku": ["shirt"]}')).encode()

    lines = read(content, FileFormat.JSONL)

    assert lines[0] == FileLine(0, {"sku": "shirt", "locationCode": "S1", "quantity": 5})
    assert [line.problem is None for line in lines] == [True, False, False, False]


@pytest.mark.parametrize(
    "value", [10**20, -(2**63) - 1, float("inf"), float("nan"), "\ud800", [1], {"a": 1}]
)
@pytest.mark.parametrize("name", ["sku", "quantity", "snapshotAt"])
def test_a_value_that_cannot_be_kept_makes_its_line_illegible_and_no_other(
    name: str, value: JSON
) -> None:
    told: dict[str, JSON] = {"sku": "shirt", "locationCode": "S1", "quantity": 5}
    good, bad = json.dumps(told), json.dumps({**told, name: value})

    lines = read(f"{good}\n{bad}\n{good}".encode(), FileFormat.JSONL)

    assert [line.problem is None for line in lines] == [True, False, True]
    assert lines[1].told == {"text": bad}


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 1.5, True, "\U0001f9e5"])
def test_a_value_that_can_be_kept_is_kept_for_whoever_corrects_it(value: JSON) -> None:
    (line,) = read(json.dumps({"quantity": value}).encode(), FileFormat.JSONL)

    assert line == FileLine(0, {"quantity": value})


@given(
    st.lists(
        st.one_of(
            st.text(max_size=12).map(lambda text: f"{text},S1,5".encode()),
            st.binary(max_size=20),
        ),
        max_size=20,
    ),
    st.integers(1, 40),
    st.sampled_from(Compression),
)
def test_it_does_not_matter_how_a_file_is_cut_or_packed(
    rows: list[bytes], size: int, compression: Compression
) -> None:
    content = b"\n".join((b"sku,locationCode,quantity", *rows))
    whole = read(content, size=len(content))
    packed = gzip.compress(content) if compression is Compression.GZIP else content

    assert read(packed, compression=compression, size=size) == whole
    broken = [row for row in rows if b"\n" not in row]
    if len(broken) == len(rows):
        assert [line.number for line in whole] == [
            at + 1 for at, row in enumerate(rows) if _says_something(row)
        ]


def _says_something(row: bytes) -> bool:
    try:
        return bool(row.decode().strip("\r").strip())
    except UnicodeDecodeError:
        return True


@pytest.mark.parametrize(
    "content",
    [
        b"sku,locationCode,quantity\rshirt,S1,5\r",
        b"sku,locationCode\r,quantity\nshirt,S1,5\n",
    ],
)
def test_a_heading_that_line_ends_of_another_kind_run_through_is_none(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="heading cannot be read as CSV"):
        read(content)


@given(
    st.lists(st.sampled_from([HEADING, b"shirt,S1,5", b"\r", b"\n", b'"', b"{\0\xff"]), min_size=3),
    st.sampled_from(FileFormat),
    st.sampled_from(Compression),
)
def test_whatever_was_sent_is_read_or_called_unreadable(
    pieces: list[bytes], format_: FileFormat, compression: Compression
) -> None:
    content = b"".join(pieces)

    for sent in (content, gzip.compress(content), gzip.compress(content)[:-4]):
        with contextlib.suppress(UnreadableFile):
            read(sent, format_, compression)


def test_a_line_without_end_is_refused_and_the_next_is_read() -> None:
    content = b"sku,locationCode,quantity\n" + b"x" * (LONGEST_LINE * 3) + b"\nshirt,S1,5\n"

    long, good = read(content, size=1000)

    assert long.problem is not None
    assert (good.number, good.problem) == (2, None)


@pytest.mark.parametrize(
    ("content", "compression"),
    [
        (b"sku,quantity\nshirt,5\n", Compression.NONE),
        (b"", Compression.NONE),
        (b"not packed at all", Compression.GZIP),
        (gzip.compress(CSV.encode(), mtime=0)[:-4], Compression.GZIP),
    ],
    ids=["a column is missing", "empty", "not packed", "cut off"],
)
def test_a_file_that_is_not_what_it_was_said_to_be_cannot_be_read(
    content: bytes, compression: Compression
) -> None:
    with pytest.raises(UnreadableFile):
        read(content, compression=compression)


@pytest.mark.parametrize("compression", Compression)
def test_whoever_reads_a_part_can_rest_after_each_piece_of_it(compression: Compression) -> None:
    content = bytes(range(256)) * 2048
    packed = gzip.compress(content) if compression is Compression.GZIP else content

    pieces = list(Unpacker(compression).pieces(packed))

    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 65_536


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_gzip_file_of_several_members_filled_up_with_zeros_is_one_file(size: int) -> None:
    members = gzip.compress(b"sku,locationCode,quantity\n"), gzip.compress(b"shirt,S1,5\n")
    content = b"\0\0".join(members) + b"\0" * 600

    assert [line.number for line in read(content, FileFormat.CSV, Compression.GZIP, size)] == [1]


@pytest.mark.parametrize("compression", Compression)
def test_a_file_of_a_million_bytes_a_line_short_takes_no_memory(compression: Compression) -> None:
    rows = 200_000
    content = b"sku,locationCode,quantity\n" + b"shirt,S1,5\n" * rows
    packed = gzip.compress(content) if compression is Compression.GZIP else content
    unpacker, reader = Unpacker(compression), LineReader(FileFormat.CSV)
    tracemalloc.start()
    try:
        count = 0
        for part in cut(packed, 65_536):
            for piece in unpacker.pieces(part):
                count += sum(1 for _ in reader.lines(piece))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == rows
    assert peak < 4 * 1024 * 1024
