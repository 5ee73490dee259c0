"""A page elsewhere must not make a browser ask in its user's place.

A browser sends a request of another site without asking first only if the request is "simple".
JSON bodies and unusual headers are not, so they are safe; what is left are GET requests that a
browser says, by Origin or Sec-Fetch-Site, come from elsewhere.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

PREFLIGHT_HEADERS = (
    "authorization",
    "x-apollo-operation-name",
    "apollo-require-preflight",
    "x-graphql-client",
)
"""Headers that no simple request can carry; any of them is proof enough."""

_OWN_SITES = frozenset({"same-origin", "none"})


def is_forgeable(headers: Mapping[str, str]) -> bool:
    """Whether a request without a JSON body may be another site's doing; names in lower case."""
    if any(name in headers for name in PREFLIGHT_HEADERS):
        return False
    if headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return False
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _OWN_SITES:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
