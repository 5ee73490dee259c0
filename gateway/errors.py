"""Everything that can go wrong in the gateway, in two families.

GatewayError
├── ClientError                the text is safe to show
│   ├── InvalidRequest         BAD_REQUEST
│   ├── InvalidArgument        INVALID_INPUT
│   ├── UnparsableOperation    GRAPHQL_PARSE_FAILED
│   ├── InvalidOperation       GRAPHQL_VALIDATION_FAILED
│   ├── OperationNotFound      OPERATION_NOT_FOUND
│   ├── OperationTooComplex    OPERATION_TOO_COMPLEX
│   ├── Unplannable            OPERATION_UNPLANNABLE
│   ├── Unauthenticated        UNAUTHENTICATED
│   ├── Forbidden              FORBIDDEN
│   ├── Unavailable            UNAVAILABLE
│   ├── SubgraphFailed         SUBGRAPH_REQUEST_FAILED
│   ├── InvalidCursor          INVALID_CURSOR
│   └── SubscriptionEnded      its extensions say whether and where to go on
│       ├── TooSlow            SUBSCRIPTION_TOO_SLOW
│       ├── EventsUnavailable  EVENTS_UNAVAILABLE
│       ├── Expired            UNAUTHENTICATED
│       └── TooOld             SUBSCRIPTION_TOO_OLD
└── InternalError              the text is for the log; clients see a masked one
    ├── InvalidSupergraph      INVALID_SUPERGRAPH
    │   └── UnsupportedFeature UNSUPPORTED_FEATURE
    └── CompositionFailed      COMPOSITION_FAILED
"""

from typing import ClassVar


class GatewayError(Exception):
    """The base of both families; never raised itself."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ClientError(GatewayError):
    """Something the client can understand and act upon; its message is shown."""

    code: ClassVar[str] = "BAD_REQUEST"

    @property
    def extensions(self) -> dict[str, object]:
        """What the error's `extensions` hold: its code, and whatever else helps."""
        return {"code": self.code}


class InvalidRequest(ClientError):
    """The HTTP or WebSocket request is not a GraphQL request."""


class InvalidArgument(ClientError):
    """An argument of a field that the gateway serves itself has a value that cannot be meant."""

    code: ClassVar[str] = "INVALID_INPUT"


class UnparsableOperation(ClientError):
    """The document is not GraphQL."""

    code: ClassVar[str] = "GRAPHQL_PARSE_FAILED"


class InvalidOperation(ClientError):
    """The document does not validate against the public schema."""

    code: ClassVar[str] = "GRAPHQL_VALIDATION_FAILED"


class OperationNotFound(ClientError):
    """The document has no such operation, or several and none was named."""

    code: ClassVar[str] = "OPERATION_NOT_FOUND"


class OperationTooComplex(ClientError):
    """The operation goes over a limit on size, depth or planning effort."""

    code: ClassVar[str] = "OPERATION_TOO_COMPLEX"


class Unplannable(ClientError):
    """A valid operation asks for something no chain of subgraphs can answer."""

    code: ClassVar[str] = "OPERATION_UNPLANNABLE"


class Unauthenticated(ClientError):
    """The caller's token is missing, expired or not to be trusted."""

    code: ClassVar[str] = "UNAUTHENTICATED"


class Forbidden(ClientError):
    """The caller is known and may not do this."""

    code: ClassVar[str] = "FORBIDDEN"


class Unavailable(ClientError):
    """Something that a request needs is away; the same request may succeed in a moment."""

    code: ClassVar[str] = "UNAVAILABLE"


class SubgraphFailed(ClientError):
    """A subgraph did not answer, or not in GraphQL; the message names it and nothing more."""

    code: ClassVar[str] = "SUBGRAPH_REQUEST_FAILED"


class InvalidCursor(ClientError):
    """`since` is no cursor of this field."""

    code: ClassVar[str] = "INVALID_CURSOR"


class SubscriptionEnded(ClientError):
    """A subscription ends before its client ended it; `cursor` is where the next one goes on."""

    is_retryable: ClassVar[bool] = True
    cursor: str | None = None

    def __init__(self, message: str, cursor: str | None = None) -> None:
        super().__init__(message)
        self.cursor = cursor

    @property
    def extensions(self) -> dict[str, object]:
        """Add whether to subscribe again, and since when."""
        where = {} if self.cursor is None else {"cursor": self.cursor}
        return {"code": self.code, "retryable": self.is_retryable, **where}


class TooSlow(SubscriptionEnded):
    """The client took events more slowly than they came, for longer than the buffer lasts."""

    code: ClassVar[str] = "SUBSCRIPTION_TOO_SLOW"


class EventsUnavailable(SubscriptionEnded):
    """The log of events cannot be read, or not by this gateway."""

    code: ClassVar[str] = "EVENTS_UNAVAILABLE"


class Expired(SubscriptionEnded):
    """The caller's token has expired; a new one may go on."""

    code: ClassVar[str] = "UNAUTHENTICATED"


class TooOld(SubscriptionEnded):
    """A visitor's subscription has lasted as long as it may; another one may go on."""

    code: ClassVar[str] = "SUBSCRIPTION_TOO_OLD"


class InternalError(GatewayError):
    """A defect or a misconfiguration; clients see only that something failed."""


class InvalidSupergraph(InternalError):
    """The supergraph text cannot be read, or asks for a feature this gateway does not know."""

    code: ClassVar[str] = "INVALID_SUPERGRAPH"


class UnsupportedFeature(InvalidSupergraph):
    """The supergraph cannot be served right without a specification, or version, unknown here."""

    code: ClassVar[str] = "UNSUPPORTED_FEATURE"


class CompositionFailed(InternalError):
    """The subgraphs do not make a supergraph; the message lists every reason."""

    code: ClassVar[str] = "COMPOSITION_FAILED"
