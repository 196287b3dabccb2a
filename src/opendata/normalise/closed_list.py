"""Values of closed lists: each part of a cell becomes a term of the list, or is refused.

Nothing is translated in code. The old spellings of a current term (fifteen services,
sentences on prices, slugs of data.inclusion…) are synonyms in ``schemas/vocabularies/*.csv``;
``anciens_termes.csv`` holds what they cannot say: old terms that mean several current ones,
or none. Kinds of places are also recognised by the words of :mod:`opendata.normalise.kinds`.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, partial

import pandas as pd

from opendata.normalise.base import Cleaned, Example, listed
from opendata.normalise.kinds import in_label
from opendata.normalise.text import tidy, unescape_entities
from opendata.schema import SEPARATOR, accepted_terms, fields, fold, vocabulary_rows

NAME = "vocabulaire"
CONTEXT: tuple[str, ...] = ()
#: Run with the list ``services``.
EXAMPLES = (
    Example("Accès internet et matériel informatique", "Accès internet et matériel informatique"),
    Example("acces internet et materiel informatique", "Accès internet et matériel informatique"),
    Example(
        "Prendre en main un ordinateur;Accéder à du matériel",
        "Maîtrise des outils numériques du quotidien|Accès internet et matériel informatique",
    ),
    Example(
        "Prendre en main un ordinateur|Utiliser le numérique au quotidien",
        "Maîtrise des outils numériques du quotidien",
    ),
    Example(
        "Accéder à du matériel, Créer avec le numérique",
        "Accès internet et matériel informatique|Loisirs et créations numériques",
    ),
    Example(
        '{numerique--acceder-a-du-materiel,"Créer avec le numérique"}',
        "Accès internet et matériel informatique|Loisirs et créations numériques",
    ),
    Example(
        '["Acc\\u00e9der \\u00e0 du mat\\u00e9riel"]', "Accès internet et matériel informatique"
    ),
    Example(
        "AccÃ¨s internet et mat&eacute;riel informatique<br>- Créer avec le numérique",
        "Accès internet et matériel informatique|Loisirs et créations numériques",
    ),
    Example(
        "Créer avec le numérique et accéder à du matériel",
        "Loisirs et créations numériques|Accès internet et matériel informatique",
    ),
    Example("Loisirs et création numérique", "Loisirs et créations numériques"),
    Example("Créer avec le numérique : non", "", "hors_vocabulaire"),
    Example("numerique", "", "terme_abandonne"),
    Example("Gratuit", "", "terme_autre_champ"),
    Example("Réparer des vélos", "", "hors_vocabulaire"),
    Example(
        "Créer avec le numérique|Réparer des vélos",
        "Loisirs et créations numériques",
        "hors_vocabulaire",
    ),
)

#: What may stand between two terms, of which a term may itself hold the second kind.
_FIRM = re.compile(r"[|;\n]")
_LOOSE = re.compile(r"([,/])")
#: Anything that may stand between two terms if both are known: « jeunes et seniors » too.
_ANY_SEPARATOR = re.compile(
    rf"{_FIRM.pattern}|[,/]|\s(?:-|–|\+|et|ou|&)\s|[()+]|(?<=[A-Z])-(?=[A-Z])"
)
#: The marks of a list on several lines.
_BREAK = re.compile(r"<(?:br|/?li|/?p|/?ul|/?div)\b[^<>]{0,80}>|\t|[•·▪◦]", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-–*+]\s+")
#: A term that is denied: « Payant : non ».
_DENIED = frozenset(("non", "no", "0", "false", "faux", "aucun", "aucune", "n"))
_INCLUSIVE = re.compile(r"[(·.-](?:e|s|es|ne|le|trice)[)·.]?(?:s\b)?|\(s\)")
#: No term, old or new, has more parts than that.
_MOST_PARTS = 4
_SEVERAL = 2
_SHORTEST_STEMMED = 5
#: What a cell with markup, a wrongly decoded letter or the mark of a list holds.
_MARKED = re.compile(r"[<&\t\\]|^\s*[-*+]\s", re.MULTILINE)
#: The lists whose terms are kinds of places: a label is read for its words as well.
_KINDS = frozenset(("categories", "typologie"))
#: What a term is worth: the current terms it stands for; none at all; unknown.
_Values = tuple[str, ...] | None


def cleaner(vocabulary: str) -> Callable[[str], Cleaned]:
    """The normaliser of one closed list, for cells that hold one term or several.

    Terms are separated by ``|``, ``;``, a comma, a slash or a new line, or stand in a JSON
    list or a PostgreSQL array; of several readings the one with the longest terms wins.
    What is outside the list loses only itself (``hors_vocabulaire``); a term of another
    field (``terme_autre_champ``) or one the standard dropped (``terme_abandonne``) is told
    apart, so that the report does not ask a steward to correct what is right.
    """
    return partial(_clean, vocabulary)


def _clean(vocabulary: str, raw: str) -> Cleaned:
    known: dict[str, None] = {}
    dropped, unknown = [], []
    for text, values in _read(vocabulary, _by_line("\n".join(listed(raw)) or raw)):
        if values is None:
            unknown.append(text)
        elif values:
            known.update(dict.fromkeys(values))
        else:
            dropped.append(text)
    value = SEPARATOR.join(known)
    elsewhere = {text: _terms_elsewhere(vocabulary).get(fold(text), "") for text in unknown}
    if not all(elsewhere.values()):
        strange = [text for text, field in elsewhere.items() if not field]
        return Cleaned(value, "hors_vocabulaire", "; ".join(strange))
    if elsewhere:
        where = "; ".join(f"{field} : {text}" for text, field in elsewhere.items())
        return Cleaned(value, "terme_autre_champ", where)
    if dropped:
        return Cleaned(value, "terme_abandonne", "; ".join(dropped))
    return Cleaned(value, "" if known else "hors_vocabulaire", "" if known else raw)


def told_elsewhere(issues: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The issues, those of terms that their own field publishes turned into mere traces.

    ``publics_accueillis`` of the first standard fills two fields of the present one: what
    one of them leaves to the other is not lost.
    """
    doubtful = issues.index[issues["code"] == "terme_autre_champ"]
    code = issues["code"].copy()
    for detail, lines in issues.loc[doubtful].groupby("detail"):
        named = {part.partition(" : ")[0] for part in str(detail).split("; ")}
        filled = [table[name] != "" for name in named if name in table]
        if len(filled) == len(named):
            told = pd.concat(filled, axis=1).all(axis=1)
            code[lines.index[told.reindex(lines["row"]).to_numpy()]] = "terme_ailleurs"
    return issues.assign(code=code)


