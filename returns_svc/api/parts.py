"""The smaller parts of what clients see of returns; none of them leads back to a return."""

from datetime import datetime
from typing import TypeAlias

import strawberry

from retail_kit import money
from returns_svc.api.context import Info
from returns_svc.api.labels import label_of_hindrance, label_of_state
from returns_svc.domain.lifecycles import actions
from returns_svc.domain.lifecycles.actions import Action, Hindrance
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.policies import policy
from returns_svc.domain.requests import line, return_request
from returns_svc.domain.requests.line import RejectReason
from returns_svc.domain.requests.return_request import RefundState
from service_kit.graphql import actions as offered
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import to_global_id
from service_kit.graphql.money import Money


def shown_money(amount: money.Money) -> Money:
    """An amount as clients see it."""
    return Money.of(amount.format(), amount.currency)


def global_id(type_name: str, key: str) -> strawberry.ID:
    """The global id of a key."""
    return strawberry.ID(to_global_id(type_name, key))


AvailableAction: TypeAlias = offered.AvailableAction[Action, Hindrance]


def shown_actions(found: tuple[actions.AvailableAction, ...], info: Info) -> list[AvailableAction]:
    """The actions as clients see them."""
    return offered.available_actions(found, label_of_hindrance, info.context.caller.language)


@strawberry.type(description="A return came to a state.")
class ReturnJourneyStep:
    """One step of the journey; ids only, nobody's name."""

    state: ReturnState = strawberry.field(description="The state that it came to.")
    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who brought it there, as `kind:subject`.")
    location_code: str | None = strawberry.field(description="Where, if that is known.")

    @resolver_field(description="The state in the caller's language.")
    def label(self, info: Info) -> str:
        return label_of_state(self.state, info.context.caller.language)

    @staticmethod
    def of(step: return_request.JourneyStep) -> "ReturnJourneyStep":
        """A step as clients see it."""
        return ReturnJourneyStep(
            state=step.state, at=step.at, actor=step.actor, location_code=step.location_code
        )


@strawberry.type(description="Units of a return that somebody has looked at together.")
class ReturnInspection:
    """What was found, and what follows from it."""

    quantity: int = strawberry.field(description="How many units.")
    grade: policy.Grade = strawberry.field(description="Their state.")
    accepted: bool = strawberry.field(description="Whether they are taken back.")
    reason: RejectReason | None = strawberry.field(description="Why not; null if they are.")
    disposition: policy.Disposition | None = strawberry.field(
        description="Where they go; null if they are not taken back."
    )
    condition: policy.Condition | None = strawberry.field(
        description="As what they can be sold again; null if they cannot."
    )
    target_location_code: str | None = strawberry.field(
        description="The location that they go to, or stay at."
    )
    refund: Money | None = strawberry.field(description="What the terms refund for them.")

    @staticmethod
    def of(found: line.Inspection) -> "ReturnInspection":
        """An inspection as clients see it."""
        return ReturnInspection(
            quantity=found.quantity,
            grade=found.grade,
            accepted=found.accepted,
            reason=found.reason,
            disposition=found.disposition,
            condition=found.condition,
            target_location_code=found.target_location,
            refund=shown_money(found.amount) if found.amount is not None else None,
        )


@strawberry.type(description="Who carries a parcel.")
class ReturnShipment:
    """A carrier, and its number for the parcel."""

    carrier: str | None = strawberry.field(description="The carrier.")
    tracking_number: str | None = strawberry.field(description="Its number for the parcel.")

    @staticmethod
    def of(shipment: return_request.Shipment | None) -> "ReturnShipment | None":
        """A shipment as clients see it."""
        if shipment is None:
            return None
        return ReturnShipment(carrier=shipment.carrier, tracking_number=shipment.tracking_number)


@strawberry.type(description="What travels with the goods.")
class ReturnLabel:
    """A number that everybody can read, and a page to print."""

    reference: str = strawberry.field(description="The number on it.")
    url: str = strawberry.field(description="Where to fetch it; good for a quarter of an hour.")


@strawberry.type(description="A decision to give money back for a return.")
class ReturnRefund:
    """How much, and how far it is; orders moves the money and knows by which tender."""

    id: strawberry.ID = strawberry.field(description="Its name; orders' refund has it as `ref`.")
    state: RefundState = strawberry.field(description="How far it is.")
    amount: Money = strawberry.field(description="How much.")

    @staticmethod
    def of(refund: return_request.Refund, currency: str) -> "ReturnRefund":
        """A refund as clients see it."""
        return ReturnRefund(
            id=strawberry.ID(refund.id),
            state=refund.state,
            amount=shown_money(refund.amount(currency)),
        )
