"""Development tokens: who may be asked for, and what stands in their token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from retail_kit.roles import Role
from service_kit.identity.keys import SigningKey

AUDIENCE = "tutti"
"""For whom the tokens of end users are meant."""

GRANTS = ("customer", "location", "channel")
"""The kinds of grants that may be asked for by name."""

USUAL: Mapping[Role, Mapping[str, tuple[str, ...]]] = {
    Role.CUSTOMER: {"customer": ("C1",)},
    Role.ASSISTANT: {"location": ("S1",), "channel": ("store-fr",)},
}
"""What a token grants when nothing else is asked for: the sample's first customer and shop."""


class UnknownRole(Exception):
    """There is no such role; the message lists those that there are."""


@dataclass(frozen=True, slots=True)
class User:
    """An end user: a role, and grants such as `location:S1`."""

    role: Role
    grants: tuple[str, ...]

    @property
    def subject(self) -> str:
        """A stable name for the user: the role with the first grant."""
        return "-".join([self.role, *(grant.split(":", 1)[1] for grant in self.grants[:1])])


def user_of(role: str, asked: Mapping[str, Sequence[str]]) -> User:
    """Return the user who was asked for, with the usual grants of the role for those not named."""
    if role not in set(Role):
        raise UnknownRole(f"There is no role {role!r}; there are {', '.join(Role)}.")
    wanted = {
        **USUAL.get(Role(role), {}),
        **{kind: tuple(values) for kind, values in asked.items() if values},
    }
    grants = (f"{kind}:{value}" for kind in GRANTS for value in wanted.get(kind, ()))
    return User(Role(role), tuple(grants))


@dataclass(frozen=True, slots=True)
class TokenIssuer:
    """Signs end users' tokens in the name of `issuer`, an address, valid for `lifetime`."""

    key: SigningKey
    issuer: str
    lifetime: timedelta

    def token(self, user: User, now: datetime, *, language: str = "en") -> str:
        """Return a signed token for the gateway."""
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": user.subject,
            "roles": [user.role],
            "grants": list(user.grants),
            "locale": language,
            "iat": int(now.timestamp()),
            "exp": int((now + self.lifetime).timestamp()),
        }
        return jwt.encode(
            claims, self.key.private, algorithm="EdDSA", headers={"kid": self.key.kid}
        )
