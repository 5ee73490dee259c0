"""Files of stock as documents, and back; pure."""

from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.feeds.whole_file import HoldReason, Unnamed, Wholeness, WholeOf
from inventory_svc.domain.stock.commands import FeedMode
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts


def _not_whole(document: Document) -> Document:
    """Turn a file of version 1, none of which claimed to be whole, into one of 2."""
    return {"whole": None, "lines": None, "unnamed": None, "heldAt": None, **document}


FILE_UPCASTS = Upcasts(current=2, steps={1: _not_whole})
_NOT_WHOLE = Upcasts(current=1)


def file_to_document(file: FeedFile) -> Document:
    """Write a file without its parts.

    Only one that is whole is of version 2: an earlier release must not take it for another.
    """
    upcasts = _NOT_WHOLE if file.whole is None else FILE_UPCASTS
    return upcasts.stamp(
        {
            "_id": file.identifier,
            "name": file.name,
            "mode": file.mode.value,
            "format": file.format.value,
            "compression": file.compression.value,
            "actor": file.actor,
            "openedAt": file.opened_at,
            "source": file.source,
            "countedAt": file.counted_at,
            "state": file.state.value,
            "parts": file.parts,
            "reading": file.reading.value,
            "nextLine": file.next_line,
            "applied": file.applied,
            "unchanged": file.unchanged,
            "rejected": file.rejected,
            "topSellers": list(file.top_sellers),
            "closedAt": file.closed_at,
            "endedAt": file.ended_at,
            "failure": file.failure,
            "toldAt": file.told_at,
            "whole": None if file.whole is None else _whole_to_document(file.whole),
            "lines": file.lines,
            "unnamed": None if file.unnamed is None else _unnamed_to_document(file.unnamed),
            "heldAt": file.held_at,
            "version": file.version,
        }
    )


def file_from_document(document: Document) -> FeedFile:
    """Read a file."""
    document = FILE_UPCASTS.upcast(document)
    whole, unnamed = document["whole"], document["unnamed"]
    return FeedFile(
        identifier=document["_id"],
        name=document["name"],
        mode=FeedMode(document["mode"]),
        format=FileFormat(document["format"]),
        compression=Compression(document["compression"]),
        actor=document["actor"],
        opened_at=document["openedAt"],
        source=document["source"],
        counted_at=document["countedAt"],
        state=FileState(document["state"]),
        parts=document["parts"],
        reading=FilePass(document["reading"]),
        next_line=document["nextLine"],
        applied=document["applied"],
        unchanged=document["unchanged"],
        rejected=document["rejected"],
        top_sellers=tuple(document["topSellers"]),
        closed_at=document["closedAt"],
        ended_at=document["endedAt"],
        failure=document["failure"],
        told_at=document["toldAt"],
        whole=None if whole is None else _whole_from_document(whole),
        lines=document["lines"],
        unnamed=None if unnamed is None else _unnamed_from_document(unnamed),
        held_at=document["heldAt"],
        version=document["version"],
    )


def _whole_to_document(whole: Wholeness) -> Document:
    return {"of": whole.of.value, "mostUnnamed": whole.most_unnamed, "lines": whole.lines}


def _whole_from_document(document: Document) -> Wholeness:
    return Wholeness(WholeOf(document["of"]), document["mostUnnamed"], document["lines"])


def _unnamed_to_document(unnamed: Unnamed) -> Document:
    return {
        "listing": unnamed.listing,
        "first": unnamed.first,
        "positions": unnamed.positions,
        "inStock": unnamed.in_stock,
        "unplaced": unnamed.unplaced,
        "heldFor": [reason.value for reason in unnamed.held_for],
        "zeroed": unnamed.zeroed,
        "kept": unnamed.kept,
    }


def _unnamed_from_document(document: Document) -> Unnamed:
    return Unnamed(
        listing=document["listing"],
        first=document["first"],
        positions=document["positions"],
        in_stock=document["inStock"],
        unplaced=document["unplaced"],
        held_for=tuple(HoldReason(reason) for reason in document["heldFor"]),
        zeroed=document["zeroed"],
        kept=document["kept"],
    )
