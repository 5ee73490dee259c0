"""How far the stock of each location can be relied on, by what its picks found."""

from typing import Annotated, Final

import strawberry

from inventory_svc.api.access import RULE_MAKERS
from inventory_svc.api.context import Info
from inventory_svc.api.entities import location_of
from inventory_svc.api.network_types import Location
from inventory_svc.domain.rules.rule import Protection
from inventory_svc.domain.stock.reliability import Picks, ReliabilityMeasure
from inventory_svc.use_cases.stock.read_reliability import read_reliability
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.fields import query_field, resolver_field

_KIND: Final = "stockReliability"
_USUAL: Final = ReliabilityMeasure()


@strawberry.input(description="From when on a location is unreliable, and what to protect there.")
class StockReliabilityInput:
    """The figures of the retailer; those of the release if not given."""

    days: int = strawberry.field(
        default=_USUAL.days, description="Whole days (UTC) that are looked at, up to yesterday."
    )
    least_units: int = strawberry.field(
        default=_USUAL.least_units,
        description="Nothing is suggested where fewer units were to be picked.",
    )
    over_percent: int = strawberry.field(
        default=_USUAL.over_percent,
        description="A location is unreliable when more percent of the units were not found.",
    )
    protect_units: int = strawberry.field(
        default=_USUAL.protect_units, description="Units to protect at an unreliable location."
    )
    on_hand_at_most: int = strawberry.field(
        default=_USUAL.on_hand_at_most,
        description="Only where no more units than these are on hand.",
    )

    def to_measure(self) -> ReliabilityMeasure:
        """Give the figures as they were sent, unchecked."""
        return ReliabilityMeasure(
            self.days,
            self.least_units,
            self.over_percent,
            self.protect_units,
            self.on_hand_at_most,
        )


@strawberry.type(description="A protection of scarce units, as an effect of a rule of the stock.")
class StockProtectionSuggestion:
    """What `protectScarce` takes."""

    units: int = strawberry.field(description="Units of each item that are not to be sold.")
    on_hand_at_most: int = strawberry.field(
        description="Only of items of which no more units are on hand."
    )

    @staticmethod
    def of(protection: Protection) -> "StockProtectionSuggestion":
        """Show a protection."""
        return StockProtectionSuggestion(
            units=protection.units or 0, on_hand_at_most=protection.on_hand_at_most or 0
        )


@strawberry.type(description="What the picks of a location found in some days.")
class StockReliability:
    """A unit counts on the day on which it left, or was reported missing."""

    location_code: str = strawberry.field(description="The location.")
    found_units: int = strawberry.field(description="Reserved units that have left.")
    missing_units: int = strawberry.field(description="Reserved units that were not found.")
    missing_percent: float = strawberry.field(description="The part that was not found.")
    suggestion: StockProtectionSuggestion | None = strawberry.field(
        description="What to protect there; null where the stock can be relied on, or where too "
        "few units were picked to tell."
    )

    @resolver_field(description="The location itself.")
    async def location(self, info: Info) -> Location | None:
        """Look it up in the directory."""
        return await location_of(info, self.location_code)

    @staticmethod
    def of(picks: Picks, measure: ReliabilityMeasure) -> "StockReliability":
        """Show the picks of a location."""
        suggested = measure.suggested(picks)
        return StockReliability(
            location_code=picks.location,
            found_units=picks.found,
            missing_units=picks.missing,
            missing_percent=picks.missing_percent,
            suggestion=None if suggested is None else StockProtectionSuggestion.of(suggested),
        )


@strawberry.type
class ReliabilityQueries:
    """What can be read of picks."""

    @query_field(
        *RULE_MAKERS,
        description="How often each location did not find what it was to pick, and what to "
        "protect there for it; a suggestion is taken over by publishing it as a rule. Locations "
        "without picks are left out.",
    )
    async def stock_reliability(
        self,
        info: Info,
        by: Annotated[
            StockReliabilityInput | None, strawberry.argument(description="Other figures.")
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Connection[StockReliability] | None:
        """Page through the locations."""
        page = PageArguments.of(_KIND, first, after)
        measure = _USUAL if by is None else by.to_measure()
        found = await read_reliability(
            measure,
            None if page.after is None else page.after.text,
            page.fetch,
            info.context.inventory.picks,
            info.context.clock.now(),
        )
        return connection_of(
            found,
            page,
            cursor_of=lambda each: Cursor(_KIND, (each.location,)),
            node_of=lambda each: StockReliability.of(each, measure),
        )