def _read(vocabulary: str, text: str) -> Iterator[tuple[str, _Values]]:
    """The terms of a cell, in order, each with the current terms it stands for."""
    # « Conseillers numériques, France Services » are two terms, though their words make a third.
    if several := _each_known(vocabulary, text):
        yield from several
        return
    whole = _known(vocabulary, text)
    if whole is not None:
        yield text, whole
        return
    for firm in _FIRM.split(text):
        parts = _each_known(vocabulary, firm)
        yield from parts or _read_loose(vocabulary, _LOOSE.split(firm))


def _by_line(raw: str) -> str:
    """A cell without markup nor wrongly decoded letters, one line per mark of a list."""
    if raw.isascii() and not _MARKED.search(raw):
        return raw
    lines = _BREAK.sub("\n", unescape_entities(raw)).split("\n")
    return "\n".join(_BULLET.sub("", tidy(line)) for line in lines)


def _each_known(vocabulary: str, text: str) -> list[tuple[str, _Values]]:
    """The parts between any separators, soft ones too, when each of them is a term by itself."""
    parts = [part for part in _ANY_SEPARATOR.split(text) if fold(part)]
    values = [_known(vocabulary, part) for part in parts]
    if len(parts) < _SEVERAL or None in values:
        return []
    return [(_bare(part), value) for part, value in zip(parts, values, strict=True)]


