"""An alert is raised once for each time that stock runs low."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.alerts.alert import AlertKind, AlertState, StockAlert, assessed
from inventory_svc.domain.alerts.rule import StockAlertRule
from tests.support.stock import NOW

QUIET = StockAlert(AlertKind.LOW_STOCK, "five", "shirt")
FIVE = StockAlertRule("five", threshold=5, rearm_at=6)


def after(*levels: int, rule: StockAlertRule = FIVE) -> list[StockAlert]:
    """Give the alert after each level, a minute apart."""
    told = [QUIET]
    for minute, units in enumerate(levels):
        told.append(assessed(told[-1], rule, units, NOW + timedelta(minutes=minute)))
    return told[1:]


def test_it_is_raised_once_while_units_stay_low_and_again_after_they_came_back() -> None:
    told = after(6, 4, 3, 0, 5, 6, 5)

    assert [alert.times for alert in told] == [0, 1, 1, 1, 1, 1, 2]
    assert [alert.is_raised for alert in told] == [False, True, True, True, True, False, True]
    assert told[1].units == 4
    assert told[1].raised_at == told[4].raised_at == NOW + timedelta(minutes=1)
    assert told[5].cleared_at == NOW + timedelta(minutes=5)
    assert told[6].cleared_at is None


def test_between_the_two_lines_it_stays_as_it_is() -> None:
    patient = StockAlertRule("five", threshold=5, rearm_at=10)

    told = after(8, 5, 9, 5, 10, 9, rule=patient)

    assert [alert.is_raised for alert in told] == [False, True, True, True, False, False]
    assert told[1] is told[2] is told[3]


@given(st.lists(st.integers(0, 12), max_size=40), st.integers(0, 8), st.integers(1, 4))
def test_it_is_raised_exactly_once_for_each_fall_to_the_threshold(
    levels: list[int], threshold: int, gap: int
) -> None:
    rule = StockAlertRule("rule", threshold, threshold + gap)

    told = after(*levels, rule=rule)

    falls, armed = 0, True
    for units in levels:
        if armed and units <= threshold:
            falls, armed = falls + 1, False
        elif not armed and units >= threshold + gap:
            armed = True
    last = told[-1] if told else QUIET
    assert last.times == falls
    assert (last.state is AlertState.RAISED) == (not armed)
    changes = sum(old != new for old, new in zip([QUIET, *told], told, strict=False))
    assert last.version == changes
