"""The page's files are fetched once, and never stand in the way of the start."""

import os
from pathlib import Path

import pytest

from devstack.graphiql import ASSETS, graphiql_in

NAMES = [Path(name).name for asset in ASSETS for name in asset.files]


async def test_files_that_are_here_are_used_as_they_are(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).touch()
    assert await graphiql_in(tmp_path) == tmp_path


async def test_without_npm_there_are_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await graphiql_in(tmp_path / "graphiql") is None


@pytest.mark.parametrize("behaviour", ["exit 1", "echo other > graphiql-3.8.3.tgz"])
async def test_an_npm_that_fails_or_brings_something_else_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    npm = tmp_path / "npm"
    archives = "touch react-18.3.1.tgz react-dom-18.3.1.tgz"
    npm.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{archives}\n{behaviour}\n")
    npm.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await graphiql_in(tmp_path / "graphiql") is None
    assert os.listdir(tmp_path) == ["npm"]  # noqa: PTH208  (nothing to wait for)
