"""Telling of supply that is on its way, and of its arrival."""

from typing import Annotated

import strawberry

from inventory_svc.api import inbound_inputs, payloads
from inventory_svc.api.access import FEEDERS, STOCK_KEEPERS
from inventory_svc.api.context import Info
from inventory_svc.use_cases.inbound.announce import (
    AnnouncementSources,
    SentSupply,
    SuppliesFeed,
    announce,
)
from inventory_svc.use_cases.inbound.import_suppliers import import_suppliers
from inventory_svc.use_cases.inbound.receive import receive
from inventory_svc.use_cases.line_checks import SentLine
from service_kit.commands.line_results import LineResult
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.idempotency import idempotent_request


@strawberry.type
class InboundMutations:
    """The mutations about supply that is on its way."""

    @mutation_field(
        *FEEDERS,
        description="Import suppliers, each line for itself.",
        refused=payloads.refused(payloads.SuppliersImportPayload),
    )
    async def suppliers_import(
        self,
        info: Info,
        input: Annotated[
            inbound_inputs.SuppliersImportInput, strawberry.argument(description="The suppliers.")
        ],
    ) -> payloads.SuppliersImportPayload | None:
        """Replace or add suppliers."""
        results = await import_suppliers(
            idempotent_request(info, "suppliersImport", input),
            info.context.caller.subject,
            [SentLine(each.code, each.to_supplier) for each in input.lines],
            info.context.inventory.suppliers,
        )
        return payloads.imported(payloads.SuppliersImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Tell what is on order or in transit, each line for itself. Promises that rest "
        "on a line that has changed are kept by other supply, or get its new date.",
        refused=payloads.refused(payloads.InboundImportPayload),
    )
    async def inbound_import(
        self,
        info: Info,
        input: Annotated[
            inbound_inputs.InboundImportInput, strawberry.argument(description="The supply.")
        ],
    ) -> payloads.InboundImportPayload | None:
        """Replace or add lines of purchase orders and transfers."""
        lines = [line.to_supply() for line in input.lines]
        results = await _announced(info, "inboundImport", input, lines)
        return payloads.imported(payloads.InboundImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Open quotas of preorders, or change them, each line for itself.",
        refused=payloads.refused(payloads.PreorderQuotasImportPayload),
    )
    async def preorder_quotas_import(
        self,
        info: Info,
        input: Annotated[
            inbound_inputs.PreorderQuotasImportInput, strawberry.argument(description="The quotas.")
        ],
    ) -> payloads.PreorderQuotasImportPayload | None:
        """Replace or add quotas."""
        lines = [line.to_supply() for line in input.lines]
        results = await _announced(info, "preorderQuotasImport", input, lines)
        return payloads.imported(payloads.PreorderQuotasImportPayload, results)

    @mutation_field(
        *STOCK_KEEPERS,
        description="Say that goods have come, each line for itself: they go to those who wait for "
        "them, in their order, and then to everyone. An assistant only where they work.",
        refused=payloads.refused(payloads.InboundReceivePayload),
    )
    async def inbound_receive(
        self,
        info: Info,
        input: Annotated[
            inbound_inputs.InboundReceiveInput, strawberry.argument(description="What has come.")
        ],
    ) -> payloads.InboundReceivePayload | None:
        """Take goods in."""
        inventory = info.context.inventory
        results = await receive(
            idempotent_request(info, "inboundReceive", input),
            info.context.caller,
            [line.to_receipt() for line in input.lines],
            inventory.catalogue,
            inventory.network,
            inventory.commits,
        )
        return payloads.imported(payloads.InboundReceivePayload, results)


async def _announced(
    info: Info, mutation: str, input_: object, lines: list[SentSupply]
) -> list[LineResult]:
    inventory = info.context.inventory
    sources = AnnouncementSources(
        inventory.catalogue, inventory.network, inventory.known_suppliers, inventory.commits
    )
    request = idempotent_request(info, mutation, input_)
    return await announce(SuppliesFeed(request, info.context.caller.subject, lines), sources)
