"""What tells the rows of the file apart, today and in its next edition."""

import re

from opendata.onboard.clues import ID_UNLESS, ID_WORDS
from opendata.onboard.headers import match
from opendata.onboard.profile import FEW, Column
from opendata.onboard.proposal import Candidate, Guess
from opendata.onboard.rules import TomlRule, reads, side_by_side
from opendata.tables import joined

_NO_IDENTIFIERS = ("date", "url", "courriel", "telephone", "latitude", "longitude")
_LONGEST = 60
#: Blank cells are slips too, even in a short file: their rows are set aside, and told.
_FEW_BLANKS = 2
#: An identifier with fewer distinct values than that repeats itself for a reason.
_SLIPS = 0.95
#: ``E-012``, ``LIEU_4``, ``2024/17b``: letters and digits in one word, which no header has to
#: vouch for when every row has its own.
_CODE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9_./:-]{2,20}")
#: What stands in for an identifier; the postcode only where the others repeat themselves.
_STAND_IN = ("nom", "adresse", "commune", "code_postal")


def decide(found: Guess) -> None:
    """A unique column that is an identifier, else name, address and town together.

    A name or a telephone number may be unique too: either the header says that the column
    identifies, or each of its cells is a code and nothing else.
    """
    ranked = [(_score(column), column) for column in found.profile.columns
              if _identifies(found, column)]  # fmt: skip
    ranked.sort(key=lambda pair: (-round(pair[0], 2), pair[1].position))
    for _, column in ranked[:1]:
        # A few repeats are slips, which the contract names; a key must not change for them.
        alone = column.unique or found.profile.varied(column) > _SLIPS
        columns = [column] if alone else [*_beside_key(found, column), column]
        found.take("id", [side_by_side(found.profile, columns, "-")], [column])
        found.key = tuple(one.name for one in columns)
    for _, column in ranked[1:2]:
        found.candidates.append(Candidate.plain("id", column, 1.0))
    if not ranked:
        _compose_key(found)
    if found.key:
        found.key_repeats = _repeats(found, found.key)


def _score(column: Column) -> float:
    return match(column.name, ID_WORDS, ID_UNLESS) + column.unique


def _identifies(found: Guess, column: Column) -> bool:
    """Whether a column says that it identifies, and does so at least nearly."""
    if column.length > _LONGEST or column.share(*_NO_IDENTIFIERS) > 0.5:
        return False
    if found.used.get(column.name) == "adresse":  # « N° » of the street
        return False
    rows = len(found.profile.table)
    blanks = rows - found.profile.filled_rows(column)
    whole = column.filled > 0.9 and blanks <= max(_FEW_BLANKS, 0.01 * rows)
    nearly = whole and found.profile.varied(column) > 0.9
    if match(column.name, ID_WORDS, ID_UNLESS):
        return column.unique or nearly
    return (
        column.unique and column.name not in found.used and all(map(_CODE.fullmatch, column.counts))
    )


def _beside_key(found: Guess, column: Column) -> list[Column]:
    """The column of few words that makes a repeated identifier unique: whose it is."""
    table = found.profile.table
    for other in found.profile.columns:
        few = 1 < other.distinct <= FEW and found.profile.varied(other) < 0.5
        if not few or other.filled <= 0.99:
            continue
        if not table[[other.name, column.name]].duplicated().any():
            return [other]
    return []


def _compose_key(found: Guess) -> None:
    columns: list[str] = []
    for name in _STAND_IN:
        if name == "code_postal" and columns and not _repeats(found, columns):
            break
        for rule in found.mapping.get(name, [])[:1]:
            columns += [column for column in reads(rule) if column not in columns]
    if columns:
        several: TomlRule = {"join": columns, "separator": " "}
        found.mapping["id"] = [several if len(columns) > 1 else {"column": columns[0]}]
        found.key, found.composed = tuple(columns), True


def _repeats(found: Guess, names: "tuple[str, ...] | list[str]") -> int:
    """How many rows repeat the cells that an earlier one has in these columns."""
    parts = [found.profile.table[name] for name in names]
    return int(joined(parts, " ").duplicated().sum())
