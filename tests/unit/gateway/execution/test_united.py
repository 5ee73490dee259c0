from copy import deepcopy
from dataclasses import replace
from typing import Any

import orjson
import pytest

from gateway.execution.answer import Answer
from gateway.execution.gathering import Gathered, gathering_source
from gateway.execution.preparation import PreparationOptions
from gateway.execution.representations import compile_representations
from gateway.execution.united import MOST_PLACES, united_paths
from gateway.pipeline import OperationRequest, Served, answer
from gateway.planning.plan import (
    ContextVariable,
    EntityCall,
    Fetch,
    ListStep,
    OperationKind,
    Path,
    QueryPlan,
    Representation,
    RepresentationField,
    TypeStep,
)
from gateway.ports import SubgraphResponse
from gateway.security.authentication import VISITOR
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

LIST = ListStep()
LINES: Path = ("orders", LIST, "lines", LIST)
ITEM: Path = (*LINES, "item")
ITEMS: Path = ("items", LIST)
A = TypeStep(frozenset("A"))
KEY = Representation(None, "Item", (RepresentationField("sku", "sku"),))


def root(number: int, *needs: int, paths: tuple[Path, ...] = ()) -> Fetch:
    return Fetch(number, "s", OperationKind.QUERY, "", None, depends_on=needs, paths=paths)


def entities(number: int, needs: tuple[int, ...], *calls: tuple[Path, ...]) -> Fetch:
    made = tuple(EntityCall("_entities", "r", paths, (KEY,)) for paths in calls)
    return Fetch(number, "s", OperationKind.QUERY, "", None, depends_on=needs, entity_calls=made)


def united(*fetches: Fetch, **keys: str) -> dict[int, set[Path]]:
    """What may be united; `keys` are those that a fetch gives: `f1="lines"`."""
    plan = QueryPlan(OperationKind.QUERY, fetches)
    found = united_paths(plan, lambda number: frozenset(keys.get(f"f{number}", "").split()))
    return {number: set(paths) for number, paths in found.items()}


def test_entities_of_a_list_are_united_by_the_first_fetch_that_is_about_them() -> None:
    first, second = entities(1, (0,), (ITEM,)), entities(2, (1,), (ITEM,))

    assert united(root(0), first) == {1: {ITEM}}
    assert united(root(0), first, second) == {1: {ITEM}}
    assert united(root(0), entities(1, (0,), (ITEMS, ITEM))) == {1: {ITEMS, ITEM}}


def test_one_entity_alone_and_entities_of_one_type_among_others_are_not() -> None:
    assert united(root(0), entities(1, (0,), (("item",),))) == {}
    assert united(root(0), entities(1, (0,), ((*ITEM, A),))) == {}


@pytest.mark.parametrize(
    "other",
    [
        entities(2, (0,), (ITEM,)),
        entities(2, (0,), ((*ITEM, A),)),
        entities(2, (1,), (("orders", LIST, A, "lines", LIST, "item"),)),
        entities(2, (1,), ((*LINES, A, "item"),)),
        entities(2, (1,), ((*LINES, A, "item", "maker"),)),
        entities(2, (0,), (LINES,)),
        entities(2, (1,), (("orders", LIST),)),
        root(2),
        root(2, paths=(("orders", LIST),)),
    ],
)
def test_entities_are_not_united_if_others_may_come_to_some_of_their_places(other: Fetch) -> None:
    keys = "item lines orders"

    assert united(root(0), entities(1, (0,), (ITEM,)), other, f2=keys).get(1) is None


@pytest.mark.parametrize(
    "other",
    [
        entities(2, (1,), ((*ITEM, A),)),
        entities(2, (1,), ((*ITEM, "maker"),)),
        entities(2, (0,), ((*ITEM, "maker"),)),
        entities(2, (0,), (LINES,)),
        root(2),
    ],
)
def test_entities_are_united_if_others_come_to_all_their_places_or_to_none(other: Fetch) -> None:
    assert united(root(0), entities(1, (0,), (ITEM,)), other, f2="more").get(1) == {ITEM}


@pytest.mark.parametrize(
    "others",
    [
        [entities(2, (), ((*ITEM, "maker"),))],
        [entities(2, (0,), ((*ITEM, "maker"),)), entities(3, (0,), ((*ITEM, "box"),))],
    ],
)
def test_entities_are_not_united_if_they_may_change_while_what_is_below_is_asked_for(
    others: list[Fetch],
) -> None:
    assert united(root(0), entities(1, (0,), (ITEM,)), *others).get(1) is None


