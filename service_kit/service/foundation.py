"""What a process of a service stands on: its servers, whom it trusts, its clock."""

from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry

from service_kit.identity.keys import SigningKey, TrustedKeys
from service_kit.identity.tokens import CallerSigner
from service_kit.messaging.bus import Bus
from service_kit.messaging.relay import RelaySettings
from service_kit.runtime.clock import Clock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.identifiers import Identifiers, new_identifier
from service_kit.runtime.running import Works
from service_kit.service.settings import ServiceSettings, database_of, relay_settings_of
from service_kit.storage.database import Database


@dataclass(frozen=True, slots=True)
class Foundation:
    """What one process of the service `name` stands on; whoever opens it closes it."""

    name: str
    database: Database
    bus: Bus
    trusted: TrustedKeys
    clock: Clock
    identifiers: Identifiers = new_identifier
    partitions: int = 8
    relay: RelaySettings = field(default_factory=RelaySettings)
    reached: Reached = pass_by
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    works: Works = field(default_factory=Works)


def foundation_of(name: str, settings: ServiceSettings, clock: Clock) -> Foundation:
    """Open what the settings name; nothing is reached yet."""
    return Foundation(
        name,
        database=database_of(settings, name),
        bus=Bus(settings.redis_url.reveal()),
        trusted=TrustedKeys.from_file(settings.trusted_keys_file),
        clock=clock,
        partitions=settings.partitions,
        relay=relay_settings_of(settings),
    )


def signer_of(foundation: Foundation, key_file: Path) -> CallerSigner:
    """Give who signs what the service itself asks of others; its key is read here."""
    key = SigningKey.from_pem_file(foundation.name, key_file)
    return CallerSigner(key, foundation.name, foundation.clock)
