"""What customers are written about their returns, in French and in English."""

from collections.abc import Mapping
from string import Template
from typing import Final

from retail_kit.money import sum_of
from returns_svc.domain.errands import Topic
from returns_svc.domain.requests.line import RejectReason
from returns_svc.domain.requests.return_request import Return

_SUBJECTS: Final[Mapping[str, Mapping[Topic, str]]] = {
    "en": {
        Topic.LABEL: "Return $rma: your label",
        Topic.RECEIVED: "Return $rma: your goods have arrived",
        Topic.INSPECTED: "Return $rma: $accepted of $quantity accepted",
        Topic.REFUNDED: "Return $rma: $amount refunded",
    },
    "fr": {
        Topic.LABEL: "Retour $rma : votre étiquette",
        Topic.RECEIVED: "Retour $rma : vos articles sont arrivés",
        Topic.INSPECTED: "Retour $rma : $accepted sur $quantity acceptés",
        Topic.REFUNDED: "Retour $rma : $amount remboursés",
    },
}
_TEXTS: Final[Mapping[str, Mapping[Topic, str]]] = {
    "en": {
        Topic.LABEL: "Print this label and put it on the parcel:\n$link\n",
        Topic.RECEIVED: "Keep the number $rma as your receipt until the refund.\n",
        Topic.INSPECTED: "Accepted: $accepted of $quantity.\nRefund: $due of $paid.\n$reasons",
        Topic.REFUNDED: "Refunded: $amount of $paid.\n$reasons",
    },
    "fr": {
        Topic.LABEL: "Imprimez cette étiquette et collez-la sur le colis :\n$link\n",
        Topic.RECEIVED: "Gardez le numéro $rma comme reçu jusqu'au remboursement.\n",
        Topic.INSPECTED: "Acceptés : $accepted sur $quantity.\n"
        "Remboursement : $due sur $paid.\n$reasons",
        Topic.REFUNDED: "Remboursé : $amount sur $paid.\n$reasons",
    },
}
_GREETINGS: Final = {"en": "Hello $name,\n\n", "fr": "Bonjour $name,\n\n"}
_REASONS: Final[Mapping[str, Mapping[RejectReason, str]]] = {
    "en": {
        RejectReason.WORN: "it was worn",
        RejectReason.DAMAGED_BY_CUSTOMER: "it is damaged",
        RejectReason.INCOMPLETE: "something is missing",
        RejectReason.NOT_OURS: "it was not bought from us",
        RejectReason.OTHER: "it cannot be taken back",
    },
    "fr": {
        RejectReason.WORN: "l'article a été porté",
        RejectReason.DAMAGED_BY_CUSTOMER: "l'article est abîmé",
        RejectReason.INCOMPLETE: "il manque quelque chose",
        RejectReason.NOT_OURS: "l'article n'a pas été acheté chez nous",
        RejectReason.OTHER: "l'article ne peut être repris",
    },
}
_NOT_TAKEN: Final = {
    "en": "Not accepted: $quantity x $sku ($reason).\n",
    "fr": "Refusé : $quantity x $sku ($reason).\n",
}


def letter(
    found: Return, topic: Topic, language: str | None, name: str | None, link: str | None
) -> tuple[str, str]:
    """Give the subject and the text; English where there are no words."""
    tongue = (language or "en")[:2]
    if tongue not in _TEXTS:
        tongue = "en"
    words = {
        "rma": found.rma,
        "name": name or "",
        "link": link or "",
        "quantity": str(sum(line.quantity for line in found.lines)),
        "accepted": str(sum(line.accepted for line in found.lines)),
        "reasons": _reasons(found, tongue),
        **_amounts(found),
    }
    greeting = Template(_GREETINGS[tongue]).substitute(words).replace(" ,", ",")
    subject = Template(_SUBJECTS[tongue][topic]).substitute(words)
    return subject, greeting + Template(_TEXTS[tongue][topic]).substitute(words)


def _amounts(found: Return) -> dict[str, str]:
    if found.order is None:
        return {"amount": "", "due": "", "paid": ""}
    currency = found.order.currency
    paid = [line.paid for line in found.lines if line.paid is not None]
    due = [line.refund for line in found.lines if line.refund is not None]
    return {
        "amount": str(found.refunded),
        "due": str(sum_of(due, currency)),
        "paid": str(sum_of(paid, currency)),
    }


def _reasons(found: Return, tongue: str) -> str:
    return "".join(
        Template(_NOT_TAKEN[tongue]).substitute(
            quantity=str(one.quantity), sku=line.sku, reason=_REASONS[tongue][one.reason]
        )
        for line in found.lines
        for one in line.inspections
        if one.reason is not None
    )