def _known(vocabulary: str, text: str) -> _Values:
    """The current terms a text stands for: as it is spelled, else whatever its number."""
    spelled = fold(text)
    values = _terms(vocabulary).get(spelled)
    if values is None and spelled:
        values = _by_stem(vocabulary).get(_stem(fold(_INCLUSIVE.sub("", text))))
    return values


def _read_loose(vocabulary: str, parts: list[str]) -> Iterator[tuple[str, _Values]]:
    """The terms in texts and their separators, which alternate; the longest match first."""
    start = 0
    strange = ""
    explaining = False
    while start < len(parts):
        end, values, is_head = _longest(vocabulary, parts, start)
        text = "".join(parts[start:end])
        separator = parts[start - 1] if start else ""
        elsewhere = fold(text) in _terms_elsewhere(vocabulary)
        if values is None and explaining and separator == "," and not elsewhere:
            # « Gratuit sous condition : situation familiale, convention »: one sentence.
            pass
        elif values is None and not elsewhere:
            strange += (separator if strange else "") + text
        else:
            if fold(strange):
                yield _bare(strange), None
            strange = ""
            explaining = is_head
            if fold(text):
                yield _bare(text), values
        start = end + 1
    if fold(strange):
        yield _bare(strange), None


def _longest(vocabulary: str, parts: list[str], start: int) -> tuple[int, _Values, bool]:
    """Where the longest term from ``start`` ends, its values, and whether a sentence explains it.

    An empty text has no values, like a term that was dropped; an unknown one has None.
    """
    last = min(start + 2 * _MOST_PARTS - 1, len(parts))
    for end in range(last, start, -2):
        values = _known(vocabulary, "".join(parts[start:end]))
        if values is not None:
            return end, values, False
    text = parts[start]
    if not fold(text):
        return start + 1, (), False
    # Old terms were sentences, « Payant : L'accès au lieu… », and slugs have their theme first.
    head, _, said = text.partition(":")
    values = _known(vocabulary, head)
    if values is not None:
        return start + 1, None if fold(said) in _DENIED else values, fold(said) not in _DENIED
    values = _known(vocabulary, text.rpartition("--")[2])
    if values is None and vocabulary in _KINDS:
        values = in_label(vocabulary, text) or None
    return start + 1, values, False


def _stem(folded: str) -> str:
    """Words without the marks of number and gender that no term of these lists differs by."""
    return " ".join(word.rstrip("sx").removesuffix("e") for word in folded.split())


@cache
def _by_stem(vocabulary: str) -> dict[str, tuple[str, ...]]:
    """:func:`_terms` under the stems of their words, where one term only has them."""
    stems: dict[str, tuple[str, ...] | None] = {}
    for spelling, values in _terms(vocabulary).items():
        # A code of three letters or a word of four may be anything once it is cut.
        if len(spelling) >= _SHORTEST_STEMMED:
            stem = _stem(spelling)
            stems[stem] = values if stems.get(stem, values) == values else None
    return {stem: values for stem, values in stems.items() if values is not None}


def _bare(text: str) -> str:
    return text.strip(" \t\"'{}[]")


@cache
def _terms(vocabulary: str) -> dict[str, tuple[str, ...]]:
    """Folded spelling -> the current terms it stands for, none when the standard dropped it."""
    terms: dict[str, tuple[str, ...]] = {
        spelling: (value,) for spelling, value in accepted_terms(vocabulary).items()
    }
    for row in vocabulary_rows("anciens_termes"):
        if row["field"] == vocabulary:
            current = tuple(filter(None, row["current"].split(SEPARATOR)))
            terms.setdefault(fold(row["old"]), current)
    return terms


@cache
def _terms_elsewhere(vocabulary: str) -> dict[str, str]:
    """Folded spelling -> the other field of the standard whose list has it."""
    others = [
        field.vocabulary
        for field in fields().values()
        if field.vocabulary and field.vocabulary not in {vocabulary, *_KINDS}
    ]
    if vocabulary in _KINDS:
        return {}
    return {spelling: other for other in reversed(others) for spelling in accepted_terms(other)}


clean = cleaner("services")
