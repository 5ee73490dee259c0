"""What a caller may not read is not fetched: null stands there, and an error says why."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from graphql import get_introspection_query

from gateway.security.authentication import VISITOR
from service_kit.identity.caller import Caller
from tests.support.demands import user
from tests.support.guarded_graph import CODE, GuardedGraph, hidden
from tests.support.served_graph import Held

ANA = user()
BOOK = {"__typename": "Book", "id": "1", "title": "Dune", "pages": 400}
FILM = {"__typename": "Film", "id": "2", "title": "Alien", "minutes": 117}
USER = {
    "__typename": "User",
    "id": "7",
    "name": "Ana",
    "email": "ana@example.org",
    "salary": 10,
    "card": {"number": "42"},
    "badge": "GOLD",
    "secret": "s",
    "friends": [{"id": "8", "name": "Bo", "email": "bo@example.org", "salary": 20}],
}


def people(changes: list[str] | None = None) -> GuardedGraph:
    done = [] if changes is None else changes

    def change(name: str) -> Any:
        def run(**_: Any) -> Any:
            done.append(name)
            return USER

        return run

    return GuardedGraph(
        users=Held(
            """
            type Query {
              me: User  shown: String  secret: String @authenticated
              must: String! @requiresScopes(scopes: [["must"]])
              works: [Work]  all: [Anything] }
            type Mutation {
              join: User  wipe: User @requiresScopes(scopes: [["wipe"]])
              must: User! @requiresScopes(scopes: [["must"]]) }
            type User @key(fields: "id") {
              id: ID!  name: String
              email: String @requiresScopes(scopes: [["read:email"], ["admin", "all"]])
              salary: Int! @policy(policies: [["pay"]])
              card: Card  badge: Badge  secret: Secret  friends: [User!] }
            type Card @authenticated { number: String }
            enum Badge @authenticated { GOLD }
            scalar Secret @policy(policies: [["spy"]])
            interface Work @key(fields: "id") { id: ID! title: String }
            type Book implements Work @key(fields: "id") {
              id: ID! title: String pages: Int @authenticated }
            type Film implements Work @key(fields: "id") {
              id: ID! title: String @authenticated minutes: Int }
            union Anything = Book | Film
            """,
            {
                "me": USER,
                "shown": "shown",
                "secret": "secret",
                "must": "must",
                "works": [BOOK, FILM],
                "all": [FILM, BOOK],
                "join": change("join"),
                "wipe": change("wipe"),
            },
            {"User": [USER], "Book": [BOOK], "Film": [FILM]},
        ),
        reviews=Held(
            """
            type User @key(fields: "id") {
              id: ID!  email: String @external
              contact: String @requires(fields: "email")
                @requiresScopes(scopes: [["read:email"], ["admin", "all"]])
              reviews: [Review] }
            type Review { text: String @authenticated  stars: Int }
            """,
            entities={
                "User": [
                    {
                        "id": "7",
                        "contact": lambda one: f"to {one['email']}",
                        "reviews": [{"text": "good", "stars": 5}, {"text": "bad", "stars": 1}],
                    }
                ]
            },
        ),
    )


async def test_a_hidden_field_is_null_with_an_error_and_is_not_asked_for() -> None:
    graph = people()

    given = await graph.answer("{ me { name mail: email } }")

    assert given.data == {"me": {"name": "Ana", "mail": None}}
    assert given.errors == [
        {
            "message": "You may not read User.email.",
            "path": ["me", "mail"],
            "extensions": {"code": CODE},
        }
    ]
    assert graph.asked == [("users", "{ me { name } }")]


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (VISITOR, False),
        (ANA, False),
        (user("admin"), False),
        (user("read:email"), True),
        (user("admin", "all", "more"), True),
    ],
)
async def test_one_group_of_scopes_must_be_had_whole(caller: Caller, sees: bool) -> None:
    given = await people().answer("{ me { email } }", caller)

    assert given.data == {"me": {"email": "ana@example.org" if sees else None}}
    assert bool(given.errors) is not sees


async def test_a_type_that_is_hidden_hides_the_fields_that_give_it() -> None:
    graph = people()
    operation = "{ me { card { number } badge secret } }"

    given = await graph.answer(operation)

    assert given.data == {"me": {"card": None, "badge": None, "secret": None}}
    assert set(hidden(given)) == {"me.card", "me.badge", "me.secret"}
    assert graph.asked == [("users", "{ me { __typename } }")]
    given = await graph.answer(operation, user(policies=["spy"]))
    assert given.data == {"me": {"card": {"number": "42"}, "badge": "GOLD", "secret": "s"}}


async def test_null_goes_up_to_the_first_place_where_it_may_stand() -> None:
    graph = people()

    given = await graph.answer("{ shown me { name friends { name salary } } }", ANA)

    assert given.data == {"shown": "shown", "me": {"name": "Ana", "friends": None}}
    assert list(hidden(given)) == ["me.friends.0.salary"]
    assert "salary" not in graph.asked[0][1]


async def test_where_nothing_may_be_read_nobody_is_asked() -> None:
    graph = people()

    given = await graph.answer("{ secret again: secret __typename }")

    assert given.data == {"secret": None, "again": None, "__typename": "Query"}
    assert set(hidden(given)) == {"secret", "again"}
    assert not graph.asked


async def test_where_a_hidden_root_may_not_be_null_nobody_is_asked_for_the_rest() -> None:
    graph = people()

    given = await graph.answer("{ shown must }", ANA)

    assert (given.data, given.was_run) == (None, True)
    assert hidden(given) == {"must": "You may not read Query.must."}
    assert not graph.asked


async def test_a_whole_request_to_a_subgraph_falls_away_with_what_it_was_for() -> None:
    graph = people()

    given = await graph.answer("{ me { name contact } }")

    assert given.data == {"me": {"name": "Ana", "contact": None}}
    assert [name for name, _ in graph.asked] == ["users"]


async def test_fields_of_an_interface_are_decided_for_each_object_type() -> None:
    graph = people()

    given = await graph.answer(
        "{ works { id title ... on Book { pages } ... on Film { minutes } } }"
    )

    assert given.data == {
        "works": [
            {"id": "1", "title": "Dune", "pages": None},
            {"id": "2", "title": None, "minutes": 117},
        ]
    }
    assert set(hidden(given)) == {"works.0.pages", "works.1.title"}
    (_, text), *others = graph.asked
    assert not others
    assert "... on Book { title __typename }" in text
    assert "pages" not in text
    assert "... on Film { minutes }" in text


async def test_fragments_and_conditions_are_kept() -> None:
    graph = people()
    operation = """query($yes: Boolean!, $no: Boolean!) {
      works { ...Any ... on Work @include(if: $no) { x: title } } all { ...Any }
      me { email @skip(if: $yes) name @include(if: $yes) ... @include(if: $no) { card { number } } }
    }
    fragment Any on Work { ... on Film @skip(if: $no) { y: title } ... on Book { y: title } }
    """

    given = await graph.answer(operation, yes=True, no=False)

    assert given.data == {
        "works": [{"y": "Dune"}, {"y": None}],
        "all": [{"y": None}, {"y": "Dune"}],
        "me": {"name": "Ana"},
    }
    assert set(hidden(given)) == {"works.1.y", "all.0.y"}


async def test_typename_and_introspection_are_for_everybody() -> None:
    graph = people()

    given = await graph.answer(
        "{ me { __typename card { __typename } } works { kind: __typename } }"
    )
    shown = await graph.answer(get_introspection_query())
    named = await graph.answer('{ __type(name: "Card") { fields { name } } secret }')

    assert given.data == {
        "me": {"__typename": "User", "card": None},
        "works": [{"kind": "Book"}, {"kind": "Film"}],
    }
    assert (shown.data, shown.errors) == (
        (await graph.answer(get_introspection_query(), ANA)).data,
        [],
    )
    assert named.data == {"__type": {"fields": [{"name": "number"}]}, "secret": None}


async def test_a_hidden_key_is_read_for_the_gateways_own_use_and_never_shown() -> None:
    graph = GuardedGraph(
        one=Held(
            'type Query { a: A } type A @key(fields: "id") { id: ID @authenticated x: Int }',
            {"a": {"id": "7", "x": 1}},
        ),
        two=Held(
            'type A @key(fields: "id") { id: ID y: Int }', entities={"A": [{"id": "7", "y": 2}]}
        ),
    )

    for _ in range(5):  # answers of an operation that is often asked may be made another way
        given = await graph.answer("{ a { id x y } }")
        assert given.data == {"a": {"id": None, "x": 1, "y": 2}}
        assert set(hidden(given)) == {"a.id"}
    assert (await graph.answer("{ a { id x y } }", ANA)).data == {"a": {"id": "7", "x": 1, "y": 2}}


async def test_what_a_field_requires_is_read_for_it_even_if_it_may_not_be_shown() -> None:
    scopes = '@requiresScopes(scopes: [["cost"]])'
    held: Any = {
        "one": Held(
            f"""type Query {{ a: A }}
            type A @key(fields: "id") {{ id: ID cost: Int {scopes} }}""",
            {"a": {"id": "7", "cost": 3}},
        ),
        "two": Held(
            f"""type A @key(fields: "id") {{ id: ID cost: Int @external
              price: Int @requires(fields: "cost") {scopes} }}""",
            entities={"A": [{"id": "7", "price": lambda one: one["cost"] * 2}]},
        ),
    }
    strict = GuardedGraph(None, None, **held).supergraph
    # Composers want such a field to demand as much itself; older ones did not.
    start = strict.index("price:")
    graph = GuardedGraph(strict[:start] + strict[start:].replace(scopes, "", 1), None, **held)

    given = await graph.answer("{ a { cost price } }")

    assert given.data == {"a": {"cost": None, "price": 6}}
    assert set(hidden(given)) == {"a.cost"}
    assert [name for name, _ in graph.asked] == ["one", "two"]


async def test_a_hidden_change_is_not_made_and_the_others_are() -> None:
    done: list[str] = []
    graph = people(done)

    given = await graph.answer("mutation { a: join { name } wipe { name } b: join { email } }", ANA)

    assert given.data == {"a": {"name": "Ana"}, "wipe": None, "b": {"email": None}}
    assert list(hidden(given)) == ["wipe", "b.email"]
    assert done == ["join", "join"]


async def test_no_change_is_made_where_a_hidden_one_leaves_no_answer() -> None:
    done: list[str] = []
    graph = people(done)

    given = await graph.answer("mutation { join { name } must { name } }", ANA)

    assert given.data is None
    assert list(hidden(given)) == ["must"]
    assert not done


async def test_whether_a_hidden_change_leaves_no_answer_may_hang_on_a_variable() -> None:
    done: list[str] = []
    graph = people(done)
    operation = "mutation($yes: Boolean!) { join { name } must @include(if: $yes) { name } }"

    lost = await graph.answer(operation, ANA, yes=True)
    assert (lost.data, list(hidden(lost)), done) == (None, ["must"], [])
    kept = await graph.answer(operation, ANA, yes=False)
    assert (kept.data, kept.errors, done) == ({"join": {"name": "Ana"}}, [], ["join"])
    unknown = await graph.answer(operation, ANA)
    assert not unknown.was_run
    assert unknown.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_many_callers_at_a_time_see_what_is_theirs() -> None:
    graph = people()
    operation = "{ me { name email salary: badge card { number } reviews { text stars } } secret }"
    callers = [
        VISITOR,
        ANA,
        user("read:email"),
        user("all", "admin"),
        user("admin", policies=["pay"]),
        user("x", "y"),
    ]
    alone = [await people().answer(operation, caller) for caller in callers]

    together = await asyncio.gather(
        *(graph.answer(operation, caller) for _ in range(20) for caller in callers)
    )

    for number, given in enumerate(together):
        expected = alone[number % len(callers)]
        assert given.data == expected.data
        assert given.errors == expected.errors
    assert len({str(one.data) for one in alone}) == 3
    # One for those who may read all, and one for each different lack of it: nobody's name counts.
    assert graph.served.prepared_once == 3


class Decider:
    """Grants what it was told to, and notes what it is asked."""

    def __init__(self, *granted: str) -> None:
        self.granted_names = frozenset(granted)
        self.asked: list[frozenset[str]] = []

    async def granted(self, caller: Caller, policies: frozenset[str]) -> frozenset[str]:
        del caller
        self.asked.append(policies)
        return self.granted_names


async def test_an_operation_that_demands_nothing_is_prepared_once_and_decided_by_nobody() -> None:
    decider = Decider("pay")
    graph = GuardedGraph(
        None,
        decider,
        one=Held('type Query { a: Int b: Int @policy(policies: [["pay"]]) }', {"a": 1, "b": 2}),
    )

    for caller in (VISITOR, ANA, user("a"), user("b")):
        assert (await graph.answer("{ a }", caller)).data == {"a": 1}

    assert graph.served.prepared_once == 1
    assert not decider.asked
    assert (await graph.answer("{ b }", ANA)).data == {"b": 2}
    assert decider.asked == [frozenset({"pay"})]


async def test_policies_are_decided_by_whoever_is_put_there() -> None:
    sdl = 'type Query { a: Int @policy(policies: [["x", "y"], ["z"]]) }'

    async def asked(decider: Decider) -> Any:
        return (await GuardedGraph(None, decider, one=Held(sdl, {"a": 1})).answer("{ a }")).data

    assert await asked(Decider("x")) == {"a": None}
    assert await asked(Decider("x", "y")) == {"a": 1}
    assert await asked(Decider("z")) == {"a": 1}


async def test_policies_that_cannot_be_decided_give_no_data() -> None:
    class Broken(Decider):
        async def granted(self, caller: Caller, policies: frozenset[str]) -> frozenset[str]:
            raise ConnectionError(f"the policies of {caller.subject} are away: {policies}")

    graph = GuardedGraph(
        None, Broken(), one=Held('type Query { a: Int @policy(policies: [["x"]]) }', {"a": 1})
    )

    given = await graph.answer("{ a }", ANA)

    assert given.data is None
    assert "policies" not in str(given.errors)
    assert not graph.asked


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (user(policies=["pay"]), True),
        (user(roles=["pay"]), True),
        (user(roles=["clerk"], policies=["spy"]), False),
    ],
)
async def test_a_policy_is_granted_by_the_token_or_by_a_role_of_its_name(
    caller: Caller, sees: bool
) -> None:
    given = await people().answer("{ me { salary } }", caller)

    assert given.data == {"me": {"salary": 10} if sees else None}


async def test_how_far_a_null_goes_depends_on_a_type_that_only_another_subgraph_knows() -> None:
    toy = {"__typename": "Toy", "id": "1", "name": "Bear"}
    graph = GuardedGraph(
        shop=Held(
            """
            type Query { toys: [Rated] }
            interface Rated @key(fields: "id") { id: ID! }
            type Toy implements Rated @key(fields: "id") {
              id: ID! @authenticated  name: String! @authenticated }
            """,
            {"toys": [toy]},
            {"Rated": [toy], "Toy": [toy]},
        ),
        ratings=Held(
            """
            type Query { best: Rated }
            type Rated @key(fields: "id") @interfaceObject { id: ID! stars: Int }
            """,
            {"best": {"__typename": "Rated", "id": "1", "stars": 5}},
            {"Rated": [{"__typename": "Rated", "id": "1", "stars": 5}]},
        ),
    )
    operation = """query($no: Boolean!) {
      best { stars ... on Toy { id } }
      worst: best { stars ... on Toy { name @include(if: $no) } } }"""

    given = await graph.answer(operation, no=False)

    assert given.data == {"best": None, "worst": {"stars": 5}}
    assert set(hidden(given)) == {"best.id"}
    assert " name" not in str(graph.asked)


def _interface(on_interface: str, on_book: str, on_film: str) -> GuardedGraph:
    head = """schema @link(url: "https://specs.apollo.dev/link/v1.0")
      @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
      @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
      @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY,
        import: [{name: "@requiresScopes", as: "@scoped"}])
      { query: Query }
      enum join__Graph { ONE @join__graph(name: "one", url: "http://one") }
      type Query @join__type(graph: ONE) { works: [Work] book: Book }
    """
    types = """
      interface Work %s { id: ID! title: String }
      type Book implements Work %s { id: ID! title: String }
      type Film implements Work %s { id: ID! title: String }
    """
    join = "@join__type(graph: ONE)"
    object_join = f'{join} @join__implements(graph: ONE, interface: "Work")'
    marks = (f"{join} {on_interface}", f"{object_join} {on_book}", f"{object_join} {on_film}")
    return GuardedGraph(
        head + types % marks,
        one=Held(
            "type Query { works: [Work] book: Book }" + types % ("", "", ""),
            {"works": [BOOK, FILM], "book": BOOK},
        ),
    )


async def test_what_composers_write_on_an_interface_does_not_close_it_to_its_open_objects() -> None:
    graph = _interface(
        '@authenticated @scoped(scopes: [["a", "b"]])',
        '@scoped(scopes: [["a"], ["b"]])',
        "@authenticated",
    )
    # The interface demands more than its objects together (a or b): that part counts.
    given = await graph.answer("{ works { title } }", user("a"))
    assert given.data == {"works": None}

    graph = _interface(
        '@authenticated @scoped(scopes: [["a"], ["b"]])',
        '@scoped(scopes: [["a"], ["b"]])',
        "@authenticated",
    )
    given = await graph.answer("{ works { title } }")
    assert given.data == {"works": [{"title": None}, {"title": None}]}
    given = await graph.answer("{ works { title } }", user())
    assert given.data == {"works": [{"title": None}, {"title": "Alien"}]}
    given = await graph.answer("{ works { title } }", user("b"))
    assert given.data == {"works": [{"title": "Dune"}, {"title": "Alien"}]}


async def test_what_only_the_interface_demands_counts_for_what_is_read_through_it() -> None:
    graph = _interface("@authenticated", "", "")

    given = await graph.answer("{ works { ... on Book { title } } book { title } }")

    assert given.data == {"works": None, "book": {"title": "Dune"}}
    assert hidden(given) == {"works": "You may not read Query.works."}


async def test_one_kind_of_objects_may_be_demanded_for_by_another_interface_field() -> None:
    graph = _interface("", "", "@authenticated")

    given: Sequence[Any] = (await graph.answer("{ works { __typename title } }")).data["works"]  # type: ignore[index]

    assert given == [
        {"__typename": "Book", "title": "Dune"},
        {"__typename": "Film", "title": None},
    ]
