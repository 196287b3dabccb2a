"""What a release that waits would change, as the markdown of the Prefect page.

From the plain values of ``opendata.release.difference``; any key may be missing. It is short:
the page of differences, which it names, shows everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opendata.language import Text
from opendata.site.wording import french_spacing

#: Lines shown of each kind of change; fields and examples of each.
_SHOWN, _FIELDS = 10, 8
#: Characters kept of a value, and of what is before its first difference.
_WIDTH, _BEFORE = 70, 20
#: A share of filled values that moves less than this (points of per cent) is not told.
_SHIFT_PCT = 0.1
_FIGURES = ("avant", "après", "écart", "fois")
_KINDS = (
    ("removed", "suppressions", "Lieux perdus"),
    ("added", "ajouts", "Lieux gagnés"),
    ("reopened", "reouvertures", "Lieux de retour"),
    ("merged", "fusions", "Lieux fusionnés dans un autre"),
    ("moved", "deplacements", "Points déplacés"),
)
_WORDS = {
    "suppressions": "perdu", "ajouts": "gagné", "fusions": "fusionné",
    "reouvertures": "de retour", "deplacements": "déplacé", "modifications": "modifié",
}  # fmt: skip
_PLAIN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#~"})


def difference_markdown(
    found: Mapping[str, Any], *, seal: str, warnings: Iterable[Text], files: Mapping[str, str]
) -> str:
    """The whole: why it waits, figures, examples, pairs to review, where the pages are.

    ``files`` maps what a file is to its path.
    """
    latest = found.get("latest")
    parts = [
        f"# {plain(found.get('title') or found.get('dataset'))}",
        f"La version **{found.get('version', '')}** attend une décision (empreinte `{seal}`). "
        + (f"Les réutilisateurs ont la version {latest}." if latest else "C'est la première."),
        "## Pourquoi elle attend",
        _bullets(reasons(found)),
    ]
    said = [plain(one.fr) for one in warnings]
    if said:
        parts += ["## À savoir", _bullets(said)]
    parts += ["## En nombres", _figures(found)]
    if latest:
        parts += _changes(found)
    parts += _pairs(found.get("pairs") or {})
    parts += ["## Tout voir", _bullets(f"{name} : `{path}`" for name, path in files.items())]
    return french_spacing("\n\n".join(part for part in parts if part))


def reasons(found: Mapping[str, Any]) -> list[str]:
    """Why it waits, in French, as markdown."""
    findings = found.get("findings") or []
    return [plain(one.get("fr")) for one in findings if one.get("severity") == "blocker"]


def summary(found: Mapping[str, Any]) -> str:
    """What it would change, in one French sentence."""
    counts = found.get("counts") or {}
    places = counts.get("lieux_apres", 0)
    if not found.get("latest"):
        return f"Première version : {places} lieux."
    told = [
        f"{number} {word}{'s' if number > 1 and word != 'de retour' else ''}"
        for name, word in _WORDS.items()
        if (number := counts.get(name, 0))
    ]
    changes = ", ".join(told) or "rien de changé"
    return f"Lieux : {counts.get('lieux_avant', 0)} → {places} ; {changes}."


def plain(value: Any) -> str:
    """A value on one line, with nothing in it that markdown would read as its own."""
    return " ".join(str("" if value is None else value).split()).translate(_PLAIN)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A markdown table; the columns of figures stand to the right."""
    lines = [heads, ["---:" if head in _FIGURES else "---" for head in heads], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _figures(found: Mapping[str, Any]) -> str:
    """Before and after, for all places and for what differs among sources, categories, fields."""
    counts = found.get("counts") or {}
    before, after = counts.get("lieux_avant", 0), counts.get("lieux_apres", 0)
    lines = [("Lieux", before, after)]
    for kind, name, told in (("sources", "source", "Lignes de "), ("categories", "fr", "")):
        lines += [
            (told + plain(one.get(name)), one.get("avant", 0), one.get("apres", 0))
            for one in found.get(kind) or []
            if one.get("avant") != one.get("apres")
        ]
    shown = [(name, then, now, _signed(now - then)) for name, then, now in lines]
    shares = [
        (plain(one.get("titre")), _percent(then), _percent(now), _signed(now - then))
        for one, then, now in _shares(found.get("fields") or [], before, after)
    ]
    parts = [summary(found), _table(("", "avant", "après", "écart"), shown)]
    if shares:
        parts += ["Part des lieux où un champ est rempli :",
                  _table(("champ", "avant", "après", "écart"), shares)]  # fmt: skip
    return "\n\n".join(parts)


def _shares(
    fields: Iterable[Mapping[str, Any]], before: int, after: int
) -> list[tuple[Mapping[str, Any], float, float]]:
    """Fields whose share of filled values moved, the most first.

    Counts alone would list every field as soon as one place comes or goes.
    """
    if not before or not after:
        return []
    shares = [
        (one, 100 * one.get("avant", 0) / before, 100 * one.get("apres", 0) / after)
        for one in fields
    ]
    moved = [one for one in shares if abs(one[2] - one[1]) >= _SHIFT_PCT]
    return sorted(moved, key=lambda one: -abs(one[2] - one[1]))


def _percent(share: float) -> str:
    return f"{share:.1f} %".replace(".", ",")


def _signed(gap: float) -> str:
    text = f"{gap:+d}" if isinstance(gap, int) else f"{gap:+.1f}"
    return text.replace(".", ",").replace("-", "−")


def _changes(found: Mapping[str, Any]) -> list[str]:
    counts = found.get("counts") or {}
    parts = []
    for key, count, title in _KINDS:
        rows = list(found.get(key) or [])
        if not rows:
            continue
        total = counts.get(count, len(rows))
        parts.append(f"## {title} : {total}")
        last = {"merged": "devenu", "moved": "de"}.get(key, "sources")
        shown = [
            (f"`{row.get('lieu_id', '')}`", plain(row.get("nom")), plain(row.get("commune")),
             _last(key, row))
            for row in rows[:_SHOWN]
        ]  # fmt: skip
        parts.append(_table(("id", "nom", "commune", last), shown))
        parts.append(f"… et {total - len(shown)} de plus." if total > len(shown) else "")
    return parts + _modified(found.get("modified") or [], counts.get("modifications", 0))


def _last(kind: str, row: Mapping[str, Any]) -> str:
    """What the last column says of a place: its sources, its successor, how far it went."""
    if kind == "merged":
        return f"`{row.get('successeur', '')}` {plain(row.get('successeur_nom'))}"
    if kind == "moved":
        metres = row.get("distance_m")
        if metres is not None:
            return f"{metres} m"
        return "n'a plus de point" if row.get("latitude") is None else "a désormais un point"
    return plain(", ".join(row.get("sources") or []))


def _modified(fields: Sequence[Mapping[str, Any]], places: int) -> list[str]:
    if not fields:
        return []
    rows = []
    for field in fields[:_FIELDS]:
        example: Mapping[str, Any] = next(iter(field.get("exemples") or []), {})
        old, new = around_change(example.get("ancien"), example.get("nouveau"))
        name = plain(field.get("titre") or field.get("champ"))
        rows.append((name, field.get("nombre", 0), plain(example.get("nom")), old, new))
    more = ", ".join(
        f"{plain(one.get('titre') or one.get('champ'))} ({one.get('nombre')})"
        for one in fields[_FIELDS:]
    )
    return [
        f"## Lieux modifiés : {places}",
        _table(("champ", "fois", "par exemple", "ancienne valeur", "nouvelle valeur"), rows),
        f"Et aussi : {more}." if more else "",
    ]


def around_change(old: Any, new: Any) -> tuple[str, str]:
    """Two values as plain markdown, both cut around where they first differ."""
    texts = [" ".join(str("" if one is None else one).split()) for one in (old, new)]
    longest = max(map(len, texts))
    differs = (place for place in range(longest) if texts[0][place:][:1] != texts[1][place:][:1])
    start = max(next(differs, 0) - _BEFORE, 0) if longest > _WIDTH else 0
    first, second = (_cut(text, start) for text in texts)
    return first, second


def _cut(text: str, start: int) -> str:
    if not text:
        return "(vide)"
    kept = ("… " if start else "") + text[start : start + _WIDTH]
    return plain(kept + (" …" if start + _WIDTH < len(text) else ""))


def _pairs(pairs: Mapping[str, Any]) -> list[str]:
    """The rows that may be one place: a person can answer in their file."""
    total = int(pairs.get("nombre") or 0)
    if not total:
        return []
    shown = [
        (_row(pair, 1), _row(pair, 2), plain(pair.get("raisons")))
        for pair in (pairs.get("premieres") or [])[:_SHOWN]
    ]
    return [
        f"## Peut-être un seul lieu : {total} paire{'s' if total > 1 else ''} à relire",
        _table(("une ligne", "une autre", "indices"), shown),
        f"… et {total - len(shown)} de plus." if total > len(shown) else "",
    ]


def _row(pair: Mapping[str, Any], side: int) -> str:
    nom, commune, source = (pair.get(f"{name}_{side}") for name in ("nom", "commune", "source"))
    return f"{plain(nom)}, {plain(commune)} ({plain(source)})"
