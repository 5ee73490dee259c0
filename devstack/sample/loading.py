"""Load the sample through the public graph, once for each state of the sample and of the data."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import aiohttp
from pymongo import AsyncMongoClient

from devstack.sample.catalogue import items, prices, stock
from devstack.sample.network import channels, locations
from devstack.sample.people import customers

LINES_A_CALL = 500
SECONDS = 60.0
MARKER = "sample"
APPLIED = frozenset({"APPLIED", "UNCHANGED"})


class SampleRefused(Exception):
    """The graph did not take the sample; the message holds its answer."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One bulk mutation and its lines; `rest` is the rest of its input."""

    mutation: str
    lines: tuple[dict[str, Any], ...]
    rest: Mapping[str, Any]

    @property
    def operation(self) -> str:
        """The GraphQL text of a call."""
        name = self.mutation[0].upper() + self.mutation[1:]
        return (
            f"mutation Load($input: {name}Input!) {{ {self.mutation}(input: $input) {{ "
            "results { ref status userErrors { code message path } } "
            "userErrors { code message path } } }"
        )


def feeds(now: datetime) -> tuple[Feed, ...]:
    """Return the feeds in the order in which they may refer to one another."""
    at = now.isoformat()
    stock_lines = tuple({**line, "snapshotAt": at} for line in stock())
    return (
        Feed("locationsImport", tuple(locations()), {}),
        Feed("channelsImport", tuple(channels()), {}),
        Feed("itemsImport", tuple(items()), {}),
        Feed("customersImport", tuple(customers()), {}),
        Feed("pricesImport", tuple(prices()), {}),
        Feed("stockImport", stock_lines, {"mode": "SNAPSHOT"}),
    )


def sample_version() -> str:
    """Return a text that changes with the sample."""
    at = datetime.min  # noqa: DTZ901  (any fixed moment: only the content counts)
    content = [(feed.mutation, feed.lines) for feed in feeds(at)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


async def load_sample_once(
    mongodb_url: str, send: Callable[[], "SampleSender"], now: datetime
) -> int:
    """Load the sample unless these data hold it already; return the number of lines loaded."""
    async with AsyncMongoClient[dict[str, Any]](mongodb_url) as client:
        marks = client["devstack"]["marks"]
        if await marks.find_one({"_id": MARKER, "version": sample_version()}):
            return 0
        async with send() as sender:
            lines = await sender.send_all(feeds(now), now)
        mark = {"version": sample_version(), "loadedAt": now}
        await marks.replace_one({"_id": MARKER}, mark, upsert=True)
        return lines


class SampleSender:
    """Sends feeds to the graph at `url` with a bearer token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"},
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send_all(self, feeds: tuple[Feed, ...], now: datetime) -> int:
        """Send every feed in calls of at most 500 lines; raise SampleRefused at the first no."""
        for feed in feeds:
            for start in range(0, len(feed.lines), LINES_A_CALL):
                lines = feed.lines[start : start + LINES_A_CALL]
                key = f"sample-{feed.mutation}-{now.isoformat()}-{start}"
                await self._send(feed, {"idempotencyKey": key, "lines": lines, **feed.rest})
        return sum(len(feed.lines) for feed in feeds)

    async def _send(self, feed: Feed, values: Mapping[str, Any]) -> None:
        body = {"query": feed.operation, "variables": {"input": values}}
        async with self._session.post(self._url, json=body) as response:
            try:
                answer = await response.json(content_type=None)
            except ValueError:
                answer = {"errors": [{"message": f"HTTP {response.status}"}]}
        problems = list(_problems(answer, feed.mutation))
        if problems:
            text = json.dumps(problems[:3], ensure_ascii=False)
            raise SampleRefused(f"The graph refused the sample at {feed.mutation}: {text}")


def _problems(answer: Mapping[str, Any], mutation: str) -> list[Any]:
    payload = (answer.get("data") or {}).get(mutation) or {}
    results = payload.get("results") or []
    refused = [result for result in results if result["status"] not in APPLIED]
    return [*(answer.get("errors") or []), *(payload.get("userErrors") or []), *refused]
