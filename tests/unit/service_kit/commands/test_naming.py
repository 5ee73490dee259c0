import pytest

from service_kit.commands.naming import code_errors, ref_errors, refuse_any, text_errors
from service_kit.commands.refusal import Refusal


@pytest.mark.parametrize("text", ["A", "SKU-1/XL", "Chaussure été", "x" * 64])
def test_a_code_that_people_can_read_is_well(text: str) -> None:
    assert list(code_errors(text, "sku")) == []


@pytest.mark.parametrize("text", ["", " ", "x" * 65, "a\x00", "a\nb", "a\u2028b", "a\x1b[0m"])
def test_an_odd_code_is_refused_once_with_its_path(text: str) -> None:
    (refusal,) = code_errors(text, "input", "sku")
    assert (refusal.code, refusal.path) == ("INVALID_INPUT", ("input", "sku"))


def test_each_kind_of_text_has_its_own_length() -> None:
    assert not list(ref_errors("x" * 100))
    assert list(ref_errors("x" * 101))
    assert not list(text_errors("x" * 200))
    assert list(text_errors("x" * 201))


def test_the_first_error_is_raised_and_no_error_is_none() -> None:
    refuse_any(code_errors("A"))
    with pytest.raises(Refusal):
        refuse_any(code_errors(""))
