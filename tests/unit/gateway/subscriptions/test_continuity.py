"""How far behind a reader is, looked at now and then."""

from gateway.subscriptions.continuity import Continuity
from tests.support.memory_log import MemoryLog


async def test_what_is_in_the_log_and_not_read_yet_is_counted_by_partition() -> None:
    log = MemoryLog(3)
    for partition, events in enumerate((4, 0, 1)):
        for seq in range(events):
            log.append(partition, "a", seq, {})
    continuity: Continuity[object] = Continuity(log, "things", 3)  # type: ignore[type-var]  # none follow

    await continuity.lost([1, 0, 1], [])

    assert continuity.behind == [3, 0, 0]
