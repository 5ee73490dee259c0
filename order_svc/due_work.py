"""Which due work this service does: recovering placements, and what changes ask for."""

from collections.abc import Mapping

from order_svc.domain.errands import AWAITED, EFFECTS, MONEY, PLACEMENT, effect_of
from order_svc.use_cases.move_money import move_money
from order_svc.use_cases.renew_awaited import renew_awaited
from order_svc.use_cases.settle_effect import settle_effect
from order_svc.use_cases.settle_placement import recover_placement
from order_svc.use_cases.surroundings import Surroundings
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.due_worker import Handler


def handlers(around: Surroundings) -> Mapping[str, Handler]:
    """The handler of each kind of due work; each may be called again for the same item."""

    async def recover(item: DueItem) -> None:
        await recover_placement(around, str(item.payload["orderId"]))

    async def settle(item: DueItem) -> None:
        await settle_effect(around, effect_of(item.kind, item.identifier, item.payload))

    async def move(item: DueItem) -> None:
        await move_money(around, str(item.payload["orderId"]), item.identifier)

    async def renew(item: DueItem) -> None:
        await renew_awaited(
            around, str(item.payload["orderId"]), str(item.payload["reservationId"])
        )

    return {PLACEMENT: recover, MONEY: move, AWAITED: renew, **dict.fromkeys(EFFECTS, settle)}
