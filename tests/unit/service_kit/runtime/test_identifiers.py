import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.runtime import identifiers
from service_kit.runtime.identifiers import derived_identifier, new_identifier

SHAPE = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
parts = st.lists(st.text(), min_size=1, max_size=4)


def test_new_identifiers_differ() -> None:
    made = {new_identifier() for _ in range(1000)}

    assert len(made) == 1000
    assert all(SHAPE.fullmatch(each) for each in made)


@given(st.integers(0, 2**48 - 2))
def test_a_later_identifier_sorts_after_an_earlier_one(milliseconds: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identifiers, "wall_milliseconds", lambda: milliseconds)
        earlier = new_identifier()
        patch.setattr(identifiers, "wall_milliseconds", lambda: milliseconds + 1)
        later = new_identifier()

    assert earlier < later


@given(parts, parts)
def test_derived_identifiers_are_equal_only_for_equal_parts(one: list[str], two: list[str]) -> None:
    assert (derived_identifier(*one) == derived_identifier(*two)) == (one == two)


@given(parts)
def test_a_derived_identifier_is_safe_in_a_url(given_parts: list[str]) -> None:
    assert SHAPE.fullmatch(derived_identifier(*given_parts))


def test_a_derived_identifier_stays_what_it_is() -> None:
    assert derived_identifier("order", "7") == "4fhe8r9gbspx33461gx4q134pw"
