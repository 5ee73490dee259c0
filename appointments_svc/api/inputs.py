"""What the mutations about appointments are given."""

from datetime import datetime

import strawberry

from appointments_svc.domain.kinds.form import Answer
from appointments_svc.ports import CustomerBy
from appointments_svc.use_cases.book_appointment import WantedProduct
from appointments_svc.use_cases.hold_appointment import WantedSlot
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import KEY

_APPOINTMENT = "The global id of the appointment."
_EXPECTED = "Refuse with VERSION_CONFLICT unless this is the appointment's version."
_TYPE = "The code of the appointment type."
_LOCATION = "The code of the location."
_START = "When the visit begins; one of the location's slots."
_ADVISOR = "The code of the advisor who is wanted; whoever has least to do if not given."


@strawberry.input(description="A slot to keep for a while.")
class AppointmentHoldInput:
    """What, where and when."""

    idempotency_key: str = strawberry.field(description=KEY)
    type: str = strawberry.field(description=_TYPE)
    location_code: str = strawberry.field(description=_LOCATION)
    start: datetime = strawberry.field(description=_START)
    advisor_code: str | None = strawberry.field(default=None, description=_ADVISOR)

    def slot(self) -> WantedSlot:
        """The slot as the use-cases know it."""
        return WantedSlot(self.type, self.location_code, self.start, self.advisor_code)


@strawberry.input(description="A slot to book at once.")
class AppointmentSlotInput:
    """What, where and when."""

    type: str = strawberry.field(description=_TYPE)
    location_code: str = strawberry.field(description=_LOCATION)
    start: datetime = strawberry.field(description=_START)
    advisor_code: str | None = strawberry.field(default=None, description=_ADVISOR)

    def slot(self) -> WantedSlot:
        """The slot as the use-cases know it."""
        return WantedSlot(self.type, self.location_code, self.start, self.advisor_code)


@strawberry.input(one_of=True, description="Who comes, by global id or by reference.")
class AppointmentCustomerBy:
    """Exactly one of the fields is given."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id."
    )
    ref: str | None = strawberry.field(
        default=strawberry.UNSET, description="The customer's reference."
    )

    def customer(self) -> CustomerBy:
        """The customer as the use-cases know them."""
        if self.id:
            path = ("input", "customer", "id")
            return CustomerBy(id=from_global_id(self.id, "Customer", path))
        return CustomerBy(ref=self.ref or "")


@strawberry.input(description="An answer to a question of the form.")
class AppointmentAnswerInput:
    """By the name of the question."""

    name: str = strawberry.field(description="The name of the question.")
    value: str = strawberry.field(description="The answer, as text.")


@strawberry.input(description="Units of an item that are to lie ready.")
class AppointmentProductInput:
    """Kept at the location until the visit is over."""

    sku: str = strawberry.field(description="The stock keeping unit.")
    quantity: int = strawberry.field(default=1, description="How many units, from 1.")


@strawberry.input(description="A visit to book: what is held, or a slot.")
class AppointmentBookInput:
    """Slot and products are taken together, or neither."""

    idempotency_key: str = strawberry.field(description=KEY)
    hold_id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of an appointment that is held."
    )
    slot: AppointmentSlotInput | None = strawberry.field(
        default=None, description="Instead of a hold: the slot."
    )
    customer: AppointmentCustomerBy | None = strawberry.field(
        default=None, description="Who comes; the caller if they are a customer."
    )
    order_id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of the order that the visit is about."
    )
    answers: list[AppointmentAnswerInput] = strawberry.field(
        default_factory=list, description="The form, filled in."
    )
    products: list[AppointmentProductInput] = strawberry.field(
        default_factory=list, description="What is to lie ready."
    )
    expected_version: int | None = strawberry.field(
        default=None,
        description="Refuse with VERSION_CONFLICT unless this is the version of what is held.",
    )

    def hold_key(self) -> str | None:
        """The key of the hold; refused INVALID_INPUT if the id is of something else."""
        path = ("input", "holdId")
        return None if self.hold_id is None else from_global_id(self.hold_id, "Appointment", path)

    def order_key(self) -> str | None:
        """The key of the order; refused INVALID_INPUT if the id is of something else."""
        path = ("input", "orderId")
        return None if self.order_id is None else from_global_id(self.order_id, "Order", path)

    def answered(self) -> tuple[Answer, ...]:
        """The answers as the rules know them."""
        return tuple(Answer(each.name, each.value) for each in self.answers)

    def wanted(self) -> tuple[WantedProduct, ...]:
        """The products as the use-cases know them."""
        return tuple(WantedProduct(each.sku, each.quantity) for each in self.products)


@strawberry.input(description="Another time for a visit.")
class AppointmentMoveInput:
    """At the same location."""

    idempotency_key: str = strawberry.field(description=KEY)
    appointment_id: strawberry.ID = strawberry.field(description=_APPOINTMENT)
    start: datetime = strawberry.field(description=_START)
    advisor_code: str | None = strawberry.field(
        default=None, description="The advisor who is wanted; the same one if they are free."
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)

    def key(self) -> str:
        """The key of the appointment."""
        return _key(self.appointment_id)


@strawberry.input(description="A visit to cancel.")
class AppointmentCancelInput:
    """Which appointment."""

    idempotency_key: str = strawberry.field(description=KEY)
    appointment_id: strawberry.ID = strawberry.field(description=_APPOINTMENT)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)

    def key(self) -> str:
        """The key of the appointment."""
        return _key(self.appointment_id)


@strawberry.input(description="Somebody who has come.")
class AppointmentCheckInInput:
    """Which appointment."""

    idempotency_key: str = strawberry.field(description=KEY)
    appointment_id: strawberry.ID = strawberry.field(description=_APPOINTMENT)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)

    def key(self) -> str:
        """The key of the appointment."""
        return _key(self.appointment_id)


@strawberry.input(description="A visit that is over.")
class AppointmentCompleteInput:
    """Which appointment."""

    idempotency_key: str = strawberry.field(description=KEY)
    appointment_id: strawberry.ID = strawberry.field(description=_APPOINTMENT)
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)

    def key(self) -> str:
        """The key of the appointment."""
        return _key(self.appointment_id)


def _key(appointment_id: strawberry.ID) -> str:
    return from_global_id(appointment_id, "Appointment", ("input", "appointmentId"))
