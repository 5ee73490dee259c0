"""A random operation over any schema of the random graphs."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from graphql import GraphQLObjectType, GraphQLSchema

from gateway.security.limits import OperationLimits

WIDE: Final = OperationLimits(
    tokens=100_000,
    characters=1_000_000,
    selections=50_000,
    aliases=5_000,
    directives=5_000,
    duplicates=5_000,
)
"""What random operations may be: chance does not keep to what clients do."""
_DEPTH = 4


class RandomOperation:
    """A random operation over a public schema; `variables` are its Boolean variables' values."""

    def __init__(self, random: Random, schema: GraphQLSchema) -> None:
        self._random = random
        self._schema = schema
        assert schema.query_type is not None
        has_mutations = schema.mutation_type is not None
        keyword = "mutation" if has_mutations and random.random() < 0.2 else "query"
        self._changes = keyword == "mutation"
        body = self._selection(keyword.capitalize(), _DEPTH)
        given = {"yes": ("Boolean!", True), "no": ("Boolean!", False), "unit": ("String", "lb")}
        used = {name: each for name, each in given.items() if f"${name}" in body}
        self.variables = {name: value for name, (_, value) in used.items()}
        definitions = ", ".join(f"${name}: {type_}" for name, (type_, _) in used.items())
        self.text = f"{keyword} Q{f'({definitions})' if used else ''} {body}"

    def _selection(self, type_name: str, depth: int) -> str:
        parts: list[str] = []
        if self._random.random() < 0.2 and depth < _DEPTH:
            parts.append(self._random.choice(["__typename", "kind: __typename"]))
        named = self._schema.type_map[type_name]
        fields = list(getattr(named, "fields", {}).items())
        for name, definition in self._random.sample(fields, min(len(fields), 4)):
            target = definition.type
            while hasattr(target, "of_type"):
                target = target.of_type
            is_leaf = not hasattr(target, "fields") and not hasattr(target, "types")
            if not is_leaf and depth == 0:
                continue
            parts += self._field(name, target.name, definition.args, depth, is_leaf=is_leaf)
        if not isinstance(named, GraphQLObjectType):
            possible = sorted(each.name for each in self._schema.get_possible_types(named))  # type: ignore[arg-type]
            parts += [
                f"... on {each}{self._condition()} {self._selection(each, depth)}"
                for each in self._random.sample(possible, self._random.randint(0, len(possible)))
            ]
        is_entity = type_name.startswith("E")
        if is_entity and "Node" in self._schema.type_map and self._random.random() < 0.1:
            parts.append("... on Node { name }")
        if self._random.random() < 0.5:
            self._random.shuffle(parts)
        return "{ " + (" ".join(parts) or "__typename") + " }"

    def _field(
        self, name: str, target: str, args: Any, depth: int, *, is_leaf: bool
    ) -> Iterator[str]:
        """The field, sometimes in a second place under conditions of its own."""
        text = name
        if args:
            unit = self._random.choice(["", '(unit: "kg")', "(unit: $unit)"])
            alias = {"": "bare", '(unit: "kg")': "kilos", "(unit: $unit)": "asked"}[unit]
            text = f"{alias}_{name}: {name}{unit}"
        elif self._random.random() < 0.1:
            text = f"other_{name}: {name}"
        in_turn = self._changes and depth == _DEPTH  # a change in several places has several turns
        first = self._condition(0.5 if in_turn else 0.15)
        yield f"{text}{first}{'' if is_leaf else ' ' + self._selection(target, depth - 1)}"
        while self._random.random() < (0.5 if first else 0.05):
            first, condition = "", self._condition(0.8)
            again = "" if is_leaf else " " + self._selection(target, max(depth - 2, 0))
            if self._random.random() < 0.5:
                yield f"{text}{condition}{again}"
            else:
                yield f"...{condition or ' '}{{ {text}{again} }}"

    def _condition(self, share: float = 0.15) -> str:
        if self._random.random() >= share:
            return ""
        return self._random.choice(
            [" @include(if: $yes)", " @include(if: $no)", " @skip(if: $yes)", " @skip(if: $no)"]
        )
