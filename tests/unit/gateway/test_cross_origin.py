from gateway.app import build_app
from gateway.settings import Settings
from tests.support.asgi import ask

ORIGIN = "https://shop.example"


async def test_a_page_elsewhere_may_send_the_headers_that_are_passed_on() -> None:
    app = build_app(
        Settings(
            subgraphs=("shop=http://shop.example/graphql",),
            allowed_origins=(ORIGIN,),
            forward_headers=("x-tenant",),
        )
    )
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}

    wanted = "x-tenant, authorization, x-gateway-explain, x-gateway-override-labels"
    allowed = await ask(
        app,
        "/graphql",
        method="OPTIONS",
        headers=asked | {"Access-Control-Request-Headers": wanted},
    )
    refused = await ask(
        app,
        "/graphql",
        method="OPTIONS",
        headers=asked | {"Access-Control-Request-Headers": "x-other"},
    )

    assert (allowed.status, refused.status) == (200, 400)
