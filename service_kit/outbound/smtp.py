"""Messages by SMTP."""

from dataclasses import dataclass
from datetime import timedelta

import aiosmtplib

from service_kit.outbound.email import email_of
from service_kit.outbound.messages import Message, MessageNotSent


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where messages are handed over; with `start_tls` the connection is made secret first."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    start_tls: bool = True
    deadline: timedelta = timedelta(seconds=20)


class SmtpMessages:
    """Hands each message to one SMTP server, on a connection of its own."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, message: Message) -> None:
        """Hand the message over; raises MessageNotSent if that has to be tried again."""
        server = self._server
        try:
            await aiosmtplib.send(
                email_of(message, self._sender),
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                start_tls=server.start_tls,
                timeout=server.deadline.total_seconds(),
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MessageNotSent(f"{server.host}: {_said(error)}") from error


def _said(error: Exception) -> str:
    """Name an error without its words, in which servers repeat the address."""
    refused = getattr(error, "recipients", ())
    codes = [str(one.code) for one in (error, *refused) if hasattr(one, "code")]
    return " ".join([type(error).__name__, *codes])
