import pytest

from gateway.server.negotiation import (
    GRAPHQL_RESPONSE,
    JSON,
    StreamForm,
    media_type,
    prefers_page,
    stream_form,
)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/json; charset=utf-8", JSON),
        ("application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL_RESPONSE),
        ("application/json, application/graphql-response+json", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0, */*;q=0.1", JSON),
        ("text/event-stream, application/json", JSON),
        ("application/json, text/event-stream;q=0.5, multipart/mixed", JSON),
        ("APPLICATION/JSON", JSON),
        ("text/html, */*;q=0.1", JSON),
        ("text/event-stream", None),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json; charset=latin-1", None),
        ("*/*;q=0", None),
        ("nonsense", None),
        ("application/json;q=abc", None),
    ],
)
def test_the_media_type_is_the_best_of_what_the_client_accepts(
    accept: str | None, chosen: str | None
) -> None:
    assert media_type(accept) == chosen


def test_only_a_client_that_names_html_is_shown_a_page() -> None:
    assert prefers_page("text/html,application/xhtml+xml,*/*;q=0.8")
    assert not prefers_page("*/*")
    assert not prefers_page("text/html;q=0, */*")


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, None),
        ("*/*", None),
        ("text/*", None),
        ("application/json", None),
        ("multipart/mixed", None),
        ("multipart/mixed;deferSpec=20220824, application/json", None),
        ("text/event-stream;q=0, application/json", None),
        ("text/event-stream", StreamForm.SSE),
        ("application/json, TEXT/Event-Stream;q=0.1", StreamForm.SSE),
        ('multipart/mixed;boundary="graphql";subscriptionSpec=1.0', StreamForm.MULTIPART),
        ("multipart/mixed;subscriptionSpec=1.0;q=0.2, text/event-stream", StreamForm.SSE),
    ],
)
def test_a_stream_is_asked_for_by_name(accept: str | None, form: StreamForm | None) -> None:
    assert stream_form(accept) == form
