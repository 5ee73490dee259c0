"""Documents are checked once, and refused as often as they are sent."""

import pytest
from graphql import GraphQLError, build_schema

from service_kit.graphql.documents import KNOWN_CHARACTERS, DocumentBounds, Documents
from service_kit.graphql.schema import build_subgraph_schema
from tests.support.library import VISITOR, Query, context_of

GRAPH = build_schema("type Query { whoami: String }")


def test_a_document_is_checked_once() -> None:
    documents = Documents(DocumentBounds())

    first = documents.checked(GRAPH, "{ whoami }")

    assert first.errors == ()
    assert documents.checked(GRAPH, "{ whoami }") is first
    assert documents.checked(GRAPH, "{ who: whoami }") is not first


def test_only_so_much_of_documents_is_kept_however_few_they_are() -> None:
    documents = Documents(DocumentBounds())
    small, large = "{ whoami }", KNOWN_CHARACTERS // 2

    first = documents.checked(GRAPH, small)
    documents.checked(GRAPH, "{ whoami" + " " * (large - 20) + "}")
    assert documents.checked(GRAPH, small) is first

    for number in range(3):
        documents.checked(GRAPH, f"{{ w{number}: whoami" + " " * (large - 20) + "}")
    assert documents.checked(GRAPH, small) is not first


def test_an_invalid_document_is_known_too_with_what_is_wrong() -> None:
    documents = Documents(DocumentBounds(depth=1))

    found = [documents.checked(GRAPH, "{ whoami nothing }") for _ in range(2)]

    assert [[error.message for error in each.errors] for each in found] == [
        ["Cannot query field 'nothing' on type 'Query'."]
    ] * 2


def test_a_text_that_is_no_document_is_refused_each_time() -> None:
    documents = Documents(DocumentBounds(characters=20))

    for text in ("{", "{ whoami " + " " * 20 + "}"):
        for _ in range(2):
            with pytest.raises(GraphQLError):
                documents.checked(GRAPH, text)


@pytest.mark.parametrize("document", ["{ nothing }", "{"])
async def test_a_schema_refuses_a_document_again_as_it_did_first(document: str) -> None:
    schema = build_subgraph_schema(Query)

    answers = [await schema.execute(document, context_value=context_of(VISITOR)) for _ in range(3)]

    first, *others = [[each.formatted for each in answer.errors or ()] for answer in answers]
    assert [error["extensions"] for error in first] == [{"code": "BAD_REQUEST"}]
    assert others == [first, first]
