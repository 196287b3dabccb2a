"""The street, with its number; postcode and town where only the address holds them."""

from collections.abc import Sequence

import pandas as pd

from opendata.onboard.clues import CLUES
from opendata.onboard.decisions.by_clue import rank
from opendata.onboard.headers import common_words, match
from opendata.onboard.profile import Column
from opendata.onboard.proposal import Guess
from opendata.onboard.rules import TomlRule, side_by_side
from opendata.tables import stated

_HOUSE = r"numero|num|no|n|nr|housenumber|number|numero voie|numero rue"
_HOUSE_UNLESS = (
    r"tel|telephone|phone|siret|siren|id|insee|postal|cp|dep|structure|fiche|dossier|ordre|"
    r"enregistrement|ligne|lieu|site|espace|etablissement|agrement|adherent"
)
#: Columns of streets that are read at most, and how long the street of a place may be.
_MOST_STREETS = 3
#: Numbers that rise from each of so many rows to the next were not written on houses.
_LEAST_NUMBERED = 6
_LONGEST_STREET = 120
#: ``45000 Orléans`` at the end of an address, and the part of it that each field takes.
_CODE_AND_TOWN = r"\b\d{5}\s+[^\W\d]"
_POSTCODE = r"\b(\d{5})\s+[^\W\d]"
_TOWN = r"\b\d{5}\s+([^\W\d][^,;]*)"


def decide(found: Guess) -> None:
    """The best column of streets; others only for the rows that it leaves empty."""
    streets, possible = rank(found, CLUES["adresse"])
    streets = [column for column in streets if column.length < _LONGEST_STREET]
    found.candidates += possible
    rules: list[TomlRule] = []
    taken: list[Column] = []
    said = pd.Series(False, index=found.profile.table.index)
    for street in streets:
        filled = found.profile.table[street.name] != ""
        if rules and not (filled & ~said).any():
            continue
        house = _house_number(found, street, taken)
        columns = [house, street] if house else [street]
        rules.append(side_by_side(found.profile, columns, " "))
        taken += columns
        said |= filled
    found.take("adresse", rules[:_MOST_STREETS], taken)
    if rules:
        _read_in_address(found, streets[0])


def _house_number(found: Guess, street: Column, taken: Sequence[Column]) -> Column | None:
    """The column of house numbers that goes with a street, when the street lacks them."""
    if _share_matching(found, street, r"^\d") > 0.5:
        return None
    options = [
        column
        for column in found.free()
        if column not in taken
        and match(column.name, _HOUSE, _HOUSE_UNLESS)
        and column.share("numero_voie") >= 0.6
        and column.distinct > 3
        and not _numbers_the_rows(found, column)
    ]
    return max(
        options,
        key=lambda column: (
            len(common_words(column.name, street.name)),
            -abs(column.position - street.position),
        ),
        default=None,
    )


def _numbers_the_rows(found: Guess, column: Column) -> bool:
    """Whether a column counts the rows of the file: no street has such numbers."""
    numbers = pd.to_numeric(found.profile.table[column.name], errors="coerce")
    return len(numbers) >= _LEAST_NUMBERED and bool((numbers.diff().iloc[1:] > 0).all())


def _read_in_address(found: Guess, street: Column) -> None:
    """Postcode and town from the end of the address, where no column holds them."""
    if _share_matching(found, street, _CODE_AND_TOWN) < 0.5:
        return
    for name, pattern in (("code_postal", _POSTCODE), ("commune", _TOWN)):
        if name not in found.mapping:
            found.mapping[name] = [{"column": street.name, "regex": pattern}]


def _share_matching(found: Guess, column: Column, pattern: str) -> float:
    """The share of the filled cells of a column in which a pattern is found."""
    cells = found.profile.table[column.name]
    return float(cells[stated(cells)].str.contains(pattern).mean())
