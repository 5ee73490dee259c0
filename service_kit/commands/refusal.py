"""An expected "no": a code and a message that are safe to show to clients.

Exception
 ├─ Refusal       one reason
 └─ RefusedAll    several reasons for one command
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

INVALID_INPUT = "INVALID_INPUT"
NOT_FOUND = "NOT_FOUND"
FORBIDDEN = "FORBIDDEN"
VERSION_CONFLICT = "VERSION_CONFLICT"
IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
IN_PROGRESS = "IN_PROGRESS"
UNAVAILABLE = "UNAVAILABLE"

SHARED_CODES: Mapping[str, str] = MappingProxyType(
    {
        INVALID_INPUT: "A value of the input is not acceptable; `path` says which one.",
        NOT_FOUND: "Something that the input names does not exist, or not for this caller.",
        FORBIDDEN: "The caller may not do this.",
        VERSION_CONFLICT: "The entity has changed since; `params` holds the current version.",
        IDEMPOTENCY_KEY_REUSED: "This idempotency key was already used with another input.",
        IN_PROGRESS: "The same command is still under way; ask again with the same key.",
        UNAVAILABLE: "Something needed did not answer; ask again with the same key.",
    }
)
"""The codes that every service can answer, each with the sentence that explains it."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Refusal(Exception):
    """One reason why a command or a query is refused.

    `path` leads to the offending part of the input; `params` are the figures of the message,
    as text; `retryable` says that the same request may succeed later.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        path: Sequence[str] = (),
        params: Mapping[str, str] = NOTHING,
        retryable: bool = False,
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.path = tuple(path)
        self.params = params
        self.retryable = retryable

    def under(self, *prefix: str) -> "Refusal":
        """Give the same refusal with `prefix` put before its path."""
        return Refusal(
            self.code,
            self.message,
            path=(*prefix, *self.path),
            params=self.params,
            retryable=self.retryable,
        )

    def _parts(self) -> tuple[object, ...]:
        return (self.code, self.message, self.path, dict(self.params), self.retryable)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refusal) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash((self.code, self.message, self.path, self.retryable))

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def __repr__(self) -> str:
        return f"Refusal({self.code!r}, {self.message!r}, path={self.path!r})"


class RefusedAll(Exception):
    """Several reasons at once; never empty."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        if not refusals:
            raise ValueError("A refusal needs a reason.")
        super().__init__(*refusals)
        self.refusals = tuple(refusals)

    def __str__(self) -> str:
        return "; ".join(map(str, self.refusals))


def refusals_in(error: Refusal | RefusedAll) -> tuple[Refusal, ...]:
    """Give the reasons that either kind of error carries."""
    return (error,) if isinstance(error, Refusal) else error.refusals
