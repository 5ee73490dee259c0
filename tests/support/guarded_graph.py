"""A federated graph whose parts demand something of callers, asked by several of them."""

from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.ports import PolicyDecider
from gateway.security.authentication import VISITOR
from gateway.security.authorisation import Authoriser
from gateway.transport.in_process import InProcessTransport
from service_kit.identity.caller import Caller
from tests.support.federated_graph import FederatedGraph
from tests.support.served_graph import Held, _Subgraph

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible",
  "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])
"""
CODE = "UNAUTHORIZED_FIELD_OR_TYPE"


class GuardedGraph(FederatedGraph):
    """Answers callers from what is held; `asked` is every request's subgraph and text."""

    def __init__(
        self, supergraph: str | None = None, decider: PolicyDecider | None = None, **held: Held
    ) -> None:
        super().__init__(supergraph, **{name: LINK + each.sdl for name, each in held.items()})
        self.asked: list[tuple[str, str]] = []
        self.served = Served(
            self.snapshot, PreparationOptions(), 100, authoriser=Authoriser(decider)
        )
        self._transport = InProcessTransport(
            {
                name: _Subgraph(
                    name, Held(LINK + each.sdl, each.roots, each.entities), self.asked
                ).ask
                for name, each in held.items()
            }
        )

    async def answer(self, operation: str, caller: Caller = VISITOR, **variables: object) -> Answer:
        """Answer an operation; `asked` then holds what it took."""
        self.asked.clear()
        request = OperationRequest(operation, caller, variables=variables)
        return await answer(self.served, self._transport, request)


def hidden(given: Answer) -> dict[str, str]:
    """The messages of an answer by path, all of them of the one code."""
    assert all(error["extensions"] == {"code": CODE} for error in given.errors)
    return {".".join(map(str, error["path"])): error["message"] for error in given.errors}
