"""Planted pairs that are one place: a function a way of telling it twice.

Each takes a Maker and returns the two rows, of two sources.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import making as m
from .making import Maker, of
from .spelling import ACRONYMS, bare, initials, short_address, shouted, slug, with_typo
from .words import PEOPLE

Row = dict[str, Any]
Kind = Callable[[Maker], tuple[Row, Row]]
SAME: dict[str, Kind] = {}
#: Families whose places have a name of their own.
_NAMED = (m.LIBRARY, m.THIRD, m.FABLAB, m.SOCIAL, m.QUARTER)
_OFFICES = (m.SERVICES, m.TOWN_HALL, m.CCAS, m.YOUTH, m.EPN, m.MJC, m.MSAP, m.SOLIDARITY)


def _kind(make: Kind) -> Kind:
    SAME[make.__name__.strip("_")] = make
    return make


def _pair(k: Maker, place: m.Place, **changes: Any) -> tuple[Row, Row]:
    """Told plainly, then with the changes."""
    first, second = k.two(place.family)
    return k.told(place, first), k.told(place, second, **changes)


def _any(k: Maker) -> m.Place:
    return k.place(k.pick(_NAMED + _OFFICES))


@_kind
def plain_copy(k: Maker) -> tuple[Row, Row]:
    return _pair(k, _any(k))


@_kind
def capitals_without_accents(k: Maker) -> tuple[Row, Row]:
    place = _any(k)
    return _pair(k, place, nom=shouted(place.nom), adresse=shouted(place.address.text()))


@_kind
def address_abbreviated(k: Maker) -> tuple[Row, Row]:
    place = _any(k)
    return _pair(k, place, adresse=short_address(place.address.text(), k.rng))


@_kind
def number_missing(k: Maker) -> tuple[Row, Row]:
    place = _any(k)
    return _pair(k, place, adresse=place.address.way, precision="voie")


@_kind
def town_appended(k: Maker) -> tuple[Row, Row]:
    place = k.place(k.pick(_NAMED))
    town = str(place.town["nom"])
    form = k.pick(
        (f"{place.nom} {of(town)}", f"{place.nom} - {town.upper()}", f"{place.nom}, {town}")
    )
    return _pair(k, place, nom=form)


@_kind
def municipal_or_of_town(k: Maker) -> tuple[Row, Row]:
    """The one library of a small town, under its two usual names."""
    town = k.town()
    place = k.place(m.LIBRARY, town, k.pick(("Médiathèque municipale", "Bibliothèque municipale")))
    word = k.pick(("Bibliothèque", "Médiathèque"))
    return _pair(k, place, nom=f"{word} {of(str(town['nom']))}")


@_kind
def acronym(k: Maker) -> tuple[Row, Row]:
    place = k.place(k.pick((m.CCAS, m.YOUTH, m.MSAP, m.EPN, m.MJC, m.SOLIDARITY)))
    long = next(words for words in ACRONYMS if place.nom.startswith(words))
    return _pair(k, place, nom=place.nom.replace(long, ACRONYMS[long]))


@_kind
def acronym_in_brackets(k: Maker) -> tuple[Row, Row]:
    place = k.place(k.pick((m.CCAS, m.YOUTH, m.EPN)))
    long = next(words for words in ACRONYMS if place.nom.startswith(words))
    return _pair(k, place, nom=f"{ACRONYMS[long]} ({long.lower()})")


@_kind
def words_reordered(k: Maker) -> tuple[Row, Row]:
    place = k.place(k.pick((m.LIBRARY, m.SOCIAL)))
    cut = 2 if place.family == m.SOCIAL else 1
    words = place.nom.split(" ")
    kind, own = " ".join(words[:cut]), " ".join(words[cut:])
    return _pair(
        k, place, nom=k.pick((f"{own} ({kind.lower()})", f"{own} - {kind}", f"{own}, {kind}"))
    )


@_kind
def contacts_missing(k: Maker) -> tuple[Row, Row]:
    return _pair(k, _any(k), telephone="", courriels="", site_web="", pivot="")


@_kind
def other_phone(k: Maker) -> tuple[Row, Row]:
    """The switchboard in one, the direct line in the other."""
    place = k.place(k.pick(_NAMED))
    first, second = k.two(place.family)
    return (
        k.told(place, first, telephone=place.phone),
        k.told(place, second, telephone=k.phone()),
    )


@_kind
def several_phones(k: Maker) -> tuple[Row, Row]:
    """Two numbers in one source, only the second of them in the other."""
    place = k.place(k.pick(_OFFICES))
    first, second = k.two(place.family)
    both = f"{k.phone()}|{place.phone}"
    return k.told(place, first, telephone=both), k.told(place, second, telephone=place.phone)


@_kind
def twice_in_one_source(k: Maker) -> tuple[Row, Row]:
    """One file has the place on two lines, once for each of its agents."""
    place = k.place(k.pick((m.LIBRARY, m.CCAS, m.TOWN_HALL)))
    source = "conseillers-numeriques"
    return k.told(place, source), k.told(place, source, nom=shouted(place.nom))


@_kind
def cedex(k: Maker) -> tuple[Row, Row]:
    place = k.place(k.pick(_OFFICES), k.town(3000))
    code = str(place.town["codes_postaux"]).split("|")[0]
    box = f"BP {k.rng.integers(10, 900)}"
    return _pair(
        k,
        place,
        adresse=f"{place.address.text()} {box}",
        code_postal=f"{code[:3]}{k.rng.integers(10, 99)}",
    )


@_kind
def centre_of_commune(k: Maker) -> tuple[Row, Row]:
    """No address in one, only the town: its point is the town's."""
    return _pair(k, k.place(k.pick(_NAMED)), adresse="", precision="commune")


