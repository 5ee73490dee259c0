"""What a reservation need not look at, and what it must, because of the rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.position import PositionKey


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


def shared_supply(
    command: ReserveStock, policy: Policy, categories: Mapping[str, str]
) -> Iterator[tuple[PositionKey, ShareKey]]:
    """Give every position that counts for a share of a line, with that share."""
    if not policy.shares:
        return
    for line in command.lines:
        sale = policy.sale(command.channel, command.service, line.condition)
        terms = policy.terms(line.sku, categories.get(line.sku), sale)
        if not terms.share:
            continue
        for candidate in policy.whole_scope(sale):
            rule = terms.share.at(candidate.location)
            if rule is not None:
                key = PositionKey(line.sku, candidate.location.code, line.condition)
                yield key, ShareKey(rule.code, line.sku, line.condition)
