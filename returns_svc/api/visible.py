"""Returns as far as the caller may see them."""

from returns_svc.api.context import Info
from returns_svc.domain.requests.return_request import Return
from returns_svc.domain.rights.visibility import may_see


async def visible_return(info: Info, return_id: str) -> Return | None:
    """The return, if it exists and the caller may see it."""
    found = await info.context.loaders.returns.load(return_id)
    return found if found is not None and may_see(info.context.caller, found) else None
