"""Items become answers: each is resolved once per selection and rights, for all its listeners."""

import asyncio
from collections.abc import Hashable, MutableMapping
from typing import Any, TypeAlias

import orjson

from gateway.execution.answer import Answer
from gateway.execution.answering import answer_of
from gateway.execution.compiled_plan import CompiledPlan
from gateway.execution.entity_batches import EntityBatches
from gateway.execution.event_payload import EventPayload
from gateway.execution.executor import Execution, execute
from gateway.execution.snapshot_plan import SnapshotPlan
from gateway.execution.subgraph_answer import SubgraphAnswer
from gateway.execution.subgraph_request import ExecutionRequest
from gateway.execution.subscription_root import SubscriptionRoot
from gateway.ports import SubgraphTransport
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.sharing import SharedAnswers
from service_kit.runtime.clock import Clock

BatchesByKey: TypeAlias = MutableMapping[Hashable, EntityBatches]
"""What fetches entities for those who ask the same with the same rights; values may be weak."""


class Resolver:
    """Resolves the items of one subscription.

    Rights are the caller's kind, roles, grants, scopes, policies and language: whoever has the
    same, and is the same person unless the source says that this does not matter, is given the
    same answer, resolved in the name of the first.
    """

    def __init__(
        self,
        plan: CompiledPlan,
        root: SubscriptionRoot,
        payload: EventPayload,
        transport: SubgraphTransport,
        request: ExecutionRequest,
        clock: Clock,
        batches: BatchesByKey,
    ) -> None:
        self._plan = plan
        self._showing = root.showing
        self._payload = payload
        self._transport = transport
        self._request = request
        self._clock = clock
        self.takes_time = len(plan.fetches) > 1
        by_rights = root.source is not None and root.source.by_rights
        variables = _variables(root, request)
        self._rights = _rights(request, by_subject=self.takes_time and not by_rights)
        self.key = (root.identity, variables, self._rights)
        asking = (root.identity, variables, _rights(request, by_subject=not by_rights))
        self._batches = batches.setdefault(asking, EntityBatches(transport))

    def begin(self, item: Occurrence) -> asyncio.Task[Answer | None] | None:
        """Begin to resolve an item, if subgraphs have to be asked for it."""
        if not self.takes_time and item.delivery is not Delivery.SNAPSHOT:
            return None
        known: asyncio.Task[Answer | None] | Answer | None = item.resolved.get(self.key)
        if known is None or _came_to_nothing(known):
            # A task of its own: the listener that asks first may go away before the others.
            known = item.resolved[self.key] = asyncio.create_task(self._resolve(item))
        return None if isinstance(known, Answer) else known

    async def answer(self, item: Occurrence) -> Answer | None:
        """Give the answer for an item, which may be another listener's; nothing is raised.

        None if the caller's token expires before there is one.
        """
        while True:
            known = self.begin(item) or item.resolved.get(self.key)
            if isinstance(known, Answer):
                return known
            answer = await (self._resolve(item) if known is None else asyncio.shield(known))
            if answer is not None:
                item.resolved[self.key] = answer
                return answer
            if self._has_expired:
                return None

    @property
    def _has_expired(self) -> bool:
        caller = self._request.caller
        return caller is not None and caller.expires_at <= self._clock.now()

    async def _resolve(self, item: Occurrence) -> Answer | None:
        """Give an answer; None if the token may have expired before the subgraphs saw it."""
        answer = await self._resolved(item)
        return None if self.takes_time and self._has_expired else answer

    async def _resolved(self, item: Occurrence) -> Answer:
        if item.delivery is Delivery.SNAPSHOT and self._showing and self._showing.plan:
            return await self._show(item, self._showing.plan)
        data = self._payload.root(item.in_full(), self._request.variables)
        first = SubgraphAnswer(data, [])
        if item.happening is not None and item.happening.answers is not None:
            known = SharedAnswers(self._transport, item.happening.answers, self._rights)
            return answer_of(await execute(self._plan, known, self._request, first))
        return answer_of(await self._fetched(self._plan, first))

    async def _show(self, item: Occurrence, snapshot: SnapshotPlan) -> Answer:
        """Resolve a snapshot, and note in it which versions it shows."""
        data = snapshot.payload.root(item.in_full(), self._request.variables)
        first = SubgraphAnswer(data, [])
        execution = await self._fetched(snapshot.plan, first)
        item.shown = snapshot.shown(execution.tree, item.payload)
        return answer_of(execution)

    async def _fetched(self, plan: CompiledPlan, first: SubgraphAnswer) -> Execution:
        """Run a plan, its entities fetched together with those of others who ask the same."""
        return await execute(plan, self._transport, self._request, first, self._batches)


def _came_to_nothing(known: "asyncio.Task[Answer | None] | Answer") -> bool:
    """Whether the token of who asked expired before there was an answer."""
    if isinstance(known, Answer) or not known.done() or known.cancelled():
        return False
    return known.exception() is None and known.result() is None


def _variables(root: SubscriptionRoot, request: ExecutionRequest) -> str:
    used: dict[str, Any] = {name: request.variables.get(name) for name in root.resolving}
    # As text, which is as long as it is; the bytes would keep the room they were written in.
    return orjson.dumps(used, option=orjson.OPT_SORT_KEYS, default=str).decode()


def _rights(request: ExecutionRequest, *, by_subject: bool) -> Hashable:
    caller, headers = request.caller, tuple(sorted(request.headers.items()))
    if caller is None:
        return headers
    subject = caller.subject if by_subject else None
    rights = (
        caller.kind,
        caller.roles,
        caller.grants,
        caller.scopes,
        caller.policies,
        caller.language,
        caller.on_behalf_of,
    )
    return subject, rights, headers
