"""One run: everything started, written, broken and heard, as its plan says."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import aiohttp

from service_kit.messaging.bus import Bus
from service_kit.messaging.outbox import Outbox
from service_kit.storage.database import Database, connect
from tests.support.loss.clients import TELL_EVERY
from tests.support.loss.commits import Commits
from tests.support.loss.crowd import Account, Crowd, token_name
from tests.support.loss.plan import Fault, Step
from tests.support.loss.servers import Program, restart
from tests.support.loss.systems import Opened, System
from tests.support.loss.wishes import Subject

_STUCK_SECONDS: Final = 120
"""Nothing moves for so long: the run has failed."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: nobody lacks anything, else it would have raised."""

    events: int
    account: Account
    seconds: float

    def __str__(self) -> str:
        ends = ", ".join(f"{what} {times}" for what, times in sorted(self.account.tally.items()))
        return (
            f"{self.events} events, {self.account.items} deliveries in {self.seconds:.0f} s:"
            f" 0 lost, 0 doubled, each entity in order\nconnections: {ends}"
        )


class Run:
    """A plan being carried out."""

    def __init__(self, system: System, say: Say) -> None:
        self.system = system
        self._plan = system.plan
        self._say = say
        self._crowd = Crowd()
        self._session: aiohttp.ClientSession
        self._writers: Commits
        self._outbox: Outbox
        self._events = 0

    async def carry_out(self) -> Outcome:
        """Do it all; raises Wrong, Stuck, or whatever else went wrong."""
        began = time.monotonic()
        async with self._open():
            hearing = asyncio.ensure_future(self._crowd.hear())
            try:
                driving = asyncio.ensure_future(self._drive())
                await asyncio.wait({hearing, driving}, return_when=asyncio.FIRST_COMPLETED)
                if not driving.done():
                    driving.cancel()
                    hearing.result()
                account = await driving
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, driving, return_exceptions=True)
        return Outcome(self._events, account, time.monotonic() - began)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        database: Database | None = None
        bus: Bus | None = None
        try:
            self.system.start()
            database = connect(self.system.mongo.url, self.system.database)
            bus = Bus(self.system.valkey.url)
            self._outbox = Outbox(database, self.system.service, self.system.partitions)
            async with aiohttp.ClientSession() as self._session:
                await self.system.ready(self._session)
                self._writers = self.system.commits(Opened(database, bus, self._session))
                await self._writers.prepare()
                urls = [gateway.url for gateway in self.system.gateways]
                tokens = {
                    token_name(wish): self.system.token(wish.role, wish.grants)
                    for wish in self._plan.wishes
                }
                await self._crowd.gather(self._plan, urls, tokens)
                yield
        finally:
            await self._crowd.end()
            if database is not None:
                await database.close()
            if bus is not None:
                await bus.close()
            self.system.stop()

    async def _drive(self) -> Account:
        await self._crowd.begin()
        self._say(f"{len(self._plan.wishes)} subscribers listen")
        async with asyncio.TaskGroup() as tasks:
            pacing = tasks.create_task(self._pace())
            writing = tasks.create_task(
                self._writers.run(self._plan.scale.writers, self._plan.seed)
            )
            cutting = tasks.create_task(self._cut())
            await self._break_things()
            await writing
            await cutting
            pacing.cancel()
        truth = await self._writers.truth()
        self._say(f"{sum(truth.values())} events are committed")
        self._events = sum(truth.values())
        return await self._finish(truth, _STUCK_SECONDS)

    async def _finish(self, truth: Mapping[Subject, int], limit: float) -> Account:
        wanted = {wish.name: wish.wanted(truth) for wish in self._plan.wishes}
        return await self._crowd.finish(wanted, limit)

    async def _pace(self) -> None:
        """Let commits be ahead of what is heard by a window; raises Stuck."""
        while True:
            seen, committed = self._crowd.seen, self._writers.committed
            await self._writers.follow(seen + self._plan.scale.window)
            try:
                async with asyncio.timeout(_STUCK_SECONDS), self._crowd.moved:
                    await self._crowd.moved.wait_for(partial(self._crowd.is_past, seen))
            except TimeoutError:
                if committed > seen + TELL_EVERY:  # else there was nothing to hear
                    await self._finish(await self._writers.truth(), 0)

    async def _cut(self) -> None:
        for at in self._plan.cuts:
            await self._writers.until(at)
            await self._crowd.cut(self._plan.scale.cut_at_once)

    async def _break_things(self) -> None:
        """Do one fault after another; commits go on meanwhile, as far as the next one's place."""
        steps = self._plan.steps
        first, *places = [*(step.at for step in steps), self._plan.scale.events]
        await self._writers.stop_at(first)
        for step, place in zip(steps, places, strict=True):
            await self._writers.until(step.at)
            await self._writers.stop_at(place)
            at, began = self._writers.committed, time.monotonic()
            told = await self._do(step)
            seconds = time.monotonic() - began
            self._say(f"{at:6} events: {step.fault} ({told}; {seconds:.1f} s)")

    async def _do(self, step: Step) -> str:
        match step.fault:
            case Fault.GATEWAY_KILLED:
                return await self._again(self._of(self.system.gateways, step))
            case Fault.RELAY_KILLED:
                await self._rows_wait()
                return await self._again(self._of(self.system.services, step))
            case Fault.GATEWAY_ENDED:
                gateway = self._of(self.system.gateways, step)
                status = await gateway.end()
                return f"status {status}, {await self._again(gateway)}"
            case Fault.VALKEY_WIPED:
                await restart(self.system.valkey)
                return "again"
            case Fault.PRIMARY_STEPS_DOWN:
                return await self.system.mongo.step_down()
            case Fault.PRIMARY_KILLED:
                return await self.system.mongo.kill_primary()

    async def _rows_wait(self) -> None:
        """Wait until the relay has something to do, so that it dies while it does it."""
        while self._writers.are_busy and not await self._outbox.pending():  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    async def _again(self, program: Program) -> str:
        program.kill()
        program.start()
        await program.ready(self._session)
        return f"{program.name}, ready again"

    @staticmethod
    def _of(programs: list[Program], step: Step) -> Program:
        return programs[int(step.choice * len(programs))]
