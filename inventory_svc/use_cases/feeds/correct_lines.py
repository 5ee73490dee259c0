"""Send refused lines of a feed again, corrected or as they were, or give them up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import (
    CorrectFeedLines,
    FeedLine,
    FeedMode,
    RejectedLine,
)
from inventory_svc.domain.stock.feed_rejection import FeedRejection
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.feeds import FeedRejections
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.feeds.feed_lines import (
    NumberedLine,
    StockLine,
    scope_of,
    sorted_lines,
)
from retail_kit.quantities import Unit
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult, require_bulk_size, results_from_json
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.runtime.clock import Clock
from service_kit.runtime.json_values import JSON


class Correction(NamedTuple):
    """What is to be different in a line; what is None stays as it was sent."""

    number: int
    sku: str | None = None
    location: str | None = None
    quantity: int | None = None
    condition: Condition | None = None
    snapshot_at: datetime | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class WantedCorrections:
    """Lines of one feed to be sent again, and those to be given up."""

    feed: str
    lines: tuple[Correction, ...] = ()
    discarded: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The places of all the lines that they speak of."""
        return (*(line.number for line in self.lines), *self.discarded)


@dataclass(frozen=True, slots=True)
class CorrectionSources:
    """What a correction looks at."""

    rejections: FeedRejections
    catalogue: Catalogue
    network: Network
    commits: StockCommits
    clock: Clock


async def correct_feed_lines(
    request: IdempotentRequest, actor: str, wanted: WantedCorrections, sources: CorrectionSources
) -> Sequence[LineResult]:
    """Write the lines that are good now, each once, and give the fate of all."""
    require_bulk_size(wanted.numbers)
    if len(set(wanted.numbers)) < len(wanted.numbers):
        raise invalid("Each line is named once.", "input", "lines")
    checked = _checked(request, actor, wanted, sources)
    decided = await submit_checked(request, checked, sources.commits)
    if decided.outcome.refusals:
        raise RefusedAll(decided.outcome.refusals)
    return results_from_json(decided.outcome.values["results"])


async def _checked(
    request: IdempotentRequest, actor: str, wanted: WantedCorrections, sources: CorrectionSources
) -> CorrectFeedLines:
    known = await sources.rejections.named(wanted.feed, wanted.numbers)
    good: list[FeedLine] = []
    bad: list[RejectedLine] = []
    for mode, source in sorted({(each.mode, each.source or "") for each in known.values()}):
        of_kind = [line for line in wanted.lines if _is_of(known.get(line.number), mode, source)]
        readable, illegible = _read(of_kind, known)
        lines = [line for _, line in readable]
        now, named = sources.clock.now(), source or None
        scope = await scope_of(lines, mode, named, sources.catalogue, sources.network, now)
        checked = sorted_lines(readable, scope)
        good.extend(checked.good)
        bad.extend((*checked.bad, *illegible))
    unknown = (line for line in wanted.lines if line.number not in known)
    bad.extend(RejectedLine(line.number, str(line.number), ()) for line in unknown)
    return CorrectFeedLines(request, actor, wanted.feed, tuple(good), tuple(bad), wanted.discarded)


def _is_of(rejection: FeedRejection | None, mode: FeedMode, source: str) -> bool:
    return rejection is not None and (rejection.mode, rejection.source or "") == (mode, source)


def _read(
    lines: Sequence[Correction], known: Mapping[int, FeedRejection]
) -> tuple[list[NumberedLine], list[RejectedLine]]:
    """Put what is different into what was sent; say what is still missing."""
    readable: list[NumberedLine] = []
    illegible: list[RejectedLine] = []
    for correction in lines:
        number, told = correction.number, corrected(known[correction.number].told, correction)
        try:
            readable.append(NumberedLine(number, line_of(told)))
        except (Refusal, RefusedAll) as refused:
            reasons = tuple(
                each.under("input", "lines", str(number)) for each in refusals_in(refused)
            )
            illegible.append(RejectedLine(number, str(told.get("sku") or number), reasons, told))
    return readable, illegible


def corrected(told: Mapping[str, JSON], correction: Correction) -> dict[str, JSON]:
    """Give a line as it is to be sent now."""
    at = correction.snapshot_at
    different: dict[str, JSON] = {
        "sku": correction.sku,
        "locationCode": correction.location,
        "quantity": correction.quantity,
        "condition": None if correction.condition is None else correction.condition.value,
        "snapshotAt": None if at is None else at.isoformat(),
        "unit": None if correction.unit is None else correction.unit.value,
    }
    return {**told, **{name: value for name, value in different.items() if value is not None}}


def line_of(told: Mapping[str, JSON]) -> StockLine:
    """Read a line out of the words of a feed, as text or as values; raise RefusedAll."""
    problems = tuple(_unreadable(told))
    if problems:
        raise RefusedAll(problems)
    at, unit = told.get("snapshotAt"), told.get("unit")
    return StockLine(
        str(told["sku"]),
        str(told["locationCode"]),
        int(str(told["quantity"])),
        Condition(str(told.get("condition") or Condition.NEW.value).strip().upper()),
        _moment(at) if at else None,
        Unit(str(unit).strip().upper()) if unit else None,
    )


def _unreadable(told: Mapping[str, JSON]) -> Iterator[Refusal]:
    for name in ("sku", "locationCode"):
        value = told.get(name)
        if not isinstance(value, str) or not value.strip():
            yield invalid("A code is required.", name)
    quantity = told.get("quantity")
    if isinstance(quantity, bool | float) or not _is_whole(str(quantity)):
        yield invalid("A quantity is a whole number.", "quantity")
    condition = told.get("condition")
    if condition and str(condition).strip().upper() not in Condition.__members__:
        yield invalid("There is no such condition.", "condition")
    unit = told.get("unit")
    if unit and str(unit).strip().upper() not in Unit.__members__:
        yield invalid("There is no such unit.", "unit")
    at = told.get("snapshotAt")
    if at and not _is_moment(at):
        yield invalid("A moment is written as in 2026-03-02T09:00:00Z.", "snapshotAt")


def _is_whole(text: str) -> bool:
    digits = text.strip().removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS


def _is_moment(value: JSON) -> bool:
    """Whether it is a moment that UTC has too: the calendar ends a few hours into its zones."""
    try:
        at = _moment(value)
        at.astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return at.tzinfo is not None


def _moment(value: JSON) -> datetime:
    return datetime.fromisoformat(str(value).strip())


_MOST_DIGITS = 18
