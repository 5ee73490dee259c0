"""Builders of what is said of pieces that are rented out, come back and are refurbished."""

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.rental_commands import RentUnit, RestoreUnit, TurnUnit, UnitTurn
from retail_kit.money import Money
from tests.support.stock import a_request


def a_rental(
    serial: str,
    location: str,
    reservation_id: str | None = None,
    right: ReleaseRight | None = None,
) -> RentUnit:
    """Give a piece that is rented out, from its shelf unless a reservation keeps it."""
    return RentUnit(a_request(), "ann", serial, location, reservation_id, right)


def a_return(serial: str, location: str) -> TurnUnit:
    """Give a rented piece that is brought back."""
    return a_turn(serial, location, UnitTurn.TAKE_BACK)


def a_refurbishment(serial: str, location: str) -> TurnUnit:
    """Give a piece whose refurbishment begins."""
    return a_turn(serial, location, UnitTurn.START_REFURBISHMENT)


def a_write_off(serial: str, location: str) -> TurnUnit:
    """Give a piece that is given up."""
    return a_turn(serial, location, UnitTurn.WRITE_OFF)


def a_turn(serial: str, location: str, turn: UnitTurn) -> TurnUnit:
    """Give any turn that a piece takes while it is not for sale."""
    return TurnUnit(a_request(), "ann", serial, location, turn)


def a_restoration(
    serial: str,
    location: str,
    condition: Condition = Condition.USED_A,
    price: Money | None = None,
) -> RestoreUnit:
    """Give a piece that is refurbished, as somebody has judged it."""
    return RestoreUnit(a_request(), "ann", serial, location, condition, price)