@_kind
def shared_parent_siret(k: Maker) -> tuple[Row, Row]:
    """Both sources give the SIRET of the town hall, not the library's own."""
    place = k.place(m.LIBRARY)
    return (
        k.told(place, "data-inclusion", pivot=place.siret),
        k.told(place, "conseillers-numeriques", pivot=place.siret, nom=shouted(place.nom)),
    )


@_kind
def became_france_services(k: Maker) -> tuple[Row, Row]:
    """A maison de services au public under the label that replaced hers in 2020."""
    town = k.town()
    old = k.place(m.MSAP, town)
    new = replace(old, nom=f"France services {of(str(town['nom']))}", family=m.SERVICES)
    return (
        k.told(old, "hub-lo", telephone=old.phone, typologie="MSAP", categories="msap"),
        k.told(new, "france-services", telephone=old.phone),
    )


@_kind
def former_name_in_brackets(k: Maker) -> tuple[Row, Row]:
    town = k.town()
    old = k.place(m.THIRD, town)
    new = k.name(m.THIRD, town)
    while new == old.nom:
        new = k.name(m.THIRD, town)
    return _pair(k, old, nom=f"{new} (ex {old.nom})")


@_kind
def library_or_mediatheque(k: Maker) -> tuple[Row, Row]:
    person = k.pick(PEOPLE)
    place = k.place(m.LIBRARY, nom=f"Médiathèque {person}")
    return _pair(k, place, nom=f"Bibliothèque {person}")


@_kind
def name_without_kind(k: Maker) -> tuple[Row, Row]:
    place = k.place(m.LIBRARY)
    return _pair(k, place, nom=place.nom.split(" ", 1)[1])


@_kind
def typing_error(k: Maker) -> tuple[Row, Row]:
    place = k.place(k.pick(_NAMED))
    return _pair(k, place, nom=with_typo(place.nom, k.rng))


@_kind
def network_before(k: Maker) -> tuple[Row, Row]:
    place = k.place(m.LIBRARY, k.town(5000))
    network = f"Réseau des médiathèques {of(str(place.town['nom']))}"
    return _pair(k, place, nom=k.pick((f"{network} - {place.nom}", f"{place.nom} ({network})")))


@_kind
def initial_of_person(k: Maker) -> tuple[Row, Row]:
    person = k.pick([name for name in PEOPLE if " " in name])
    word = k.pick(("Médiathèque", "Bibliothèque"))
    return _pair(k, k.place(m.LIBRARY, nom=f"{word} {person}"), nom=f"{word} {initials(person)}")


