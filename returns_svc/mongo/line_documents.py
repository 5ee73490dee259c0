"""The lines of returns as documents, and back."""

from typing import Any

from retail_kit.money import Money
from returns_svc.domain.policies.policy import (
    Condition,
    Disposition,
    Grade,
    GradeTerms,
    ReturnReason,
)
from returns_svc.domain.requests.line import Basis, Inspection, RejectReason, ReturnLine


def line_document(line: ReturnLine) -> dict[str, Any]:
    """A line; its amounts are in the currency of the order."""
    basis = line.basis
    return {
        "id": line.id,
        "sku": line.sku,
        "quantity": line.quantity,
        "reason": line.reason.value,
        "category": line.category,
        "orderLineId": line.order_line_id,
        "basis": None
        if basis is None
        else {"minor": basis.paid.minor, "units": basis.units, "before": basis.before},
        "policy": line.policy,
        "terms": [terms_document(terms) for terms in line.terms],
        "inspections": [_inspection_document(one) for one in line.inspections],
    }


def line_of(document: dict[str, Any], currency: str | None) -> ReturnLine:
    """The line of a document."""
    basis = document["basis"]
    known = None
    if basis is not None and currency is not None:
        known = Basis(Money(basis["minor"], currency), basis["units"], basis["before"])
    return ReturnLine(
        id=document["id"],
        sku=document["sku"],
        quantity=document["quantity"],
        reason=ReturnReason(document["reason"]),
        category=document["category"],
        order_line_id=document["orderLineId"],
        basis=known,
        policy=document["policy"],
        terms=tuple(terms_of(terms) for terms in document["terms"]),
        inspections=tuple(_inspection_of(one, currency) for one in document["inspections"]),
    )


def terms_document(terms: GradeTerms) -> dict[str, Any]:
    """The terms of a grade."""
    condition = terms.condition
    return {
        "grade": terms.grade.value,
        "refundPercent": terms.refund_percent,
        "condition": condition.value if condition else None,
    }


def terms_of(document: dict[str, Any]) -> GradeTerms:
    """The terms of a document."""
    return GradeTerms(
        Grade(document["grade"]), document["refundPercent"], _condition(document["condition"])
    )


def _inspection_document(one: Inspection) -> dict[str, Any]:
    return {
        "quantity": one.quantity,
        "grade": one.grade.value,
        "accepted": one.accepted,
        "minor": one.amount.minor if one.amount is not None else None,
        "reason": one.reason.value if one.reason else None,
        "disposition": one.disposition.value if one.disposition else None,
        "condition": one.condition.value if one.condition else None,
        "targetLocation": one.target_location,
    }


def _inspection_of(document: dict[str, Any], currency: str | None) -> Inspection:
    minor, reason = document["minor"], document["reason"]
    disposition = document["disposition"]
    return Inspection(
        quantity=document["quantity"],
        grade=Grade(document["grade"]),
        accepted=document["accepted"],
        amount=Money(minor, currency) if minor is not None and currency else None,
        reason=RejectReason(reason) if reason else None,
        disposition=Disposition(disposition) if disposition else None,
        condition=_condition(document["condition"]),
        target_location=document["targetLocation"],
    )


def _condition(value: str | None) -> Condition | None:
    return Condition(value) if value else None
