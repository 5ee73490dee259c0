"""Who acts in the story, and by what right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from retail_kit.roles import Role

COLOURS: Final[Mapping[Role, str]] = {
    Role.VISITOR: "cyan",
    Role.CUSTOMER: "magenta",
    Role.ASSISTANT: "green",
    Role.CUSTOMER_SERVICE: "blue",
    Role.INTEGRATION: "yellow",
    Role.OPERATOR: "yellow",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role, as the development issuer knows it, and grants like `location:S1`."""

    name: str
    role: Role
    grants: tuple[str, ...] = ()

    @property
    def colour(self) -> str:
        """In which colour this person is heard."""
        return COLOURS[self.role]

    @property
    def rights(self) -> str:
        """The role in words, as the narrator names it."""
        return self.role.value.replace("_", " ")
