"""Choosing one option per leaf so that all leaves together cost the least.

The cost of a plan is the cost of the set of ways it uses. A request is what one subgraph is asked
at one stage; calls of one stage travel together, so a further call is cheap and a further request
is not. Later stages are dearer, so that of two plans with as many requests the flatter one wins.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.planning.options import Option
from gateway.planning.ways import Position, Way, WayKind

REQUEST = 10_000
STAGE = 1_000
CALL = 100
FIELD = 1
LATE_LEAF = 2
MOST_EVALUATIONS = 2_000
MOST_BRANCHING_GROUPS = 200
MOST_SWEEPS = 4
MOST_GIVEN_UP = 100

Ways = frozenset[Way]
_Request = tuple[str, int, Position | None]


def choose(leaves: Sequence[Sequence[Option]]) -> tuple[Option, ...]:
    """One option for each leaf: greedy first, then branch and bound within a stated effort."""
    return _chosen(leaves, MOST_EVALUATIONS)


def choose_greedily(leaves: Sequence[Sequence[Option]]) -> tuple[Option, ...]:
    """One option for each leaf, each the cheapest beside those before it."""
    return _chosen(leaves, 0)


def cost_of(chosen: Sequence[Option]) -> int:
    """What a choice costs as a whole."""
    account = _Account()
    for option in chosen:
        account.enter(_closure(option))
    return account.cost


def _chosen(leaves: Sequence[Sequence[Option]], effort: int) -> tuple[Option, ...]:
    """Leaves with the same choice are decided together."""
    if all(len(options) == 1 for options in leaves):
        return tuple(options[0] for options in leaves)
    closures = [tuple(_closure(option) for option in options) for options in leaves]
    counts = Counter(closures)
    stages = {
        closure: tuple(max(way.stage for way in option) for option in options)
        for options, closure in zip(leaves, closures, strict=True)
    }
    account = _Account()
    open_groups = []
    for closure, count in counts.items():
        lateness = tuple(LATE_LEAF * count * stage for stage in stages[closure])
        if len(closure) == 1:
            account.enter(closure[0])
        else:
            open_groups.append(_Group(closure, lateness))
    open_groups.sort(key=lambda group: len(group.options))
    picks = _Branches(account, open_groups, effort).best()
    picked = {group.options: pick for group, pick in zip(open_groups, picks, strict=True)}
    return tuple(
        options[picked.get(closure, 0)] for options, closure in zip(leaves, closures, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Leaves that have the same options; `lateness` prices each option's place in time."""

    options: tuple[Ways, ...]
    lateness: tuple[int, ...]


def _closure(option: Option) -> Ways:
    first = option[0].closure
    return first if len(option) == 1 else first.union(*(way.closure for way in option[1:]))


class _Account:
    """The cost of the ways entered so far; entries can be taken back in reverse order."""

    def __init__(self) -> None:
        self.cost = 0
        self._entered: set[Way] = set()
        self._requests: dict[_Request, int] = {}

    @property
    def entered(self) -> Iterable[Way]:
        """The ways entered so far."""
        return self._entered

    def price(self, ways: Ways) -> int:
        """What entering the ways would add."""
        new = ways - self._entered
        requests = {_request(way) for way in new if way.kind is not WayKind.FIELD}
        return sum(_own_cost(way) for way in new) + sum(
            REQUEST + STAGE * request[1] for request in requests if request not in self._requests
        )

    def enter(self, ways: Ways, lateness: int = 0) -> tuple[int, Ways]:
        """Enter the ways; the result is what `take_back` needs."""
        before, new = self.cost, ways - self._entered
        self.cost += self.price(ways) + lateness
        self._entered |= new
        for way in new:
            if way.kind is not WayKind.FIELD:
                request = _request(way)
                self._requests[request] = self._requests.get(request, 0) + 1
        return before, new

    def leave(self, ways: Ways, lateness: int) -> None:
        """Take ways out that nothing else has entered."""
        self._entered -= ways
        self.cost -= lateness + sum(_own_cost(way) for way in ways)
        for way in ways:
            if way.kind is not WayKind.FIELD:
                request = _request(way)
                self._requests[request] -= 1
                if not self._requests[request]:
                    del self._requests[request]
                    self.cost -= REQUEST + STAGE * way.stage

    def take_back(self, entry: tuple[int, Ways]) -> None:
        """Undo the last `enter`."""
        self.cost, new = entry
        self._entered -= new
        for way in new:
            if way.kind is not WayKind.FIELD:
                request = _request(way)
                self._requests[request] -= 1
                if not self._requests[request]:
                    del self._requests[request]


def _request(way: Way) -> _Request:
    """Calls of one stage travel together; the root is asked again apart for each place."""
    return way.at.subgraph, way.stage, way.position if way.is_reentry else None


def _own_cost(way: Way) -> int:
    return FIELD if way.kind is WayKind.FIELD else CALL