def test_entities_are_united_if_what_is_below_is_asked_for_in_turn() -> None:
    below = (*ITEM, "maker")
    second, third = entities(2, (0,), (below,)), entities(3, (2,), ((*below, "town"),))

    assert united(root(0), entities(1, (0,), (ITEM,)), second, third).get(1) == {ITEM}


def test_two_calls_about_the_same_entities_unite_none() -> None:
    assert united(root(0), entities(1, (0,), (ITEM,), (ITEM,))) == {}


def test_contexts_keep_all_places_apart() -> None:
    call = EntityCall("_entities", "r", (ITEMS,), (KEY,))
    fetch = Fetch(2, "s", OperationKind.QUERY, "", None, depends_on=(0,), entity_calls=(call,))
    contextual = replace(call, contexts=(ContextVariable("c", "ID", ()),))
    first = entities(1, (0,), (ITEM,))

    assert united(root(0), first, fetch) == {1: {ITEM}, 2: {ITEMS}}
    assert united(root(0), first, replace(fetch, entity_calls=(contextual,))) == {}


def gathered(tree: Any, path: Path, *fields: str) -> list[list[Any]]:
    """The groups of objects at a path, which has been allowed to unite them."""
    representation = Representation(
        None, "Item", tuple(RepresentationField(one, one, nullable=one != "sku") for one in fields)
    )
    write = compile_representations([representation])
    call = Gathered([path], [representation], write, frozenset([path]), frozenset([path]))
    (groups,) = gathering_source(call).compiled("gather")(tree)
    return list(groups.values())


def test_objects_that_have_only_their_key_become_one_wherever_they_stand() -> None:
    tree: Any = {"items": [{"kin": {"sku": sku}} for sku in "121"]}

    assert gathered(tree, (*ITEMS, "kin"), "sku") == [[{"sku": "1"}], [{"sku": "2"}]]
    first, second, third = (one["kin"] for one in tree["items"])
    assert first is third
    assert first is not second


def test_items_of_a_list_become_one_too_and_nulls_stay() -> None:
    tree: Any = {"items": [{"sku": 1}, None, {"sku": 1}, {"sku": "1"}]}

    assert gathered(tree, ITEMS, "sku") == [[{"sku": 1}], [{"sku": "1"}]]
    assert tree["items"][0] is tree["items"][2]
    assert tree["items"][1] is None


@pytest.mark.parametrize(
    "item",
    [
        {"sku": "1", "name": "x"},
        {"sku": "1", "box": {"sizes": [1, {"of": None}]}},
        {"sku": 1.5},
        {"sku": True},
    ],
)
def test_objects_that_are_equal_in_all_they_have_become_one_with_what_is_below(item: Any) -> None:
    tree = {"items": [deepcopy(item), {"sku": "1"}, deepcopy(item), {"sku": "2"}]}

    gathered(tree, ITEMS, "sku")

    assert tree["items"] == [item, {"sku": "1"}, item, {"sku": "2"}]
    assert tree["items"][0] is tree["items"][2]


@pytest.mark.parametrize("item", [{"sku": None}, {"name": "x"}, {}])
def test_objects_that_cannot_be_asked_for_stay_what_they_are(item: Any) -> None:
    tree = {"items": [dict(item), {"sku": "1"}, dict(item), {"sku": "1"}]}

    gathered(tree, ITEMS, "sku")

    assert tree["items"][0] == tree["items"][2] == item
    assert tree["items"][0] is not tree["items"][2]
    assert tree["items"][1] is tree["items"][3]


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (0, None), ("1", 1), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([], {})],
)
def test_objects_that_are_written_apart_stay_apart(one: Any, other: Any) -> None:
    tree: Any = {"items": [{"sku": "1", "at": [one]}, {"sku": "1", "at": [other]}, {"sku": "1"}]}
    before = orjson.dumps(tree)

    (group,) = gathered(tree, ITEMS, "sku")

    assert len(set(map(id, group))) == 3
    assert orjson.dumps(tree) == before


def test_objects_without_the_only_key_they_could_have_are_told_by_what_they_have() -> None:
    tree: Any = {"items": [{"more": 1}, {"more": 2}]}

    assert gathered(tree, ITEMS, "size") == [[{"more": 1}, {"more": 2}]]
    assert tree == {"items": [{"more": 1}, {"more": 2}]}


def test_below_objects_that_have_become_one_everything_is_found_once() -> None:
    maker = {"id": "m"}
    item = {"sku": "1", "makers": [maker, maker]}
    tree = {"items": [item, item]}
    representation = Representation(None, "Maker", (RepresentationField("id", "id"),))
    path: Path = (*ITEMS, "makers", LIST)
    write = compile_representations([representation])
    call = Gathered([path], [representation], write, shared=frozenset([ITEMS, path]))

    (groups,) = gathering_source(call).compiled("gather")(tree)

    assert groups == {"m": [maker, maker]}


