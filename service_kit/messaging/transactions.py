"""One commit of a service: its entities, the outcome, the events and the due work, or nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from service_kit.commands.denials import unavailable
from service_kit.commands.idempotency import Outcomes
from service_kit.messaging.due_work import DUE_WORK, DueItem, DueWork
from service_kit.messaging.envelope import Event
from service_kit.messaging.leases import LEASES
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.messaging.positions import POSITIONS
from service_kit.storage.database import Contended, Database, Session
from service_kit.storage.idempotency import OUTCOMES, MongoOutcomes

COMMIT_COLLECTIONS: Final = (OUTCOMES, OUTBOX, DUE_WORK, LEASES, POSITIONS)
"""What every service has beside its entities: for its commits, and for those who follow them."""


@dataclass(frozen=True, slots=True)
class Storage:
    """What every transaction of a service writes to."""

    database: Database
    outcomes: MongoOutcomes
    outbox: Outbox
    due_work: DueWork


class Transaction:
    """One transaction; a service adds the repositories of its entities."""

    def __init__(self, storage: Storage, session: Session) -> None:
        self._storage = storage
        self._session = session
        self._outcomes = storage.outcomes.bind(session)

    @property
    def outcomes(self) -> Outcomes:
        """What commands have come to."""
        return self._outcomes

    async def publish(self, events: Sequence[Event]) -> None:
        """Tell the world once the transaction is kept."""
        await self._storage.outbox.append(self._session, events)

    async def _schedule(self, item: DueItem) -> None:
        await self._storage.due_work.schedule(self._session, item)

    async def _cancel(self, identifier: str) -> bool:
        return await self._storage.due_work.cancel(self._session, identifier)


T = TypeVar("T")
TransactionT = TypeVar("TransactionT", bound=Transaction)


class Transactions(Generic[TransactionT]):
    """Runs functions, each in a transaction of the given kind."""

    def __init__(self, storage: Storage, kind: Callable[[Storage, Session], TransactionT]) -> None:
        self._storage = storage
        self._kind = kind

    async def run(self, callback: Callable[[TransactionT], Awaitable[T]]) -> T:
        """Run a function in one transaction, again if another writer was first.

        Refused UNAVAILABLE when others were first for too long; then nothing was written.
        """
        try:
            return await self._storage.database.transaction(
                lambda session: callback(self._kind(self._storage, session))
            )
        except Contended as error:
            raise unavailable() from error
