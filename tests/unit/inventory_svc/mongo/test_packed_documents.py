"""Packed shelves come back from a document as they went in."""

from datetime import timedelta

import bson
import pytest
from bson.codec_options import CodecOptions

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.position import Hold
from inventory_svc.domain.stock.shelves import NOTHING, Shelf, Shelves
from inventory_svc.mongo.packed_documents import packed_from_document, packed_to_document
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import SchemaTooNew
from tests.support.stock import NOW

LARGEST = 2_147_483_647
SHELVES = Shelves.of(
    {
        "W1": Shelf(LARGEST, 0, 2, 7),
        "S1": Shelf(3, 4, 0, LARGEST, 5, 6, (Hold(NOW, 2), Hold(NOW + timedelta(minutes=1), 1))),
        "café 9": Shelf(0, 0, 0, 1),
    }
)


def through_bson(document: Document) -> Document:
    aware: CodecOptions[Document] = CodecOptions(tz_aware=True)
    return bson.decode(bson.encode(document), aware)


@pytest.mark.parametrize("shelves", [SHELVES, NOTHING])
def test_packed_shelves_are_read_as_they_were_written(shelves: Shelves) -> None:
    document = through_bson(packed_to_document("shirt", Condition.USED_A, shelves, 3))

    assert dict(packed_from_document(document)) == dict(shelves)
    assert (document["_id"], document["revision"]) == ("shirt|USED_A", 3)


def test_numbers_are_little_endian_on_every_machine() -> None:
    document = packed_to_document(
        "shirt", Condition.NEW, Shelves.of({"W1": Shelf(258, 0, 0, 1)}), 1
    )

    assert bytes(document["columns"]["onHand"]) == b"\x02\x01\x00\x00"


def test_a_column_that_was_not_packed_yet_reads_as_zeros() -> None:
    document = packed_to_document("shirt", Condition.NEW, SHELVES, 1)
    del document["columns"]["allocated"]

    assert [shelf.allocated for shelf in packed_from_document(document).values()] == [0, 0, 0]


def test_a_document_of_a_later_release_is_not_read() -> None:
    document = packed_to_document("shirt", Condition.NEW, SHELVES, 1)

    with pytest.raises(SchemaTooNew):
        packed_from_document({**document, "schemaVersion": 2})
