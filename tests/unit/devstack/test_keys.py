"""The keys of a stack are private, stay the same, and are trusted by one another."""

from pathlib import Path

from devstack.commands import main
from devstack.keys import (
    ISSUER,
    PROCESSES,
    ensure_keys,
    issuer_key,
    key_file,
    trusted_file,
    users_file,
)
from service_kit.identity.keys import SigningKey, TrustedKeys


def test_every_process_has_a_key_that_the_others_trust(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    trusted = TrustedKeys.from_file(trusted_file(tmp_path))
    for process in PROCESSES:
        own = SigningKey.from_pem_file(process, key_file(tmp_path, process))
        assert trusted.find(process) == own.private.public_key()


def test_the_issuer_of_users_may_not_sign_callers(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    assert TrustedKeys.from_file(trusted_file(tmp_path)).find("issuer") is None


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    ensure_keys(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    first = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    ensure_keys(tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == first


def test_the_keys_of_a_deployment_are_made_by_a_command(tmp_path: Path) -> None:
    assert main(["keys", str(tmp_path / "keys")], {}) == 0
    assert trusted_file(tmp_path / "keys").exists()
    assert all(key_file(tmp_path / "keys", process).exists() for process in PROCESSES)
    users = TrustedKeys.from_file(users_file(tmp_path / "keys"))
    assert users.find(ISSUER) == issuer_key(tmp_path / "keys").private.public_key()