@_kind
def legal_form(k: Maker) -> tuple[Row, Row]:
    place = k.place(m.THIRD)
    return _pair(
        k, place, nom=k.pick(("Association {}", "SCIC {}", "{} (association)")).format(place.nom)
    )


@_kind
def village_without_streets(k: Maker) -> tuple[Row, Row]:
    """ "Le Bourg" in one, the square in the other."""
    place = k.place(k.pick((m.LIBRARY, m.TOWN_HALL)))
    return _pair(k, place, adresse=k.pick(("Le Bourg", "Le village", "Bourg")), precision="commune")


@_kind
def point_astray(k: Maker) -> tuple[Row, Row]:
    """The point of one is a kilometre off; name and address agree."""
    place = k.place(k.pick(_NAMED))
    first, second = k.two(place.family)
    astray = k.address(place.town, place.address, k.rng.uniform(600, 1500))
    there = {"latitude": astray.lat, "longitude": astray.lon}
    return k.told(place, first), k.told(place, second, precision="voie", **there)


@_kind
def rounded_point(k: Maker) -> tuple[Row, Row]:
    place = k.place(k.pick(_NAMED))
    first, second = k.two(place.family)
    row = k.told(place, second, precision="voie")
    rounded = {name: round(float(row[name]), 2) for name in ("latitude", "longitude")}
    return k.told(place, first), row | rounded


@_kind
def former_commune(k: Maker) -> tuple[Row, Row]:
    """Named after the village that a new commune took in."""
    town = k.town(former=True)
    old = m.former_names()[str(town["code"])]
    place = k.place(m.LIBRARY, town, f"Bibliothèque {of(old)}")
    return _pair(k, place, nom="Bibliothèque municipale", complement_adresse=old)


@_kind
def arrondissement(k: Maker) -> tuple[Row, Row]:
    """Paris as one commune in one source, by arrondissement in the other."""
    number = int(k.rng.integers(1, 21))
    place = k.place(k.pick((m.LIBRARY, m.THIRD)), k.paris())
    first, second = k.two(place.family)
    code = {"code_postal": f"750{number:02d}"}
    apart = {"code_insee": f"751{number:02d}"}
    return k.told(place, first, **code), k.told(place, second, **code, **apart)


@_kind
def counsellor_under_name_of_place(k: Maker) -> tuple[Row, Row]:
    """The counsellors' file names the library where one of them sits: it is the library."""
    place = k.place(m.LIBRARY)
    return k.told(place, "bibliotheques"), k.told(
        place, "conseillers-numeriques", nom=shouted(place.nom), telephone=k.phone()
    )


@_kind
def town_hall_or_commune(k: Maker) -> tuple[Row, Row]:
    place = k.place(m.TOWN_HALL)
    town = str(place.town["nom"])
    return _pair(k, place, nom=k.pick(("COMMUNE " + shouted(of(town)), f"Ville {of(town)}")))


@_kind
def two_entrances(k: Maker) -> tuple[Row, Row]:
    """The address is that of the street behind; name and site agree."""
    place = k.place(k.pick((m.LIBRARY, m.THIRD)))
    behind = replace(place, address=k.address(place.town, place.address, 60))
    first, second = k.two(place.family)
    return k.told(place, first, site_web=place.site), k.told(behind, second, site_web=place.site)


@_kind
def several_at_once(k: Maker) -> tuple[Row, Row]:
    """Capitals, abbreviated address, no phone, town added, all in one row."""
    place = k.place(k.pick(_NAMED))
    name = shouted(f"{place.nom} {place.town['nom']}")
    address = bare(short_address(place.address.text(), k.rng)).upper()
    return _pair(k, place, nom=name, adresse=address, telephone="", courriels="")


@_kind
def site_as_written(k: Maker) -> tuple[Row, Row]:
    """The same site with and without www, https, a page; name with another article."""
    place = k.place(m.THIRD)
    host = slug(place.nom) + "-" + slug(str(place.town["nom"])) + ".fr"
    first, second = k.two(place.family)
    bare_name = place.nom.split(" ", 1)[-1] if " " in place.nom else place.nom.split("'", 1)[-1]
    return (
        k.told(place, first, site_web=f"https://www.{host}/"),
        k.told(place, second, site_web=f"http://{host}/contact", nom=bare_name),
    )
