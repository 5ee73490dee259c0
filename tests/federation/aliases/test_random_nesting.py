"""Members of abstract types that answer one name with a value or maybe with null, nested."""

from random import Random
from typing import Any

import pytest
from graphql import execute_sync, parse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.served_graph import Held, ServedGraph

PETS = ("Cat", "Dog", "Fish")
NEVER_NULL = {"owner": "Cat", "tag": "Dog", "first": "Fish"}
"""Which pet's field is never null; with the other pets it may be."""


def line(pet: str, name: str, target: str) -> str:
    return f"{name}: {target}{'!' if NEVER_NULL[name] == pet else ''}"


FINDS = "type Query { lost: [Found] } union Found = Cat | Dog | Fish " + " ".join(
    f'type {pet} @key(fields: "id") {{ id: ID! }}' for pet in PETS
)
HOUSE = """
      interface Pet { owner: Owner tag: String first: Kept }
      type Owner { first: Kept pets: [Pet] }
      union Kept = Cat | Dog | Fish
    """ + " ".join(
    f"""
          type {pet} implements Pet @key(fields: "id") {{
            id: ID! {line(pet, "owner", "Owner")} {line(pet, "tag", "String")}
            {line(pet, "first", "Kept")} }}
        """
    for pet in PETS
)


def world(random: Random) -> list[dict[str, Any]]:
    """Some pets that own each other through their owners."""
    pets: list[dict[str, Any]] = [
        {"__typename": PETS[number % len(PETS)], "id": f"p{number}"} for number in range(6)
    ]

    def may_be(value: Any, pet: str, name: str) -> Any:
        return value if NEVER_NULL[name] == pet or random.random() < 0.7 else None

    for each in pets:
        kind = each["__typename"]
        owner = {"first": random.choice(pets), "pets": random.sample(pets, 2)}
        each["owner"] = may_be(owner, kind, "owner")
        each["tag"] = may_be(f"tag of {each['id']}", kind, "tag")
        each["first"] = may_be(random.choice(pets), kind, "first")
    return pets


def selection(random: Random, depth: int) -> str:
    """What is asked of any pet, its type told in one way or another."""
    parts = ["tag"]
    if depth:
        below = selection(random, depth - 1)
        parts += random.sample(
            [f"owner {{ first {below} }}", f"owner {{ pets {below} }}", f"first {below}"],
            random.randint(1, 2),
        )
    text = f"... on Pet {{ {' '.join(parts)} }}"
    for around in random.sample(["Found", "Kept"], random.randint(0, 2)):
        text = f"... on {around} {{ {text} }}"
    return f"{{ __typename {text} }}"


@pytest.mark.timeout(600)
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**64))
@example(1)
async def test_whatever_may_be_null_for_some_types_is_found_again(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test wants to be repeated
    pets = world(random)
    by_type = {kind: [each for each in pets if each["__typename"] == kind] for kind in PETS}
    served = ServedGraph(
        finds=Held(FINDS, roots={"lost": pets}, entities=by_type),
        house=Held(HOUSE, entities=by_type),
    )
    operation = f"{{ lost {selection(random, 3)} }}"

    shown = await served.show(operation)

    expected = execute_sync(
        served.snapshot.public_schema,
        parse(operation),
        root_value={"lost": pets},
        type_resolver=lambda value, *_: str(value["__typename"]),
    )
    assert not expected.errors
    assert not shown.errors, operation
    assert shown.data == expected.data, operation
