"""The sample's places and channels: real French towns, invented shops.

The towns' coordinates and inhabitants are those of GeoNames (CC BY 4.0).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A location as people know it; of a shop, `inhabitants` are those of its town."""

    code: str
    name: str
    type: str
    street: str
    postcode: str
    city: str
    latitude: float
    longitude: float
    inhabitants: int = 0


FIRST_PLACES = (
    Place("W1", "Entrepôt Île-de-France", "WAREHOUSE", "12 avenue de l'Europe", "77600", "Bussy-Saint-Georges", 48.8410, 2.7050),
    Place("W2", "Entrepôt Rhône", "WAREHOUSE", "4 rue des Entrepreneurs", "69800", "Saint-Priest", 45.6967, 4.9440),
    Place("S1", "Paris Rivoli", "STORE", "118 rue de Rivoli", "75001", "Paris", 48.8592, 2.3446, 2_138_551),
    Place("S2", "Paris Batignolles", "STORE", "33 rue des Batignolles", "75017", "Paris", 48.8843, 2.3218, 2_138_551),
    Place("S3", "Lyon Presqu'île", "STORE", "27 rue de la République", "69002", "Lyon", 45.7625, 4.8357, 520_774),
    Place("S4", "Marseille Saint-Ferréol", "STORE", "41 rue Saint-Ferréol", "13001", "Marseille", 43.2938, 5.3776, 877_215),
    Place("S5", "Bordeaux Sainte-Catherine", "STORE", "90 rue Sainte-Catherine", "33000", "Bordeaux", 44.8378, -0.5740, 265_328),
    Place("S6", "Lille Grand-Place", "STORE", "8 place du Général-de-Gaulle", "59800", "Lille", 50.6367, 3.0635, 238_695),
    Place("S7", "Nantes Crébillon", "STORE", "15 rue Crébillon", "44000", "Nantes", 47.2132, -1.5610, 325_070),
    Place("S8", "Strasbourg Kléber", "STORE", "22 place Kléber", "67000", "Strasbourg", 48.5833, 7.7458, 274_845),
    Place("SUP1", "Maille & Fils", "SUPPLIER", "3 rue du Tissage", "10000", "Troyes", 48.2973, 4.0744),
)  # fmt: skip
"""Where the first garments are, of which the README tells."""

