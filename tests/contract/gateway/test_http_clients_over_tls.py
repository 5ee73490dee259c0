"""Both HTTP clients over TLS, and what must hold with it and without."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.ports import SubgraphRequest
from gateway.transport import lean_client
from tests.support.saying import OK, REQUEST, MakeClient, saying, transport, unreachable

_ADDRESS = x509.IPAddress(ip_address("127.0.0.1"))


@pytest.fixture
def certificate(tmp_path: Path) -> Iterator[Path]:
    """A certificate for 127.0.0.1 with its key, trusted by nobody yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)  # noqa: TID251  # a certificate is of its day
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_ADDRESS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    lean_client._tls.cache_clear()
    yield file
    lean_client._tls.cache_clear()


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server needs for TLS that both clients trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", trusting)
    return _context(certificate)


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


async def test_an_untrusted_certificate_is_refused(client: MakeClient, certificate: Path) -> None:
    async with (
        saying(OK, tls=_context(certificate)) as server,
        transport(client, server) as asking,
    ):
        assert "CERTIFICATE_VERIFY_FAILED" in await unreachable(asking)
    assert server.bodies == []


async def test_an_exchange_by_tls_is_like_any_other(
    client: MakeClient, trusted: ssl.SSLContext
) -> None:
    body = b"x" * 3_000_000
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + body
    sent = [REQUEST.body, b"y" * (3 << 20), REQUEST.body]
    async with saying(OK, said, tls=trusted) as server, transport(client, server) as asking:
        answers = [(await asking.send(SubgraphRequest("shop", one))).body for one in sent]
    assert answers == [b"{}", body, body]
    assert server.bodies == sent
    assert server.connections == 1


@pytest.mark.parametrize(
    "new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
@pytest.mark.parametrize("is_safe", [False, True], ids=["plainly", "by TLS"])
def test_nothing_is_sent_behind_a_request_that_is_not_sent_yet(
    client: MakeClient,
    trusted: ssl.SSLContext,
    new_loop: Callable[[], asyncio.AbstractEventLoop],
    *,
    is_safe: bool,
) -> None:
    async def ask() -> int:
        large = SubgraphRequest("shop", b" " * (32 << 20))
        async with (
            saying(OK, tls=trusted if is_safe else None) as server,
            transport(client, server) as asking,
        ):
            server.may_read.clear()
            assert [(await asking.send(one)).body for one in (large, REQUEST)] == [b"{}"] * 2
            return server.connections

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(ask()) == 2
