"""What a caller asks to order, and the order that it begins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Discount, Line, PriceSource, Slice
from order_svc.domain.orders.order import DeliveryMethod, Order
from order_svc.domain.payments.card_numbers import looks_like_a_card
from order_svc.domain.payments.payment import Payment, PaymentMethod, a_payment
from order_svc.domain.payments.tenders import TenderRule
from order_svc.domain.prices.price import LARGEST_AMOUNT, price_errors
from order_svc.domain.refusals import currency_mismatch, payment_mismatch, price_unknown
from retail_kit.money import Money, sum_of
from service_kit.commands.denials import invalid
from service_kit.commands.naming import code_errors
from service_kit.commands.refusal import Refusal, RefusedAll

MOST_LINES = 200
MOST_UNITS = 100_000
MOST_DISCOUNTS = 20
MOST_PAYMENTS = 10
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Units of a SKU, with a price and what is taken off the line if the caller gives that.

    `serial` names the one piece that is wanted.
    """

    sku: str
    quantity: int
    unit_price: Money | None = None
    backorder_allowed: bool = False
    discounts: tuple[Discount, ...] = ()
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class KnownPrices:
    """The prices of a channel by SKU, and those of pieces that have their own by serial number."""

    by_sku: Mapping[str, Money] = field(default_factory=dict)
    by_serial: Mapping[str, Money] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedPayment:
    """A tender: the provider's token for a means of payment, and how much of the order it pays."""

    method: PaymentMethod
    token: str
    amount: Money


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
    payments: tuple[AskedPayment, ...] = ()
    tender_rule: TenderRule = TenderRule.CARD_FIRST
    accept_until: datetime | None = None


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
        refusals += _piece_errors(lines, index)
        if line.unit_price is not None:
            refusals += price_errors(line.unit_price, *path, "unitPrice")
        refusals += _discount_errors(line, *path, "discounts")
    if refusals:
        raise RefusedAll(refusals)


def begin(placement: Placement, prices: KnownPrices, at: datetime) -> Order:
    """The order as PLACING: priced, nothing reserved."""
    check_lines(placement.lines)
    lines = _priced(placement, prices)
    currencies = {
        money.currency
        for line in lines
        for money in (line.unit_price, *(one.amount for one in line.discounts))
    }
    if len(currencies) > 1:
        raise currency_mismatch(sorted(currencies))
    _check_discounts(lines)
    if sum(line.total.minor for line in lines) > LARGEST_AMOUNT:
        raise invalid("The total of an order has at most 12 digits.", "input", "lines")
    order = Order(
        id=placement.order_id,
        ref=placement.ref,
        channel=placement.channel,
        currency=currencies.pop(),
        placed_at=at,
        lines=lines,
        customer_id=placement.customer_id,
        customer_ref=placement.customer_ref,
        delivery_method=placement.delivery_method,
        tender_rule=placement.tender_rule,
        accept_until=placement.accept_until,
    )
    return replace(order, payments=_tenders(placement, order.totals.due))


def _piece_errors(lines: Sequence[AskedLine], index: int) -> Iterator[Refusal]:
    line, path = lines[index], ("input", "lines", str(index))
    if line.serial is None:
        return
    yield from code_errors(line.serial, *path, "serial")
    if line.quantity > 1:
        yield invalid("A piece is one unit.", *path, "quantity")
    if any(other.serial == line.serial for other in lines[:index]):
        yield invalid("An earlier line names this piece.", *path, "serial")


def _discount_errors(line: AskedLine, *path: str) -> Iterator[Refusal]:
    if len(line.discounts) > MOST_DISCOUNTS:
        yield invalid(f"A line has at most {MOST_DISCOUNTS} discounts.", *path)
    for index, discount in enumerate(line.discounts):
        yield from code_errors(discount.code, *path, str(index), "code")
        yield from price_errors(discount.amount, *path, str(index), "amount")


def _check_discounts(lines: Sequence[Line]) -> None:
    for index, line in enumerate(lines):
        if line.total.minor < 0:
            path = ("input", "lines", str(index), "discounts")
            raise invalid("More is taken off than the line costs.", *path)


def _tenders(placement: Placement, due: Money) -> tuple[Payment, ...]:
    """The payments, none of them authorised; together exactly what is due, if there are any."""
    if not placement.payments:
        return ()
    if len(placement.payments) > MOST_PAYMENTS:
        raise invalid(f"An order has at most {MOST_PAYMENTS} payments.", "input", "payments")
    for index, asked in enumerate(placement.payments):
        _check_payment(asked, due, "input", "payments", str(index))
    given = sum_of([asked.amount for asked in placement.payments], due.currency)
    if given != due:
        raise payment_mismatch(given, due)
    return tuple(
        a_payment(f"{placement.order_id}.pay{index + 1}", asked.method, asked.token, asked.amount)
        for index, asked in enumerate(placement.payments)
    )


def _check_payment(asked: AskedPayment, due: Money, *path: str) -> None:
    if asked.amount.currency != due.currency:
        raise currency_mismatch([asked.amount.currency, due.currency])
    if not 1 <= asked.amount.minor <= LARGEST_AMOUNT:
        raise invalid("A payment is positive and has at most 12 digits.", *path, "amount")
    if not asked.token.strip() or len(asked.token) > LONGEST_TOKEN or not asked.token.isprintable():
        raise invalid(f"A token has between 1 and {LONGEST_TOKEN} characters.", *path, "token")
    if looks_like_a_card(asked.token):
        raise invalid("This is a card number; give the provider's token.", *path, "token")


def _priced(placement: Placement, prices: KnownPrices) -> tuple[Line, ...]:
    lines, refusals = list[Line](), list[Refusal]()
    for index, asked in enumerate(placement.lines):
        price, source = _price_of(asked, prices)
        if price is None:
            path = ("input", "lines", str(index), "sku")
            refusals.append(price_unknown(placement.channel, asked.sku, *path))
            continue
        lines.append(
            Line(
                id=f"{placement.order_id}.l{index + 1}",
                sku=asked.sku,
                quantity=asked.quantity,
                unit_price=price,
                price_source=source,
                slices=(Slice(asked.quantity, SliceState.PLACED),),
                backorder_allowed=asked.backorder_allowed,
                discounts=asked.discounts,
                serial=asked.serial,
            )
        )
    if refusals:
        raise RefusedAll(refusals)
    return tuple(lines)


def _price_of(asked: AskedLine, prices: KnownPrices) -> tuple[Money | None, PriceSource]:
    """The price that is given, else the piece's own, else the price book's."""
    if asked.unit_price is not None:
        return asked.unit_price, PriceSource.GIVEN
    own = prices.by_serial.get(asked.serial or "")
    if own is not None:
        return own, PriceSource.PIECE
    return prices.by_sku.get(asked.sku), PriceSource.PRICE_BOOK
