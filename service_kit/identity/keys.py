"""The keys that sign callers, and those that are trusted to."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


class InvalidKey(Exception):
    """A file or a text does not hold the key that it should."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key; its `kid` is the name of the process that signs with it."""

    kid: str
    private: Ed25519PrivateKey

    @staticmethod
    def from_pem(kid: str, pem: bytes) -> "SigningKey":
        """Read a PKCS#8 PEM; raises InvalidKey."""
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise InvalidKey(f"The signing key of {kid} cannot be read.") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise InvalidKey(f"The signing key of {kid} is not an Ed25519 key.")
        return SigningKey(kid, private)

    @staticmethod
    def from_pem_file(kid: str, path: Path) -> "SigningKey":
        """Read a PKCS#8 PEM file; raises InvalidKey."""
        try:
            return SigningKey.from_pem(kid, path.read_bytes())
        except OSError as error:
            raise InvalidKey(f"The signing key of {kid} cannot be read.") from error

    def to_pem(self) -> bytes:
        """Give the key as an unencrypted PKCS#8 PEM."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def public_jwk(self) -> dict[str, str]:
        """Give the public half as a JSON web key."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
        return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig"} | {
            "kid": self.kid,
            "x": text,
        }


def generate_signing_key(kid: str) -> SigningKey:
    """Make a new key."""
    return SigningKey(kid, Ed25519PrivateKey.generate())


def public_jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """Give the public halves as a JSON web key set."""
    return {"keys": [key.public_jwk() for key in keys]}


class TrustedKeys:
    """The public Ed25519 keys of the processes whose signature counts, by `kid`."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(keys)

    @staticmethod
    def from_jwks(jwks: Mapping[str, Any]) -> "TrustedKeys":
        """Read a JSON web key set of Ed25519 keys; raises InvalidKey."""
        try:
            return TrustedKeys({jwk["kid"]: _public_key(jwk) for jwk in jwks["keys"]})
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidKey("The trusted keys cannot be read.") from error

    @staticmethod
    def from_file(path: Path) -> "TrustedKeys":
        """Read a file that holds a JSON web key set; raises InvalidKey."""
        try:
            return TrustedKeys.from_jwks(orjson.loads(path.read_bytes()))
        except (OSError, ValueError) as error:
            raise InvalidKey("The trusted keys cannot be read.") from error

    def find(self, kid: str) -> Ed25519PublicKey | None:
        """Give the key of a process, if it is trusted."""
        return self._keys.get(kid)


def _public_key(jwk: Mapping[str, str]) -> Ed25519PublicKey:
    if (jwk["kty"], jwk["crv"]) != ("OKP", "Ed25519"):
        raise ValueError("Only Ed25519 keys sign callers.")
    text = jwk["x"]
    return Ed25519PublicKey.from_public_bytes(
        base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    )
