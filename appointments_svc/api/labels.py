"""Words for people, in the caller's language; English where there are none."""

from collections.abc import Mapping
from typing import Final

from appointments_svc.domain.lifecycles.actions import Hindrance
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState

_H, _S = Hindrance, AppointmentState
_HINDRANCES: Final[Mapping[str, Mapping[Hindrance, str]]] = {
    "en": {
        _H.ALREADY_BOOKED: "It is already booked.",
        _H.ALREADY_CHECKED_IN: "The visit has already begun.",
        _H.ALREADY_ENDED: "It is over.",
        _H.BEING_BOOKED: "It is being booked.",
        _H.NOT_BOOKED: "It is not booked yet.",
        _H.NOT_CHECKED_IN: "Nobody has come yet.",
        _H.NOT_YOURS: "You may not do this here.",
    },
    "fr": {
        _H.ALREADY_BOOKED: "Le rendez-vous est déjà pris.",
        _H.ALREADY_CHECKED_IN: "Le rendez-vous a déjà commencé.",
        _H.ALREADY_ENDED: "C'est terminé.",
        _H.BEING_BOOKED: "Le rendez-vous est en cours de réservation.",
        _H.NOT_BOOKED: "Le rendez-vous n'est pas encore pris.",
        _H.NOT_CHECKED_IN: "Personne n'est encore venu.",
        _H.NOT_YOURS: "Vous n'avez pas ce droit ici.",
    },
}
_STATES: Final[Mapping[str, Mapping[AppointmentState, str]]] = {
    "en": {
        _S.HELD: "On hold",
        _S.BOOKING: "Being booked",
        _S.CONFIRMED: "Confirmed",
        _S.CHECKED_IN: "Checked in",
        _S.COMPLETED: "Completed",
        _S.CANCELLED: "Cancelled",
        _S.NO_SHOW: "Did not come",
        _S.LAPSED: "Not booked",
    },
    "fr": {
        _S.HELD: "En attente",
        _S.BOOKING: "En cours de réservation",
        _S.CONFIRMED: "Confirmé",
        _S.CHECKED_IN: "Arrivé",
        _S.COMPLETED: "Terminé",
        _S.CANCELLED: "Annulé",
        _S.NO_SHOW: "Non venu",
        _S.LAPSED: "Non réservé",
    },
}


def label_of_hindrance(hindrance: Hindrance, language: str) -> str:
    """Why an action is not possible, in a sentence."""
    return _HINDRANCES.get(language[:2], _HINDRANCES["en"])[hindrance]


def label_of_state(state: AppointmentState, language: str) -> str:
    """How far an appointment has come, in a word or two."""
    return _STATES.get(language[:2], _STATES["en"])[state]
