"""Every operation of the story is one of the public graph."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from devstack.tour import acts

STARTS = ("query ", "mutation ", "subscription ")


def operations() -> dict[str, str]:
    """Give each operation once, with its name."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(acts.__path__, f"{acts.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, str) and value.lstrip().startswith(STARTS):
                found.setdefault(value, f"{module.name.rpartition('.')[2]}.{name}")
    return {name: text for text, name in found.items()}


@pytest.fixture(scope="module")
def public() -> GraphQLSchema:
    return build_schema(Path("schema/public.graphql").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=name) for name, text in operations().items()]
)
def test_an_operation_of_the_story_is_valid(public: GraphQLSchema, text: str) -> None:
    assert validate(public, parse(text)) == []


def test_operations_are_found_in_every_act() -> None:
    modules = {module.name for module in pkgutil.iter_modules(acts.__path__)}
    assert {name.partition(".")[0] for name in operations()} == modules - {"wording"}
