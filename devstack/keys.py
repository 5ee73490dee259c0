"""The signing keys of one development stack, made once and kept in its folder."""

import json
import os
from pathlib import Path

from service_kit.identity.keys import SigningKey, generate_signing_key, public_jwks

PROCESSES = ("gateway", "inventory_svc", "order_svc", "returns_svc", "appointments_svc")
"""Who signs callers for the other processes."""

ISSUER = "issuer"
"""Who signs the tokens of end users."""


def key_file(folder: Path, owner: str) -> Path:
    """Return the path of a private key, a PEM that only its owner reads."""
    return folder / f"{owner}.pem"


def trusted_file(folder: Path) -> Path:
    """Return the path of the public keys that every process trusts for signed callers."""
    return folder / "trusted.json"


def users_file(folder: Path) -> Path:
    """Return the path of the public key that end users' tokens are checked with."""
    return folder / "users.json"


def ensure_keys(folder: Path) -> None:
    """Make the keys that are missing and write down the public ones."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = [_ensure_key(folder, owner) for owner in PROCESSES]
    issuer = _ensure_key(folder, ISSUER)
    _write_private(trusted_file(folder), json.dumps(public_jwks(keys)).encode())
    _write_private(users_file(folder), json.dumps(public_jwks([issuer])).encode())


def issuer_key(folder: Path) -> SigningKey:
    """Return the key that signs end users' tokens, made now if there is none."""
    ensure_keys(folder)
    return SigningKey.from_pem_file(ISSUER, key_file(folder, ISSUER))


def _ensure_key(folder: Path, owner: str) -> SigningKey:
    path = key_file(folder, owner)
    if not path.exists():
        _write_private(path, generate_signing_key(owner).to_pem())
    return SigningKey.from_pem_file(owner, path)


def _write_private(path: Path, content: bytes) -> None:
    """Write a whole file or none of it, readable by its owner only."""
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
