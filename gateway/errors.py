"""Everything that can go wrong in the gateway, in two families.

GatewayError
├── ClientError                the text is safe to show
│   ├── InvalidRequest         BAD_REQUEST
│   ├── InvalidOperation       GRAPHQL_VALIDATION_FAILED
│   ├── OperationNotFound      OPERATION_NOT_FOUND
│   ├── OperationTooComplex    OPERATION_TOO_COMPLEX
│   ├── Unplannable            OPERATION_UNPLANNABLE
│   ├── Unauthenticated        UNAUTHENTICATED
│   ├── Forbidden              FORBIDDEN
│   ├── Unavailable            UNAVAILABLE
│   └── SubgraphFailed         SUBGRAPH_REQUEST_FAILED
└── InternalError              the text is for the log; clients see a masked one
    ├── InvalidSupergraph      INVALID_SUPERGRAPH
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


class InvalidRequest(ClientError):
    """The HTTP or WebSocket request is not a GraphQL request."""


class InvalidOperation(ClientError):
    """The document does not parse or does not validate against the public schema."""

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


class InternalError(GatewayError):
    """A defect or a misconfiguration; clients see only that something failed."""


class InvalidSupergraph(InternalError):
    """The supergraph text cannot be read, or asks for a feature this gateway does not know."""

    code: ClassVar[str] = "INVALID_SUPERGRAPH"


class CompositionFailed(InternalError):
    """The subgraphs do not make a supergraph; the message lists every reason."""

    code: ClassVar[str] = "COMPOSITION_FAILED"
