import pytest

from gateway.security.csrf import is_forgeable


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "host": "shop.example"},
        {"sec-fetch-site": "cross-site", "host": "shop.example"},
        {"sec-fetch-site": "same-site", "host": "shop.example"},
        {"origin": "null", "host": "shop.example"},
    ],
)
def test_a_simple_request_of_another_site_is_refused(headers: dict[str, str]) -> None:
    assert is_forgeable(headers)
    assert not is_forgeable({**headers, "apollo-require-preflight": "1"})
    assert not is_forgeable({**headers, "content-type": "application/json; charset=utf-8"})


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "shop.example"},
        {"origin": "https://shop.example", "host": "shop.example"},
        {"sec-fetch-site": "same-origin", "host": "shop.example"},
        {"sec-fetch-site": "none", "host": "shop.example"},
    ],
)
def test_a_request_of_the_same_site_or_of_no_browser_passes(headers: dict[str, str]) -> None:
    assert not is_forgeable(headers)
