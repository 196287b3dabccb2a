"""What a column of a Table Schema allows, then and now: stricter, or looser."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from opendata.language import Text

#: Bounds, and whether a greater one is stricter.
_BOUNDS = {
    "minLength": True,
    "minimum": True,
    "exclusiveMinimum": True,
    "maxLength": False,
    "maximum": False,
    "exclusiveMaximum": False,
}
#: ``^(a|b)$`` or ``^(a|b)(\|(a|b))*$``: how ``opendata.schema`` writes closed lists.
_CLOSED = re.compile(r"\^\((?P<one>.+?)\)(?:\(\\\|\((?P=one)\)\)\*)?\$", re.DOTALL)
#: What makes a pattern more than a list of words.
_SPECIAL = re.compile(r"(?<!\\)[\[\](){}.*+?^$]|\\[A-Za-z0-9]")
_SHOWN = 5
_DUTIES = {
    "required": Text("être remplie", "be filled in"),
    "unique": Text("ne jamais se répéter", "never repeat itself"),
}
_CAUTION = Text(
    " : vérifiez les traitements qui comptaient dessus", ": check the programs that relied on it"
)


def differences(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[bool, Text]]:
    """Whether each difference is stricter, and its sentence; ``name`` is that of the column."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if key in _DUTIES:
            # A duty that is not one is none.
            if bool(old) != bool(new):
                yield bool(new), _duty(name, key, bool(new))
        elif old != new:
            then, now = _values(key, old), _values(key, new)
            if then and now:
                yield from _listed(name, then, now)
            else:
                yield _stricter(key, old, new), _other(name, key, old, new)


def _duty(name: str, key: str, due: bool) -> Text:
    duty = _DUTIES[key]
    if due:
        return Text(
            f"la colonne {name} doit désormais {duty.fr}", f"the column {name} must now {duty.en}"
        )
    return Text(
        f"la colonne {name} n'a plus à {duty.fr}{_CAUTION.fr}",
        f"the column {name} need no longer {duty.en}{_CAUTION.en}",
    )


def _values(key: str, constraint: Any) -> list[str]:
    """The values of a closed list, written as ``enum`` or as ``pattern``; empty for others."""
    if key == "enum":
        return [str(value) for value in constraint or []]
    found = _CLOSED.fullmatch(str(constraint)) if key == "pattern" else None
    if found is None or _SPECIAL.search(found["one"]):
        return []
    return [re.sub(r"\\(.)", r"\1", value) for value in re.split(r"(?<!\\)\|", found["one"])]


def _listed(name: str, then: list[str], now: list[str]) -> Iterator[tuple[bool, Text]]:
    gone = [value for value in then if value not in now]
    came = [value for value in now if value not in then]
    if gone:
        values = _some(gone)
        yield (
            True,
            Text(
                f"la colonne {name} n'a plus la valeur {values.fr}",
                f"the column {name} no longer has the value {values.en}",
            ),
        )
    if came:
        values = _some(came)
        yield (
            False,
            Text(
                f"la colonne {name} peut aussi valoir {values.fr}{_CAUTION.fr}",
                f"the column {name} may also be {values.en}{_CAUTION.en}",
            ),
        )


def _some(values: list[str]) -> Text:
    rest = len(values) - _SHOWN
    fr = ", ".join(f"« {value} »" for value in values[:_SHOWN])
    en = ", ".join(f"“{value}”" for value in values[:_SHOWN])
    return Text(f"{fr} et {rest} de plus", f"{en} and {rest} more") if rest > 0 else Text(fr, en)


def _stricter(key: str, old: Any, new: Any) -> bool:
    if old is None or new is None:
        return new is not None
    if key in _BOUNDS and isinstance(old, str) == isinstance(new, str):
        return bool((new > old) == _BOUNDS[key])
    return True  # nobody can tell what another pattern refuses


def _other(name: str, key: str, old: Any, new: Any) -> Text:
    what = Text(f"la contrainte {key} de la colonne {name}", f"{key} of the column {name}")
    if old is None:
        return Text(f"{what.fr} est nouvelle", f"the constraint {what.en} is new")
    if new is None:
        return Text(
            f"{what.fr} est levée{_CAUTION.fr}", f"the constraint {what.en} is lifted{_CAUTION.en}"
        )
    if key not in _BOUNDS:
        return Text(f"{what.fr} a changé", f"the constraint {what.en} changed")
    caution = Text("", "") if _stricter(key, old, new) else _CAUTION
    return Text(
        f"{what.fr} passe de {old} à {new}{caution.fr}",
        f"the constraint {what.en} goes from {old} to {new}{caution.en}",
    )
