"""Sources and refused lines of feeds as documents, and back; pure."""

from datetime import timedelta

from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.feed_rejection import (
    FeedRejection,
    RejectionKey,
    RejectionState,
)
from service_kit.commands.line_results import LineResult, results_from_json, results_to_json
from service_kit.commands.line_results import LineStatus as Status
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts

SOURCE_UPCASTS = Upcasts(current=1)
REJECTION_UPCASTS = Upcasts(current=1)


def source_to_document(source: StockSource) -> Document:
    """Write a source."""
    fresh_for = source.fresh_for
    return SOURCE_UPCASTS.stamp(
        {
            "_id": source.code,
            "name": source.name,
            "locations": sorted(source.locations),
            "freshForSeconds": None if fresh_for is None else int(fresh_for.total_seconds()),
            "version": source.version,
        }
    )


def source_from_document(document: Document) -> StockSource:
    """Read a source."""
    document = SOURCE_UPCASTS.upcast(document)
    seconds = document["freshForSeconds"]
    return StockSource(
        code=document["_id"],
        name=document["name"],
        locations=frozenset(document["locations"]),
        fresh_for=None if seconds is None else timedelta(seconds=seconds),
        version=document["version"],
    )


def rejection_to_document(rejection: FeedRejection) -> Document:
    """Write a refused line."""
    feed, number = rejection.key
    result = LineResult(number, "", Status.REJECTED, rejection.refusals)
    return REJECTION_UPCASTS.stamp(
        {
            "_id": rejection.key.identifier,
            "feed": feed,
            "number": number,
            "mode": rejection.mode.value,
            "source": rejection.source,
            "told": dict(rejection.told),
            "results": results_to_json([result]),
            "rejectedAt": rejection.rejected_at,
            "asOf": rejection.as_of,
            "state": rejection.state.value,
            "settledAt": rejection.settled_at,
            "settledBy": rejection.settled_by,
            "version": rejection.version,
        }
    )


def rejection_from_document(document: Document) -> FeedRejection:
    """Read a refused line."""
    document = REJECTION_UPCASTS.upcast(document)
    (result,) = results_from_json(document["results"])
    return FeedRejection(
        key=RejectionKey(document["feed"], document["number"]),
        mode=FeedMode(document["mode"]),
        told=document["told"],
        refusals=result.refusals,
        rejected_at=document["rejectedAt"],
        as_of=document.get("asOf") or document["rejectedAt"],
        source=document["source"],
        state=RejectionState(document["state"]),
        settled_at=document["settledAt"],
        settled_by=document["settledBy"],
        version=document["version"],
    )
