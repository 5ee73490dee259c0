"""How often the interpreter looks for garbage in a process that holds very many objects."""

import gc

_YOUNG, _MIDDLE, _OLD = 5_000, 10, 100


def collect_rarely() -> None:
    """Look through all objects a hundred times less often than Python would; young ones as ever.

    Five thousand subscribers are over a million objects, and looking through them stops every
    one of them for half a second and more. What is there already is never looked through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
