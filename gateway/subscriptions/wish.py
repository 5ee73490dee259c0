"""What the arguments of a subscription field ask for."""

from base64 import urlsafe_b64decode
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.errors import Forbidden, InvalidArgument, Unauthenticated
from gateway.execution.snapshot_plan import ID
from gateway.subscriptions.happening import texts_of
from gateway.subscriptions.listener import Interest, grants_that_count
from gateway.supergraph.model import EventSource
from service_kit.identity.caller import Caller
from service_kit.messaging.envelope import public_topic

SINCE, SNAPSHOT, HEARTBEAT = "since", "snapshot", "heartbeatSeconds"
SHORTEST_HEARTBEAT, LONGEST_HEARTBEAT = 5, 60
MOST_VALUES = 500
"""How many values one filter may list."""


class Payload(Protocol):
    """What is known of an event's type: its fields with their types, and all types there are.

    `listed` are the arguments that list keys of entities: which field shows them, by which key.
    """

    @property
    def payload_fields(self) -> Mapping[str, str]: ...

    @property
    def type_names(self) -> Container[str]: ...

    @property
    def listed(self) -> Mapping[str, tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client wants of an event source, and how.

    `named` is the payload of a snapshot: the entities that the arguments name, by their keys.
    """

    interest: Interest
    since: str | None
    snapshot: bool
    heartbeat: float | None
    named: Mapping[str, Any]


def wish_of(
    source: EventSource,
    arguments: Mapping[str, Any],
    root: Payload,
    caller: Caller,
) -> Wish:
    """Read coerced arguments; raises InvalidArgument, and for who may not listen Forbidden.

    Raises Unauthenticated for nobody in particular, unless visitors may listen.
    """
    _require_role(source, caller)
    filters = {
        name: frozenset(texts_of(arguments[name]))
        for name in source.match
        if arguments.get(name) is not None
    }
    _require_bounded(filters)
    field, grants = source.field, grants_that_count(source, caller)
    if grants is not None and source.public is not None:
        _require_named(source.field, source.public, filters)
        field, grants = public_topic(source.field), None
    if grants is not None:
        _require_allowed(source, filters, grants, caller)
    _require_ids(arguments, root)
    return Wish(
        interest=Interest(field, filters, grants),
        since=arguments.get(SINCE),
        snapshot=bool(arguments.get(SNAPSHOT)),
        heartbeat=_heartbeat(arguments.get(HEARTBEAT)),
        named=_named(arguments, root.payload_fields) | _listed(arguments, root.listed),
    )


def _require_role(source: EventSource, caller: Caller) -> None:
    """Refuse as the service would that has the field."""
    if source.roles is None or caller.has_role(*source.roles):
        return
    if caller.is_anonymous:
        raise Unauthenticated(f"Sign in to listen to {source.field}.")
    raise Forbidden(f"{source.field} is not for this caller.")


def _require_bounded(filters: Mapping[str, frozenset[str]]) -> None:
    for name, values in filters.items():
        if not values:
            raise InvalidArgument(f"`{name}` lists nothing; leave it out to hear of all.")
        if len(values) > MOST_VALUES:
            raise InvalidArgument(f"`{name}` may list at most {MOST_VALUES} values.")


def _require_ids(arguments: Mapping[str, Any], root: Payload) -> None:
    """Refuse a global id (`Type:key` in base64url) that names another type than the argument."""
    for name, value in arguments.items():
        expected = root.payload_fields.get(name.removesuffix("s").removesuffix(ID))
        if expected is None or not name.removesuffix("s").endswith(ID):
            continue
        for text in texts_of(value):
            found = _type_in(text)
            if found != expected and found in root.type_names:
                raise InvalidArgument(f"`{name}` names no {expected}.")


def _type_in(identifier: str) -> str:
    """Give what stands before the colon; ids that are not of that form are nobody's concern."""
    try:
        padded = identifier.encode("ascii") + b"=" * (-len(identifier) % 4)
        return urlsafe_b64decode(padded).decode().partition(":")[0]
    except ValueError:
        return ""


def _require_named(field: str, names: Iterable[str], filters: Container[str]) -> None:
    for name in names:
        if name not in filters:
            raise Forbidden(f"{field} needs `{name}` from this caller.")


def _require_allowed(
    source: EventSource,
    filters: Mapping[str, frozenset[str]],
    grants: frozenset[str],
    caller: Caller,
) -> None:
    if caller.is_anonymous:
        raise Unauthenticated(f"Sign in to listen to {source.field}.")
    if not grants:
        raise Forbidden(f"{source.field} is not for this caller.")
    if not filters:
        names = ", ".join(f"`{name}`" for name in source.match)
        raise Forbidden(f"{source.field} needs at least one of {names} from this caller.")


def _heartbeat(seconds: Any) -> float | None:
    if seconds is None:
        return None
    if not SHORTEST_HEARTBEAT <= seconds <= LONGEST_HEARTBEAT:
        raise InvalidArgument(
            f"`{HEARTBEAT}` is from {SHORTEST_HEARTBEAT} to {LONGEST_HEARTBEAT} seconds."
        )
    return float(seconds)


def _named(arguments: Mapping[str, Any], payload_fields: Container[str]) -> dict[str, Any]:
    """An argument `orderId` names the entity of the payload's field `order`."""
    return {
        field: {"id": value}
        for name, value in arguments.items()
        if name.endswith(ID)
        and isinstance(value, str)
        and (field := name.removesuffix(ID)) in payload_fields
    }


def _listed(arguments: Mapping[str, Any], listed: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """An argument `skus` names the entities of the payload's list of what has the key `sku`."""
    return {
        field: [{key: value} for value in arguments[name]]
        for name, (field, key) in listed.items()
        if arguments.get(name) is not None
    }
