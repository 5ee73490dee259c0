import pytest
from starlette.datastructures import Headers

from gateway.server.forwarding import forwarded, forwarded_names


def test_only_named_headers_are_passed_on_in_whatever_case_they_come() -> None:
    names = forwarded_names([" X-Tenant", "x-tenant", "Authorization"])

    assert names == ("x-tenant", "authorization")
    assert forwarded(names, {"X-TENANT": "t1", "x-other": "no", "cookie": "no"}) == {
        "x-tenant": "t1"
    }
    assert forwarded((), {"x-tenant": "t1"}) == {}


def test_the_first_of_several_headers_of_a_name_counts() -> None:
    sent = Headers(raw=[(b"x-tenant", b"t1"), (b"x-tenant", b"t2")])

    assert forwarded(("x-tenant",), sent) == {"x-tenant": "t1"}


@pytest.mark.parametrize("value", ["t1\r\nx-admin: yes", "t1\nx-admin: yes", "a\0"])
def test_a_value_that_could_write_other_headers_is_left_out(value: str) -> None:
    assert forwarded(("x-tenant",), {"x-tenant": value}) == {}


@pytest.mark.parametrize("name", ["Host", "content-type", "Sec-Fetch-Site", "traceparent", " "])
def test_headers_of_the_gateways_own_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be forwarded"):
        forwarded_names([name])
