"""The development token issuer: anybody who reaches it gets the token that they ask for."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from devstack.tokens import GRANTS, TokenIssuer, UnknownRole, user_of
from service_kit.identity.keys import public_jwks
from service_kit.runtime.clock import Clock


def issuer_app(issuer: TokenIssuer, clock: Clock) -> Starlette:
    """Serve `/token?role=assistant&location=S1` and the key set that verifies its tokens."""

    async def token(request: Request) -> Response:
        asked = {kind: request.query_params.getlist(kind) for kind in GRANTS}
        try:
            user = user_of(request.query_params.get("role", "visitor"), asked)
        except UnknownRole as error:
            return PlainTextResponse(f"{error}\n", status_code=400)
        language = request.query_params.get("language", "en")
        signed = issuer.token(user, clock.now(), language=language)
        if "json" in request.headers.get("accept", ""):
            lifetime = int(issuer.lifetime.total_seconds())
            return JSONResponse(
                {"access_token": signed, "token_type": "Bearer", "expires_in": lifetime}
            )
        return PlainTextResponse(signed)

    async def keys(_: Request) -> Response:
        return JSONResponse(public_jwks([issuer.key]))

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready\n")

    return Starlette(
        routes=[
            Route("/token", token),
            Route("/.well-known/jwks.json", keys),
            Route("/health/ready", ready),
        ]
    )
