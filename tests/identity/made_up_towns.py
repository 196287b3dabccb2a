"""A made-up world: places of five kinds in real communes, and how three sources spell them.

Names, streets, numbers and telephones are invented. A street is a straight line that begins
somewhere in its commune and goes north, so that an address always is at the same point.
"""

import hashlib
import random
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple


class Town(NamedTuple):
    """A commune, its postcode and its centre."""

    name: str
    postcode: str
    latitude: float
    longitude: float


#: Communes of the territory of tests/builders.py.
TOWNS = (
    Town("Orléans", "45000", 47.902, 1.909),
    Town("Tours", "37000", 47.395, 0.704),
    Town("Bourges", "18000", 47.083, 2.400),
    Town("Blois", "41000", 47.590, 1.335),
    Town("Saint-Doulchard", "18230", 47.104, 2.352),
    Town("Mehun-sur-Yèvre", "18500", 47.138, 2.211),
    Town("La Chapelle-Saint-Ursin", "18570", 47.062, 2.324),
    Town("Saint-Germain-du-Puy", "18390", 47.100, 2.483),
    Town("Plaimpied-Givaudins", "18340", 46.998, 2.454),
    Town("Ballan-Miré", "37510", 47.341, 0.615),
    Town("Chambray-lès-Tours", "37170", 47.335, 0.703),
    Town("Fondettes", "37230", 47.404, 0.597),
    Town("Joué-lès-Tours", "37300", 47.349, 0.665),
    Town("La Riche", "37520", 47.390, 0.671),
    Town("Saint-Avertin", "37550", 47.364, 0.740),
    Town("Saint-Cyr-sur-Loire", "37540", 47.400, 0.667),
    Town("Saint-Pierre-des-Corps", "37700", 47.386, 0.748),
    Town("Rochecorbon", "37210", 47.417, 0.755),
    Town("Mettray", "37390", 47.453, 0.649),
)
LIBRARY, EPN, SERVICES, THIRD, HALL = (
    "mediatheque", "epn", "france-services", "tiers-lieu", "mairie",
)  # fmt: skip
BOTH = f"{LIBRARY}|{SERVICES}"
_FIRST = (
    "Adèle",
    "Basile",
    "Clémence",
    "Donatien",
    "Edmée",
    "Firmin",
    "Gisèle",
    "Hector",
    "Iseult",
    "Joachim",
    "Léontine",
    "Marcelin",
    "Noémie",
    "Octave",
    "Philomène",
    "Quentin",
    "Rosalie",
    "Sidoine",
    "Théodora",
    "Urbain",
    "Victorine",
    "Zéphyrin",
)
_LAST = (
    "Aubreton",
    "Bichelier",
    "Courtevoix",
    "Dargenval",
    "Escoubet",
    "Fauvernier",
    "Grandchêne",
    "Houdelin",
    "Jaubrac",
    "Kermadet",
    "Lussaudière",
    "Marvillon",
    "Noirétable",
    "Ourcelay",
    "Pétignac",
    "Rouvelain",
    "Sautregard",
    "Trémoulet",
    "Vaudrémont",
    "Yvernault",
)
_WAYS = ("rue", "avenue", "boulevard", "place", "allée", "chemin")
_WAY_NAMES = (
    "des Tilleuls", "du Vieux Pressoir", "de la Fontaine Bleue", "des Mariniers", "du Moulin Brûlé",
    "des Trois Cerisiers", "de l'Ancienne Gare", "du Clos Saint-Aubin", "des Hirondelles",
    "de la Tuilerie", "du Puits Carré", "des Vignerons", "de la Croix Rousseau", "du Lavoir",
    "des Coquelicots", "du Général Aubreton",
)  # fmt: skip
_WORDS = {
    LIBRARY: ("Médiathèque", "Bibliothèque"),
    EPN: ("Espace public numérique", "Espace numérique"),
    SERVICES: ("France services", "Espace France services"),
    THIRD: ("Tiers-lieu", "Fabrique"),
    HALL: ("Mairie annexe", "Point numérique de la mairie annexe"),
    BOTH: ("Médiathèque et France services", "Médiathèque et France services"),
}


@dataclass(frozen=True)
class Facts:
    """What is true of a place, or what a source believes."""

    kind: str
    name: str
    town: Town
    number: int
    street: str
    phone: str
    mail: str

    @property
    def address(self) -> str:
        return f"{self.number} {self.street}"

    @property
    def point(self) -> tuple[float, float]:
        """Latitude and longitude: a hundred numbers are a kilometre."""
        seed = hashlib.sha256(f"{self.town.name} {self.street}".encode()).digest()
        north, east = (seed[0] - 128) / 128 * 0.010, (seed[1] - 128) / 128 * 0.015
        point = (self.town.latitude + north + self.number * 0.0001, self.town.longitude + east)
        return round(point[0], 6), round(point[1], 6)


@dataclass
class Row:
    """A line of a source and the place it is truly about; ``manner`` is how it is spelled."""

    key: str
    place: int
    facts: Facts
    manner: int = 0


