"""A provider for development: it keeps accounts in a collection of its own and moves no money.

What a token does, by how it begins: `tok_ok` pays; `tok_declined` is declined; `tok_slow` does
each thing, yet its first answer is lost; `tok_refund_fails_once` refuses the first attempt of each
refund; `tok_refund_closed` refuses all refunds. Any other token is declined.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from order_svc.domain.payments.payment import Answer
from order_svc.ports import MoneyMove, PaymentUnavailable, Tender
from service_kit.storage.database import Database, DuplicateKey
from service_kit.storage.schema_versions import Upcasts

COLLECTION: Final = "sandbox_payments"
UPCASTS: Final = Upcasts(current=1)
TRIES: Final = 50

_YES: Final = Answer(accepted=True)
_PAYING: Final = ("tok_ok", "tok_slow", "tok_refund_fails_once", "tok_refund_closed")

_Account: TypeAlias = dict[str, Any]
_Decide: TypeAlias = Callable[[_Account], Answer]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call: its key, the account that it is about, and what it does."""

    key: str
    account: str
    kind: str
    decide: _Decide


class SandboxProvider:
    """Accounts by authorisation; each call changes one account once, guarded by its version."""

    def __init__(self, database: Database) -> None:
        self._accounts = database.collection(COLLECTION)

    async def authorise(self, tender: Tender) -> Answer:
        """Set an amount aside, unless the token declines or the authorisation was voided."""

        def decide(account: _Account) -> Answer:
            if account["voided"] is not None:
                return _no("VOIDED")
            if not tender.token.startswith(_PAYING):
                return _no("DECLINED")
            account |= {
                "token": tender.token,
                "authorised": tender.amount.minor,
                "currency": tender.amount.currency,
            }
            return _YES

        return await self._once(_Asked(tender.key, tender.key, "AUTHORISE", decide), tender.token)

    async def capture(self, move: MoneyMove) -> Answer:
        """Take a part of what is set aside."""

        def decide(account: _Account) -> Answer:
            left = account["authorised"] - account["captured"] - (account["voided"] or 0)
            if not _fits(account, move, left):
                return _no("EXCEEDS_AUTHORISED")
            account["captured"] += move.amount.minor
            return _YES

        return await self._once(_Asked(move.key, move.authorisation, "CAPTURE", decide))

    async def refund(self, move: MoneyMove) -> Answer:
        """Give a part of what was taken back."""

        def decide(account: _Account) -> Answer:
            if not _fits(account, move, account["captured"] - account["refunded"]):
                return _no("EXCEEDS_CAPTURED")
            if account["token"].startswith("tok_refund_closed"):
                return _no("CLOSED")
            refusing = account["token"].startswith("tok_refund_fails_once")
            if refusing and not move.key.endswith(".a2"):
                return _no("TRY_AGAIN")
            account["refunded"] += move.amount.minor
            return _YES

        return await self._once(_Asked(move.key, move.authorisation, "REFUND", decide))

    async def void(self, move: MoneyMove) -> Answer:
        """Let go of a part of what is set aside, or of an authorisation that is still to come."""

        def decide(account: _Account) -> Answer:
            if account["token"] is None:
                account["voided"] = 0
                return _YES
            left = account["authorised"] - account["captured"] - (account["voided"] or 0)
            if not _fits(account, move, left):
                return _no("EXCEEDS_AUTHORISED")
            account["voided"] = (account["voided"] or 0) + move.amount.minor
            return _YES

        return await self._once(_Asked(move.key, move.authorisation, "VOID", decide))

    async def _once(self, asked: _Asked, token: str | None = None) -> Answer:
        """Answer as before if the key is known; else decide and keep, unless another was first."""
        for _ in range(TRIES):
            found = await self._accounts.find_one({"_id": asked.account})
            account = UPCASTS.upcast(found) if found else _new_account(asked.account)
            known = account["answers"].get(_name(asked.key))
            if known is not None:
                return Answer(known["accepted"], known["reason"])
            answer = asked.decide(account)
            account["answers"] |= {
                _name(asked.key): {
                    "kind": asked.kind,
                    "accepted": answer.accepted,
                    "reason": answer.reason,
                }
            }
            if await self._kept(account, is_new=found is None):
                if (account["token"] or token or "").startswith("tok_slow"):
                    raise PaymentUnavailable("The sandbox has lost its answer.")
                return answer
        raise PaymentUnavailable("The sandbox is too busy.")

    async def _kept(self, account: _Account, *, is_new: bool) -> bool:
        version = account["version"]
        document = UPCASTS.stamp({**account, "version": version + 1})
        if is_new:
            try:
                await self._accounts.insert_one(document)
            except DuplicateKey:
                return False
            return True
        result = await self._accounts.replace_one(
            {"_id": account["_id"], "version": version}, document
        )
        return result.matched_count == 1


def _new_account(authorisation: str) -> _Account:
    return {
        "_id": authorisation,
        "token": None,
        "authorised": 0,
        "captured": 0,
        "refunded": 0,
        "voided": None,
        "currency": None,
        "answers": {},
        "version": 0,
    }


def _fits(account: _Account, move: MoneyMove, most: int) -> bool:
    same = account["currency"] == move.amount.currency
    return same and 0 < move.amount.minor <= most


def _no(reason: str) -> Answer:
    return Answer(accepted=False, reason=reason)


def _name(key: str) -> str:
    """A key as the name of a field, which holds no dots."""
    return key.replace(".", "/")
