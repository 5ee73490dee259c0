"""The picture of the graph, docs/graph.svg: each entity and what each service contributes to it.

`python -m tests.support.picture` writes it from the services' schemas in schema/.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from graphql import (
    DirectiveNode,
    FieldDefinitionNode,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeNode,
    parse,
)

ROOT: Final = Path(__file__).parents[2]
PICTURE: Final = ROOT / "docs" / "graph.svg"
COLOURS: Final = {
    "inventory_svc": "#1d4ed8",
    "order_svc": "#15803d",
    "returns_svc": "#b45309",
    "appointments_svc": "#7e22ce",
}
"""Each service, in the order of the columns, with its colour."""
_ROOTS: Final = ("Query", "Mutation", "Subscription")
_WIDTH, _GAP, _LINE, _HEAD, _PAD, _TOP = 292, 20, 17, 24, 7, 132
_FEDERATION: Final = {"_entities", "_service"}
_HIDDEN: Final = {"inaccessible", "external"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field with the entity it leads to, if any."""

    name: str
    entity: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """An entity and its fields by service; the first service is the one whose entity it is."""

    entity: str
    parts: Mapping[str, Sequence[Field]]

    @property
    def owner(self) -> str:
        """The service that knows the entity itself."""
        return next(iter(self.parts))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a card, in the colours of the service and of the entity that it leads to."""

    text: str
    service: str
    target: str | None = None


Schemas = Mapping[str, Mapping[str, ObjectTypeDefinitionNode]]


def picture() -> str:
    """Draw the whole picture as SVG."""
    schemas = {service: _types_of(service) for service in COLOURS}
    cards = _cards(schemas)
    owners = {card.entity: card.owner for card in cards}
    columns = [[card for card in cards if card.owner == service] for service in COLOURS]
    height = _TOP + max(sum(_height(card) + _GAP for card in column) for column in columns)
    width = len(columns) * (_WIDTH + _GAP) + _GAP
    body = [*_gateway(width), *_headings(schemas)]
    for number, column in enumerate(columns):
        top = _TOP
        for card in column:
            body += _drawn(card, _GAP + number * (_WIDTH + _GAP), top, owners)
            top += _height(card) + _GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="The entities of the graph and the services that contribute their fields" '
        f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">'
    )
    return "\n".join([head, _box(0, 0, width, height, "#ffffff"), *body, "</svg>"]) + "\n"


def _types_of(service: str) -> dict[str, ObjectTypeDefinitionNode]:
    document = parse((ROOT / "schema" / f"{service}.graphql").read_text(encoding="utf-8"))
    found = (one for one in document.definitions if isinstance(one, ObjectTypeDefinitionNode))
    return {one.name.value: one for one in found}


def _cards(schemas: Schemas) -> list[Card]:
    entities = {
        name for types in schemas.values() for name, one in types.items() if _keys(one.directives)
    }
    cards = []
    for entity in sorted(entities):
        parts = {
            service: fields
            for service, types in schemas.items()
            if entity in types and (fields := list(_fields(types[entity], entities)))
        }
        ordered = sorted(parts, key=lambda service: -len(parts[service]))
        cards.append(Card(entity, {service: parts[service] for service in ordered}))
    return sorted(cards, key=lambda card: -len(card.parts))


def _fields(type_: ObjectTypeDefinitionNode, entities: set[str]) -> Iterator[Field]:
    keys = {key for text in _keys(type_.directives) for key in text.split()}
    for one in type_.fields or ():
        if one.name.value not in keys | _FEDERATION and not _HIDDEN & _names(one):
            yield Field(one.name.value, _entity(one.type, entities))


def _names(field: FieldDefinitionNode) -> set[str]:
    return {one.name.value for one in field.directives or ()}


def _keys(directives: Sequence[DirectiveNode] | None) -> list[str]:
    return [
        argument.value.value
        for one in directives or ()
        if one.name.value == "key"
        for argument in one.arguments or ()
        if isinstance(argument.value, StringValueNode)
    ]


def _entity(type_: TypeNode, entities: set[str]) -> str | None:
    while isinstance(type_, ListTypeNode | NonNullTypeNode):
        type_ = type_.type
    name = str(getattr(type_, "name").value).removesuffix("Connection")  # noqa: B009
    return name if name in entities else None


def _lines(card: Card) -> list[Line]:
    lines: list[Line] = []
    for service, fields in card.parts.items():
        plain = [field.name for field in fields if field.entity is None]
        if service == card.owner:
            lines.append(Line(f"{len(plain)} fields of its own", service))
        else:
            lines += [Line(name, service) for name in plain]
        linked = [field for field in fields if field.entity]
        lines += [Line(field.name, service, field.entity) for field in linked]
    return lines


def _height(card: Card) -> int:
    return _HEAD + 2 * _PAD + _LINE * len(_lines(card))


def _drawn(card: Card, left: int, top: int, owners: Mapping[str, str]) -> Iterator[str]:
    yield _box(left, top, _WIDTH, _height(card), "#f8fafc", COLOURS[card.owner])
    yield _box(left, top, _WIDTH, _HEAD, COLOURS[card.owner])
    yield _text(left + 10, top + 17, card.entity, "#ffffff", bold=True)
    for number, line in enumerate(_lines(card)):
        y = top + _HEAD + _PAD + number * _LINE
        if line.service != card.owner:
            yield _box(left + 1, y, _WIDTH - 2, _LINE, COLOURS[line.service], opacity=0.12)
        yield _box(left, y, 5, _LINE, COLOURS[line.service])
        yield _text(left + 14, y + 12, line.text, COLOURS[line.service])
        if line.target:
            colour = COLOURS[owners[line.target]]
            yield _text(left + _WIDTH - 8, y + 12, f"→ {line.target}", colour, at_end=True)


def _gateway(width: int) -> Iterator[str]:
    inside = width - 2 * _GAP
    yield _box(_GAP, 16, inside, 34, "#0f172a")
    told = "gateway: one graph. Each field is asked of the service in whose colour it is."
    yield _text(_GAP + 14, 38, told, "#ffffff", bold=True)


def _headings(schemas: Schemas) -> Iterator[str]:
    for number, (service, types) in enumerate(schemas.items()):
        left = _GAP + number * (_WIDTH + _GAP)
        counts = [len(list(_fields(types[one], set()))) if one in types else 0 for one in _ROOTS]
        told = "{} queries, {} mutations, {} live".format(*counts)
        yield _box(left + _WIDTH // 2 - 1, 50, 2, 18, "#0f172a")
        yield _box(left, 68, _WIDTH, 46, "#ffffff", COLOURS[service])
        yield _text(left + 12, 87, service, COLOURS[service], bold=True)
        yield _text(left + 12, 105, told, "#334155")


def _box(
    x: int, y: int, width: int, height: int, fill: str, edge: str = "none", *, opacity: float = 1
) -> str:
    faint = f' fill-opacity="{opacity}"' if opacity < 1 else ""
    place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return f'<rect {place} fill="{fill}"{faint} stroke="{edge}"/>'


def _text(
    x: int, y: int, text: str, colour: str, *, bold: bool = False, at_end: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="end"' if at_end else ""
    return f'<text x="{x}" y="{y}" fill="{colour}"{weight}{anchor}>{escape(text)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
