"""How written types of one element in several subgraphs become one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graphql import ListTypeNode, NamedTypeNode, NonNullTypeNode, TypeNode, print_ast

from gateway.composition.elements import Kind, Subgraph, Type

Declaration = tuple[Subgraph, Type]


class Declarations:
    """Every type by name, with each subgraph that declares it; names in alphabetical order."""

    def __init__(self, subgraphs: Sequence[Subgraph]) -> None:
        names = sorted({name for subgraph in subgraphs for name in subgraph.types})
        self.by_name: Mapping[str, list[Declaration]] = {
            name: [
                (subgraph, subgraph.types[name]) for subgraph in subgraphs if name in subgraph.types
            ]
            for name in names
        }
        self._abstractions = _abstractions(subgraphs)

    def of_kind(self, *kinds: Kind) -> Iterator[tuple[str, list[Declaration]]]:
        """The types of some kinds."""
        for name, declared in self.by_name.items():
            if declared[0][1].kind in kinds:
                yield name, declared

    def is_kind_of(self, name: str, ancestor: str) -> bool:
        """Whether some subgraph says that a type implements, or is a member of, another."""
        return name == ancestor or ancestor in self._abstractions.get(name, ())

    def kinds_of(self, name: str) -> set[str]:
        """The type itself, its interfaces and the unions it is a member of, in any subgraph."""
        return {name, *self._abstractions.get(name, ())}

    def interface_objects_of(self, type_name: str) -> Iterator[list[Declaration]]:
        """The interface objects that stand for an interface of the type, one list each."""
        declared = self.by_name.get(type_name, ())
        for interface in sorted({name for _, each in declared for name in each.interfaces}):
            objects = [
                (subgraph, each)
                for subgraph, each in self.by_name.get(interface, ())
                if each.is_interface_object
            ]
            if objects:
                yield objects

    def implementations(self, interface: str) -> list[str]:
        """The object types that implement an interface in some subgraph."""
        return [
            name
            for name, declared in self.of_kind(Kind.OBJECT)
            if any(interface in each.interfaces for _, each in declared)
        ]


def merged_output(types: Iterable[TypeNode], declarations: Declarations) -> TypeNode | None:
    """The most general of the types of one field, or None if none covers the others."""
    candidates = list(types)
    return next(
        (
            general
            for general in candidates
            if all(_is_at_least(each, general, declarations) for each in candidates)
        ),
        None,
    )


def merged_input(types: Iterable[TypeNode]) -> TypeNode | None:
    """The most demanding of the types of one input, or None if none satisfies the others."""
    candidates = list(types)
    return next(
        (strict for strict in candidates if all(is_accepted(strict, each) for each in candidates)),
        None,
    )


def is_accepted(node: TypeNode, wanted: TypeNode) -> bool:
    """Whether every value of a type of inputs is one of another; names must be the same."""
    return _is_at_least(node, wanted, None)


def named(node: TypeNode) -> str:
    """The named type inside."""
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)  # noqa: S101 - the only kind left
    return node.name.value


def is_same(left: TypeNode, right: TypeNode) -> bool:
    """Whether two types are written alike."""
    return print_ast(left) == print_ast(right)


def _abstractions(subgraphs: Iterable[Subgraph]) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for subgraph in subgraphs:
        for each in subgraph.types.values():
            for interface in each.interfaces:
                result.setdefault(each.name, set()).add(interface)
            for member in each.members:
                result.setdefault(member, set()).add(each.name)
    return result


def _is_at_least(node: TypeNode, general: TypeNode, declarations: Declarations | None) -> bool:
    """Whether a value of `node` may always stand where `general` is promised."""
    if isinstance(general, NonNullTypeNode):
        return isinstance(node, NonNullTypeNode) and _is_at_least(
            node.type, general.type, declarations
        )
    inner = node.type if isinstance(node, NonNullTypeNode) else node
    if isinstance(general, ListTypeNode):
        return isinstance(inner, ListTypeNode) and _is_at_least(
            inner.type, general.type, declarations
        )
    if isinstance(inner, ListTypeNode):
        return False
    if declarations is None:
        return named(inner) == named(general)
    return declarations.is_kind_of(named(inner), named(general))
