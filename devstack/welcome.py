"""What is printed when the system is ready: where it is, who one can be, what to paste."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from devstack.settings import StackSettings

HEADING = "bold green"


def welcome(
    settings: StackSettings,
    servers: Sequence[tuple[str, str]],
    tokens: Sequence[tuple[str, str]],
) -> Iterator[Text]:
    """Give the lines; `servers` are names with addresses, `tokens` are users with their token."""
    gateway = settings.gateway_url.removesuffix("/graphql")
    yield Text()
    yield Text("Tutti is ready", style=HEADING)
    yield from _table(
        [
            ("GraphQL and GraphiQL", settings.gateway_url),
            ("health and metrics", f"{gateway}/health/ready  {gateway}/metrics"),
            ("inventory_svc", f"http://127.0.0.1:{settings.inventory_port}"),
            ("order_svc", f"http://127.0.0.1:{settings.order_port}"),
            ("returns_svc", f"http://127.0.0.1:{settings.returns_port}"),
            ("appointments_svc", f"http://127.0.0.1:{settings.appointments_port}"),
            *servers,
        ]
    )
    yield Text()
    yield Text(
        f"Tokens, good for {settings.token_hours:g} hours; in GraphiQL paste a line under Headers",
        style=HEADING,
    )
    for who, token in tokens:
        yield Text(f"  {who}", style="bold")
        yield Text(f'{{"Authorization": "Bearer {token}"}}', style="dim")
    yield Text()
    yield Text("From a shell", style=HEADING)
    yield Text(f"""  TOKEN=$(curl -s '{settings.issuer_url}/token?role=assistant&location=S1')""")
    yield Text(
        f'  curl -s {settings.gateway_url} -H "Authorization: Bearer $TOKEN" '
        "-H 'content-type: application/json' "
        """-d '{"query": "{ item(sku: \\"COAT-NAVY-M\\") { title } }"}'"""
    )
    yield Text()
    yield Text("One customer's story, live: `make tour` in another window", style=HEADING)
    yield Text("Ctrl-C ends it; the data are kept until `make reset`", style=HEADING)


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[Text]:
    for name, address in rows:
        yield Text.assemble(f"  {name:<22}", (address, "cyan"))
