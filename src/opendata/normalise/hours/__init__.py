"""Opening hours: valid OpenStreetMap ``opening_hours``, or nothing.

Three inputs are understood: OSM itself, one line per day (``Mo: 09:00 - 12:00``, as the
``days`` rule of the mapping writes them) and plain French weeks. French is read token by
token and a single word that is not known refuses the text: a visitor before a closed door
costs more than an empty field. Where the text says which day it is about, it refuses that day
alone, which is then neither open nor closed (``unknown``), with the producer's words.
"""

from collections.abc import Mapping

from opendata.normalise.base import Cleaned, Example
from opendata.normalise.hours.asides import candidates
from opendata.normalise.hours.cells import hours_of_day, is_by_day, read_days
from opendata.normalise.hours.compose import written
from opendata.normalise.hours.french import read
from opendata.normalise.hours.osm import (
    every_other_week,
    plainly_osm,
    repaired,
    same_hours,
    tidied,
    valid,
    with_unclear_days,
    without_personal,
)
from opendata.normalise.personal import without_contacts
from opendata.normalise.text import is_placeholder

__all__ = [
    "CONTEXT", "EXAMPLES", "NAME", "clean", "hours_of_day", "merged_hours", "same_hours", "valid",
]  # fmt: skip

NAME = "horaires"
CONTEXT: tuple[str, ...] = ()
EXAMPLES = (
    Example("Mo-Fr 09:00-12:00", "Mo-Fr 09:00-12:00"),
    Example(" Tu,Th 14:00-18:30; Sa 10:00-18:00 ", "Tu,Th 14:00-18:30; Sa 10:00-18:00"),
    Example("Lu-Ve 9:00-17 :00; Sa 14h-18h", "Mo-Fr 09:00-17:00; Sa 14:00-18:00"),
    Example("Mo-Fr 9h00-17 :00;Sa 14h00-18h00", "Mo-Fr 09:00-17:00;Sa 14:00-18:00"),
    Example("Lu-Ve 09:00-18:00; Sa 10:00-17:00", "Mo-Fr 09:00-18:00; Sa 10:00-17:00"),
    Example("Mo 08:30-19:00,14:00-21:00", "Mo 08:30-21:00"),
    Example("24/7", "24/7"),
    Example(
        "Mo: 09:00 - 12:00 / 13:30 - 17:00\nTu: 9h00-12h00 et 13h30-17h00\nWe: fermé\nTh: -\n"
        "Fr: de 9 h à midi",
        "Mo-Tu 09:00-12:00,13:30-17:00; Fr 09:00-12:00",
    ),
    Example(
        "Mo: 09:00 - 12:00\nTu: sur rendez-vous\nWe: 14h-16h (1er mercredi du mois)",
        'Mo 09:00-12:00; Tu unknown "sur rendez-vous"; We[1] 14:00-16:00',
    ),
    Example(
        "Mo: 14:00 - 12:00\nTu: 9h-12h",
        'Mo unknown "horaires à confirmer"; Tu 09:00-12:00',
        "horaires_incertains",
    ),
    Example("Mo: 14:00 - 12:00\nTu: fermé", "", "horaires_partiels"),
    Example(
        "Mo-Tu 09:00-12:00; We 09:00-12:00-14:00",
        'Mo-Tu 09:00-12:00; We unknown "horaires à confirmer"',
        "horaires_incertains",
    ),
    Example("Mo: fermé\nTu: Fermé le mardi", "", "horaires_sans_ouverture"),
    Example(
        "du lundi au vendredi de 9h à 12h et de 14h à 18h",
        "Mo-Fr 09:00-12:00,14:00-18:00",
    ),
    Example(
        "Lundi-Vendredi 09:00-19:00\nSamedi 10:00-18:00",
        "Mo-Fr 09:00-19:00; Sa 10:00-18:00",
    ),
    Example(
        "mardi et vendredi : 14h-19h\nmercredi et samedi : 10h-18h",
        "Tu 14:00-19:00; We 10:00-18:00; Fr 14:00-19:00; Sa 10:00-18:00",
    ),
    Example(
        "mar-mer-jeu-ven 10h-12h 13h30-18h30 et le sam 10h-12h30",
        "Tu-Fr 10:00-12:00,13:30-18:30; Sa 10:00-12:30",
    ),
    Example("9h-19h du lundi au samedi", "Mo-Sa 09:00-19:00"),
    Example("{Lundi,Mardi} : 9h-12h", "Mo-Tu 09:00-12:00"),
    Example("du mardi au samedi sauf jeudi 9h-12h", "Tu-We 09:00-12:00; Fr-Sa 09:00-12:00"),
    Example(
        "lundi au vendredi : 9h-12h, 14h-17h30 (vendredi 16h30), fermé le mercredi après-midi",
        "Mo-Tu 09:00-12:00,14:00-17:30; We 09:00-12:00; Th 09:00-12:00,14:00-17:30; "
        "Fr 09:00-12:00,14:00-16:30",
    ),
    Example("1er et 3e mardi du mois 9h-12h", "Tu[1,3] 09:00-12:00"),
    Example("dernier vendredi du mois 14h-17h", "Fr[-1] 14:00-17:00"),
    Example("lundi 9h-12h, semaines paires", "week 02-52/2 Mo 09:00-12:00"),
    Example("un samedi sur deux 9h-12h", 'Sa 09:00-12:00 unknown "un samedi sur deux"'),
    Example("jeudi à partir de 14h", "Th 14:00+"),
    Example("vendredi 20h-2h", "Fr 20:00-02:00"),
    Example("tous les jours 9h-12h, fermé les jours fériés", "Mo-Su 09:00-12:00; PH off"),
    Example("lundi 9h-12h hors vacances scolaires", "Mo 09:00-12:00; SH off"),
    Example(
        "Mardi et jeudi : 14h-19h\nVacances scolaires : mardi et jeudi 14h-17h",
        "Tu 14:00-19:00; Th 14:00-19:00; SH off; SH Tu 14:00-17:00; SH Th 14:00-17:00",
    ),
    Example(
        "De septembre à juin : mardi 14h-18h. Juillet et août : mardi 9h-12h",
        "Sep-Jun Tu 14:00-18:00; Jul-Aug Tu 09:00-12:00",
    ),
    Example("lundi 9h-12h uniquement sur RDV", 'Mo 09:00-12:00 "sur rendez-vous"'),
    Example("lundi 9h-12h et sur rendez-vous", 'Mo 09:00-12:00 || unknown "sur rendez-vous"'),
    Example("Sur rendez-vous", 'unknown "sur rendez-vous"'),
    Example("Sur RDV : 02 99 00 00 42", 'unknown "sur rendez-vous"', "horaires_contact_retire"),
    Example("Lundi : fermé", "", "horaires_illisibles"),
    Example("Fermé le lundi. Du mardi au jeudi 9h-12h", "Tu-Th 09:00-12:00"),
    Example("Mardi 14h-17h. Fermeture annuelle en août", "Tu 14:00-17:00; Aug off"),
    Example("Lundi (semaines paires) 9h-12h", "week 02-52/2 Mo 09:00-12:00"),
    Example(
        "Mardi 14h-17h, jeudi : accueil de groupes",
        'Tu 14:00-17:00; Th unknown "accueil de groupes"',
    ),
    Example(
        "Mardi 14h-17h. De nombreux services offerts.", "Tu 14:00-17:00", "horaires_texte_retire"
    ),
    Example("lundi 9h-12h, fermé pour travaux", "", "horaires_illisibles"),
    Example("lundi 9h-12h, lundi 14h-18h", "", "horaires_illisibles"),
    Example("09:00 - 12:00", "", "horaires_illisibles"),
    Example("-", "", "texte_vide_de_sens"),
)
#: Longest text read: the longest real week met counts 330 characters.
LONGEST = 1000


