"""Looking up what rules name."""

import asyncio

from inventory_svc.domain.rules.checking import KnownNames
from inventory_svc.domain.rules.rule_set import RuleChanges
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network


async def known_names(changes: RuleChanges, network: Network, catalogue: Catalogue) -> KnownNames:
    """Read which of the named things exist, at once."""
    scopes = [rule.scope for rule in changes.save]
    directory, skus, categories = await asyncio.gather(
        network.directory(
            channels={scope.channel for scope in scopes if scope.channel is not None},
            locations={scope.location for scope in scopes if scope.location is not None},
            groups={scope.group for scope in scopes if scope.group is not None},
        ),
        catalogue.known(sorted({scope.sku for scope in scopes if scope.sku is not None})),
        catalogue.known_categories({each.category for each in scopes if each.category is not None}),
    )
    return KnownNames(directory, skus, categories)