class _Branches:
    """Branch and bound over the leaf groups that have a choice."""

    def __init__(self, account: _Account, groups: Sequence[_Group], effort: int) -> None:
        self._account = account
        self._groups = groups
        self._effort = effort
        self._picks: list[int] = []
        self._best: tuple[int, ...] = ()
        self._best_cost = 0

    def best(self) -> tuple[int, ...]:
        """The index of the chosen option of each group."""
        self._take_the_greedy_way()
        if not self._effort:
            return self._best
        if 0 < len(self._groups) <= MOST_BRANCHING_GROUPS:
            self._descend(0)
        else:
            self._effort = -1
        if self._effort < 0:
            self._mend()
        return self._best

    def _prices(self, group: _Group) -> list[int]:
        return [
            self._account.price(ways) + late
            for ways, late in zip(group.options, group.lateness, strict=True)
        ]

    def _take_the_greedy_way(self) -> None:
        entries = []
        for group in self._groups:
            prices = self._prices(group)
            pick = prices.index(min(prices))
            self._picks.append(pick)
            entries.append(self._account.enter(group.options[pick], group.lateness[pick]))
        self._best, self._best_cost = tuple(self._picks), self._account.cost
        for entry in reversed(entries):
            self._account.take_back(entry)
        self._picks.clear()

    def _mend(self) -> None:
        """Choose anew for one group after the other, beside all the rest, while that helps."""
        picks = list(self._best)
        used = Counter(way for group, pick in self._picked(picks) for way in group.options[pick])
        used.update(self._account.entered)
        for group, pick in self._picked(picks):
            self._account.enter(group.options[pick], group.lateness[pick])
        for _ in range(MOST_SWEEPS):
            before = self._account.cost
            for number in range(len(self._groups)):
                self._move(number, picks, used)
            if self._account.cost >= before:
                break
        self._do_without_each(picks, used)
        self._best = tuple(picks)

    def _do_without_each(self, picks: list[int], used: Counter[Way]) -> None:
        """Give up one root or hop after the other, wherever the rest becomes cheaper by it.

        Many leaves may have come to one object by two ways; none of them gains by moving alone.
        """
        carriers = sorted(
            {way for way in used if used[way] and way.kind is not WayKind.FIELD},
            key=lambda way: (-way.stage, way.number, way.at.subgraph),
        )
        for way in carriers[:MOST_GIVEN_UP]:
            kept, before = list(picks), self._account.cost
            for number in self._those_with(way, picks):
                self._move(number, picks, used, without=way)
            if self._account.cost >= before:
                for number, pick in enumerate(kept):
                    if picks[number] != pick:
                        self._put(number, pick, picks, used)

    def _those_with(self, way: Way, picks: Sequence[int]) -> list[int]:
        return [
            number
            for number, (group, pick) in enumerate(self._picked(picks))
            if way in group.options[pick]
        ]

    def _picked(self, picks: Sequence[int]) -> Iterable[tuple[_Group, int]]:
        return zip(self._groups, picks, strict=True)

    def _move(
        self, number: int, picks: list[int], used: Counter[Way], without: Way | None = None
    ) -> None:
        """Take the cheapest option of a group beside all the rest; the old one if it is as good."""
        group, pick = self._groups[number], picks[number]
        self._take_out(group, pick, used)
        prices = {
            index: price
            for index, price in enumerate(self._prices(group))
            if without is None or without not in group.options[index]
        }
        best = min(prices, key=lambda index: (prices[index], index != pick, index), default=pick)
        self._put_in(group, best, used)
        picks[number] = best

    def _put(self, number: int, pick: int, picks: list[int], used: Counter[Way]) -> None:
        self._take_out(self._groups[number], picks[number], used)
        self._put_in(self._groups[number], pick, used)
        picks[number] = pick

    def _take_out(self, group: _Group, pick: int, used: Counter[Way]) -> None:
        old = group.options[pick]
        used.subtract(old)
        self._account.leave(frozenset(way for way in old if not used[way]), group.lateness[pick])

    def _put_in(self, group: _Group, pick: int, used: Counter[Way]) -> None:
        used.update(group.options[pick])
        self._account.enter(group.options[pick], group.lateness[pick])

    def _descend(self, depth: int) -> None:
        if depth == len(self._groups):
            self._best, self._best_cost = tuple(self._picks), self._account.cost
            return
        group = self._groups[depth]
        prices = self._prices(group)
        for pick in sorted(range(len(prices)), key=prices.__getitem__):
            self._effort -= 1
            if self._effort < 0 or self._account.cost + prices[pick] >= self._best_cost:
                return
            entry = self._account.enter(group.options[pick], group.lateness[pick])
            self._picks.append(pick)
            self._descend(depth + 1)
            self._picks.pop()
            self._account.take_back(entry)
