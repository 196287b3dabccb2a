"""Planted pairs that are two places, however alike: a function a trap.

The rule: a place that hosts another service is not the same place. A row that names the service
(France services, EPN, counsellor, fab lab) is the service; one that names the host is the host.
Each takes a Maker and returns the two rows.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import making as m
from .making import Maker, of
from .words import BODIES, PEOPLE, SHOPS

Row = dict[str, Any]
Kind = Callable[[Maker], tuple[Row, Row]]
DIFFERENT: dict[str, Kind] = {}


def _kind(make: Kind) -> Kind:
    DIFFERENT[make.__name__] = make
    return make


def _rows(k: Maker, one: m.Place, other: m.Place, **both: Any) -> tuple[Row, Row]:
    """Told by two sources; ``both`` are columns of the two rows."""
    first, second = k.pick(one.family.sources), k.pick(other.family.sources)
    while second == first:
        second = k.pick(other.family.sources)
    return k.told(one, first, **both), k.told(other, second, **both)


def _hosted(k: Maker, host: m.Place, family: m.Family, nom: str, own: bool = False) -> m.Place:
    """A service in the walls of ``host``, with its phone and all unless it has its ``own``."""
    inside = replace(host, nom=nom, family=family)
    return replace(inside, phone=k.phone(), siret=k.siret()) if own else inside


def _town_of(place: m.Place) -> str:
    return str(place.town["nom"])


@_kind
def france_services_in_town_hall(k: Maker) -> tuple[Row, Row]:
    hall = k.place(m.TOWN_HALL)
    service = _hosted(k, hall, m.SERVICES, f"France services {of(_town_of(hall))}")
    return _rows(k, hall, service, telephone=hall.phone)


@_kind
def france_services_in_post_office(k: Maker) -> tuple[Row, Row]:
    post = k.place(m.POST)
    service = _hosted(k, post, m.SERVICES, f"France services {of(_town_of(post))} - La Poste", True)
    return _rows(k, post, service)


@_kind
def france_services_in_social_centre(k: Maker) -> tuple[Row, Row]:
    centre = k.place(m.SOCIAL)
    service = _hosted(k, centre, m.SERVICES, f"France services {of(_town_of(centre))}")
    return _rows(k, centre, service)


@_kind
def epn_in_library(k: Maker) -> tuple[Row, Row]:
    library = k.place(m.LIBRARY)
    word = k.pick(("EPN de la", "Espace public numérique de la", "Cyberespace -"))
    return _rows(k, library, _hosted(k, library, m.EPN, f"{word} {library.nom.lower()}"))


@_kind
def counsellor_at_ccas(k: Maker) -> tuple[Row, Row]:
    ccas = k.place(m.CCAS)
    nom = k.pick(("Conseiller numérique", "Permanence du conseiller numérique"))
    inside = _hosted(k, ccas, m.SCHOOL, f"{nom} {of(_town_of(ccas))}")
    return k.told(ccas, "data-inclusion"), k.told(inside, "conseillers-numeriques")


@_kind
def ccas_in_town_hall(k: Maker) -> tuple[Row, Row]:
    hall = k.place(m.TOWN_HALL)
    inside = _hosted(k, hall, m.CCAS, f"CCAS {of(_town_of(hall))}")
    return _rows(k, hall, inside, telephone=hall.phone)


@_kind
def postal_agency_in_town_hall(k: Maker) -> tuple[Row, Row]:
    hall = k.place(m.TOWN_HALL)
    return _rows(
        k, hall, _hosted(k, hall, m.POST, f"Agence postale communale {of(_town_of(hall))}")
    )


@_kind
def library_in_town_hall(k: Maker) -> tuple[Row, Row]:
    hall = k.place(m.TOWN_HALL)
    inside = _hosted(k, hall, m.LIBRARY, f"Bibliothèque {of(_town_of(hall))}")
    return _rows(k, hall, inside)


@_kind
def fablab_in_third_place(k: Maker) -> tuple[Row, Row]:
    third = k.place(m.THIRD)
    return _rows(k, third, _hosted(k, third, m.FABLAB, f"Fab lab - {third.nom}", True))


@_kind
def youth_desk_in_mjc(k: Maker) -> tuple[Row, Row]:
    mjc = k.place(m.MJC)
    return _rows(
        k, mjc, _hosted(k, mjc, m.YOUTH, f"Point information jeunesse {of(_town_of(mjc))}")
    )


@_kind
def branches_of_association(k: Maker) -> tuple[Row, Row]:
    """One body, two addresses: phone, site and SIREN are the body's."""
    town, body = k.town(8000), k.pick(BODIES)
    one = k.place(m.ASSOCIATION, town, f"{body} - antenne {k.pick(('Nord', 'Centre', 'Bellevue'))}")
    other = replace(one, nom=f"{body} - antenne {k.pick(('Sud', 'Gare', 'Beaulieu'))}")
    other = replace(other, address=k.address(town), siret=one.siret[:9] + "00987")
    return _rows(k, one, other, telephone=one.phone, site_web=one.site)


