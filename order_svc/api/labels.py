"""Words for people, in the caller's language; English where there are none."""

from collections.abc import Mapping
from typing import Final

from order_svc.domain.lifecycles.actions import Hindrance
from order_svc.domain.lifecycles.order_status import CustomerStatus

_HINDRANCES: Final[Mapping[str, Mapping[Hindrance, str]]] = {
    "en": {
        Hindrance.PLACEMENT_IN_PROGRESS: "The order is still being placed.",
        Hindrance.ALREADY_CANCELLED: "It is cancelled.",
        Hindrance.ALREADY_SHIPPED: "Goods have already left.",
        Hindrance.ALREADY_DELIVERED: "It has already arrived.",
        Hindrance.STILL_PICKING: "Picking has not ended.",
        Hindrance.NOTHING_TO_DO: "There is nothing to do.",
        Hindrance.NOT_YOURS: "You may not do this here.",
    },
    "fr": {
        Hindrance.PLACEMENT_IN_PROGRESS: "La commande est en cours d'enregistrement.",
        Hindrance.ALREADY_CANCELLED: "C'est annulé.",
        Hindrance.ALREADY_SHIPPED: "Des articles sont déjà partis.",
        Hindrance.ALREADY_DELIVERED: "C'est déjà livré.",
        Hindrance.STILL_PICKING: "La préparation n'est pas terminée.",
        Hindrance.NOTHING_TO_DO: "Il n'y a rien à faire.",
        Hindrance.NOT_YOURS: "Vous n'avez pas ce droit ici.",
    },
}
_CUSTOMER_STATUSES: Final[Mapping[str, Mapping[CustomerStatus, str]]] = {
    "en": {
        CustomerStatus.VALIDATED: "Confirmed",
        CustomerStatus.IN_PREPARATION: "In preparation",
        CustomerStatus.SHIPPED: "Shipped",
        CustomerStatus.DELIVERED: "Delivered",
        CustomerStatus.RETURNED: "Returned",
        CustomerStatus.CANCELLED: "Cancelled",
    },
    "fr": {
        CustomerStatus.VALIDATED: "Validée",
        CustomerStatus.IN_PREPARATION: "En préparation",
        CustomerStatus.SHIPPED: "Expédiée",
        CustomerStatus.DELIVERED: "Livrée",
        CustomerStatus.RETURNED: "Retournée",
        CustomerStatus.CANCELLED: "Annulée",
    },
}


def label_of_hindrance(hindrance: Hindrance, language: str) -> str:
    """Why an action is not possible, in a sentence."""
    return _HINDRANCES.get(language[:2], _HINDRANCES["en"])[hindrance]


def label_of_status(status: CustomerStatus, language: str) -> str:
    """A customer's status, in a word or two."""
    return _CUSTOMER_STATUSES.get(language[:2], _CUSTOMER_STATUSES["en"])[status]
