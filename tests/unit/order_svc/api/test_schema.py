from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_ast_schema,
    parse,
)

from order_svc.api.enums import ErrorCode
from order_svc.api.labels import label_of_hindrance, label_of_status
from order_svc.api.schema import order_schema
from order_svc.domain.lifecycles.actions import Hindrance
from order_svc.domain.lifecycles.order_status import CustomerStatus
from order_svc.domain.refusals import OWN_CODES
from retail_kit.roles import SERVICE, Role
from service_kit.commands.refusal import SHARED_CODES
from service_kit.graphql.access import operations
from service_kit.graphql.schema import print_sdl

SCHEMA = order_schema()
PRINTED = Path(__file__).parents[4] / "schema" / "order_svc.graphql"
FEDERATION = {"_Service", "_Any", "_Entity"}


def test_the_printed_schema_is_the_one_that_is_served() -> None:
    assert PRINTED.read_text(encoding="utf-8") == print_sdl(SCHEMA)


def test_every_type_field_argument_and_enum_value_is_described() -> None:
    schema = build_ast_schema(parse(print_sdl(SCHEMA)), assume_valid_sdl=True)
    silent = []
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or name in FEDERATION or name in {"String", "Int", "Boolean"}:
            continue
        if name in {"ID", "Float"}:
            continue
        if not type_.description:
            silent.append(name)
        if isinstance(type_, GraphQLEnumType):
            silent += [f"{name}.{key}" for key, one in type_.values.items() if not one.description]
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for key, field in type_.fields.items():
                if key in {"_service", "_entities"}:
                    continue
                if not field.description:
                    silent.append(f"{name}.{key}")
                arguments = getattr(field, "args", {})
                silent += [
                    f"{name}.{key}({arg})" for arg in arguments if not arguments[arg].description
                ]
    assert silent == []


def test_nothing_is_for_visitors_and_no_mutation_for_other_services_but_what_comes_back() -> None:
    open_to_services = set()
    for name, roles in operations(SCHEMA).items():
        assert Role.VISITOR not in roles, name
        if name.startswith("Mutation.") and SERVICE in roles:
            open_to_services.add(name)
    assert open_to_services == {
        "Mutation.orderRefund",
        "Mutation.orderReturnComplete",
        "Mutation.orderReturnDeclare",
        "Mutation.orderReturnWithdraw",
    }


def test_money_is_given_back_by_customer_service_and_other_services_alone() -> None:
    roles = operations(SCHEMA)
    assert roles["Mutation.orderRefund"] == {Role.CUSTOMER_SERVICE, SERVICE}
    for name in ("orderReturnDeclare", "orderReturnWithdraw", "orderReturnComplete"):
        assert roles[f"Mutation.{name}"] == {SERVICE}
    for name in ("orderForReturn", "ordersForReturn", "ordersOfLinesForReturn", "customerContact"):
        assert roles[f"Query.{name}"] == {SERVICE}


def test_what_only_staff_may_do_is_closed_to_customers() -> None:
    roles = operations(SCHEMA)
    open_to_customers = {
        name for name, allowed in roles.items() if Role.CUSTOMER in allowed and "Mutation" in name
    }
    assert open_to_customers == {
        "Mutation.orderPlace",
        "Mutation.orderCancel",
        "Mutation.orderLineCancel",
    }


def test_each_mutation_has_one_input_with_a_key_and_a_payload_with_user_errors() -> None:
    schema = build_ast_schema(parse(print_sdl(SCHEMA)), assume_valid_sdl=True)
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        given = schema.get_type(f"{name[0].upper()}{name[1:]}Input")
        assert isinstance(given, GraphQLInputObjectType)
        assert str(given.fields["idempotencyKey"].type) == "String!"
        payload = schema.get_type(f"{name[0].upper()}{name[1:]}Payload")
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["userErrors"].type) == "[UserError!]!"


def test_every_root_field_is_nullable_so_that_a_dead_service_nulls_its_own_fields_only() -> None:
    schema = build_ast_schema(parse(print_sdl(SCHEMA)), assume_valid_sdl=True)
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    roots = {**schema.query_type.fields, **schema.mutation_type.fields}
    not_null = {name for name, field in roots.items() if isinstance(field.type, GraphQLNonNull)}
    assert not_null <= {"_service", "_entities"}


def test_the_error_codes_are_the_shared_ones_and_those_of_orders() -> None:
    assert {code.value for code in ErrorCode} == {*SHARED_CODES, *OWN_CODES}


def test_every_label_is_there_in_both_languages_and_in_english_for_others() -> None:
    for language in ("en", "fr", "de"):
        for hindrance in Hindrance:
            assert label_of_hindrance(hindrance, language)
        for status in CustomerStatus:
            assert label_of_status(status, language)
    assert label_of_status(CustomerStatus.SHIPPED, "fr-FR") == "Expédiée"
    assert label_of_status(CustomerStatus.SHIPPED, "de") == "Shipped"
