"""What can be changed."""

import strawberry

from inventory_svc.api.alert_operations import AlertMutations
from inventory_svc.api.back_in_stock_operations import BackInStockMutations
from inventory_svc.api.declaration_operations import DeclarationMutations
from inventory_svc.api.feed_operations import FeedMutations
from inventory_svc.api.file_operations import FileMutations
from inventory_svc.api.inbound_operations import InboundMutations
from inventory_svc.api.reference_operations import ReferenceMutations
from inventory_svc.api.rental_operations import RentalMutations
from inventory_svc.api.reservation_operations import ReservationMutations
from inventory_svc.api.rule_operations import RuleMutations
from inventory_svc.api.stock_operations import StockMutations
from inventory_svc.api.unit_operations import UnitMutations


@strawberry.type(description="What can be changed.")
class Mutation(
    RuleMutations,
    DeclarationMutations,
    AlertMutations,
    BackInStockMutations,
    FeedMutations,
    FileMutations,
    InboundMutations,
    UnitMutations,
    RentalMutations,
    ReferenceMutations,
    StockMutations,
    ReservationMutations,
):
    """Inventory's mutations: one input, one payload (null if it is not known), one effect."""
