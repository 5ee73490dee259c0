"""Importing items, locations, groups and channels."""

from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import FEEDERS
from inventory_svc.api.context import Info
from inventory_svc.api.reference_inputs import (
    ChannelsImportInput,
    ItemsImportInput,
    LocationGroupsImportInput,
    LocationsImportInput,
)
from inventory_svc.use_cases.catalogue.import_items import import_items
from inventory_svc.use_cases.line_checks import SentLine
from inventory_svc.use_cases.network.import_channels import import_channels
from inventory_svc.use_cases.network.import_location_groups import import_location_groups
from inventory_svc.use_cases.network.import_locations import import_locations
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.idempotency import idempotent_request


@strawberry.type
class ReferenceMutations:
    """What can be changed of that which the stock is about."""

    @mutation_field(
        *FEEDERS,
        description="Import items, each line for itself.",
        refused=payloads.refused(payloads.ItemsImportPayload),
    )
    async def items_import(
        self,
        info: Info,
        input: Annotated[ItemsImportInput, strawberry.argument(description="The items.")],
    ) -> payloads.ItemsImportPayload | None:
        """Replace or add items."""
        context = info.context
        request = idempotent_request(info, "itemsImport", input)
        lines = [SentLine(each.sku, each.to_item) for each in input.lines]
        results = await import_items(
            request, context.caller.subject, lines, context.inventory.items
        )
        return payloads.imported(payloads.ItemsImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Import locations, each line for itself.",
        refused=payloads.refused(payloads.LocationsImportPayload),
    )
    async def locations_import(
        self,
        info: Info,
        input: Annotated[LocationsImportInput, strawberry.argument(description="The locations.")],
    ) -> payloads.LocationsImportPayload | None:
        """Replace or add locations."""
        context = info.context
        request = idempotent_request(info, "locationsImport", input)
        lines = [SentLine(each.code, each.to_location) for each in input.lines]
        results = await import_locations(
            request, context.caller.subject, lines, context.inventory.locations
        )
        return payloads.imported(payloads.LocationsImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Import groups of locations, each line for itself.",
        refused=payloads.refused(payloads.LocationGroupsImportPayload),
    )
    async def location_groups_import(
        self,
        info: Info,
        input: Annotated[
            LocationGroupsImportInput,
            strawberry.argument(description="The groups."),
        ],
    ) -> payloads.LocationGroupsImportPayload | None:
        """Replace or add groups of locations."""
        context, inventory = info.context, info.context.inventory
        results = await import_location_groups(
            idempotent_request(info, "locationGroupsImport", input),
            context.caller.subject,
            [line.to_group() for line in input.lines],
            inventory.network,
            inventory.location_groups,
        )
        return payloads.imported(payloads.LocationGroupsImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Import channels, each line for itself.",
        refused=payloads.refused(payloads.ChannelsImportPayload),
    )
    async def channels_import(
        self,
        info: Info,
        input: Annotated[ChannelsImportInput, strawberry.argument(description="The channels.")],
    ) -> payloads.ChannelsImportPayload | None:
        """Replace or add channels."""
        context = info.context
        results = await import_channels(
            idempotent_request(info, "channelsImport", input),
            context.caller.subject,
            [line.to_channel() for line in input.lines],
            context.inventory.network,
            context.inventory.channels,
        )
        return payloads.imported(payloads.ChannelsImportPayload, results)
