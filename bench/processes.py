"""What the kernel tells about running processes: their CPU time and their memory (Linux only)."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KIBIBYTE = 2**10


@dataclass(frozen=True, slots=True)
class Memory:
    """Mebibytes of one process: resident, its share of what is shared, and what is only its own."""

    resident: float
    proportional: float
    unique: float


def cpu_seconds(process: int) -> float:
    """Give the CPU time of a process and all its threads, user and system, in steps of a tick."""
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / TICKS


def precise_cpu_seconds(process: int) -> float:
    """Give the CPU time of a process, its threads and all their children, to the nanosecond.

    A kernel that does not keep it so exactly counts in ticks.
    """
    try:
        threads = sorted(Path(f"/proc/{process}/task").iterdir())
        own = sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 10**9
    except OSError:
        own = cpu_seconds(process)
    return own + sum(precise_cpu_seconds(child) for child in _children_of(process))


def memory(process: int) -> Memory:
    """Give what a process holds now."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / KIBIBYTE for line in lines}
    return Memory(
        resident=sizes["Rss"],
        proportional=sizes["Pss"],
        unique=sizes["Private_Clean"] + sizes["Private_Dirty"],
    )


def children_of(parent: int) -> dict[str, int]:
    """Give the children of a process by the name of their program or of their Python module."""
    return {_name_of(child): child for child in _children_of(parent)}


def _children_of(parent: int) -> list[int]:
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if _parent_of(number) == parent]


def _parent_of(process: int) -> int | None:
    try:
        return int(_stat(process)[1])
    except OSError:
        return None


def _name_of(process: int) -> str:
    words = Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")
    if "issuer" in words:
        return "issuer"
    if "-m" in words:
        return words[words.index("-m") + 1]
    return Path(words[0].split(" ")[0]).name


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
