"""How often the interpreter looks for garbage: left to itself, it does for a third of the time."""

import gc

_YOUNG, _MIDDLE, _OLD = 5_000, 10, 10


def collect_rarely(old: int = _OLD) -> None:
    """Look at young objects seven times less often than Python would, at what is there now never.

    An answer of five hundred rows is thirty thousand objects for a moment. Each `old` times fifty
    thousand of them, everything younger than this call is looked through: the more of that there
    is to stay, the longer it takes, and the rarer it ought to be.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, old)
