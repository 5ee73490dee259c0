"""Which paths of a plan pass through the same places, whatever the types on the way."""

from collections.abc import Iterable

from gateway.planning.plan import Path, TypeStep


class Overlaps:
    """The paths of one plan, looked up by what they begin with: work grows with their length."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._below: dict[Path, list[Path]] = {}
        self._places: set[Path] = set()
        for path in dict.fromkeys(paths):
            place = _without_types(path)
            self._places.add(place)
            for length in range(len(place)):
                self._below.setdefault(place[:length], []).append(path)

    def may_repeat(self, path: Path) -> bool:
        """Whether objects at a path may be below an entity that places have in common."""
        place = _without_types(path)
        return any(place[:length] in self._places for length in range(len(place)))

    def tell_apart(self, path: Path, *, loose: bool) -> bool:
        """Whether another path goes below the objects of this one, but only below some of them."""
        length = len(path)
        return any(
            other[:length] != path or (loose and isinstance(other[length], TypeStep))
            for other in self._below.get(_without_types(path), ())
        )


def _without_types(path: Path) -> Path:
    return tuple(step for step in path if not isinstance(step, TypeStep))
