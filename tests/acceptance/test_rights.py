"""Every operation called as everybody: open exactly to those whom docs/rights.md names."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from graphql import build_client_schema, get_introspection_query

from retail_kit.roles import SERVICE, Role
from service_kit.graphql.global_ids import to_global_id
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import generate_signing_key
from service_kit.identity.tokens import CallerSigner, service_caller
from tests.support.graph import GraphClient
from tests.support.pieces import Pieces
from tests.support.retailer import Retailer, tender
from tests.support.returning import Returning
from tests.support.rights import (
    COLUMNS,
    ENTITIES,
    PAGE,
    ROOTS,
    Call,
    Right,
    entity_call,
    page,
    rights,
    root_call,
    schemas,
)
from tests.support.stack import APPOINTMENTS, GATEWAY, INVENTORY, ORDERS, RETURNS, Stack
from tests.support.visiting import EVERY_DAY, Visiting

JSON = "application/json"
REFUSED = {"FORBIDDEN", "UNAUTHENTICATED"}
REACHED = {"INVALID_INPUT", "NOT_FOUND", "UNKNOWN_APPOINTMENT_TYPE", "UNKNOWN_CHANNEL"}
"""What an open operation says to the meaningless arguments that it is called with."""

SERVICES = [INVENTORY, ORDERS, RETURNS, APPOINTMENTS]
Representations = Mapping[tuple[str, str], Mapping[str, Any]]


def test_the_page_of_rights_is_what_the_schemas_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.support.rights"


@pytest.mark.parametrize("service", SERVICES)
async def test_each_operation_of_a_service_is_open_exactly_to_those_who_are_named(
    stack: Stack, session: aiohttp.ClientSession, retailer: Retailer, service: str
) -> None:
    known = await _entities_of(retailer, Visiting(retailer, stack.clock))
    grants = (f"customer:{retailer.code('ada')}", f"location:{retailer.code('S1')}")
    mine = [right for right in rights() if right.service == service]
    graph = schemas()[service]._schema
    url = stack.graphql_url(service)

    async def is_open(right: Right, role: str) -> bool:
        call = (
            entity_call(graph, right, known[service, _entity(right)])
            if _entity(right)
            else root_call(graph, right.parent, right.name)
        )
        caller = _caller(stack, role, service, grants=grants)
        token = stack.signer(_speaker(role, service)).sign(caller, service)
        body = await _post(session, url, call, token)
        is_open = _is_open(body, right, role)
        assert not (is_open and _entity(right) and body["data"]["_entities"] == [None])
        return is_open

    for right in mine:
        answers = await asyncio.gather(*(is_open(right, role) for role in COLUMNS))
        found = {role for role, is_open in zip(COLUMNS, answers, strict=True) if is_open}
        assert (right.operation, found) == (right.operation, set(right.roles))


async def test_each_operation_of_the_public_graph_is_open_exactly_to_those_who_are_named(
    graph: GraphClient, stack: Stack, session: aiohttp.ClientSession
) -> None:
    introspection = await graph.data(get_introspection_query())
    public = build_client_schema(introspection)
    fields = {
        f"{root.name}.{name}"
        for root in (public.query_type, public.mutation_type, public.subscription_type)
        if root is not None
        for name in root.fields
    }
    of_roots = {right.operation: right for right in rights() if f"{right.operation}" in fields}
    assert fields - {"Query.node", "Query.nodes"} == set(of_roots)
    grants = ["customer:none-such", "location:none-such"]

    async def is_open(right: Right, role: Role) -> bool:
        call = root_call(public, right.parent, right.name)
        token = None if role is Role.VISITOR else stack.user_token(role, grants)
        return _is_open(await _post(session, stack.graphql_url(), call, token), right, role)

    for right in of_roots.values():
        answers = await asyncio.gather(*(is_open(right, role) for role in Role))
        found = {str(role) for role, is_open in zip(Role, answers, strict=True) if is_open}
        assert (right.operation, found) == (right.operation, set(right.roles - {SERVICE}))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "document",
    ["{ _service { sdl } }", "{ _entities(representations: []) { __typename } }", "{ __typename }"],
)
async def test_a_service_answers_nobody_who_is_not_signed(
    stack: Stack, session: aiohttp.ClientSession, service: str, document: str
) -> None:
    other = ORDERS if service == INVENTORY else INVENTORY
    caller = service_caller(GATEWAY)
    stranger = CallerSigner(generate_signing_key(GATEWAY), GATEWAY, stack.clock)
    expired = stack.signer(GATEWAY).sign(_caller(stack, Role.OPERATOR, service, hours=-1), service)
    tokens = {
        "none": None,
        "garbage": "garbage",
        "a user's own": stack.user_token(Role.OPERATOR),
        "for another service": stack.signer(GATEWAY).sign(caller, other),
        "by a stranger": stranger.sign(caller, service),
        "expired": expired,
        "a service's for a user": stack.signer(other).sign(
            _caller(stack, Role.OPERATOR, service), service
        ),
    }
    url = stack.graphql_url(service)
    for name, token in tokens.items():
        body = await _post(session, url, Call(document, {}), token)
        assert (name, body["status"], body.get("data")) == (name, 401, None)
    body = await _post(
        session, url, Call(document, {}), stack.signer(GATEWAY).sign(caller, service)
    )
    assert (body["status"], body.get("errors")) == (200, None)


@pytest.mark.parametrize(
    "document", ["{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"]
)
async def test_the_public_graph_has_no_operation_for_gateways(
    graph: GraphClient, document: str
) -> None:
    answer = await graph.execute(document)
    assert answer.data is None
    assert len(answer.errors) == 1


async def test_the_public_graph_shows_nothing_that_is_for_services_alone(
    graph: GraphClient,
) -> None:
    public = build_client_schema(await graph.data(get_introspection_query()))
    internal = {
        right.operation
        for right in rights()
        if right.roles == {SERVICE} and right.parent != ENTITIES
    }
    shown = {
        f"{root.name}.{name}"
        for root in (public.query_type, public.mutation_type, public.subscription_type)
        if root is not None
        for name in root.fields
    }

    assert internal
    assert not internal & shown
    assert shown >= {"Query.item", "Mutation.orderPlace", "Mutation.reservationCreate"}
    assert not {"ReservationAllocatePayload", "PeggedLineInput"} & public.type_map.keys()


def _entity(right: Right) -> str:
    """Return the entity through which the operation is reached; nothing for a root field."""
    if right.parent in ROOTS:
        return ""
    return right.name if right.parent == ENTITIES else right.parent


def _speaker(role: str, service: str) -> str:
    """Return the process that signs: another service for itself, else the gateway."""
    if role == SERVICE:
        return ORDERS if service == INVENTORY else INVENTORY
    return GATEWAY


def _caller(
    stack: Stack, role: str, service: str, *, grants: Sequence[str] = (), hours: int = 1
) -> Caller:
    if role == SERVICE:
        return service_caller(_speaker(role, service))
    return Caller(
        subject=f"somebody-{role}",
        kind=CallerKind.ANONYMOUS if role == Role.VISITOR else CallerKind.USER,
        roles=frozenset({role}),
        grants=frozenset(grants),
        expires_at=stack.clock.now() + timedelta(hours=hours),
    )


async def _post(
    session: aiohttp.ClientSession, url: str, call: Call, token: str | None
) -> dict[str, Any]:
    """Give the answer, or the first one where there are several."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if call.document.startswith("subscription"):
        headers["Accept"] = "text/event-stream"
    body = {"query": call.document, "variables": dict(call.variables)}
    async with session.post(url, json=body, headers=headers) as response:
        text = await response.read() if response.content_type == JSON else await _first(response)
        answer: dict[str, Any] = json.loads(text)
        return {**answer, "status": response.status}


