"""What mutations are given."""

from datetime import datetime

import strawberry

from order_svc.api.enums import DELIVERY_METHOD_INPUT, PAYMENT_METHOD_INPUT, SHORT_REASON_INPUT
from order_svc.domain.customers.personal import Address, Destination, Person
from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.lines.line import Discount
from order_svc.domain.orders.cancelling import CancelReason
from order_svc.domain.orders.order import DeliveryMethod
from order_svc.domain.orders.packing import PackedParcel
from order_svc.domain.orders.picking import PickedLine
from order_svc.domain.orders.placement import AskedLine, AskedPayment
from order_svc.domain.orders.shipping import ShippedParcel
from order_svc.domain.payments.payment import PaymentMethod
from order_svc.use_cases.import_customers import CustomerLine
from order_svc.use_cases.import_prices import PriceLine
from retail_kit.geography import GeoPoint, InvalidPoint
from retail_kit.iso_codes import COUNTRIES
from retail_kit.money import MalformedMoney, Money
from service_kit.commands.denials import invalid
from service_kit.commands.naming import refuse_any, text_errors
from service_kit.graphql.enums import optional
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.imports import LINES
from service_kit.graphql.line_inputs import line_input
from service_kit.graphql.money import MoneyInput

_REASON = "Why; a customer can say CUSTOMER_REQUEST or OTHER."
_EXPECTED = "Refuse with VERSION_CONFLICT unless this is the entity's version."


def money_of(given: MoneyInput, *path: str) -> Money:
    """An amount as the rules know it; refused if the currency has fewer decimals."""
    try:
        return Money.parse(format(given.amount, "f"), given.currency)
    except MalformedMoney as error:
        raise invalid(str(error), *path) from error


@strawberry.input(description="Where the goods go.")
class DeliveryAddressInput:
    """A postal address."""

    name: str = strawberry.field(description="The name on the door.")
    street: str = strawberry.field(description="Street and number.")
    postcode: str = strawberry.field(description="The postcode.")
    city: str = strawberry.field(description="The town.")
    country: str = strawberry.field(description="The country, ISO 3166-1 alpha-2.")
    extra: str | None = strawberry.field(default=None, description="Floor, entrance, company.")
    phone: str | None = strawberry.field(default=None, description="A number for the carrier.")

    def address(self) -> Address:
        """The address as it is kept; refused if a part is missing, endless or unprintable."""
        path = ("input", "delivery", "address")
        for field in ("name", "street", "postcode", "city"):
            refuse_any(text_errors(getattr(self, field), *path, field))
        for field in ("extra", "phone"):
            if given := getattr(self, field):
                refuse_any(text_errors(given, *path, field))
        if self.country not in COUNTRIES:
            raise invalid("A country is its two capital letters, like FR.", *path, "country")
        return Address(
            name=self.name,
            street=self.street,
            postcode=self.postcode,
            city=self.city,
            country=self.country,
            extra=self.extra,
            phone=self.phone,
        )


@strawberry.input(description="How and where the goods are to reach the customer.")
class DeliveryInput:
    """The method, the address and, if known, the point on the globe."""

    address: DeliveryAddressInput = strawberry.field(description="Where to.")
    method: DeliveryMethod = strawberry.field(
        default=DeliveryMethod.HOME, graphql_type=DELIVERY_METHOD_INPUT, description="How."
    )
    latitude: float | None = strawberry.field(default=None, description="Degrees, WGS 84.")
    longitude: float | None = strawberry.field(default=None, description="Degrees, WGS 84.")

    def destination(self) -> Destination:
        """The destination as it is kept."""
        return Destination(self.address.address(), self._point())

    def _point(self) -> GeoPoint | None:
        path = ("input", "delivery")
        if self.latitude is None and self.longitude is None:
            return None
        if self.latitude is None or self.longitude is None:
            missing = "latitude" if self.latitude is None else "longitude"
            raise invalid("A point has a latitude and a longitude.", *path, missing)
        try:
            return GeoPoint(self.latitude, self.longitude)
        except InvalidPoint as error:
            raise invalid(str(error), *path, "latitude") from error


@strawberry.input(description="Something taken off a line as a whole; given, never computed here.")
class DiscountInput:
    """A discount, as the promotion engine or the till has computed it."""

    code: str = strawberry.field(description="The code of the promotion.")
    amount: MoneyInput = strawberry.field(description="What is taken off the whole line.")


@strawberry.input(description="A tender: how a part of the order is paid.")
class PaymentInput:
    """A means of payment, known by the provider's token, and an amount."""

    method: PaymentMethod = strawberry.field(
        graphql_type=PAYMENT_METHOD_INPUT,
        description="What it is; only the retailer says CASH.",
    )
    token: str = strawberry.field(
        description="The payment provider's token; never a card number, which is refused."
    )
    amount: MoneyInput = strawberry.field(description="How much of the order it pays.")

    def asked(self, index: int) -> AskedPayment:
        """The tender as the rules know it."""
        amount = money_of(self.amount, "input", "payments", str(index), "amount")
        return AskedPayment(self.method, self.token, amount)


