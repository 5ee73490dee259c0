from gateway.execution.tree import collect, locate
from gateway.planning.plan import ListStep, TypeStep

ITEMS = ("items", ListStep())
ONE = {"__typename": "Item", "sku": "1"}
TWO = {"__typename": "Offer", "sku": "2"}
TREE = {"items": [ONE, None, TWO], "top": {"__typename": "Item"}, "note": "text"}


def test_objects_are_found_below_lists_and_nulls_end_their_branch_quietly() -> None:
    assert collect([TREE], ITEMS) == [ONE, TWO]
    assert collect([TREE], ("missing", "below")) == []


def test_a_type_step_keeps_objects_of_its_types_only() -> None:
    assert collect([TREE], (*ITEMS, TypeStep(frozenset({"Item"})))) == [ONE]


def test_an_object_that_stands_in_two_places_is_found_once() -> None:
    assert collect([{"items": [ONE, ONE]}], ITEMS) == [ONE]


def test_lists_of_lists_take_two_steps() -> None:
    tree = {"grid": [[ONE], None, [TWO]]}

    assert collect([tree], ("grid", ListStep(), ListStep())) == [ONE, TWO]


def test_what_has_another_shape_than_the_plan_says_is_left() -> None:
    assert collect([{"items": ONE}], ITEMS) == []
    assert collect([TREE], ("note", "sku")) == []
    assert collect([{"items": [ONE, "text", 3]}], ITEMS) == [ONE]
    assert collect([{"items": "text"}], ITEMS) == []
    assert collect([{"items": [{"__typename": []}]}], (*ITEMS, TypeStep(frozenset({"A"})))) == []


def test_locating_tells_every_place_of_a_shared_object() -> None:
    tree = {"items": [ONE, TWO, ONE]}

    assert locate(tree, ITEMS) == [(ONE, ("items", 0)), (TWO, ("items", 1)), (ONE, ("items", 2))]
