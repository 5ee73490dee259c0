"""What a run of the loss test does, all of it decided by a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from tests.support.loss.counters import CounterPlan
from tests.support.loss.counting_graph import CUSTOMER, OPERATOR
from tests.support.loss.wishes import Field, Wish

COUNTER_FILTERS = {"counter": ("counterId", "ID"), "groups": ("groups", "[String!]")}
COUNTED = Field("counted", COUNTER_FILTERS, "counter")
LEVEL = Field("level", COUNTER_FILTERS, "counter", is_state=True)
HOT = "hot"
_SHARE_OF_HOT = 0.01
_ON_ONE_SOCKET = 10


class Fault(StrEnum):
    """What is done to the running system."""

    GATEWAY_KILLED = "a gateway is killed"
    GATEWAY_ENDED = "a gateway is told to end"
    RELAY_KILLED = "a service that relays is killed"
    VALKEY_WIPED = "Valkey is killed and starts empty"
    PRIMARY_STEPS_DOWN = "the primary steps down"
    PRIMARY_KILLED = "the primary is killed and starts again"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything; `window` is how far commits may be ahead of the slowest pacer."""

    subscribers: int
    events: int
    counters: int
    groups: int
    faults: tuple[Fault, ...]
    cuts: int
    cut_at_once: int = 3
    members: int = 3
    window: int = 2_000
    writers: int = 4
    client_processes: int = 1
    slow: int = 0
    events_waiting: int = 1_000


