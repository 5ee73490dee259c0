"""The gateway's settings: GATEWAY_NAME in the environment, else NAME."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service_kit.runtime.settings import InvalidSettings

_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment decides.

    The graph comes from `supergraph_file`, else from `subgraphs` ("name=url" each). `development`
    (or `graphiql`) shows the page, introspection, suggestions and plans. Without users' keys
    everybody is a visitor; without a signing key subgraphs are asked unsigned. Without `redis_url`
    subscription fields with an event source are refused. `subgraph_websockets` ("name=ws://...")
    are subgraphs subscribed at by WebSocket instead of SSE. `open_connections` bounds WebSockets
    and streams over HTTP together, `open_operations` the operations of all WebSockets; visitors may
    have half of either, `visitor_operations` at one WebSocket, and stay for `visitor_age`.
    `lean_http` asks subgraphs by the lean client instead of by aiohttp.
    `stream_write` is how long a client may take to read what a stream sent. `override_labels` are
    the labels of progressive overrides that are active in every request. `share_queries` says whose
    equal queries are run once while they are under way: "off", "visitors" or "all".
    `forward_headers` names the headers of clients that reach the subgraphs. Users' tokens are of
    `user_issuer` and for `user_audience`; both are needed with their keys.
    """

    host: str = "127.0.0.1"
    port: int = 4000
    subgraphs: tuple[str, ...] = ()
    supergraph_file: Path | None = None
    refresh: timedelta = timedelta(seconds=10)

    signing_key_file: Path | None = None
    user_jwks_file: Path | None = None
    user_jwks_url: str | None = None
    user_issuer: str = ""
    user_audience: str = ""
    forward_headers: tuple[str, ...] = ()

    development: bool = False
    graphiql: bool = False
    graphiql_assets: Path | None = None
    dev_token_url: str | None = None
    dev_identities: tuple[str, ...] = ()

    body_bytes: int = 1 << 20
    lean_http: bool = False
    subgraph_deadline: timedelta = timedelta(seconds=10)
    subgraph_response_bytes: int = 32 << 20
    document_cache: int = 2000
    max_tokens: int = 10_000
    max_depth: int = 25
    override_labels: tuple[str, ...] = ()
    share_queries: str = "visitors"
    allowed_origins: tuple[str, ...] = ()

    redis_url: str | None = None
    event_partitions: int = 8
    events_waiting: int = 1000
    states_waiting: int = 10_000
    events_replayed: int = 50_000
    subgraph_websockets: tuple[str, ...] = ()
    open_connections: int = 20_000
    open_operations: int = 100_000
    socket_operations: int = 100
    visitor_operations: int = 20
    visitor_age: timedelta = timedelta(hours=1)
    socket_init: timedelta = timedelta(seconds=3)
    socket_ping: timedelta = timedelta(seconds=25)
    stream_heartbeat: timedelta = timedelta(seconds=12)
    stream_write: timedelta = timedelta(seconds=20)
    compression: bool = False

    log_level: str = "info"
    log_json: bool = True
    otel_exporter_otlp_endpoint: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= _LAST_PORT:
            raise InvalidSettings({"port": f"it is from 0 to {_LAST_PORT}"})

    @property
    def for_developers(self) -> bool:
        """Whether to show what only developers should see."""
        return self.development or self.graphiql
