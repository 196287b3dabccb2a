"""The file given back, and the quarantines it may have been made from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from opendata.catalog import dataset_ids, load_dataset
from opendata.errors import UsageError
from opendata.model import Fetch
from opendata.paths import Paths
from opendata.release import store

#: Column of quarantaine.csv -> field it corrects.
EDITABLE = {
    "cle": "id", "nom": "nom", "adresse": "adresse", "code_postal": "code_postal",
    "commune": "commune", "code_insee": "code_insee",
}  # fmt: skip

ROW = ["source", "ligne"]

#: Source and line: how a row of a quarantine is named.
RowName = tuple[str, str]


def not_in_place(file: Path, paths: Paths) -> None:
    """Refuse the file of a release itself: edited in place, nothing tells what was changed."""
    here = file.resolve()
    if any(here.is_relative_to(one.resolve()) for one in (paths.published, paths.state)):
        raise UsageError(
            "quarantaine_sur_place",
            fr=f"« {file} » est le fichier de la version elle-même, qui ne se modifie pas : "
            "enregistrez vos corrections dans une copie, ailleurs ; s'il a été modifié, refaites "
            "la version avec « opendata preview ».",
            en=f"“{file}” is the release's own file, which is not to be altered: save your "
            "corrections in a copy, elsewhere; if it was altered, make the release again with "
            "“opendata preview”.",
        )


def read_quarantine(file: Path) -> pd.DataFrame:
    """The file as text, whatever a spreadsheet made of its separator and encoding."""
    from opendata.read import read

    table, _, _ = read(file, Fetch(file=str(file)), source="quarantaine")
    missing = [name for name in (*ROW, *EDITABLE) if name not in table.columns]
    if missing:
        raise UsageError(
            "pas_une_quarantaine",
            fr=f"« {file.name} » n'est pas une quarantaine : la colonne « {missing[0]} » manque ; "
            "rendez le fichier quarantaine.csv d'une version, modifié.",
            en=f"“{file.name}” is not a quarantine: the column “{missing[0]}” is missing; "
            "give back the quarantaine.csv of a release, edited.",
        )
    return table.drop_duplicates(ROW, keep="last").reset_index(drop=True)


@dataclass(frozen=True)
class Quarantines:
    """The quarantines of one dataset: those that hold today, and those of older releases."""

    current: tuple[pd.DataFrame, ...]
    older: tuple[pd.DataFrame, ...]

    @cached_property
    def now(self) -> pd.DataFrame:
        """Every row in quarantine, as the staged release shows it where there is one."""
        table = pd.concat(self.current)
        return table[~table.index.duplicated()]

    def base(self, given: pd.DataFrame) -> pd.DataFrame:
        """The quarantine that a file was made from: the newest of those nearest to it."""
        return min((*self.current, *self.older), key=lambda shown: _distance(given, shown))


def dataset_of(given: pd.DataFrame, paths: Paths, wanted: str | None) -> tuple[str, Quarantines]:
    """The dataset a file comes from, and its quarantines.

    It is the one whose quarantine holds every row today; else that of which a release held
    them all; else that which holds some today.
    """
    names = [load_dataset(wanted, paths).id] if wanted else list(dataset_ids(paths))
    known = {name: _quarantines(paths, name) for name in names}
    rows = pd.MultiIndex.from_frame(given[ROW])
    now = {name: rows.isin(one.now.index) for name, one in known.items() if one.current}
    fitting = [name for name, found in now.items() if found.all()]
    fitting = fitting or [
        name for name in now if any(rows.isin(one.index).all() for one in known[name].older)
    ]
    fitting = fitting or [name for name, found in now.items() if found.any()]
    if len(fitting) == 1:
        return fitting[0], known[fitting[0]]
    if not fitting:
        raise unknown(", ".join(names))
    several = ", ".join(fitting)
    raise UsageError(
        "quarantaine_ambigue",
        fr=f"Ces lignes sont dans la quarantaine de plusieurs jeux de données ({several}) : "
        "dites lequel avec « --dataset ».",
        en=f"These rows are in the quarantine of several datasets ({several}): say which "
        "with “--dataset”.",
    )


def unknown(datasets: str) -> UsageError:
    """The refusal of a file of which nothing is in quarantine."""
    return UsageError(
        "quarantaine_inconnue",
        fr="Aucune des lignes modifiées de ce fichier n'est en quarantaine aujourd'hui (jeux de "
        f"données regardés : {datasets}) : rendez le fichier de la dernière version.",
        en="None of the edited rows of this file is in quarantine today (datasets looked at: "
        f"{datasets}): give back the file of the latest release.",
    )


def _quarantines(paths: Paths, dataset: str) -> Quarantines:
    staged, latest = store.staged_release(paths, dataset), store.latest(paths, dataset)
    current = [staged.folder] if staged else []
    current += [latest] if latest else []
    older = [
        paths.releases(dataset) / version
        for version in reversed(store.versions(paths, dataset))
        if latest is None or version != latest.name
    ]
    tables = [
        store.read_table(folder, "quarantaine").set_index(ROW, drop=False)
        for folder in (*current, *older)
    ]
    return Quarantines(tuple(tables[: len(current)]), tuple(tables[len(current) :]))


def _distance(given: pd.DataFrame, shown: pd.DataFrame) -> tuple[int, int]:
    """How far a file is from a quarantine: rows it lacks, then cells that differ."""
    missing = int((~given.index.isin(shown.index)).sum())
    return missing, sum(len(changed_cells(given, shown, name)) for name in EDITABLE)


def changed_cells(
    given: pd.DataFrame, shown: pd.DataFrame, name: str
) -> list[tuple[RowName, str, str]]:
    """(row, before, after) for the cells of a column that differ in the rows of both."""
    there = given[given.index.isin(shown.index)]
    before, after = shown.loc[there.index, name].to_numpy(), there[name].to_numpy()
    differ = before != after
    cells = zip(there.index[differ], before[differ], after[differ], strict=True)
    return [cell for cell in cells if not same_text(cell[1], cell[2])]


def same_text(before: str, after: str) -> bool:
    """Spreadsheets take the zeros before a number, and spaces, for nothing."""
    plain = (" ".join(before.split()), " ".join(after.split()))
    return plain[0] == plain[1] or (plain[1].isdigit() and plain[0].lstrip("0") == plain[1])