OTHER_PLACES = (
    Place("S9", "Toulouse Saint-Rome", "STORE", "18 rue Saint-Rome", "31000", "Toulouse", 43.6043, 1.4437, 511_684),
    Place("S10", "Nice Jean-Médecin", "STORE", "24 avenue Jean-Médecin", "06000", "Nice", 43.7031, 7.2661, 342_669),
    Place("S11", "Montpellier Loge", "STORE", "9 rue de la Loge", "34000", "Montpellier", 43.6109, 3.8763, 248_252),
    Place("S12", "Rennes Le Bastard", "STORE", "14 rue Le Bastard", "35000", "Rennes", 48.1111, -1.6743, 227_830),
    Place("S13", "Reims Vesle", "STORE", "62 rue de Vesle", "51100", "Reims", 49.2653, 4.0285, 196_565),
    Place("S14", "Le Havre Paris", "STORE", "85 rue de Paris", "76600", "Le Havre", 49.4935, 0.1079, 185_972),
    Place("S15", "Saint-Étienne Foy", "STORE", "11 rue du Général-Foy", "42000", "Saint-Étienne", 45.4339, 4.3900, 176_280),
    Place("S16", "Toulon Alger", "STORE", "20 rue d'Alger", "83000", "Toulon", 43.1244, 5.9284, 168_701),
    Place("S17", "Angers Lenepveu", "STORE", "16 rue Lenepveu", "49100", "Angers", 47.4716, -0.5520, 168_279),
    Place("S18", "Dijon Liberté", "STORE", "53 rue de la Liberté", "21000", "Dijon", 47.3134, 5.0139, 159_941),
    Place("S19", "Grenoble République", "STORE", "12 rue de la République", "38000", "Grenoble", 45.1787, 5.7148, 158_552),
    Place("S20", "Nîmes Perrier", "STORE", "22 rue du Général-Perrier", "30000", "Nîmes", 43.8366, 4.3579, 148_236),
    Place("S21", "Clermont-Ferrand 11-Novembre", "STORE", "19 rue du 11-Novembre", "63000", "Clermont-Ferrand", 45.7797, 3.0868, 147_865),
    Place("S22", "Aix-en-Provence Espariat", "STORE", "8 rue Espariat", "13100", "Aix-en-Provence", 43.5283, 5.4497, 146_821),
    Place("S23", "Brest Siam", "STORE", "70 rue de Siam", "29200", "Brest", 48.3903, -4.4863, 144_899),
    Place("S24", "Le Mans Minimes", "STORE", "31 rue des Minimes", "72000", "Le Mans", 48.0021, 0.2025, 144_515),
    Place("S25", "Amiens Trois-Cailloux", "STORE", "26 rue des Trois-Cailloux", "80000", "Amiens", 49.9000, 2.3000, 143_086),
    Place("S26", "Tours Nationale", "STORE", "74 rue Nationale", "37000", "Tours", 47.3948, 0.7040, 141_621),
    Place("S27", "Limoges Clocher", "STORE", "10 rue du Clocher", "87000", "Limoges", 45.8336, 1.2476, 141_176),
    Place("S28", "Besançon Grande Rue", "STORE", "88 Grande Rue", "25000", "Besançon", 47.2488, 6.0182, 128_426),
    Place("S29", "Metz Serpenoise", "STORE", "29 rue Serpenoise", "57000", "Metz", 49.1191, 6.1727, 123_914),
    Place("S30", "Orléans République", "STORE", "37 rue de la République", "45000", "Orléans", 47.9025, 1.9041, 116_344),
    Place("S31", "Rouen Gros-Horloge", "STORE", "101 rue du Gros-Horloge", "76000", "Rouen", 49.4431, 1.0993, 116_331),
    Place("S32", "Mulhouse Sauvage", "STORE", "30 rue du Sauvage", "68100", "Mulhouse", 47.7520, 7.3287, 111_430),
    Place("S33", "Perpignan Mailly", "STORE", "13 rue Mailly", "66000", "Perpignan", 42.6976, 2.8954, 110_706),
    Place("S34", "Caen Saint-Pierre", "STORE", "52 rue Saint-Pierre", "14000", "Caen", 49.1859, -0.3591, 110_624),
    Place("S35", "Boulogne Jean-Jaurès", "STORE", "108 boulevard Jean-Jaurès", "92100", "Boulogne-Billancourt", 48.8355, 2.2413, 108_782),
    Place("S36", "Nancy Saint-Jean", "STORE", "34 rue Saint-Jean", "54000", "Nancy", 48.6844, 6.1850, 105_058),
    Place("S37", "Avignon République", "STORE", "25 rue de la République", "84000", "Avignon", 43.9483, 4.8089, 89_769),
    Place("S38", "Poitiers Gambetta", "STORE", "17 rue Gambetta", "86000", "Poitiers", 46.5826, 0.3435, 85_960),
    Place("S39", "Versailles Paroisse", "STORE", "44 rue de la Paroisse", "78000", "Versailles", 48.8036, 2.1342, 85_416),
    Place("S40", "Pau Serviez", "STORE", "6 rue Serviez", "64000", "Pau", 43.3112, -0.3558, 82_697),
    Place("S41", "La Rochelle Palais", "STORE", "21 rue du Palais", "17000", "La Rochelle", 46.1631, -1.1522, 76_810),
    Place("S42", "Antibes République", "STORE", "15 rue de la République", "06600", "Antibes", 43.5813, 7.1249, 76_393),
    Place("S43", "Cannes Antibes", "STORE", "56 rue d'Antibes", "06400", "Cannes", 43.5513, 7.0127, 74_545),
    Place("S44", "Béziers 4-Septembre", "STORE", "7 rue du 4-Septembre", "34500", "Béziers", 43.3412, 3.2140, 74_081),
    Place("S45", "Bourges Moyenne", "STORE", "48 rue Moyenne", "18000", "Bourges", 47.0833, 2.4000, 67_987),
    Place("S46", "Saint-Nazaire République", "STORE", "39 avenue de la République", "44600", "Saint-Nazaire", 47.2751, -2.2179, 67_054),
    Place("S47", "Colmar Clefs", "STORE", "27 rue des Clefs", "68000", "Colmar", 48.0808, 7.3558, 65_405),
    Place("S48", "Valence Augier", "STORE", "5 rue Émile-Augier", "26000", "Valence", 44.9256, 4.9096, 63_864),
    Place("S49", "Quimper Kéréon", "STORE", "23 rue Kéréon", "29000", "Quimper", 47.9960, -4.0979, 63_849),
    Place("S50", "Chambéry Boigne", "STORE", "12 rue de Boigne", "73000", "Chambéry", 45.5663, 5.9208, 61_640),
    Place("S51", "Troyes Zola", "STORE", "60 rue Émile-Zola", "10000", "Troyes", 48.3007, 4.0852, 60_785),
    Place("S52", "Lorient Liège", "STORE", "18 rue de Liège", "56100", "Lorient", 47.7482, -3.3718, 58_112),
    Place("S53", "Annecy Royale", "STORE", "9 rue Royale", "74000", "Annecy", 45.9088, 6.1257, 49_232),
    Place("S54", "Bayonne Port-Neuf", "STORE", "28 rue Port-Neuf", "64100", "Bayonne", 43.4932, -1.4730, 44_396),
    Place("S55", "Vannes Méné", "STORE", "4 rue du Méné", "56000", "Vannes", 47.6569, -2.7620, 54_020),
    Place("S56", "Niort Victor-Hugo", "STORE", "32 rue Victor-Hugo", "79000", "Niort", 46.3231, -0.4588, 54_660),
    Place("S57", "Ajaccio Fesch", "STORE", "45 rue du Cardinal-Fesch", "20000", "Ajaccio", 41.9189, 8.7381, 54_364),
    Place("S58", "Belfort France", "STORE", "50 faubourg de France", "90000", "Belfort", 47.6422, 6.8539, 54_562),
    Place("S59", "Chartres Bois-Merrain", "STORE", "11 rue du Bois-Merrain", "28000", "Chartres", 48.4468, 1.4892, 43_838),
    Place("S60", "Arras Gambetta", "STORE", "33 rue Gambetta", "62000", "Arras", 50.2930, 2.7819, 47_052),
    Place("SUP2", "Filatures du Nord", "SUPPLIER", "26 rue de la Fosse-aux-Chênes", "59100", "Roubaix", 50.6942, 3.1746),
    Place("SUP3", "Lainages de Castres", "SUPPLIER", "5 quai du Moulin", "81100", "Castres", 43.6053, 2.2409),
)  # fmt: skip

