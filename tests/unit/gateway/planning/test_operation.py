from graphql import parse

from gateway.planning.conditions import ALWAYS, Conditions
from gateway.planning.operation import FieldSelection, Operation, Selection, normalise
from gateway.planning.types import TypeWorld
from tests.support.federated_graph import FederatedGraph

WORLD = TypeWorld(
    FederatedGraph(
        one="""
          type Query { node(id: ID): Node item: Item found: Found }
          interface Node { id: ID! }
          type Item implements Node { id: ID! name: String next: Item }
          type Shop implements Node { id: ID! city: String }
          union Found = Item | Shop
        """
    ).snapshot.supergraph
)


def normal(text: str) -> Operation:
    return normalise(parse(text), None, WORLD)


def written(selections: tuple[Selection, ...]) -> str:
    return " ".join(map(_written, selections))


def _written(selection: Selection) -> str:
    text = (
        f"{selection.response_key}:{selection.name}{selection.arguments}"
        if isinstance(selection, FieldSelection)
        else f"...{selection.type_name}"
    )
    if isinstance(selection, FieldSelection):
        text += "|".join(map(_condition_text, selection.when))
    return f"{text}{{{written(selection.selections)}}}" if selection.selections else text


def _condition_text(conditions: Conditions) -> str:
    return "".join(
        f"{'!' if condition.negated else '?'}{condition.variable}"
        for condition in sorted(conditions)
    )


def test_fragments_are_put_in_place_and_equal_keys_merged() -> None:
    operation = normal(
        "{ item { name ...F } item { next { id } } } fragment F on Item { name next { name } }"
    )

    assert written(operation.selections) == ("item:item{name:name next:next{name:name id:id}}")


def test_type_conditions_that_always_hold_are_dropped() -> None:
    operation = normal("{ item { ... on Node { id } ... on Item { name } } node { ... { id } } }")

    assert written(operation.selections) == "item:item{id:id name:name} node:node{id:id}"


def test_type_conditions_that_never_hold_are_dropped() -> None:
    operation = normal("{ found { ... on Item { ... on Node { ... on Shop { city } id } } } }")

    assert written(operation.selections) == "found:found{...Item{id:id}}"


def test_conditions_are_carried_down_and_weakened_by_other_uses() -> None:
    operation = normal(
        """query ($a: Boolean!, $b: Boolean!) {
          item @include(if: $a) { name ... @skip(if: $b) { id next { id } } }
          item { name next @include(if: $a) { name } }
        }"""
    )

    assert written(operation.selections) == (
        "item:item{name:name id:id?a!b next:next?a{id:id?a!b name:name?a}}"
    )


def test_a_field_in_several_places_is_asked_under_the_conditions_of_any() -> None:
    operation = normal(
        """query ($a: Boolean!, $b: Boolean!) {
          item @include(if: $a) { name } ... @skip(if: $b) { item { id name @include(if: $a) } }
          item @include(if: $a) { next @include(if: $b) { id } } }"""
    )

    assert written(operation.selections) == (
        "item:item?a|!b{name:name?a id:id!b next:next?a?b{id:id?a?b}}"
    )


def test_conditions_that_contradict_leave_nothing() -> None:
    operation = normal(
        "query ($a: Boolean!) { item @include(if: $a) { id ... @skip(if: $a) { name } } }"
    )

    assert written(operation.selections) == "item:item?a{id:id?a}"


def test_arguments_and_variables_are_remembered_as_printed() -> None:
    operation = normal('query Q($id: ID = "x") { a: node(id: $id) { id } }')

    assert written(operation.selections) == "a:node(id: $id){id:id}"
    assert operation.name == "Q"
    assert operation.variables == {"id": '$id: ID = "x"'}
    (selection,) = operation.selections
    assert isinstance(selection, FieldSelection)
    assert selection.variables == {"id"}
    assert selection.when == ALWAYS


def test_a_leaf_that_all_objects_give_is_not_asked_of_some_of_them_again() -> None:
    operation = normal(
        """query ($a: Boolean!) {
          node { id ... on Item { id @include(if: $a) name next { id } ... on Node { id } } }
          found { ... on Node { id ... on Item { id name } } }
        }"""
    )

    assert written(operation.selections) == (
        "node:node{id:id ...Item{name:name next:next{id:id}}} "
        "found:found{...Node{id:id ...Item{name:name}}}"
    )


def test_a_leaf_that_only_some_callers_get_of_all_objects_is_asked_of_the_others() -> None:
    operation = normal(
        """query ($a: Boolean!) {
          node { id @include(if: $a) ... on Item { id } ... on Shop { id } } }"""
    )

    assert written(operation.selections) == "node:node{id:id?a ...Item{id:id} ...Shop{id:id}}"
