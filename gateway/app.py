"""The composition root: every part built once, joined here, closed here."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gateway.caching.query_sharing import QuerySharing, Sharers
from gateway.execution.answer import Answer
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import Served, Streaming
from gateway.planning.labels import LabelSwitches
from gateway.planning.snapshot import Snapshot
from gateway.ports import EventLog, PolicyDecider, SubgraphTransport
from gateway.reload import FileSource, Reloader, SubgraphsSource, SupergraphSource
from gateway.security.authentication import Authenticator
from gateway.security.authorisation import Authoriser
from gateway.security.limits import OperationLimits
from gateway.server.development import development_routes
from gateway.server.forwarding import forwarded_names
from gateway.server.graphiql import PageOptions, graphiql_page
from gateway.server.http import EXPLAIN_HEADER, LABELS_HEADER, GatewayView, ServerOptions
from gateway.server.metrics import OpenMetrics
from gateway.server.schema import GatewaySchema
from gateway.server.straight import Straight
from gateway.server.websocket import SocketOptions
from gateway.settings import Settings
from gateway.subscriptions.live import LiveEvents, LiveOptions
from gateway.subscriptions.metrics import LiveMetrics
from gateway.transport.aiohttp_client import AiohttpClient
from gateway.transport.documents import DocumentReader, DocumentUnavailable
from gateway.transport.http import HttpLimits, HttpTransport
from gateway.transport.lean_client import LeanClient
from gateway.transport.measured import MeasuredTransport
from gateway.transport.subscriptions import SubgraphSubscriptions
from service_kit.identity.keys import SigningKey
from service_kit.identity.tokens import GATEWAY, CallerSigner, service_caller
from service_kit.identity.user_tokens import (
    FetchJwks,
    RefreshedKeys,
    UserTokenVerifier,
    jwks_file,
)
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.health import HealthCheck, health_routes
from service_kit.runtime.running import Works, running
from service_kit.runtime.telemetry import RequestTelemetry

_log = structlog.get_logger("gateway.app")
GRAPHQL_PATH = "/graphql"
_COMPRESSED_FROM = 1024
_REQUESTS = frozenset({"http", "https"})
_WEBSOCKETS = frozenset({"ws", "wss"})
_LOOK_AT_FILE = timedelta(seconds=1)
_FIRST_TRY = timedelta(seconds=2)
"""How long the first reading of the graph may hold up the first request."""


class NoGraph(Exception):
    """The settings name neither a supergraph file nor subgraphs."""


def build_app(
    settings: Settings, clock: Clock | None = None, policies: PolicyDecider | None = None
) -> Starlette:
    """Join the gateway's parts into an app; nothing is opened before its lifespan begins.

    `policies` decides what `@policy` names; without it the token's claims and roles do.
    """
    clock = clock or SystemClock()
    registry = CollectorRegistry()
    urls = subgraph_urls(settings.subgraphs)
    authoriser = Authoriser(policies)
    signer = _signer(settings, clock)
    client = LeanClient if settings.lean_http else AiohttpClient
    network = HttpTransport(urls, signer, _http_limits(settings), client)
    streams = SubgraphSubscriptions(
        urls, signer, subgraph_urls(settings.subgraph_websockets, _WEBSOCKETS)
    )
    documents = DocumentReader()
    transport = MeasuredTransport(network, registry)

    def use_addresses(snapshot: Snapshot) -> None:
        _tell_of_unknown(snapshot, (*settings.subgraphs, *settings.subgraph_websockets))
        addresses = _addresses(snapshot, urls)
        network.use(addresses)
        streams.use(addresses)

    # One for all graphs that are served in turn: a mutation may end after its graph's time.
    sharing = QuerySharing[Answer](Sharers(settings.share_queries))
    reloader = Reloader(
        _source(settings, urls, network),
        lambda snapshot: Served(
            snapshot,
            _preparation(settings),
            settings.document_cache,
            _switches(settings),
            authoriser,
            sharing=sharing,
        ),
        use_addresses,
    )
    works = Works()
    events = _Events(settings, clock, registry, works)
    view = GatewayView(
        GatewaySchema(reloader, transport, Streaming(transport, streams, events.live, clock)),
        Authenticator(_verifier(settings, clock, documents)),
        _server_options(settings),
        clock,
    )

    checks = (
        HealthCheck("supergraph", reloader.probe),
        HealthCheck("works", works.probe),
        *events.checks,
    )

    registry.register(
        OpenMetrics(
            lambda: len(view.sockets),
            lambda: view.streams,
            lambda: view.room.operations.taken_now,
        )
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(documents.close)
            stack.push_async_callback(network.close)
            stack.push_async_callback(streams.close)
            stack.push_async_callback(events.close)
            reloading = partial(reloader.run, _refresh(settings))
            await stack.enter_async_context(running(works, reloading, view.sockets.run))
            await reloader.first_try(_FIRST_TRY)
            yield

    app = Starlette(
        routes=[
            *_development_routes(settings, documents),
            Route(GRAPHQL_PATH, view),
            WebSocketRoute(GRAPHQL_PATH, view),
            *health_routes(checks, registry),
        ],
        middleware=[
            *_middleware(settings, registry),
            Middleware(Straight, path=GRAPHQL_PATH, own=view),
        ],
        lifespan=lifespan,
    )
    app.state.drain = view.drain.begin
    return app


class _Events:
    """The log of events, if there is one, and whoever listens to it."""

    def __init__(
        self, settings: Settings, clock: Clock, registry: CollectorRegistry, works: Works
    ) -> None:
        self.checks: tuple[HealthCheck, ...] = ()
        self._close_log: Callable[[], Awaitable[None]] | None = None
        options = LiveOptions(
            settings.event_partitions,
            settings.events_waiting,
            settings.states_waiting,
            settings.events_replayed,
        )
        self.live = LiveEvents(self._log(settings), clock, options, works)
        registry.register(LiveMetrics(self.live))

    async def close(self) -> None:
        """Stop reading, then close the connections."""
        self.live.close()
        if self._close_log is not None:
            await self._close_log()

    def _log(self, settings: Settings) -> EventLog | None:
        if settings.redis_url is None:
            return None
        # Imported here: a gateway without subscriptions runs without a Redis client.
        from gateway.stores.event_log import RedisEventLog  # noqa: PLC0415

        log = RedisEventLog(settings.redis_url)
        self._close_log = log.close
        self.checks = (HealthCheck("redis", log.ping, vital=False),)
        return log


def subgraph_urls(texts: tuple[str, ...], schemes: frozenset[str] = _REQUESTS) -> dict[str, str]:
    """Read "name=url" pairs; raises ValueError, also for what is no address."""
    urls: dict[str, str] = {}
    for text in texts:
        name, separator, url = text.partition("=")
        if not (name and separator and url):
            raise ValueError(f'A subgraph is "name=url", not "{text}".')
        urls[name.strip()] = _address(name.strip(), url.strip(), schemes)
    return urls


def _address(name: str, url: str, schemes: frozenset[str]) -> str:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        begins = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
        raise ValueError(f"The address of {name!r} has to begin with {begins} and name a host.")
    return url


def _source(
    settings: Settings, urls: Mapping[str, str], transport: SubgraphTransport
) -> SupergraphSource:
    if settings.supergraph_file is not None:
        return FileSource(settings.supergraph_file)
    if not urls:
        raise NoGraph("Say --supergraph FILE, or set GATEWAY_SUPERGRAPH_FILE or GATEWAY_SUBGRAPHS.")
    return SubgraphsSource(urls, transport, service_caller(GATEWAY))


def _refresh(settings: Settings) -> timedelta:
    """How often to look for a new graph: a file costs next to nothing to look at."""
    if settings.supergraph_file is None:
        return settings.refresh
    return min(settings.refresh, _LOOK_AT_FILE)


def _addresses(snapshot: Snapshot, configured: Mapping[str, str]) -> dict[str, str]:
    """Give each subgraph's address: the configured one before the one in the supergraph."""
    stated = {name: one.url for name, one in snapshot.supergraph.subgraphs.items()}
    return {**stated, **configured}


