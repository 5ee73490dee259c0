"""The order as one whole: its lines, its fulfilments and their parcels, its payments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.lifecycles import fulfilment_state, parcel_state
from order_svc.domain.lifecycles.order_status import OrderStatus, folded_status
from order_svc.domain.lifecycles.payment_state import PaymentState
from order_svc.domain.lifecycles.payment_state import folded_state as folded_payment_state
from order_svc.domain.lifecycles.slices import SENT_BACK, IllegalStep, SliceState
from order_svc.domain.lines.line import Line, Slice
from order_svc.domain.parcels.parcel import Parcel, ParcelLine
from order_svc.domain.payments.payment import OperationKind, Payment
from order_svc.domain.payments.refund import Refund
from order_svc.domain.payments.tenders import TenderRule
from retail_kit.money import Money, sum_of


class DeliveryMethod(StrEnum):
    """How the goods reach the customer."""

    HOME = "HOME"


@dataclass(frozen=True, slots=True)
class Totals:
    """The money of an order: what was ordered, what was cancelled, what remains due."""

    ordered: Money
    cancelled: Money
    due: Money


@dataclass(frozen=True, slots=True)
class Order:
    """An order; it is changed only by the functions of this package, each giving a new one.

    What is not there may come as late as `accept_until`.
    """

    id: str
    ref: str
    channel: str
    currency: str
    placed_at: datetime
    lines: tuple[Line, ...]
    fulfilments: tuple[Fulfilment, ...] = ()
    customer_id: str | None = None
    customer_ref: str | None = None
    delivery_method: DeliveryMethod = DeliveryMethod.HOME
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    tender_rule: TenderRule = TenderRule.CARD_FIRST
    version: int = 0
    accept_until: datetime | None = None

    @property
    def status(self) -> OrderStatus:
        """What the order is at as a whole."""
        return folded_status(part.state for _, part in self.slices())

    @property
    def at_risk(self) -> bool:
        """Whether anything of it comes later than was accepted."""
        return any(line.is_late for line in self.lines)

    @property
    def is_placing(self) -> bool:
        """Whether its stock is not yet confirmed, so that it may still vanish."""
        return self.status is OrderStatus.PLACING

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        """Every parcel of every fulfilment."""
        return tuple(parcel for fulfilment in self.fulfilments for parcel in fulfilment.parcels)

    @property
    def location_codes(self) -> frozenset[str]:
        """Every location that has, or had, a part in it."""
        return frozenset(fulfilment.location.code for fulfilment in self.fulfilments)

    @property
    def totals(self) -> Totals:
        """The money of the order, exact to the minor unit."""
        ordered = sum_of([line.total for line in self.lines], self.currency)
        cancelled = sum_of([line.cancelled_total for line in self.lines], self.currency)
        return Totals(ordered, cancelled, ordered - cancelled)

    @property
    def has_return(self) -> bool:
        """Whether the customer gives, or has given, something of it back."""
        return any(part.state in SENT_BACK for _, part in self.slices())

    @property
    def payment_state(self) -> PaymentState:
        """What its payments together are at; NONE when it is paid elsewhere."""
        if not self.payments:
            return PaymentState.NONE
        sums = [
            sum_of([getattr(one, name) for one in self.payments], self.currency)
            for name in ("authorised", "captured", "voided")
        ]
        failed = any(one.has_failed(OperationKind.CAPTURE) for one in self.payments)
        return folded_payment_state(*sums, failed=failed)

    def accepts(self, moment: datetime) -> bool:
        """Whether goods may come as late as that."""
        return self.accept_until is None or moment <= self.accept_until

    def slices(self) -> Iterator[tuple[Line, Slice]]:
        """Every slice beside its line."""
        return ((line, part) for line in self.lines for part in line.slices)

    def line(self, line_id: str) -> Line | None:
        """The line with that id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def fulfilment(self, fulfilment_id: str) -> Fulfilment | None:
        """The fulfilment with that id."""
        return next((one for one in self.fulfilments if one.id == fulfilment_id), None)

    def parcel(self, parcel_id: str) -> Parcel | None:
        """The parcel with that id."""
        return next((parcel for parcel in self.parcels if parcel.id == parcel_id), None)

    def payment(self, payment_id: str) -> Payment | None:
        """The payment with that id."""
        return next((one for one in self.payments if one.id == payment_id), None)

    def refund(self, refund_id: str) -> Refund | None:
        """The refund with that id."""
        return next((one for one in self.refunds if one.id == refund_id), None)

    def states_in(self, fulfilment_id: str) -> tuple[SliceState, ...]:
        """The states of the slices that a fulfilment has."""
        return tuple(
            part.state for _, part in self.slices() if part.hands.fulfilment_id == fulfilment_id
        )

    def states_in_parcel(self, parcel_id: str) -> tuple[SliceState, ...]:
        """The states of the slices in a parcel."""
        return tuple(part.state for _, part in self.slices() if part.hands.parcel_id == parcel_id)

    def with_line(self, changed: Line) -> "Order":
        """The same order with one line replaced."""
        lines = tuple(changed if line.id == changed.id else line for line in self.lines)
        return replace(self, lines=lines)

    def with_lines(self, change: Callable[[Line], Line]) -> "Order":
        """The same order with every line changed."""
        return replace(self, lines=tuple(change(line) for line in self.lines))

    def with_fulfilment(self, changed: Fulfilment) -> "Order":
        """The same order with one fulfilment replaced, or added."""
        if self.fulfilment(changed.id) is None:
            return replace(self, fulfilments=(*self.fulfilments, changed))
        fulfilments = tuple(changed if one.id == changed.id else one for one in self.fulfilments)
        return replace(self, fulfilments=fulfilments)

    def with_payment(self, changed: Payment) -> "Order":
        """The same order with one payment replaced."""
        payments = tuple(changed if one.id == changed.id else one for one in self.payments)
        return replace(self, payments=payments)

    def with_refund(self, changed: Refund) -> "Order":
        """The same order with one refund replaced, or added."""
        if self.refund(changed.id) is None:
            return replace(self, refunds=(*self.refunds, changed))
        refunds = tuple(changed if one.id == changed.id else one for one in self.refunds)
        return replace(self, refunds=refunds)


