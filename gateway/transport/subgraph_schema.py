"""A running subgraph's own text, by `_service { sdl }`."""

from collections.abc import Mapping
from typing import Any

import orjson

from gateway.errors import CompositionFailed
from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphTransport
from service_kit.identity.caller import Caller

_QUERY = orjson.dumps({"query": "{ _service { sdl } }"})


async def subgraph_schema(
    transport: SubgraphTransport,
    name: str,
    caller: Caller | None = None,
    headers: Mapping[str, str] | None = None,
) -> str:
    """Ask a subgraph for its SDL; raises SubgraphUnreachable, and CompositionFailed naming it."""
    response = await transport.send(SubgraphRequest(name, _QUERY, caller, headers or {}))
    document = _json(response)
    data = document.get("data")
    service = data.get("_service") if isinstance(data, dict) else None
    sdl = service.get("sdl") if isinstance(service, dict) else None
    if not isinstance(sdl, str):
        raise CompositionFailed(f"{name} gives no schema: {_reason(response, document)}")
    return sdl


def _json(response: SubgraphResponse) -> dict[str, Any]:
    try:
        document = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _reason(response: SubgraphResponse, document: Mapping[str, Any]) -> str:
    errors = document.get("errors")
    if isinstance(errors, list):
        told = [each["message"] for each in errors if isinstance(each, dict) and "message" in each]
        if told:
            return f"status {response.status}: {'; '.join(map(str, told))}"
    return f"status {response.status}"
