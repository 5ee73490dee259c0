"""Documents of every version still stored are read in the current shape."""

from typing import Any

import pytest

from service_kit.storage.schema_versions import SchemaTooNew, Upcasts


def name_in_two_parts(document: dict[str, Any]) -> dict[str, Any]:
    first, _, last = document["name"].partition(" ")
    return {"_id": document["_id"], "first": first, "last": last}


def last_name_in_capitals(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "last": document["last"].upper()}


PEOPLE = Upcasts(current=3, steps={1: name_in_two_parts, 2: last_name_in_capitals})


def test_a_document_without_a_version_takes_every_step() -> None:
    assert PEOPLE.upcast({"_id": 1, "name": "Ada Lovelace"}) == {
        "_id": 1,
        "first": "Ada",
        "last": "LOVELACE",
        "schemaVersion": 3,
    }


def test_a_document_of_a_middle_version_takes_the_remaining_steps() -> None:
    document = {"_id": 1, "first": "Ada", "last": "Lovelace", "schemaVersion": 2}
    assert PEOPLE.upcast(document)["last"] == "LOVELACE"
    assert document["last"] == "Lovelace", "the document itself stays as it was read"


def test_a_current_document_is_read_as_it_stands() -> None:
    document = {"_id": 1, "first": "Ada", "last": "x", "schemaVersion": 3}
    assert PEOPLE.upcast(document) == document


def test_a_document_of_a_later_release_is_refused() -> None:
    with pytest.raises(SchemaTooNew, match="version 4; this release knows 3"):
        PEOPLE.upcast({"schemaVersion": 4})


def test_a_document_older_than_the_oldest_step_is_refused() -> None:
    with pytest.raises(ValueError, match="No upcast leads from schema version 1"):
        Upcasts(current=3, steps={2: last_name_in_capitals}).upcast({"schemaVersion": 1})


def test_steps_with_a_gap_are_refused() -> None:
    with pytest.raises(ValueError, match="without a gap"):
        Upcasts(current=3, steps={1: name_in_two_parts})


def test_a_written_document_says_its_version() -> None:
    assert PEOPLE.stamp({"_id": 1}) == {"_id": 1, "schemaVersion": 3}
