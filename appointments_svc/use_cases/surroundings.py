"""What every use-case has around it."""

from dataclasses import dataclass
from datetime import timedelta

from appointments_svc.ports import ErrandRunner, Inventory, Orders, UnitOfWork
from service_kit.outbound.messages import MessageSender, TextSender
from service_kit.runtime.clock import Clock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.identifiers import Identifiers


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The outside world, handed in.

    A booking that nobody has ended is taken up again after `recovery_delay`; an errand is done at
    once by the command that needs it, and after `errand_delay` by anybody, should that command
    have died. Without `texts` only those with an e-mail address are written.
    """

    work: UnitOfWork
    orders: Orders
    inventory: Inventory
    messages: MessageSender
    errands: ErrandRunner
    clock: Clock
    identifiers: Identifiers
    texts: TextSender | None = None
    reached: Reached = pass_by
    errand_delay: timedelta = timedelta(seconds=2)
    recovery_delay: timedelta = timedelta(seconds=10)
