"""Random federated graphs over one set of plain data, and the monolith that tells the truth.

Every value is a text naming where it comes from, so that a wrong one shows. A field that its
subgraph does not really have answers POISON, a required input that did not arrive MISSING.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from zlib import crc32

from gateway.composition.reader import SubgraphDefinition
from tests.support.random_features import FEATURES, Around, Contextual, WayBack

OBJECTS = 3
_LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.8",
  import: ["@key", "@external", "@requires", "@provides", "@shareable", "@override",
  "@interfaceObject", "@context", "@fromContext"])
"""


@dataclass(frozen=True)
class Scalar:
    """A leaf: `unit` says whether it takes an argument."""

    name: str
    takes_unit: bool = False


@dataclass(frozen=True)
class Reference:
    """A field leading to another type, `provides` naming leaves it brings along.

    A union that `may_be_root` leads back to the root as well.
    """

    name: str
    target: str
    is_list: bool
    provides: tuple[str, ...] = ()
    may_be_root: bool = False


@dataclass(frozen=True)
class Computed:
    """A leaf made of required inputs: field names, possibly with the argument to give."""

    name: str
    requires: tuple[tuple[str, str | None], ...]

    @property
    def field_set(self) -> str:
        return " ".join(
            name if unit is None else f'{name}(unit: \\"{unit}\\")' for name, unit in self.requires
        )


@dataclass
class Part:
    """One entity in one subgraph; `more` are further fields by name, as lines."""

    keys: list[tuple[str, ...]]
    scalars: dict[str, Scalar] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    references: dict[str, Reference] = field(default_factory=dict)
    computed: dict[str, Computed] = field(default_factory=dict)
    external: dict[str, Scalar] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    taken_over: dict[str, str] = field(default_factory=dict)
    value_fields: tuple[str, ...] = ()
    more: dict[str, str] = field(default_factory=dict)
    directives: str = ""


@dataclass
class Piece:
    """One subgraph: its part of each entity, its root fields, whether it has the abstract types."""

    name: str
    parts: dict[str, Part] = field(default_factory=dict)
    roots: dict[str, Reference] = field(default_factory=dict)
    shared_roots: set[str] = field(default_factory=set)
    changes: dict[str, Reference] = field(default_factory=dict)
    has_union: bool = False
    is_root_in_union: bool = False
    has_rated: bool = False
    is_rating: bool = False
    interface_fields: tuple[str, ...] = ()


