"""Every documented operation is valid, may be sent by whom the page names, and none is missing."""

import re
from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    validate,
    visit,
)
from graphql.execution.values import get_variable_values

from tests.support.documented import Documented, documented, screens

ROOT = Path(__file__).parents[3]
ROOTS = ("Query", "Mutation", "Subscription")
each_operation = pytest.mark.parametrize("operation", documented().values(), ids=lambda it: it.name)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """What clients see of the composed graph."""
    return build_schema((ROOT / "schema" / "public.graphql").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rights() -> dict[str, set[str]]:
    """The roles that may call each guarded field, from the generated page."""
    found: dict[str, set[str]] = {}
    columns: list[str] = []
    for line in (ROOT / "docs" / "rights.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "operation":
            columns = [cell.replace(" ", "_") for cell in cells]
        elif guarded := re.fullmatch(r"`(\w+\.\w+)`", cells[0]):
            marks = zip(columns[1:], cells[1:], strict=True)
            found[guarded[1]] = {role for role, mark in marks if mark == "yes"}
    return found


class _FieldsOf(Visitor):
    """Collects the fields of an operation as `Type.field`."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        assert parent is not None
        self.found.add(f"{get_named_type(parent).name}.{node.name.value}")


def fields_of(schema: GraphQLSchema, operation: Documented) -> set[str]:
    types = TypeInfo(schema)
    fields = _FieldsOf(types)
    visit(parse(operation.text), TypeInfoVisitor(types, fields))
    return fields.found


@each_operation
def test_an_operation_and_its_variables_are_those_of_the_graph(
    schema: GraphQLSchema, operation: Documented
) -> None:
    document = parse(operation.text)
    (definition,) = document.definitions
    assert isinstance(definition, OperationDefinitionNode)

    assert validate(schema, document) == []
    declared = definition.variable_definitions or ()
    assert operation.variables.keys() == {one.variable.name.value for one in declared}
    values = get_variable_values(schema, declared, dict(operation.variables))
    assert not isinstance(values, list), values


@each_operation
def test_whoever_the_page_names_may_do_it(
    schema: GraphQLSchema, rights: dict[str, set[str]], operation: Documented
) -> None:
    guarded = fields_of(schema, operation) & rights.keys()

    assert {one for one in guarded if one.split(".")[0] in ROOTS}
    assert {one for one in guarded if operation.role not in rights[one]} == set()


def test_no_operation_of_the_graph_is_left_out(schema: GraphQLSchema) -> None:
    shown = set[str]().union(*(fields_of(schema, one) for one in documented().values()))
    types = (schema.query_type, schema.mutation_type, schema.subscription_type)
    roots = {f"{type_.name}.{name}" for type_ in types if type_ for name in type_.fields}
    assert roots - shown == set()


def test_every_screen_says_what_it_answers_without_each_service() -> None:
    services = {path.stem for path in (ROOT / "schema").glob("*_svc.graphql")}
    assert len(screens()) >= 7
    for screen in screens():
        assert screen.without.keys() == services, screen.name
