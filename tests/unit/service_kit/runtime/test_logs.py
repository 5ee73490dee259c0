import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from service_kit.runtime.current_request import CurrentRequest, current
from service_kit.runtime.logs import configure_logging


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


def lines_in(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_line_is_one_json_object_with_the_ids_of_the_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("library")
    before = current.set(CurrentRequest("r-1", f"00-{'a' * 32}-{'b' * 16}-01"))
    structlog.get_logger().info("lent", isbn="isbn-1", odd={1: object})
    current.reset(before)

    (line,) = lines_in(capsys)
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "lent",
        "isbn": "isbn-1",
        "odd": {"1": repr(object)},
        "level": "info",
        "process": "library",
        "request_id": "r-1",
        "trace_id": "a" * 32,
    }


def test_lines_of_libraries_look_like_ours(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("library")
    logging.getLogger("uvicorn.error").warning("slow %s", "client")

    (line,) = lines_in(capsys)
    assert (line["event"], line["level"], line["process"]) == ("slow client", "warning", "library")


def test_quieter_levels_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("library", level="warning")
    structlog.get_logger().info("chatter")
    logging.getLogger("lib").info("chatter")

    assert lines_in(capsys) == []


@pytest.mark.parametrize("as_json", [True, False])
def test_an_exception_is_told_without_local_variables(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    configure_logging("library", as_json=as_json)
    address = f"{12} Rue Oubliée"
    try:
        int(address)
    except ValueError:
        structlog.get_logger().exception("failed")

    told = capsys.readouterr().out
    assert "ValueError" in told
    assert "address = '" not in told
