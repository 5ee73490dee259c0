"""Who may listen to a source, and with which arguments."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.errors import ClientError
from gateway.subscriptions.wish import Wish, wish_of
from gateway.supergraph.model import EventSource
from service_kit.identity.caller import Caller, CallerKind

SOURCE = EventSource(
    field="queueChanged",
    subgraph="orders#events",
    stream="orders",
    match=("placeId", "skus"),
    unrestricted=frozenset({"operator"}),
    roles=frozenset({"operator", "assistant"}),
)
FIELDS = frozenset({"place", "cursor"})


def caller(*roles: str, kind: CallerKind = CallerKind.USER) -> Caller:
    return Caller(
        subject="somebody",
        kind=kind,
        roles=frozenset(roles),
        grants=frozenset({"location:S1"}),
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )


def wish(who: Caller, source: EventSource = SOURCE, **arguments: Any) -> Wish:
    return wish_of(source, arguments, FIELDS, who)


def refusal(who: Caller, arguments: Mapping[str, Any]) -> str:
    with pytest.raises(ClientError) as refused:
        wish(who, **arguments)
    return refused.value.code


def test_a_role_that_may_listen_sees_what_its_grants_name() -> None:
    assert wish(caller("assistant"), placeId="1").interest.grants == frozenset({"location:S1"})
    assert wish(caller("operator")).interest.grants is None


def test_a_role_that_may_not_listen_is_refused_whatever_its_grants() -> None:
    assert refusal(caller("customer"), {"placeId": "1"}) == "FORBIDDEN"
    visitor = caller("visitor", kind=CallerKind.ANONYMOUS)
    assert refusal(visitor, {"placeId": "1"}) == "UNAUTHENTICATED"


def test_a_source_that_names_no_roles_is_for_whoever_has_a_grant() -> None:
    source = EventSource("queueChanged", "orders#events", "orders", ("placeId",))

    assert wish(caller("customer"), source, placeId="1").interest.grants == frozenset(
        {"location:S1"}
    )
