"""Money as clients see it: a decimal amount beside its currency, never a float."""

from decimal import Decimal

import strawberry

from service_kit.graphql.scalars import CurrencyCode


@strawberry.federation.type(
    name="Money", shareable=True, description="An amount of money in one currency."
)
class Money:
    """An amount in major units, exact to the currency's own decimals."""

    amount: Decimal = strawberry.field(description='The amount in major units, like "12.50".')
    currency: CurrencyCode = strawberry.field(description="The currency of the amount.")

    @staticmethod
    def of(amount: Decimal | str, currency: str) -> "Money":
        """Give the money of a decimal text."""
        return Money(amount=Decimal(amount), currency=CurrencyCode(currency))


@strawberry.input(name="MoneyInput", description="An amount of money in one currency.")
class MoneyInput:
    """An amount in major units, exact to the currency's own decimals."""

    amount: Decimal = strawberry.field(description='The amount in major units, like "12.50".')
    currency: CurrencyCode = strawberry.field(description="The currency of the amount.")
