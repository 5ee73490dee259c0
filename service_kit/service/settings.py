"""What every service reads from its environment, and what it says of database and relay."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service_kit.messaging.relay import RelaySettings
from service_kit.runtime.settings import Secret
from service_kit.runtime.tracing import tracer
from service_kit.storage.database import Database, connect
from service_kit.storage.tracing import CommandTracing


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Addresses, keys and limits of one process; a service adds its own.

    `pool_size` counts connections to MongoDB; `partitions` those of the event log, for ever.
    Of each partition Valkey keeps about `stream_length` events to replay, and MongoDB those of
    `event_retention`, from which a lost stream is filled again.
    """

    mongodb_url: Secret
    redis_url: Secret
    trusted_keys_file: Path
    port: int
    database: str
    host: str = "127.0.0.1"
    pool_size: int = 32
    partitions: int = 8
    stream_length: int = 20_000
    event_retention: timedelta = timedelta(days=7)
    log_level: str = "info"
    log_json: bool = True
    otel_exporter_otlp_endpoint: str | None = None


def database_of(settings: ServiceSettings, process: str) -> Database:
    """Give the database that the settings name; nothing is reached yet."""
    return connect(
        settings.mongodb_url.reveal(),
        settings.database,
        pool_size=settings.pool_size,
        listeners=[CommandTracing(tracer())] if settings.otel_exporter_otlp_endpoint else (),
        process=process,
    )


def relay_settings_of(settings: ServiceSettings) -> RelaySettings:
    """Give how much of the log is kept, as the settings say."""
    return RelaySettings(stream_length=settings.stream_length, retention=settings.event_retention)
