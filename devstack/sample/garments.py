"""The sample's garments: families of models, each model in its colours and sizes."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from devstack.sample.draws import draws
from devstack.sample.lines import ean, price_lines

COLOURS: Mapping[str, str] = {
    "BLACK": "noir", "WHITE": "blanc", "NAVY": "bleu marine", "GREY": "gris chiné", "ECRU": "écru",
    "BEIGE": "beige", "KHAKI": "kaki", "SKY": "bleu ciel", "RED": "rouge", "GREEN": "vert sapin",
    "CAMEL": "camel", "PLUM": "prune", "TERRA": "terracotta", "ROSE": "rose poudré",
}  # fmt: skip
"""Colours by code, the most usual first."""

DENIM = ("NAVY", "BLACK", "GREY", "SKY", "ECRU")

FIRST_NUMBER = 1_000
"""The barcodes below belong to the first garments."""

FEWEST_COLOURS, MOST_COLOURS = 2, 4


class Sizes(NamedTuple):
    """The sizes of a family, with how many of a hundred customers wear each."""

    names: tuple[str, ...]
    shares: tuple[int, ...]


LETTERS = Sizes(("XS", "S", "M", "L", "XL", "XXL"), (8, 20, 29, 24, 13, 6))
FRENCH = Sizes(("34", "36", "38", "40", "42", "44", "46"), (6, 16, 24, 23, 16, 10, 5))
WAISTS = Sizes(("38", "40", "42", "44", "46", "48"), (12, 24, 27, 20, 11, 6))
AGES = Sizes(("4A", "6A", "8A", "10A", "12A", "14A"), (14, 19, 21, 19, 16, 11))
GLOVES = Sizes(("S", "M", "L"), (30, 45, 25))
ONE = Sizes(("U",), (100,))


@dataclass(frozen=True, slots=True)
class Family:
    """Models alike; `cents` are the lowest and the highest price, and `grams` the weight."""

    code: str
    noun: str
    category: str
    sizes: Sizes
    cents: tuple[int, int]
    grams: int
    cuts: tuple[str, ...]
    fabrics: tuple[str, ...]
    colours: tuple[str, ...] = tuple(COLOURS)


FAMILIES = (
    Family("TEW", "T-shirt femme", "tops", LETTERS, (1900, 3900), 160, ("col rond", "col V", "rayé", "manches longues"), ("coton bio", "lin", "coton pima", "modal")),
    Family("TEM", "T-shirt homme", "tops", LETTERS, (1900, 3900), 190, ("col rond", "col V", "à poche", "marinière"), ("coton bio", "lin", "coton épais", "coton pima")),
    Family("POL", "Polo", "tops", LETTERS, (3900, 6900), 230, ("manches courtes", "manches longues", "col zippé"), ("piqué de coton", "maille fine", "jersey")),
    Family("BLO", "Blouse", "tops", FRENCH, (4900, 8900), 170, ("col lavallière", "à volants", "col montant", "brodée"), ("viscose", "voile de coton", "soie lavée")),
    Family("SHW", "Chemise femme", "tops", FRENCH, (5500, 8900), 200, ("droite", "ample", "à fines rayures"), ("popeline", "lin", "denim léger")),
    Family("SHM", "Chemise homme", "tops", LETTERS, (5500, 9500), 240, ("ajustée", "droite", "col mao", "à carreaux"), ("popeline", "lin", "oxford", "flanelle")),
    Family("KNW", "Pull femme", "knitwear", LETTERS, (5900, 12900), 320, ("col rond", "col V", "col roulé", "torsadé"), ("mérinos", "cachemire", "coton", "mohair")),
    Family("KNM", "Pull homme", "knitwear", LETTERS, (6500, 13900), 400, ("col rond", "col V", "col camionneur", "torsadé"), ("mérinos", "cachemire", "coton", "laine d'agneau")),
    Family("CAR", "Gilet", "knitwear", LETTERS, (6900, 12900), 380, ("court", "long", "à grosses mailles"), ("mérinos", "coton", "alpaga")),
    Family("SWE", "Sweat", "knitwear", LETTERS, (4900, 7900), 450, ("à capuche", "col rond", "zippé"), ("molleton bio", "coton gratté", "coton recyclé")),
    Family("DRS", "Robe", "dresses", FRENCH, (6900, 15900), 310, ("portefeuille", "chemise", "longue", "trapèze", "à bretelles"), ("viscose", "lin", "crêpe", "coton")),
    Family("SKI", "Jupe", "skirts", FRENCH, (4900, 8900), 260, ("plissée", "crayon", "longue", "trapèze"), ("crêpe", "laine froide", "denim")),
    Family("TRW", "Pantalon femme", "trousers", FRENCH, (5900, 9900), 420, ("large", "cigarette", "carotte", "droit"), ("gabardine", "lin", "laine froide")),
    Family("TRM", "Pantalon homme", "trousers", WAISTS, (6500, 10900), 520, ("chino", "à pinces", "droit"), ("gabardine", "lin", "velours côtelé", "laine froide")),
    Family("JEW", "Jean femme", "trousers", FRENCH, (6900, 10900), 560, ("slim", "droit", "mom", "évasé"), ("denim stretch", "denim rigide"), DENIM),
    Family("JEM", "Jean homme", "trousers", WAISTS, (7500, 11900), 640, ("slim", "droit", "ample"), ("denim stretch", "denim rigide", "denim japonais"), DENIM),
    Family("SHO", "Short", "trousers", LETTERS, (3500, 5900), 240, ("chino", "de bain", "ample"), ("coton", "lin")),
    Family("JAW", "Veste femme", "jackets", FRENCH, (9900, 17900), 620, ("blazer", "courte", "saharienne"), ("lin", "laine froide", "velours")),
    Family("JAM", "Veste homme", "jackets", WAISTS, (12900, 21900), 780, ("blazer", "de travail", "teddy"), ("lin", "laine froide", "coton huilé")),
    Family("COW", "Manteau femme", "coats", FRENCH, (15900, 29900), 1300, ("droit", "peignoir", "caban"), ("laine", "laine bouclée")),
    Family("COM", "Manteau homme", "coats", WAISTS, (17900, 32900), 1500, ("droit", "caban", "duffle-coat"), ("laine", "drap de laine")),
    Family("PAR", "Parka", "coats", LETTERS, (12900, 22900), 1100, ("courte", "longue"), ("coton déperlant", "nylon recyclé")),
    Family("TEK", "T-shirt enfant", "kids", AGES, (990, 1900), 110, ("col rond", "rayé", "imprimé"), ("coton bio", "jersey")),
    Family("SWK", "Sweat enfant", "kids", AGES, (2500, 3900), 280, ("à capuche", "col rond"), ("molleton bio", "coton recyclé")),
    Family("TRK", "Pantalon enfant", "kids", AGES, (2500, 3900), 300, ("jogging", "chino"), ("molleton bio", "gabardine")),
    Family("SCA", "Écharpe", "accessories", ONE, (2900, 6900), 150, ("unie", "à carreaux", "frangée"), ("laine", "cachemire", "coton")),
    Family("HAT", "Bonnet", "accessories", ONE, (1900, 3900), 80, ("côtelé", "à revers"), ("laine", "cachemire", "coton")),
    Family("GLO", "Gants", "accessories", GLOVES, (2900, 6900), 90, ("doublés", "tactiles"), ("laine", "cuir")),
    Family("BAG", "Cabas", "accessories", ONE, (2500, 8900), 400, ("zippé", "réversible"), ("toile", "cuir")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """A garment to be had in colours and sizes; rank 0 sells best of all, 1 worst."""

    code: str
    title: str
    family: Family
    cents: int
    colours: tuple[str, ...]
    rank: float

    @property
    def price(self) -> str:
        """The price in euros."""
        return f"{self.cents // 100}.{self.cents % 100:02d}"


class Article(NamedTuple):
    """One SKU: a model in a colour and a size, which `share` of a hundred customers wear."""

    sku: str
    model: Model
    colour: str
    size: str
    share: int


@cache
def models() -> tuple[Model, ...]:
    """Give all models."""
    return tuple(_models())


def _models() -> Iterator[Model]:
    for family in FAMILIES:
        pairs = [(cut, fabric) for fabric in family.fabrics for cut in family.cuts]
        for number, (cut, fabric) in enumerate(pairs, start=1):
            code = f"{family.code}{number:02d}"
            chance = draws("model", code)
            yield Model(
                code,
                f"{family.noun} {cut} en {fabric}",
                family,
                _cents(family, chance.random()),
                tuple(_colours(family, code)),
                chance.random(),
            )


def _cents(family: Family, place: float) -> int:
    """Give a price between the family's lowest and highest: whole euros, or 90 cents under 20."""
    low, high = family.cents
    euros = round((low + (high - low) * place * math.sqrt(place)) / 100)
    return euros * 100 if euros >= 20 else euros * 100 - 10  # noqa: PLR2004  (said above)