class RandomGraph:
    """A graph of two to four subgraphs over two to four entities.

    A plain one has no contexts, no labels and no ways back to the root. One with holes may have
    fields that need a context where none is set.
    """

    def __init__(self, random: Random, *, is_plain: bool = False, has_holes: bool = False) -> None:
        self._random = random
        self.has_holes = has_holes
        self.entities = [f"E{number}" for number in range(random.randint(2, 4))]
        self.pieces = {f"s{number}": Piece(f"s{number}") for number in range(random.randint(2, 4))}
        self.scalars: dict[str, dict[str, Scalar]] = {name: {} for name in self.entities}
        self.references: dict[str, dict[str, Reference]] = {name: {} for name in self.entities}
        self.computed: dict[str, dict[str, Computed]] = {name: {} for name in self.entities}
        self.has_union = random.random() < 0.5
        self.has_interface = random.random() < 0.5
        for entity in self.entities:
            self._place(entity)
        for entity in self.entities:
            self._connect(entity)
        for entity in self.entities:
            self._compute(entity)
        for entity in self.entities:
            self._share_a_value(entity)
        self._provide()
        self._add_roots()
        self._declare_abstract()
        if random.random() < 0.4:
            self._rate()
        self.backs: dict[str, WayBack] = {}
        self.contextual: dict[str, Contextual] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.active: frozenset[str] = frozenset()
        for feature in () if is_plain else FEATURES:
            feature(random, self)

    # What exists, and where.

    def _some(self, names: Sequence[str], least: int = 1) -> list[str]:
        count = self._random.randint(least, len(names))
        return sorted(self._random.sample(list(names), count))

    def _part(self, piece: str, entity: str) -> Part:
        parts = self.pieces[piece].parts
        if entity not in parts:
            parts[entity] = Part(keys=[self._random.choice([("id",), ("code",), ("id",)])])
        return parts[entity]

    def _place(self, entity: str) -> None:
        owners = self._some(list(self.pieces))
        first = self._part(owners[0], entity)
        first.keys = [("id",), ("code",)]
        if self._random.random() < 0.3:
            for owner in owners[1:]:
                self._part(owner, entity).keys = [("id", "code")]
        for number in range(self._random.randint(1, 4)):
            scalar = Scalar(f"f{number}", self._random.random() < 0.2)
            self.scalars[entity][scalar.name] = scalar
            holders = [self._random.choice(owners)]
            if self._random.random() < 0.2:
                holders = self._some(owners)
            for holder in holders:
                part = self._part(holder, entity)
                part.scalars[scalar.name] = scalar
                if len(holders) > 1:
                    part.shared.add(scalar.name)
            others = [owner for owner in owners if owner not in holders]
            if len(holders) == 1 and others and self._random.random() < 0.2:
                self._take_over(entity, scalar, holders[0], self._random.choice(others))

    def _take_over(self, entity: str, scalar: Scalar, old: str, new: str) -> None:
        """The field moves to another subgraph; the old one still declares it."""
        self._part(old, entity).taken.add(scalar.name)
        part = self._part(new, entity)
        part.scalars[scalar.name] = scalar
        part.taken_over[scalar.name] = old

    def _share_a_value(self, entity: str) -> None:
        """A value object without a key, each subgraph knowing other fields of it."""
        holders = [name for name, piece in self.pieces.items() if entity in piece.parts]
        if self._random.random() < 0.6:
            return
        for number, holder in enumerate(self._some(holders)):
            part = self.pieces[holder].parts[entity]
            part.value_fields = ("common", f"g{number}")

    def _rate(self) -> None:
        """One subgraph has an interface of all entities, another adds to it without its types."""
        owner = self._random.choice(list(self.pieces.values()))
        owner.has_rated = True
        for entity in self.entities:
            part = self._part(owner.name, entity)
            part.keys = [("id",), *(key for key in part.keys if key != ("id",))]
        owner.roots["rated_there"] = Reference("rated_there", "Rated", self._random.random() < 0.5)
        rating = Piece("ratings", is_rating=True)
        rating.roots["rated"] = Reference("rated", "Rated", self._random.random() < 0.5)
        self.pieces[rating.name] = rating

    def _connect(self, entity: str) -> None:
        holders = [name for name, piece in self.pieces.items() if entity in piece.parts]
        for number in range(self._random.randint(0, 2)):
            target = self._random.choice(self._targets())
            reference = Reference(f"r{number}_{entity}", target, self._random.random() < 0.5)
            holder = self._random.choice(holders)
            self.references[entity][reference.name] = reference
            self._part(holder, entity).references[reference.name] = reference
            self._know(holder, target)

    def _targets(self) -> list[str]:
        return [
            *self.entities,
            *(["Any"] if self.has_union else []),
            *(["Node"] if self.has_interface else []),
        ]

    def kinds(self, target: str) -> list[str]:
        """The entities that a value of a type may be."""
        return [target] if target in self.entities else self.entities

    def _know(self, piece: str, target: str) -> None:
        for entity in self.kinds(target):
            self._part(piece, entity)
        if target == "Any":
            self.pieces[piece].has_union = True
        if target == "Node":
            self.pieces[piece].interface_fields = self.pieces[piece].interface_fields or ("name",)

    def _compute(self, entity: str) -> None:
        for piece in self.pieces.values():
            part = piece.parts.get(entity)
            if part is None or self._random.random() < 0.5:
                continue
            foreign = [
                name
                for other in self.pieces.values()
                if other is not piece and entity in other.parts
                for name in (*other.parts[entity].scalars, *other.parts[entity].computed)
                if name not in part.scalars and name not in part.external
            ]
            if not foreign:
                continue
            required = []
            for name in self._some(sorted(set(foreign)))[:2]:
                scalar = self.scalars[entity].get(name, Scalar(name))
                unit = self._random.choice(["kg", None]) if scalar.takes_unit else None
                required.append((name, unit))
                part.external[name] = scalar
            computed = Computed(f"c{len(self.computed[entity])}", tuple(required))
            self.computed[entity][computed.name] = computed
            part.computed[computed.name] = computed

    def _provide(self) -> None:
        for piece in self.pieces.values():
            for part in piece.parts.values():
                for name, reference in part.references.items():
                    if reference.target not in self.entities or self._random.random() < 0.6:
                        continue
                    target = piece.parts[reference.target]
                    foreign = [
                        scalar
                        for scalar in self.scalars[reference.target].values()
                        if scalar.name not in target.scalars and not scalar.takes_unit
                    ]
                    if foreign:
                        given = self._random.choice(foreign)
                        target.external[given.name] = given
                        self._share(reference.target, given.name)
                        part.references[name] = Reference(
                            name, reference.target, reference.is_list, (given.name,)
                        )

    def _share(self, entity: str, name: str) -> None:
        """What one subgraph provides, its owners have to share."""
        for piece in self.pieces.values():
            part = piece.parts.get(entity)
            if part is not None and name in part.scalars:
                part.shared.add(name)

    def _add_roots(self) -> None:
        for piece in self.pieces.values():
            known = sorted(piece.parts)
            if piece.has_union:
                known.append("Any")
            if piece.interface_fields:
                known.append("Node")
            for number in range(self._random.randint(0, 2) if known else 0):
                root = Reference(
                    f"q{number}_{piece.name}",
                    self._random.choice(known),
                    self._random.random() < 0.5,
                )
                piece.roots[root.name] = root
            if known and self._random.random() < 0.5:
                change = Reference(f"do_{piece.name}", self._random.choice(known), is_list=False)
                piece.changes[change.name] = change
        every = [
            entity
            for entity in self.entities
            if sum(entity in piece.parts for piece in self.pieces.values()) > 1
        ]
        if every:
            target = self._random.choice(every)
            shared = Reference("shared", target, self._random.random() < 0.5)
            for piece in self.pieces.values():
                if target in piece.parts:
                    piece.roots["shared"] = shared
                    piece.shared_roots.add("shared")
        if not any(piece.roots for piece in self.pieces.values()):
            piece = next(each for each in self.pieces.values() if each.parts)
            piece.roots["q"] = Reference("q", min(piece.parts), is_list=False)

    def _declare_abstract(self) -> None:
        """`name` is shared by all; `size` may be an interface field in some subgraphs only."""
        for piece in self.pieces.values():
            if piece.interface_fields and self._random.random() < 0.5:
                piece.interface_fields = ("name", "size")

    def add_keys(self) -> None:
        """Give every part a key that all of them share."""
        for piece in self.pieces.values():
            for part in piece.parts.values():
                if ("id",) not in part.keys:
                    part.keys.append(("id",))

    # As text.

    def definitions(self) -> list[SubgraphDefinition]:
        """The subgraphs' SDLs."""
        return [
            SubgraphDefinition(name, f"http://{name}", self.sdl(piece))
            for name, piece in self.pieces.items()
            if piece.parts or piece.is_rating
        ]

    def sdl(self, piece: Piece) -> str:
        text = _LINK
        if piece.roots:
            text += f"type Query {{ {' '.join(map(self._root(piece), piece.roots.values()))} }}\n"
        if piece.changes:
            text += f"type Mutation {{ {' '.join(map(_reference, piece.changes.values()))} }}\n"
        if piece.is_rating:
            text += (
                'type Rated @key(fields: "id") @interfaceObject { id: ID! label: String @external '
            )
            text += 'stars: String review: String @requires(fields: "label") }\n'
        if piece.has_rated:
            text += 'interface Rated @key(fields: "id") { id: ID! label: String }\n'
        for entity, part in piece.parts.items():
            text += self._type(piece, entity, part)
        if piece.has_union:
            root = ["Query"] if piece.is_root_in_union else []
            text += f"union Any = {' | '.join([*self.entities, *root])}\n"
        if piece.interface_fields:
            fields = " ".join(f"{name}: String" for name in piece.interface_fields)
            text += f"interface Node {{ {fields} }}\n"
        return text

    def _root(self, piece: Piece) -> Any:
        def written(root: Reference) -> str:
            mark = " @shareable" if root.name in piece.shared_roots else ""
            return _reference(root) + mark

        return written

    def _type(self, piece: Piece, entity: str, part: Part) -> str:
        lines = []
        names = dict.fromkeys(name for key in part.keys for name in key)
        lines += [f"{name}: ID!" for name in names]
        lines += [f"{name}: String @shareable" for name in piece.interface_fields]
        lines += ["label: String"] if piece.has_rated else []
        for scalar in part.scalars.values():
            mark = " @shareable" if scalar.name in part.shared else ""
            if scalar.name in part.taken_over:
                label = self.labels.get((entity, scalar.name))
                labelled = f', label: "{label}"' if label else ""
                mark += f' @override(from: "{part.taken_over[scalar.name]}"{labelled})'
            lines.append(_scalar(scalar) + mark)
        if part.value_fields:
            lines.append(f"v: V{entity} @shareable")
        lines += [_scalar(scalar) + " @external" for scalar in part.external.values()]
        lines += [_reference(reference) for reference in part.references.values()]
        lines += [
            f'{computed.name}: String @requires(fields: "{computed.field_set}")'
            for computed in part.computed.values()
        ]
        lines += part.more.values()
        interfaces = ["Node"] if piece.interface_fields else []
        interfaces += ["Rated"] if piece.has_rated else []
        implements = f" implements {' & '.join(interfaces)}" if interfaces else ""
        keys = "".join(f' @key(fields: "{" ".join(key)}")' for key in part.keys)
        text = f"type {entity}{implements}{keys}{part.directives} {{ {' '.join(lines)} }}\n"
        if part.value_fields:
            fields = " ".join(f"{name}: String" for name in part.value_fields)
            text += f"type V{entity} @shareable {{ {fields} }}\n"
        return text

    # As data.

    def leaf(self, entity: str, number: int, name: str, unit: str | None) -> str | None:
        """The true value of a leaf."""
        if name in {"id", "code"}:
            return f"{entity}-{number}" if name == "id" else f"{entity}/{number}"
        if name == "review":
            return mixed(name, [self.leaf(entity, number, "label", None)])
        computed = self.computed.get(entity, {}).get(name)
        if computed is not None:
            inputs = [self.leaf(entity, number, each, arg) for each, arg in computed.requires]
            return mixed(name, inputs)
        if draw(entity, number, name) % 7 == 0:
            return None
        return f"{entity}-{number}.{name}" + (f"[{unit}]" if unit else "")

    def filled(self, entity: str, around: Around) -> str:
        """The true value of the leaf that is filled from a context."""
        known = self.contextual[entity]
        setter = next((each for each in around if each[0] in known.sources), None)
        given = self.leaf(*setter, known.sources[setter[0]], None) if setter else None
        return mixed(known.name, [given])

    def is_input(self, entity: str, name: str) -> bool:
        """Whether a field may be asked for what else is made of it."""
        computed = self.computed.get(entity, {}).values()
        sources = [each.sources.get(entity) for each in self.contextual.values()]
        return (
            name in {"id", "code", "label"}
            or name in sources
            or any(name == each for one in computed for each, _ in one.requires)
        )

    def is_poisoned(self, entity: str, part: Part, name: str) -> bool:
        """Whether another subgraph is to be asked for a field that moves or has moved."""
        label = self.labels.get((entity, name))
        if label is None:
            return name in part.taken
        return name in (part.taken if label in self.active else part.taken_over)

    def targets(self, entity: str, number: int, reference: Reference) -> Any:
        """The true target of a reference: (entity, number) pairs, nulls among them."""
        count = 1 if not reference.is_list else draw(entity, number, reference.name) % 4
        found = [self._target(entity, number, reference, place) for place in range(count)]
        return found if reference.is_list else found[0]

    def _target(
        self, entity: str, number: int, reference: Reference, place: int
    ) -> tuple[str, int] | None:
        drawn = draw(entity, number, reference.name, place)
        if drawn % 6 == 0:
            return None
        target = reference.target
        if target in {"Any", "Node", "Rated"}:
            kinds = [*self.entities, *(["Query"] if reference.may_be_root else [])]
            target = kinds[drawn % len(kinds)]
        return target, drawn // 7 % OBJECTS


def draw(*parts: object) -> int:
    """A number that looks random, always the same for the same."""
    return crc32(repr(parts).encode())


def mixed(name: str, inputs: Sequence[str | None]) -> str:
    return f"{name}({', '.join('null' if each is None else each for each in inputs)})"


def _scalar(scalar: Scalar) -> str:
    return f"{scalar.name}{'(unit: String)' if scalar.takes_unit else ''}: String"


def _reference(reference: Reference) -> str:
    target = f"[{reference.target}]" if reference.is_list else reference.target
    provides = f' @provides(fields: "{" ".join(reference.provides)}")' if reference.provides else ""
    return f"{reference.name}: {target}{provides}"
