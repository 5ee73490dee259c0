"""The environment, read once at start into a frozen dataclass."""

import dataclasses
import typing
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar

T = TypeVar("T")


class MissingSettings(Exception):
    """Names that must be set and are not."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"Set {', '.join(names)} in the environment.")
        self.names = names


class InvalidSettings(Exception):
    """Names whose text cannot be read; the text itself is not shown."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in problems.items()))
        self.problems = problems


class Secret:
    """A text that does not show itself."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def read_settings(cls: type[T], environment: Mapping[str, str], prefix: str = "") -> T:
    """Fill `cls` from PREFIX_NAME, else NAME, else its default; all faults are told at once."""
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    missing: list[str] = []
    invalid: dict[str, str] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # T is a dataclass
        name, text = _lookup(environment, prefix, field.name.upper())
        if text is None:
            if _is_required(field):
                missing.append(name)
            continue
        try:
            values[field.name] = _parse(text, hints[field.name])
        except ValueError as error:
            invalid[name] = str(error)
    if missing:
        raise MissingSettings(tuple(missing))
    if invalid:
        raise InvalidSettings(invalid)
    return cls(**values)


def _lookup(environment: Mapping[str, str], prefix: str, name: str) -> tuple[str, str | None]:
    full = f"{prefix.rstrip('_')}_{name}" if prefix else name
    for candidate in (full, name):
        text = environment.get(candidate)
        if text:
            return candidate, text
    return full, None


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _parse_bool(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    try:
        return words[text.strip().lower()]
    except KeyError:
        raise ValueError("say true or false") from None


def _parse_int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("a whole number is expected") from None


def _parse_float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("a number is expected") from None


def _parse_seconds(text: str) -> timedelta:
    return timedelta(seconds=_parse_float(text))


def _parse_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_PARSERS: Mapping[object, Callable[[str], object]] = {
    str: str,
    int: _parse_int,
    float: _parse_float,
    bool: _parse_bool,
    Path: Path,
    timedelta: _parse_seconds,
    Secret: Secret,
    tuple[str, ...]: _parse_list,
}


def _parse(text: str, hint: object) -> object:
    if isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union:
        (hint,) = (part for part in typing.get_args(hint) if part is not NoneType)
    return _PARSERS[hint](text)