EVERY_FAULT = (
    Fault.GATEWAY_KILLED,
    Fault.GATEWAY_KILLED,
    Fault.RELAY_KILLED,
    Fault.VALKEY_WIPED,
    Fault.PRIMARY_STEPS_DOWN,
)
SMALL = Scale(
    subscribers=60, events=1_500, counters=30, groups=6, faults=EVERY_FAULT, cuts=8, window=400
)
POLITE = Scale(
    subscribers=30,
    events=1_000,
    counters=20,
    groups=4,
    faults=(Fault.GATEWAY_ENDED, Fault.PRIMARY_KILLED),
    cuts=0,
    members=1,
    window=400,
)
SLOW = Scale(
    subscribers=8,
    events=800,
    counters=10,
    groups=2,
    faults=(),
    cuts=0,
    members=1,
    window=400,
    slow=1,
    events_waiting=100,
)
ORDERS = Scale(
    subscribers=60,
    events=600,
    counters=0,
    groups=0,
    faults=EVERY_FAULT,
    cuts=10,
    window=200,
    writers=6,
)
FULL = Scale(
    subscribers=1_000,
    events=50_000,
    counters=500,
    groups=50,
    faults=EVERY_FAULT,
    cuts=80,
    client_processes=2,
)


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A connection: `socket` or `stream`, and who listens through it."""

    way: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A fault, once so many events were committed; `choice` decides on whom it falls."""

    at: int
    fault: Fault
    choice: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One run; `cuts` are the numbers of events after which connections are cut."""

    seed: int
    scale: Scale
    lines: tuple[LinePlan, ...]
    steps: tuple[Step, ...]
    cuts: tuple[int, ...]

    @property
    def wishes(self) -> list[Wish]:
        """All subscribers."""
        return [wish for line in self.lines for wish in line.wishes]


def plan_of(seed: int, scale: Scale) -> Plan:
    """Decide who listens to counters, and what happens to the system."""
    random = Random(seed)  # noqa: S311  # a plan is no secret
    return plan_with(seed, scale, _wishes(scale, counters_of(seed, scale), random), random)


def plan_with(seed: int, scale: Scale, wishes: Sequence[Wish], random: Random) -> Plan:
    """Decide what happens to the system, and by which connections subscribers listen."""
    lines = tuple(_lines(wishes, random))
    cuts = sorted(random.randrange(scale.events) for _ in range(scale.cuts))
    return Plan(seed, scale, lines, tuple(_steps(scale, random)), tuple(cuts))


def counters_of(seed: int, scale: Scale) -> Sequence[CounterPlan]:
    """Decide how far each counter is to count.

    One counter has a hundredth of all events; the others share the rest by chance.
    """
    random = Random(seed)  # noqa: S311
    hot = max(1, int(scale.events * _SHARE_OF_HOT))
    targets = [1] * (scale.counters - 1)
    for _ in range(scale.events - hot - len(targets)):
        targets[random.randrange(len(targets))] += 1
    return [
        CounterPlan(HOT, "g0", hot),
        *(
            CounterPlan(f"c{number}", f"g{number % scale.groups}", target)
            for number, target in enumerate(targets, start=1)
        ),
    ]


def _wishes(scale: Scale, counters: Sequence[CounterPlan], random: Random) -> Sequence[Wish]:
    some = tuple(f"g{number}" for number in range(max(1, scale.groups // 10)))
    wishes = [
        Wish("all", OPERATOR, COUNTED, is_pacer=True),
        Wish("all-levels", OPERATOR, LEVEL),
        Wish("some", OPERATOR, COUNTED, {"groups": some}, selection="version"),
    ]
    wishes += [
        Wish(f"slow-{number}", OPERATOR, COUNTED, selection="heavy", is_slow=True)
        for number in range(scale.slow)
    ]
    kinds = (_own, _own, _own, _own_as_customer, _shared, _group, _group_as_customer, _level)
    for number in range(scale.subscribers - len(wishes)):
        wishes.append(kinds[number % len(kinds)](number, scale, random.choice(counters), random))
    return wishes


def _own(number: int, _: Scale, counter: CounterPlan, random: Random) -> Wish:
    selection = random.choice(("", "version"))
    filters = {"counter": counter.name}
    return Wish(f"own-{number}", OPERATOR, COUNTED, filters, selection=selection)


def _own_as_customer(number: int, _: Scale, counter: CounterPlan, __: Random) -> Wish:
    return _as_customer(f"customer-{number}", counter, {"counter": counter.name})


def _shared(number: int, *_: object) -> Wish:
    return Wish(f"shared-{number}", OPERATOR, COUNTED, {"counter": HOT})


def _group(number: int, _: Scale, counter: CounterPlan, __: Random) -> Wish:
    return Wish(f"group-{number}", OPERATOR, COUNTED, {"groups": (counter.group,)})


def _group_as_customer(number: int, scale: Scale, counter: CounterPlan, random: Random) -> Wish:
    """Asks for two groups, and may see one."""
    groups = (counter.group, f"g{random.randrange(scale.groups)}")
    return _as_customer(f"member-{number}", counter, {"groups": groups})


def _level(number: int, _: Scale, counter: CounterPlan, __: Random) -> Wish:
    return Wish(f"level-{number}", OPERATOR, LEVEL, {"groups": (counter.group,)})


def _as_customer(
    name: str, counter: CounterPlan, filters: Mapping[str, str | tuple[str, ...]]
) -> Wish:
    grants = (f"group:{counter.group}",)
    return Wish(name, CUSTOMER, COUNTED, filters, grants, sees_all=False)


def _lines(wishes: Sequence[Wish], random: Random) -> Sequence[LinePlan]:
    """Half share a socket with others who have the same token; of the rest a fifth has a stream."""
    together: dict[tuple[str, tuple[str, ...]], list[Wish]] = {}
    lines = []
    for wish in wishes:
        if not wish.is_slow and random.random() < 0.5:
            together.setdefault((wish.role, wish.grants), []).append(wish)
        else:
            way = "stream" if not wish.is_slow and random.random() < 0.2 else "socket"
            lines.append(LinePlan(way, (wish,)))
    for group in together.values():
        lines += [
            LinePlan("socket", tuple(group[start : start + _ON_ONE_SOCKET]))
            for start in range(0, len(group), _ON_ONE_SOCKET)
        ]
    return lines


def _steps(scale: Scale, random: Random) -> Sequence[Step]:
    """Faults in an order of chance, spread over the run."""
    faults = random.sample(scale.faults, len(scale.faults))
    stretch = scale.events / (len(faults) + 1)
    return [
        Step(int(stretch * (number + random.uniform(0.3, 1))), fault, random.random())
        for number, fault in enumerate(faults)
    ]
