"""Subgraphs given a key or required fields that lie several levels down."""

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from gateway.composition.reader import SubgraphDefinition

DEPTHS = (2, 5)
_TYPE = r"\btype {name}\b[^{{]*"


def with_nested_field_set(
    definitions: Sequence[SubgraphDefinition], random: Random
) -> list[SubgraphDefinition]:
    """Let one subgraph need of an entity what another has levels down; as they are if it cannot.

    The levels are types of values without keys, in one subgraph alone or shared by both.
    """
    holders = {
        name: [each for each in definitions if re.search(_TYPE.format(name=name), each.sdl)]
        for name in ("E0", "E1", "E2", "E3")
    }
    entities = [name for name, several in holders.items() if len(several) > 1]
    if not entities:
        return list(definitions)
    entity = random.choice(entities)
    giver, taker = random.sample(holders[entity], 2)
    depth = random.randint(*DEPTHS)
    field_set = "levels { " + "below { " * (depth - 2) + "leaf" + " }" * (depth - 1)
    if random.random() < 0.5:
        key = f'@key(fields: "{field_set}") '
        levels = _levels(depth, " @shareable", "", is_list=False)
        field = "levels: Level1 @shareable"
        given = _keyed(_added(giver, entity, field, levels), entity, key)
        taken = _keyed(_added(taker, entity, f"{field} beyond: String", levels), entity, key)
    else:
        is_list, is_shared = random.random() < 0.5, random.random() < 0.5
        mark, external = (" @shareable", "") if is_shared else ("", " @external")
        field = "levels: " + ("[Level1]" if is_list else "Level1")
        needs = f'made: String @requires(fields: "{field_set}")'
        given = _added(giver, entity, field, _levels(depth, mark, "", is_list=is_list))
        taken = _added(
            taker,
            entity,
            f"{field} @external {needs}",
            _levels(depth, mark, external, is_list=is_list),
        )
    changed = {given.name: given, taken.name: taken}
    return [changed.get(each.name, each) for each in definitions]


def _levels(depth: int, on_type: str, on_field: str, *, is_list: bool) -> str:
    lines = []
    for level in range(1, depth):
        below = f"[Level{level + 1}!]" if is_list else f"Level{level + 1}"
        field = f"below: {below}" if level < depth - 1 else "leaf: String"
        lines.append(f"type Level{level}{on_type} {{ {field}{on_field} }}\n")
    return "".join(lines)


def _keyed(definition: SubgraphDefinition, entity: str, key: str) -> SubgraphDefinition:
    pattern = _TYPE.format(name=entity)
    return replace(definition, sdl=re.sub(pattern, rf"\g<0>{key}", definition.sdl, count=1))


def _added(
    definition: SubgraphDefinition, entity: str, fields: str, types: str
) -> SubgraphDefinition:
    head = rf"({_TYPE.format(name=entity)})\{{"
    sdl = re.sub(head, rf"\1{{ {fields} ", definition.sdl, count=1)
    return replace(definition, sdl=f"{sdl}{types}")
