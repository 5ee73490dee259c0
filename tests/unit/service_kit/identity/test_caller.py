from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from service_kit.identity.caller import SERVICE_ROLE, Caller, CallerKind

LATE = datetime(2100, 1, 1, tzinfo=UTC)
texts = st.text(st.characters(blacklist_characters=":"), min_size=1)


def a_caller(
    kind: CallerKind = CallerKind.USER,
    roles: frozenset[str] = frozenset(),
    grants: frozenset[str] = frozenset(),
    on_behalf_of: str | None = None,
) -> Caller:
    return Caller("ada", kind, roles, grants, LATE, on_behalf_of)


def test_a_user_who_claims_the_service_role_does_not_get_it() -> None:
    assert not a_caller(roles=frozenset({SERVICE_ROLE})).has_role(SERVICE_ROLE)


def test_a_service_has_no_role_of_a_user() -> None:
    roles = frozenset({SERVICE_ROLE, "operator"})

    assert a_caller(CallerKind.SERVICE, roles).has_role("operator", SERVICE_ROLE)
    assert not a_caller(CallerKind.SERVICE, roles).has_role("operator")


def test_a_process_that_is_not_given_the_service_role_does_not_have_it() -> None:
    assert not a_caller(CallerKind.SERVICE).has_role(SERVICE_ROLE)


def test_one_fitting_role_is_enough() -> None:
    caller = a_caller(roles=frozenset({"assistant"}))

    assert caller.has_role("operator", "assistant")
    assert not caller.has_role("operator")
    assert not caller.has_role()


@given(st.dictionaries(texts, st.frozensets(st.text())))
def test_grants_are_found_by_their_kind(granted: dict[str, frozenset[str]]) -> None:
    grants = frozenset(f"{kind}:{value}" for kind, values in granted.items() for value in values)
    caller = a_caller(grants=grants)

    assert {kind: caller.granted(kind) for kind in granted} == granted


def test_idempotency_keys_belong_to_the_caller_and_to_whom_it_speaks_for() -> None:
    scopes = {
        a_caller().idempotency_scope,
        a_caller(CallerKind.SERVICE).idempotency_scope,
        a_caller(CallerKind.SERVICE, on_behalf_of="bob").idempotency_scope,
        a_caller(CallerKind.SERVICE, on_behalf_of="eve").idempotency_scope,
    }

    assert len(scopes) == 4
