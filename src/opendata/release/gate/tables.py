"""The published tables of two releases, laid side by side for the rules of the gate."""

from dataclasses import dataclass

import pandas as pd

from opendata.tables import column

#: Shares and losses of fewer places than this say nothing: one of four is 25 %.
FEW = 10
#: ``etat`` of a source whose rows are those of a file, today's or the last good one.
READ = ("a_jour", "perimee")

_LOCATED_NO_BETTER = ("", "aucune", "commune")


@dataclass(frozen=True)
class Tables:
    """What a release says, as text: the tables ``lieux``, ``passerelle`` and ``sources``.

    Before the first release they are empty, with their columns.
    """

    places: pd.DataFrame
    crosswalk: pd.DataFrame
    sources: pd.DataFrame


@dataclass(frozen=True)
class Side:
    """One release, ready to be compared.

    ``places`` has one line per id, which is its index; on that index ``origin`` is the source of
    the principal row and ``located`` whether the place is known better than by its commune.
    ``rows`` maps a source to its rows that are in a place, ``states`` to its ``etat``.
    """

    places: pd.DataFrame
    origin: pd.Series
    located: pd.Series
    accounts: pd.DataFrame
    rows: dict[str, int]
    states: dict[str, str]

    def per_source(self) -> pd.Series:
        """Number of places by the source of their principal row."""
        return self.origin[self.origin != ""].value_counts()


def side(tables: Tables) -> Side:
    """Read one release."""
    places = tables.places.drop_duplicates("lieu_id").set_index("lieu_id")
    principal = tables.crosswalk[tables.crosswalk["role"] == "principale"]
    source_of = principal.drop_duplicates("lieu_id").set_index("lieu_id")["source"]
    accounts = tables.sources.drop_duplicates("source").set_index("source")
    return Side(
        places=places,
        origin=source_of.reindex(places.index).fillna("").astype("str"),
        located=~column(places, "geo_precision").isin(_LOCATED_NO_BETTER),
        accounts=accounts,
        rows=_rows(tables, accounts),
        states=dict(zip(accounts.index, column(accounts, "etat"), strict=True)),
    )


def count(accounts: pd.DataFrame, name: str) -> pd.Series:
    """A column of numbers of ``sources.csv``; an empty cell counts as 0."""
    numbers: pd.Series = pd.to_numeric(column(accounts, name), errors="coerce").fillna(0)
    return numbers.astype("int64")


def _rows(tables: Tables, accounts: pd.DataFrame) -> dict[str, int]:
    """Rows published or merged; of a source that was not read, the rows carried over."""
    stated = count(accounts, "publiees") + count(accounts, "fusionnees")
    carried = tables.crosswalk["source"].value_counts()
    filled = stated.mask(stated == 0, carried.reindex(stated.index).fillna(0).astype("int64"))
    return {str(source): int(rows) for source, rows in filled.items()}
