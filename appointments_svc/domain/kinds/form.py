"""The form of an appointment type: what is asked before the visit, and which answers will do."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from appointments_svc.domain.refusals import required
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal

LONGEST_ANSWER: Final = 500
_NUMBER: Final = re.compile(r"-?\d{1,9}(\.\d{1,4})?", re.ASCII)


class FieldKind(StrEnum):
    """What an answer may be."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    CHOICE = "CHOICE"
    YES_NO = "YES_NO"
    DATE = "DATE"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One question; `choices` are the answers of a CHOICE."""

    name: str
    kind: FieldKind
    required: bool = False
    labels: tuple[Wording, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody has answered to a question, as text."""

    name: str
    value: str


def in_language(wordings: Sequence[Wording], language: str, otherwise: str) -> str:
    """Give the text in a language, else in English, else the first there is."""
    by_language = {each.language: each.text for each in reversed(wordings)}
    first = wordings[0].text if wordings else otherwise
    return by_language.get(language[:2]) or by_language.get("en") or first


def answer_problems(form: Sequence[FormField], answers: Sequence[Answer]) -> Iterator[Refusal]:
    """Say what is wrong with answers, with paths as in `answers.size`; nothing if all is well."""
    given: dict[str, str] = {}
    known = {field.name: field for field in form}
    for answer in answers:
        if answer.name in given:
            yield invalid("It is answered twice.", "answers", answer.name)
        elif answer.name not in known:
            yield invalid("Nobody asked this.", "answers", answer.name)
        given[answer.name] = answer.value.strip()
    yield from _problems(form, given)


def kept_answers(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Give the answers that say something, without surrounding blanks, in order of name."""
    said = (Answer(each.name, each.value.strip()) for each in answers if each.value.strip())
    return tuple(sorted(said, key=lambda each: each.name))


def _problems(form: Sequence[FormField], given: Mapping[str, str]) -> Iterator[Refusal]:
    for field in form:
        value = given.get(field.name, "")
        if not value:
            if field.required:
                yield required("answers", field.name)
        elif not _fits(field, value):
            yield invalid(_EXPECTED[field.kind], "answers", field.name)


def _fits(field: FormField, value: str) -> bool:
    match field.kind:
        case FieldKind.TEXT:
            return len(value) <= LONGEST_ANSWER
        case FieldKind.NUMBER:
            return _NUMBER.fullmatch(value) is not None
        case FieldKind.CHOICE:
            return value in field.choices
        case FieldKind.YES_NO:
            return value in {"true", "false"}
        case FieldKind.DATE:
            return _is_date(value)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_EXPECTED: Final[Mapping[FieldKind, str]] = {
    FieldKind.TEXT: f"A text has at most {LONGEST_ANSWER} characters.",
    FieldKind.NUMBER: "A number is expected.",
    FieldKind.CHOICE: "It is none of the choices.",
    FieldKind.YES_NO: 'Say "true" or "false".',
    FieldKind.DATE: 'A day is written like "2026-09-14".',
}
