"""Reading the lines of a file as its bytes arrive: never more of it in memory than one piece."""

import csv
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal
from service_kit.runtime.json_values import JSON

LONGEST_LINE: Final = 16_384
"""Bytes; what is longer cannot be read."""
SHOWN_TEXT: Final = 500
_PIECE: Final = 65_536
_GZIP: Final = 31
_PADDING: Final = b"\0"
"""What may follow a gzip file, as tapes and blocks are filled up with it."""
_COLUMNS: Final = ("sku", "locationCode", "quantity", "condition", "snapshotAt", "unit")
_REQUIRED: Final = ("sku", "locationCode", "quantity")
_DELIMITERS: Final = (",", ";", "\t", "|")
_MARK: Final = "\ufeff"
_TOO_LARGE: Final = 2**63


class FileFormat(StrEnum):
    """How a line is written."""

    CSV = "CSV"
    JSONL = "JSONL"


class Compression(StrEnum):
    """How the bytes are packed."""

    NONE = "NONE"
    GZIP = "GZIP"


class FileLine(NamedTuple):
    """A line by its place in the file, from 0: what it says, or why it cannot be read."""

    number: int
    told: Mapping[str, JSON]
    problem: Refusal | None = None


class UnreadableFile(Exception):
    """The file as a whole is not what it was said to be; lines before that stand."""


class Unpacker:
    """Gives the bytes of a file from what it was packed in, in pieces of bounded size."""

    def __init__(self, compression: Compression) -> None:
        self._packed = compression is Compression.GZIP
        self._stream = zlib.decompressobj(_GZIP)

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """Give what these bytes add; raise UnreadableFile when they are not gzip."""
        if not self._packed:
            for start in range(0, len(packed), _PIECE):
                yield packed[start : start + _PIECE]
            return
        left = packed
        try:
            while left:
                if self._stream.eof:
                    left = left.lstrip(_PADDING)
                    if not left:
                        return
                    self._stream = zlib.decompressobj(_GZIP)
                piece = self._stream.decompress(left, _PIECE)
                left = self._stream.unconsumed_tail or self._stream.unused_data
                if piece:
                    yield piece
        except zlib.error as error:
            raise UnreadableFile("It is not a gzip file.") from error

    def end(self) -> None:
        """Raise UnreadableFile when something is missing."""
        if self._packed and not self._stream.eof:
            raise UnreadableFile("The gzip file ends too soon.")


class LineReader:
    """Cuts bytes into lines and reads each; blank lines count, and say nothing."""

    def __init__(self, format_: FileFormat) -> None:
        self._format = format_
        self._rest = b""
        self._is_long = False
        self._number = 0
        self._columns: tuple[str, ...] | None = None
        self._delimiter = ","

    def lines(self, piece: bytes) -> Iterator[FileLine]:
        """Give the lines that this piece ends; raise UnreadableFile for a bad heading."""
        *whole, rest = (self._rest + piece).split(b"\n")
        for line in whole:
            yield from self._read(line)
        self._is_long = self._is_long or len(rest) > LONGEST_LINE
        self._rest = rest[: LONGEST_LINE + 1]

    def end(self) -> Iterator[FileLine]:
        """Give the last line, if no line break ends it."""
        if self._rest:
            yield from self._read(self._rest)
        if self._format is FileFormat.CSV and self._columns is None:
            raise UnreadableFile("It has no heading.")

    def _read(self, line: bytes) -> Iterator[FileLine]:
        number, is_long = self._number, self._is_long or len(line) > LONGEST_LINE
        self._number, self._is_long = number + 1, False
        try:
            text = line[:LONGEST_LINE].decode("utf-8", "replace" if is_long else "strict")
        except UnicodeDecodeError:
            yield _illegible(number, line.decode("utf-8", "replace"), "It is not UTF-8.")
            return
        text = text.removeprefix(_MARK).strip("\r") if number == 0 else text.strip("\r")
        if is_long:
            yield _illegible(number, text, f"A line has at most {LONGEST_LINE} bytes.")
        elif text.strip():
            yield from self._told(number, text)

    def _told(self, number: int, text: str) -> Iterator[FileLine]:
        if self._format is FileFormat.JSONL:
            yield _of_json(number, text)
        elif self._columns is None:
            self._head(text)
        else:
            yield self._of_csv(number, text, self._columns)

    def _head(self, text: str) -> None:
        counted = {mark: text.count(mark) for mark in _DELIMITERS}
        self._delimiter = max(_DELIMITERS, key=lambda mark: counted[mark])
        try:
            cells = next(csv.reader([text], delimiter=self._delimiter), [])
        except csv.Error as error:
            why = "Its heading cannot be read as CSV: lines end with LF, or with CR and LF."
            raise UnreadableFile(why) from error
        columns = tuple(cell.strip() for cell in cells)
        missing = [name for name in _REQUIRED if name not in columns]
        if missing:
            raise UnreadableFile(f"Its heading lacks {', '.join(missing)}.")
        self._columns = columns

    def _of_csv(self, number: int, text: str, columns: tuple[str, ...]) -> FileLine:
        try:
            cells = next(csv.reader([text], delimiter=self._delimiter, strict=True), [])
        except csv.Error as error:
            return _illegible(number, text, f"It cannot be read as CSV: {error}.")
        if len(cells) != len(columns):
            return _illegible(number, text, f"It has {len(cells)} cells, not {len(columns)}.")
        told = {
            name: cell.strip()
            for name, cell in zip(columns, cells, strict=True)
            if name in _COLUMNS and cell.strip()
        }
        return FileLine(number, told)


def _of_json(number: int, text: str) -> FileLine:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _illegible(number, text, "It is not JSON.")
    if not isinstance(value, dict):
        return _illegible(number, text, "It is not an object of JSON.")
    told = {name: value[name] for name in _COLUMNS if value.get(name) is not None}
    if not all(map(_can_be_kept, told.values())):
        return _illegible(number, text, "Its values are texts and numbers, none of them too large.")
    return FileLine(number, told)


def _can_be_kept(value: object) -> bool:
    """Whether a value fits what lines are kept in: 64 bits, and text that is Unicode."""
    match value:
        case int():
            return -_TOO_LARGE <= value < _TOO_LARGE
        case float():
            return math.isfinite(value)
        case str():
            return not any("\ud800" <= each <= "\udfff" for each in value)
        case _:
            return False


def _illegible(number: int, text: str, why: str) -> FileLine:
    return FileLine(number, {"text": text[:SHOWN_TEXT]}, invalid(why))
