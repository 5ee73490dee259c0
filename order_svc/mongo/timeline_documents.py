"""The lines of a timeline as documents, and back."""

from typing import Any

from order_svc.domain.history.timeline import TimelineEntry
from order_svc.domain.orders.change import Happening, SubjectType
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


def timeline_document(entry: TimelineEntry) -> dict[str, Any]:
    """One line of a timeline."""
    return UPCASTS.stamp(
        {
            "_id": entry.id,
            "orderId": entry.order_id,
            "version": entry.version,
            "place": entry.place,
            "at": entry.at,
            "actor": entry.actor,
            "happening": entry.happening.value,
            "subjectType": entry.subject_type.value,
            "subjectId": entry.subject_id,
            "details": dict(entry.details),
        }
    )


def timeline_entry_of(document: dict[str, Any]) -> TimelineEntry:
    """The line of a document."""
    document = UPCASTS.upcast(document)
    return TimelineEntry(
        order_id=document["orderId"],
        version=document["version"],
        place=document["place"],
        at=document["at"],
        actor=document["actor"],
        happening=Happening(document["happening"]),
        subject_type=SubjectType(document["subjectType"]),
        subject_id=document["subjectId"],
        details=document["details"],
    )
