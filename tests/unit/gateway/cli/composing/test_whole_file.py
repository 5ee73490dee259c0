from pathlib import Path

import pytest

from gateway.cli.composing.whole_file import write_whole


def test_a_file_is_made_or_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "a.graphql"
    write_whole(file, "one")
    file.chmod(0o640)
    before = file.stat().st_ino

    write_whole(file, "two")

    assert file.read_text() == "two"
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.stat().st_ino != before
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_one(tmp_path: Path) -> None:
    file, link = tmp_path / "a.graphql", tmp_path / "b.graphql"
    file.write_text("one")
    link.symlink_to(file)

    write_whole(link, "two")

    assert link.is_symlink()
    assert file.read_text() == "two"


def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.graphql"
    file.write_text("one")

    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")

    assert file.read_text() == "one"
    assert list(tmp_path.iterdir()) == [file]
