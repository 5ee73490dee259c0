from typing import Any

import orjson
import pytest
from graphql import (
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    parse,
)
from graphql.execution.values import get_variable_values
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.projection import Projection
from gateway.execution.selections import FieldCollector, Selected
from gateway.execution.straight_completion import (
    MOST_FIELDS,
    CompletionWriter,
    straight_completion,
)
from gateway.execution.subgraph_errors import ErrorLog, Failure

SCHEMA = build_schema("""
  type Query { shop: Shop need: Shop! things: [Thing!] media: Media medias: [[Media]!]! count: Int }
  type Shop implements Thing { id: ID! name: String open: Boolean! rating: Float tags: [String!]
    mood: Mood boss: Person! staff: [Person] }
  type Person implements Thing { id: ID! age: Int! shop: Shop friends: [Person!]! mood: Mood! }
  interface Thing { id: ID! mood: Mood }
  union Media = Shop | Person
  enum Mood { GLAD SAD }
  scalar JSON
""")


class Asked:
    def __init__(self, text: str, **variables: Any) -> None:
        document = parse(text)
        (self.operation,) = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.document = document
        self.variables = variables
        self.projection = Projection(SCHEMA, self.operation, fragments, frozenset({"Hidden"}))
        self.collector = FieldCollector(SCHEMA, fragments)

    def completed(self, tree: dict[str, Any]) -> tuple[Any, ErrorLog]:
        log = ErrorLog(self.projection.visible_part, lambda _: None)
        values = get_variable_values(
            SCHEMA, self.operation.variable_definitions or (), self.variables
        )
        assert not isinstance(values, list)
        return self.projection.complete(tree, values.coerced, log), log

    def straight(self, tree: dict[str, Any]) -> Any:
        """Completed by generated code; None where that has met something unusual."""
        values = {"a": False, "b": True} | self.variables
        for _ in range(2):
            assert self.projection.complete_straight(tree, values) is None
        return self.projection.complete_straight(tree, values)

    def oracle(self, tree: dict[str, Any]) -> ExecutionResult:
        return execute_sync(
            SCHEMA,
            self.document,
            tree,
            variable_values=self.variables,
            field_resolver=by_response_key,
            type_resolver=lambda value, *_: value.get("__typename"),
        )


