"""What stands in schema/ is what runs: `make schema` writes it, reviews see the contract change."""

from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type, print_schema

from appointments_svc.api.schema import appointments_schema
from gateway.cli.compose import run as run_compose
from gateway.planning.snapshot import build_snapshot
from inventory_svc.api.schema import inventory_schema
from order_svc.api.schema import order_schema
from returns_svc.api.schema import returns_schema
from service_kit.graphql.schema import print_sdl

FOLDER = Path(__file__).parents[3] / "schema"
URLS = {
    "inventory_svc": "http://127.0.0.1:4001/graphql",
    "order_svc": "http://127.0.0.1:4002/graphql",
    "returns_svc": "http://127.0.0.1:4003/graphql",
    "appointments_svc": "http://127.0.0.1:4004/graphql",
}
FRESH = "Run `make schema` and commit what it writes."


def committed(name: str) -> str:
    """Read a file of schema/."""
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("inventory_svc", inventory_schema),
        ("order_svc", order_schema),
        ("returns_svc", returns_schema),
        ("appointments_svc", appointments_schema),
    ],
)
def test_the_schema_of_each_service_is_the_one_that_it_serves(name: str, schema: object) -> None:
    assert callable(schema)
    assert committed(name) == print_sdl(schema()), FRESH


def test_the_supergraph_and_the_public_schema_are_those_of_the_services(tmp_path: Path) -> None:
    supergraph, public = tmp_path / "supergraph.graphql", tmp_path / "public.graphql"
    subgraphs = [f"{name}={FOLDER}/{name}.graphql@{url}" for name, url in URLS.items()]

    assert run_compose([*subgraphs, f"--output={supergraph}", f"--public={public}"], {}) == 0

    assert committed("supergraph") == supergraph.read_text(encoding="utf-8"), FRESH
    assert committed("public") == public.read_text(encoding="utf-8"), FRESH


def test_the_public_schema_shows_nothing_of_the_machinery_and_nothing_for_services_alone() -> None:
    public = committed("public")

    assert public == f"{print_schema(build_snapshot(committed('supergraph')).public_schema)}\n"
    assert "join__" not in public
    assert "_entities" not in public
    assert "@inaccessible" not in public


def test_events_lead_to_what_is_answered_by_who_asks_only_where_it_does_not_matter() -> None:
    """`share: RIGHTS` would give one person's answer to another.

    A reservation's actions depend on the person who made it, but not those of a reservation that
    a service made (test_rights.py of the stock): what fulfilments and appointments have. Who made
    a hold sees it until a customer is named, but no list has it for that (test_rights.py of
    appointments); add here what else depends on the person.
    """
    schema = build_schema(committed("public"))
    assert schema.subscription_type is not None
    reached: dict[str, set[str]] = {}
    waiting = [schema.subscription_type]
    while waiting:
        kind = waiting.pop()
        for name, field in kind.fields.items():
            found = get_named_type(field.type)
            is_new = found.name not in reached
            reached.setdefault(found.name, set()).add(f"{kind.name}.{name}")
            if is_new and isinstance(found, GraphQLObjectType):
                waiting.append(found)

    assert {"Order", "Item", "Location", "Fulfilment"} <= set(reached)
    assert reached["Reservation"] == {"Fulfilment.reservation", "Appointment.reservation"}


def test_every_event_source_says_whose_grants_show_its_events_or_tells_them_in_public() -> None:
    sources = build_snapshot(committed("supergraph")).supergraph.event_sources

    assert {"orderUpdated", "returnUpdated", "appointmentUpdated"} <= sources.keys()
    for source in sources.values():
        assert source.grants or source.public, source.field
