"""What a reservation need not look at, and what it must, because of the network and the rules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.commands import RefuseRequest, ReserveStock, StockCommand
from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from service_kit.commands.refusal import Refusal

Wanted: TypeAlias = tuple[str, Sale]
"""An item, and how it is sold."""


def named_in(directory: NetworkDirectory, command: StockCommand) -> StockCommand:
    """Give the command with the candidates of a network; what cannot be sold there is refused."""
    if not isinstance(command, ReserveStock) or command.scope is None:
        return command
    if command.network_version == directory.version:
        return command
    try:
        candidates = command.scope.candidates(directory)
    except Refusal as refused:
        return RefuseRequest(command.request, (refused,))
    return replace(command, candidates=candidates, network_version=directory.version)


def exposed_only(
    command: ReserveStock, policy: Policy, categories: Mapping[str, str]
) -> ReserveStock:
    """Give the command without the candidates from which none of its lines may be sold."""
    every = [
        policy.terms(
            line.sku,
            categories.get(line.sku),
            policy.sale(command.channel, command.service, line.condition),
        )
        for line in command.lines
    ]
    if not all(terms.exposure for terms in every):
        return command
    locations = policy.directory.locations
    kept = (
        code
        for code in command.candidates
        if (location := locations.get(code)) is None
        or any(terms.hidden_by(location) is None for terms in every)
    )
    return replace(command, candidates=tuple(kept))


def wanted_in(command: ReserveStock, policy: Policy) -> Iterator[Wanted]:
    """Give each item of a command, and in which kind of sale it is wanted."""
    for line in command.lines:
        yield line.sku, policy.sale(command.channel, command.service, line.condition)


def wanted_instead(
    supply: InboundKey, waiting: Iterable[Reservation], policy: Policy
) -> Iterator[Wanted]:
    """Give the item of a supply, and in which kinds of sale those who wait have bought it."""
    for reservation in waiting:
        condition = supply.position.condition
        yield supply.position.sku, policy.sale(reservation.channel, reservation.service, condition)


def shared_supply(
    wanted: Iterable[Wanted], policy: Policy, categories: Mapping[str, str]
) -> Iterator[tuple[PositionKey, ShareKey]]:
    """Give every position that counts for a share of what is wanted, with that share."""
    if not policy.shares:
        return
    for sku, sale in set(wanted):
        terms = policy.terms(sku, categories.get(sku), sale)
        if not terms.share:
            continue
        for candidate in policy.whole_scope(sale):
            rule = terms.share.at(candidate.location)
            if rule is not None:
                key = PositionKey(sku, candidate.location.code, sale.condition)
                yield key, ShareKey(rule.code, sku, sale.condition)
