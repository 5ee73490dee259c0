import pytest
from graphql import GraphQLSyntaxError, get_introspection_query

from gateway.errors import InvalidOperation, OperationTooComplex
from gateway.security.limits import OperationLimits, check_limits, parse_within

LIMITS = OperationLimits()


def refusal(text: str, limits: OperationLimits = LIMITS) -> str:
    with pytest.raises(OperationTooComplex) as refused:
        check_limits(parse_within(text, limits), limits)
    return refused.value.message


def doubling(levels: int) -> str:
    """Two spreads a level: written out, 2^levels fields."""
    fragments = [
        f"fragment F{at} on Q {{ a {{ ...F{at + 1} }} b {{ ...F{at + 1} }} }}"
        for at in range(levels)
    ]
    return "{ ...F0 } " + " ".join(fragments) + f" fragment F{levels} on Q {{ c }}"


def test_an_ordinary_operation_and_the_introspection_query_pass() -> None:
    for text in ("{ a { b c } }", get_introspection_query(), doubling(5)):
        check_limits(parse_within(text, LIMITS), LIMITS)


def test_a_text_that_does_not_parse_is_a_syntax_error() -> None:
    with pytest.raises(GraphQLSyntaxError):
        parse_within("{ a", LIMITS)


@pytest.mark.parametrize(
    "text",
    [
        "{ " + "a " * 200_000 + "}",
        "{ a(x: [" + "1 " * 100_000 + "]) }",
        "#\n" * 100_000 + "{ a }",
        "{ a(x: " + "[" * 9_000 + "]" * 900 + ") }",
        '{ a(x: "' + "x" * 500_000 + '") }',
    ],
)
def test_a_text_that_is_too_long_or_too_nested_is_refused_while_it_is_read(text: str) -> None:
    with pytest.raises(OperationTooComplex):
        parse_within(text, LIMITS)


def test_fragments_that_double_at_every_level_are_counted_without_being_written_out() -> None:
    assert "selections" in refusal(doubling(200))


def test_a_fragment_that_no_operation_reaches_counts_as_well() -> None:
    assert "selections" in refusal(doubling(60).replace("{ ...F0 }", "{ a }", 1))


@pytest.mark.parametrize("start", ["{ ...A }", "{ a }"])
def test_fragments_that_spread_themselves_are_refused(start: str) -> None:
    text = start + " fragment A on Q { a { ...B } } fragment B on Q { b { ...A } }"

    with pytest.raises(InvalidOperation):
        check_limits(parse_within(text, LIMITS), LIMITS)


@pytest.mark.parametrize(
    ("text", "limits", "word"),
    [
        ("{ a { b { c } } }", OperationLimits(depth=2), "3 levels"),
        ("{ ...F } fragment F on Q { a { b { c } } }", OperationLimits(depth=2), "3 levels"),
        ("{ a { x: b } b { y: b } }", OperationLimits(aliases=1), "aliases"),
        (
            "{ a { ...F } b { ...F } } fragment F on Q { x: c }",
            OperationLimits(aliases=1),
            "aliases",
        ),
        ("{ a ... on Q { b } ...F } fragment F on Q { c }", OperationLimits(root_fields=2), "root"),
        ("{ a @x @x b @x }", OperationLimits(directives=2), "directives"),
        ("query @x @x @x { a }", OperationLimits(directives=2), "directives"),
        ("{ a a a a }", OperationLimits(duplicates=2), "repeat a response key"),
        ("{ a { b b } a { b b } }", OperationLimits(duplicates=3), "repeat a response key"),
        (
            "{ ...A ...B } fragment A on Q { a } fragment B on Q { a }",
            OperationLimits(duplicates=0),
            "repeat a response key",
        ),
        ("query($a: Int, $b: Int) { a }", OperationLimits(variables=1), "variables"),
        ("query A { a } query B { a }", OperationLimits(operations=1), "operations"),
    ],
)
def test_each_bound_refuses_what_goes_over_it(
    text: str, limits: OperationLimits, word: str
) -> None:
    assert word in refusal(text, limits)
    check_limits(parse_within(text, LIMITS), LIMITS)
