"""Items, locations and channels as documents, and back; pure."""

from inventory_svc.domain.catalogue.item import Item
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import DeliveryZone, LocationAbility
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.mongo.schedule_documents import (
    schedule_from_document,
    schedule_to_document,
    with_unknown_schedule,
)
from retail_kit.geography import GeoPoint
from retail_kit.quantities import Unit
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts


def _with_selectors(document: Document) -> Document:
    """Turn a location of version 2, which any rule could only name by code, into one of 3."""
    return {**document, "brands": [], "tags": [], "abilities": None, "deliveryZones": []}


def _without_brands(document: Document) -> Document:
    """Turn a channel of version 1 into one of version 2, which may be of brands."""
    return {**document, "brands": []}


ITEM_UPCASTS = Upcasts(current=1)
LOCATION_UPCASTS = Upcasts(current=3, steps={1: with_unknown_schedule, 2: _with_selectors})
_WITHOUT_SELECTORS = Upcasts(current=2)
CHANNEL_UPCASTS = Upcasts(current=2, steps={1: _without_brands})
_WITHOUT_BRANDS = Upcasts(current=1)
GROUP_UPCASTS = Upcasts(current=1)


def item_to_document(item: Item) -> Document:
    """Write an item; only a top seller says so, what is not counted in pieces, or is held."""
    marks: Document = {"topSeller": True} if item.top_seller else {}
    if item.unit is not Unit.PIECE:
        marks["unit"] = item.unit.value
    if item.release_at is not None:
        marks["releaseAt"] = item.release_at
    return ITEM_UPCASTS.stamp(
        {
            "_id": item.sku,
            "title": item.title,
            "category": item.category,
            "ean": item.ean,
            "model": item.model,
            "size": item.size,
            "colour": item.colour,
            "weightGrams": item.weight_grams,
            "imageUrl": item.image_url,
            "version": item.version,
            **marks,
        }
    )


def item_from_document(document: Document) -> Item:
    """Read an item."""
    document = ITEM_UPCASTS.upcast(document)
    return Item(
        sku=document["_id"],
        title=document["title"],
        category=document["category"],
        ean=document["ean"],
        model=document["model"],
        size=document["size"],
        colour=document["colour"],
        weight_grams=document["weightGrams"],
        image_url=document["imageUrl"],
        version=document["version"],
        top_seller=document.get("topSeller", False),
        unit=Unit(document.get("unit", Unit.PIECE)),
        release_at=document.get("releaseAt"),
    )


def location_to_document(location: Location) -> Document:
    """Write a location, its point as GeoJSON, longitude first; a lead time only if it has one.

    Only one that says of what brands it is, how it is tagged, or what it can do and where, is of
    version 3: an earlier release must not pass that over.
    """
    point = location.point
    lead_time = {"leadTimeDays": location.lead_time_days} if location.lead_time_days else {}
    selectors = location.brands or location.tags or location.delivery_zones
    selected = bool(selectors) or location.abilities is not None
    upcasts = LOCATION_UPCASTS if selected else _WITHOUT_SELECTORS
    return upcasts.stamp(
        {
            "_id": location.code,
            "name": location.name,
            "type": location.type.value,
            "country": location.country,
            "postcode": location.postcode,
            "city": location.city,
            "addressLines": list(location.address_lines),
            "point": None
            if point is None
            else {"type": "Point", "coordinates": [point.longitude, point.latitude]},
            "timezone": location.timezone,
            "schedule": schedule_to_document(location.schedule),
            "active": location.active,
            "version": location.version,
            "brands": sorted(location.brands),
            "tags": sorted(location.tags),
            "abilities": None
            if location.abilities is None
            else sorted(each.value for each in location.abilities),
            "deliveryZones": [
                {"country": zone.country, "postcodes": list(zone.postcodes)}
                for zone in location.delivery_zones
            ],
            **lead_time,
        }
    )


def location_from_document(document: Document) -> Location:
    """Read a location."""
    document = LOCATION_UPCASTS.upcast(document)
    point = None
    if document["point"] is not None:
        longitude, latitude = document["point"]["coordinates"]
        point = GeoPoint(latitude, longitude)
    abilities = document["abilities"]
    return Location(
        code=document["_id"],
        name=document["name"],
        type=LocationType(document["type"]),
        country=document["country"],
        postcode=document["postcode"],
        city=document["city"],
        address_lines=tuple(document["addressLines"]),
        point=point,
        timezone=document["timezone"],
        schedule=schedule_from_document(document["schedule"]),
        active=document["active"],
        version=document["version"],
        brands=frozenset(document["brands"]),
        tags=frozenset(document["tags"]),
        abilities=None if abilities is None else frozenset(map(LocationAbility, abilities)),
        delivery_zones=tuple(
            DeliveryZone(zone["country"], tuple(zone["postcodes"]))
            for zone in document["deliveryZones"]
        ),
        lead_time_days=document.get("leadTimeDays", 0),
    )


def channel_to_document(channel: Channel) -> Document:
    """Write a channel; only one of some brands is of version 2."""
    upcasts = CHANNEL_UPCASTS if channel.brands else _WITHOUT_BRANDS
    return upcasts.stamp(
        {
            "_id": channel.code,
            "name": channel.name,
            "currency": channel.currency,
            "country": channel.country,
            "locationTypes": sorted(each.value for each in channel.location_types),
            "locationCodes": sorted(channel.location_codes),
            "excludedLocations": sorted(channel.excluded_locations),
            "active": channel.active,
            "version": channel.version,
            "brands": sorted(channel.brands),
        }
    )


def channel_from_document(document: Document) -> Channel:
    """Read a channel."""
    document = CHANNEL_UPCASTS.upcast(document)
    return Channel(
        code=document["_id"],
        name=document["name"],
        currency=document["currency"],
        country=document["country"],
        location_types=frozenset(LocationType(each) for each in document["locationTypes"]),
        location_codes=frozenset(document["locationCodes"]),
        excluded_locations=frozenset(document["excludedLocations"]),
        active=document["active"],
        version=document["version"],
        brands=frozenset(document["brands"]),
    )


def group_to_document(group: LocationGroup) -> Document:
    """Write a group of locations."""
    return GROUP_UPCASTS.stamp(
        {
            "_id": group.code,
            "name": group.name,
            "locationCodes": sorted(group.location_codes),
            "locationTypes": sorted(each.value for each in group.location_types),
            "tags": sorted(group.tags),
            "version": group.version,
        }
    )


def group_from_document(document: Document) -> LocationGroup:
    """Read a group of locations."""
    document = GROUP_UPCASTS.upcast(document)
    return LocationGroup(
        code=document["_id"],
        name=document["name"],
        location_codes=frozenset(document["locationCodes"]),
        location_types=frozenset(LocationType(each) for each in document["locationTypes"]),
        tags=frozenset(document["tags"]),
        version=document["version"],
    )
