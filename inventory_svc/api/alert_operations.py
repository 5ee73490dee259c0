"""Alerts before stock runs out, and the rules that ask for them."""

from datetime import UTC, datetime
from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import BACK_OFFICE, FEEDERS
from inventory_svc.api.context import Info
from inventory_svc.api.entities import Item, item_of
from inventory_svc.api.enums import ALERT_KIND_INPUT, ALERT_STATE_INPUT
from inventory_svc.domain.alerts import alert as alerts
from inventory_svc.domain.alerts.rule import StockAlertRule
from inventory_svc.ports.alerts import AlertsWanted
from inventory_svc.use_cases.alerts.import_alert_rules import import_alert_rules
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.enums import optional
from service_kit.graphql.fields import mutation_field, query_field, resolver_field
from service_kit.graphql.global_ids import to_global_id
from service_kit.graphql.idempotency import KEY, idempotent_request
from service_kit.graphql.imports import LINES

_KIND = "stockAlerts"
_NEVER = datetime.min.replace(tzinfo=UTC)


@strawberry.input(description="When somebody wants to hear that stock runs low.")
class StockAlertRulesImportLineInput:
    """Replaces the rule of the same code."""

    code: str = strawberry.field(description="The retailer's own code.")
    threshold: int = strawberry.field(
        description="The alert is raised at so many units that can be sold, or fewer."
    )
    rearm_at: int | None = strawberry.field(
        default=None,
        description="It is cleared, and may be raised again, at so many units or more; one above "
        "the threshold if not given.",
    )
    sku: str | None = strawberry.field(default=None, description="Only this item.")
    category: str | None = strawberry.field(
        default=None, description="Each item of this category; each item of all if none is named."
    )
    location_code: str | None = strawberry.field(
        default=None, description="What this location can sell."
    )
    group: str | None = strawberry.field(
        default=None, description="What the locations of this group can sell together."
    )
    channel: str | None = strawberry.field(
        default=None,
        description="What this channel can sell, by its rules; if not given, what the locations "
        "can, before any channel's rules.",
    )
    active: bool = strawberry.field(default=True, description="Whether it counts.")

    def to_rule(self) -> StockAlertRule:
        """Give the rule as it was sent, unchecked."""
        return StockAlertRule(
            code=self.code,
            threshold=self.threshold,
            rearm_at=self.threshold + 1 if self.rearm_at is None else self.rearm_at,
            sku=self.sku,
            category=self.category,
            location=self.location_code,
            group=self.group,
            channel=self.channel,
            active=self.active,
        )


@strawberry.input(description="Rules for alerts to import.")
class StockAlertRulesImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[StockAlertRulesImportLineInput] = strawberry.field(description=LINES)


@strawberry.type(description="What people are told of the stock, once until its reason is gone.")
class StockAlert:
    """One rule and one of its items, one source, or one file."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    kind: alerts.AlertKind = strawberry.field(description="What it is about.")
    code: str = strawberry.field(
        description="The code of the rule or the source, or the id of the file."
    )
    sku: str | None = strawberry.field(description="The item that runs low.")
    state: alerts.AlertState = strawberry.field(description="Whether the reason still holds.")
    units: int | None = strawberry.field(
        description="Units that could be sold when its state changed last."
    )
    raised_at: datetime | None = strawberry.field(description="When it was raised last.")
    cleared_at: datetime | None = strawberry.field(
        description="When its reason was gone; null while it holds."
    )
    times_raised: int = strawberry.field(description="How often it was raised so far.")
    version: int = strawberry.field(description="Counts the changes of the alert.")

    @resolver_field(description="The item itself.")
    async def item(self, info: Info) -> Item | None:
        """Read it with the others of the request."""
        return None if self.sku is None else await item_of(info, self.sku)

    @staticmethod
    def of(alert: alerts.StockAlert) -> "StockAlert":
        """Show an alert."""
        return StockAlert(
            id=strawberry.ID(to_global_id("StockAlert", alert.identifier)),
            kind=alert.kind,
            code=alert.code,
            sku=alert.sku,
            state=alert.state,
            units=alert.units,
            raised_at=alert.raised_at,
            cleared_at=alert.cleared_at,
            times_raised=alert.times,
            version=alert.version,
        )


@strawberry.type
class AlertQueries:
    """What can be read of alerts."""

    @query_field(*BACK_OFFICE, description="Alerts about the stock, the latest first.")
    async def stock_alerts(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        state: Annotated[
            alerts.AlertState | None,
            strawberry.argument(
                graphql_type=optional(ALERT_STATE_INPUT), description="Only in this state."
            ),
        ] = None,
        kind: Annotated[
            alerts.AlertKind | None,
            strawberry.argument(
                graphql_type=optional(ALERT_KIND_INPUT), description="Only of this kind."
            ),
        ] = None,
        skus: Annotated[
            list[str] | None, strawberry.argument(description="Only about these items.")
        ] = None,
    ) -> Connection[StockAlert] | None:
        """Page through the alerts."""
        page = PageArguments.of(_KIND, first, after)
        wanted = AlertsWanted(
            page.fetch,
            state,
            kind,
            None if skus is None else tuple(skus),
            None if page.after is None else page.after.moment_and_name,
        )
        found = await info.context.inventory.alerts.page(wanted)
        return connection_of(found, page, cursor_of=_cursor, node_of=StockAlert.of)


@strawberry.type
class AlertMutations:
    """What can be changed of alerts."""

    @mutation_field(
        *FEEDERS,
        description="Import rules for alerts, each line for itself. Items that run low already "
        "are found within seconds; one that never was in stock only by a rule that names it.",
        refused=payloads.refused(payloads.StockAlertRulesImportPayload),
    )
    async def stock_alert_rules_import(
        self,
        info: Info,
        input: Annotated[StockAlertRulesImportInput, strawberry.argument(description="The rules.")],
    ) -> payloads.StockAlertRulesImportPayload | None:
        """Replace or add rules."""
        inventory = info.context.inventory
        results = await import_alert_rules(
            idempotent_request(info, "stockAlertRulesImport", input),
            info.context.caller.subject,
            [line.to_rule() for line in input.lines],
            inventory.network,
            inventory.catalogue,
            inventory.alert_rules,
        )
        return payloads.imported(payloads.StockAlertRulesImportPayload, results)


def _cursor(alert: alerts.StockAlert) -> Cursor:
    return Cursor.timed(_KIND, alert.raised_at or _NEVER, alert.identifier)
