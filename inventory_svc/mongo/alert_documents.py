"""Alerts and their rules as documents, and back; pure."""

from inventory_svc.domain.alerts.alert import AlertKind, AlertState, StockAlert
from inventory_svc.domain.alerts.rule import StockAlertRule
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts

ALERT_RULE_UPCASTS = Upcasts(current=1)
ALERT_UPCASTS = Upcasts(current=1)


def alert_rule_to_document(rule: StockAlertRule) -> Document:
    """Write a rule."""
    return ALERT_RULE_UPCASTS.stamp(
        {
            "_id": rule.code,
            "threshold": rule.threshold,
            "rearmAt": rule.rearm_at,
            "sku": rule.sku,
            "category": rule.category,
            "location": rule.location,
            "group": rule.group,
            "channel": rule.channel,
            "active": rule.active,
            "version": rule.version,
        }
    )


def alert_rule_from_document(document: Document) -> StockAlertRule:
    """Read a rule."""
    document = ALERT_RULE_UPCASTS.upcast(document)
    return StockAlertRule(
        code=document["_id"],
        threshold=document["threshold"],
        rearm_at=document["rearmAt"],
        sku=document["sku"],
        category=document["category"],
        location=document["location"],
        group=document["group"],
        channel=document["channel"],
        active=document["active"],
        version=document["version"],
    )


def alert_to_document(alert: StockAlert) -> Document:
    """Write an alert."""
    return ALERT_UPCASTS.stamp(
        {
            "_id": alert.identifier,
            "kind": alert.kind.value,
            "code": alert.code,
            "sku": alert.sku,
            "state": alert.state.value,
            "units": alert.units,
            "raisedAt": alert.raised_at,
            "clearedAt": alert.cleared_at,
            "times": alert.times,
            "version": alert.version,
        }
    )


def alert_from_document(document: Document) -> StockAlert:
    """Read an alert."""
    document = ALERT_UPCASTS.upcast(document)
    return StockAlert(
        kind=AlertKind(document["kind"]),
        code=document["code"],
        sku=document["sku"],
        state=AlertState(document["state"]),
        units=document["units"],
        raised_at=document["raisedAt"],
        cleared_at=document["clearedAt"],
        times=document["times"],
        version=document["version"],
    )
