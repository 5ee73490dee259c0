from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service_kit.commands.idempotency import (
    IdempotentRequest,
    fingerprint_of,
    in_progress,
    key_reused,
)
from service_kit.runtime.json_values import JSON

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def reversed_keys(value: JSON) -> JSON:
    if isinstance(value, dict):
        return {key: reversed_keys(each) for key, each in reversed(value.items())}
    if isinstance(value, list):
        return [reversed_keys(each) for each in value]
    return value


@given(json_values)
def test_the_order_of_keys_does_not_change_a_fingerprint(value: JSON) -> None:
    assert fingerprint_of(reversed_keys(value)) == fingerprint_of(value)


@given(json_values, json_values)
def test_different_values_have_different_fingerprints(one: JSON, other: JSON) -> None:
    assert one == other or fingerprint_of(one) != fingerprint_of(other)


def test_the_order_of_a_list_changes_the_fingerprint() -> None:
    assert fingerprint_of([1, 2]) != fingerprint_of([2, 1])


def test_a_request_is_named_by_its_sender_mutation_and_key_alone() -> None:
    request = IdempotentRequest("user:ada", "bookLend", "k1", "f1")

    assert replace(request, fingerprint="f2").identifier == request.identifier
    assert replace(request, scope="user:bob").identifier != request.identifier
    assert replace(request, mutation="bookReturn").identifier != request.identifier
    assert replace(request, key="k2").identifier != request.identifier


def test_moving_text_between_scope_and_key_gives_another_request() -> None:
    one = IdempotentRequest("a", "b", "cd", "f")

    assert one.identifier != IdempotentRequest("a", "bc", "d", "f").identifier


def test_only_a_command_under_way_may_be_tried_again() -> None:
    assert in_progress().retryable
    assert not key_reused().retryable
    assert in_progress().path == key_reused().path == ("input", "idempotencyKey")
