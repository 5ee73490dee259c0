"""On what, with what and when the figures were taken."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from service_kit.runtime.clock import Clock


def machine(clock: Clock) -> str:
    """Give one line: the date, the processor, the memory and the versions that matter."""
    processor = _first("/proc/cpuinfo", "model name").strip()
    gibibytes = int(_first("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    return (
        f"{clock.now():%Y-%m-%d}, {os.cpu_count()} cores of {processor}, {gibibytes:.0f} GiB, "
        f"{platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}{_node()}"
    )


def _node() -> str:
    """Give the version of Node, on which others are measured beside Tutti, if it is here."""
    node = shutil.which("node")
    if node is None:
        return ""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    return f", Node {told.stdout.strip().removeprefix('v')}"


def _first(table: str, wanted: str) -> str:
    """Give the value of the first line of that name in one of the kernel's tables."""
    for line in Path(table).read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == wanted:
            return value
    return "?"
