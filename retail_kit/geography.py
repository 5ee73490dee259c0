"""Places on the globe: points, great-circle distances, and where a postcode lies."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

EARTH_RADIUS_KM: Final = 6371.0088
_LAST: Final = "\U0010ffff"


class InvalidPoint(ValueError):
    """A latitude is not within ±90 degrees or a longitude not within ±180."""


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A point in degrees (WGS 84)."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude <= 90 and -180 <= self.longitude <= 180):  # noqa: PLR2004 - degrees
            raise InvalidPoint(f"not on the globe: {self.latitude}, {self.longitude}")


def distance_km(one: GeoPoint, other: GeoPoint) -> float:
    """Great-circle distance in kilometres (haversine)."""
    latitude, other_latitude = math.radians(one.latitude), math.radians(other.latitude)
    half_chord = (
        math.sin((other_latitude - latitude) / 2) ** 2
        + math.cos(latitude)
        * math.cos(other_latitude)
        * math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half_chord)))


class PostalIndex:
    """Finds a point for a postcode among known ones, by the longest common beginning."""

    def __init__(self, points: Mapping[tuple[str, str], GeoPoint]) -> None:
        by_country: dict[str, dict[str, GeoPoint]] = {}
        for (country, postcode), point in points.items():
            by_country.setdefault(country.upper(), {})[_bare(postcode)] = point
        self._points = by_country
        self._postcodes = {country: sorted(known) for country, known in by_country.items()}

    def knows(self, country: str, postcode: str) -> bool:
        """Whether the postcode itself is among the known ones, so that `locate` is no guess."""
        return _bare(postcode) in self._points.get(country.upper(), {})

    def locate(self, country: str, postcode: str) -> GeoPoint | None:
        """Middle of the entries that share the longest beginning; None when none shares any."""
        country, wanted = country.upper(), _bare(postcode)
        postcodes = self._postcodes.get(country, [])
        for length in range(len(wanted), 0, -1):
            prefix = wanted[:length]
            start, end = bisect_left(postcodes, prefix), bisect_left(postcodes, prefix + _LAST)
            if start < end:
                known = self._points[country]
                return _mean(known[postcode] for postcode in postcodes[start:end])
        return None


def _bare(postcode: str) -> str:
    return "".join(letter for letter in postcode.upper() if letter.isalnum())


def _mean(points: Iterable[GeoPoint]) -> GeoPoint:
    """Middle of the points on the globe: of their directions, so the date line does no harm."""
    x = y = z = 0.0
    for point in points:
        latitude, longitude = math.radians(point.latitude), math.radians(point.longitude)
        x += math.cos(latitude) * math.cos(longitude)
        y += math.cos(latitude) * math.sin(longitude)
        z += math.sin(latitude)
    return GeoPoint(math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x)))