@_kind
def association_at_two_addresses(k: Maker) -> tuple[Row, Row]:
    """Even the name is the same: only the address tells the two apart."""
    town, body = k.town(20_000), k.pick(BODIES)
    one = k.place(m.ASSOCIATION, town, body)
    far = k.address(town, one.address, k.rng.uniform(1500, 3500))
    other = replace(one, address=far, siret=one.siret[:9] + "00772")
    exact = {"precision": "numero", "site_web": one.site}
    return (
        k.told(one, "data-inclusion", **exact, adresse=one.address.text()),
        k.told(other, "conseillers-numeriques", **exact, adresse=far.text()),
    )


@_kind
def two_generic_libraries(k: Maker) -> tuple[Row, Row]:
    """The library and that of a hamlet, both "Bibliothèque municipale"."""
    town = k.town(3000)
    one = k.place(m.LIBRARY, town, "Bibliothèque municipale")
    far = k.address(town, one.address, k.rng.uniform(1200, 3000))
    other = k.place(m.LIBRARY, town, k.pick(("Bibliothèque municipale", "Bibliothèque")), far)
    return _rows(k, one, other, precision="numero")


@_kind
def two_named_libraries(k: Maker) -> tuple[Row, Row]:
    town = k.town(10_000)
    people = k.rng.permutation(len(PEOPLE))[:2]
    one, other = (k.place(m.LIBRARY, town, f"Médiathèque {PEOPLE[at]}") for at in people)
    return _rows(k, one, other)


@_kind
def generic_name_in_next_commune(k: Maker) -> tuple[Row, Row]:
    town = k.town()
    name = k.pick(("Médiathèque municipale", "Bibliothèque", "Mairie", "Point lecture"))
    family = m.TOWN_HALL if name == "Mairie" else m.LIBRARY
    return _rows(k, k.place(family, town, name), k.place(family, k.neighbour(town), name))


@_kind
def same_patron_in_next_commune(k: Maker) -> tuple[Row, Row]:
    town, name = k.town(), f"Médiathèque {k.pick(PEOPLE)}"
    return _rows(k, k.place(m.LIBRARY, town, name), k.place(m.LIBRARY, k.neighbour(town), name))


@_kind
def two_lines_of_one_source(k: Maker) -> tuple[Row, Row]:
    """A file that lists the two branches of a post, by quarter, with one phone for all."""
    town, quarters = k.town(10_000), ("Centre", "Gare", "Bellevue", "Beaulieu")
    at = k.rng.permutation(4)[:2]
    one = k.place(m.POST, town, f"La Poste {quarters[at[0]]}")
    other = replace(one, nom=f"La Poste {quarters[at[1]]}", address=k.address(town))
    source = k.pick(("data-inclusion", "hub-lo"))
    return k.told(one, source, telephone=one.phone), k.told(other, source, telephone=one.phone)


@_kind
def two_floors(k: Maker) -> tuple[Row, Row]:
    """Two services of one building, of different bodies."""
    local = k.place(k.pick((m.MISSION, m.SOLIDARITY, m.YOUTH)))
    other = k.place(m.THIRD, local.town, address=local.address)
    return _rows(k, local, other)


@_kind
def next_door(k: Maker) -> tuple[Row, Row]:
    one = k.place(m.SOCIAL)
    other = k.place(k.pick((m.LIBRARY, m.MISSION)), one.town, address=k.next_door(one.address))
    return _rows(k, one, other)


@_kind
def same_street_other_number(k: Maker) -> tuple[Row, Row]:
    """Two coworking spaces of one long street."""
    town, shops = k.town(10_000), k.rng.permutation(len(SHOPS))[:2]
    one = k.place(m.THIRD, town, SHOPS[shops[0]])
    far = k.next_door(one.address, 40, 350)
    return _rows(k, one, k.place(m.THIRD, town, SHOPS[shops[1]], far))


@_kind
def school_and_school(k: Maker) -> tuple[Row, Row]:
    town, person = k.town(3000), k.pick(PEOPLE)
    first, second = k.pick((("École", "Collège"), ("École maternelle", "École élémentaire"),
                            ("Collège", "Lycée")))  # fmt: skip
    one = k.place(m.SCHOOL, town, f"{first} {person}")
    beside = k.next_door(one.address, 4, 120)
    return _rows(k, one, k.place(m.SCHOOL, town, f"{second} {person}", beside))


