"""`python -m tests.support.loss`: the loss test, of any size, with a seed of one's own."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import SystemRandom

from tests.support.loss.forms import FORMS, system_of
from tests.support.loss.run import Run

BEGAN = time.monotonic()


def main(arguments: Sequence[str]) -> int:
    """Carry out one run, print what happens, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.loss", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeat the plan of an earlier run")
    parser.add_argument("--form", choices=FORMS, default="full")
    parser.add_argument("--subscribers", type=int)
    parser.add_argument("--events", type=int)
    parser.add_argument("--folder", type=Path, help="keep logs and data here")
    given = parser.parse_args(arguments)
    scale = FORMS[given.form]
    scale = replace(
        scale,
        subscribers=given.subscribers or scale.subscribers,
        events=given.events or scale.events,
    )
    seed = SystemRandom().randrange(1_000_000) if given.seed is None else given.seed
    print(f"seed {seed} (the same plan again: --seed {seed})", flush=True)
    with tempfile.TemporaryDirectory(prefix="tutti-loss-") as folder:
        system = system_of(given.form, seed, given.folder or Path(folder), scale)
        print(asyncio.run(Run(system, say).carry_out()))
    return 0


def say(words: str) -> None:
    """Print at once."""
    print(f"{time.monotonic() - BEGAN:6.1f} s  {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
