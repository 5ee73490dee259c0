"""The file that lists subgraphs: YAML (or JSON), in the shape that other composers read too."""

import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from graphql.pyutils import did_you_mean, suggestion_list

from gateway.cli.composing.sources import SubgraphSource

_VARIABLE = re.compile(r"\$\{env\.(\w+)\}")
_WAYS = "`file`, `subgraph_url` or `sdl`"
_OF_SUBGRAPH = ("routing_url", "schema")
_OF_SCHEMA = ("file", "subgraph_url", "sdl", "introspection_headers")


class InvalidConfiguration(Exception):
    """The file cannot be read, or does not say what is needed."""


def read_configuration(path: Path, environment: Mapping[str, str]) -> list[SubgraphSource]:
    """Read the subgraphs of a file; relative paths start at its folder.

    `${env.NAME}` in any text is a variable of the environment. Raises InvalidConfiguration.
    """
    try:
        document = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506  # a safe loader
    except OSError as error:
        raise InvalidConfiguration(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidConfiguration(f"{path}: {error}") from error
    try:
        subgraphs = _mapping(_mapping(document, "the file").get("subgraphs"), "subgraphs")
        return [_source(name, each, path.parent, environment) for name, each in subgraphs.items()]
    except ValueError as error:
        raise InvalidConfiguration(f"{path}: {error}") from error


class _Loader(yaml.SafeLoader):
    """Refuses a key that is written twice, which YAML would take for the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  # the signature is PyYAML's
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                problem = f"{key.value!r} is written twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def _source(
    name: object, entry: object, folder: Path, environment: Mapping[str, str]
) -> SubgraphSource:
    where = f"subgraphs.{name}"
    if not isinstance(name, str):
        raise ValueError(f"{where}: the name must be a text; put it in quotes")  # noqa: TRY004
    given = _mapping(entry, where)
    _expect(given, _OF_SUBGRAPH, where)
    schema = _mapping(given.get("schema"), f"{where}.schema")
    _expect(schema, _OF_SCHEMA, f"{where}.schema")
    ways = [way for way in ("file", "subgraph_url", "sdl") if way in schema]
    if len(ways) != 1:
        raise ValueError(f"{where}.schema: say one of {_WAYS}")
    text = _text(schema[ways[0]], f"{where}.schema.{ways[0]}", environment)
    url = given.get("routing_url")
    address = "" if url is None else _text(url, f"{where}.routing_url", environment)
    if ways == ["file"]:
        return SubgraphSource(name, address, file=folder / text)
    if ways == ["sdl"]:
        return SubgraphSource(name, address, sdl=text)
    place = f"{where}.schema.introspection_headers"
    headers = _mapping(schema.get("introspection_headers") or {}, place)
    return SubgraphSource(
        name,
        address or text,
        asked_at=text,
        headers={
            str(key): _text(value, f"{place}.{key}", environment) for key, value in headers.items()
        },
    )


def _expect(given: Mapping[object, object], known: Sequence[str], where: str) -> None:
    """Refuse misspelt keys; keys unlike the known ones are other tools' affair."""
    for key in given:
        meant = suggestion_list(str(key), known)
        if key not in known and meant:
            raise ValueError(f"{where}.{key}: not known.{did_you_mean(meant)}")


def _mapping(value: object, where: str) -> Mapping[object, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: missing, or no mapping")  # noqa: TRY004
    return value


def _text(value: object, where: str, environment: Mapping[str, str]) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{where}: must be a text")

    def variable(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise ValueError(f"{where}: the environment has no {found[1]}")
        return environment[found[1]]

    return _VARIABLE.sub(variable, value)
