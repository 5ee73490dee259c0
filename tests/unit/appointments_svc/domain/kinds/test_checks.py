"""Types and capacities are checked before they are kept; each problem is said where it stands."""

from datetime import date, timedelta
from typing import Any

import pytest

from appointments_svc.domain.kinds.appointment_type import type_problems
from appointments_svc.domain.kinds.capacity import (
    Capacity,
    advisor_problems,
    capacity_problems,
)
from appointments_svc.domain.kinds.form import FieldKind, FormField
from retail_kit.calendars.working_calendar import Closure
from tests.support.visits import advisor, kind


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"code": " "}, ("code",)),
        ({"names": ()}, ("names",)),
        ({"duration": timedelta(minutes=1)}, ("durationMinutes",)),
        ({"step": timedelta()}, ("stepMinutes",)),
        ({"horizon_days": 76}, ("horizonDays",)),
        ({"horizon_days": 2_000_000_000}, ("horizonDays",)),
        ({"notice": timedelta(minutes=-1)}, ("noticeMinutes",)),
        ({"advised": False}, ("resource",)),
        ({"advised": False, "resource": "r", "skills": frozenset({"s"})}, ("skills",)),
        ({"form": (FormField("a", FieldKind.CHOICE),)}, ("form", "0", "choices")),
        ({"form": (FormField("a", FieldKind.TEXT),) * 2}, ("form", "1", "name")),
    ],
)
def test_what_is_wrong_with_a_type_is_said_where_it_stands(
    wrong: dict[str, Any], path: tuple[str, ...]
) -> None:
    assert [problem.path for problem in type_problems(kind(**wrong))] == [path]


def test_a_good_type_has_no_problems() -> None:
    assert list(type_problems(kind())) == []


def test_an_absence_does_not_end_before_it_begins() -> None:
    away = advisor("a", absences=(Closure(date(2026, 9, 2), date(2026, 9, 1)),))

    assert [problem.path for problem in advisor_problems(away)] == [("absences", "0")]


def test_places_and_caps_are_not_negative() -> None:
    wrong = Capacity("S1", {"room": -1}, visit_cap=-1)

    paths = [problem.path for problem in capacity_problems(wrong)]

    assert paths == [("resources", "0", "places"), ("visitCap",)]