@strawberry.input(description="Units of one SKU to order.")
class OrderPlaceLineInput:
    """A line to order."""

    sku: str = strawberry.field(description="The stock keeping unit.")
    quantity: int = strawberry.field(description="How many units, from 1.")
    unit_price: MoneyInput | None = strawberry.field(
        default=None,
        description="The price of one unit, from those who may set one; else the price book's.",
    )
    backorder_allowed: bool = strawberry.field(
        default=False,
        description="Whether units found missing later may wait for supply.",
    )
    discounts: list[DiscountInput] = strawberry.field(
        default_factory=list,
        description="What is taken off the line, from those who may set prices.",
    )
    serial: str | None = strawberry.field(
        default=None,
        description="The one piece that is wanted, by its serial number; it costs what it costs "
        "itself, if it has a price of its own.",
    )

    def asked(self, index: int) -> AskedLine:
        """The line as the rules know it."""
        path = ("input", "lines", str(index))
        price = money_of(self.unit_price, *path, "unitPrice") if self.unit_price else None
        discounts = tuple(
            Discount(one.code, money_of(one.amount, *path, "discounts", str(place), "amount"))
            for place, one in enumerate(self.discounts)
        )
        return AskedLine(
            self.sku, self.quantity, price, self.backorder_allowed, discounts, self.serial
        )


@strawberry.input(description="What to order.")
class OrderPlaceInput:
    """A new order."""

    idempotency_key: str = strawberry.field(description=KEY)
    channel: str = strawberry.field(description="The code of the channel.")
    lines: list[OrderPlaceLineInput] = strawberry.field(description="What to order.")
    delivery: DeliveryInput = strawberry.field(description="How and where it goes.")
    ref: str | None = strawberry.field(
        default=None, description="The reference people will use; made if not given."
    )
    customer_ref: str | None = strawberry.field(
        default=None, description="Who orders; a customer who signs in orders for themselves."
    )
    payments: list[PaymentInput] = strawberry.field(
        default_factory=list,
        description="How it is paid: together exactly what is due; none if it is paid elsewhere.",
    )
    accept_until: datetime | None = strawberry.field(
        default=None,
        description="Accept lines that are on their way, if all of them is there by then; only "
        "what is there already if not given.",
    )
    reservation_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Reservations that become the order's, such as the basket's: what they keep of "
        "its lines goes to it first, and the rest of them is given back. One whose time is over "
        "keeps nothing.",
    )

    def reservations(self) -> tuple[str, ...]:
        """The reservations that are named."""
        return tuple(
            from_global_id(identifier, "Reservation", ("input", "reservationIds", str(index)))
            for index, identifier in enumerate(self.reservation_ids)
        )


@strawberry.input(description="Which order to cancel, and why.")
class OrderCancelInput:
    """A whole order to cancel."""

    idempotency_key: str = strawberry.field(description=KEY)
    order_id: strawberry.ID = strawberry.field(description="The global id of the order.")
    reason: CancelReason = strawberry.field(description=_REASON)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Which units of a line to cancel, and why.")
