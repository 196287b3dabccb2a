"""The file of pairs given back, and the pairs that datasets ask about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from opendata.catalog import dataset_ids, load_dataset, load_decisions
from opendata.catalog.decisions import Row, answers_by_pair
from opendata.errors import ReadError, UsageError
from opendata.model import Fetch, PairDecision
from opendata.paths import Paths

ANSWER = "reponse"
#: The columns that name the rows of a pair.
NAMED = ("source_1", "cle_1", "source_2", "cle_2")

#: The rows of a pair, as they are named; and whichever is named first.
Rows = tuple[Row, Row]
Pair = frozenset[Row]


def pairs_path(dataset: str, paths: Paths) -> Path:
    """The pairs a dataset asks about, whether the file exists or not."""
    return paths.dataset_state(dataset) / "paires.csv"


def read_pairs(file: Path) -> pd.DataFrame:
    """The file as text, whatever a spreadsheet made of its separator and encoding.

    The index is the line. Raises ReadError, or UsageError where a column is missing.
    """
    from opendata.read import read

    table, _, _ = read(file, Fetch(file=str(file)), source="paires")
    missing = [name for name in (ANSWER, *NAMED) if name not in table.columns]
    if missing:
        raise UsageError(
            "pas_des_paires",
            fr=f"« {file.name} » n'est pas un fichier de paires : la colonne « {missing[0]} » "
            "manque ; rendez le fichier paires.csv d'un jeu de données, avec vos réponses.",
            en=f"“{file.name}” is not a file of pairs: the column “{missing[0]}” is missing; "
            "give back the paires.csv of a dataset, with your answers.",
        )
    return table


@dataclass(frozen=True)
class Known:
    """The pairs a dataset asks about, and those it has an answer for."""

    asked: frozenset[Pair]
    decided: Mapping[Pair, PairDecision]

    @cached_property
    def _without_zeros(self) -> Mapping[Pair, Pair]:
        """Pairs by what a spreadsheet leaves of their keys, where that tells them apart."""
        found: dict[Pair, list[Pair]] = {}
        for pair in self.asked | set(self.decided):
            found.setdefault(frozenset(map(_without_zeros, pair)), []).append(pair)
        return {bare: pairs[0] for bare, pairs in found.items() if len(pairs) == 1}

    def __contains__(self, pair: Pair) -> bool:
        return pair in self.asked or pair in self.decided

    def meant(self, shown: Rows) -> Rows:
        """The rows of the known pair that a line of a file names; those it names, if none is."""
        if frozenset(shown) in self:
            return shown
        pair = self._without_zeros.get(frozenset(map(_without_zeros, shown)))
        if pair is None or len(pair) != 2:
            return shown
        first, second = pair
        if _without_zeros(first) != _without_zeros(shown[0]):
            first, second = second, first
        return first, second


def _without_zeros(row: Row) -> Row:
    source, key = row
    return source, (key.lstrip("0") or "0") if key.isdigit() else key


def rows_of(table: pd.DataFrame) -> Iterator[Rows]:
    """The two rows that each line names; keys on one line, as they are published."""
    columns = [[" ".join(cell.split()) for cell in table[name]] for name in NAMED]
    for source_1, key_1, source_2, key_2 in zip(*columns, strict=True):
        yield (source_1, key_1), (source_2, key_2)


def known_pairs(dataset: str, paths: Paths) -> Known:
    """What a dataset asks and knows about pairs. Raises CatalogError."""
    path = pairs_path(dataset, paths)
    try:
        asked = rows_of(read_pairs(path)) if path.is_file() else ()
    except (ReadError, UsageError):
        asked = ()  # what is damaged in the state is made again by the next run
    decided = answers_by_pair(load_decisions(dataset, paths).pairs)
    return Known(frozenset(map(frozenset, asked)), decided)


def unpublished(rows: Sequence[Row], dataset: str, paths: Paths) -> list[Row]:
    """Those of the rows that no place is made of, in the staged release and in the latest.

    None where there is no release yet: nothing can be said then.
    """
    from opendata.release import store

    staged, latest = store.staged_release(paths, dataset), store.latest(paths, dataset)
    folders = [folder for folder in (staged and staged.folder, latest) if folder]
    published: set[Row] = set()
    for folder in folders:
        table = store.read_table(folder, "passerelle")
        published |= set(zip(table["source"], table["cle"], strict=True))
    return [row for row in rows if folders and row not in published]


def dataset_of(rows: Sequence[Rows], paths: Paths, wanted: str | None) -> tuple[str, Known]:
    """The dataset named, else the one that knows every pair, else the one that knows some."""
    if wanted:
        name = load_dataset(wanted, paths).id
        return name, known_pairs(name, paths)
    names = dataset_ids(paths)
    known = {name: known_pairs(name, paths) for name in names}
    found = {
        name: sum(frozenset(one.meant(pair)) in one for pair in rows) for name, one in known.items()
    }
    fitting = [name for name, count in found.items() if count and count == len(rows)]
    fitting = fitting or [name for name, count in found.items() if count]
    if len(fitting) == 1:
        return fitting[0], known[fitting[0]]
    if not fitting:
        raise UsageError(
            "paires_inconnues",
            fr="Aucune des paires de ce fichier n'est à revoir aujourd'hui (jeux de données "
            f"regardés : {', '.join(names)}) : rendez le fichier paires.csv de la dernière "
            "exécution, ou dites de quel jeu il vient avec « --dataset ».",
            en="None of the pairs of this file is to be reviewed today (datasets looked at: "
            f"{', '.join(names)}): give back the paires.csv of the latest run, or say which "
            "dataset it comes from with “--dataset”.",
        )
    several = ", ".join(fitting)
    raise UsageError(
        "paires_ambigues",
        fr=f"Ces paires sont à revoir dans plusieurs jeux de données ({several}) : dites lequel "
        "avec « --dataset ».",
        en=f"These pairs are to be reviewed in several datasets ({several}): say which with "
        "“--dataset”.",
    )
