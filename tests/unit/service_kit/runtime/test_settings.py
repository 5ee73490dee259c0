from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from service_kit.runtime.settings import (
    InvalidSettings,
    MissingSettings,
    Secret,
    read_settings,
)


@dataclass(frozen=True, slots=True)
class Settings:
    port: int
    mongodb_url: str
    key_file: Path
    token: Secret
    ratio: float = 0.5
    log_json: bool = True
    deadline: timedelta = timedelta(seconds=5)
    origins: tuple[str, ...] = ()
    endpoint: str | None = None


NEEDED = {"PORT": "4001", "MONGODB_URL": "mongodb://m", "KEY_FILE": "/k.pem", "TOKEN": "hush"}


def test_every_kind_of_value_is_read() -> None:
    settings = read_settings(
        Settings,
        NEEDED
        | {
            "RATIO": "0.25",
            "LOG_JSON": "no",
            "DEADLINE": "1.5",
            "ORIGINS": "a, b,,c",
            "ENDPOINT": "http://e",
        },
    )

    assert settings == Settings(
        port=4001,
        mongodb_url="mongodb://m",
        key_file=Path("/k.pem"),
        token=Secret("hush"),
        ratio=0.25,
        log_json=False,
        deadline=timedelta(seconds=1.5),
        origins=("a", "b", "c"),
        endpoint="http://e",
    )


def test_a_name_with_the_prefix_wins_over_the_plain_one() -> None:
    settings = read_settings(Settings, NEEDED | {"INVENTORY_PORT": "5001"}, "INVENTORY")

    assert settings.port == 5001
    assert settings.mongodb_url == "mongodb://m"


def test_all_missing_names_are_told_at_once() -> None:
    with pytest.raises(MissingSettings) as caught:
        read_settings(Settings, {"PORT": "4001", "TOKEN": ""}, "ORDER")

    assert caught.value.names == ("ORDER_MONGODB_URL", "ORDER_KEY_FILE", "ORDER_TOKEN")


def test_all_unreadable_values_are_told_at_once_and_not_shown() -> None:
    unreadable = {"PORT": "s3cret", "RATIO": "much", "LOG_JSON": "perhaps"}
    with pytest.raises(InvalidSettings) as caught:
        read_settings(Settings, NEEDED | unreadable)

    assert set(caught.value.problems) == {"PORT", "RATIO", "LOG_JSON"}
    assert "s3cret" not in str(caught.value)


def test_a_default_serves_where_nothing_is_set() -> None:
    settings = read_settings(Settings, NEEDED)

    assert settings.deadline == timedelta(seconds=5)
    assert settings.endpoint is None


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("hush")

    assert "hush" not in f"{secret} {secret!r} {read_settings(Settings, NEEDED)}"
    assert secret.reveal() == "hush"
    assert secret == Secret("hush")
    assert secret != Secret("other")
    assert hash(secret) == hash(Secret("hush"))
