"""Row C2: what a supplier has is sold as stock of one's own, with the supplier's lead time."""

from typing import Any, Final

import pytest

from tests.support.retailer import Refused, Retailer
from tests.support.ruling import Ruling

ROWS: Final = "quantity locations { location { code leadTimeDays } quantity readyFrom }"
OFFICE: Final = {
    "openingHours": [
        {"day": day, "hours": ["09:00-17:00"]}
        for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
    ],
    "timezone": "Europe/Paris",
}
WEDNESDAY: Final = {"first": "2026-03-04", "last": "2026-03-04"}


@pytest.mark.capability("C2")
async def test_c2_goods_of_a_supplier_leave_so_many_of_its_own_working_days_later(
    ruling: Ruling, retailer: Retailer
) -> None:
    supplier = {"type": "SUPPLIER", **OFFICE, "leadTimeDays": 3}
    await ruling.opens(
        W1={"type": "WAREHOUSE"}, D1=supplier, D2={**supplier, "closures": [WEDNESDAY]}
    )
    await retailer.sells("sofa")
    await retailer.counts("sofa", W1=1, D1=5, D2=2)

    asked = await ruling.available("sofa", selection=ROWS)

    assert asked["quantity"] == 8
    assert _rows(retailer, asked) == {
        "W1": (1, 0, "2026-03-02"),
        "D1": (5, 3, "2026-03-05"),
        "D2": (2, 3, "2026-03-06"),
    }
    reserved = await retailer.places(
        retailer.wish(lines=[{"sku": retailer.code("sofa"), "quantity": 8}])
    )
    assert {each["locationCode"] for each in reserved["fulfilments"]} == {
        retailer.code(name) for name in ("W1", "D1", "D2")
    }


@pytest.mark.capability("C2")
async def test_c2_another_lead_time_counts_from_then_on_and_an_impossible_one_changes_nothing(
    ruling: Ruling, retailer: Retailer
) -> None:
    supplier = {"type": "SUPPLIER", **OFFICE}
    await ruling.opens(D1={**supplier, "leadTimeDays": 5})
    await retailer.sells("sofa")
    await retailer.counts("sofa", D1=5)
    with pytest.raises(Refused, match=r"INVALID_INPUT.*'lines', '0', 'leadTimeDays'"):
        await ruling.opens(D1={**supplier, "leadTimeDays": -1})
    asked = await ruling.available("sofa", selection=ROWS)
    assert _rows(retailer, asked) == {"D1": (5, 5, "2026-03-09")}

    await ruling.opens(D1={**supplier, "leadTimeDays": 1})

    asked = await ruling.available("sofa", selection=ROWS)
    assert _rows(retailer, asked) == {"D1": (5, 1, "2026-03-03")}


def _rows(retailer: Retailer, availability: Any) -> dict[str, tuple[int, int, str]]:
    """Give units, lead time and day of each location, by its short name."""
    names = {retailer.code(name): name for name in ("W1", "D1", "D2")}
    return {
        names[row["location"]["code"]]: (
            row["quantity"],
            row["location"]["leadTimeDays"],
            row["readyFrom"][:10],
        )
        for row in availability["locations"]
    }
