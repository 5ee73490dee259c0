"""Relay connections with `nodes`: pages of at most 100, found again by an opaque cursor."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeAlias, TypeVar

import orjson
import strawberry

from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.graphql.errors import INVALID_CURSOR, CodedError

MAX_PAGE = 100
DEFAULT_PAGE = 20
TOTAL_COUNT_CAP = 10_000
"""Beyond this many a total is not worth counting: it is given as null."""

_MAX_CURSOR_LENGTH = 1_000

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
    def decode(text: str, kind: str, length: int | None = None) -> "Cursor":
        """Read a cursor of one kind (and so many values), else raise INVALID_CURSOR."""
        values = _decoded(text)
        if not values or values[0] != kind or length not in (None, len(values) - 1):
            raise CodedError(INVALID_CURSOR, "This cursor does not belong to this list.")
        return Cursor(kind, tuple(values[1:]))


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
    """Which page is asked for: so many rows after, or before, a place in the list."""

    limit: int
    after: Cursor | None = None
    before: Cursor | None = None
    backward: bool = False

    @staticmethod
    def of(
        kind: str,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> "PageArguments":
        """Read Relay's four arguments; refuse INVALID_INPUT or raise INVALID_CURSOR."""
        if first is not None and last is not None:
            raise Refusal(INVALID_INPUT, "Ask for `first` or for `last`, not both.", path=("last",))
        backward = last is not None
        return PageArguments(
            limit=_limit("last" if backward else "first", last if backward else first),
            after=None if after is None else Cursor.decode(after, kind),
            before=None if before is None else Cursor.decode(before, kind),
            backward=backward,
        )

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than the page shows whether another page follows."""
        return self.limit + 1


def _limit(name: str, asked: int | None) -> int:
    limit = DEFAULT_PAGE if asked is None else asked
    if not 0 <= limit <= MAX_PAGE:
        raise Refusal(
            INVALID_INPUT,
            f"`{name}` is between 0 and {MAX_PAGE}.",
            path=(name,),
            params={"maximum": str(MAX_PAGE)},
        )
    return limit


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
    """Make a page of up to `page.fetch` rows.

    Rows are given in the list's own order; read backward, the superfluous one is the first.
    """
    more = len(rows) > page.limit
    shown = _shown(rows, page)
    nodes = [node_of(row) for row in shown]
    cursors = [cursor_of(row).encode() for row in shown]
    return Connection(
        nodes=nodes,
        edges=[Edge(node=node, cursor=cursor) for node, cursor in zip(nodes, cursors, strict=True)],
        page_info=PageInfo(
            has_next_page=page.before is not None if page.backward else more,
            has_previous_page=more if page.backward else page.after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=_capped(total_count),
    )


def _shown(rows: Sequence[RowT], page: PageArguments) -> Sequence[RowT]:
    if page.backward:
        return rows[max(0, len(rows) - page.limit) :]
    return rows[: page.limit]


def _capped(total_count: int | None) -> int | None:
    return total_count if total_count is not None and total_count <= TOTAL_COUNT_CAP else None
