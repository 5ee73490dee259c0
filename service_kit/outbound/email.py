"""A message as an e-mail with its headers."""

from email.message import EmailMessage
from email.utils import parseaddr

from service_kit.outbound.messages import Message
from service_kit.runtime.identifiers import derived_identifier


def email_of(message: Message, sender: str) -> EmailMessage:
    """Give the e-mail; its Message-ID is the same for the same key."""
    email = EmailMessage()
    email["From"] = sender
    email["To"] = _one_line(message.to)
    email["Subject"] = _one_line(message.subject)
    domain = parseaddr(sender)[1].rpartition("@")[2]
    email["Message-ID"] = f"<{derived_identifier(message.key)}@{domain}>"
    email.set_content(message.text)
    return email


def _one_line(text: str) -> str:
    return " ".join(text.split())
