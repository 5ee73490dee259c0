"""Imports of reference records."""

import pytest

from inventory_svc.domain.catalogue.item import Item, checked_item
from inventory_svc.domain.importing import ImportLine, decide_import
from inventory_svc.domain.naming import required_code
from service_kit.commands.line_results import LineStatus, results_from_json, results_to_json
from service_kit.commands.refusal import Refusal, RefusedAll


def lines(*items: Item) -> list[ImportLine[Item]]:
    return [ImportLine(index, item) for index, item in enumerate(items)]


def test_a_new_record_begins_at_version_one() -> None:
    decision = decide_import(lines(Item("a", "A")), {})

    assert decision.changed == (Item("a", "A", version=1),)


def test_a_record_that_says_nothing_new_is_not_written() -> None:
    decision = decide_import(lines(Item("a", "A")), {"a": Item("a", "A", version=7)})

    assert decision.changed == ()
    assert [result.status for result in decision.results] == [LineStatus.UNCHANGED]


def test_of_several_lines_for_one_key_the_last_one_stays_and_is_one_change() -> None:
    known = {"a": Item("a", "A", version=7)}

    decision = decide_import(lines(Item("a", "B"), Item("a", "C"), Item("a", "C")), known)

    assert decision.changed == (Item("a", "C", version=8),)
    statuses = [result.status.value for result in decision.results]
    assert statuses == ["APPLIED", "APPLIED", "UNCHANGED"]


def test_all_that_is_wrong_with_an_item_is_told_at_once() -> None:
    with pytest.raises(RefusedAll) as refused:
        checked_item(Item(" ", "", ean="12x", weight_grams=-1))

    paths = [refusal.path for refusal in refused.value.refusals]
    assert paths == [("sku",), ("title",), ("ean",), ("weightGrams",)]


def test_an_item_is_kept_in_canonical_form() -> None:
    assert checked_item(Item(" a ", " A ")) == Item("a", "A")


@pytest.mark.parametrize("code", ["", "  ", "a|b", "x" * 65, "a\nb"])
def test_what_cannot_be_a_code_is_refused(code: str) -> None:
    with pytest.raises(Refusal):
        required_code(code, "sku")


def test_results_survive_being_kept() -> None:
    with pytest.raises(RefusedAll) as refused:
        checked_item(Item("", "A"))
    results = decide_import(lines(Item("a", "A")), {}).results
    bad = type(results[0])(1, "", LineStatus.REJECTED, refused.value.refusals)

    assert results_from_json(results_to_json([bad, *results])) == (*results, bad)
