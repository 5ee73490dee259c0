"""What orders read from their environment, once."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service_kit.runtime.settings import Secret

PREFIX = "ORDER"


@dataclass(frozen=True, slots=True)
class OrderSettings:
    """Addresses, keys and limits of one process.

    `pool_size` counts connections to MongoDB; `partitions` those of the event log, for ever.
    Of each partition Valkey keeps about `stream_length` events to replay, and MongoDB those of
    `event_retention`, from which a lost stream is filled again.
    """

    mongodb_url: Secret
    redis_url: Secret
    signing_key_file: Path
    trusted_keys_file: Path
    inventory_url: str
    host: str = "127.0.0.1"
    port: int = 4002
    database: str = "orders"
    pool_size: int = 32
    partitions: int = 8
    stream_length: int = 20_000
    event_retention: timedelta = timedelta(days=7)
    inventory_deadline: timedelta = timedelta(seconds=5)
    recovery_delay: timedelta = timedelta(seconds=10)
    placement_patience: timedelta = timedelta(minutes=15)
    log_level: str = "info"
    log_json: bool = True
    otel_exporter_otlp_endpoint: str | None = None
