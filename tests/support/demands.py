"""Supergraphs with demands written into them, and the truth about who may read what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, product
from random import Random
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    build_ast_schema,
    get_named_type,
    parse,
    print_ast,
)

from gateway.security.authentication import VISITOR
from service_kit.identity.caller import Caller, CallerKind

_LINKS = "".join(
    f'@link(url: "https://specs.apollo.dev/{name}/v0.1", for: SECURITY) '
    for name in ("authenticated", "requiresScopes", "policy")
)
_GUARDED = (
    ObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | EnumTypeDefinitionNode
    | ScalarTypeDefinitionNode
)


def user(*scopes: str, policies: Iterable[str] = (), roles: Iterable[str] = ()) -> Caller:
    """Somebody who has signed in."""
    return Caller(
        subject="ana",
        kind=CallerKind.USER,
        roles=frozenset(roles),
        grants=frozenset(),
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        scopes=frozenset(scopes),
        policies=frozenset(policies),
    )


@dataclass(frozen=True)
class Written:
    """A directive of ours as text, and who meets it."""

    text: str
    groups: tuple[tuple[str, ...], ...] = ()

    def is_met_by(self, caller: Caller) -> bool:
        if not self.groups:
            return not caller.is_anonymous
        had = caller.scopes if "Scopes" in self.text else caller.policies
        return any(set(group) <= had for group in self.groups)


@dataclass(frozen=True)
class DemandsOn:
    """Demands by coordinate ("T" or "T.f"), as their author means them: on what is no interface."""

    written: Mapping[str, Written]

    def into(self, supergraph: str, *, on_interfaces: bool = False) -> str:
        """Write them into a composed text, and on interfaces what their objects demand together."""
        document = parse(supergraph, no_location=True)
        written = {name: [one] for name, one in self.written.items()}
        if on_interfaces:
            written |= self._on_interfaces(build_ast_schema(document, assume_valid_sdl=True))
        definitions = [
            _with(node, written) if isinstance(node, _GUARDED) else node
            for node in document.definitions
        ]
        links = parse(f"schema {_LINKS} {{ query: Query }}").definitions[0]
        assert isinstance(links, SchemaDefinitionNode)
        definitions = [
            _rebuilt(node, directives=(*(node.directives or ()), *(links.directives or ())))
            if isinstance(node, SchemaDefinitionNode)
            else node
            for node in definitions
        ]
        return print_ast(DocumentNode(definitions=tuple(definitions)))

    def hides(self, caller: Caller, schema: GraphQLSchema, type_name: str, name: str) -> bool:
        """Whether the caller may not read a field of objects of a type."""
        owner = schema.type_map.get(type_name)
        definition = getattr(owner, "fields", {}).get(name)
        if definition is None:
            return False
        given = get_named_type(definition.type)
        return any(
            coordinate in self.written and not self.written[coordinate].is_met_by(caller)
            for coordinate in (type_name, f"{type_name}.{name}", given.name)
        )

    def _on_interfaces(self, schema: GraphQLSchema) -> dict[str, list[Written]]:
        found = {}
        for named in schema.type_map.values():
            if isinstance(named, GraphQLInterfaceType):
                objects = [each.name for each in schema.get_possible_types(named)]
                for suffix in ("", *(f".{name}" for name in named.fields)):
                    theirs = (self.written.get(f"{each}{suffix}") for each in objects)
                    found[f"{named.name}{suffix}"] = _together([one for one in theirs if one])
        return found


def _with(node: Any, written: Mapping[str, list[Written]]) -> Any:
    name = node.name.value
    fields = getattr(node, "fields", None)
    added = {"directives": _more(node, written.get(name, ()))}
    if fields:
        added["fields"] = tuple(
            _rebuilt(each, directives=_more(each, written.get(f"{name}.{each.name.value}", ())))
            for each in fields
        )
    return _rebuilt(node, **added)


def _more(node: Any, written: Iterable[Written]) -> tuple[Any, ...]:
    return (*(node.directives or ()), *map(_directive, written))


def _rebuilt(node: Any, **changes: Any) -> Any:
    parts = {key: getattr(node, key, None) for key in type(node).keys}
    return type(node)(**{**parts, **changes})


def random_demands(random: Random, schema: GraphQLSchema) -> DemandsOn:
    """Demand something of a few types and fields."""
    written: dict[str, Written] = {}
    for named in schema.type_map.values():
        if not isinstance(named, GraphQLObjectType) or named.name.startswith("__"):
            continue
        is_root = named.name in {"Query", "Mutation"}
        if not is_root and random.random() < 0.15:
            written[named.name] = _random_demand(random)
        for name in named.fields:
            if random.random() < (0.1 if is_root else 0.25):
                written[f"{named.name}.{name}"] = _random_demand(random)
    return DemandsOn(written)


def random_caller(random: Random) -> Caller:
    """Nobody, or somebody with some scopes and policies."""
    if random.random() < 0.25:
        return VISITOR
    names = ("a", "b", "c")
    return user(
        *(name for name in names if random.random() < 0.5),
        policies=[name for name in names if random.random() < 0.5],
    )


def _random_demand(random: Random) -> Written:
    if random.random() < 0.3:
        return Written("@authenticated")
    groups = tuple(
        tuple(sorted(random.sample(("a", "b", "c"), random.randint(1, 2))))
        for _ in range(random.randint(1, 2))
    )
    return scopes(*groups) if random.random() < 0.5 else policies(*groups)


def scopes(*groups: tuple[str, ...]) -> Written:
    """Demand one of the groups of scopes."""
    return Written(f"@requiresScopes(scopes: {_text(groups)})", groups)


def policies(*groups: tuple[str, ...]) -> Written:
    """Demand one of the groups of policies."""
    return Written(f"@policy(policies: {_text(groups)})", groups)


def _text(groups: Iterable[Iterable[str]]) -> str:
    inner = ", ".join("[" + ", ".join(f'"{one}"' for one in each) + "]" for each in groups)
    return f"[{inner}]"


def _directive(written: Written) -> Any:
    (holder,) = parse(f"scalar Holder {written.text}", no_location=True).definitions
    assert isinstance(holder, ScalarTypeDefinitionNode)
    assert holder.directives
    return holder.directives[0]


def _together(each: list[Written]) -> list[Written]:
    """What composers write on an interface: all that its objects demand."""
    found = [written for written in each if not written.groups][:1]
    for make in (scopes, policies):
        alike = [one.groups for one in each if one.groups and one.text == make(*one.groups).text]
        if alike:
            unions = (sorted({*chain.from_iterable(groups)}) for groups in product(*alike))
            found.append(make(*dict.fromkeys(tuple(one) for one in unions)))
    return found
