"""What a code, a reference and a short text may look like before it is kept."""

from collections.abc import Iterator

from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal

LONGEST_CODE = 64
LONGEST_REF = 100
LONGEST_TEXT = 200


def code_errors(code: str, *path: str) -> Iterator[Refusal]:
    """Say what is wrong with a code, such as a SKU; nothing if it is well."""
    return _errors(code, "A code", LONGEST_CODE, path)


def ref_errors(ref: str, *path: str) -> Iterator[Refusal]:
    """Say what is wrong with a reference that people use."""
    return _errors(ref, "A reference", LONGEST_REF, path)


def text_errors(text: str, *path: str) -> Iterator[Refusal]:
    """Say what is wrong with a line of text, such as a street."""
    return _errors(text, "A text", LONGEST_TEXT, path)


def refuse_any(errors: Iterator[Refusal]) -> None:
    """Refuse with the first of the errors, if there is one."""
    for refusal in errors:
        raise refusal


def _errors(text: str, kind: str, longest: int, path: tuple[str, ...]) -> Iterator[Refusal]:
    if not text.strip() or len(text) > longest:
        yield invalid(f"{kind} has between 1 and {longest} characters.", *path)
    elif not text.isprintable():
        yield invalid(f"{kind} holds printable characters only.", *path)
