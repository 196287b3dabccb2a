"""The ways in which two files write one name or address differently."""

import re
import unicodedata

import numpy as np

_SHORT_WAYS = {"rue": ("R", "rue", "r."), "avenue": ("av", "AV", "av."), "place": ("PL", "pl."),
               "boulevard": ("bd", "BD", "bld", "bvd"), "route": ("rte", "RTE"),
               "chemin": ("CHE", "ch."), "impasse": ("IMP", "imp."),
               "allée": ("ALL", "all.")}  # fmt: skip
_SHORT_TITLES = {"Général": "Gal", "Maréchal": "Mal", "Docteur": "Dr", "Président": "Pdt",
                 "Colonel": "Col", "Commandant": "Cdt", "Saint": "St", "Sainte": "Ste",
                 "Frères": "Fres", "Faubourg": "Fbg"}  # fmt: skip
#: The initials by which offices go.
ACRONYMS = {
    "Centre communal d'action sociale": "CCAS", "Point information jeunesse": "PIJ",
    "Maison de services au public": "MSAP", "Espace public numérique": "EPN",
    "Maison des jeunes et de la culture": "MJC", "Maison départementale des solidarités": "MDS",
}  # fmt: skip


def bare(text: str) -> str:
    """Without its accents."""
    split = unicodedata.normalize("NFD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", bare(text).lower()).strip("-")


def shouted(text: str) -> str:
    """As administrations write: capitals, no accents, no apostrophes, no hyphens."""
    return re.sub(r"[-'’.]+", " ", bare(text)).upper()


def short_address(text: str, rng: np.random.Generator) -> str:
    """Ways and titles abbreviated, as in "12 av du Gal de Gaulle"."""
    words = []
    for word in text.split(" "):
        ways = _SHORT_WAYS.get(word)
        if ways:
            words.append(ways[int(rng.integers(len(ways)))])
        else:
            head, dash, tail = word.partition("-")
            words.append(_SHORT_TITLES.get(head, head) + dash.replace("-", " ") + tail)
    return " ".join(words)


def with_typo(text: str, rng: np.random.Generator) -> str:
    """One letter lost, doubled or swapped with the next, in a word of five letters or more."""
    spots = [found.span() for found in re.finditer(r"[^\W\d_]{5,}", text)]
    if not spots:
        return text
    start, end = spots[int(rng.integers(len(spots)))]
    at = int(rng.integers(start + 1, end - 1))
    way = int(rng.integers(3))
    if way == 0:
        return text[:at] + text[at + 1 :]
    if way == 1:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def initials(person: str) -> str:
    """The first name by its letter: Jean Moulin -> J. Moulin, Jean-Jacques -> J.-J."""
    first, _, rest = person.partition(" ")
    return ".-".join(part[0] for part in first.split("-")) + ". " + rest if rest else person
