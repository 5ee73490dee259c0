"""Each thing that can be wrong between subgraphs, or in one, has its code of the specification."""

import pytest

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose
from gateway.composition.reader import SubgraphDefinition

VERSION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v{}"'
LINK = (
    VERSION.format("2.9")
    + """, import: ["@key", "@requires", "@provides", "@external", "@shareable", "@tag", "@extends",
  "@override", "@inaccessible", "@composeDirective", "@interfaceObject", "@authenticated",
  "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", "@listSize"])
"""
)
_FEDERATION = "specs.apollo.dev/federation"
QUERY = "type Query { a: Int @shareable } "
ITEM = 'type Query { item: A } type A @key(fields: "id") { id: ID! b: Int } '
OTHER = 'type A @key(fields: "id") { id: ID! %s }'
NODE = """type Query { i: I } interface I @key(fields: "id") { id: ID! a: Int }
  type A implements I @key(fields: "id") { id: ID! a: Int } """
USER = """type Query { u: U! } type U @key(fields: "id") @context(name: "c") {
  id: ID! locale: String! t: T! } type T @key(fields: "id") { id: ID! f(a: %s): Int! }"""
MY = """extend schema @link(url: "https://example.com/my/v1.0", import: ["@my"])
  @composeDirective(name: "@my")
directive @my(a: Int) on FIELD_DEFINITION
"""


def codes(*sdls: str) -> set[str]:
    """The codes of all problems; an SDL that begins with `extend` or `#` brings its own link."""
    definitions = [
        SubgraphDefinition(
            name,
            f"http://{name}",
            sdl if sdl.startswith(("#", LINK)) or _FEDERATION in sdl else LINK + sdl,
        )
        for name, sdl in zip(("one", "two", "three"), sdls, strict=False)
    ]
    with pytest.raises(DoesNotCompose) as caught:
        compose(definitions)
    return {problem.code for problem in caught.value.problems}


