"""The answers to a form: what is missing, what does not fit, what nobody asked."""

import pytest

from appointments_svc.domain.kinds.form import (
    Answer,
    FieldKind,
    FormField,
    Wording,
    answer_problems,
    in_language,
    kept_answers,
)

FORM = (
    FormField("size", FieldKind.CHOICE, required=True, choices=("S", "M")),
    FormField("age", FieldKind.NUMBER),
    FormField("day", FieldKind.DATE),
    FormField("first", FieldKind.YES_NO),
    FormField("reason", FieldKind.TEXT),
)
SIZE = Answer("size", "M")


@pytest.mark.parametrize("answers", [(), (Answer("size", "  "),)])
def test_a_required_answer_that_is_missing_is_named_by_its_path(
    answers: tuple[Answer, ...],
) -> None:
    (problem,) = answer_problems(FORM, answers)

    assert (problem.code, problem.path) == ("REQUIRED", ("answers", "size"))


@pytest.mark.parametrize(
    "wrong",
    [
        Answer("size", "XL"),
        Answer("age", "old"),
        Answer("day", "14/09/2026"),
        Answer("day", "20260914"),
        Answer("first", "perhaps"),
        Answer("reason", "x" * 501),
        Answer("colour", "red"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_where_it_stands(wrong: Answer) -> None:
    answers = (wrong,) if wrong.name == "size" else (SIZE, wrong)

    (problem,) = answer_problems(FORM, answers)

    assert (problem.code, problem.path) == ("INVALID_INPUT", ("answers", wrong.name))


def test_a_question_is_answered_once() -> None:
    (problem,) = answer_problems(FORM, (SIZE, SIZE))

    assert problem.path == ("answers", "size")


def test_good_answers_are_kept_without_blanks_and_in_order() -> None:
    answers = (SIZE, Answer("age", " 12.5 "), Answer("day", "2026-09-14"), Answer("reason", " "))

    assert list(answer_problems(FORM, answers)) == []
    assert kept_answers(answers) == (
        Answer("age", "12.5"),
        Answer("day", "2026-09-14"),
        SIZE,
    )


def test_a_text_is_in_the_language_asked_for_else_english_else_the_first() -> None:
    both = (Wording("fr", "Taille"), Wording("en", "Size"))

    assert in_language(both, "fr-FR", "size") == "Taille"
    assert in_language(both, "de", "size") == "Size"
    assert in_language(both[:1], "de", "size") == "Taille"
    assert in_language((), "de", "size") == "size"
