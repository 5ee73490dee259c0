"""Files of stock as documents, and back; pure."""

from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.stock.commands import FeedMode
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts

FILE_UPCASTS = Upcasts(current=1)


def file_to_document(file: FeedFile) -> Document:
    """Write a file without its parts."""
    return FILE_UPCASTS.stamp(
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
            "version": file.version,
        }
    )


def file_from_document(document: Document) -> FeedFile:
    """Read a file."""
    document = FILE_UPCASTS.upcast(document)
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
        version=document["version"],
    )