@dataclass
class World:
    """All rows of all sources. ``reserved`` places are left to the events that named them."""

    seed: int
    rows: dict[str, list[Row]] = field(default_factory=dict)
    reserved: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    places: int = 0
    given: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        names = [f"{first} {last}" for first in _FIRST for last in _LAST]
        self._names = iter(self.chance.sample(names, len(names)))
        spots = [
            (town, number, f"{way} {name}")
            for town in TOWNS
            for way in _WAYS
            for name in _WAY_NAMES
            for number in (self.chance.randrange(1, 60),)
        ]
        self._spots: dict[str, Iterator[tuple[Town, int, str]]] = {
            town.name: iter(self.chance.sample(own, len(own)))
            for town in TOWNS
            if (own := [spot for spot in spots if spot[0] == town])
        }
        self._phones = iter(self.chance.sample(range(1000, 10000), 2000))

    def facts(self, kind: str, town: Town | None = None) -> Facts:
        """A place nobody has heard of: no name, street or telephone of another one."""
        town = town or self.chance.choice(TOWNS)
        _, number, street = next(self._spots[town.name])
        phone, mail = self.contacts()
        return Facts(kind, self.name(kind), town, number, street, phone, mail)

    def name(self, kind: str) -> str:
        return f"{self.chance.choice(_WORDS[kind])} {next(self._names)}"

    def contacts(self) -> tuple[str, str]:
        digits = f"{next(self._phones)}"
        phone = f"02 61 91 {digits[:2]} {digits[2:]}"
        return phone, f"accueil{digits}@lieu{digits}.exemple.fr"

    def moved(self, facts: Facts) -> Facts:
        """The same place elsewhere in its town."""
        _, number, street = next(self._spots[facts.town.name])
        return replace(facts, number=number, street=street)

    def open(self, facts: Facts, sources: Collection[str], *, reserve: bool = False) -> int:
        """A new place, at the end of the files of some sources."""
        self.places += 1
        for source in sources:
            self.rows[source].append(Row(self.key(source), self.places, facts))
        (self.reserved if reserve else self.touched).add(self.places)
        return self.places

    def key(self, source: str) -> str:
        """A key that the source never gave."""
        self.given[source] = self.given.get(source, 0) + 1
        return str(self.given[source])

    def of(self, place: int, source: str = "") -> list[Row]:
        """The rows that are about a place."""
        sources = [source] if source else list(self.rows)
        return [row for name in sources for row in self.rows[name] if row.place == place]

    def sources_of(self, place: int) -> str:
        return "".join(name for name in self.rows if self.of(place, name))

    def close(self, place: int) -> None:
        for name, rows in self.rows.items():
            self.rows[name] = [row for row in rows if row.place != place]

    def pick(
        self, count: int, *, only: str = "", having: str = "", kinds: Collection[str] = ()
    ) -> list[int]:
        """Places nothing else happens to this month.

        ``only`` names all the sources they have, ``having`` some of them.
        """
        found = []
        for place in sorted({row.place for rows in self.rows.values() for row in rows}):
            sources = self.sources_of(place)
            fits = sources == only if only else set(having) <= set(sources)
            kind = self.of(place)[0].facts.kind
            if fits and (not kinds or kind in kinds):
                found.append(place)
        free = [one for one in found if one not in self.reserved | self.touched]
        chosen = self.chance.sample(free, count)
        self.touched |= set(chosen)
        return chosen


def populate(world: World, sources: Collection[str], count: int) -> None:
    """Open ``count`` places, the third of them in one source only, some in the same house."""
    coverages = ("ABC", "AB", "AC", "BC", "AB", "AC", "A", "B", "C")
    kinds = (LIBRARY, EPN, THIRD, LIBRARY, EPN, THIRD, LIBRARY, SERVICES, HALL)
    order = [(cover, kind) for kind in kinds for cover in coverages]
    for number in range(count):
        cover, kind = order[number % len(order)]
        facts = world.facts(kind, TOWNS[number % len(TOWNS)])
        world.open(facts, [name for name in sources if name in cover])
        if kind == HALL and cover in ("ABC", "AB", "A"):
            # What it hosts has a name, a telephone and a door of its own, in the same house.
            guest = world.facts(SERVICES, facts.town)
            guest = replace(guest, number=facts.number, street=facts.street)
            world.open(guest, [name for name in sources if name in cover])
    for rows in world.rows.values():
        world.chance.shuffle(rows)


def cells(source: str, row: Row) -> tuple[str, ...]:
    """A row as its source writes it: id, nom, type, adresse, cp, ville, tel, mel, lat, lon."""
    facts = row.facts
    lat, lon = facts.point
    name, address = _SPELL[source](facts, row.manner)
    point = ("", "") if source == "C" else (f"{lat}", f"{lon}")
    return (
        row.key, name, facts.kind, address, facts.town.postcode, facts.town.name, facts.phone,
        facts.mail, *point,
    )  # fmt: skip


def _plain(facts: Facts, manner: int) -> tuple[str, str]:
    return (facts.name, facts.address) if manner % 2 == 0 else (
        facts.name.replace(" ", " - ", 1) if facts.kind == THIRD else facts.name,
        facts.address.replace(" ", ", ", 1),
    )  # fmt: skip


def _capitals(facts: Facts, manner: int) -> tuple[str, str]:
    name = facts.name if manner % 2 == 0 else f"{facts.name} - {facts.town.name}"
    return tuple(_unaccented(text).upper() for text in (name, facts.address))  # type: ignore[return-value]


def _short(facts: Facts, manner: int) -> tuple[str, str]:
    address = facts.address
    for word, brief in (("avenue", "av."), ("boulevard", "bd"), ("place", "pl."), ("rue", "r.")):
        address = address.replace(f" {word} ", f" {brief} ")
    name = facts.name.replace("Médiathèque ", "Médiathèque municipale ")
    name = name.replace("Espace public numérique", "EPN")
    return (name if manner % 2 == 0 else f"{name} ({facts.town.name})", address)


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


_SPELL = {"A": _plain, "B": _capitals, "C": _short}