class OrderLineCancelInput:
    """Units of a line to cancel."""

    idempotency_key: str = strawberry.field(description=KEY)
    line_id: strawberry.ID = strawberry.field(description="The global id of the line.")
    reason: CancelReason = strawberry.field(description=_REASON)
    quantity: int | None = strawberry.field(
        default=None, description="How many units; all that can be if not given."
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="A line to look for stock again.")
class OrderLineSourceInput:
    """A line that is back-ordered or could not be filled."""

    idempotency_key: str = strawberry.field(description=KEY)
    line_id: strawberry.ID = strawberry.field(description="The global id of the line.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="What was picked of a line, and what was not there.")
class FulfilmentPickLineInput:
    """One line of a round of picking."""

    line_id: strawberry.ID = strawberry.field(description="The global id of the order line.")
    picked: int = strawberry.field(default=0, description="Units taken from the shelves.")
    short: int = strawberry.field(default=0, description="Units that cannot be provided.")
    reason: ShortReason | None = strawberry.field(
        default=None,
        graphql_type=optional(SHORT_REASON_INPUT),
        description="Why units cannot be provided; needed if any.",
    )
    counted: int = strawberry.field(
        default=0, description="Free units that are there by count, if any cannot be provided."
    )

    def picked_line(self, index: int) -> PickedLine:
        """The line as the rules know it."""
        line_id = from_global_id(
            self.line_id, "OrderLine", ("input", "lines", str(index), "lineId")
        )
        return PickedLine(line_id, self.picked, self.short, self.reason, self.counted)


@strawberry.input(description="A round of picking.")
class FulfilmentPickInput:
    """What was picked for a fulfilment."""

    idempotency_key: str = strawberry.field(description=KEY)
    fulfilment_id: strawberry.ID = strawberry.field(description="The global id.")
    lines: list[FulfilmentPickLineInput] = strawberry.field(description="What was picked.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Units of a line in a parcel.")
class ParcelLineInput:
    """What is in a parcel."""

    line_id: strawberry.ID = strawberry.field(description="The global id of the order line.")
    quantity: int = strawberry.field(description="How many units, from 1.")


@strawberry.input(description="A parcel that was packed.")
class PackedParcelInput:
    """One parcel and what is in it."""

    lines: list[ParcelLineInput] = strawberry.field(description="What is in it.")
    weight_grams: int | None = strawberry.field(default=None, description="What it weighs.")

    def packed(self, index: int) -> PackedParcel:
        """The parcel as the rules know it; a line is named once."""
        path = ("input", "parcels", str(index), "lines")
        quantities: dict[str, int] = {}
        for place, line in enumerate(self.lines):
            line_id = from_global_id(line.line_id, "OrderLine", (*path, str(place), "lineId"))
            if line_id in quantities:
                raise invalid("Name each line once in a parcel.", *path, str(place))
            quantities[line_id] = line.quantity
        return PackedParcel(quantities, self.weight_grams)


@strawberry.input(description="Parcels that were packed.")
class FulfilmentPackInput:
    """What was packed for a fulfilment."""

    idempotency_key: str = strawberry.field(description=KEY)
    fulfilment_id: strawberry.ID = strawberry.field(description="The global id.")
    parcels: list[PackedParcelInput] = strawberry.field(description="What was packed.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="A parcel that leaves.")
class ShippedParcelInput:
    """One parcel and the carrier's number for it."""

    parcel_id: strawberry.ID = strawberry.field(description="The global id of the parcel.")
    tracking_number: str | None = strawberry.field(
        default=None, description="The carrier's number for it."
    )

    def shipped(self, index: int) -> ShippedParcel:
        """The parcel as the rules know it."""
        path = ("input", "parcels", str(index), "parcelId")
        return ShippedParcel(from_global_id(self.parcel_id, "Parcel", path), self.tracking_number)


@strawberry.input(description="Parcels that leave.")
class FulfilmentShipInput:
    """What leaves of a fulfilment."""

    idempotency_key: str = strawberry.field(description=KEY)
    fulfilment_id: strawberry.ID = strawberry.field(description="The global id.")
    carrier: str | None = strawberry.field(default=None, description="Who carries them.")
    parcels: list[ShippedParcelInput] = strawberry.field(
        default_factory=list, description="Which parcels; all that are packed if none is named."
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="A parcel that has arrived.")
class ParcelDeliverInput:
    """A delivery."""

    idempotency_key: str = strawberry.field(description=KEY)
    parcel_id: strawberry.ID = strawberry.field(description="The global id of the parcel.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@line_input
@strawberry.input(description="A customer as it is imported.")
class CustomersImportLineInput:
    """One line of a feed of customers."""

    ref: str = strawberry.field(description="The retailer's own reference.")
    tier: str | None = strawberry.field(default=None, description="The loyalty tier.")
    given_name: str | None = strawberry.field(default=None, description="The given name.")
    family_name: str | None = strawberry.field(default=None, description="The family name.")
    email: str | None = strawberry.field(default=None, description="The e-mail address.")
    phone: str | None = strawberry.field(default=None, description="The telephone number.")
    language: str | None = strawberry.field(
        default=None, description="The language to write in, like fr or en-GB."
    )

    def line(self) -> CustomerLine:
        """The line as the rules know it."""
        person = Person(self.given_name, self.family_name, self.email, self.phone, self.language)
        return CustomerLine(self.ref, self.tier, person)


@strawberry.input(description="Customers to import.")
class CustomersImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[CustomersImportLineInput] = strawberry.field(description=LINES)


@line_input
@strawberry.input(description="A price as it is imported: what a SKU costs on a channel.")
class PricesImportLineInput:
    """One line of a feed of prices."""

    channel: str = strawberry.field(description="The code of the channel.")
    sku: str = strawberry.field(description="The stock keeping unit.")
    unit_price: MoneyInput = strawberry.field(description="The price of one unit.")

    def line(self, index: int) -> PriceLine:
        """The line as the rules know it."""
        path = ("input", "lines", str(index), "unitPrice")
        return PriceLine(self.channel, self.sku, money_of(self.unit_price, *path))


@strawberry.input(description="Prices to import.")
class PricesImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[PricesImportLineInput] = strawberry.field(description=LINES)
