"""What clients give about pieces with a serial number."""

from datetime import datetime

import strawberry

from inventory_svc.api.enums import STOCK_CONDITION_INPUT
from inventory_svc.api.unit_enums import READ_POINT_INPUT
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import UnitExit, UnitsMode
from inventory_svc.domain.stock.units.unit import ReadPoint
from inventory_svc.use_cases.units.record_reads import SentRead
from inventory_svc.use_cases.units.register_units import SentUnit
from inventory_svc.use_cases.units.unit_prices import SentPrice
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES
from service_kit.graphql.line_inputs import line_input
from service_kit.graphql.money import MoneyInput


@line_input
@strawberry.input(description="A piece as it is registered.")
class UnitsImportLineInput:
    """Replaces what is known of the piece of the same serial number."""

    serial: str = strawberry.field(description="The serial number; no two pieces have the same.")
    sku: str = strawberry.field(description="The item that it is a piece of.")
    location_code: str = strawberry.field(description="The location where it is.")
    condition: Condition = strawberry.field(
        default=Condition.NEW,
        graphql_type=STOCK_CONDITION_INPUT,
        description="The state of the goods; for used ones the grade of their wear.",
    )
    epc: str | None = strawberry.field(default=None, description="The code of its RFID tag.")
    price: MoneyInput | None = strawberry.field(
        default=None, description="Its own price; if not given it costs what the item costs."
    )

    def to_unit(self) -> SentUnit:
        """Give the piece as it was sent, unchecked."""
        return SentUnit(
            self.serial,
            self.sku,
            self.location_code,
            self.condition,
            self.epc,
            sent_price(self.price),
        )


@strawberry.input(description="Pieces to register.")
class UnitsImportInput:
    """Up to 1,000 lines, each for itself."""

    idempotency_key: str = strawberry.field(description=KEY)
    mode: UnitsMode = strawberry.field(description="How they relate to what the positions count.")
    lines: list[UnitsImportLineInput] = strawberry.field(description=LINES)


@strawberry.input(description="A piece that has left its shelf.")
class UnitWithdrawInput:
    """Only one that is nobody's."""

    idempotency_key: str = strawberry.field(description=KEY)
    serial: str = strawberry.field(description="The serial number.")
    location_code: str = strawberry.field(description="The location that it has left.")
    reason: UnitExit = strawberry.field(description="Why.")


@line_input
@strawberry.input(description="A tag that was read.")
class RfidReadInput:
    """Which, where and when."""

    epc: str = strawberry.field(description="The code of the tag.")
    point: ReadPoint = strawberry.field(
        graphql_type=READ_POINT_INPUT, description="Where the reader hangs."
    )
    read_at: datetime = strawberry.field(description="When it was read.")

    def to_read(self) -> SentRead:
        """Give the read as it was sent, unchecked."""
        return SentRead(self.epc, self.point, self.read_at)


@strawberry.input(description="What the readers of a location have read.")
class RfidReadsRecordInput:
    """Up to 1,000 reads, in any order."""

    idempotency_key: str = strawberry.field(description=KEY)
    location_code: str = strawberry.field(description="The location.")
    lines: list[RfidReadInput] = strawberry.field(description=LINES)


def sent_price(price: MoneyInput | None) -> SentPrice | None:
    """Give a price as it was sent, unchecked."""
    return None if price is None else SentPrice(format(price.amount, "f"), price.currency)
