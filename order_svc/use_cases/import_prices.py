"""Feeding the price book: what a SKU costs on a channel, each line for itself."""

from dataclasses import dataclass, replace
from itertools import chain

from order_svc.domain.history.events import event_of_price
from order_svc.domain.prices.price import Price, price_errors
from order_svc.ports import Work
from order_svc.use_cases.change_order import Command, cause_of, once
from order_svc.use_cases.surroundings import Surroundings
from retail_kit.money import Money
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import (
    LineResult,
    LineStatus,
    rejected,
    require_bulk_size,
    results_to_json,
)
from service_kit.commands.naming import code_errors
from service_kit.commands.refusal import Refusal


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A price as the feed gives one."""

    channel: str
    sku: str
    unit_price: Money


@dataclass(frozen=True, slots=True)
class ImportPrices(Command):
    """The lines of one feed."""

    lines: tuple[PriceLine, ...]


async def import_prices(around: Surroundings, command: ImportPrices) -> Outcome:
    """Keep every good line; the outcome says what became of each."""

    async def within(work: Work) -> tuple[Outcome, None]:
        require_bulk_size(command.lines)
        results, changed = await _compared(work, command)
        await work.prices.save(changed)
        cause = cause_of(around, command)
        await work.publish([event_of_price(price, cause) for price in changed])
        return Outcome({"results": results_to_json(results)}), None

    outcome, _ = await once(around, command.request, within, nothing=None)
    return outcome


async def _compared(work: Work, command: ImportPrices) -> tuple[list[LineResult], list[Price]]:
    known = await work.prices.get_many({(line.channel, line.sku) for line in command.lines})
    results, changed, seen = list[LineResult](), list[Price](), set[tuple[str, str]]()
    for index, line in enumerate(command.lines):
        key, ref = (line.channel, line.sku), f"{line.channel}/{line.sku}"
        reason = _reason(line, index, repeated=key in seen)
        if reason is not None:
            results.append(rejected(index, ref, reason))
            continue
        seen.add(key)
        before = known.get(key)
        if before is not None and before.unit_price == line.unit_price:
            results.append(LineResult(index, ref, LineStatus.UNCHANGED))
            continue
        before = before or Price(line.channel, line.sku, line.unit_price)
        changed.append(replace(before, unit_price=line.unit_price, version=before.version + 1))
        results.append(LineResult(index, ref, LineStatus.APPLIED))
    return results, changed


def _reason(line: PriceLine, index: int, *, repeated: bool) -> Refusal | None:
    path = ("input", "lines", str(index))
    if repeated:
        return invalid("The same channel and SKU stand in an earlier line.", *path)
    errors = chain(
        code_errors(line.channel, *path, "channel"),
        code_errors(line.sku, *path, "sku"),
        price_errors(line.unit_price, *path, "unitPrice"),
    )
    return next(errors, None)
