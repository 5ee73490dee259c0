from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.gathering import MOST_PATHS, Gathered, gathered, gathering, gathering_source
from gateway.execution.generated import UNUSUAL
from gateway.execution.representations import compile_representations
from gateway.execution.tree import collect
from gateway.planning.plan import (
    ListStep,
    Path,
    Representation,
    RepresentationField,
    RepresentationFragment,
    RepresentationSelection,
    TypeStep,
)

ID = RepresentationField("id", "id")
SIZE = RepresentationField("size", "_size", nullable=True)
BOX = RepresentationField("box", "box", (ID,))
LIST = ListStep()
ITEMS: Path = ("items", LIST)
KIND = frozenset({"A", "B"})


def groups_of(
    tree: Any, paths: list[Path], representations: list[Representation], *, quick: bool
) -> list[list[tuple[bytes, list[int]]]]:
    """The objects by representation, path by path: both ways must give the same."""
    write = compile_representations(representations)
    if quick:
        call = Gathered(paths, representations, write, frozenset(paths))
        given = gathering_source(call).compiled("gather")(tree)
    else:
        given = gathered(tree, paths, write)
    found = []
    for groups in given:
        by_text: dict[bytes, list[int]] = {}
        for key, items in groups.items():
            text = key if isinstance(key, bytes) else write(items[0])
            assert {write(item) for item in items} == {text}
            if text is not None:
                by_text.setdefault(text, []).extend(map(id, items))
        found.append([(text, sorted(ids)) for text, ids in by_text.items()])
    return found


def test_objects_of_one_representation_are_one_group() -> None:
    tree = {"items": [{"id": "1"}, None, {"id": "2"}, {"id": "1", "more": 1}, {"id": None}, {}]}
    item = Representation(None, "Item", (ID,))

    (groups,) = gathering(Gathered([ITEMS], [item], compile_representations([item])))(tree)

    assert [[one.get("more") for one in group] for group in groups.values()] == [[None, 1], [None]]


def test_numbers_that_are_equal_but_written_apart_are_apart() -> None:
    tree = {"items": [{"id": 1}, {"id": True}, {"id": 1.0}, {"id": "1"}]}
    item = Representation(None, "Item", (ID,))
    sized = Representation(None, "Item", (ID, SIZE))

    assert len(groups_of(tree, [ITEMS], [item], quick=True)[0]) == 4
    assert len(groups_of(tree, [ITEMS], [sized], quick=True)[0]) == 4


@pytest.mark.parametrize(("length", "count"), [(1, 1), (60, 1), (1, MOST_PATHS + 1)])
def test_paths_of_any_length_and_number_are_followed(length: int, count: int) -> None:
    items: Any = {"id": "1"}
    for _ in range(length):
        items = [items]
    path: Path = ("items", *[LIST] * length)
    item = Representation(None, "Item", (ID,))
    gather = gathering(Gathered([path] * count, [item], compile_representations([item])))

    for _ in range(3):
        found = gather({"items": items})
        assert [[*groups.values()] for groups in found] == [[[{"id": "1"}]]] * count


def test_objects_that_send_their_own_type_are_apart_by_it() -> None:
    tree = {"items": [{"__typename": kind, "id": "1"} for kind in "ABA"]}
    own = Representation(None, None, (ID,))

    assert len(groups_of(tree, [ITEMS], [own], quick=True)[0]) == 2


def test_what_has_another_shape_than_the_plan_says_is_left_to_the_interpreter() -> None:
    tree = {"items": [{"kin": 5}, {"kin": {"id": "1"}}]}
    path: Path = (*ITEMS, "kin", LIST)
    item = Representation(None, "Item", (ID,))

    (groups,) = gathering(Gathered([path], [item], compile_representations([item])))(tree)

    assert groups == {}


leaves: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, 1, True, 1.0, "1", "", "A", [], {}, ["x"]]
)


def objects(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"__typename": st.sampled_from(["A", "B", "C"]), "id": st.sampled_from(["1", "2", 1])},
        optional={
            "kin": below | st.lists(below, max_size=2),
            "items": st.lists(below, max_size=3),
            "_size": leaves,
            "box": st.fixed_dictionaries({"id": leaves}) | leaves,
        },
    )


some = st.recursive(objects(st.none()), objects, max_leaves=20)
odd = st.dictionaries(st.sampled_from(["items", "kin", "id", "__typename"]), leaves | some)
trees = st.fixed_dictionaries({"items": st.lists(st.one_of(some, some, some, odd), max_size=4)})
steps = st.sampled_from(["items", "kin", LIST, LIST, TypeStep(KIND), TypeStep(frozenset("C"))])
paths = st.lists(
    st.lists(steps, max_size=4).map(lambda more: (*ITEMS, *more)), min_size=1, max_size=3
)
selections: st.SearchStrategy[list[RepresentationSelection]] = st.lists(
    st.sampled_from([ID, SIZE, BOX, RepresentationFragment(KIND, (SIZE,))]), min_size=1, unique=True
)


@st.composite
def calls(draw: st.DrawFn) -> list[Representation]:
    if draw(st.booleans()):
        return [
            Representation(None, draw(st.sampled_from(["Item", None])), tuple(draw(selections)))
        ]
    return [
        Representation(types, draw(st.sampled_from(["Item", None])), tuple(draw(selections)))
        for types in (KIND, frozenset("C"))
    ]


@given(trees, paths, calls())
@settings(max_examples=300, deadline=None)
def test_generated_gathering_agrees_with_the_interpreter(
    tree: Any, among: list[Path], representations: list[Representation]
) -> None:
    tree = orjson.loads(orjson.dumps(tree))
    try:
        found = groups_of(tree, among, representations, quick=True)
    except UNUSUAL:
        return
    assert found == groups_of(tree, among, representations, quick=False)


@given(trees, paths, calls())
@settings(max_examples=300, deadline=None)
def test_uniting_changes_nothing_that_can_be_seen_and_leaves_no_object_out(
    tree: Any, among: list[Path], representations: list[Representation]
) -> None:
    tree = orjson.loads(orjson.dumps(tree))
    before = orjson.dumps(tree)
    write = compile_representations(representations)
    united = frozenset(path for path in among if not isinstance(path[-1], TypeStep))
    call = Gathered(among, representations, write, frozenset(among), united, united)
    try:
        found = gathering_source(call).compiled("gather")(tree)
    except UNUSUAL:
        found = gathered(tree, among, write)

    assert orjson.dumps(tree) == before
    for groups, path in zip(found, among, strict=True):
        given = {id(item) for items in groups.values() for item in items}
        assert len(given) == sum(map(len, groups.values()))
        standing = {id(item): item for item in collect([tree], path) if write(item) is not None}
        assert standing.keys() <= given
        texts = {text: {write(item) for item in items} for text, items in groups.items()}
        assert all(len(each) == 1 for each in texts.values())
