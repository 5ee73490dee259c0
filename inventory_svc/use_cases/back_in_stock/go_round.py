"""Look at all lists now and then: what can be sold also changes when no unit moves.

By a rule, a date, the network, or a source that tells again; and a commit may not have seen a list
that was begun at the same time.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from inventory_svc.domain.back_in_stock.waiting_list import WaitingList
from inventory_svc.ports.back_in_stock import BackInStock
from inventory_svc.use_cases.back_in_stock.tell_waiting import tell_waiting
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)

ROUND_EVERY: Final = timedelta(minutes=2)
LISTS_OF_A_PAGE: Final = 250
EXPIRED_OF_A_PAGE: Final = 1_000


async def go_round(owner: str, lists: BackInStock, sources: AvailabilitySources) -> None:
    """Look at all lists on which somebody waits, unless another process does.

    Those whose time is over are taken off first: nobody has to pass over them again.
    """
    after = ""
    if not await lists.may_go_round(owner, 2 * ROUND_EVERY):
        return
    while await lists.pass_over_expired(sources.clock.now(), EXPIRED_OF_A_PAGE):
        pass
    while page := await lists.waited_on(after, LISTS_OF_A_PAGE):
        for waiting in await _changed(page, sources):
            await tell_waiting(waiting.key, lists, sources)
        after = page[-1].key.identifier


async def _changed(
    page: Sequence[WaitingList], sources: AvailabilitySources
) -> Sequence[WaitingList]:
    """Give those of whose items other units can be sold than were announced, or which are over."""
    now = sources.clock.now()
    together: dict[AvailabilityQuestion, list[WaitingList]] = {}
    for waiting in page:
        question = AvailabilityQuestion(waiting.key.channel, condition=waiting.key.condition)
        together.setdefault(question, []).append(waiting)
    changed: list[WaitingList] = []
    for question, lists in together.items():
        answers = await read_availability([each.key.sku for each in lists], question, sources)
        changed += (
            each
            for each in lists
            if answers[each.key.sku].quantity != each.announced or each.is_over(now)
        )
    return changed
