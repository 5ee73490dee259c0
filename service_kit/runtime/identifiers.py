"""Names for new things: short, lowercase, safe in a URL, in the order of their making."""

import hashlib
import os
from collections.abc import Callable
from typing import TypeAlias

from service_kit.runtime.clock import wall_milliseconds

Identifiers: TypeAlias = Callable[[], str]
"""Where new identifiers come from; handed in, so that a test can name things."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(120, -1, -10)
"""Of 130 bits, ten at a time, from the left."""

_RANDOM_BYTES = 10


def new_identifier() -> str:
    """Give 26 characters: 48 bits of milliseconds, then 80 random bits."""
    number = wall_milliseconds() << 80 | int.from_bytes(os.urandom(_RANDOM_BYTES))
    return _text_of(number)


def derived_identifier(*parts: str) -> str:
    """Give 26 characters that depend on the parts and their order alone."""
    digest = hashlib.sha256()
    for part in parts:
        text = part.encode("utf-8", "surrogatepass")
        digest.update(len(text).to_bytes(8))
        digest.update(text)
    return _text_of(int.from_bytes(digest.digest()[:16]))


def _text_of(number: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