def test_a_null_beside_the_key_may_be_a_field_that_is_not_there() -> None:
    tree: Any = {"items": [{"sku": "1", "more": 2}, {"sku": "1", "size": None}]}

    gathered(tree, ITEMS, "sku", "size")

    assert tree == {"items": [{"sku": "1", "more": 2}, {"sku": "1", "size": None}]}


def test_an_object_with_more_that_stands_in_several_places_is_gathered_once() -> None:
    item = {"sku": "1", "more": 2}

    assert gathered({"items": [item, {"sku": "1"}, item]}, ITEMS, "sku") == [
        [{"sku": "1", "more": 2}, {"sku": "1"}]
    ]
    assert gathered({"items": [{"sku": "1"}, item, item]}, ITEMS, "sku") == [
        [{"sku": "1"}, {"sku": "1", "more": 2}]
    ]


ORDERS = """
  type Query { orders: [Order] }
  type Order { id: ID! lines: [Line!] gift: Item }
  type Line { count: Int item: Item }
  type Item @key(fields: "sku") { sku: ID! }
"""
CATALOGUE = """
  type Item @key(fields: "sku") { sku: ID! name: String! note: String box: Box maker: Maker }
  type Box { width: Int }
  type Maker @key(fields: "id") { id: ID! }
"""
MAKERS = """
  type Item @key(fields: "sku") {
    sku: ID! name: String! @external label: String @requires(fields: "name") }
  type Maker @key(fields: "id") { id: ID! town: String }
"""


class Graph:
    """Orders whose lines are of few items, and those of even fewer makers."""

    def __init__(self) -> None:
        orders = [
            {"id": str(number), "lines": [self._line(one) for one in skus], "gift": {"sku": "1"}}
            for number, skus in enumerate(["121", "3", "2213", ""])
        ]
        self.orders = SmallSubgraph("orders", ORDERS, {"orders": orders})
        self.catalogue = SmallSubgraph("catalogue", CATALOGUE, {}, {"Item": self._item})
        self.makers = SmallSubgraph(
            "makers",
            MAKERS,
            {},
            {
                "Item": lambda one: {"sku": one["sku"], "label": f"{one['sku']} {one['name']}"},
                "Maker": lambda one: {"id": one["id"], "town": f"town {one['id']}"},
            },
        )
        subgraphs = (self.orders, self.catalogue, self.makers)
        self.transport = transport_to(*subgraphs)
        self.served = Served(snapshot_of(*subgraphs), PreparationOptions(), 10)

    def _line(self, sku: str) -> dict[str, Any]:
        return {"count": int(sku), "item": {"sku": sku}}

    def _item(self, one: Any) -> Any:
        sku = one["sku"]
        if sku == "2":
            raise ValueError("the shelf fell")
        if sku == "3":
            return None
        maker = {"id": "m"}
        return {"sku": sku, "name": f"item {sku}", "box": {"width": 1}, "maker": maker}

    async def ask(self, document: str) -> bytes:
        given = await answer(self.served, self.transport, OperationRequest(document, VISITOR))
        return given.encoded


@pytest.mark.parametrize(
    "document",
    [
        "{ orders { lines { count item { sku name } } } }",
        "{ orders { lines { count item { sku note box { width } } } } }",
        "{ orders { lines { item { sku label } } gift { label note } } }",
        "{ orders { gift { maker { town } } lines { count item { maker { id town } note } } } }",
        "{ orders { lines { item { sku } again: item { box { width } } } gift { sku } } }",
    ],
)
@pytest.mark.parametrize("is_down", [False, True])
async def test_united_or_not_the_answer_is_the_same_with_all_its_errors(
    document: str, is_down: bool
) -> None:
    graph = Graph()
    graph.makers.failing = SubgraphResponse(503, b"") if is_down else None

    first = await graph.ask(document)
    others = [await graph.ask(document) for _ in range(3)]

    assert others == [first] * 3
    assert orjson.loads(first).get("errors") or "note" not in document


async def test_a_later_fetch_gathers_united_objects_once() -> None:
    graph = Graph()
    prepared = await graph.served.prepared("{ orders { lines { item { label } } } }", None)
    item = {"sku": "1", "name": "x"}
    tree = {"orders": [{"lines": [{"item": item}, {"item": item}]}]}
    (call,) = prepared.plan.fetches[2].calls

    for _ in range(3):
        (groups,) = call.gather(tree)
        assert [*groups.values()] == [[item]]


