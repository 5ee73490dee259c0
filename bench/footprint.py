"""What the stack holds and uses while nobody asks anything of it."""

import asyncio

from bench.figures import table
from bench.processes import Memory
from bench.running_stack import RunningStack

SETTLING_SECONDS = 5.0
IDLE_SECONDS = 10.0
HEADS = ("process", "RSS MiB", "PSS MiB", "USS MiB", f"CPU ms in {IDLE_SECONDS:.0f} s")
DEVELOPMENT_ONLY = ("supervisor", "issuer")


async def footprint(stack: RunningStack) -> str:
    """Give each process's memory and idle CPU, and the sum of those that a deployment has too."""
    await asyncio.sleep(SETTLING_SECONDS)
    before = stack.cpu_seconds()
    await asyncio.sleep(IDLE_SECONDS)
    cpu = {name: (used - before[name]) * 1000 for name, used in stack.cpu_seconds().items()}
    memory = stack.memory()
    real = [name for name in memory if name not in DEVELOPMENT_ONLY]
    rows = [_row(name, memory[name], cpu[name]) for name in real]
    total = _row("**sum**", _sum([memory[name] for name in real]), sum(cpu[name] for name in real))
    spared = [_row(f"{name} (development)", memory[name], cpu[name]) for name in DEVELOPMENT_ONLY]
    return table(HEADS, [*rows, total, *spared])


def _sum(parts: list[Memory]) -> Memory:
    return Memory(
        resident=sum(part.resident for part in parts),
        proportional=sum(part.proportional for part in parts),
        unique=sum(part.unique for part in parts),
    )


def _row(name: str, held: Memory, cpu: float) -> list[str]:
    sizes = (held.resident, held.proportional, held.unique)
    return [name, *(f"{size:.0f}" for size in sizes), f"{cpu:.0f}"]
