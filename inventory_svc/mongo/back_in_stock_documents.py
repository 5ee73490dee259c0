"""Registrations and their lists as documents, and back; pure."""

from inventory_svc.domain.back_in_stock.registration import ListKey, Person, Registration
from inventory_svc.domain.back_in_stock.waiting_list import LONG_AGO, WaitingList
from inventory_svc.domain.catalogue.condition import Condition
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts

REGISTRATION_UPCASTS = Upcasts(current=1)
WAITING_LIST_UPCASTS = Upcasts(current=1)


def registration_to_document(registration: Registration) -> Document:
    """Write a registration; only one that nobody has ended is `waiting`, until its time is over."""
    waiting = {} if registration.has_ended else {"waiting": True}
    return REGISTRATION_UPCASTS.stamp(
        {
            "_id": registration.identifier,
            **_on(registration.on),
            "list": registration.on.identifier,
            "person": registration.person.identifier,
            "customerRef": registration.person.customer_ref,
            "contactRef": registration.person.contact_ref,
            "number": registration.number,
            "registeredAt": registration.registered_at,
            "expiresAt": registration.expires_at,
            "toldAt": registration.told_at,
            "withdrawnAt": registration.withdrawn_at,
            "version": registration.version,
            **waiting,
        }
    )


def registration_from_document(document: Document) -> Registration:
    """Read a registration."""
    document = REGISTRATION_UPCASTS.upcast(document)
    return Registration(
        on=_key(document),
        person=Person(document["customerRef"], document["contactRef"]),
        number=document["number"],
        registered_at=document["registeredAt"],
        expires_at=document["expiresAt"],
        told_at=document["toldAt"],
        withdrawn_at=document["withdrawnAt"],
        version=document["version"],
    )


def waiting_list_to_document(waiting: WaitingList) -> Document:
    """Write a list; only while somebody may wait it is `open`."""
    is_open = {"open": True} if waiting.open else {}
    return WAITING_LIST_UPCASTS.stamp(
        {
            "_id": waiting.key.identifier,
            **_on(waiting.key),
            "given": waiting.given,
            "announced": waiting.announced,
            "version": waiting.version,
            "until": waiting.until,
            "erased": waiting.erased,
            **is_open,
        }
    )


def waiting_list_from_document(document: Document) -> WaitingList:
    """Read a list."""
    document = WAITING_LIST_UPCASTS.upcast(document)
    return WaitingList(
        key=_key(document),
        given=document["given"],
        announced=document["announced"],
        open=document.get("open", False),
        version=document["version"],
        until=document.get("until", LONG_AGO),
        erased=document.get("erased", 0),
    )


def _on(key: ListKey) -> Document:
    return {"sku": key.sku, "channel": key.channel, "condition": key.condition.value}


def _key(document: Document) -> ListKey:
    return ListKey(document["sku"], document["channel"], Condition(document["condition"]))
