import pytest
from graphql import (
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from gateway.errors import OperationTooComplex
from gateway.planning.snapshot import build_snapshot
from gateway.security.access_rules import AccessRules
from gateway.security.veil import MOST_WRITTEN, GuardedOperation, Veil, guarded

KINDS = 30


def graph(kinds: int = KINDS, demand: str = "@authenticated") -> str:
    """An interface of many kinds, every other one of which demands something for `self`."""
    types = "".join(
        f"""type K{number} implements Any @join__type(graph: ONE)
          @join__implements(graph: ONE, interface: "Any")
          {{ a: Int self: Any {demand if number % 2 else ""} }}\n"""
        for number in range(kinds)
    )
    return f"""schema @link(url: "https://specs.apollo.dev/link/v1.0")
      @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
      @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) {{ query: Query }}
      enum join__Graph {{ ONE @join__graph(name: "one", url: "http://one") }}
      type Query @join__type(graph: ONE) {{ any: Any }}
      interface Any @join__type(graph: ONE) {{ a: Int self: Any }}
      {types}"""


def operation(text: str, sdl: str) -> GuardedOperation | None:
    snapshot = build_snapshot(sdl)
    document = parse(text)
    assert not validate(snapshot.public_schema, document)
    (node,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    rules = AccessRules(snapshot.supergraph)
    return guarded(snapshot.public_schema, rules, node, fragments)


def narrowed(text: str, sdl: str) -> str:
    whole = operation(text, sdl)
    assert whole is not None
    return print_ast(Veil(whole, frozenset(whole.demands)).narrowed())


def test_a_field_that_differs_by_type_is_asked_for_where_it_may_be_read() -> None:
    assert narrowed("{ any { a self { a } } }", graph(4)) == print_ast(
        parse("{ any { a ... on K0 { self { a } } ... on K2 { self { a } } } }").definitions[0]
    )


def test_where_nothing_may_be_read_the_type_is_asked_on_the_same_conditions() -> None:
    text = """query($if: Boolean!) { any {
      ...on K1 { ... @skip(if: false) { self { a } } } ... on K3 { self @include(if: $if) { a } }
    } }"""

    assert narrowed(text, graph(4)) == print_ast(
        parse(text.replace("self", "__typename").replace("{ a }", "")).definitions[0]
    )


def test_an_operation_that_names_nothing_guarded_demands_nothing() -> None:
    assert operation("{ any { a ... on K0 { self { __typename } } } }", graph(4)) is None
    assert operation("{ any { self { a } } }", graph(4, "")) is None


class _Counting(Veil):
    """Counts how often it is looked up what may be read."""

    looked_up = 0

    def may_read(self, reached_as: str, type_name: str, name: str) -> bool:
        self.looked_up += 1
        return super().may_read(reached_as, type_name, name)


class _Counter(Visitor):
    """Counts selections, and stops where there are too many to count."""

    def __init__(self) -> None:
        super().__init__()
        self.found = 0

    def enter(self, node: object, *_: object) -> None:
        self.found += type(node).__name__ in ("FieldNode", "InlineFragmentNode")
        if self.found > 2 * MOST_WRITTEN:
            raise GraphQLError("It never ends.")


def test_interfaces_within_interfaces_are_written_out_within_bounds() -> None:
    depth_that_fits = "{ any { self { self { a } } } }"
    counter = _Counter()
    whole = operation(depth_that_fits, graph())
    assert whole is not None
    visit(Veil(whole, frozenset(whole.demands)).narrowed(), counter)
    assert KINDS**2 / 4 < counter.found <= MOST_WRITTEN

    too_deep = "{ any " + "{ self " * 20 + "{ a } " + "}" * 20 + " }"
    whole = operation(too_deep, graph())
    assert whole is not None
    veil = _Counting(whole, frozenset(whole.demands))
    with pytest.raises(OperationTooComplex, match="selections"):
        veil.narrowed()
    # Each place is worked out once for each set of types that may stand there, not once a way.
    assert veil.looked_up <= 25 * KINDS
