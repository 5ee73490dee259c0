"""Showing a position after a command, or after the replay of one."""

from inventory_svc.api.context import Info
from inventory_svc.api.entities import StockPosition
from inventory_svc.api.enums import ErrorCode
from inventory_svc.api.payloads import PositionPayloadT
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from service_kit.graphql.payloads import user_errors_of


async def position_answer(
    info: Info, payload: type[PositionPayloadT], decided: Decided
) -> PositionPayloadT:
    """Show the position, read again if the answer is a replay's."""
    if decided.outcome.refusals:
        return payload(user_errors=user_errors_of(ErrorCode, decided.outcome))
    position = decided.position
    named = decided.outcome.values["position"]
    if position is None and isinstance(named, dict):
        key = PositionKey(
            str(named["sku"]), str(named["locationCode"]), Condition(str(named["condition"]))
        )
        position = (await info.context.inventory.stock.positions([key])).get(key)
    shown = None if position is None else StockPosition.of(position)
    return payload(position=shown, user_errors=[])