async def test_lines_of_one_item_have_one_object_in_the_answer() -> None:
    graph = Graph()
    graph.catalogue.entities = {"Item": lambda one: {"sku": one["sku"], "box": {"width": 1}}}
    document = "{ orders { lines { item { sku box { width } } } } }"
    for _ in range(2):
        await graph.ask(document)

    given = await answer(graph.served, graph.transport, OperationRequest(document, VISITOR))

    assert given.data is not None
    first, second, third = (line["item"] for line in given.data["orders"][0]["lines"])
    assert first is third
    assert first is not second
    assert len(graph.catalogue.asked[-1]["variables"]["representations"]) == 3


def test_very_many_places_are_left_apart() -> None:
    paths: list[Path] = [(f"a{number}", LIST) for number in range(MOST_PLACES)]

    assert united(root(0), entities(1, (0,), tuple(paths))) == {}
    assert united(root(0), entities(1, (0,), tuple(paths[1:]))) == {1: set(paths[1:])}


SHOP = """
  type Query { shelves(first: Int): [Shelf!]! }
  type Shelf @key(fields: "id") { id: ID! books: [Book!]! }
  type Book @key(fields: "isbn") { isbn: ID! note(on: String): String writers: [Writer]! }
  type Writer @key(fields: "id") { id: ID! books: [Book!]! shelf: Shelf }
"""
NAMES = """
  type Book @key(fields: "isbn") { isbn: ID! title: String! pages: Int }
  type Writer @key(fields: "id") { id: ID! name: String! born: Int }
"""


class Books:
    """Shelves with the same books again and again, by the same few writers."""

    def __init__(self) -> None:
        shelves: list[dict[str, Any]] = [{"id": str(number), "books": []} for number in range(3)]
        writers: list[Any] = [
            {"id": f"w{number}", "books": [], "shelf": shelves[number]} for number in range(3)
        ]
        for number, isbn in enumerate("abacbca"):
            by = [writers[number % 3], None, writers[(number + 1) % 3]]
            shelves[number % 3]["books"].append({"isbn": isbn, "note": "x", "writers": by})
        for number, writer in enumerate(writers):
            writer["books"] = [*shelves[number]["books"], shelves[0]["books"][0]]
        self.shop = SmallSubgraph("shop", SHOP, {"shelves": shelves})
        self.names = SmallSubgraph(
            "names", NAMES, {}, {"Book": self._book, "Writer": lambda one: self._writer(one["id"])}
        )
        subgraphs = (self.shop, self.names)
        self.transport = transport_to(*subgraphs)
        self.served = Served(snapshot_of(*subgraphs), PreparationOptions(), 10)

    def _book(self, one: Any) -> Any:
        isbn = one["isbn"]
        return {"isbn": isbn, "title": f"book {isbn}", "pages": None if isbn == "c" else 10}

    def _writer(self, key: str) -> Any:
        if key == "w2":
            raise ValueError("nobody knows")
        return {"id": key, "name": f"writer {key}", "born": 1900}

    async def ask(self, document: str, variables: Any) -> Answer:
        request = OperationRequest(document, VISITOR, variables=variables)
        return await answer(self.served, self.transport, request)


NESTED = "{ shelves { books { isbn title writers { id books { isbn pages } } } } }"


@pytest.mark.parametrize(
    "document",
    [
        NESTED,
        "{ shelves { books { title writers { born books { writers { born shelf { id } } } } } } }",
        "{ shelves { books { writers { name } } } }",
        """query ($a: Boolean!) { shelves { books { note note2: note(on: "y")
             writers { books { title @include(if: $a) isbn } born @skip(if: $a) } } } }""",
        """query ($a: Boolean!) { shelves { one: books { title writers { id } }
             books @include(if: $a) { pages by: writers { born } writers { id born } } } }""",
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
async def test_what_a_subgraph_nests_again_and_again_is_answered_at_each_place(
    document: str, is_there: bool
) -> None:
    graph, variables = Books(), {"a": is_there} if "$a" in document else {}

    first = await graph.ask(document, variables)
    others = [(await graph.ask(document, variables)).encoded for _ in range(3)]

    assert others == [first.encoded] * 3
    assert first.data or "name" in document


async def test_what_a_subgraph_nests_again_and_again_has_one_object_in_the_answer() -> None:
    graph = Books()
    for _ in range(2):
        await graph.ask(NESTED, {})

    given = await graph.ask(NESTED, {})

    assert given.data is not None
    books = [book for shelf in given.data["shelves"] for book in shelf["books"]]
    assert len(books) == 7
    assert len({id(book) for book in books}) == len({orjson.dumps(book) for book in books}) < 7
