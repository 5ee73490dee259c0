"""Words for people, in the caller's language; English where there are none."""

from collections.abc import Mapping
from typing import Final

from returns_svc.domain.lifecycles.actions import Hindrance
from returns_svc.domain.lifecycles.return_state import ReturnState

_H, _S = Hindrance, ReturnState
_HINDRANCES: Final[Mapping[str, Mapping[Hindrance, str]]] = {
    "en": {
        _H.NOT_MATCHED: "Nobody has found the order yet.",
        _H.NOT_RECEIVED: "The goods are not here yet.",
        _H.NOT_INSPECTED: "The inspection has not ended.",
        _H.ALREADY_RECEIVED: "The goods have already arrived.",
        _H.ALREADY_INSPECTED: "It is already inspected.",
        _H.ALREADY_ENDED: "It is over.",
        _H.NOTHING_REJECTED: "Nothing was rejected.",
        _H.NOTHING_TO_DO: "There is nothing to do.",
        _H.REFUND_PENDING: "The refund is under way.",
        _H.NOT_YOURS: "You may not do this here.",
    },
    "fr": {
        _H.NOT_MATCHED: "La commande n'a pas encore été retrouvée.",
        _H.NOT_RECEIVED: "Les articles ne sont pas encore là.",
        _H.NOT_INSPECTED: "Le contrôle n'est pas terminé.",
        _H.ALREADY_RECEIVED: "Les articles sont déjà arrivés.",
        _H.ALREADY_INSPECTED: "Le contrôle est déjà fait.",
        _H.ALREADY_ENDED: "C'est terminé.",
        _H.NOTHING_REJECTED: "Rien n'a été refusé.",
        _H.NOTHING_TO_DO: "Il n'y a rien à faire.",
        _H.REFUND_PENDING: "Le remboursement est en cours.",
        _H.NOT_YOURS: "Vous n'avez pas ce droit ici.",
    },
}
_STATES: Final[Mapping[str, Mapping[ReturnState, str]]] = {
    "en": {
        _S.UNMATCHED: "Order being sought",
        _S.DECLARED: "Declared",
        _S.APPROVED: "Approved",
        _S.LABEL_ISSUED: "Label ready",
        _S.DROPPED: "Dropped off",
        _S.IN_TRANSIT: "In transit",
        _S.RECEIVED: "Received",
        _S.INSPECTING: "Being inspected",
        _S.ACCEPTED: "Accepted",
        _S.PARTIALLY_ACCEPTED: "Partly accepted",
        _S.REJECTED: "Not accepted",
        _S.REFUNDED: "Refunded",
        _S.SENT_BACK: "On its way back to you",
        _S.ABANDONED: "Given up",
        _S.CLOSED: "Closed",
        _S.CANCELLED: "Cancelled",
        _S.EXPIRED: "Expired",
    },
    "fr": {
        _S.UNMATCHED: "Commande recherchée",
        _S.DECLARED: "Déclaré",
        _S.APPROVED: "Accordé",
        _S.LABEL_ISSUED: "Étiquette prête",
        _S.DROPPED: "Déposé",
        _S.IN_TRANSIT: "En route",
        _S.RECEIVED: "Reçu",
        _S.INSPECTING: "En cours de contrôle",
        _S.ACCEPTED: "Accepté",
        _S.PARTIALLY_ACCEPTED: "Accepté en partie",
        _S.REJECTED: "Refusé",
        _S.REFUNDED: "Remboursé",
        _S.SENT_BACK: "Renvoyé chez vous",
        _S.ABANDONED: "Abandonné",
        _S.CLOSED: "Clos",
        _S.CANCELLED: "Annulé",
        _S.EXPIRED: "Expiré",
    },
}


def label_of_hindrance(hindrance: Hindrance, language: str) -> str:
    """Why an action is not possible, in a sentence."""
    return _HINDRANCES.get(language[:2], _HINDRANCES["en"])[hindrance]


def label_of_state(state: ReturnState, language: str) -> str:
    """How far a return has come, in a word or two."""
    return _STATES.get(language[:2], _STATES["en"])[state]