IN_FIELD_SETS = [
    ("KEY_INVALID_FIELDS", [QUERY + 'type A @key(fields: "") { id: ID! }']),
    ("KEY_INVALID_FIELDS", [QUERY + 'type A @key(fields: "x: id") { id: ID! }']),
    ("KEY_INVALID_FIELDS", [QUERY + 'type A @key(fields: "...F") { id: ID! }']),
    (
        "REQUIRES_INVALID_FIELDS",
        [ITEM, OTHER % 'b: Int @external c: Int @requires(fields: "b ...F")'],
    ),
    (
        "PROVIDES_INVALID_FIELDS",
        [
            'type Query { a: A @provides(fields: "b ...F") } ' + OTHER % "b: Int @external",
            OTHER % "b: Int @shareable",
        ],
    ),
    (
        "REQUIRES_INVALID_FIELDS",
        [
            ITEM.replace("b:", "b(x: [Int]):"),
            OTHER % 'b(x: [Int]): Int @external c: Int @requires(fields: "b(x: [$y])")',
        ],
    ),
    (
        "KEY_DIRECTIVE_IN_FIELDS_ARG",
        [QUERY + 'type A @key(fields: "id @skip(if: true)") { id: ID! }'],
    ),
    (
        "REQUIRES_INVALID_FIELDS",
        [ITEM, OTHER % 'b: Int @external c: Int @requires(fields: "b(y: 3)")'],
    ),
    (
        "REQUIRES_INVALID_FIELDS",
        [ITEM, OTHER % 'b(x: Int!): Int @external c: Int @requires(fields: "b")'],
    ),
    (
        "REQUIRES_INVALID_FIELDS",
        [ITEM, OTHER % 'b(x: Int): Int @external c: Int @requires(fields: "b(x: true)")'],
    ),
    (
        "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
        [ITEM, OTHER % 'b: Int @external c: Int @requires(fields: "b @include(if: true)")'],
    ),
    (
        "PROVIDES_FIELDS_HAS_ARGS",
        [
            'type Query { a: A @provides(fields: "b") } ' + OTHER % "b(x: Int): Int @external",
            OTHER % "b(x: Int): Int @shareable",
        ],
    ),
    (
        "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        [QUERY + 'interface I { a: A @provides(fields: "b") } ' + OTHER % "b: Int @external"],
    ),
    (
        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
        [QUERY + 'interface I { a: Int @external b: Int @requires(fields: "a") }'],
    ),
    (
        "KEY_UNSUPPORTED_ON_INTERFACE",
        [
            VERSION.format("2.0")
            + """, import: ["@key"]) type Query { a: I } interface I @key(fields: "id") { id: ID! }
            type A implements I @key(fields: "id") { id: ID!}"""
        ],
    ),
]
OF_OWNERS = [
    (
        "EXTERNAL_TYPE_MISMATCH",
        [ITEM, OTHER % 'b: Int! @external c: Int @requires(fields: "b")'],
    ),
    (
        "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
        [
            ITEM.replace("b:", "b(x: Int):"),
            OTHER % 'b(x: String): Int @external c: Int @requires(fields: "b")',
        ],
    ),
    (
        "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
        [
            ITEM.replace("b:", "b(x: Int = 1):"),
            OTHER % 'b(x: Int = 2): Int @external c: Int @requires(fields: "b")',
        ],
    ),
    (
        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
        [ITEM, OTHER % 'b: Int @external @tag(name: "t") c: Int @requires(fields: "b")'],
    ),
    ("EXTERNAL_UNUSED", [QUERY + "type Z @external { z: Int }"]),
    ("EXTENSION_WITH_NO_BASE", [QUERY, 'extend type A @key(fields: "id") { id: ID! }']),
    ("INVALID_SHAREABLE_USAGE", [QUERY + "interface I { a: Int @shareable }"]),
    ("INVALID_FIELD_SHARING", [QUERY + "type Subscription { s: Int @shareable }"]),
    (
        "INVALID_FIELD_SHARING",
        [
            "type Query { v: V @shareable } type V @shareable { a: Int } extend type V { b: Int }",
            "type Query { v: V @shareable } type V @shareable { a: Int b: Int }",
        ],
    ),
    (
        "INVALID_FIELD_SHARING",
        [
            'type Query { a: A @provides(fields: "b") } ' + OTHER % "b: Int @external",
            OTHER % "b: Int",
        ],
    ),
    (
        "INVALID_FIELD_SHARING",
        [NODE, 'type I @interfaceObject @key(fields: "id") { id: ID! a: Int }'],
    ),
    ("INVALID_FIELD_SHARING", [ITEM, *[OTHER % 'b: Int @override(from: "one", label: "x")'] * 2]),
    ("OVERRIDE_LABEL_INVALID", [ITEM, OTHER % 'b: Int @override(from: "one", label: "1x")']),
    (
        "OVERRIDE_LABEL_INVALID",
        [ITEM, OTHER % 'b: Int @override(from: "one", label: "percent(101)")'],
    ),
    (
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        [
            NODE,
            """type I @interfaceObject @key(fields: "id") {
            id: ID! z: Int @override(from: "one") }""",
        ],
    ),
    (
        "INTERFACE_OBJECT_USAGE_ERROR",
        [
            NODE,
            'type I @interfaceObject @key(fields: "id") { id: ID! z: Int } ' + OTHER % "q: Int",
        ],
    ),
    (
        "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
        [
            NODE + 'type B implements I @key(fields: "id") { id: ID! a: Int }',
            """interface I @key(fields: "id") { id: ID! }
            type A implements I @key(fields: "id") { id: ID! }""",
        ],
    ),
]
OF_CLIENTS = [
    ("REFERENCED_INACCESSIBLE", ["type Query { a(x: I): Int } input I @inaccessible { a: Int }"]),
    (
        "REQUIRED_INACCESSIBLE",
        ["type Query { a(x: I): Int } input I { a: Int! @inaccessible b: Int }"],
    ),
    ("ONLY_INACCESSIBLE_CHILDREN", ["type Query { e: E b: Int } enum E { V @inaccessible }"]),
    (
        "ONLY_INACCESSIBLE_CHILDREN",
        ["type Query { u: U } union U = A type A @inaccessible { a: Int }"],
    ),
    ("QUERY_ROOT_TYPE_INACCESSIBLE", ["type Query @inaccessible { a: Int }"]),
    (
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        ["type Query { a(x: [E!] = [V]): Int } enum E { V @inaccessible W }"],
    ),
    (
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        ["type Query { a(x: I = {a: 1}): Int } input I { a: Int @inaccessible b: Int }"],
    ),
    (
        "IMPLEMENTED_BY_INACCESSIBLE",
        [
            """type Query { i: I } interface I { a: Int }
            type A implements I { a: Int @inaccessible b: Int }"""
        ],
    ),
    (
        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
        [
            """type Query { i: I } interface I @authenticated { a: Int }
            type A implements I { a: Int }"""
        ],
    ),
    (
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        [
            ITEM.replace("b: Int", "b: Int @authenticated"),
            OTHER % 'b: Int @external c: Int @requires(fields: "b")',
        ],
    ),
    (
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        [
            ITEM.replace("b: Int", 'b: Int @requiresScopes(scopes: [["x"]])'),
            OTHER
            % """b: Int @external
            c: Int @requires(fields: "b") @requiresScopes(scopes: [["x", "z"], ["y"]])""",
        ],
    ),
    (
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        [
            (USER % 'String @fromContext(field: "$c { locale }")').replace(
                "locale: String!", "locale: String! @authenticated"
            )
        ],
    ),
]
OF_CONTEXTS_AND_COSTS = [
    ("CONTEXT_NOT_SET", [USER % 'String @fromContext(field: "$no { locale }")']),
    ("CONTEXT_NOT_SET", [USER % 'String = "d" @fromContext(field: "$c { locale }")']),
    ("NO_CONTEXT_IN_SELECTION", [USER % 'String @fromContext(field: "{ locale }")']),
    ("CONTEXT_NAME_INVALID", [QUERY + 'type A @context(name: "a_b") { a: Int }']),
    ("CONTEXT_INVALID_SELECTION", [USER % 'String @fromContext(field: "$c { nothing }")']),
    ("CONTEXT_INVALID_SELECTION", [USER % 'String @fromContext(field: "$c { locale id }")']),
    ("CONTEXT_INVALID_SELECTION", [USER % 'Int @fromContext(field: "$c { locale }")']),
    ("CONTEXT_INVALID_SELECTION", [USER % 'String! @fromContext(field: "$c { locale }")']),
    ("CONTEXT_INVALID_SELECTION", [USER % 'String @fromContext(field: "$c { x: locale }")']),
    ("CONTEXT_INVALID_SELECTION", [USER % 'String @fromContext(field: "$c ... on T { id }")']),
    (
        "CONTEXT_NO_RESOLVABLE_KEY",
        [
            (USER % 'String @fromContext(field: "$c { locale }")').replace(
                'type T @key(fields: "id")', "type T"
            )
        ],
    ),
    (
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        [
            (USER % 'String @fromContext(field: "$c { locale }")').replace(
                ": Int! }", ": Int! @shareable }"
            ),
            'type T @key(fields: "id") { id: ID! f(a: String!): Int! @shareable }',
        ],
    ),
    ("LIST_SIZE_APPLIED_TO_NON_LIST", ["type Query { a: Int @listSize(assumedSize: 3) }"]),
    ("LIST_SIZE_INVALID_ASSUMED_SIZE", ["type Query { a: [Int] @listSize(assumedSize: -3) }"]),
    (
        "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        ['type Query { a(x: ID): [Int] @listSize(slicingArguments: ["x"]) }'],
    ),
    (
        "LIST_SIZE_INVALID_SIZED_FIELD",
        ['type Query { a: A @listSize(sizedFields: ["z"]) } type A { x: [Int] }'],
    ),
    (
        "COST_APPLIED_TO_INTERFACE_FIELD",
        [QUERY + "interface I { a: Int @cost(weight: 3) }"],
    ),
]
OF_LINKS_AND_DIRECTIVES = [
    ("UNKNOWN_FEDERATION_LINK_VERSION", [VERSION.format("2.99") + ") type Query { a: Int }"]),
    ("UNKNOWN_FEDERATION_LINK_VERSION", [VERSION.format("3.0") + ") type Query { a: Int }"]),
    (
        "INVALID_LINK_DIRECTIVE_USAGE",
        [VERSION.format("2.4") + ', import: ["@authenticated"]) type Query { a: Int }'],
    ),
    (
        "INVALID_LINK_DIRECTIVE_USAGE",
        [VERSION.format("2.4") + ', import: [{name: "@key", as: "k"}]) type Query { a: Int }'],
    ),
    (
        "INVALID_LINK_DIRECTIVE_USAGE",
        [VERSION.format("2.4") + ", import: [1]) type Query { a: Int }"],
    ),
    ("INVALID_LINK_DIRECTIVE_USAGE", [LINK + VERSION.format("2.4") + ") " + QUERY]),
    ("INVALID_LINK_IDENTIFIER", ['extend schema @link(url: "no url") ' + QUERY]),
    (
        "DIRECTIVE_DEFINITION_INVALID",
        ["directive @key(fields: String!, no: Int) on OBJECT " + QUERY],
    ),
    ("DIRECTIVE_COMPOSITION_ERROR", [MY.replace('name: "@my"', 'name: "my"') + QUERY]),
    ("DIRECTIVE_COMPOSITION_ERROR", [MY.replace('name: "@my"', 'name: "@your"') + QUERY]),
    ("DIRECTIVE_COMPOSITION_ERROR", ['extend schema @composeDirective(name: "@key") ' + QUERY]),
    ("DIRECTIVE_COMPOSITION_ERROR", [MY + QUERY, MY.replace("v1.0", "v2.0") + QUERY]),
    ("DIRECTIVE_COMPOSITION_ERROR", [MY + QUERY, MY.replace(".com/my", ".com/your") + QUERY]),
    ("INVALID_LINK_IDENTIFIER", [MY.replace("/v1.0", "") + QUERY]),
    ("INVALID_GRAPHQL", ["#Federation 1\ntype Query { a: Int @shareable }"]),
    (
        "INVALID_GRAPHQL",
        [
            ITEM,
            VERSION.format("2.5")
            + ', import: ["@override", "@key"]) '
            + OTHER % 'b: Int @override(from: "one", label: "x")',
        ],
    ),
    (
        "INVALID_GRAPHQL",
        [
            "type Query { a(e: E = W): Int } enum E { V W }",
            "type Query { b(e: E): Int } enum E { V }",
        ],
    ),
    (
        "FIELD_ARGUMENT_TYPE_MISMATCH",
        [QUERY + "directive @d(a: Int) on FIELD", QUERY + "directive @d(a: ID) on FIELD"],
    ),
    (
        "FIELD_TYPE_MISMATCH",
        ["type Query { a: [Int]! @shareable }", "type Query { a: [Int!] @shareable }"],
    ),
]


@pytest.mark.parametrize(
    ("code", "sdls"),
    [*IN_FIELD_SETS, *OF_OWNERS, *OF_CLIENTS, *OF_CONTEXTS_AND_COSTS, *OF_LINKS_AND_DIRECTIVES],
)
def test_what_is_wrong_has_its_code_and_no_other(code: str, sdls: list[str]) -> None:
    assert codes(*sdls) == {code}


@pytest.mark.parametrize("name", ["", "_"])
def test_some_names_are_none_for_a_subgraph(name: str) -> None:
    with pytest.raises(DoesNotCompose, match="INVALID_SUBGRAPH_NAME"):
        compose([SubgraphDefinition(name, "http://x", LINK + QUERY)])
