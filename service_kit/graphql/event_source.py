"""`@eventSource`: a subscription field whose events any router may read from the log itself.

The types that every such field shares: its directive, its arguments, and what each item has
beside its own fields.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, TypeAlias, TypeVar

import strawberry
from strawberry.federation.schema_directive import schema_directive
from strawberry.schema_directive import Location
from strawberry.types.enum import StrawberryEnumDefinition

from service_kit.graphql.event_flow import LiveItem
from service_kit.graphql.fields import subscription_field

SPECIFICATION = "https://tutti.example/events/v1.0"
EnumT = TypeVar("EnumT", bound=Enum)
ResolverT = TypeVar("ResolverT", bound=Callable[..., Any])


class EventSourceKind(Enum):
    """What a slow listener may miss."""

    LOSSLESS = "LOSSLESS"
    STATE = "STATE"


class EventSharing(Enum):
    """Who is given one answer for an event."""

    SUBJECT = "SUBJECT"
    RIGHTS = "RIGHTS"


class EventDelivery(Enum):
    """Why an item is sent."""

    EVENT = "EVENT"
    SNAPSHOT = "SNAPSHOT"
    HEARTBEAT = "HEARTBEAT"
    RESET = "RESET"


def _described(values: type[EnumT], description: str, sentences: dict[str, str]) -> None:
    strawberry.enum(values, description=description)
    definition: StrawberryEnumDefinition = vars(values)["__strawberry_definition__"]
    for value in definition.values:
        value.description = sentences[value.name]


_described(
    EventSourceKind,
    "What a listener that is slower than its events may miss.",
    {
        "LOSSLESS": "Nothing: it gets every event, or is told that it fell behind.",
        "STATE": "Earlier events of an entity: its latest one stands for them (seqFrom, seqTo).",
    },
)
_described(
    EventSharing,
    "Which listeners may share one answer of the subgraphs about an event.",
    {
        "SUBJECT": "Those of one person: some field is answered by who asks.",
        "RIGHTS": "All who have the same roles and grants: nothing is answered by who asks.",
    },
)
_described(
    EventDelivery,
    "Why an item of a subscription is sent.",
    {
        "EVENT": "Something happened.",
        "SNAPSHOT": "Nothing happened; the entities that the arguments name, as they are now.",
        "HEARTBEAT": "Nothing happened for a while; `cursor` is where to go on.",
        "RESET": "Events after `since` are not kept any more; read anew what matters.",
    },
)


@schema_directive(
    name="eventSource",
    locations=[Location.FIELD_DEFINITION],
    compose=True,
    import_url=SPECIFICATION,
    description="The field's events are read from a stream of the log of events.",
)
class EventSource:
    """Which log, which arguments filter it, who may listen, and who of them sees every event.

    Other callers see an event if one of their grants is in its audience; with `public`, they see
    what the event tells everybody instead, and have to give those arguments. `event_field` fills
    in `roles`; without it, whoever has a grant may listen. `grants` are the kinds of grants that
    count, each as `role:kind`; without it, all do.
    """

    stream: str = strawberry.directive_field(name="stream")
    match: list[str] = strawberry.directive_field(name="match")
    unrestricted: list[str] = strawberry.directive_field(name="unrestricted")
    kind: EventSourceKind = strawberry.directive_field(
        name="kind", default=EventSourceKind.LOSSLESS
    )
    roles: list[str] | None = strawberry.directive_field(name="roles", default=strawberry.UNSET)
    public: list[str] | None = strawberry.directive_field(name="public", default=strawberry.UNSET)
    grants: list[str] | None = strawberry.directive_field(name="grants", default=strawberry.UNSET)
    share: EventSharing = strawberry.directive_field(name="share", default=EventSharing.SUBJECT)


def event_field(
    *roles: str, source: EventSource, description: str
) -> Callable[[ResolverT], ResolverT]:
    """Make an async generator a subscription field with a source, for callers with a role."""
    if not set(source.unrestricted) <= set(roles):
        raise ValueError("A role that sees every event must be among those that may subscribe.")
    told = replace(source, roles=list(roles))
    return subscription_field(*roles, description=description, directives=[told])


Since: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="A cursor: everything after it comes first, then what is new."),
]
Snapshot: TypeAlias = Annotated[
    bool,
    strawberry.argument(
        description="Whether the first item is a SNAPSHOT of what the arguments name."
    ),
]
HeartbeatSeconds: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description="Have a HEARTBEAT sent when nothing else was for so long: from 5 to 60."
    ),
]


@strawberry.type(description="What every item of a subscription has.")
class EventItem:
    """Where it stands in the log, and why it is sent."""

    cursor: str = strawberry.field(description="Give it as `since` to go on after this item.")
    delivery: EventDelivery = strawberry.field(description="Why the item is sent.")
    seq: int | None = strawberry.field(description="The version of the entity after the event.")
    occurred_at: datetime | None = strawberry.field(description="When it happened.")
    event_id: str | None = strawberry.field(description="Names the event, however often it comes.")
    told: strawberry.Private[LiveItem]


@strawberry.type(description="What every item of a subscription to a state has.")
class StateItem(EventItem):
    """As EventItem; it may stand for several events of its entity."""

    seq_from: int | None = strawberry.field(description="The first version it stands for.")
    seq_to: int | None = strawberry.field(description="The last version it stands for.")


ItemT = TypeVar("ItemT", bound=EventItem)


def shown(kind: type[ItemT], item: LiveItem) -> ItemT:
    """Give an item as its GraphQL type, whose other fields are resolvers."""
    event = item.event
    known: dict[str, Any] = {
        "cursor": item.cursor,
        "delivery": EventDelivery(item.delivery),
        "seq": None if event is None else event.seq,
        "occurred_at": None if event is None else event.occurred_at,
        "event_id": None if event is None else event.event_id,
        "told": item,
    }
    if issubclass(kind, StateItem):
        known |= {"seq_from": item.seq_from, "seq_to": known["seq"]}
    return kind(**known)
