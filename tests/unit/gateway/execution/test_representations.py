from typing import Any

import orjson

from gateway.execution.representations import compile_representations
from gateway.planning.plan import Representation, RepresentationField, RepresentationFragment

SKU = RepresentationField("sku", "sku")


def written(item: dict[str, Any], *representations: Representation) -> Any:
    text = compile_representations(representations)(item)
    return None if text is None else orjson.loads(text)


def test_a_representation_holds_the_type_and_the_key() -> None:
    item = Representation(None, "Item", (SKU,))

    assert written({"sku": "1", "name": "x"}, item) == {"__typename": "Item", "sku": "1"}


def test_an_object_whose_key_is_null_or_missing_is_not_sent() -> None:
    item = Representation(None, "Item", (SKU,))

    assert written({"sku": None}, item) is None
    assert written({}, item) is None


def test_a_required_field_that_may_be_null_is_sent_as_null_when_it_is_null_or_missing() -> None:
    weight = RepresentationField("weight", "_weight", nullable=True)
    item = Representation(None, "Item", (SKU, weight))

    expected = {"__typename": "Item", "sku": "1", "weight": None}

    assert written({"sku": "1", "_weight": None}, item) == expected
    assert written({"sku": "1"}, item) == expected


def test_the_objects_own_type_chooses_the_representation() -> None:
    book = Representation(frozenset({"Book"}), None, (RepresentationField("isbn", "isbn"),))
    film = Representation(frozenset({"Film"}), "Media", (SKU,))

    assert written({"__typename": "Book", "isbn": 1}, book, film) == {
        "__typename": "Book",
        "isbn": 1,
    }
    assert written({"__typename": "Film", "sku": 2}, book, film) == {
        "__typename": "Media",
        "sku": 2,
    }
    assert written({"__typename": "Song", "sku": 3}, book, film) is None


def test_nested_keys_keep_list_positions_and_only_what_is_selected() -> None:
    parts = RepresentationField("parts", "parts", (SKU,))
    kit = Representation(None, "Kit", (parts,))

    sent = written({"parts": [{"sku": 1, "name": "x"}, None, {"sku": 3}]}, kit)

    assert sent == {"__typename": "Kit", "parts": [{"sku": 1}, None, {"sku": 3}]}
    assert written({"parts": [{"sku": 1}, {}]}, kit) is None


def test_a_fragment_is_sent_for_its_types_only_and_joins_what_is_there() -> None:
    size = RepresentationField("box", "box", (RepresentationField("size", "size"),))
    weight = RepresentationField("box", "box", (RepresentationField("weight", "weight"),))
    heavy = RepresentationFragment(frozenset({"Heavy"}), (weight,))
    item = Representation(None, None, (size, heavy))
    box = {"size": 1, "weight": 2}

    assert written({"__typename": "Heavy", "box": box}, item) == {
        "__typename": "Heavy",
        "box": {"size": 1, "weight": 2},
    }
    assert written({"__typename": "Light", "box": box}, item) == {
        "__typename": "Light",
        "box": {"size": 1},
    }
