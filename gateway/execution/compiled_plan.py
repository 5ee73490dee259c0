"""A plan made ready to run: static bytes, writers and walkers instead of descriptions."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import orjson

from gateway.execution.gathering import Gather, Gathered, gathering
from gateway.execution.given import Given, given_by, keys_of
from gateway.execution.overlaps import Overlaps
from gateway.execution.projection import Projection
from gateway.execution.representations import Writer, compile_representations
from gateway.execution.selections import holds
from gateway.execution.tree import ClientPath
from gateway.execution.united import united_paths
from gateway.planning.plan import (
    EntityCall,
    Fetch,
    OperationKind,
    Path,
    QueryPlan,
    Rename,
)


@dataclass(frozen=True, slots=True)
class CompiledCall:
    """One `_entities` field: where its objects are, how to write them, where its answer is.

    `shares` says that equal entities below one path may be one object in memory: no later fetch
    tells their places apart.
    """

    response_key: str
    variable: bytes
    paths: tuple[Path, ...]
    write: Writer
    gather: Gather
    renames: tuple[Rename, ...]
    shares: bool


@dataclass(frozen=True)
class CompiledFetch:
    """One request: everything of its body that does not depend on the request is bytes already."""

    fetch: Fetch
    prefix: bytes
    calls: tuple[CompiledCall, ...]
    variables: tuple[tuple[str, bytes], ...]
    dependents: tuple[int, ...]

    @property
    def subgraph(self) -> str:
        """The name of the subgraph to ask."""
        return self.fetch.subgraph

    def is_wanted(self, variables: Mapping[str, Any]) -> bool:
        """Whether the client's coerced variables leave the request in."""
        fetch = self.fetch
        if not fetch.conditions and not fetch.alternatives:
            return True
        return holds(fetch.conditions, variables) and (
            not fetch.alternatives or any(holds(each, variables) for each in fetch.alternatives)
        )

    @property
    def is_root(self) -> bool:
        """Whether the answer is merged at the root."""
        return not self.calls

    @cached_property
    def given(self) -> Given:
        """What this fetch gives to the tree."""
        return given_by(self.fetch)

    @property
    def keys(self) -> frozenset[str]:
        """The client's response keys that this fetch gives to each object."""
        return self.given.keys


@dataclass(frozen=True)
class CompiledPlan:
    """A plan, its projection, and the countdown that starts each fetch."""

    plan: QueryPlan
    projection: Projection
    interfaces: AbstractSet[str]
    fetches: tuple[CompiledFetch, ...]
    waiting: tuple[int, ...]
    roots: tuple[int, ...]
    is_serial: bool = field(default=False)

    @cached_property
    def is_chain(self) -> bool:
        """Whether each fetch waits for the one before it, and the first one for none."""
        needs = [fetch.fetch.depends_on for fetch in self.fetches]
        return all(set(one) == set(range(number)[-1:]) for number, one in enumerate(needs))

    def giver_of(self, path: ClientPath) -> str | None:
        """Name the subgraph that gives what stands at a path; None unless there is just one."""
        keys = tuple(step for step in path if isinstance(step, str))
        names = {fetch.subgraph for fetch in self.fetches if fetch.given.has(keys)}
        return names.pop() if len(names) == 1 else None


def compile_plan(
    plan: QueryPlan, projection: Projection, interfaces: AbstractSet[str]
) -> CompiledPlan:
    """Compile a plan; `interfaces` are the names of all interfaces of the supergraph."""
    dependents: dict[int, list[int]] = {fetch.id: [] for fetch in plan.fetches}
    for fetch in plan.fetches:
        for needed in set(fetch.depends_on):
            dependents[needed].append(fetch.id)
    overlaps = Overlaps(
        path
        for fetch in plan.fetches
        for paths in (fetch.paths, *(call.paths for call in fetch.entity_calls))
        for path in paths
    )
    apart = any(call.contexts for fetch in plan.fetches for call in fetch.entity_calls)
    united = united_paths(plan, cache(lambda number: given_by(plan.fetches[number]).keys))
    for paths in united.values():
        projection.expect_united(map(keys_of, paths))
    everywhere = frozenset[Path]().union(*united.values())
    return CompiledPlan(
        plan=plan,
        projection=projection,
        interfaces=interfaces,
        fetches=tuple(
            _compiled_fetch(
                fetch,
                tuple(dependents[fetch.id]),
                _Sharing(
                    None if apart else overlaps, everywhere, united.get(fetch.id, frozenset())
                ),
            )
            for fetch in plan.fetches
        ),
        waiting=tuple(len(set(fetch.depends_on)) for fetch in plan.fetches),
        roots=tuple(fetch.id for fetch in plan.fetches if not fetch.depends_on),
        is_serial=plan.kind is OperationKind.MUTATION,
    )


def _compiled_fetch(
    fetch: Fetch, dependents: tuple[int, ...], sharing: "_Sharing"
) -> CompiledFetch:
    head: dict[str, Any] = {"query": fetch.operation}
    if fetch.operation_name is not None:
        head["operationName"] = fetch.operation_name
    return CompiledFetch(
        fetch=fetch,
        prefix=orjson.dumps(head)[:-1],
        calls=tuple(_compiled_call(call, sharing) for call in fetch.entity_calls),
        variables=tuple((name, orjson.dumps(name) + b":") for name in fetch.variables),
        dependents=dependents,
    )


@dataclass(frozen=True, slots=True)
class _Sharing:
    """Which objects are in several places: those that are united, here or by any fetch.

    Without overlaps every place is told from every other.
    """

    overlaps: Overlaps | None
    united: frozenset[Path]
    united_here: frozenset[Path]

    def may_repeat(self, path: Path) -> bool:
        """Whether objects at a path may be in several places, or below one that is."""
        if self.overlaps is None or self.overlaps.may_repeat(path):
            return True
        return path in self.united - self.united_here


def _compiled_call(call: EntityCall, sharing: _Sharing) -> CompiledCall:
    loose = any(
        one.typename is not None and (one.types is None or len(one.types) > 1)
        for one in call.representations
    )
    write = compile_representations(call.representations)
    overlaps = sharing.overlaps
    repeated = frozenset(path for path in call.paths if sharing.may_repeat(path))
    gathered = Gathered(
        call.paths, call.representations, write, repeated, sharing.united_here, sharing.united
    )
    return CompiledCall(
        response_key=call.response_key,
        variable=orjson.dumps(call.variable) + b":",
        paths=call.paths,
        write=write,
        gather=gathering(gathered),
        renames=call.renames,
        shares=overlaps is not None
        and not any(overlaps.tell_apart(path, loose=loose) for path in call.paths),
    )
