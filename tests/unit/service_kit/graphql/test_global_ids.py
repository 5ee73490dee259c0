import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.graphql.global_ids import from_global_id, to_global_id

names = st.from_regex(r"[A-Z][A-Za-z]{0,20}", fullmatch=True)
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(names, keys)
def test_an_id_leads_back_to_its_key(name: str, key: str) -> None:
    text = to_global_id(name, key)

    assert from_global_id(text, name) == key
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)


@given(names, names, keys)
def test_an_id_of_another_type_is_refused(name: str, other: str, key: str) -> None:
    if name != other:
        with pytest.raises(Refusal) as caught:
            from_global_id(to_global_id(name, key), other, ("input", "id"))
        assert caught.value.code == INVALID_INPUT
        assert caught.value.path == ("input", "id")
        assert caught.value.message == f"This id names no {other}."


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        key = from_global_id(text, "Book")
    except Refusal:
        return
    assert to_global_id("Book", key) == text


@pytest.mark.parametrize(
    "text",
    ["", "Qm9vazo", "Qm9vazox=", "Qm9vazox==", "Qm9vazox\n", "Qm9v azox", "Qm9vazoy!", "Qm9vazr_"],
)
def test_an_id_has_one_way_to_be_written(text: str) -> None:
    with pytest.raises(Refusal):
        from_global_id(text, "Book")