def clean(raw: str) -> Cleaned:
    """The OSM opening hours that ``raw`` states, or "" when a part of it is not understood."""
    text = raw.strip()
    if is_placeholder(text):
        return Cleaned("", "texte_vide_de_sens")
    if is_by_day(text):
        return _by_day(text)
    if len(text) > LONGEST:
        return Cleaned("", "horaires_illisibles")
    near = repaired(text) or (text if valid(text) else every_other_week(text))
    if near:
        return _osm(near)
    in_french = _french(text)
    in_part = Cleaned("") if in_french.value else _osm_in_part(text)
    return in_part if in_part.value else in_french


def merged_hours(listed: list[str]) -> str:
    """Lists of times ("08:30-12:00,14:00-18:00") as one, in order, overlaps joined."""
    return tidied(",".join(listed))


def _osm(text: str) -> Cleaned:
    value = tidied(text)
    if not plainly_osm(value):
        return _osm_in_part(value)
    public = without_personal(value)
    if public == value:
        return Cleaned(value)
    if not (plainly_osm(public) and valid(public)):
        return Cleaned("", "horaires_illisibles")
    return Cleaned(public, "horaires_contact_retire")


def _osm_in_part(text: str) -> Cleaned:
    """OSM of which some rules make no sense: their days are published as unclear."""
    value, refused = with_unclear_days(text)
    if value and valid(value):
        return Cleaned(value, "horaires_incertains", "; ".join(refused))
    return Cleaned("", "horaires_illisibles")


def _by_day(text: str) -> Cleaned:
    """A week of one line per day; a day that is not understood is published as unclear.

    Where no other day has times, nothing is known of the week.
    """
    readings, refused = read_days(text)
    if not (readings or refused):
        return Cleaned("", "texte_vide_de_sens")
    value = written([*readings.values()])
    if not (value and valid(value)):
        opens = any(reading.has_times for reading in readings.values())
        silent = "horaires_illisibles" if opens else "horaires_sans_ouverture"
        return Cleaned("", "horaires_partiels" if refused else silent, _said(refused))
    if not refused:
        return Cleaned(value)
    if not any(reading.has_times for reading in readings.values()):
        return Cleaned("", "horaires_partiels", _said(refused))
    return Cleaned(value, "horaires_incertains", _said(refused))


def _said(refused: Mapping[int, str]) -> str:
    return "; ".join(refused.values())


def _french(text: str) -> Cleaned:
    bare = without_contacts(text)
    taken_out = "" if bare == text else "horaires_contact_retire"
    for shown, code in {text: "", bare: taken_out}.items():
        if value := _read(shown):
            return Cleaned(value, code)
    for shown, aside in candidates(bare):
        if value := _read(shown):
            return Cleaned(value, "horaires_texte_retire", aside)
    return Cleaned("", "horaires_illisibles")


def _read(text: str) -> str:
    reading = read(text)
    value = written([reading]) if reading else ""
    return value if value and valid(value) else ""
