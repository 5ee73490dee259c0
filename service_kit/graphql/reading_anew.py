"""Each mutation of an operation shows what it left behind, not what was read for one before."""

from typing import Any

import strawberry
from strawberry.extensions.field_extension import (
    AsyncExtensionResolver,
    FieldExtension,
    SyncExtensionResolver,
)

from service_kit.graphql.context import LoadingContext


class ReadsAnew(FieldExtension):
    """Forgets what loaders have read before a mutation, and what it has read to decide."""

    def resolve(
        self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        _forget(info.context)
        payload = next_(source, info, **kwargs)
        _forget(info.context)
        return payload

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        _forget(info.context)
        payload = await next_(source, info, **kwargs)
        _forget(info.context)
        return payload


def _forget(context: object) -> None:
    if isinstance(context, LoadingContext):
        context.forget()
