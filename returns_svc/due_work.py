"""Which due work this service does: ending declarations, errands of changes, and expiry."""

from collections.abc import Mapping

from returns_svc.domain.errands import (
    DECLARATION,
    EXPIRY,
    LABEL,
    MESSAGE,
    REFUND,
    RESTOCK,
    TELL_ORDERS,
    Topic,
    restock_of,
    tell_orders_of,
)
from returns_svc.use_cases import run_errand
from returns_svc.use_cases.settle_declaration import recover_declaration
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.due_worker import Handler


def handlers(around: Surroundings) -> Mapping[str, Handler]:
    """The handler of each kind of due work; each may be called again for the same item."""

    async def recover(item: DueItem) -> None:
        await recover_declaration(around, _return_id(item))

    async def expire(item: DueItem) -> None:
        await run_errand.expire_return(around, _return_id(item))

    async def tell(item: DueItem) -> None:
        await run_errand.tell_orders(around, tell_orders_of(item.identifier, item.payload))

    async def restock(item: DueItem) -> None:
        await run_errand.restock(around, restock_of(item.identifier, item.payload))

    async def give_back(item: DueItem) -> None:
        await run_errand.give_back(around, _return_id(item), str(item.payload["refundId"]))

    async def label(item: DueItem) -> None:
        await run_errand.issue_label(around, _return_id(item))

    async def message(item: DueItem) -> None:
        topic = Topic(str(item.payload["topic"]))
        await run_errand.send_message(around, item.identifier, _return_id(item), topic)

    return {
        DECLARATION: recover,
        EXPIRY: expire,
        TELL_ORDERS: tell,
        RESTOCK: restock,
        REFUND: give_back,
        LABEL: label,
        MESSAGE: message,
    }


def _return_id(item: DueItem) -> str:
    return str(item.payload["returnId"])
