"""Register somebody who wants to hear that an item can be bought again."""

from dataclasses import dataclass
from datetime import datetime

from inventory_svc.domain.back_in_stock.registration import (
    LONGEST_WAIT,
    USUAL_WAIT,
    ListKey,
    Registration,
)
from inventory_svc.domain.back_in_stock.rights import registered_person
from inventory_svc.domain.refusals import unknown_sku
from inventory_svc.ports.back_in_stock import BackInStock
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.use_cases.checked_requests import refused_by
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller
from service_kit.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class WantedRegistration:
    """Who waits for what: a customer, or a contact that only the retailer can tell from another."""

    on: ListKey
    customer_ref: str | None = None
    contact_ref: str | None = None
    expires_at: datetime | None = None


async def register(
    request: IdempotentRequest,
    caller: Caller,
    wanted: WantedRegistration,
    network: Network,
    catalogue: Catalogue,
    lists: BackInStock,
    clock: Clock,
) -> Registration:
    """Put the person on the list; refuse what nobody knows, and customers who speak of others."""
    person = registered_person(caller, wanted.customer_ref, wanted.contact_ref)
    now = clock.now()
    expires_at = wanted.expires_at or now + USUAL_WAIT
    registration = Registration(wanted.on, person, 0, now, expires_at)
    problems = await refused_by(_checks(registration, network, catalogue))
    return await lists.register(request, caller.idempotency_scope, registration, problems)


async def _checks(wanted: Registration, network: Network, catalogue: Catalogue) -> None:
    directory = await network.directory(channels=[wanted.on.channel])
    directory.channel(wanted.on.channel, "input", "channel")
    if wanted.on.sku not in await catalogue.known([wanted.on.sku]):
        raise unknown_sku(wanted.on.sku, "input", "sku")
    now = wanted.registered_at
    if not now < wanted.expires_at <= now + LONGEST_WAIT:
        longest = LONGEST_WAIT.days
        raise invalid(
            f"It ends later than now, after {longest} days at most.", "input", "expiresAt"
        )
