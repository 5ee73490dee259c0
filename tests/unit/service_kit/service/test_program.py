from dataclasses import dataclass

import pytest
from starlette.applications import Starlette

from service_kit.graphql.schema import print_sdl
from service_kit.service.program import WRONG_USAGE, ServiceProgram
from service_kit.service.settings import ServiceSettings
from service_kit.storage.database import Database
from tests.support.library import library_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySettings(ServiceSettings):
    port: int = 4000
    database: str = "library"


def unused_app(_: LibrarySettings) -> Starlette:
    raise AssertionError


async def unused_migration(_: Database) -> None:
    raise AssertionError


PROGRAM = ServiceProgram(
    "library_svc", "LIBRARY", LibrarySettings, library_schema, unused_app, unused_migration
)


def test_the_schema_is_printed_without_any_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert PROGRAM.main(["schema"], {}) == 0
    assert capsys.readouterr().out == print_sdl(library_schema())


def test_an_unknown_word_is_answered_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert PROGRAM.main(["dance"], {}) == WRONG_USAGE
    assert "python -m library_svc [serve|schema|migrate|parked" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["serve"], ["migrate"], ["parked"], ["retry", "an id"]])
def test_missing_settings_are_all_named(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert PROGRAM.main(words, {"LIBRARY_REDIS_URL": "redis://nowhere"}) == WRONG_USAGE
    error = capsys.readouterr().err
    assert "LIBRARY_MONGODB_URL" in error
    assert "LIBRARY_TRUSTED_KEYS_FILE" in error
    assert "REDIS" not in error
