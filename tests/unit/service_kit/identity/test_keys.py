from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service_kit.identity.keys import (
    InvalidKey,
    SigningKey,
    TrustedKeys,
    generate_signing_key,
    public_jwks,
)


def test_a_key_survives_its_pem_file(tmp_path: Path) -> None:
    key = generate_signing_key("gateway")
    path = tmp_path / "gateway.pem"
    path.write_bytes(key.to_pem())

    assert SigningKey.from_pem_file("gateway", path).public_jwk() == key.public_jwk()


def test_the_published_keys_verify_what_was_signed(tmp_path: Path) -> None:
    keys = [generate_signing_key("gateway"), generate_signing_key("order_svc")]
    path = tmp_path / "trusted.json"
    path.write_bytes(orjson.dumps(public_jwks(keys)))
    trusted = TrustedKeys.from_file(path)

    found = trusted.find("order_svc")
    assert found is not None
    found.verify(keys[1].private.sign(b"hello"), b"hello")
    assert trusted.find("somebody") is None


def test_published_keys_hold_nothing_private() -> None:
    (jwk,) = public_jwks([generate_signing_key("gateway")])["keys"]

    assert set(jwk) == {"kty", "crv", "alg", "use", "kid", "x"}


def test_a_key_of_another_kind_is_refused() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )

    with pytest.raises(InvalidKey, match="not an Ed25519"):
        SigningKey.from_pem("gateway", pem)


@pytest.mark.parametrize("pem", [b"", b"nonsense"])
def test_an_unreadable_key_is_refused(pem: bytes) -> None:
    with pytest.raises(InvalidKey, match="cannot be read"):
        SigningKey.from_pem("gateway", pem)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidKey):
        SigningKey.from_pem_file("gateway", tmp_path / "none.pem")
    with pytest.raises(InvalidKey):
        TrustedKeys.from_file(tmp_path / "none.json")


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": [{"kid": "a"}]},
        {"keys": [{"kid": "a", "kty": "RSA", "crv": "Ed25519", "x": ""}]},
        {"keys": [{"kid": "a", "kty": "OKP", "crv": "Ed25519", "x": "short"}]},
        {"keys": None},
    ],
)
def test_a_key_set_with_anything_unreadable_is_refused(jwks: dict[str, object]) -> None:
    with pytest.raises(InvalidKey):
        TrustedKeys.from_jwks(jwks)
