"""Alerts in MongoDB: a document from the first time on that one is raised."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from inventory_svc.domain.alerts.alert import AlertChange, AlertKind, AlertState, StockAlert
from inventory_svc.mongo.alert_documents import alert_from_document, alert_to_document
from inventory_svc.mongo.collections import ALERTS
from inventory_svc.mongo.retries import until_no_duplicate
from inventory_svc.ports.alerts import AlertsWanted
from service_kit.messaging.entity_events import NEW, Cause, Fields, differences, entity_event
from service_kit.messaging.envelope import EntityRef, Event, text_of
from service_kit.messaging.outbox import Outbox
from service_kit.storage.database import Database, Document, Session

ALERT_CHANGED: Final = "stockAlertChanged"
_ACTOR: Final = "inventory"
_BEYOND: Final = "\U0010ffff"
"""Sorts after any SKU."""


class MongoAlerts:
    """The alerts that were ever raised; one that never was is as good as any new one."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._alerts = database.collection(ALERTS.name)

    async def known(self, alerts: Sequence[StockAlert]) -> Sequence[StockAlert]:
        """Give alerts as they stand; the same where nothing was ever written of one."""
        found = await self._standing(alerts)
        return [found.get(alert.identifier, alert) for alert in alerts]

    async def raised_by(self, rule: str, after: str, limit: int) -> Sequence[StockAlert]:
        """Give the alerts of a rule that are raised, by their SKU, after one."""
        first, last = (
            StockAlert(AlertKind.LOW_STOCK, rule, sku).identifier for sku in (after, _BEYOND)
        )
        wanted: Document = {"_id": {"$gt": first, "$lt": last}, "state": AlertState.RAISED.value}
        found = await self._alerts.find(wanted, sort=(("_id", 1),), limit=limit)
        return [alert_from_document(document) for document in found]

    async def change(self, changes: Sequence[AlertChange], now: datetime) -> None:
        """Write alerts and tell of them, except those that somebody else has changed since."""

        async def write(session: Session) -> None:
            found = await self._standing([change.before for change in changes], session)
            for before, after in changes:
                if found.get(before.identifier, before).version == before.version:
                    await self.save(before, after, now, session)

        await until_no_duplicate(lambda: self._database.transaction(write))

    async def save(
        self, before: StockAlert, after: StockAlert, now: datetime, session: Session
    ) -> None:
        """Write an alert in a transaction, and tell of it, if it has changed."""
        if after == before:
            return
        document = alert_to_document(after)
        name = {"_id": document.pop("_id")}
        await self._alerts.update_one(name, {"$set": document}, upsert=True, session=session)
        await self._outbox.append(session, [_changed(before, after, now)])

    async def find(self, alert: StockAlert, session: Session | None = None) -> StockAlert:
        """Give an alert as it stands; the same if nothing was ever written of it."""
        found = await self._alerts.find_one({"_id": alert.identifier}, session=session)
        return alert if found is None else alert_from_document(found)

    async def page(self, wanted: AlertsWanted) -> Sequence[StockAlert]:
        """Give alerts that were raised at least once, the latest first."""
        query: Document = {"raisedAt": {"$type": "date"}}
        if wanted.state is not None:
            query["state"] = wanted.state.value
        if wanted.kind is not None:
            query["kind"] = wanted.kind.value
        if wanted.skus is not None:
            query["sku"] = {"$in": list(wanted.skus)}
        if wanted.after is not None:
            at, identifier = wanted.after
            query["$or"] = [
                {"raisedAt": {"$lt": at}},
                {"raisedAt": at, "_id": {"$gt": identifier}},
            ]
        sort = (("raisedAt", -1), ("_id", 1))
        found = await self._alerts.find(query, sort=sort, limit=wanted.limit)
        return [alert_from_document(document) for document in found]

    async def _standing(
        self, alerts: Sequence[StockAlert], session: Session | None = None
    ) -> Mapping[str, StockAlert]:
        identifiers = [alert.identifier for alert in alerts]
        found = await self._alerts.find({"_id": {"$in": identifiers}}, session=session)
        return {document["_id"]: alert_from_document(document) for document in found}


def _changed(before: StockAlert, after: StockAlert, now: datetime) -> Event:
    return entity_event(
        ALERT_CHANGED,
        EntityRef("StockAlert", after.identifier),
        after.version,
        Cause(_ACTOR, after.code, now),
        (),
        differences(_standing(before) if before.version else NEW, _standing(after)),
        {"kind": after.kind.value, "code": after.code, "sku": after.sku},
    )


def _standing(alert: StockAlert) -> Fields:
    return {
        "state": alert.state.value,
        "units": alert.units,
        "times": alert.times,
        "raisedAt": None if alert.raised_at is None else text_of(alert.raised_at),
    }
