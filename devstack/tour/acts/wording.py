"""How amounts, numbers and moments are said."""

from datetime import datetime
from zoneinfo import ZoneInfo

from devstack.tour.graph import Json


def money(amount: Json) -> str:
    """Say an amount of money of the graph."""
    return f"{amount['amount']} {amount['currency']}" if amount else "nothing"


def units(count: int) -> str:
    """Say how many units."""
    return f"{count} unit" if count == 1 else f"{count} units"


def local(moment: str, timezone: str) -> str:
    """Say when, on the clocks of a place."""
    return f"{_at(moment, timezone):%A %d %B}, {clock(moment, timezone)}"


def clock(moment: str, timezone: str) -> str:
    """Say when, to those who know the day."""
    return f"{_at(moment, timezone):%H:%M}"


def _at(moment: str, timezone: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(timezone))
