"""Registrations: one person who wants to hear once that an item can be bought again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import SEPARATOR
from service_kit.runtime.identifiers import derived_identifier

TELL_WORK: Final = "back-in-stock"
"""The kind of due work that looks whose turn it is when the stock of an item has changed."""

USUAL_WAIT: Final = timedelta(days=90)
LONGEST_WAIT: Final = timedelta(days=366)


class RegistrationState(StrEnum):
    """Where a registration stands."""

    WAITING = "WAITING"
    TOLD = "TOLD"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class Person(NamedTuple):
    """Who is to be told, by one reference: that of a customer, or of a contact."""

    customer_ref: str | None = None
    contact_ref: str | None = None

    @property
    def identifier(self) -> str:
        """Both kinds of references as one text."""
        if self.customer_ref is not None:
            return f"customer:{self.customer_ref}"
        return f"contact:{self.contact_ref}"


class ListKey(NamedTuple):
    """What the people of one list wait for: an item in a condition, on a channel."""

    sku: str
    channel: str
    condition: Condition = Condition.NEW

    @property
    def identifier(self) -> str:
        """The key as one text."""
        return SEPARATOR.join((self.sku, self.channel, self.condition.value))


def named_list(identifier: str) -> ListKey:
    """Read the key out of a list's identifier."""
    sku, channel, condition = identifier.split(SEPARATOR)
    return ListKey(sku, channel, Condition(condition))


@dataclass(frozen=True, slots=True)
class Registration:
    """One person on one list; the lower of two numbers is told first.

    Whoever registers again after the end gets a new number under the same identifier.
    """

    on: ListKey
    person: Person
    number: int
    registered_at: datetime
    expires_at: datetime
    told_at: datetime | None = None
    withdrawn_at: datetime | None = None
    version: int = 1

    @property
    def identifier(self) -> str:
        """Who waits for what, as one text: so nobody is on a list twice."""
        return derived_identifier("registration", self.on.identifier, self.person.identifier)

    @property
    def has_ended(self) -> bool:
        """Whether somebody, or something other than time, has ended it."""
        return self.told_at is not None or self.withdrawn_at is not None

    def state(self, now: datetime) -> RegistrationState:
        """Where it stands at a moment; nothing has to be written when its time is over."""
        if self.told_at is not None:
            return RegistrationState.TOLD
        if self.withdrawn_at is not None:
            return RegistrationState.WITHDRAWN
        over = self.expires_at <= now
        return RegistrationState.EXPIRED if over else RegistrationState.WAITING

    def waits(self, now: datetime) -> bool:
        """Whether the person is to be told when it is their turn."""
        return self.state(now) is RegistrationState.WAITING

    def told(self, now: datetime) -> "Registration":
        """Give it after the person was told."""
        return replace(self, told_at=now, version=self.version + 1)

    def withdrawn(self, now: datetime) -> "Registration":
        """Give it after the person does not want to be told any more."""
        return replace(self, withdrawn_at=now, version=self.version + 1)

    def extended(self, expires_at: datetime) -> "Registration":
        """Give it with another end; the place on the list stays. The same if nothing differs."""
        if expires_at == self.expires_at:
            return self
        return replace(self, expires_at=expires_at, version=self.version + 1)