def _tell_of_unknown(snapshot: Snapshot, configured: tuple[str, ...]) -> None:
    """Warn of addresses that nothing is asked at: most likely a name is mistyped."""
    names = {text.partition("=")[0].strip() for text in configured}
    unknown = names - snapshot.supergraph.subgraphs.keys()
    if unknown:
        _log.warning("subgraph_unknown", names=sorted(unknown))


def _signer(settings: Settings, clock: Clock) -> CallerSigner | None:
    if settings.signing_key_file is None:
        return None
    key = SigningKey.from_pem_file(GATEWAY, settings.signing_key_file)
    return CallerSigner(key, GATEWAY, clock)


def _verifier(
    settings: Settings, clock: Clock, documents: DocumentReader
) -> UserTokenVerifier | None:
    fetch = _jwks(settings, documents)
    if fetch is None:
        return None
    if not (settings.user_issuer and settings.user_audience):
        raise ValueError("Users' tokens need an issuer and an audience (--issuer, --audience).")
    keys = RefreshedKeys(fetch, clock)
    return UserTokenVerifier(keys, settings.user_issuer, settings.user_audience, clock)


def _jwks(settings: Settings, documents: DocumentReader) -> FetchJwks | None:
    if settings.user_jwks_file is not None:
        return jwks_file(settings.user_jwks_file)
    url = settings.user_jwks_url
    return None if url is None else lambda: documents.read_json(url)


