"""Whatever carries messages passes these: a folder, and a real SMTP server."""

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from devstack.ports import free_port
from service_kit.outbound.message_folder import FolderMessages
from service_kit.outbound.messages import Message, MessageNotSent, MessageSender, TextMessage
from service_kit.outbound.smtp import SmtpMessages, SmtpServer
from service_kit.outbound.text_folder import FolderTexts

SENDER = "Shop <no-reply@shop.test>"
MESSAGE = Message("key-1", "anna@example.test", "Retour n° 1", "Bonjour Anna,\n\nReçu.\n")


class _Mailbox:
    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(  # noqa: N802  # the server's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.received.append(cast("bytes", envelope.content))
        return "250 taken"


def _read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


@pytest.fixture(params=["folder", "smtp"])
def carrier(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[MessageSender, Callable[[], list[EmailMessage]]]]:
    """Something that carries messages, and what has arrived."""
    if request.param == "folder":
        yield (
            FolderMessages(tmp_path, SENDER),
            lambda: [_read(path.read_bytes()) for path in tmp_path.glob("*.eml")],
        )
        return
    mailbox = _Mailbox()
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        server = SmtpServer("127.0.0.1", port, start_tls=False)
        yield SmtpMessages(server, SENDER), lambda: [_read(raw) for raw in mailbox.received]
    finally:
        controller.stop()


Carrier = tuple[MessageSender, Callable[[], list[EmailMessage]]]


async def test_a_message_arrives_with_its_headers_and_its_letters(carrier: Carrier) -> None:
    sender, arrived = carrier
    await sender.send(MESSAGE)
    (email,) = arrived()
    assert (email["From"], email["To"]) == (SENDER, MESSAGE.to)
    assert email["Subject"] == MESSAGE.subject
    assert email.get_content().replace("\r\n", "\n") == MESSAGE.text


async def test_the_same_message_has_the_same_id_however_often_it_is_sent(carrier: Carrier) -> None:
    sender, arrived = carrier
    await sender.send(MESSAGE)
    await sender.send(MESSAGE)
    assert len({email["Message-ID"] for email in arrived()}) == 1


async def test_a_line_break_in_a_subject_adds_no_header(carrier: Carrier) -> None:
    sender, arrived = carrier
    await sender.send(Message("key-2", MESSAGE.to, "Hello\r\nBcc: all@example.test", "Text.\n"))
    (email,) = arrived()
    assert email["Bcc"] is None


async def test_a_server_that_is_away_is_asked_again_later() -> None:
    server = SmtpServer("127.0.0.1", 1, start_tls=False)
    with pytest.raises(MessageNotSent):
        await SmtpMessages(server, SENDER).send(MESSAGE)


async def test_the_sandbox_keeps_each_text_message_once_with_the_number_above_it(
    tmp_path: Path,
) -> None:
    sandbox = FolderTexts(tmp_path / "outbox")
    first = TextMessage("key-1", "+33600000001", "Rendez-vous confirmé à 15:00")
    for message in (first, first, TextMessage("key-2", "+336\n00", "Hello")):
        await sandbox.send(message)

    written = {path.read_text("utf-8") for path in (tmp_path / "outbox").iterdir()}
    assert written == {"+33600000001\nRendez-vous confirmé à 15:00\n", "+336 00\nHello\n"}


class _Refusing:
    async def handle_RCPT(  # noqa: N802  # the server's name for it
        self, *_: object
    ) -> str:
        return f"550 nobody is called {MESSAGE.to}"


async def test_a_message_that_was_refused_is_spoken_of_without_the_address() -> None:
    port = free_port()
    controller = Controller(_Refusing(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        sender = SmtpMessages(SmtpServer("127.0.0.1", port, start_tls=False), SENDER)
        with pytest.raises(MessageNotSent) as refused:
            await sender.send(MESSAGE)
    finally:
        controller.stop()
    assert str(refused.value) == "127.0.0.1: SMTPRecipientsRefused 550"
