"""`@cost` and `@listSize`: what an operation is reckoned to cost. Merged, and left to routers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.composition.access import quoted


@dataclass(frozen=True, slots=True)
class ListSize:
    """How many items a list is reckoned to have; None is what was not said."""

    assumed: int | None = None
    slicing_arguments: tuple[str, ...] | None = None
    sized_fields: tuple[str, ...] | None = None
    requires_one_slicing_argument: bool | None = None

    def __str__(self) -> str:
        arguments = ", ".join(self._arguments())
        return f"@listSize({arguments})" if arguments else "@listSize"

    def _arguments(self) -> Iterator[str]:
        if self.assumed is not None:
            yield f"assumedSize: {self.assumed}"
        if self.slicing_arguments is not None:
            yield f"slicingArguments: [{', '.join(map(quoted, self.slicing_arguments))}]"
        if self.sized_fields is not None:
            yield f"sizedFields: [{', '.join(map(quoted, self.sized_fields))}]"
        if self.requires_one_slicing_argument is not None:
            value = "true" if self.requires_one_slicing_argument else "false"
            yield f"requireOneSlicingArgument: {value}"


def merged_cost(weights: Iterable[int | None]) -> int | None:
    """The highest weight anybody gives."""
    return max((weight for weight in weights if weight is not None), default=None)


def merged_list_size(sizes: Sequence[ListSize]) -> ListSize | None:
    """The longest list anybody expects, sized by any of the arguments that anybody names."""
    if len(sizes) < 2:  # noqa: PLR2004 - nothing to merge
        return sizes[0] if sizes else None
    demands = [each.requires_one_slicing_argument for each in sizes]
    said = [demand for demand in demands if demand is not None]
    return ListSize(
        max((each.assumed for each in sizes if each.assumed is not None), default=None),
        _union(each.slicing_arguments for each in sizes),
        _union(each.sized_fields for each in sizes),
        all(said) if said else None,
    )


def _union(lists: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    said = [each for each in lists if each is not None]
    return tuple(dict.fromkeys(name for each in said for name in each)) if said else None
