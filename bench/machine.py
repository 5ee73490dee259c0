"""On what, with what and when the figures were taken."""

import os
import platform
from pathlib import Path

from service_kit.runtime.clock import Clock


def machine(clock: Clock) -> str:
    """Give one line: the date, the processor, the memory and the versions that matter."""
    processor = _first("/proc/cpuinfo", "model name").strip()
    gibibytes = int(_first("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    return (
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cores of {processor}, {gibibytes:.0f} GiB, "
        f"{platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}"
    )


def _first(table: str, wanted: str) -> str:
    """Give the value of the first line of that name in one of the kernel's tables."""
    for line in Path(table).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == wanted:
            return value
    return "?"
