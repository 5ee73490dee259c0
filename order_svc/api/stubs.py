"""Entities of other services, known here by their key alone."""

import strawberry
from strawberry.federation.schema_directives import Key


def _stub(key: str) -> Key:
    return Key(fields=key, resolvable=False)  # type: ignore[arg-type]  # a text is a field set


@strawberry.federation.type(name="Item", keys=[_stub("sku")], description="Something that is sold.")
class Item:
    """An item of inventory."""

    sku: str = strawberry.field(description="The stock keeping unit.")


@strawberry.federation.type(
    name="SerialUnit",
    keys=[_stub("serial")],
    description="One piece that is known by its serial number.",
)
class SerialUnit:
    """A piece of inventory."""

    serial: str = strawberry.field(description="The serial number.")


@strawberry.federation.type(
    name="Channel", keys=[_stub("code")], description="Where the retailer sells."
)
class Channel:
    """A channel of inventory."""

    code: str = strawberry.field(description="The code of the channel.")


@strawberry.federation.type(
    name="Reservation", keys=[_stub("id")], description="Goods that are kept for somebody."
)
class Reservation:
    """A reservation of inventory."""

    id: strawberry.ID = strawberry.field(description="The global id.")
