"""What a caller asks to order, and the order that it begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line, PriceSource, Slice
from order_svc.domain.naming import code_errors
from order_svc.domain.orders.order import DeliveryMethod, Order
from order_svc.domain.prices.price import LARGEST_AMOUNT, price_errors
from order_svc.domain.refusals import currency_mismatch, invalid, price_unknown
from retail_kit.money import Money
from service_kit.commands.refusal import Refusal, RefusedAll

MOST_LINES = 200
MOST_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Units of a SKU, with a price if the caller gives one."""

    sku: str
    quantity: int
    unit_price: Money | None = None
    backorder_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Everything about a new order that is not personal."""

    order_id: str
    ref: str
    channel: str
    lines: tuple[AskedLine, ...]
    customer_id: str | None = None
    customer_ref: str | None = None
    delivery_method: DeliveryMethod = DeliveryMethod.HOME


def check_lines(lines: Sequence[AskedLine]) -> None:
    """Refuse an order without lines, with too many, or with a quantity that makes no sense."""
    if not lines:
        raise invalid("An order has at least one line.", "input", "lines")
    if len(lines) > MOST_LINES:
        raise invalid(f"An order has at most {MOST_LINES} lines.", "input", "lines")
    refusals = list[Refusal]()
    for index, line in enumerate(lines):
        path = ("input", "lines", str(index))
        if not 1 <= line.quantity <= MOST_UNITS:
            refusals.append(invalid(f"Between 1 and {MOST_UNITS} units.", *path, "quantity"))
        refusals += code_errors(line.sku, *path, "sku")
        if line.unit_price is not None:
            refusals += price_errors(line.unit_price, *path, "unitPrice")
    if refusals:
        raise RefusedAll(refusals)


def begin(placement: Placement, prices: Mapping[str, Money], at: datetime) -> Order:
    """The order as PLACING: priced, nothing reserved. `prices` is the channel's, by SKU."""
    check_lines(placement.lines)
    lines = _priced(placement, prices)
    currencies = {line.unit_price.currency for line in lines}
    if len(currencies) > 1:
        raise currency_mismatch(sorted(currencies))
    if sum(line.total.minor for line in lines) > LARGEST_AMOUNT:
        raise invalid("The total of an order has at most 12 digits.", "input", "lines")
    return Order(
        id=placement.order_id,
        ref=placement.ref,
        channel=placement.channel,
        currency=currencies.pop(),
        placed_at=at,
        lines=lines,
        customer_id=placement.customer_id,
        customer_ref=placement.customer_ref,
        delivery_method=placement.delivery_method,
    )


def _priced(placement: Placement, prices: Mapping[str, Money]) -> tuple[Line, ...]:
    lines, refusals = list[Line](), list[Refusal]()
    for index, asked in enumerate(placement.lines):
        price = prices.get(asked.sku) if asked.unit_price is None else asked.unit_price
        if price is None:
            path = ("input", "lines", str(index), "sku")
            refusals.append(price_unknown(placement.channel, asked.sku, *path))
            continue
        source = PriceSource.PRICE_BOOK if asked.unit_price is None else PriceSource.GIVEN
        lines.append(
            Line(
                id=f"{placement.order_id}.l{index + 1}",
                sku=asked.sku,
                quantity=asked.quantity,
                unit_price=price,
                price_source=source,
                slices=(Slice(asked.quantity, SliceState.PLACED),),
                backorder_allowed=asked.backorder_allowed,
            )
        )
    if refusals:
        raise RefusedAll(refusals)
    return tuple(lines)
