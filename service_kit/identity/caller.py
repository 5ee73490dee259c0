"""Who is asking, with which roles and for which parts of the business."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SERVICE_ROLE = "service"
"""The role that a service has, and that no end user can be given."""


class CallerKind(StrEnum):
    """What stands behind a caller."""

    USER = "user"
    SERVICE = "service"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller.

    A grant is `kind:value` ("customer:7", "location:S1"): the part of the business that the
    caller's roles apply to. `on_behalf_of` is the subject for whom a service asks. `scopes` are
    what the token was issued for, `policies` what its issuer has decided already.
    """

    subject: str
    kind: CallerKind
    roles: frozenset[str]
    grants: frozenset[str]
    expires_at: datetime
    on_behalf_of: str | None = None
    language: str = "en"
    scopes: frozenset[str] = frozenset()
    policies: frozenset[str] = frozenset()

    @property
    def is_service(self) -> bool:
        """Whether another service asks."""
        return self.kind is CallerKind.SERVICE

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has signed in."""
        return self.kind is CallerKind.ANONYMOUS

    @property
    def idempotency_scope(self) -> str:
        """Whose idempotency keys these are: the subject's, or a service's for a subject."""
        scope = f"{self.kind.value}:{self.subject}"
        return scope if self.on_behalf_of is None else f"{scope}/{self.on_behalf_of}"

    def has_role(self, *roles: str) -> bool:
        """Whether the caller has one of the roles; only a service can have the service role."""
        if self.is_service:
            return SERVICE_ROLE in roles and SERVICE_ROLE in self.roles
        return any(role in self.roles for role in roles if role != SERVICE_ROLE)

    def grants_by(self, rules: Iterable[str]) -> frozenset[str]:
        """Give the grants that count where each rule `role:kind` has a role's kind count."""
        parts = [rule.partition(":") for rule in rules]
        kinds = {kind for role, _, kind in parts if self.has_role(role)}
        return frozenset(grant for grant in self.grants if grant.partition(":")[0] in kinds)

    def granted(self, kind: str) -> frozenset[str]:
        """Give the values of one kind of grant."""
        prefix = f"{kind}:"
        return frozenset(
            grant.removeprefix(prefix) for grant in self.grants if grant.startswith(prefix)
        )