PLACES = FIRST_PLACES + OTHER_PLACES


WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
LARGE_TOWN = 200_000
SUNDAY_TOWN = 2_000_000
HOLIDAYS_OF_DEPARTMENTS = {"57": "FR-57", "67": "FR-6AE", "68": "FR-6AE"}
"""Where Good Friday and the second day of Christmas are holidays too."""


def opening_hours(place: Place) -> list[dict[str, Any]]:
    """Give the week of a place: shops of large towns close later, those of Paris open on Sunday."""
    if place.type == "STORE":
        hours = "10:00-20:00" if place.inhabitants >= LARGE_TOWN else "10:00-19:00"
        sunday = ["11:00-19:00"] if place.inhabitants >= SUNDAY_TOWN else []
        week = [{"day": day, "hours": [hours]} for day in WEEK]
        return [*week, {"day": "SUNDAY", "hours": sunday}] if sunday else week
    hours = "06:00-22:00" if place.type == "WAREHOUSE" else "08:00-17:00"
    return [{"day": day, "hours": [hours]} for day in WEEK[:5]]


def locations() -> Iterator[dict[str, Any]]:
    """Give the lines of `locationsImport`."""
    for place in PLACES:
        yield {
            "code": place.code,
            "name": place.name,
            "type": place.type,
            "country": "FR",
            "postcode": place.postcode,
            "city": place.city,
            "addressLines": [place.street],
            "point": {"latitude": place.latitude, "longitude": place.longitude},
            "timezone": "Europe/Paris",
            "openingHours": opening_hours(place),
            "holidayCalendar": HOLIDAYS_OF_DEPARTMENTS.get(place.postcode[:2], "FR"),
        }


def channels() -> Iterator[dict[str, Any]]:
    """Give the lines of `channelsImport`: the web sells from everywhere, shops from shops."""
    france = {"currency": "EUR", "country": "FR"}
    yield {"code": "web-fr", "name": "Site France", **france}
    yield {"code": "store-fr", "name": "Boutiques France", "locationTypes": ["STORE"], **france}