@_kind
def library_and_school_of_one_patron(k: Maker) -> tuple[Row, Row]:
    town, person = k.town(3000), k.pick(PEOPLE)
    one = k.place(m.LIBRARY, town, f"Médiathèque {person}")
    beside = k.next_door(one.address, 6, 80)
    family, word = k.pick(((m.SCHOOL, "École"), (m.SOCIAL, "Centre social"), (m.MJC, "Espace")))
    return _rows(k, one, k.place(family, town, f"{word} {person}", beside))


@_kind
def quarters_north_and_south(k: Maker) -> tuple[Row, Row]:
    town = k.town(10_000)
    first, second = k.pick((("Nord", "Sud"), ("Est", "Ouest"), ("Saint-Pierre", "Saint-Paul")))
    one = k.place(m.QUARTER, town, f"Maison de quartier {first}")
    other = replace(k.place(m.QUARTER, town, f"Maison de quartier {second}"), site=one.site)
    return _rows(k, one, other, site_web=one.site)


@_kind
def numbered_places(k: Maker) -> tuple[Row, Row]:
    """Fab lab 1 and 2 of one body, in two buildings of one site."""
    town, word = k.town(8000), k.pick(("Fab lab", "Espace numérique", "Cyber-base", "Atelier"))
    one = k.place(m.FABLAB, town, f"{word} 1")
    moved = k.next_door(one.address, 6, 150)
    return _rows(k, one, replace(one, nom=f"{word} 2", address=moved), site_web=one.site)


@_kind
def town_hall_and_annex(k: Maker) -> tuple[Row, Row]:
    hall = k.place(m.TOWN_HALL, k.town(8000))
    annex = replace(hall, nom=hall.nom.replace("Mairie", "Mairie annexe"))
    annex = replace(annex, address=k.address(hall.town, hall.address, k.rng.uniform(800, 2500)))
    return _rows(k, hall, annex, telephone=hall.phone)


@_kind
def town_halls_of_arrondissements(k: Maker) -> tuple[Row, Row]:
    paris, numbers = k.paris(), [int(one) + 1 for one in k.rng.permutation(20)[:2]]
    rows = []
    for number, source in zip(numbers, ("data-inclusion", "conseillers-numeriques"), strict=True):
        place = k.place(m.TOWN_HALL, paris, f"Mairie du {number}e arrondissement")
        code = {"code_postal": f"750{number:02d}", "code_insee": f"751{number:02d}"}
        rows.append(k.told(place, source, **code))
    return rows[0], rows[1]


@_kind
def university_libraries(k: Maker) -> tuple[Row, Row]:
    """Two libraries of one campus, one address on paper, one switchboard."""
    town = k.town(30_000)
    first, second = k.pick((("Lettres", "Sciences"), ("Droit", "Santé"), ("Sciences", "Économie")))
    one = k.place(m.LIBRARY, town, f"Bibliothèque universitaire {first}")
    moved = replace(one.address, lat=one.address.lat + 0.0015)
    other = replace(one, nom=f"Bibliothèque universitaire {second}", address=moved)
    return _rows(k, one, other, site_web=one.site)


@_kind
def solidarity_houses_of_neighbours(k: Maker) -> tuple[Row, Row]:
    """One département, one site, one SIREN; two towns."""
    one = k.place(m.SOLIDARITY)
    town = k.neighbour(one.town)
    other = k.place(m.SOLIDARITY, town)
    other = replace(other, site=one.site, siret=one.siret[:9] + "00311")
    return _rows(k, one, other, site_web=one.site)


@_kind
def travelling_service(k: Maker) -> tuple[Row, Row]:
    """The bus has its stop before the fixed France services of the town."""
    fixed = k.place(m.SERVICES)
    bus = replace(fixed, nom=k.pick(("Bus France services", "France services itinérante")))
    bus = replace(bus, address=k.next_door(fixed.address, 0, 40), phone=k.phone())
    first, second = k.two(m.SERVICES)
    return k.told(fixed, first), k.told(bus, second, itinerance="Itinérant")


@_kind
def town_hall_and_library_of_village(k: Maker) -> tuple[Row, Row]:
    """Point of both: the village's centre, neither with an address."""
    hall = k.place(m.TOWN_HALL)
    library = k.place(m.LIBRARY, hall.town, f"Point lecture {of(_town_of(hall))}")
    return _rows(k, hall, library, adresse="", precision="commune")


@_kind
def member_and_federation(k: Maker) -> tuple[Row, Row]:
    """The departmental federation and the local club, in one house."""
    body, town = k.pick(("MJC", "Familles rurales", "Centre social")), k.town(10_000)
    one = k.place(m.ASSOCIATION, town, f"Fédération départementale des {body}")
    return _rows(k, one, _hosted(k, one, m.MJC, f"{body} {of(_town_of(one))}", True))
