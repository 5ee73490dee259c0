"""The development page: GraphiQL, with a choice of whom to act as."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

import orjson

ASSETS_PATH = "/graphql/assets"
TOKEN_PATH = "/dev/token"  # noqa: S105  # a path, no secret


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file the page needs: where the public CDN has it, and what it must hash to there."""

    file: str
    cdn: str
    integrity: str


_STYLE = _Asset(
    "graphiql.min.css",
    "https://unpkg.com/graphiql@3.8.3/graphiql.min.css",
    "sha384-Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM",
)
_SCRIPTS = (
    _Asset(
        "react.production.min.js",
        "https://unpkg.com/react@18.3.1/umd/react.production.min.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ),
    _Asset(
        "react-dom.production.min.js",
        "https://unpkg.com/react-dom@18.3.1/umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    _Asset(
        "graphiql.min.js",
        "https://unpkg.com/graphiql@3.8.3/graphiql.min.js",
        "sha384-HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie",
    ),
)


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How the page is made.

    `identities` are query strings for the development issuer ("role=operator"), offered in the
    selector when `has_tokens`; `self_hosted` takes the assets from this gateway.
    """

    self_hosted: bool = False
    has_tokens: bool = False
    identities: Sequence[str] = ()


def graphiql_page(options: PageOptions) -> str:
    """Give the page's HTML."""
    template = Template((Path(__file__).parent / "graphiql.html").read_text("utf-8"))
    config = {"tokenPath": TOKEN_PATH if options.has_tokens else None}
    return template.substitute(
        style=_style(options),
        scripts="\n    ".join(_script(asset, options) for asset in _SCRIPTS),
        config=orjson.dumps(config).decode().replace("<", "\\u003c"),
        identities="\n          ".join(_option(identity) for identity in options.identities),
        hidden="" if options.has_tokens else "hidden",
    )


def _option(identity: str) -> str:
    label = identity.replace("role=", "").replace("&", ", ").replace("=", " ")
    return f'<option value="{escape(identity)}">{escape(label)}</option>'


def _style(options: PageOptions) -> str:
    return f'<link rel="stylesheet" {_reference("href", _STYLE, options)} />'


def _script(asset: _Asset, options: PageOptions) -> str:
    return f"<script {_reference('src', asset, options)}></script>"


def _reference(attribute: str, asset: _Asset, options: PageOptions) -> str:
    if options.self_hosted:
        return f'{attribute}="{ASSETS_PATH}/{asset.file}"'
    return f'{attribute}="{asset.cdn}" integrity="{asset.integrity}" crossorigin="anonymous"'
