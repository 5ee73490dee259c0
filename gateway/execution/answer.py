"""What a client gets: GraphQL's data, errors and extensions, and the bytes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from gateway.errors import ClientError


class RequestErrors(ClientError):
    """The operation cannot be run at all; `errors` say why, in GraphQL's form."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(str(errors[0].get("message", "")))
        self.errors = list(errors)


@dataclass(frozen=True)
class Answer:
    """One answer; `was_run` tells a request error (no data at all) from data that is null.

    In a stream an answer that was not run is the last one: it says why the stream ends.
    """

    data: Mapping[str, Any] | None
    errors: Sequence[Mapping[str, Any]] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    was_run: bool = True

    @cached_property
    def encoded(self) -> bytes:
        """The answer as a JSON document, written once for all who are sent the same answer."""
        return self.to_json()

    def to_json(self) -> bytes:
        """Give the answer as a JSON document."""
        body: dict[str, Any] = {"data": self.data} if self.was_run else {}
        if self.errors:
            body["errors"] = self.errors
        if self.extensions:
            body["extensions"] = self.extensions
        return orjson.dumps(body)
