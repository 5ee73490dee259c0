from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.execution.merge import copied, merge

NO_INTERFACES: frozenset[str] = frozenset()
LEAVES = st.none() | st.integers() | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abc"), below, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def merged(target: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    result = deepcopy(target)
    merge(result, deepcopy(source), NO_INTERFACES)
    return result


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    if isinstance(value, dict):
        return {
            k: v for key, below in value.items() for k, v in leaves_of(below, (*path, key)).items()
        }
    if isinstance(value, list):
        return {
            k: v for at, below in enumerate(value) for k, v in leaves_of(below, (*path, at)).items()
        }
    return {path: value}


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_a_value_that_is_there_is_never_erased(
    target: dict[str, Any], source: dict[str, Any]
) -> None:
    after = leaves_of(merged(target, source))

    for path, value in leaves_of(target).items():
        if value is not None:
            assert after[path] == value


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_every_key_of_both_is_there_afterwards(
    target: dict[str, Any], source: dict[str, Any]
) -> None:
    assert set(merged(target, source)) == set(target) | set(source)


@settings(deadline=None)
@given(OBJECTS)
def test_merging_into_nothing_and_merging_twice_change_nothing(source: dict[str, Any]) -> None:
    assert merged({}, source) == source
    assert merged(source, source) == source


@settings(deadline=None)
@given(OBJECTS)
def test_a_copy_is_equal_and_shares_no_object(source: dict[str, Any]) -> None:
    copy = copied(source)

    assert copy == source
    assert not {id(one) for one in objects_in(copy)} & {id(one) for one in objects_in(source)}


def objects_in(value: Any) -> list[Any]:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return own + [one for each in below for one in objects_in(each)]


def test_lists_are_merged_by_position() -> None:
    target = {"items": [{"a": 1}, None, {"a": 3}]}
    source = {"items": [{"b": 1}, {"b": 2}, {"b": 3}]}

    assert merged(target, source) == {"items": [{"a": 1, "b": 1}, {"b": 2}, {"a": 3, "b": 3}]}


def test_a_null_gives_way_to_a_value() -> None:
    assert merged({"a": None}, {"a": {"b": 1}}) == {"a": {"b": 1}}


def test_an_interface_objects_name_gives_way_to_the_real_one_and_never_the_other_way() -> None:
    interfaces = frozenset({"Media"})
    said = {"__typename": "Media"}
    real = {"__typename": "Book"}

    merge(said, {"__typename": "Book"}, interfaces)
    merge(real, {"__typename": "Media"}, interfaces)

    assert said == real == {"__typename": "Book"}
