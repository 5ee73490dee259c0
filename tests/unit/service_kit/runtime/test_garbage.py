import gc
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import ref

import pytest

from service_kit.runtime.garbage import collect_rarely


@dataclass
class Late:
    """Something that holds on to what holds it."""

    holder: list[object]


@pytest.fixture
def thresholds() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.set_threshold(*usual)
    gc.unfreeze()


@pytest.mark.usefixtures("thresholds")
def test_many_new_objects_that_stay_do_not_have_all_objects_looked_through() -> None:
    collect_rarely(old=100)
    before = [one["collections"] for one in gc.get_stats()]
    kept = [[number] for number in range(500_000)]
    after = [one["collections"] for one in gc.get_stats()]
    assert len(kept) == 500_000
    assert after[1] > before[1]
    assert after[2] == before[2]


@pytest.mark.usefixtures("thresholds")
def test_what_became_garbage_late_is_found_in_the_end() -> None:
    collect_rarely()
    circle: list[object] = []
    circle.append(circle)
    late = Late(circle)
    gone = ref(late)
    circle.append(late)
    kept = [[number] for number in range(100_000)]
    del circle, late
    assert gone() is not None

    kept += [[number] for number in range(1_000_000)]

    assert gone() is None
    assert len(kept) == 1_100_000


@pytest.mark.usefixtures("thresholds")
def test_what_is_there_already_is_not_looked_through_again() -> None:
    collect_rarely()
    assert gc.get_freeze_count() > 10_000
