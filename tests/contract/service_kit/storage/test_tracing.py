"""Commands to MongoDB are spans of the trace they belong to."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from service_kit.storage.database import DuplicateKey, connect
from service_kit.storage.tracing import CommandTracing


async def test_each_command_is_a_span_with_its_collection_and_no_values(
    mongodb_url: str, database_name: str
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    database = connect(mongodb_url, database_name, listeners=[CommandTracing(tracer)])
    people = database.collection("people")
    await people.find_one({"_id": "outside any span"})
    with tracer.start_as_current_span("request"):
        await people.insert_one({"_id": 1, "name": "Ada Lovelace"})
        with pytest.raises(DuplicateKey):
            await people.insert_one({"_id": 1})
        await people.find_one({"name": "Ada Lovelace"})
    await database.close()
    provider.shutdown()

    *commands, request = exporter.get_finished_spans()
    assert [span.name for span in commands] == ["insert people", "insert people", "find people"]
    assert request.context is not None
    for span in commands:
        assert span.parent is not None
        assert span.parent.span_id == request.context.span_id
        assert span.attributes is not None
        assert span.attributes["db.collection.name"] == "people"
        assert "Lovelace" not in span.to_json()


async def test_a_failed_command_is_a_failed_span(mongodb_url: str, database_name: str) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    database = connect(mongodb_url, database_name, listeners=[CommandTracing(tracer)])
    with tracer.start_as_current_span("request"), pytest.raises(Exception, match="Unrecognized"):
        await database.collection("people").aggregate([{"$nonsense": {}}])
    await database.close()
    provider.shutdown()
    command, _ = exporter.get_finished_spans()
    assert command.status.status_code is StatusCode.ERROR
