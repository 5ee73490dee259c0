"""The unit of work: one transaction, with its repositories, its outbox and its due work."""

from collections.abc import Sequence
from datetime import datetime

from returns_svc.domain.errands import EXPIRY, Errand, kind_of, to_payload
from returns_svc.mongo.declarations import MongoDeclarations
from returns_svc.mongo.policies import MongoPolicies
from returns_svc.mongo.returns import MongoReturns
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.transactions import Storage, Transaction
from service_kit.storage.database import Session


class MongoWork(Transaction):
    """One transaction, with the repositories of returns."""

    def __init__(self, storage: Storage, session: Session) -> None:
        super().__init__(storage, session)
        self._returns = MongoReturns(storage.database, session)
        self._declarations = MongoDeclarations(storage.database, storage.due_work, session)
        self._policies = MongoPolicies(storage.database, session)

    @property
    def returns(self) -> MongoReturns:
        return self._returns

    @property
    def declarations(self) -> MongoDeclarations:
        return self._declarations

    @property
    def policies(self) -> MongoPolicies:
        return self._policies

    async def schedule(self, errands: Sequence[Errand], due_at: datetime) -> None:
        """See to it that the errands are done."""
        for errand in errands:
            item = DueItem(errand.key, kind_of(errand), due_at, to_payload(errand))
            await self._schedule(item)

    async def schedule_expiry(self, return_id: str, due_at: datetime) -> None:
        """See to it that somebody looks whether the goods have come."""
        item = DueItem(f"{return_id}.expiry", EXPIRY, due_at, {"returnId": return_id})
        await self._schedule(item)
