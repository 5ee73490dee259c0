"""What a new operation costs, and what one costs that is known: planning cold, and the look-up."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

import aiohttp

from bench.figures import table
from bench.gateway.sides import CannotRun, supergraph
from bench.gateway.workloads import WORKLOADS
from bench.programs import PROJECT, running
from devstack.ports import HOST, free_port
from gateway.errors import GatewayError
from gateway.execution.answer import RequestErrors
from gateway.execution.preparation import PreparationOptions, prepare
from gateway.pipeline import Served
from gateway.planning.plan import OperationKind, QueryPlan
from gateway.planning.snapshot import Snapshot, build_snapshot
from gateway.security.limits import parse_within

PLANNING = "gateway_planning"
"""Where the table stands on the page."""

REPEATS = 5
_LONG_SECONDS = 0.5
"""What takes longer is planned once only."""

_LOOK_UPS = 5000
_READY_SECONDS = 60.0
_WITHOUT_APOLLO = {
    "keys-mashup": (0,),
    "non-resolvable-interface-object": (1,),
    "requires-with-argument": (2, 3, 4),
    "requires-with-argument-conflict": (0,),
}
"""Operations of the audit that Apollo Gateway plans wrongly: no plans to compare with."""

_OLD_NODE = "data:text/javascript," + quote(
    "Promise.withResolvers ??= function () { let resolve, reject; const promise = "
    "new Promise((a, b) => { resolve = a; reject = b; }); return { promise, resolve, reject }; };"
)
"""The audit wants a newer Node; this is all that it misses in an older one."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One operation: milliseconds to plan it and to prepare it whole, and its fetches.

    `depth` is how many of them follow each other.
    """

    planning: float
    preparing: float
    fetches: int
    depth: int


async def gateway_planning(environment: Mapping[str, str], audit: Path | None) -> dict[str, str]:
    """Measure; `audit` is a checkout of the public audit, installed and built."""
    rows = [_row("tests/federation", _of_the_tests(environment))]
    if audit is None:
        print("  the audit's operations are left out: name a checkout by --audit", file=sys.stderr)
    else:
        rows.append(_row("the public audit", await _of_the_audit(environment, audit)))
    heads = ["operations of", "", "plan, median ms", "p95", "prepare, median ms", "p95"]
    heads += ["fetches", "depth"]
    look_up = "\n".join(await _look_ups())
    return {PLANNING: f"{table(heads, rows)}\n\n{look_up}"}


def planned(snapshot: Snapshot, operation: str, name: str | None) -> Planned | None:
    """Plan and prepare an operation some times over; None if it is refused."""
    options = PreparationOptions()
    planning, preparing, plan = [], [], QueryPlan(OperationKind.QUERY)
    try:
        document = parse_within(operation, options.limits)
        for _ in range(REPEATS):
            began = time.perf_counter()
            prepare(snapshot, operation, name, options)
            preparing.append(time.perf_counter() - began)
            began = time.perf_counter()
            plan = snapshot.planner.plan(document, name)
            planning.append(time.perf_counter() - began)
            if preparing[-1] > _LONG_SECONDS:
                break
    except (GatewayError, RequestErrors):
        return None
    times = median(planning) * 1000, median(preparing) * 1000
    return Planned(*times, len(plan.fetches), depth_of(plan))


def depth_of(plan: QueryPlan) -> int:
    """How many fetches of a plan follow each other at most."""
    depths: list[int] = []
    for fetch in plan.fetches:
        depths.append(1 + max((depths[needed] for needed in fetch.depends_on), default=0))
    return max(depths, default=0)


def _of_the_tests(environment: Mapping[str, str]) -> list[Planned]:
    """Run the tests of federation with a plugin that plans each of their operations again."""
    with tempfile.TemporaryDirectory(prefix="tutti-planning-") as folder:
        told = Path(folder) / "planned.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "bench.gateway.recorder"]
        command += ["--planned-into", str(told), "-m", "not long", "-p", "no:cacheprovider"]
        command += ["tests/federation", "-k", "not random"]
        done = subprocess.run(
            command, cwd=PROJECT, env=dict(environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CannotRun(f"The tests of federation fail:\n{done.stdout[-2000:]}")
        return [Planned(**one) for one in json.loads(told.read_text())]


async def _of_the_audit(environment: Mapping[str, str], audit: Path) -> list[Planned]:
    port = free_port()
    server = ["node", "--import", _OLD_NODE, str(audit / "dist" / "cli.js"), "serve"]
    root = f"http://{HOST}:{port}"
    server += ["--cwd", str(audit), "--port", str(port)]
    with running(server, environment):
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            suites = json.loads(await _until_read(session, f"{root}/ids"))
            found: list[Planned] = []
            for suite in suites:
                text = await _read(session, f"{root}/{suite}/supergraph")
                tests = json.loads(await _read(session, f"{root}/{suite}/tests"))
                operations = [one["query"] for one in tests]
                found += _of_a_suite(build_snapshot(text), operations, _WITHOUT_APOLLO.get(suite))
            return found


def _of_a_suite(
    snapshot: Snapshot, operations: Sequence[str], without: Sequence[int] | None
) -> list[Planned]:
    wanted = [one for index, one in enumerate(operations) if index not in (without or ())]
    return [one for text in wanted if (one := planned(snapshot, text, None)) is not None]


async def _until_read(session: aiohttp.ClientSession, url: str) -> str:
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            try:
                return await _read(session, url)
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


async def _read(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as response:
        return await response.text()


async def _look_ups() -> list[str]:
    """Look known operations up, over and over."""
    served = Served(build_snapshot(supergraph(range(1, 5))), PreparationOptions(), 2000)
    told = []
    for workload in WORKLOADS:
        await served.prepared(workload.operation, None)
        began = time.process_time()
        for _ in range(_LOOK_UPS):
            await served.prepared(workload.operation, None)
        each = (time.process_time() - began) / _LOOK_UPS * 10**6
        size = len(workload.operation)
        told.append(f"Looking up a known operation, {workload.text}, {size} bytes: {each:.1f} us.")
    return told


def _row(name: str, operations: Sequence[Planned]) -> list[str]:
    return [
        name,
        str(len(operations)),
        *_times([one.planning for one in operations]),
        *_times([one.preparing for one in operations]),
        str(sum(one.fetches for one in operations)),
        str(sum(one.depth for one in operations)),
    ]


def _times(found: Sequence[float]) -> tuple[str, str]:
    return f"{median(found):.2f}", f"{quantiles(found, n=20)[-1]:.2f}"
