"""What the person at the terminal reads, and what a file gets."""

import io

import pytest
from rich.console import Console

from devstack.tour.narrator import PUSHES, WIDTH, Narrator, console_of
from devstack.tour.people import Person
from retail_kit.roles import Role

CAMILLE = Person("Camille", Role.CUSTOMER)
OPERATION = 'mutation { orderPlace(input: {sku: "COAT-M", method: CARD}) { order { ref } } }'


@pytest.fixture
def file() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def narrator(file: io.StringIO) -> Narrator:
    return Narrator(console_of(file))


def lines(file: io.StringIO) -> list[str]:
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_step_reads_from_who_does_it_to_what_was_checked(
    narrator: Narrator, file: io.StringIO
) -> None:
    narrator.act("Camille orders", "Coat and money together.")
    narrator.does(CAMILLE, "orders one coat.", OPERATION)
    narrator.answered([("order", "T-1, open"), ("sent by", "Paris"), ("", "Lyon")])
    narrator.claims("the nearest shop has it")
    heading, *rest = [line for line in lines(file) if line]
    assert heading.startswith("1. Camille orders ──")
    assert rest == [
        "Coat and money together.",
        "  Camille (customer) orders one coat.",
        f"    | {OPERATION}",
        "    = order    T-1, open",
        "    = sent by  Paris",
        "               Lyon",
        "  ok  the nearest shop has it",
    ]


def test_pushes_stand_at_the_right_under_the_name_of_who_is_told(
    narrator: Narrator, file: io.StringIO
) -> None:
    narrator.listens(CAMILLE, "Camille's phone", "her orders")
    narrator.pushed(CAMILLE, "Camille's phone", "your order is on its way")
    assert lines(file) == [
        " " * PUSHES + ">> Camille's phone: (listens from now on to her orders)",
        " " * PUSHES + ">> Camille's phone: your order is on its way",
    ]


def test_an_operation_that_is_sent_again_is_not_written_again(
    narrator: Narrator, file: io.StringIO
) -> None:
    narrator.does(CAMILLE, "orders.", OPERATION)
    narrator.does(CAMILLE, "orders again.", OPERATION)
    assert file.getvalue().count("orderPlace") == 1
    assert "| the same operation, word for word" in file.getvalue()


def test_what_is_shown_is_counted(narrator: Narrator) -> None:
    narrator.does(CAMILLE, "orders.", OPERATION)
    narrator.listens(CAMILLE, "Camille's phone", "her orders")
    narrator.pushed(CAMILLE, "Camille's phone", "placed")
    narrator.pushed(CAMILLE, "Camille's phone", "shipped")
    narrator.claims("it is so")
    tally = narrator.tally
    assert (tally.operations, tally.pushes, tally.claims) == (1, 2, 1)


def everything(narrator: Narrator) -> None:
    narrator.opens("Tutti", ["  [bold]>>[/]  a live push"])
    narrator.act("Camille orders", "Coat and money together.")
    narrator.does(CAMILLE, "orders one coat.", OPERATION)
    narrator.answered([("order", "T-1 [open]")])
    narrator.pushed(CAMILLE, "Camille's phone", "placed [in time]")
    narrator.claims("it is so")
    narrator.closes(["The story is told."])
    narrator.fails("Not so: [it].")


def test_a_file_gets_plain_text_and_brackets_in_answers_are_kept(
    narrator: Narrator, file: io.StringIO
) -> None:
    everything(narrator)
    assert "\x1b" not in file.getvalue()
    for said in ("  >>  a live push", "T-1 [open]", "placed [in time]", "Not so: [it]."):
        assert said in file.getvalue()
    assert max(len(line) for line in lines(file)) == WIDTH


def test_a_terminal_gets_colours_unless_they_are_not_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = io.StringIO(), io.StringIO()
    everything(Narrator(Console(file=coloured, force_terminal=True, color_system="standard")))
    monkeypatch.setenv("NO_COLOR", "1")
    everything(Narrator(Console(file=plain, force_terminal=True, color_system="standard")))
    magenta = "\x1b[1;35m"
    for named in (f"{magenta}Camille", f"{magenta}>> Camille's phone:"):
        assert named in coloured.getvalue()
        assert named not in plain.getvalue()
    assert ";3" not in plain.getvalue()


def test_a_narrow_terminal_is_not_overrun() -> None:
    file = io.StringIO()
    narrator = Narrator(Console(file=file, width=60))
    everything(narrator)
    assert narrator.width_of_code < 60
    assert max(len(line) for line in lines(file)) <= 60
