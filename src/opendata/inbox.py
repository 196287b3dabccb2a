"""The quarantine as an inbox: edited by a steward and given back, it becomes corrections.

``quarantaine.csv`` shows what each row set aside says, as its source wrote it. Where a cell
of the file given back differs, the difference is a guarded correction: its ``expect`` is what
the quarantine showed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from opendata.catalog import append_corrections, dataset_ids, load_dataset
from opendata.errors import UsageError
from opendata.language import Text
from opendata.model import Correction, Fetch
from opendata.normalise import clean_value
from opendata.paths import Paths
from opendata.release import store
from opendata.report import MASK

#: Column of quarantaine.csv -> field it corrects.
EDITABLE = {
    "cle": "id", "nom": "nom", "adresse": "adresse", "code_postal": "code_postal",
    "commune": "commune", "code_insee": "code_insee",
}  # fmt: skip
_ROW = ["source", "ligne"]


@dataclass(frozen=True)
class Inbox:
    """What a quarantine given back changes; ``refused`` says which cells cannot be used."""

    dataset: str
    path: Path
    corrections: tuple[Correction, ...]
    refused: tuple[Text, ...]


def accept_quarantine(
    file: Path, paths: Paths, *, dataset: str | None, author: str, reason: str, today: date
) -> Inbox:
    """Write the corrections an edited ``quarantaine.csv`` asks for.

    A cell that cannot be published is refused with a sentence and costs only itself. Raises
    UsageError when the file is not a quarantine, or which dataset it comes from is unclear.
    """
    given = _read(file)
    name, shown = _dataset_of(given, paths, dataset)
    given = given.drop_duplicates(_ROW, keep="last").set_index(_ROW)
    shown = shown.set_index(_ROW)
    corrections, refused = [], []
    for row, column, before, after in _edits(given, shown):
        problem = _refusal(shown.loc[[row]].iloc[0], row, column, before, after)
        if problem is not None:
            refused.append(problem)
            continue
        key, line = _target(shown, row)
        corrections.append(
            Correction(row[0], key, line, EDITABLE[column], before, after, reason, author,
                       today.isoformat())
        )  # fmt: skip
    path = append_corrections(name, corrections, paths)
    return Inbox(name, path, tuple(corrections), tuple(refused))


def _read(file: Path) -> pd.DataFrame:
    """The file as text, whatever a spreadsheet made of its separator and encoding."""
    from opendata.read import read

    table, _, _ = read(file, Fetch(file=str(file)), source="quarantaine")
    missing = [name for name in (*_ROW, *EDITABLE) if name not in table.columns]
    if missing:
        raise UsageError(
            "pas_une_quarantaine",
            fr=f"« {file.name} » n'est pas une quarantaine : la colonne « {missing[0]} » manque ; "
            "rendez le fichier quarantaine.csv d'une version, modifié.",
            en=f"“{file.name}” is not a quarantine: the column “{missing[0]}” is missing; "
            "give back the quarantaine.csv of a release, edited.",
        )
    return table.reset_index(drop=True)


def _dataset_of(given: pd.DataFrame, paths: Paths, wanted: str | None) -> tuple[str, pd.DataFrame]:
    """The dataset whose quarantine holds every row given, and that quarantine."""
    names = [load_dataset(wanted, paths).id] if wanted else list(dataset_ids(paths))
    rows = pd.MultiIndex.from_frame(given[_ROW])
    fitting: dict[str, pd.DataFrame] = {}
    for name in names:
        for folder in _folders(paths, name):
            shown = store.read_table(folder, "quarantaine")
            if rows.isin(pd.MultiIndex.from_frame(shown[_ROW])).all():
                fitting.setdefault(name, shown)
    if len(fitting) == 1:
        return next(iter(fitting.items()))
    several = ", ".join(fitting or names)
    if fitting:
        raise UsageError(
            "quarantaine_ambigue",
            fr=f"Ces lignes sont dans la quarantaine de plusieurs jeux de données ({several}) : "
            "dites lequel avec « --dataset ».",
            en=f"These rows are in the quarantine of several datasets ({several}): say which "
            "with “--dataset”.",
        )
    raise UsageError(
        "quarantaine_inconnue",
        fr=f"Aucune quarantaine actuelle n'a toutes ces lignes (jeux de données regardés : "
        f"{several}) : rendez le fichier de la dernière version.",
        en=f"No current quarantine has all these rows (datasets looked at: {several}): give "
        "back the file of the latest release.",
    )


def _folders(paths: Paths, dataset: str) -> Iterator[Path]:
    staged = store.staged_release(paths, dataset)
    if staged is not None:
        yield paths.staged(dataset) / staged.version
    latest = store.latest(paths, dataset)
    if latest is not None:
        yield latest


def _edits(
    given: pd.DataFrame, shown: pd.DataFrame
) -> Iterator[tuple[tuple[str, str], str, str, str]]:
    """(row, column, before, after) for each cell the steward changed."""
    before = shown.loc[given.index]
    for column in EDITABLE:
        for row, old, new in zip(given.index, before[column], given[column], strict=True):
            if not _same(old, new):
                yield row, column, old, new.strip()


def _same(before: str, after: str) -> bool:
    """Spreadsheets take the zeros before a number, and spaces, for nothing."""
    plain = (" ".join(before.split()), " ".join(after.split()))
    return plain[0] == plain[1] or (plain[1].isdigit() and plain[0].lstrip("0") == plain[1])


def _refusal(
    shown: pd.Series, row: tuple[str, str], column: str, before: str, after: str
) -> Text | None:
    where = Text(f"{row[0]}, ligne {row[1]}", f"{row[0]}, line {row[1]}")
    if MASK in before:
        return Text(
            f"{where.fr} : « {column} » est masqué dans la quarantaine ; écrivez la correction "
            "dans catalog/corrections.",
            f"{where.en}: “{column}” is masked in the quarantine; write the correction in "
            "catalog/corrections.",
        )
    context = {field: str(shown[name]) for name, field in EDITABLE.items()}
    if after and not clean_value(EDITABLE[column], after, context).value:
        return Text(
            f"{where.fr} : « {after} » ne peut pas être publié dans « {column} » ; corrigez-le.",
            f"{where.en}: “{after}” cannot be published in “{column}”; correct it.",
        )
    return None


def _target(shown: pd.DataFrame, row: tuple[str, str]) -> tuple[str, int]:
    """The key of a row; its line where the key is missing or not its own."""
    _, line = row
    key = str(shown.at[row, "cle"])
    codes = str(shown.at[row, "codes"])
    unusable = not key or "cle_en_double" in codes or "cle_absente" in codes
    return ("", int(line)) if unusable else (key, 0)


def described(corrections: Sequence[Correction]) -> list[str]:
    """One line per correction, for the terminal."""
    return [
        f"{one.source} {one.key or f'#{one.line}'} {one.field} : « {one.expect} » → « {one.value} »"
        for one in corrections
    ]
