from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gateway.execution.overlaps import Overlaps
from gateway.planning.plan import ListStep, Path, TypeStep
from tests.support.work import calls_in

steps = st.one_of(
    st.sampled_from(["a", "b"]),
    st.just(ListStep()),
    st.sampled_from([TypeStep(frozenset({"A"})), TypeStep(frozenset({"A", "B"}))]),
)
paths = st.lists(steps, max_size=5).map(tuple)


def bare(path: Path) -> Path:
    return tuple(step for step in path if not isinstance(step, TypeStep))


def goes_below(path: Path, other: Path) -> bool:
    return len(bare(other)) > len(bare(path)) and bare(other)[: len(bare(path))] == bare(path)


def tells_apart(path: Path, others: Sequence[Path], *, loose: bool) -> bool:
    """The same, as it is meant, one path after the other."""
    return any(
        other[: len(path)] != path or (loose and isinstance(other[len(path)], TypeStep))
        for other in others
        if goes_below(path, other)
    )


@given(paths, st.lists(paths, max_size=6), st.booleans())
def test_paths_are_compared_as_if_each_were_compared_with_each(
    path: Path, others: list[Path], loose: bool
) -> None:
    overlaps = Overlaps(others)

    assert overlaps.tell_apart(path, loose=loose) == tells_apart(path, others, loose=loose)
    assert overlaps.may_repeat(path) == any(goes_below(other, path) for other in others)


def test_twice_as_many_paths_are_about_twice_the_work() -> None:
    def compare(count: int) -> None:
        every: list[Path] = [("a", TypeStep(frozenset({f"T{k}"})), "b") for k in range(count)]
        overlaps = Overlaps(every)
        for path in every:
            overlaps.may_repeat(path)
            overlaps.tell_apart(path, loose=True)

    assert calls_in(lambda: compare(400)) < 3 * calls_in(lambda: compare(200))
