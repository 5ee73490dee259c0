"""What cannot be served at, or asked at, is refused before anything is opened."""

import pytest

from gateway.cli import serve

SUBGRAPHS = {"GATEWAY_SUBGRAPHS": "x=http://127.0.0.1:1/graphql"}


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports that something was served at."""
    ports: list[int] = []
    monkeypatch.setattr(serve, "serve", lambda *_, port, **__: ports.append(port))
    monkeypatch.setattr(serve, "collect_rarely", lambda _: None)
    monkeypatch.setattr(serve, "configure_logging", lambda *_, **__: None)
    return ports


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--port", "99999"], SUBGRAPHS),
        (["--port", "65536"], SUBGRAPHS),
        (["--port", "-1"], SUBGRAPHS),
        ([], {**SUBGRAPHS, "GATEWAY_PORT": "65536"}),
        (["--subgraph", "x=foo"], {}),
        (["--subgraph", "x=foo"], SUBGRAPHS),
        (["--subgraph", "x=//shop/graphql"], {}),
        (["--subgraph", "x=ftp://shop/graphql"], {}),
        (["--subgraph", "x=ws://shop/graphql"], {}),
        (["--subgraph", "x=http:///graphql"], {}),
        (["--subgraph", "x=http://shop:99999/graphql"], {}),
        (["--subgraph", "x=http://[shop/graphql"], {}),
        ([], {"GATEWAY_SUBGRAPHS": "x=foo"}),
        ([], {**SUBGRAPHS, "GATEWAY_SUBGRAPH_WEBSOCKETS": "x=http://shop/graphql"}),
    ],
)
def test_what_cannot_work_is_refused(
    arguments: list[str],
    environment: dict[str, str],
    served: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert serve.run(arguments, environment) == 2
    assert not served
    assert capsys.readouterr().out.startswith("The gateway cannot start: ")


@pytest.mark.parametrize(
    ("arguments", "port"),
    [
        (["--port", "0"], 0),
        (["--port", "65535"], 65_535),
        (["--subgraph", "x=https://[::1]:8443/graphql"], 4000),
    ],
)
def test_what_can_work_is_served(arguments: list[str], port: int, served: list[int]) -> None:
    assert serve.run(arguments, SUBGRAPHS) == 0
    assert served == [port]
