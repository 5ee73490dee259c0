"""How a service reaches people: what it reads from its environment, and what follows from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.store import S3Store

from service_kit.outbound.message_folder import FolderMessages
from service_kit.outbound.messages import MessageSender, TextSender
from service_kit.outbound.object_bucket import BucketObjects
from service_kit.outbound.object_folder import FolderObjects
from service_kit.outbound.objects import ObjectStore
from service_kit.outbound.smtp import SmtpMessages, SmtpServer
from service_kit.outbound.text_folder import FolderTexts
from service_kit.runtime.clock import Clock
from service_kit.runtime.settings import Secret
from service_kit.service.settings import ServiceSettings

if TYPE_CHECKING:
    from obstore.store import S3Config


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundSettings(ServiceSettings):
    """Messages go to a folder, or by SMTP; documents to a folder, or to a bucket of S3.

    Text messages go to the folder of messages; by SMTP there are none.

    Without an access key the bucket is reached as the environment of the process allows.
    `public_url` is where people reach this service; a folder's documents are served there.
    """

    message_sender: str = "folder"
    """`folder`, for development, or `smtp`."""
    message_folder: Path = Path(".tutti/outbox")
    message_from: str = "Tutti <no-reply@tutti.example>"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 587
    smtp_username: str | None = None
    smtp_password: Secret | None = None
    smtp_start_tls: bool = True
    object_store: str = "folder"
    """`folder`, for development, or `s3`."""
    object_folder: Path = Path(".tutti/objects")
    object_secret: Secret | None = None
    public_url: str | None = None
    s3_bucket: str | None = None
    s3_region: str = "eu-west-3"
    s3_endpoint: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: Secret | None = None


def messages_of(settings: OutboundSettings) -> MessageSender:
    """Give whoever carries messages; ValueError if the settings name nobody."""
    match settings.message_sender:
        case "folder":
            return FolderMessages(settings.message_folder, settings.message_from)
        case "smtp":
            password = settings.smtp_password
            server = SmtpServer(
                settings.smtp_host,
                settings.smtp_port,
                settings.smtp_username,
                password.reveal() if password else None,
                start_tls=settings.smtp_start_tls,
            )
            return SmtpMessages(server, settings.message_from)
        case unknown:
            raise ValueError(f"Nothing carries messages as {unknown!r}: say folder or smtp.")


def texts_of(settings: OutboundSettings) -> TextSender | None:
    """Give whoever carries text messages: the sandbox beside a folder of messages, else nobody."""
    is_sandbox = settings.message_sender == "folder"
    return FolderTexts(settings.message_folder) if is_sandbox else None


def objects_of(settings: OutboundSettings, clock: Clock) -> ObjectStore:
    """Give where documents are kept; ValueError if the settings do not say it."""
    match settings.object_store:
        case "folder":
            if settings.object_secret is None:
                raise ValueError("Documents in a folder need OBJECT_SECRET to sign addresses.")
            url = settings.public_url or f"http://{settings.host}:{settings.port}"
            return FolderObjects(settings.object_folder, url, settings.object_secret, clock)
        case "s3":
            return BucketObjects(_bucket_of(settings))
        case unknown:
            raise ValueError(f"There is no store of documents {unknown!r}: say folder or s3.")


def _bucket_of(settings: OutboundSettings) -> S3Store:
    if settings.s3_bucket is None:
        raise ValueError("A bucket needs its name: S3_BUCKET.")
    config: S3Config = {"region": settings.s3_region}
    if settings.s3_endpoint is not None:
        config["endpoint"] = settings.s3_endpoint
    if settings.s3_access_key is not None:
        config["access_key_id"] = settings.s3_access_key
    if settings.s3_secret_key is not None:
        config["secret_access_key"] = settings.s3_secret_key.reveal()
    return S3Store(settings.s3_bucket, config=config)
