from datetime import UTC, datetime, timedelta

import pytest

from returns_svc.domain.policies.eligibility import (
    Claim,
    DeliveredUnits,
    eligible_until,
    refusal_of,
)
from returns_svc.domain.policies.policy import (
    LEGAL,
    Condition,
    Disposition,
    Goods,
    Grade,
    GradeTerms,
    Place,
    ReasonTerms,
    RestockRule,
    ReturnPolicy,
    ReturnReason,
    disposition_of,
    policy_for,
)

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOE = Goods("SHOE", "shoes", "web", "FR")
BRIEF = Goods("BRIEF", "underwear", "web", "FR")
SHOP, FRANCHISE = Place("S1", "STORE"), Place("P1", "PARTNER")
POLICY = ReturnPolicy("usual", excluded_categories=frozenset({"underwear"}))
DELIVERED = (DeliveredUnits(2, MORNING), DeliveredUnits(1, MORNING - timedelta(days=3)))


def why_not(goods: Goods, quantity: int, days: float, policy: ReturnPolicy = POLICY) -> str | None:
    claim = Claim("line", quantity, ReturnReason.CHANGED_MIND)
    now = MORNING + timedelta(days=days)
    refusal = refusal_of(policy, goods, claim, DELIVERED, now)
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    ("goods", "quantity", "days", "code"),
    [
        (SHOE, 3, 11, None),
        (SHOE, 2, 14, None),
        (SHOE, 3, 12, "OUT_OF_PERIOD"),
        (SHOE, 1, 14.5, None),
        (SHOE, 1, 14.625, "OUT_OF_PERIOD"),
        (SHOE, 4, 0, "NOTHING_LEFT"),
        (SHOE, 4, 30, "NOTHING_LEFT"),
        (BRIEF, 1, 0, "EXCLUDED"),
    ],
)
def test_units_come_back_in_time_if_they_are_there_and_not_excluded(
    goods: Goods, quantity: int, days: float, code: str | None
) -> None:
    assert why_not(goods, quantity, days) == code


@pytest.mark.parametrize(
    ("timezone", "delivered", "until"),
    [
        ("UTC", "2026-03-02T09:00:00Z", "2026-03-16T23:59:59.999Z"),
        ("Europe/Paris", "2026-03-02T09:00:00Z", "2026-03-16T22:59:59.999Z"),
        ("Europe/Paris", "2026-03-02T23:30:00Z", "2026-03-17T22:59:59.999Z"),
        ("Europe/Paris", "2026-03-20T12:00:00Z", "2026-04-03T21:59:59.999Z"),
        ("Europe/Paris", "2026-10-11T12:00:00Z", "2026-10-25T22:59:59.999Z"),
        ("America/New_York", "2026-03-02T02:00:00Z", "2026-03-16T03:59:59.999Z"),
    ],
)
def test_the_last_day_counts_to_its_end_where_the_policy_holds(
    timezone: str, delivered: str, until: str
) -> None:
    policy = ReturnPolicy("usual", timezone=timezone)
    found = eligible_until(policy, ReturnReason.CHANGED_MIND, datetime.fromisoformat(delivered))
    assert found == datetime.fromisoformat(until)


def test_a_reason_may_take_excluded_goods_and_have_a_period_of_its_own() -> None:
    defect = ReasonTerms(ReturnReason.DEFECT, window_days=730, takes_excluded=True)
    policy = ReturnPolicy("kind", excluded_skus=frozenset({"BRIEF"}), reasons=(defect,))
    claim = Claim("line", 1, ReturnReason.DEFECT)
    late = MORNING + timedelta(days=700)
    assert refusal_of(policy, BRIEF, claim, DELIVERED, late) is None
    assert why_not(BRIEF, 1, 0, policy) == "EXCLUDED"


def test_the_most_precise_policy_holds_and_the_law_where_there_is_none() -> None:
    everywhere = ReturnPolicy("z")
    french = ReturnPolicy("f", countries=frozenset({"FR"}))
    shoes = ReturnPolicy("s", categories=frozenset({"shoes"}))
    policies = [everywhere, french, shoes]
    assert policy_for(policies, SHOE) is shoes
    assert policy_for(policies, BRIEF) is french
    assert policy_for([shoes], BRIEF) is LEGAL
    assert policy_for([everywhere, ReturnPolicy("a")], SHOE).code == "a"


def test_a_reason_with_full_refund_pays_every_grade_in_full() -> None:
    wrong = ReasonTerms(ReturnReason.WRONG_ITEM, full_refund=True)
    policy = ReturnPolicy("kind", reasons=(wrong,))
    percents = {one.refund_percent for one in policy.grades_for(ReturnReason.WRONG_ITEM)}
    assert percents == {100}
    assert policy.grades_for(ReturnReason.DEFECT) == policy.grades


def test_goods_stay_on_the_shelves_unless_a_rule_sends_them_on() -> None:
    away = RestockRule(
        Disposition.TRANSFER, location_types=frozenset({"PARTNER"}), target_location="W1"
    )
    worn = RestockRule(Disposition.RECONDITION, grades=frozenset({Grade.B}))
    policy = ReturnPolicy("rules", restock=(away, worn))
    as_new, used = GradeTerms(Grade.A, 100, Condition.NEW), GradeTerms(Grade.B, 70)
    assert disposition_of(policy, SHOE, SHOP, as_new) == (Disposition.RESTOCK, "S1")
    assert disposition_of(policy, SHOE, FRANCHISE, as_new) == (Disposition.TRANSFER, "W1")
    assert disposition_of(policy, SHOE, SHOP, used) == (Disposition.RECONDITION, None)
    unsellable = GradeTerms(Grade.D, 0)
    assert disposition_of(policy, SHOE, SHOP, unsellable) == (Disposition.DESTROY, None)