async def _first(response: aiohttp.ClientResponse) -> bytes:
    """Give the first item of a stream that says something."""
    async for line in response.content:
        data = line.removeprefix(b"data:").strip()
        if line.startswith(b"data:") and data:
            return data
    raise AssertionError("a stream without an item")


def _is_open(body: Mapping[str, Any], right: Right, role: str) -> bool:
    """Tell whether the operation was reached; a call that went wrong otherwise fails the test."""
    errors: Sequence[Any] = body.get("errors") or ()
    codes = {str(error.get("extensions", {}).get("code")) for error in errors}
    assert codes <= REFUSED | REACHED, (right.operation, role, errors)
    if codes & REFUSED:
        expected = "UNAUTHENTICATED" if role == Role.VISITOR else "FORBIDDEN"
        assert codes == {expected}, (right.operation, role, errors)
        return False
    return True


async def _entities_of(retailer: Retailer, visiting: Visiting) -> Representations:
    """Bring one entity of every kind into being and say how each is referred to."""
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=3)
    await Pieces(retailer).receives("shirt", "S1", "p1")
    await retailer.knows("ada")
    found = await _ids_of(retailer)
    returned = await _of_returns(Returning(retailer), found)
    return {**found, **returned, **await _of_visits(visiting, found)}


async def _ids_of(retailer: Retailer) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Have an order come into being, and name it with all that inventory and orders know."""
    wish = retailer.wish("shirt", customerRef=retailer.code("ada"), payments=[tender(10, "CASH")])
    order = await retailer.places(wish)
    money = await retailer.refunded(order, 1)
    (line,), (fulfilment,) = order["lines"], order["fulfilments"]
    await retailer.picks(fulfilment, [{"lineId": line["id"], "picked": 1}])
    order = await retailer.packs(fulfilment, line)
    (parcel,) = order["fulfilments"][0]["parcels"]
    ids = await retailer.graph.data(
        """
          query ($sku: String!, $at: String!, $ref: String!, $order: ID!) {
            item(sku: $sku) { id }
            location(code: $at) { id }
            stockPosition(sku: $sku, locationCode: $at) { id }
            customer(by: {ref: $ref}) { id }
            order(by: {id: $order}) { fulfilments { reservation { id } } }
          }
        """,
        {
            "sku": retailer.code("shirt"),
            "at": retailer.code("S1"),
            "ref": retailer.code("ada"),
            "order": order["id"],
        },
    )
    location = {"id": ids["location"]["id"]}
    return {
        (INVENTORY, "Channel"): {"code": retailer.code("web")},
        (INVENTORY, "Item"): {"sku": retailer.code("shirt")},
        (INVENTORY, "Location"): location,
        (INVENTORY, "Reservation"): ids["order"]["fulfilments"][0]["reservation"],
        (INVENTORY, "SerialUnit"): {"serial": retailer.code("p1")},
        (INVENTORY, "StockPosition"): ids["stockPosition"],
        (ORDERS, "Customer"): ids["customer"],
        (ORDERS, "Fulfilment"): {"id": fulfilment["id"]},
        (ORDERS, "Location"): location,
        (ORDERS, "Order"): {"id": order["id"]},
        (ORDERS, "OrderLine"): {"id": line["id"]},
        (ORDERS, "Parcel"): {"id": parcel["id"]},
        (ORDERS, "Payment"): {"id": money["payments"][0]["id"]},
        (ORDERS, "Refund"): {"id": money["refunds"][0]["id"]},
    }


async def _of_returns(goods: Returning, known: Representations) -> Representations:
    """Have an order come back, and name what returns know of it."""
    await goods.has_policy()
    order = await goods.delivered("shirt", customer="ada")
    returned = await goods.declares(order, at="S1")
    policy = to_global_id("ReturnPolicy", goods.code("policy"))
    return {
        (RETURNS, "Customer"): known[ORDERS, "Customer"],
        (RETURNS, "Item"): {**known[INVENTORY, "Item"], "category": None},
        (RETURNS, "Location"): known[INVENTORY, "Location"],
        (RETURNS, "Order"): {"id": order["id"]},
        (RETURNS, "OrderLine"): {"id": order["lines"][0]["id"]},
        (RETURNS, "ReturnLine"): {"id": returned["lines"][0]["id"]},
        (RETURNS, "ReturnPolicy"): {"id": policy},
        (RETURNS, "ReturnRequest"): {"id": returned["id"]},
    }


async def _of_visits(visiting: Visiting, known: Representations) -> Representations:
    """Have somebody come, and name what appointments know of it."""
    await visiting.opens("S1", days=EVERY_DAY)
    await visiting.has_advisors("S1", "ANN")
    await visiting.offers("fitting")
    now = visiting.clock.now()
    days = (each.isoformat() for each in (now, now + timedelta(days=2)))
    start = (await visiting.slots("fitting", "S1", *days))[0]
    booked = await visiting.books("ada", slot=visiting.slot("fitting", "S1", start))
    return {
        (APPOINTMENTS, "Advisor"): {"id": to_global_id("Advisor", visiting.code("ANN"))},
        (APPOINTMENTS, "Appointment"): {"id": booked["id"]},
        (APPOINTMENTS, "AppointmentType"): {
            "id": to_global_id("AppointmentType", visiting.code("fitting"))
        },
        (APPOINTMENTS, "Customer"): known[ORDERS, "Customer"],
        (APPOINTMENTS, "Location"): known[INVENTORY, "Location"],
        (APPOINTMENTS, "Order"): known[ORDERS, "Order"],
    }