def _colours(family: Family, model: str) -> Iterator[str]:
    """Give a model's colours; the usual ones are more often among them."""
    chance = draws("colours", model)
    wanted = FEWEST_COLOURS + int(chance.random() * (MOST_COLOURS - FEWEST_COLOURS + 1))
    weighed = {
        colour: chance.random() * (1 + place / 4) for place, colour in enumerate(family.colours)
    }
    yield from sorted(weighed, key=weighed.__getitem__)[:wanted]


@cache
def options() -> tuple[tuple[Model, tuple[Article, ...]], ...]:
    """Give each model in each of its colours, as the articles of its sizes."""
    return tuple(
        (model, tuple(_sizes(model, code))) for model in models() for code in model.colours
    )


def _sizes(model: Model, colour: str) -> Iterator[Article]:
    for size, share in zip(model.family.sizes.names, model.family.sizes.shares, strict=True):
        yield Article(f"{model.code}-{colour}-{size}", model, colour, size, share)


def articles() -> Iterator[Article]:
    """Give every SKU."""
    for _, sizes in options():
        yield from sizes


def items() -> Iterator[dict[str, Any]]:
    """Give the lines of `itemsImport`."""
    for number, article in enumerate(articles(), start=FIRST_NUMBER):
        model, colour = article.model, COLOURS[article.colour]
        yield {
            "sku": article.sku,
            "title": f"{model.title}, {colour}, {article.size}",
            "category": model.family.category,
            "ean": ean(number),
            "model": model.code,
            "size": article.size,
            "colour": colour,
            "weightGrams": model.family.grams,
        }


def prices() -> Iterator[dict[str, Any]]:
    """Give the lines of `pricesImport`."""
    for article in articles():
        yield from price_lines(article.sku, article.model.price)