def by_response_key(source: dict[str, Any], info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    return source.get(str(info.path.key))


def completed(text: str, tree: dict[str, Any], **variables: Any) -> Any:
    return Asked(text, **variables).completed(tree)[0]


def errors_of(text: str, tree: dict[str, Any]) -> list[dict[str, Any]]:
    log = Asked(text).completed(tree)[1]
    log.tell_the_rest()
    return log.errors


def test_helper_fields_never_get_out_and_aliases_keep_the_clients_order() -> None:
    tree = {"shop": {"id": "1", "_requires": 3, "b": "B", "a": "A", "__typename": "Shop"}}

    data = completed("{ shop { a: name b: name } }", tree)

    assert data == {"shop": {"a": "A", "b": "B"}}
    assert list(data["shop"]) == ["a", "b"]


@pytest.mark.parametrize("take", [True, False])
@pytest.mark.parametrize("skip", [True, False])
def test_a_field_stands_where_it_appears_first_of_all_that_is_not_left_out(
    skip: bool, take: bool
) -> None:
    text = """query ($skip: Boolean!, $take: Boolean!) {
      count @include(if: $take)
      need { id @skip(if: $skip) name ...Rest @include(if: $take) id }
      ... on Query @skip(if: $skip) { medias { __typename } }
      count
      medias { __typename }
    }
    fragment Rest on Shop { open id name }"""
    asked = Asked(text, skip=skip, take=take)
    tree: dict[str, Any] = {
        "need": {"id": "1", "name": "S", "open": True},
        "count": 1,
        "medias": [],
    }

    given = [asked.completed(tree)[0], asked.straight(tree)]

    expected = orjson.dumps(asked.oracle(tree).data)
    assert [orjson.dumps(each) for each in given] == [expected, expected]


def test_a_null_in_a_required_place_takes_its_nearest_nullable_parent() -> None:
    tree = {"shop": {"id": "1", "boss": {"id": "2", "age": None}}}

    assert completed("{ shop { id boss { id age } } }", tree) == {"shop": None}
    assert errors_of("{ shop { id boss { id age } } }", tree) == [
        {
            "message": "Cannot return null for non-nullable field Person.age.",
            "path": ["shop", "boss", "age"],
            "extensions": {"code": "INVALID_SUBGRAPH_VALUE"},
        }
    ]


def test_a_null_in_a_required_root_field_takes_everything() -> None:
    assert completed("{ count need { id } }", {"count": 1, "need": None}) is None


def test_a_value_the_public_enum_does_not_have_becomes_null_and_is_not_told() -> None:
    tree = {"shop": {"mood": "SECRET"}}

    assert completed("{ shop { mood } }", tree) == {"shop": {"mood": None}}
    assert "SECRET" not in str(errors_of("{ shop { mood } }", tree))


def test_an_object_of_a_type_that_clients_may_not_see_becomes_null() -> None:
    tree = {"media": {"__typename": "Hidden", "id": "1"}}

    assert completed("{ media { ... on Shop { id } } }", tree) == {"media": None}
    assert not errors_of("{ media { ... on Shop { id } } }", tree)


@pytest.mark.parametrize("name", ["Nobody", "Query", "Mood"])
def test_an_object_of_a_type_that_cannot_stand_there_is_told(name: str) -> None:
    tree = {"media": {"__typename": name, "id": "1"}}

    assert completed("{ media { ... on Shop { id } } }", tree) == {"media": None}
    (error,) = errors_of("{ media { ... on Shop { id } } }", tree)
    assert error["path"] == ["media"]
    assert error["message"] == 'The object\'s type is none of "Media".'


def test_an_object_of_unknown_type_gives_what_its_interface_promises_and_no_type_name() -> None:
    tree = {"things": [{"__typename": "Thing", "id": "1", "name": "x"}]}

    assert completed("{ things { id ... on Shop { name } } }", tree) == {"things": [{"id": "1"}]}
    assert completed("{ things { kind: __typename id } }", tree) == {"things": None}


def test_a_32_bit_int_is_an_int_and_a_longer_one_is_not() -> None:
    assert completed("{ count }", {"count": 2**31 - 1}) == {"count": 2**31 - 1}
    assert completed("{ count }", {"count": 2**31}) == {"count": None}


def test_a_missing_field_is_blamed_on_the_fetch_that_should_have_given_it() -> None:
    asked = Asked("{ shop { id name mood } }")
    shop = {"id": "1"}
    log = ErrorLog(asked.projection.visible_part, lambda _: None)
    log.failed(Failure("stock is down", {"code": "A"}, lambda: frozenset({"name"})), [shop])
    log.failed(Failure("moods are down", {"code": "B"}, lambda: frozenset({"mood"})), [shop])

    data = asked.projection.complete({"shop": shop}, {}, log)
    log.tell_the_rest()

    assert data == {"shop": {"id": "1", "name": None, "mood": None}}
    assert log.errors == [
        {"message": "stock is down", "path": ["shop", "name"], "extensions": {"code": "A"}},
        {"message": "moods are down", "path": ["shop", "mood"], "extensions": {"code": "B"}},
    ]


def test_a_failure_that_no_missing_field_shows_is_told_all_the_same() -> None:
    asked = Asked("{ shop { id } }")
    log = ErrorLog(asked.projection.visible_part, lambda _: None)
    places = lambda: [("shop", "hidden", 0)]  # noqa: E731
    log.failed(Failure("down", {}, lambda: frozenset({"x"}), places), [{}])

    asked.projection.complete({"shop": {"id": "1"}}, {}, log)
    log.tell_the_rest()

    assert log.errors == [{"message": "down", "path": ["shop"]}]


def test_generated_code_gives_what_is_interpreted_byte_for_byte() -> None:
    asked = Asked(
        """{ shop { name id open far: rating tags staff { __typename age } mood }
             things { kind: __typename id ... on Person { age } }
             medias { ... on Shop { name } } }"""
    )
    shop: dict[str, Any] = {"id": 1, "name": None, "open": True, "tags": ["x"], "mood": "SAD"}
    shop |= {"staff": [{"age": 1, "hidden": 2}, None], "far": 3, "__typename": "Shop"}
    things = [{"__typename": "Person", "id": "2", "age": 3}, {"__typename": "Shop", "id": "4"}]
    tree = {"shop": shop, "things": things, "medias": [[shop]]}

    straight = asked.straight(tree)

    assert straight is not None
    assert orjson.dumps(straight) == orjson.dumps(asked.completed(tree)[0])


def test_generated_code_takes_a_field_that_nobody_gave_for_null() -> None:
    tree = {"shop": {"id": "1"}}

    assert Asked("{ shop { id name } }").straight(tree) == {"shop": {"id": "1", "name": None}}
    assert Asked("{ shop { id open } }").straight(tree) is None


@pytest.mark.parametrize(
    "tree",
    [
        {"need": None},
        {"need": []},
        {"need": "text"},
        {"need": {"mood": "SECRET"}},
        {"need": {"mood": ["GLAD"]}},
        {"need": {}, "things": {"id": "1"}},
        {"need": {}, "things": "text"},
        {"need": {}, "things": [None]},
        {"need": {}, "things": [{"__typename": "Hidden", "id": "1"}]},
        {"need": {}, "things": [{"__typename": ["Shop"], "id": "1"}]},
        {"need": {}, "things": [{"__typename": "Thing", "id": "1"}]},
        {"need": {}, "count": 2**31},
        {"need": {}, "count": "1.5"},
        {"need": {}, "count": []},
    ],
)
def test_generated_code_leaves_whatever_is_wrong_to_the_interpreter(tree: dict[str, Any]) -> None:
    asked = Asked("{ need { mood kind: __typename } count things { __typename id } }")

    assert asked.straight(tree) is None
    assert asked.completed(tree)[1].errors or "things" in tree


def test_what_is_completed_once_is_remembered_for_one_run_only() -> None:
    asked = Asked("{ shop { boss { id age } } }")
    (shop,) = asked.projection.root_fields
    (boss,) = asked.collector.collect(None, shop.below)
    united = {id(part.selection_set) for part in boss.below}
    assert SCHEMA.query_type is not None
    writer = CompletionWriter(SCHEMA, asked.collector, {}, united)
    complete = straight_completion(writer, SCHEMA.query_type, asked.projection.root_fields)
    tree = {"shop": {"boss": {"id": "1", "age": 2}}}

    assert complete is not None
    assert complete(tree) == tree
    assert complete({"shop": {"boss": {"id": "1", "age": 2}, "id": []}}) == tree
    assert complete({"shop": {"boss": {"id": "1", "age": "x"}}}) is None
    assert writer.made_before == [{}]


def test_an_operation_of_very_many_fields_is_always_interpreted() -> None:
    fields = " ".join(f"a{number}: count" for number in range(MOST_FIELDS + 1))

    assert Asked(f"{{ {fields} }}").straight({}) is None
    assert Asked("{ count }").straight({}) == {"count": None}


def test_conditions_have_code_of_their_own_up_to_a_number() -> None:
    names = "abcd"
    fields = " ".join(f"{one}: count @include(if: ${one})" for one in names)
    asked = Asked(f"query ({' '.join(f'${one}: Boolean!' for one in names)}) {{ {fields} }}")
    tree = dict.fromkeys(names, 1)
    given_by_code = 0

    for number in range(16):
        asked.variables = {one: bool(number & 1 << at) for at, one in enumerate(names)}
        expected = {one: 1 for one in names if asked.variables[one]}
        for _ in range(2):
            asked.projection.complete_straight(tree, asked.variables)
        straight = asked.projection.complete_straight(tree, asked.variables)
        given_by_code += straight is not None
        assert straight in (expected, None)

    assert given_by_code == 8


DEPTH = 2
NAMES = {
    "Query": ["shop", "need", "things", "media", "medias", "count"],
    "Shop": ["id", "name", "open", "rating", "tags", "mood", "boss", "staff"],
    "Person": ["id", "age", "shop", "friends"],
    "Thing": ["id"],
    "Media": [],
}
FRAGMENTS = {
    "Query": ["Query"],
    "Shop": ["Shop", "Thing", "Media"],
    "Person": ["Person", "Thing", "Media"],
    "Thing": ["Thing", "Shop", "Person"],
    "Media": ["Shop", "Person", "Thing"],
}


@st.composite
def conditions(draw: st.DrawFn) -> str:
    return draw(
        st.sampled_from(["", "", "", "@skip(if: $a)", "@include(if: $b)", "@skip(if: false)"])
    )


@st.composite
def selection_sets(draw: st.DrawFn, on: str, depth: int = 0) -> str:
    parts = ["__typename" if draw(st.booleans()) else "kind: __typename"]
    for name in draw(st.lists(st.sampled_from(NAMES[on] or ["__typename"]), max_size=3)):
        if name == "__typename":
            continue
        kind = get_named_type(SCHEMA.type_map[on].fields[name].type)  # type: ignore[attr-defined]
        below = ""
        if is_object_type(kind) or is_abstract_type(kind):
            if depth >= DEPTH:
                continue
            below = draw(selection_sets(kind.name, depth + 1))
        alias = draw(st.sampled_from(["", f"{on}_{name}: "]))
        parts.append(f"{alias}{name} {draw(conditions())} {below}")
    if depth < DEPTH:
        for condition in draw(st.lists(st.sampled_from(FRAGMENTS[on]), max_size=1)):
            below = draw(selection_sets(condition, depth + 1))
            parts.append(f"... on {condition} {draw(conditions())} {below}")
    return "{ " + " ".join(parts) + " }"


def raw_values(draw: st.DrawFn, of: Any, selected: tuple[Selected, ...], asked: Asked) -> Any:
    if is_non_null_type(of):
        if draw(st.integers(0, 9)) == 0:
            return None
        of = of.of_type
    elif draw(st.integers(0, 5)) == 0:
        return None
    if is_list_type(of):
        return [
            raw_values(draw, of.of_type, selected, asked) for _ in range(draw(st.integers(0, 2)))
        ]
    if is_abstract_type(of):
        of = draw(st.sampled_from(SCHEMA.get_possible_types(of)))
    if is_object_type(of):
        return raw_object(draw, of, selected, asked)
    good: dict[str, st.SearchStrategy[Any]] = {
        "ID": st.text(max_size=2),
        "String": st.text(max_size=2),
        "Int": st.integers(-3, 3),
        "Float": st.floats(-1, 1) | st.integers(-3, 3),
        "Boolean": st.booleans(),
        "Mood": st.sampled_from(["GLAD", "SAD", "ANGRY"]),
    }
    return draw(good[of.name])


def raw_object(
    draw: st.DrawFn, of: Any, selected: tuple[Selected, ...], asked: Asked
) -> dict[str, Any]:
    tree: dict[str, Any] = {"__typename": of.name}
    for field in asked.collector.collect(of, selected):
        if field.name != "__typename":
            tree[field.response_key] = raw_values(
                draw, of.fields[field.name].type, field.below, asked
            )
    return tree


@given(st.data(), st.booleans(), st.none() | st.booleans())
@settings(max_examples=150, deadline=None)
def test_completion_agrees_with_graphql_core(
    data: st.DataObject, skip: bool, take: bool | None
) -> None:
    text = "query($a: Boolean = false, $b: Boolean = true) " + data.draw(selection_sets("Query"))
    variables: dict[str, Any] = {"a": skip} | ({} if take is None else {"b": take})
    asked = Asked(text, **variables)

    @st.composite
    def trees(draw: st.DrawFn) -> dict[str, Any]:
        return raw_object(
            draw, SCHEMA.query_type, (Selected(asked.operation.selection_set),), asked
        )

    tree = data.draw(trees())
    expected = asked.oracle(tree)
    given_data, log = asked.completed(tree)
    straight = asked.straight(tree)

    assert orjson.dumps(given_data) == orjson.dumps(expected.data)
    assert straight is None or orjson.dumps(straight) == orjson.dumps(given_data)
    assert straight is None or not log.errors
    assert straight is not None or log.errors or given_data is None
    assert [error["path"] for error in log.errors] == [
        error.path for error in expected.errors or []
    ]
