"""Card numbers are kept out: what looks like one is no token."""

import re
from typing import Final

_CANDIDATE: Final = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])")
_DIGITS: Final = "0123456789"


def looks_like_a_card(text: str) -> bool:
    """Whether the text holds 12 to 19 digits whose last one checks the others, as on cards."""
    return any(_checks(found.group()) for found in _CANDIDATE.finditer(text))


def _checks(text: str) -> bool:
    digits = [int(each) for each in text if each in _DIGITS]
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2])  # noqa: PLR2004
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
