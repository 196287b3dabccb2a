"""Which columns of words feed the closed lists: types of place, services, publics, prices…

A word is recognised when the normaliser of the list accepts it. What it does not recognise
is left to a person, with the rule to fill in as a comment.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from opendata.normalise.closed_list import cleaner
from opendata.onboard import fees
from opendata.onboard.cells import is_person
from opendata.onboard.headers import match, says, words
from opendata.onboard.persons import is_personal, speaks_of_persons
from opendata.onboard.profile import FEW, Column
from opendata.onboard.proposal import Guess
from opendata.onboard.rules import TomlRule, plain, reads, with_option
from opendata.schema import SEPARATOR, accepted_terms, fields, fold, vocabulary

#: From this share of recognised cells a column is given to the list as it is.
MOSTLY = 0.8
#: Below this share a column whose header speaks of the list is only spoken of.
PARTLY = 0.1
#: From this share of yes and no a column is a box to tick.
_BOX = 0.9
#: A column of at most so many words has a rule for each; beyond, it is given as it is.
FEW_WORDS = 30
#: Mean length beyond which a column holds sentences.
_LONGEST_WORDS = 60

_PRICES = "frais_a_charge"
#: The headers of columns that feed a list.
_HEADERS = {
    "categories": r"types?|typo|typologie|categories?|cat|etiquettes?|nature|picto|amenity|office|"
    r"leisure|espace",
    "typologie": r"typologies?|typo|types?|statut|nature|categories?",
    "services": r"services?|qualif|aides?|ateliers?|accompagnements?|demarches|formations?",
    "modalites_accompagnement": r"modalites? accompagnement|types? accompagnement|"
    r"accompagnements?|disposition",
    "modalites_acces": r"modalites? acces|conditions? acces",
    "frais_a_charge": r"tarifs?|frais|conditions? access?|gratuite?|payante?|couts?|prix|"
    r"tarification|adhesion|cotisation|fees?",
    "publics_specifiquement_adresses": r"publics?|audience|public cible",
    "prise_en_charge_specifique": r"handicaps?|accessibilite|pmr|publics specifiques|"
    r"prise en charge|personnes",
    "itinerance": r"itineran\w*|mobilite",
    "dispositif_programmes_nationaux": r"labels?|dispositifs?|programmes?|etiquettes?|reseaux?",
    "formations_labels": r"labels?|formations?|certifications?",
}
_NOT_A_TYPE = (
    r"adresse|voie|acces|public|publics|contact|operateur|operator|was|source|accompagnements?|"
    r"geometry|geo|id"
)
#: What a ticked box says by its header: field, value when yes, value when no.
_BOXES = (
    (r"pmr|wheelchair|handicap\w*|mobilite reduite", "prise_en_charge_specifique",
     "Handicaps moteurs", ""),
    (r"itinerante?|itinerance", "itinerance", "Itinérant", "Fixe"),
    (r"fee|payante?", "frais_a_charge", "Payant", "Gratuit"),
    (r"gratuite?|free", "frais_a_charge", "Gratuit", "Payant"),
    (r"wifi|wlan|acces internet|internet|internet access|ordinateurs?|acces ordi",
     "services", "Accès internet et matériel informatique", ""),
    (r"demarches?", "services", "Aide aux démarches administratives", ""),
    (r"accueil|accueil public|ouvert public", "modalites_acces", "Se présenter", ""),
    (r"initiation", "services", "Maîtrise des outils numériques du quotidien", ""),
)  # fmt: skip
_NOT_A_BOX = r"detail|precisions?|licence|confidentialite|photo|ssid|b"
#: Terms of lists that say something else of a ticked box: a place that gives training.
_NOT_BOXED = frozenset(("formation", "autre", "autres"))
_YES = frozenset({"oui", "yes", "true", "vrai", "x", "1", "o", "ok"})
#: Lists whose words mean little else: « Seniors », « Gratuit », « Itinérant ».
_PLAIN = frozenset(("publics_specifiquement_adresses", "frais_a_charge", "itinerance"))
#: What may stand between the words of one cell.
_PARTS = re.compile(r'\s*(?:[|;\n]|\s/\s|"?,"|",)\s*')


#: What a list understands of each value of a column: the terms, none for a strange value.
Told = Mapping[str, tuple[str, ...]]


class Unknown(NamedTuple):
    """Words of a column that a list does not know, with their number of rows."""

    field: str
    column: str
    counts: Mapping[str, int]


def add(found: Guess) -> list[Unknown]:
    """Complete a guess with the closed lists; returns what was not recognised."""
    unknown: list[Unknown] = []
    for name in _HEADERS:
        rules: list[TomlRule] = []
        for column in found.profile.columns:
            if not _may_feed(found, name, column):
                continue
            told = _told(name, column)
            rules += _rules(found, name, column, told)
            strange = _strange(name, column, told) if column.distinct <= FEW else {}
            if strange and column.filled >= 0.01:
                unknown.append(Unknown(name, column.name, strange))
        rules += _boxes(found, name)
        if rules:
            found.mapping[name] = rules
    return _worth_saying(found, unknown)


def _rules(found: Guess, name: str, column: Column, told: Told) -> list[TomlRule]:
    """The column as it is, a rule for each value it says, or nothing."""
    share = _share(column, told)
    if name == _PRICES and column.distinct <= FEW_WORDS and column.length <= _LONGEST_WORDS:
        prices = fees.translation(column, told)
        if prices and _share(column, {text: (prices.get(text, ""),) for text in told}) >= PARTLY:
            rule: TomlRule = {"column": column.name, "values": prices}
            return [with_option(found.profile, rule, [column])]
    if share >= MOSTLY:
        return [plain(found.profile, column)]
    return _matches(found, column, told) if share >= PARTLY else []


def _worth_saying(found: Guess, unknown: list[Unknown]) -> list[Unknown]:
    """A column is spoken of where a live rule reads it, else once."""
    kept: list[Unknown] = []
    for one in unknown:
        live = any(one.column in reads(rule) for rule in found.mapping.get(one.field, ()))
        read = any(
            one.column in reads(rule)
            for field, rules in found.mapping.items()
            if not field.startswith("presentation")
            for rule in rules
        )
        if live or not (read or any(other.column == one.column for other in kept)):
            kept.append(one)
    return kept


def _may_feed(found: Guess, name: str, column: Column) -> bool:
    """Whether a column is one of words that may be those of a list."""
    taken = found.used.get(column.name, "presentation_detail")
    if not column.filled or not taken.startswith(("presentation", "structure_parente")):
        return False
    if column.share("nombre", "date", "url") > 0.5 or is_personal(column):
        return False
    # « Payant » is answered with yes, no and amounts; boxes without anything else come later.
    if column.share("drapeau") > (_BOX if name == _PRICES else 0.5):
        return False
    if name == "typologie":
        return _may_be_types(found, column)
    if says(column.name, _HEADERS[name]):
        return name != "categories" or not (says(column.name, _NOT_A_TYPE) or _are_codes(column))
    # Long terms recognised in nearly every cell need no header to vouch for them.
    list_name = fields()[name].vocabulary
    long_terms = name != "categories" and column.length >= (5 if name in _PLAIN else 12)
    return long_terms and column.share(f"liste:{list_name}") >= MOSTLY


def _may_be_types(found: Guess, column: Column) -> bool:
    """Whether a column holds codes of types, or words of types that no category reads."""
    if _are_codes(column):
        return True
    stated = says(column.name, _HEADERS["typologie"]) and not says(column.name, _NOT_A_TYPE)
    kinds = found.mapping.get("categories", [])
    free = all(rule.get("column") != column.name for rule in kinds)
    return stated and free and column.share("liste:typologie") >= PARTLY


def _are_codes(column: Column) -> bool:
    """Whether most cells hold codes of the national list of types, exactly as it writes them."""
    codes = {term.value for term in vocabulary("typologie")}
    parts = {text: re.split(r"[|;,] ?", text) for text in column.counts}
    known = sum(n for text, n in column.counts.items() if set(parts[text]) <= codes)
    return known >= 0.5 * sum(column.counts.values())


def _told(name: str, column: Column) -> Told:
    """What the list understands of each value of a column."""
    clean = cleaner(fields()[name].vocabulary)
    read = {text: clean(text[:500]).value for text in column.counts}
    # « Autre » is what a place is when nothing says what it is: no word has to be kept for it.
    return {
        text: tuple(one for one in value.split(SEPARATOR) if one and fold(one) != "autre")
        for text, value in read.items()
    }


def _share(column: Column, told: Told) -> float:
    total = sum(column.counts.values())
    return sum(n for text, n in column.counts.items() if any(told[text])) / total if total else 0.0


def _strange(name: str, column: Column, told: Told) -> dict[str, int]:
    """The words that the list does not know, cells that hold several cut into them."""
    clean = cleaner(fields()[name].vocabulary)
    found: dict[str, int] = {}
    for text, count in column.counts.items():
        if told[text] and not _PARTS.search(text):
            continue
        for part in filter(None, (one.strip(' "{}[]') for one in _PARTS.split(text))):
            known = clean(part[:500]).value or (name == _PRICES and fees.meaning(column.name, part))
            if not (known or speaks_of_persons(part) or is_person(part)):
                found[part] = found.get(part, 0) + count
    return found


def _matches(found: Guess, column: Column, told: Told) -> list[TomlRule]:
    """One rule per value of the list, or the column itself where its cells say many things."""
    several = any(len(values) > 1 for values in told.values())
    if several or column.distinct > FEW_WORDS or column.length > _LONGEST_WORDS:
        return [plain(found.profile, column)]
    terms: dict[str, list[str]] = {}
    for text, values in told.items():
        for value in values if not speaks_of_persons(text) else ():
            terms.setdefault(value, []).append(text)
    return [
        with_option(
            found.profile, {"columns": [column.name], "terms": texts, "value": value}, [column]
        )
        for value, texts in terms.items()
    ]


def _boxes(found: Guess, name: str) -> list[TomlRule]:
    """The ticked boxes whose header says a value of the list."""
    rules = []
    for column in found.profile.columns:
        box = column.distinct and column.share("drapeau") >= _BOX and column.distinct <= 4
        if not box or column.name in found.used or says(column.name, _NOT_A_BOX):
            continue
        value, otherwise = _meaning(name, column)
        answers = {text: fold(text) in _YES for text in column.counts}
        if not value or not any(answers.values()):
            continue
        values = {text: value if yes else otherwise for text, yes in answers.items()}
        if any(values.values()):
            rule: TomlRule = {"column": column.name, "values": values}
            rules.append(with_option(found.profile, rule, [column]))
    return rules


def _meaning(name: str, column: Column) -> tuple[str, str]:
    """The values of the list for a ticked box and for one that is not; "" says nothing."""
    for pattern, field, yes, no in _BOXES:
        fee = field != "frais_a_charge" and says(column.name, "fee")
        if field == name and match(column.name, pattern) >= 0.75 and not fee:
            return yes, no
    # « c_epn », « Jeunes »: the header itself is a term of the list.
    header = re.sub(r"^(?:\w )+", "", words(column.name))
    if name == "typologie" or header in _NOT_BOXED:
        return "", ""  # types follow from categories by themselves
    return accepted_terms(fields()[name].vocabulary).get(header, ""), ""
