"""What a person may choose about the development stack, all by environment."""

from dataclasses import dataclass
from pathlib import Path

from devstack.sample.feeds import SampleSize
from service_kit.runtime.settings import InvalidSettings, Secret


@dataclass(frozen=True, slots=True)
class StackSettings:
    """Where things live; with MONGODB_URL or REDIS_URL set, that server is used as it is.

    With `fetch_graphiql`, npm brings the files of the GraphiQL page here, so that it works offline.
    `sample_size` is full, or small for no more than the README tells of.
    """

    tutti_folder: Path = Path(".tutti")
    gateway_port: int = 4000
    inventory_port: int = 4001
    order_port: int = 4002
    returns_port: int = 4003
    appointments_port: int = 4004
    issuer_port: int = 4010
    mongodb_port: int = 4017
    redis_port: int = 4079
    mongodb_url: Secret | None = None
    redis_url: Secret | None = None
    token_hours: float = 12.0
    log_level: str = "info"
    fetch_graphiql: bool = True
    sample_size: str = SampleSize.FULL

    @property
    def sample(self) -> SampleSize:
        """How much of the sample is loaded."""
        try:
            return SampleSize(self.sample_size)
        except ValueError as error:
            known = ", ".join(SampleSize)
            raise InvalidSettings({"SAMPLE_SIZE": f"one of {known} is expected"}) from error

    @property
    def folder(self) -> Path:
        """The folder of data, keys and logs, as an absolute path."""
        return self.tutti_folder.absolute()

    @property
    def keys(self) -> Path:
        """The folder of the signing keys."""
        return self.folder / "keys"

    @property
    def data(self) -> Path:
        """The folder of the embedded servers' data."""
        return self.folder / "data"

    @property
    def logs(self) -> Path:
        """The folder of what the children printed."""
        return self.folder / "logs"

    @property
    def gateway_url(self) -> str:
        """Where clients find the graph."""
        return f"http://127.0.0.1:{self.gateway_port}/graphql"

    @property
    def issuer_url(self) -> str:
        """The name under which the development issuer signs, and where it answers."""
        return f"http://127.0.0.1:{self.issuer_port}"
