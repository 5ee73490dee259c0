"""The library subgraph as an app, and callers that it trusts."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp

from service_kit.graphql.subgraph import SubgraphContext, subgraph_app
from service_kit.identity.caller import Caller
from service_kit.identity.keys import TrustedKeys, generate_signing_key, public_jwks
from service_kit.identity.tokens import CallerSigner, CallerVerifier
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.health import HealthCheck
from tests.support.library import library_schema

GATEWAY_KEY = generate_signing_key("gateway")
ORDER_KEY = generate_signing_key("order_svc")
MOST = 20_000


@dataclass
class Library:
    """A running subgraph."""

    clock: SettableClock
    registry: CollectorRegistry
    failing: list[str] = field(default_factory=list)
    url: str = ""

    def app(self) -> ASGIApp:
        async def shelves() -> None:
            if self.failing:
                raise ConnectionError(self.failing[0])

        trusted = TrustedKeys.from_jwks(public_jwks([GATEWAY_KEY, ORDER_KEY]))
        return subgraph_app(
            library_schema(),
            name="library",
            verifier=CallerVerifier(trusted, "library", self.clock),
            make_context=lambda caller: SubgraphContext(caller, self.clock),
            checks=[HealthCheck("shelves", shelves)],
            registry=self.registry,
            max_body=MOST,
        )

    def signed(self, caller: Caller, audience: str = "library") -> dict[str, str]:
        """Give the headers of a request that the gateway sends for a caller."""
        token = CallerSigner(GATEWAY_KEY, "gateway", self.clock).sign(caller, audience)
        return {"authorization": f"Bearer {token}"}

    def order_signer(self) -> CallerSigner:
        """Give what the order service signs with."""
        return CallerSigner(ORDER_KEY, "order_svc", self.clock)
