"""What a change of a registration tells the world: references only, and a notice when told."""

from typing import Final

from inventory_svc.domain.back_in_stock.registration import Registration
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.entity_events import NEW, Cause, Fields, differences, entity_event
from service_kit.messaging.envelope import EntityRef, Event, text_of
from service_kit.runtime.json_values import JSON

REGISTRATION_CHANGED: Final = "backInStockRegistrationChanged"
BACK_IN_STOCK: Final = "backInStock"
"""The topic of the notices: one for each registration whose turn has come."""


def registration_changed(before: Registration | None, after: Registration, cause: Cause) -> Event:
    """Give the event of a change; its audience is the customer whose registration it is."""
    customer = after.person.customer_ref
    return entity_event(
        REGISTRATION_CHANGED,
        EntityRef("BackInStockRegistration", after.identifier),
        after.version,
        cause,
        () if customer is None else (f"customer:{customer}",),
        differences(_standing(before) if before else NEW, _standing(after)),
        {
            "sku": after.on.sku,
            "channel": after.on.channel,
            "condition": after.on.condition.value,
            "customerRef": customer,
            "contactRef": after.person.contact_ref,
            **_notice(after),
        },
    )


def _notice(after: Registration) -> Fields:
    if after.told_at is None:
        return {}
    sku, customer = after.on.sku, after.person.customer_ref
    payload: JSON = {
        "registrationId": to_global_id("BackInStockRegistration", after.identifier),
        "item": {"sku": sku},
        "sku": sku,
        "channelCode": after.on.channel,
        "condition": after.on.condition.value,
        "customerRef": customer,
        "contactRef": after.person.contact_ref,
    }
    keys: JSON = {"skus": sku, "channel": after.on.channel, "customerRef": customer}
    return {BACK_IN_STOCK: {"keys": keys, "payload": payload}}


def _standing(registration: Registration) -> Fields:
    told, withdrawn = registration.told_at, registration.withdrawn_at
    return {
        "number": registration.number,
        "expiresAt": text_of(registration.expires_at),
        "toldAt": None if told is None else text_of(told),
        "withdrawnAt": None if withdrawn is None else text_of(withdrawn),
    }
