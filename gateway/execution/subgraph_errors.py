"""What went wrong in an answer, told in the client's terms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import SubgraphFailed
from gateway.execution.tree import ClientPath, JsonObject

SUBGRAPH_ERROR = "DOWNSTREAM_SERVICE_ERROR"
"""The code of a subgraph's error that brings none of its own."""

INVALID_VALUE = "INVALID_SUBGRAPH_VALUE"
"""The code for a value that does not fit the schema, a null above all."""

UNAUTHORISED = "UNAUTHORIZED_FIELD_OR_TYPE"
"""The code for what the directives of the schema keep from this caller."""


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """Why fields of some objects were not given.

    `given_keys` tells which response keys they would have had; `places` where the objects stand,
    for a failure that no missing field of the client's tells, unless it `is_told` already.
    """

    message: str
    extensions: Mapping[str, Any]
    given_keys: Callable[[], frozenset[str]]
    places: Callable[[], Iterable[ClientPath]] = field(default=tuple)
    is_told: bool = False


def unreachable(service: str) -> tuple[str, dict[str, Any]]:
    """Give the message and extensions for a subgraph that did not answer in GraphQL."""
    extensions = {"code": SubgraphFailed.code, "serviceName": service}
    return f'The subgraph "{service}" did not answer.', extensions


def as_told(error: Any, service: str) -> tuple[str, dict[str, Any]]:
    """Give the message and extensions of a subgraph's own error, whatever it sent."""
    error = error if isinstance(error, dict) else {}
    message, own = error.get("message"), error.get("extensions")
    extensions = dict(own) if isinstance(own, dict) else {}
    if not isinstance(extensions.get("code"), str):
        extensions["code"] = SUBGRAPH_ERROR
    extensions["serviceName"] = service
    return message if isinstance(message, str) else "The subgraph gave no reason.", extensions


class ErrorLog:
    """The errors of one answer; hears of failed fetches first, then of what completion finds."""

    def __init__(
        self,
        visible: Callable[[Iterable[str | int]], list[str | int]],
        giver_of: Callable[[ClientPath], str | None],
    ) -> None:
        self.errors: list[JsonObject] = []
        self._visible = visible
        self._giver_of = giver_of
        self._failures: dict[int, list[Failure]] = {}
        self._untold: dict[int, Failure] = {}
        self._ends: set[ClientPath] = set()
        self._passed: set[ClientPath] = set()

    @property
    def has_failures(self) -> bool:
        """Whether any object lacks fields because a fetch went wrong."""
        return bool(self._failures)

    def add(self, message: str, path: Iterable[str | int] | None, extensions: Any) -> None:
        """Report an error at a path of the tree, cut where the client did not look."""
        error: JsonObject = {"message": message}
        if path is not None:
            visible = self._visible(path)
            if visible:
                error["path"] = visible
                self._remember(tuple(visible))
        if extensions:
            error["extensions"] = extensions
        self.errors.append(error)

    def failed(self, failure: Failure, objects: Sequence[JsonObject]) -> None:
        """Some objects will lack fields; which ones shows when they are looked at."""
        if not failure.is_told:
            self._untold[id(failure)] = failure
        for item in objects:
            self._failures.setdefault(id(item), []).append(failure)

    def missing(self, item: JsonObject, key: str, path: ClientPath) -> None:
        failures = self._failures.get(id(item))
        if not failures:
            return
        failure = next((one for one in failures if key in one.given_keys()), failures[0])
        self._untold.pop(id(failure), None)
        if not self._is_explained(path):
            self.add(failure.message, path, failure.extensions)

    def null_forbidden(self, path: ClientPath, field: str) -> None:
        if not self._is_explained(path):
            self.invalid(path, f"Cannot return null for non-nullable field {field}.")

    def invalid(self, path: ClientPath, message: str) -> None:
        giver = self._giver_of(path)
        service = {} if giver is None else {"serviceName": giver}
        self.add(message, path, {"code": INVALID_VALUE, **service})

    def hidden(self, path: ClientPath, field: str) -> None:
        self.add(f"You may not read {field}.", path, {"code": UNAUTHORISED})

    def tell_the_rest(self) -> None:
        """Report, once each, the failures that no missing field has told."""
        for failure in self._untold.values():
            self.add(failure.message, next(iter(failure.places()), None), failure.extensions)
        self._untold.clear()

    def _remember(self, path: ClientPath) -> None:
        self._ends.add(path)
        self._passed.update(path[:length] for length in range(1, len(path) + 1))

    def _is_explained(self, path: ClientPath) -> bool:
        if path in self._passed:
            return True
        return any(path[:length] in self._ends for length in range(1, len(path)))
