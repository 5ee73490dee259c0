"""What customers are written about their appointments, in French and in English."""

from collections.abc import Mapping
from datetime import datetime
from string import Template
from typing import Final

from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.errands import Topic
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.kinds.form import in_language

_SUBJECTS: Final[Mapping[str, Mapping[Topic, str]]] = {
    "en": {
        Topic.CONFIRMED: "Appointment $ref: confirmed for $at",
        Topic.MOVED: "Appointment $ref: moved to $at",
        Topic.CANCELLED: "Appointment $ref: cancelled",
        Topic.REMINDER: "Appointment $ref: see you on $at",
    },
    "fr": {
        Topic.CONFIRMED: "Rendez-vous $ref : confirmé pour le $at",
        Topic.MOVED: "Rendez-vous $ref : déplacé au $at",
        Topic.CANCELLED: "Rendez-vous $ref : annulé",
        Topic.REMINDER: "Rendez-vous $ref : à bientôt, le $at",
    },
}
_TEXT: Final = Template("$hello\n\n$kind\n$at\n$place\n$products")
_READY: Final = {
    "en": "Ready for you: $quantity x $sku\n",
    "fr": "Préparé pour vous : $quantity x $sku\n",
}
_HELLO: Final = {"en": ("Hello $name,", "Hello,"), "fr": ("Bonjour $name,", "Bonjour,")}
_MOMENTS: Final = {"en": "%Y-%m-%d, %H:%M", "fr": "%d/%m/%Y à %H:%M"}


def letter(
    found: Appointment,
    kind: AppointmentType,
    site: Site,
    topic: Topic,
    language: str | None,
    name: str | None,
) -> tuple[str, str]:
    """Give the subject and the text; in English unless the customer reads French."""
    spoken = "fr" if (language or "").startswith("fr") else "en"
    greeting = Template(_HELLO[spoken][0 if name else 1]).substitute(name=name or "")
    words = {
        "ref": found.ref,
        "at": _moment(found.visit.start, site, spoken),
        "kind": in_language(kind.names, spoken, kind.code),
        "place": site.name,
        "hello": greeting,
        "products": _products(found, topic, spoken),
    }
    subject = Template(_SUBJECTS[spoken][topic]).substitute(words)
    return subject, _TEXT.substitute(words)


def _moment(at: datetime, site: Site, spoken: str) -> str:
    return at.astimezone(site.zone).strftime(_MOMENTS[spoken])


def _products(found: Appointment, topic: Topic, spoken: str) -> str:
    if topic is Topic.CANCELLED:
        return ""
    line = Template(_READY[spoken])
    return "".join(line.substitute(quantity=each.quantity, sku=each.sku) for each in found.products)
