"""A subgraph about books: everything the kit offers, and no business of ours."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

import strawberry

from service_kit.commands.refusal import NOT_FOUND, SHARED_CODES, Refusal, RefusedAll
from service_kit.graphql.access import allow_reference
from service_kit.graphql.connections import Connection, Cursor, PageArguments, connection_of
from service_kit.graphql.errors import CodedError
from service_kit.graphql.fields import (
    mutation_field,
    query_field,
    resolver_field,
    subscription_field,
)
from service_kit.graphql.idempotency import idempotent_request
from service_kit.graphql.money import Money, MoneyInput
from service_kit.graphql.payloads import (
    UserError,
    error_codes,
    user_errors_of,
)
from service_kit.graphql.subgraph import (
    InfoOf,
    SubgraphContext,
    SubgraphSchema,
    build_subgraph_schema,
)
from service_kit.identity.caller import Caller, CallerKind
from service_kit.runtime.clock import SettableClock

LATE = datetime(2100, 1, 1, tzinfo=UTC)
TITLES = {f"isbn-{number}": f"Book {number}" for number in range(1, 6)}
SECRET = "the password is swordfish"


class ErrorCode(StrEnum):
    """Why the library refuses."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IN_PROGRESS = "IN_PROGRESS"
    UNAVAILABLE = "UNAVAILABLE"
    LENT_OUT = "LENT_OUT"


error_codes(ErrorCode, {"LENT_OUT": "Somebody else has the book."})
assert set(SHARED_CODES) < set(ErrorCode)

Info = InfoOf[SubgraphContext]


@strawberry.federation.type(keys=["isbn"], description="A book.")
class Book:
    isbn: strawberry.ID = strawberry.field(description="Its number.")
    title: str = strawberry.field(description="Its title.")
    price: Money | None = strawberry.field(default=None, description="Its price.")

    @resolver_field("librarian", description="Who has it.")
    def reader(self) -> str | None:
        return "Ada"

    @classmethod
    @allow_reference("visitor", "librarian")
    async def resolve_reference(cls, info: Info, isbn: strawberry.ID) -> Book | None:
        if isbn == "boom":
            raise RuntimeError(f"{SECRET}, {info.context.caller.subject}")
        return book_of(isbn) if isbn in TITLES else None


@strawberry.federation.type(keys=["shelfCode"], description="A shelf of another subgraph.")
class Shelf:
    shelf_code: str = strawberry.field(description="Its code.")

    @resolver_field("librarian", description="What stands on it.")
    def titles(self) -> list[str] | None:
        return [f"{self.shelf_code}: {title}" for title in TITLES.values()]


def book_of(isbn: str) -> Book:
    return Book(isbn=strawberry.ID(isbn), title=TITLES[isbn], price=Money.of("12.50", "EUR"))


@strawberry.input(description="A loan.")
class BookLendInput:
    idempotency_key: str = strawberry.field(description="The key.")
    isbn: strawberry.ID = strawberry.field(description="Which book.")
    deposit: MoneyInput | None = strawberry.field(
        default=strawberry.UNSET, description="What the reader leaves."
    )
    until: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it is due."
    )


@strawberry.type(description="What became of a loan.")
class BookLendPayload:
    book: Book | None = strawberry.field(default=None, description="The book.")
    fingerprint: str | None = strawberry.field(default=None, description="Of the input.")
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description="Why not.")


def _refused(refusals: tuple[Refusal, ...]) -> BookLendPayload:
    return BookLendPayload(user_errors=user_errors_of(ErrorCode, refusals))


@strawberry.type(description="What can be read.")
class Query:
    @query_field("visitor", "service", description="One book.")
    async def book(self, isbn: strawberry.ID) -> Book | None:
        return book_of(isbn) if isbn in TITLES else None

    @query_field("visitor", description="All books.")
    def books(self, first: int | None = None, after: str | None = None) -> Connection[Book]:
        page = PageArguments.of("books", first, after)
        last = "" if page.after is None else str(page.after.values[0])
        isbns = [isbn for isbn in sorted(TITLES) if isbn > last]
        return connection_of(
            isbns[: page.fetch],
            page,
            cursor_of=lambda isbn: Cursor("books", (isbn,)),
            node_of=book_of,
            total_count=len(TITLES),
        )

    @query_field("visitor", description="Who asks.")
    def whoami(self, info: Info) -> str:
        caller = info.context.caller
        return f"{caller.kind.value} {caller.subject} for {caller.on_behalf_of}"

    @query_field("visitor", description="Fails unexpectedly.")
    def boom(self) -> str | None:
        raise RuntimeError(SECRET)

    @query_field("visitor", description="Fails on purpose.")
    def coded(self) -> str | None:
        raise CodedError("TEAPOT", "Short and stout.")

    @query_field("visitor", description="Refuses.")
    async def refused(self, times: int = 1) -> str | None:
        refusals = [
            Refusal(NOT_FOUND, f"No {number}.", path=("id",), params={"n": str(number)})
            for number in range(times)
        ]
        raise refusals[0] if times == 1 else RefusedAll(refusals)

    @query_field("visitor", description="The same moment.")
    def moment(self, at: datetime) -> datetime:
        return at

    @query_field("visitor", description="The same number.")
    def number(self, value: Decimal) -> Decimal:
        return value

    @query_field("visitor", description="The same money.")
    def money(self, value: MoneyInput) -> Money:
        return Money(amount=value.amount, currency=value.currency)

    @query_field("visitor", description="A way down.")
    def down(self) -> Down:
        return Down()

    @query_field("service", description="For services alone.")
    def internal(self) -> str:
        return "between us"


@strawberry.type(description="A way further down.")
class Down:
    @resolver_field(description="One deeper.")
    def down(self) -> Down:
        return Down()


@strawberry.type(description="What can be done.")
class Mutation:
    @mutation_field("librarian", description="Lend a book.", refused=_refused)
    async def book_lend(self, info: Info, input: BookLendInput) -> BookLendPayload:  # noqa: A002
        request = idempotent_request(info, "bookLend", input)
        if input.isbn not in TITLES:
            raise Refusal("LENT_OUT", "It is not here.", path=("input", "isbn"), retryable=True)
        return BookLendPayload(
            book=book_of(input.isbn), fingerprint=request.fingerprint, user_errors=[]
        )


@strawberry.type(description="What can be watched.")
class Subscription:
    @subscription_field("visitor", description="Counts, then fails.")
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number
        raise RuntimeError(SECRET)


def library_schema() -> SubgraphSchema:
    """Build the subgraph anew."""
    return build_subgraph_schema(Query, Mutation, Subscription, types=[Shelf])


def caller_with(
    *roles: str,
    kind: CallerKind = CallerKind.USER,
    subject: str = "ada",
    grants: tuple[str, ...] = (),
) -> Caller:
    """Give a caller with roles."""
    return Caller(subject, kind, frozenset(roles), frozenset(grants), LATE)


VISITOR = caller_with("visitor", kind=CallerKind.ANONYMOUS, subject="anonymous")
LIBRARIAN = caller_with("visitor", "librarian")


def context_of(caller: Caller) -> SubgraphContext:
    """Give the context of a request."""
    return SubgraphContext(caller, SettableClock(datetime(2026, 3, 2, 9, tzinfo=UTC)))
