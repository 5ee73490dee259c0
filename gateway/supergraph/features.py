"""Which linked specifications, at which versions, this gateway follows; the rest it refuses.

What a supergraph marks as needed for EXECUTION or SECURITY cannot be ignored safely: whoever does
would answer wrongly, or too much. What is not marked is for other tools and changes no answer.
"""

from collections.abc import Iterable, Mapping

from gateway.errors import UnsupportedFeature
from gateway.federation_spec.event_source import SPECIFICATION
from gateway.federation_spec.link import APOLLO, Link, Version

_KNOWN: Mapping[str, frozenset[Version]] = {
    "core": frozenset({(0, 1), (0, 2)}),
    "link": frozenset({(1, 0)}),
    "join": frozenset({(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)}),
    "inaccessible": frozenset({(0, 1), (0, 2)}),
    "tag": frozenset({(0, 1), (0, 2), (0, 3)}),
    "authenticated": frozenset({(0, 1)}),
    "requiresScopes": frozenset({(0, 1)}),
    "policy": frozenset({(0, 1)}),
    "context": frozenset({(0, 1)}),
    "cost": frozenset({(0, 1)}),
}
_TOLD_ONLY = frozenset({"tag", "cost"})
"""These change no answer of ours: another version matters only where it is marked."""


def require_known(links: Iterable[Link]) -> None:
    """Refuse what cannot be followed; raises UnsupportedFeature, which names every one."""
    problems = [problem for link in links if (problem := _problem(link))]
    if problems:
        raise UnsupportedFeature("; ".join(problems) + ".")


def _problem(link: Link) -> str | None:
    is_marked = link.purpose is not None
    purpose = f" (for: {link.purpose})" if is_marked else ""
    versions = _KNOWN.get(link.name) if link.identity == f"{APOLLO}/{link.name}" else None
    if versions is None:
        if not is_marked or link.name == SPECIFICATION:
            return None
        return f"The supergraph needs a feature unknown here: {link.url}{purpose}"
    if link.version in versions or (link.name in _TOLD_ONLY and not is_marked):
        return None
    known = ", ".join(f"v{major}.{minor}" for major, minor in sorted(versions))
    return (
        f"The supergraph needs a version unknown here: {link.url}{purpose}; known of it are {known}"
    )
