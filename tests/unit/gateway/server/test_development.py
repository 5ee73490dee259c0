from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette

from gateway.server.development import development_routes
from tests.support.asgi import ask


async def test_the_page_gets_its_files_from_the_folder_given(tmp_path: Path) -> None:
    (tmp_path / "graphiql.min.js").write_text("let page;")
    app = Starlette(routes=development_routes(tmp_path, None))

    answer = await ask(app, "/graphql/assets/graphiql.min.js")

    assert (answer.status, answer.headers["content-length"]) == (200, "9")
    assert (await ask(app, "/graphql/assets/../secret")).status == 404
    assert (await ask(app, "/dev/token")).status == 404


async def test_a_token_is_asked_for_with_everything_the_page_says_and_is_not_kept() -> None:
    asked: list[tuple[str, str]] = []

    async def issuer(parameters: Sequence[tuple[str, str]]) -> bytes | None:
        asked.extend(parameters)
        return b"a.b.c"

    app = Starlette(routes=development_routes(None, issuer))

    answer = await ask(app, "/dev/token", query="role=assistant&location=S1&location=S2")

    assert (answer.text, answer.headers["cache-control"]) == ("a.b.c", "no-store")
    assert asked == [("role", "assistant"), ("location", "S1"), ("location", "S2")]


async def test_an_issuer_that_gives_no_token_is_told() -> None:
    async def issuer(_: Sequence[tuple[str, str]]) -> bytes | None:
        return None

    app = Starlette(routes=development_routes(None, issuer))

    assert (await ask(app, "/dev/token")).status == 502
