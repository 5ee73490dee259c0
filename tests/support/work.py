"""How much work something is, in calls of functions: the same on every machine."""

import sys
from collections.abc import Callable
from types import FrameType


def calls_in(run: Callable[[], object]) -> int:
    """Count the calls, of Python and of C, until `run` ends, well or badly."""
    count = 0

    def counting(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        run()
    except Exception:  # noqa: BLE001, S110  # how it ends is another test's matter
        pass
    finally:
        sys.setprofile(before)
    return count
