"""The keys of a stack are private, stay the same, and are trusted by one another."""

from pathlib import Path

from devstack.keys import PROCESSES, ensure_keys, key_file, trusted_file
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
