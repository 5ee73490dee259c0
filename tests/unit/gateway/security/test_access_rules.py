import pytest

from gateway.planning.snapshot import build_snapshot
from gateway.security.access_rules import AccessRules
from gateway.supergraph.model import Demand, DemandKind

SIGNED_IN = Demand(DemandKind.AUTHENTICATED)


def scopes(*groups: str) -> Demand:
    return Demand(DemandKind.SCOPES, frozenset(frozenset(group.split()) for group in groups))


def rules(interface: str = "", first: str = "", second: str = "", field: str = "") -> AccessRules:
    links = "".join(
        f'@link(url: "https://specs.apollo.dev/{name}/v0.1", for: SECURITY) '
        for name in ("authenticated", "requiresScopes", "policy")
    )
    implements = '@join__type(graph: ONE) @join__implements(graph: ONE, interface: "I")'
    return AccessRules(
        build_snapshot(
            f"""schema @link(url: "https://specs.apollo.dev/link/v1.0")
              @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) {links}
              {{ query: Query }}
              enum join__Graph {{ ONE @join__graph(name: "one", url: "http://one") }}
              type Query @join__type(graph: ONE) {{ i: I a: A }}
              interface I @join__type(graph: ONE) {interface} {{ x: Int {field} }}
              type A implements I {implements} {first} {{ x: Int e: [E!] s: S }}
              type B implements I {implements} {second} {{ x: Int }}
              enum E @join__type(graph: ONE) @authenticated {{ V }}
              scalar S @join__type(graph: ONE) @requiresScopes(scopes: ["one two", "three"])"""
        ).supergraph
    )


def test_a_field_demands_what_it_its_type_and_the_type_it_gives_demand() -> None:
    known = rules(first="@authenticated")

    assert known.of("A", "A", "x") == {SIGNED_IN}
    assert known.of("B", "B", "x") == frozenset()
    assert known.of("A", "A", "e") == {SIGNED_IN}
    assert known.of("Query", "Query", "a") == {SIGNED_IN}
    assert known.of("Query", "Query", "i") == frozenset()
    assert known.of("A", "A", "__typename") == frozenset()


def test_a_list_of_names_is_read_as_groups_of_one() -> None:
    groups = frozenset({frozenset({"one two"}), frozenset({"three"})})

    assert rules().of("A", "A", "s") == {Demand(DemandKind.SCOPES, groups)}


@pytest.mark.parametrize(
    ("interface", "first", "second", "left"),
    [
        ("@authenticated", "@authenticated", "", set()),
        ("@authenticated", "", "", {SIGNED_IN}),
        (
            '@requiresScopes(scopes: [["a", "b"]])',
            '@requiresScopes(scopes: [["a"]])',
            '@requiresScopes(scopes: [["b"]])',
            set(),
        ),
        (
            '@requiresScopes(scopes: [["a", "c"], ["b", "c"]])',
            '@requiresScopes(scopes: [["a"], ["b"]])',
            '@requiresScopes(scopes: [["c"]])',
            set(),
        ),
        (
            '@requiresScopes(scopes: [["a", "c"]])',
            '@requiresScopes(scopes: [["a"], ["b"]])',
            '@requiresScopes(scopes: [["c"]])',
            {scopes("a c")},
        ),
        (
            '@requiresScopes(scopes: [["a"]])',
            '@policy(policies: [["a"]])',
            "@authenticated",
            {scopes("a")},
        ),
    ],
)
def test_of_an_interface_counts_what_its_objects_do_not_demand_together(
    interface: str, first: str, second: str, left: set[Demand]
) -> None:
    assert rules(interface, first, second).of("Query", "Query", "i") == left


def test_a_field_of_an_interface_counts_for_what_is_read_through_it() -> None:
    known = rules(field="@authenticated")

    assert known.of("I", "B", "x") == {SIGNED_IN}
    assert known.of("B", "B", "x") == frozenset()
