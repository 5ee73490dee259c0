"""Items: the reference copy of what is sold, keyed by SKU."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from inventory_svc.domain.naming import required_code
from inventory_svc.domain.refusals import wrong_unit
from retail_kit.quantities import Unit
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll

LONGEST_TITLE = 300
HEAVIEST_GRAMS = 2_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """One sellable thing; a model's sizes and colours are items of their own.

    Its quantities count its `unit`, which it keeps for ever: nothing is converted. None of it
    leaves before `release_at`, even if it is there.
    """

    sku: str
    title: str
    category: str | None = None
    ean: str | None = None
    model: str | None = None
    size: str | None = None
    colour: str | None = None
    weight_grams: int | None = None
    image_url: str | None = None
    version: int = 0
    top_seller: bool = False
    unit: Unit = Unit.PIECE
    release_at: datetime | None = None

    def held_until(self, now: datetime) -> datetime | None:
        """When units may leave; None if they may now."""
        held = self.release_at is not None and self.release_at > now
        return self.release_at if held else None


def checked_item(item: Item) -> Item:
    """Give the item in canonical form; raise RefusedAll with paths inside the line."""
    problems = tuple(_problems(item))
    if problems:
        raise RefusedAll(problems)
    return replace(item, sku=required_code(item.sku, "sku"), title=item.title.strip())


def problem_of_change(before: Item, after: Item) -> Refusal | None:
    """Give why an item that is known cannot become this one, with a path inside the line."""
    if before.unit is after.unit:
        return None
    return wrong_unit(before.sku, after.unit, before.unit, "unit")


def _problems(item: Item) -> Iterator[Refusal]:
    try:
        required_code(item.sku, "sku")
    except Refusal as refusal:
        yield refusal
    if not item.title.strip() or len(item.title) > LONGEST_TITLE:
        yield invalid(f"A title has between 1 and {LONGEST_TITLE} characters.", "title")
    if item.ean is not None and not (item.ean.isascii() and item.ean.isdigit()):
        yield invalid("An EAN holds digits only.", "ean")
    if item.weight_grams is not None and not 0 <= item.weight_grams <= HEAVIEST_GRAMS:
        yield invalid(f"A weight is between 0 and {HEAVIEST_GRAMS} grams.", "weightGrams")
