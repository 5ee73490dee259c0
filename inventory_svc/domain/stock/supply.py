"""What the commands of one commit may draw on, as read in its transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from inventory_svc.domain.stock.availability.policy import NO_POLICY, Policy
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionKey
from inventory_svc.domain.stock.file_step import CommittedStep
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundSupply
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.units.unit import SerialUnit
from retail_kit.quantities import Unit
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal


class Queue(NamedTuple):
    """Reservations that wait for goods, in their order; `whole` says that there are no others."""

    reservations: tuple[str, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Supply:
    """Positions, reservations and outcomes by their keys; what is missing does not exist.

    An outcome is the refusal of the key when it was recorded for another input.
    `moved_since` gives, per position and moment, the units that moved in or out after it.
    `candidates` gives, per command's place in its group, the locations whose positions were read;
    `partial` are the places where other candidates may hold stock too. `policy` are the rules that
    count, `categories` those of the SKUs that are reserved, as far as a rule asks for them.
    `kept` gives what is kept for a time for the owners whom an allowance binds, `item_units` what
    the items count in that they want or have; one that is missing counts pieces.
    `queues` gives, per command's place, who waits for what it is about.
    `units` are the pieces that commands name or may take, by serial; `tags` the serials, by the
    code of a tag. `steps` are the last that were committed of files, by file. `asked` are the
    positions that were looked up, also those that were not found.
    """

    positions: Mapping[PositionKey, Position]
    reservations: Mapping[str, Reservation] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome | Refusal] = field(default_factory=dict)
    moved_since: Mapping[tuple[PositionKey, datetime], int] = field(default_factory=dict)
    candidates: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    partial: frozenset[int] = frozenset()
    policy: Policy = NO_POLICY
    categories: Mapping[str, str] = field(default_factory=dict)
    draws: Mapping[ShareKey, ShareDraw] = field(default_factory=dict)
    kept: Mapping[str, Sequence[Reservation]] = field(default_factory=dict)
    item_units: Mapping[str, Unit] = field(default_factory=dict)
    rejections: Mapping[RejectionKey, FeedRejection] = field(default_factory=dict)
    inbound: Mapping[InboundKey, InboundSupply] = field(default_factory=dict)
    queues: Mapping[int, Queue] = field(default_factory=dict)
    units: Mapping[str, SerialUnit] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, CommittedStep] = field(default_factory=dict)
    asked: frozenset[PositionKey] = frozenset()
