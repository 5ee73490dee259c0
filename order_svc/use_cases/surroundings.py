"""What every use-case has around it."""

from dataclasses import dataclass
from datetime import timedelta

from order_svc.domain.payments.tenders import TenderRule
from order_svc.ports import Errands, Inventory, PaymentProvider, Pricing, UnitOfWork
from service_kit.runtime.clock import Clock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.identifiers import Identifiers


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The outside world, handed in.

    A placement that nobody has ended is recovered after `recovery_delay`, and given up once it is
    older than `placement_patience`. An effect on stock or money is done at once by the
    command that needs it, and after `effect_delay` by anybody, should that command have died.
    """

    work: UnitOfWork
    inventory: Inventory
    pricing: Pricing
    payments: PaymentProvider
    errands: Errands
    clock: Clock
    identifiers: Identifiers
    reached: Reached = pass_by
    effect_delay: timedelta = timedelta(seconds=2)
    recovery_delay: timedelta = timedelta(seconds=10)
    placement_patience: timedelta = timedelta(minutes=15)
    tender_rule: TenderRule = TenderRule.CARD_FIRST
