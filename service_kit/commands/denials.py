"""The refusals that every service gives in the same words."""

from service_kit.commands.refusal import (
    FORBIDDEN,
    INVALID_INPUT,
    NOT_FOUND,
    UNAVAILABLE,
    VERSION_CONFLICT,
    Refusal,
)


def invalid(message: str, *path: str) -> Refusal:
    """A value of the input is not acceptable."""
    return Refusal(INVALID_INPUT, message, path=path)


def not_found(kind: str, *path: str) -> Refusal:
    """There is no such thing, or not for this caller."""
    return Refusal(NOT_FOUND, f"There is no such {kind}.", path=path)


def forbidden(message: str, *path: str) -> Refusal:
    """The caller may not do this."""
    return Refusal(FORBIDDEN, message, path=path)


def version_conflict(expected: int, current: int) -> Refusal:
    """The entity has changed since the caller read it."""
    return Refusal(
        VERSION_CONFLICT,
        f"Version {expected} was expected; it is now {current}.",
        path=("input", "expectedVersion"),
        params={"expectedVersion": str(expected), "currentVersion": str(current)},
    )


def expect(expected: int | None, current: int) -> None:
    """Refuse VERSION_CONFLICT if the caller has read another version."""
    if expected is not None and expected != current:
        raise version_conflict(expected, current)


def unavailable(message: str = "Too busy. Ask again with the same key.", **params: str) -> Refusal:
    """Something needed did not answer; whether anything was done, the same key finds out."""
    return Refusal(UNAVAILABLE, message, params=params, retryable=True)
