"""Import the rules of alerts, each line for itself."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from inventory_svc.domain.alerts.rule import StockAlertRule, checked_alert_rule
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.refusals import (
    unknown_channel,
    unknown_group,
    unknown_location,
    unknown_sku,
)
from inventory_svc.ports.catalogue import Catalogue, Imports
from inventory_svc.ports.network import Network
from inventory_svc.use_cases.line_checks import SentLine, checked_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult
from service_kit.commands.refusal import Refusal, RefusedAll


@dataclass(frozen=True, slots=True)
class _Known:
    directory: NetworkDirectory
    skus: Collection[str]


async def import_alert_rules(
    request: IdempotentRequest,
    actor: str,
    lines: Sequence[StockAlertRule],
    network: Network,
    catalogue: Catalogue,
    imports: Imports[StockAlertRule],
) -> Sequence[LineResult]:
    """Write the good lines and give the fate of all; refuse INVALID_INPUT for a list of no size."""
    directory, skus = await asyncio.gather(
        network.directory(
            channels={line.channel for line in lines if line.channel is not None},
            locations={line.location for line in lines if line.location is not None},
            groups={line.group for line in lines if line.group is not None},
        ),
        catalogue.known(sorted({line.sku for line in lines if line.sku is not None})),
    )
    known = _Known(directory, skus)
    sent = [SentLine(line.code, partial(_read, line, known)) for line in lines]
    good, bad = checked_lines(sent, checked_alert_rule)
    return await imports.save(request, actor, good, bad)


def _read(rule: StockAlertRule, known: _Known) -> StockAlertRule:
    problems = tuple(_unknown(rule, known))
    if problems:
        raise RefusedAll(problems)
    return rule


def _unknown(rule: StockAlertRule, known: _Known) -> Iterator[Refusal]:
    directory = known.directory
    if rule.sku is not None and rule.sku not in known.skus:
        yield unknown_sku(rule.sku, "sku")
    if rule.location is not None and rule.location not in directory.locations:
        yield unknown_location(rule.location, "locationCode")
    if rule.group is not None and rule.group not in directory.groups:
        yield unknown_group(rule.group, "group")
    if rule.channel is not None and rule.channel not in directory.channels:
        yield unknown_channel(rule.channel, "channel")
