"""Who may listen to a source, and with which arguments."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.errors import ClientError, Forbidden
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


@dataclass(frozen=True)
class Fields:
    """An event's type with a place."""

    payload_fields: Mapping[str, str]
    type_names: frozenset[str]
    listed: Mapping[str, tuple[str, str]]


FIELDS = Fields(
    {"place": "Place", "cursor": "String", "items": "Item"},
    frozenset({"Place", "Order", "Item"}),
    {"skus": ("items", "sku")},
)


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


def test_grants_count_for_the_roles_that_the_source_says() -> None:
    both = frozenset({"location:S1", "channel:web"})
    source = replace(SOURCE, grants=("assistant:location", "customer:channel"))
    who = replace(caller("assistant"), grants=both)

    assert wish(who, source, placeId="P1").interest.grants == frozenset({"location:S1"})
    assert wish(who, replace(source, grants=None), placeId="P1").interest.grants == both


def test_whose_grants_do_not_count_may_not_listen() -> None:
    source = replace(SOURCE, grants=("customer:location",))

    with pytest.raises(Forbidden):
        wish(caller("assistant"), source, placeId="P1")


def test_who_may_not_see_all_of_a_public_source_hears_its_public_part_and_says_of_what() -> None:
    source = replace(SOURCE, roles=None, public=("placeId",))
    nobody = caller("visitor", kind=CallerKind.ANONYMOUS)

    for who in (caller("assistant"), nobody):
        heard = wish(who, source, placeId="1").interest
        assert (heard.field, heard.grants) == ("queueChanged.public", None)
        with pytest.raises(Forbidden, match="needs `placeId`"):
            wish(who, source, skus=["a"])
    assert wish(caller("operator"), source).interest.field == "queueChanged"


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


@pytest.mark.parametrize(
    "arguments",
    [
        {"skus": []},
        {"skus": [str(number) for number in range(501)]},
        {"heartbeatSeconds": 4},
        {"heartbeatSeconds": 61},
        {"placeId": urlsafe_b64encode(b"Order:7").rstrip(b"=").decode()},
    ],
)
def test_an_argument_that_cannot_be_meant_is_refused(arguments: Mapping[str, Any]) -> None:
    assert refusal(caller("operator"), arguments) == "INVALID_INPUT"


@pytest.mark.parametrize("text", [b"Place:7", b"Strange:7", b"\xff", b"7"])
def test_an_id_of_the_right_type_or_of_no_such_form_is_taken(text: bytes) -> None:
    identifier = urlsafe_b64encode(text).rstrip(b"=").decode()

    assert wish(caller("operator"), placeId=identifier).named == {"place": {"id": identifier}}


def test_a_list_of_keys_names_the_entities_that_have_them() -> None:
    found = wish(caller("operator"), skus=["a", "b"], placeId="7")

    assert found.named == {"place": {"id": "7"}, "items": [{"sku": "a"}, {"sku": "b"}]}
    assert wish(caller("operator"), skus=None, placeId="7").named == {"place": {"id": "7"}}
