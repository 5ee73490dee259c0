"""Tell those who wait for an item, one for each unit that can be sold."""

from inventory_svc.domain.back_in_stock.registration import ListKey
from inventory_svc.ports.back_in_stock import BackInStock
from inventory_svc.ports.stock import StockReads
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)


async def tell_waiting(on: ListKey, lists: BackInStock, sources: AvailabilitySources) -> None:
    """Look at a list, over what its channel can sell by its rules."""
    question = AvailabilityQuestion(on.channel, condition=on.condition)

    async def units_of(stock: StockReads) -> int:
        answers = await read_availability([on.sku], question, sources.reading(stock))
        return answers[on.sku].quantity

    while await lists.tell(on, units_of, sources.clock.now()):
        pass
