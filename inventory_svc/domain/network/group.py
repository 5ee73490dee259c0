"""Groups of locations, which questions and rules name by one code."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from inventory_svc.domain.naming import code_problems, required_code
from inventory_svc.domain.network.location import Location, LocationType
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll


@dataclass(frozen=True, slots=True)
class LocationGroup:
    """The locations that meet every selector that is given: a code, a type, a tag of each list."""

    code: str
    name: str
    location_codes: frozenset[str] = frozenset()
    location_types: frozenset[LocationType] = frozenset()
    tags: frozenset[str] = frozenset()
    version: int = 0

    def holds(self, location: Location) -> bool:
        """Whether a location belongs to the group."""
        return (
            (not self.location_codes or location.code in self.location_codes)
            and (not self.location_types or location.type in self.location_types)
            and (not self.tags or not self.tags.isdisjoint(location.tags))
        )


def checked_group(group: LocationGroup) -> LocationGroup:
    """Give the group in canonical form; raise RefusedAll with paths inside the line."""
    problems = tuple(_problems(group))
    if problems:
        raise RefusedAll(problems)
    return replace(group, code=required_code(group.code, "code"), name=group.name.strip())


def _problems(group: LocationGroup) -> Iterator[Refusal]:
    try:
        required_code(group.code, "code")
    except Refusal as refusal:
        yield refusal
    if not group.name.strip():
        yield invalid("A name is required.", "name")
    if not (group.location_codes or group.location_types or group.tags):
        yield invalid("A group names codes, types or tags of locations.", "locationCodes")
    yield from code_problems(group.tags, "tags")
