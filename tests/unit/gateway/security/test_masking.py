import pytest

from gateway import errors
from gateway.security.masking import masked, without_insides


def families() -> list[type[errors.GatewayError]]:
    found, waiting = [], [errors.GatewayError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting.extend(kind.__subclasses__())
    return found


@pytest.mark.parametrize("kind", families())
def test_only_client_errors_show_their_text(kind: type[errors.GatewayError]) -> None:
    shown = masked(_made(kind))

    assert ("a text" in shown["message"]) is issubclass(kind, errors.ClientError)
    assert shown["extensions"]["code"] == kind.code


def _made(kind: type[errors.GatewayError]) -> errors.GatewayError:
    error = kind.__new__(kind)
    errors.GatewayError.__init__(error, "a text")
    return error


def test_any_other_exception_is_masked() -> None:
    assert "password" not in str(masked(ValueError("the password is x")))


def test_stack_traces_of_subgraphs_are_taken_out() -> None:
    error = {"message": "m", "extensions": {"code": "C", "stacktrace": ["at x"], "exception": {}}}

    assert without_insides(error) == {"message": "m", "extensions": {"code": "C"}}
