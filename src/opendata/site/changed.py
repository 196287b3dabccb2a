"""A value that changed, as a person reads it: what comes first, what is the same, where to cut."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from opendata.schema import SEPARATOR

#: The fields people care for, in the order they are told.
FIRST = (
    "nom", "adresse", "code_postal", "commune", "telephone", "courriels", "site_web", "horaires",
    "categories", "services", "frais_a_charge",
)  # fmt: skip
#: What says where a place stands: a place that moved is told in metres instead.
POINT = ("latitude", "longitude", "ban_id")
_TECHNICAL = frozenset((*POINT, "id", "source", "sources", "structure_parente", "date_maj"))
_GEOCODER = "geo_"

#: Characters kept of what is equal around a change, and of a value or of a change.
_AROUND, _LONGEST = 36, 320
#: Words (old and new together) up to which each is compared with each.
_WORDS = 800
_WORD = re.compile(r"[^\s|;,]+|[\s|;,]+")
_SAYS = re.compile(r"\w")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})


def is_point(name: str) -> bool:
    """Whether a field says where a place stands, or how that was found."""
    return name in POINT or name.startswith(_GEOCODER)


def is_technical(name: str) -> bool:
    """Whether a field is for machines: it is counted, or folded away."""
    return name in _TECHNICAL or name.startswith(_GEOCODER)


def by_interest(changed: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Fields that changed (key ``champ``): those people care for, the others, the technical ones.

    Within the last two they keep the order given.
    """

    def rank(one: Mapping[str, Any]) -> int:
        name = str(one.get("champ") or "")
        if name in FIRST:
            return FIRST.index(name)
        return len(FIRST) + is_technical(name)

    return sorted(changed, key=rank)


def same_words(old: str, new: str) -> bool:
    """Whether two values differ by case, accents, spaces or the order of a list alone."""
    return _plain(old) == _plain(new)


def _plain(value: str) -> list[str]:
    parts = unicodedata.normalize("NFKD", value.casefold().translate(_LIGATURES))
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return sorted(" ".join(one.split()) for one in bare.split(SEPARATOR))


def around_change(old: Any, new: Any, width: int, before: int) -> tuple[str, str]:
    """Two values on one line each; once one exceeds ``width`` both are cut to it.

    What is kept begins at most ``before`` characters before the first difference, with a word.
    """
    first, second = (" ".join(str(one or "").split()) for one in (old, new))
    if max(len(first), len(second)) <= width:
        return first, second
    shortest = min(len(first), len(second))
    same = next((at for at in range(shortest) if first[at] != second[at]), shortest)
    start = max(same - before, 0)
    if start:
        start = first.find(" ", start, same) + 1 or start
    return _cut(first, start, width), _cut(second, start, width)


def _cut(text: str, start: int, width: int) -> str:
    kept = text[start : start + width].rstrip()
    lead = "… " if start and text else ""
    return f"{lead}{kept}" + (" …" if start + width < len(text) else "")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a value; ``differs`` from the other value, or stands in both."""

    text: str
    differs: bool


def changed_parts(old: str, new: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Two values cut into what they share and what differs, word by word.

    Of long values, only what is near a change is kept.
    """
    first, second = _WORD.findall(old), _WORD.findall(new)
    cuts: list[tuple[str, str, bool]] = []
    for start, end, other_start, other_end, differs in _runs(first, second):
        one, other = "".join(first[start:end]), "".join(second[other_start:other_end])
        if not differs and cuts and not _SAYS.search(one):
            # Only punctuation between two changes: they read as one.
            differs = True
        if cuts and cuts[-1][2] and differs:
            one, other = cuts[-1][0] + one, cuts[-1][1] + other
            cuts.pop()
        cuts.append((one, other, differs))
    long = max(len(old), len(new)) > _LONGEST
    return _side(cuts, 0, long), _side(cuts, 1, long)


def _runs(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int, int, int, int, bool]]:
    """Runs of words that two values share or not, as bounds in the first and in the second."""
    if len(first) + len(second) > _WORDS:
        # Comparing every word with every other would take long: one change, from first to last.
        shortest = min(len(first), len(second))
        head = next((n for n in range(shortest) if first[n] != second[n]), shortest)
        rest = shortest - head
        tail = next((n for n in range(rest) if first[-1 - n] != second[-1 - n]), rest)
        one, other = len(first) - tail, len(second) - tail
        yield 0, head, 0, head, False
        yield head, one, head, other, True
        yield one, len(first), other, len(second), False
        return
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        yield start, end, other_start, other_end, kind != "equal"


def _side(cuts: Sequence[tuple[str, str, bool]], side: int, long: bool) -> tuple[Part, ...]:
    parts: list[Part] = []
    for place, cut in enumerate(cuts):
        text, differs = str(cut[side]), cut[2]
        if long and differs and len(text) > _LONGEST:
            text = f"{text[:_LONGEST].rstrip()} …"
        elif long and not differs and len(text) > 3 * _AROUND:
            before = f"{text[:_AROUND].rstrip()} …" if place else "…"
            after = f" {text[-_AROUND:].lstrip()}" if place < len(cuts) - 1 else ""
            text = before + after
        # White space is not struck out: it belongs to what surrounds a change.
        bare = text.strip()
        lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if differs and bare:
            parts += [Part(lead, False), Part(bare, True), Part(trail, False)]
        else:
            parts.append(Part(text, False))
    return tuple(part for part in parts if part.text)
