"""Which demands a caller meets: signed in, scopes of the token, policies as somebody decides."""

from collections.abc import Iterable

from gateway.ports import PolicyDecider
from gateway.security.access_rules import met
from gateway.supergraph.model import Demand, DemandKind
from service_kit.identity.caller import Caller

NO_NAMES: frozenset[str] = frozenset()


class ClaimedPolicies:
    """Grants the policies that the token claims, and those named like a role of the caller."""

    async def granted(self, caller: Caller, policies: frozenset[str]) -> frozenset[str]:
        """Give those of the policies that the caller has."""
        return policies & (caller.policies | caller.roles)


class Authoriser:
    """Decides demands; what fails to be decided is an error of the request, never a yes."""

    def __init__(self, decider: PolicyDecider | None = None) -> None:
        self._decider = decider or ClaimedPolicies()

    async def unmet(self, caller: Caller, demands: Iterable[Demand]) -> frozenset[Demand]:
        """Give the demands that the caller does not meet."""
        asked = _policies_in(demands)
        policies = await self._decider.granted(caller, asked) if asked else NO_NAMES
        had = {DemandKind.SCOPES: caller.scopes, DemandKind.POLICIES: policies}
        return frozenset(
            each
            for each in demands
            if not (
                not caller.is_anonymous if each.kind is DemandKind.AUTHENTICATED else met(each, had)
            )
        )


def _policies_in(demands: Iterable[Demand]) -> frozenset[str]:
    return frozenset(
        name
        for each in demands
        if each.kind is DemandKind.POLICIES
        for group in each.groups or ()
        for name in group
    )
