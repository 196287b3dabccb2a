"""The fields of one place that changed, as a sentence of ``changements.md``; data as Markdown."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opendata.language import Language, Text
from opendata.schema import SEPARATOR, fields, labels_of
from opendata.site.changed import FIRST, around_change, by_interest, same_words
from opendata.site.wording import counted

#: Characters of a value, and of what is before its first change.
_WIDTH, _BEFORE = 80, 20
#: What Markdown reads as its own anywhere in a line, or where a line begins or a heading ends.
_INSIDE = r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)"
_EDGES = r"^>|^(?:#{1,6}|[+-]|\d{1,9}[.)])(?=\s|$)|#(?=#*$)"
_MARKUP = re.compile(_INSIDE)
_MARKUP_OF_LINE = re.compile(f"{_INSIDE}|{_EDGES}")
#: What a reader of Markdown would make a link of, where it is not code.
_LINK = re.compile(r"@|://|\bwww\.")
_TICKS = re.compile("`+")
_EMPTY = Text("(vide)", "(empty)")
_SPELLING = Text(
    "seulement l'écriture ou l'ordre des valeurs", "only how values are written or ordered"
)


def escaped(text: str) -> str:
    """Data on one line, without what Markdown reads as markup."""
    return _MARKUP_OF_LINE.sub(_literally, " ".join(text.split()))


def _literally(found: "re.Match[str]") -> str:
    said = found[0]
    return f"{said[:-1]}\\{said[-1]}"


def told_fields(cells: Sequence[Mapping[Any, Any]], language: Language) -> str:
    """What the lines of one place (champ, ancien, nouveau) say: what people care for, then how many
    other fields differ; of case, accents or order alone nothing is said.
    """
    differ = [
        cell for cell in by_interest(cells) if not same_words(cell["ancien"], cell["nouveau"])
    ]
    shown = [cell for cell in differ if cell["champ"] in FIRST]
    said = [_change(cell, language) for cell in shown]
    if more := len(differ) - len(shown):
        others = counted(more, "autre champ|autres champs", "other field|other fields")
        joined = Text(f"et {others.fr}", f"and {others.en}") if said else others
        said.append(joined.in_language(language))
    between = Text(" ; ", "; ").in_language(language)
    return between.join(said) or _SPELLING.in_language(language)


def _change(cell: Mapping[Any, Any], language: Language) -> str:
    name = cell["champ"]
    values = [_in_words(name, cell[which], language) for which in ("ancien", "nouveau")]
    old, new = around_change(values[0], values[1], _WIDTH, _BEFORE)
    title = fields()[name].title.in_language(language)
    return f"{title} {_value(old, language)} → {_value(new, language)}"


def _in_words(name: str, value: str, language: Language) -> str:
    """A list with commas between its values, those of a closed list by their label."""
    labels = labels_of(fields()[name].vocabulary)
    parts = (labels.get(part, Text(part, part)) for part in value.split(SEPARATOR))
    return ", ".join(part.in_language(language) for part in parts)


def _value(text: str, language: Language) -> str:
    """A value between quotation marks, or as code where Markdown would see more than text in it."""
    if not text:
        return _EMPTY.in_language(language)
    if not (_MARKUP.search(text) or _LINK.search(text)):
        return Text(f"« {text} »", f"“{text}”").in_language(language)
    ticks = "`" * (max(map(len, _TICKS.findall(text)), default=0) + 1)
    space = " " if "`" in (text[0], text[-1]) else ""
    return f"{ticks}{space}{text}{space}{ticks}"
