"""Operations are shown with their values, without what a newcomer need not read."""

import pytest

from devstack.tour.folding import folded

ORDER = """
mutation Order($key: String!, $channel: String!, $sku: String!, $home: DeliveryInput!, $id: ID!) {
  orderPlace(input: {
    idempotencyKey: $key, channel: $channel, lines: [{sku: $sku, quantity: 1}], delivery: $home,
    payments: [{method: CARD, token: "tok_ok", from: $id}]
  }) {
    order { ref status ...more }
    userErrors { code message }
  }
}
fragment more on Order { id lines { id } }
"""
VALUES = {
    "key": "tour-1",
    "channel": "web-fr",
    "sku": "COAT-M",
    "home": {"address": {"name": "Camille", "street": "5 rue des Lilas", "postcode": "75001"}},
    "id": "T3JkZXI6MDFtODJzeDA4ZWI4cWQzeG5kZm00NXZk",
}


def test_values_stand_in_place_of_variables_and_the_unessential_is_folded() -> None:
    assert folded(ORDER, VALUES, 90).splitlines() == [
        "mutation {",
        "  orderPlace(input: {",
        '    channel: "web-fr", lines: [{sku: "COAT-M", quantity: 1}], delivery: {…},',
        '    payments: [{method: CARD, token: "tok_ok", from: "T3JkZXI6…"}]',
        "  }) { order { ref status … } }",
        "}",
    ]


def test_what_fits_stands_in_one_line() -> None:
    text = 'query Item($by: ItemBy) { item(by: $by, tags: ["a", "b"]) { title } }'
    assert folded(text, {"by": {"sku": "A", "size": None}}, 80) == (
        'query { item(by: {sku: "A", size: null}, tags: ["a", "b"]) { title } }'
    )


def test_what_does_not_fit_is_broken_at_its_braces_and_never_wider_than_it_may_be() -> None:
    text = "{ item(sku: $sku, channel: $sku) { title size availability { quantity } } }"
    shown = folded(text, {"sku": "COAT-NAVY-M"}, 30)
    assert shown.splitlines() == [
        "query {",
        "  item(",
        '    sku: "COAT-NAVY-M",',
        '    channel: "COAT-NAVY-M"',
        "  ) {",
        "    title size",
        "    availability { quantity }",
        "  }",
        "}",
    ]


def test_aliases_and_conditions_on_types_are_kept() -> None:
    text = "{ first: item(sku: 1) { ... on Item { title } } }"
    assert folded(text, {}, 80) == "query { first: item(sku: 1) { ... on Item { title } } }"


def test_lists_given_as_variables_are_written_out() -> None:
    text = "query Q($by: [ItemBy!]) { items(by: $by) }"
    assert folded(text, {"by": [{"sku": "A"}, {"sku": "B"}]}, 80) == (
        'query { items(by: [{sku: "A"}, {sku: "B"}]) }'
    )


def test_long_lists_given_as_variables_are_folded() -> None:
    week = [{"day": day, "hours": ["09:00-20:00"]} for day in ("MONDAY", "TUESDAY")]
    shown = folded("query Q($week: [Day!]) { open(week: $week) }", {"week": week}, 80)
    assert shown == "query { open(week: […]) }"


def test_a_document_with_two_operations_is_refused() -> None:
    with pytest.raises(ValueError, match="one operation"):
        folded("query A { a } query B { b }", {}, 80)
