"""What is counted of the stock commits of one process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

_SIZES = (1, 2, 4, 8, 16, 32, 48, 64)
_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class CommitMetrics:
    """Sizes and times of the groups, and how many commands could not be committed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._commands = Histogram(
            "inventory_commit_commands",
            "Stock commands that were committed together.",
            buckets=_SIZES,
            registry=registry,
        )
        self._seconds = Histogram(
            "inventory_commit_seconds",
            "Seconds that a group of stock commands took, retries included.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._failed = Counter(
            "inventory_commit_failures",
            "Stock commands that were answered UNAVAILABLE or broke their commit.",
            registry=registry,
        )

    @contextmanager
    def group(self, commands: int) -> Iterator[None]:
        """Measure the block as the commit of one group."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        self._commands.observe(commands)
        try:
            yield
        finally:
            self._seconds.observe(loop.time() - started)

    def failed(self, commands: int) -> None:
        """Count commands that were not committed."""
        self._failed.inc(commands)
