"""The name of the place."""

from opendata.onboard.clues import NAME_CLUES, NAME_UNLESS
from opendata.onboard.headers import match
from opendata.onboard.profile import Column
from opendata.onboard.proposal import Candidate, Guess
from opendata.onboard.rules import plain

_NO_NAMES = ("url", "courriel", "telephone", "horaires_semaine")
#: Candidates beside the column taken.
_OTHERS = 2


def decide(found: Guess) -> None:
    """The column whose header speaks of a name and whose texts differ from row to row."""
    ranked = [
        (_score(found, column), column)
        for column in found.free()
        if _header(column) and _holds_names(found, column)
    ]
    ranked.sort(key=lambda pair: (-round(pair[0], 2), pair[1].position))
    columns = [column for _, column in ranked]
    for column in columns[:1]:
        found.take("nom", [plain(found.profile, column)], [column])
    found.candidates += [
        Candidate.plain("nom", column, column.share("texte"))
        for column in columns[1 : 1 + _OTHERS]
        if column.filled > 0.3
    ]


def _header(column: Column) -> float:
    """How much the header says that this is a name, from 0 to 1."""
    return max(weight * match(column.name, pattern, NAME_UNLESS) for pattern, weight in NAME_CLUES)


def _holds_names(found: Guess, column: Column) -> bool:
    if column.share("texte") < 0.7 or found.profile.varied(column) < 0.3:
        return False
    return column.share(*_NO_NAMES) < 0.2 and column.length < 100


def _score(found: Guess, column: Column) -> float:
    return 2 * _header(column) + column.filled + 0.3 * found.profile.varied(column)
