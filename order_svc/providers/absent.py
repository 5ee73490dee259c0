"""No provider: every authorisation is declined, so that nobody orders without paying."""

from typing import Final

from order_svc.domain.payments.payment import Answer
from order_svc.ports import MoneyMove, Tender

_NO: Final = Answer(accepted=False, reason="NO_PROVIDER")


class NoProvider:
    """What answers when no provider is chosen by the settings."""

    async def authorise(self, tender: Tender) -> Answer:  # noqa: ARG002
        """Decline."""
        return _NO

    async def capture(self, move: MoneyMove) -> Answer:  # noqa: ARG002
        """Decline: nothing was ever authorised here."""
        return _NO

    async def refund(self, move: MoneyMove) -> Answer:  # noqa: ARG002
        """Decline: nothing was ever taken here."""
        return _NO

    async def void(self, move: MoneyMove) -> Answer:  # noqa: ARG002
        """Agree: there is nothing to let go of."""
        return Answer(accepted=True)
