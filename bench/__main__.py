"""`python -m bench [name ...]` prints tables; `--into PAGE` writes them into a page as well."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import uvloop

from bench.gateway.planning import gateway_planning
from bench.gateway.speed import gateway_speed
from bench.inventory.ahead import AHEAD, ahead
from bench.inventory.inventory import inventory
from bench.live.live import live
from bench.machine import machine
from bench.on_the_stack import BENCHES, run_on_the_stack
from bench.page import refilled
from service_kit.runtime.clock import SystemClock

GROUP_COMMIT = "group_commit"
LIVE = "live"
GATEWAY = "gateway"
INVENTORY = "inventory"
NAMES = (GROUP_COMMIT, LIVE, GATEWAY, INVENTORY, AHEAD, *BENCHES)


def main() -> None:
    """Run the benches that are named, or all."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--into", type=Path, metavar="PAGE", help="such as docs/performance.md")
    parser.add_argument(
        "--audit", type=Path, metavar="FOLDER", help="the public audit of gateways, built"
    )
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    names = [name for name in NAMES if name in asked.names or not asked.names]
    for figures in _figures(names, asked.audit):
        for name, text in figures.items():
            print(f"\n{name}\n\n{text}", flush=True)
        if asked.into:
            asked.into.write_text(refilled(asked.into.read_text(), figures))


def _figures(names: list[str], audit: Path | None) -> Iterator[Mapping[str, str]]:
    """Give figures as they come: what takes long may yet fail."""
    clock, environment = SystemClock(), dict(os.environ)
    yield {"machine": machine(clock)}
    if GROUP_COMMIT in names:
        print(f"measuring {GROUP_COMMIT}", file=sys.stderr)
        yield {GROUP_COMMIT: _group_commit()}
    if LIVE in names:
        print(f"measuring {LIVE}", file=sys.stderr)
        yield uvloop.run(live(environment, clock))
    if GATEWAY in names:
        print(f"measuring {GATEWAY}", file=sys.stderr)
        yield uvloop.run(gateway_speed(environment))
        yield uvloop.run(gateway_planning(environment, audit))
    if INVENTORY in names:
        print(f"measuring {INVENTORY}", file=sys.stderr)
        yield uvloop.run(inventory(environment, clock))
    if AHEAD in names:
        print(f"measuring {AHEAD}", file=sys.stderr)
        yield uvloop.run(ahead(environment, clock))
    if on_the_stack := [name for name in names if name in BENCHES]:
        yield uvloop.run(run_on_the_stack(on_the_stack, environment, clock))


def _group_commit() -> str:
    """Run the bench of the group commit, which has servers and processes of its own."""
    command = [sys.executable, "-m", "bench.group_commit"]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return told.stdout.strip()


if __name__ == "__main__":
    main()
