from service_kit.runtime.tracing import (
    configure_tracing,
    current_traceparent,
    following,
    new_traceparent,
    span,
    trace_id_of,
    tracer,
    use_tracer_provider,
    well_formed,
)


def test_without_an_endpoint_nothing_is_configured() -> None:
    stop = configure_tracing("library", None)

    assert not tracer().start_span("work").is_recording()
    stop()


def test_with_an_endpoint_spans_are_recorded_until_told_otherwise() -> None:
    stop = configure_tracing("library", "http://127.0.0.1:9/", ratio=0.0)
    try:
        with span("work") as opened:
            assert opened.get_span_context().is_valid
            assert not opened.get_span_context().trace_flags.sampled
    finally:
        use_tracer_provider(None)
        stop()


def test_a_new_trace_is_well_formed_and_unsampled() -> None:
    made = new_traceparent()

    assert well_formed(made) == made
    assert made.endswith("-00")
    assert trace_id_of(made) == made.split("-")[1]


def test_what_is_followed_ends_with_its_block() -> None:
    outer, inner = new_traceparent(), new_traceparent()
    with following(outer):
        with following(inner):
            assert current_traceparent() == inner
        assert current_traceparent() == outer
    assert current_traceparent() is None
