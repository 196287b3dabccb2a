"""What a steward changed in each row, and which of it can become corrections."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from opendata.corrections import publishable
from opendata.inbox.quarantines import EDITABLE, Quarantines, RowName, changed_cells, same_text
from opendata.language import Text
from opendata.report import MASK

#: What tells a row that has no key of its own from another that took its line.
_RECOGNISED = ("cle", "nom", "adresse")


@dataclass(frozen=True)
class Edit:
    """What a steward wants of one row: per column, what the file showed and what it says."""

    row: RowName
    was: pd.Series
    cells: Mapping[str, tuple[str, str]]


def find_edits(given: pd.DataFrame, known: Quarantines) -> tuple[list[Edit], list[Text]]:
    """What was changed in each row of the file, and the rows that no quarantine shows."""
    base = known.base(given)
    cells: dict[RowName, dict[str, tuple[str, str]]] = {}
    for name in EDITABLE:
        for row, before, after in changed_cells(given, base, name):
            cells.setdefault(row, {})[name] = (before, after.strip())
    edits = [Edit(row, base.loc[[row]].iloc[0], changed) for row, changed in cells.items()]
    strange = given[~given.index.isin(base.index)]
    named = zip(strange.index, strange["nom"], strange["cle"], strict=True)
    return edits, [no_longer(row, str(name), str(key)) for row, name, key in named]


def row_now(edit: Edit, now: pd.DataFrame) -> RowName | None:
    """Where the edited row stands in quarantine today: lines move when a source changes."""
    if edit.row in now.index:
        there = now.loc[[edit.row]].iloc[0]
        if all(there[name] == edit.was[name] for name in _RECOGNISED):
            return edit.row
    if _own_key(edit.was):
        source, key = edit.row[0], edit.was["cle"]
        named = now.index[((now["source"] == source) & (now["cle"] == key)).to_numpy()]
        if len(named) == 1 and _own_key(now.loc[[named[0]]].iloc[0]):
            row: RowName = named[0]
            return row
    return None


def _own_key(shown: pd.Series) -> bool:
    """Whether the key of a row is there and is no other row's."""
    doubled = "cle_en_double" in shown["codes"] or "cle_absente" in shown["codes"]
    return bool(shown["cle"]) and not doubled


def no_longer(row: RowName, name: str, key: str) -> Text:
    """The sentence of a row that left the quarantine."""
    where = _where(row, name)
    shown = shlex.quote(f"{row[0]}:{key}" if key else f"{row[0]}#{row[1]}")
    return Text(
        f"{where.fr} : cette ligne n'est plus en quarantaine, rien n'y est corrigé ; voyez "
        f"« opendata why {shown} ».",
        f"{where.en}: this row is no longer in quarantine and nothing is corrected in it; see "
        f"“opendata why {shown}”.",
    )


def _where(row: RowName, name: str = "") -> Text:
    named = f" ({name})" if name else ""
    return Text(f"{row[0]}, ligne {row[1]}{named}", f"{row[0]}, line {row[1]}{named}")


def usable(
    edit: Edit, row: RowName, shown: pd.Series
) -> tuple[dict[str, tuple[str, str]], list[Text]]:
    """The cells of an edited row that can be corrected, and what is wrong with the others.

    The row is judged as the steward wants it: every new value beside the other new ones.
    """
    where, refused = _where(row), []
    cells: dict[str, tuple[str, str]] = {}
    for name, (before, after) in edit.cells.items():
        now = str(shown[name])
        if same_text(now, after):
            continue
        problem = _guarded(name, before, now)
        if problem is None:
            cells[name] = (now, after)
        else:
            refused.append(Text(f"{where.fr} : {problem.fr}", f"{where.en}: {problem.en}"))
    wanted = {EDITABLE[name]: after for name, (_, after) in cells.items()}
    as_it_stands = {field: str(shown[name]) for name, field in EDITABLE.items()}
    published = publishable(wanted, as_it_stands)
    for name, (_, after) in list(cells.items()):
        if after and not published[EDITABLE[name]]:
            del cells[name]
            refused.append(
                Text(
                    f"{where.fr} : « {after} » ne peut pas être publié dans « {name} » ; "
                    "corrigez-le.",
                    f"{where.en}: “{after}” cannot be published in “{name}”; correct it.",
                )
            )
    return cells, refused


def _guarded(name: str, before: str, now: str) -> Text | None:
    """Why a cell may not be corrected: it is not the one the steward saw."""
    if MASK in now:
        return Text(
            f"« {name} » est masqué dans la quarantaine ; écrivez la correction dans "
            "catalog/corrections.",
            f"“{name}” is masked in the quarantine; write the correction in catalog/corrections.",
        )
    if not same_text(now, before):
        return Text(
            f"la source dit maintenant « {now} » dans « {name} », et non plus « {before} » ; "
            "regardez de nouveau.",
            f"the source now says “{now}” in “{name}”, no longer “{before}”; look again.",
        )
    return None


def target_of(shown: pd.DataFrame, row: RowName, column: str) -> tuple[str, int]:
    """The key of a row; its line where the key is missing or does not tell it from another."""
    own = shown.loc[[row]].iloc[0]
    alike = (shown[["source", "cle", column]] == own[["source", "cle", column]]).all(axis=1)
    # The first of two rows with one key is not told so: only its twin is.
    unique = _own_key(own) and int(alike.sum()) == 1
    return (str(own["cle"]), 0) if unique else ("", int(row[1]))
