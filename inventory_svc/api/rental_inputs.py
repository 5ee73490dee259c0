"""What clients give about pieces that are rented out, come back and are refurbished."""

import strawberry

from inventory_svc.api.enums import STOCK_CONDITION_INPUT
from inventory_svc.api.unit_inputs import sent_price
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.use_cases.units.unit_prices import SentPrice
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.money import MoneyInput

_SERIAL = "The serial number."


@strawberry.input(description="A piece that is rented out.")
class UnitRentInput:
    """One that is nobody's, or the very one that a reservation keeps."""

    idempotency_key: str = strawberry.field(description=KEY)
    serial: str = strawberry.field(description=_SERIAL)
    location_code: str = strawberry.field(description="The location that it leaves.")
    reservation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The reservation that keeps it, if one does."
    )


@strawberry.input(description="A piece that was brought back.")
class UnitTakeBackInput:
    """One that was rented out."""

    idempotency_key: str = strawberry.field(description=KEY)
    serial: str = strawberry.field(description=_SERIAL)
    location_code: str = strawberry.field(
        description="The location that it was brought to; not only the one that it had left."
    )


@strawberry.input(description="A piece whose refurbishment begins.")
class UnitRefurbishmentStartInput:
    """One that is back."""

    idempotency_key: str = strawberry.field(description=KEY)
    serial: str = strawberry.field(description=_SERIAL)
    location_code: str = strawberry.field(
        description="The location where it is done: if the piece was elsewhere it is there now."
    )


@strawberry.input(description="A piece that is refurbished.")
class UnitRefurbishmentFinishInput:
    """All that is known of it now."""

    idempotency_key: str = strawberry.field(description=KEY)
    serial: str = strawberry.field(description=_SERIAL)
    location_code: str = strawberry.field(description="The location where it was done.")
    condition: Condition = strawberry.field(
        graphql_type=STOCK_CONDITION_INPUT,
        description="The condition that it was judged to be in; never NEW.",
    )
    price: MoneyInput | None = strawberry.field(
        default=None, description="Its own price; if not given it costs what the item costs."
    )

    def sent_price(self) -> SentPrice | None:
        """Give the price as it was sent, unchecked."""
        return sent_price(self.price)


@strawberry.input(description="A piece that is given up.")
class UnitWriteOffInput:
    """One that is beyond repair, lost while it was not for sale, or not brought back."""

    idempotency_key: str = strawberry.field(description=KEY)
    serial: str = strawberry.field(description=_SERIAL)
    location_code: str = strawberry.field(description="The location where it is, or was last.")
