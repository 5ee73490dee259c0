"""Relay connections with `nodes`: pages of at most 100, found again by an opaque cursor."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeAlias, TypeVar

import orjson
import strawberry

from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.graphql.errors import INVALID_CURSOR, CodedError
from service_kit.runtime.clock import to_milliseconds

MAX_PAGE = 100
DEFAULT_PAGE = 20
TOTAL_COUNT_CAP = 10_000
"""Beyond this many a total is not worth counting: it is given as null."""

_MAX_CURSOR_LENGTH = 1_000
_LARGEST_NUMBER = 2**53

CursorValue: TypeAlias = str | int | float | bool | None
NodeT = TypeVar("NodeT")
RowT = TypeVar("RowT")


First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many rows at most: 20, up to 100.")
]
"""The argument `first` of a connection."""

After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The cursor of the row before the first one.")
]
"""The argument `after` of a connection."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an ordered list: the kind of list, and the sort key of one row."""

    kind: str
    values: tuple[CursorValue, ...]

    def encode(self) -> str:
        """Give the opaque text that clients hand back."""
        raw = orjson.dumps([self.kind, *self.values])
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")

    @staticmethod
    def decode(text: str, kind: str) -> "Cursor":
        """Read a cursor of one kind, else raise INVALID_CURSOR."""
        values = _decoded(text)
        if not values or values[0] != kind:
            raise _foreign()
        return Cursor(kind, tuple(values[1:]))

    @property
    def text(self) -> str:
        """The only value of a cursor into a list by a text, else raise INVALID_CURSOR."""
        (text,) = self.texts(1)
        return text

    def texts(self, length: int) -> tuple[str, ...]:
        """Give the values of a cursor into a list by texts, else raise INVALID_CURSOR."""
        texts = tuple(value for value in self.values if isinstance(value, str))
        if len(texts) != length or len(self.values) != length:
            raise _foreign()
        return texts

    @property
    def number(self) -> int:
        """The only value of a cursor into a list by a count, else raise INVALID_CURSOR."""
        return _number(self.values)

    @property
    def text_and_number(self) -> tuple[str, int]:
        """The values of a cursor into a list by a text and a count, else raise INVALID_CURSOR."""
        text = Cursor(self.kind, self.values[:1]).text
        return text, _number(self.values[1:])

    @staticmethod
    def timed(kind: str, at: datetime, name: str) -> "Cursor":
        """Give a place in a list that is ordered by a moment and then by a name."""
        return Cursor(kind, (at.isoformat(), name))

    @property
    def moment_and_name(self) -> tuple[datetime, str]:
        """The place that `timed` gave, in UTC, else raise INVALID_CURSOR."""
        at, name = self.texts(2)
        return moment_in_cursor(at), name


def moment_in_cursor(text: str) -> datetime:
    """Read a moment out of a cursor, in UTC, else raise INVALID_CURSOR."""
    try:
        return to_milliseconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise _foreign() from None


def _number(values: tuple[CursorValue, ...]) -> int:
    match values:
        case (int() as number,) if not isinstance(number, bool) and 0 <= number <= _LARGEST_NUMBER:
            return number
    raise _foreign()


def _foreign() -> CodedError:
    return CodedError(INVALID_CURSOR, "This cursor does not belong to this list.")


def _decoded(text: str) -> list[CursorValue]:
    if len(text) > _MAX_CURSOR_LENGTH:
        return []
    try:
        padded = text + "=" * (-len(text) % 4)
        raw = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return []
    plain = isinstance(raw, list) and all(
        value is None or isinstance(value, str | int | float) for value in raw
    )
    return raw if plain else []


@dataclass(frozen=True, slots=True)
class PageArguments:
    """Which page is asked for: so many rows after a place in the list."""

    limit: int
    after: Cursor | None = None

    @staticmethod
    def of(kind: str, first: int | None = None, after: str | None = None) -> "PageArguments":
        """Read Relay's arguments; refuse INVALID_INPUT or raise INVALID_CURSOR."""
        limit = DEFAULT_PAGE if first is None else first
        if not 0 <= limit <= MAX_PAGE:
            raise Refusal(
                INVALID_INPUT,
                f"`first` is between 0 and {MAX_PAGE}.",
                path=("first",),
                params={"maximum": str(MAX_PAGE)},
            )
        return PageArguments(limit, None if after is None else Cursor.decode(after, kind))

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than the page shows whether another page follows."""
        return self.limit + 1


@strawberry.federation.type(
    name="PageInfo", shareable=True, description="Where a page lies in its list."
)
class PageInfo:
    """The edges of one page."""

    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last row.")


@strawberry.federation.type(
    name="Edge", shareable=True, description="One row of a page, with its cursor."
)
class Edge(Generic[NodeT]):
    """A row and its place; `Edge[Item]` prints as ItemEdge."""

    node: NodeT = strawberry.field(description="The row.")
    cursor: str = strawberry.field(description="The place of the row in the list.")


@strawberry.federation.type(name="Connection", shareable=True, description="One page of a list.")
class Connection(Generic[NodeT]):
    """A page; `Connection[Item]` prints as ItemConnection."""

    nodes: list[NodeT] = strawberry.field(description="The rows of the page.")
    edges: list[Edge[NodeT]] = strawberry.field(description="The rows with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies in the list.")
    total_count: int | None = strawberry.field(
        default=None,
        description=f"How many rows the whole list has; null when unknown or over "
        f"{TOTAL_COUNT_CAP}.",
    )


def connection_of(
    rows: Sequence[RowT],
    page: PageArguments,
    *,
    cursor_of: Callable[[RowT], Cursor],
    node_of: Callable[[RowT], NodeT],
    total_count: int | None = None,
) -> Connection[NodeT]:
    """Make a page of up to `page.fetch` rows, in the list's own order."""
    shown = rows[: page.limit]
    nodes = [node_of(row) for row in shown]
    cursors = [cursor_of(row).encode() for row in shown]
    return Connection(
        nodes=nodes,
        edges=[Edge(node=node, cursor=cursor) for node, cursor in zip(nodes, cursors, strict=True)],
        page_info=PageInfo(
            has_next_page=len(rows) > page.limit,
            has_previous_page=page.after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=_capped(total_count),
    )


def _capped(total_count: int | None) -> int | None:
    return total_count if total_count is not None and total_count <= TOTAL_COUNT_CAP else None