def order_id_of(part_id: str) -> str:
    """The order to which a line, a parcel, a payment ... belongs, as its id says."""
    return part_id.partition(".")[0]


def folded(order: Order) -> Order:
    """The same order with the states of its fulfilments and parcels folded from its slices."""
    return replace(
        order, fulfilments=tuple(_folded_fulfilment(order, one) for one in order.fulfilments)
    )


def _folded_fulfilment(order: Order, fulfilment: Fulfilment) -> Fulfilment:
    state = fulfilment_state.folded_state(
        order.states_in(fulfilment.id), entirely_short=fulfilment.entirely_short
    )
    if state is not fulfilment.state and state not in fulfilment_state.STEPS[fulfilment.state]:
        raise IllegalStep(fulfilment.state, state)
    parcels = tuple(_folded_parcel(order, parcel) for parcel in fulfilment.parcels)
    return replace(fulfilment, state=state, parcels=parcels)


def _folded_parcel(order: Order, parcel: Parcel) -> Parcel:
    state = parcel_state.folded_state(order.states_in_parcel(parcel.id))
    if state is not parcel.state and state not in parcel_state.STEPS[parcel.state]:
        raise IllegalStep(parcel.state, state)
    return replace(parcel, state=state, lines=_inside(order, parcel.id))


def _inside(order: Order, parcel_id: str) -> tuple[ParcelLine, ...]:
    quantities: dict[str, int] = {}
    for line, part in order.slices():
        if part.hands.parcel_id == parcel_id:
            quantities[line.id] = quantities.get(line.id, 0) + part.quantity
    return tuple(ParcelLine(line_id, quantity) for line_id, quantity in quantities.items())