def _http_limits(settings: Settings) -> HttpLimits:
    return HttpLimits(settings.subgraph_deadline, settings.subgraph_response_bytes)


def _preparation(settings: Settings) -> PreparationOptions:
    limits = OperationLimits(tokens=settings.max_tokens, depth=settings.max_depth)
    shown = settings.for_developers
    return PreparationOptions(limits, introspection=shown, suggestions=shown)


def _switches(settings: Settings) -> LabelSwitches:
    return LabelSwitches(frozenset(settings.override_labels))


def _server_options(settings: Settings) -> ServerOptions:
    page = graphiql_page(
        PageOptions(
            self_hosted=settings.graphiql_assets is not None,
            has_tokens=settings.dev_token_url is not None,
            identities=settings.dev_identities,
        )
    )
    return ServerOptions(
        body_bytes=settings.body_bytes,
        page=page if settings.for_developers else None,
        may_explain=settings.for_developers,
        heartbeat=settings.stream_heartbeat,
        socket=SocketOptions(
            init_seconds=settings.socket_init.total_seconds(),
            operations=settings.socket_operations,
            visitor_operations=settings.visitor_operations,
            ping_seconds=settings.socket_ping.total_seconds(),
        ),
        write_time=settings.stream_write,
        open_connections=settings.open_connections,
        open_operations=settings.open_operations,
        visitor_age=settings.visitor_age,
        allowed_origins=settings.allowed_origins,
        forward_headers=_forwarded(settings),
    )


def _forwarded(settings: Settings) -> tuple[str, ...]:
    names = forwarded_names(settings.forward_headers)
    if settings.signing_key_file is not None and "authorization" in names:
        raise ValueError("Authorization is written by the gateway, which signs callers.")
    return names


def _development_routes(settings: Settings, documents: DocumentReader) -> list[BaseRoute]:
    if not settings.for_developers:
        return []
    url = settings.dev_token_url
    if url is None:
        return development_routes(settings.graphiql_assets, None)

    async def read_token(parameters: Sequence[tuple[str, str]]) -> bytes | None:
        try:
            return await documents.read(url, parameters)
        except DocumentUnavailable:
            return None

    return development_routes(settings.graphiql_assets, read_token)


def _middleware(settings: Settings, registry: CollectorRegistry) -> list[Middleware]:
    chain = [Middleware(RequestTelemetry, process=GATEWAY, registry=registry)]
    if settings.allowed_origins:
        chain.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=("GET", "POST"),
                allow_headers=(
                    "Authorization",
                    "Content-Type",
                    EXPLAIN_HEADER,
                    LABELS_HEADER,
                    *_forwarded(settings),
                ),
            )
        )
    if settings.compression:
        chain.append(Middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM))
    return chain
