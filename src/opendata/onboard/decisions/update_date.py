"""The date of update."""

from opendata.onboard.clues import CLUES
from opendata.onboard.decisions.by_clue import candidate, rank
from opendata.onboard.headers import match
from opendata.onboard.proposal import Guess
from opendata.onboard.rules import plain


def decide(found: Guess) -> None:
    """The surest column; one that says only "date" when none speaks of an update."""
    clue = CLUES["date_maj"]
    sure, possible = rank(found, clue)
    of_update = clue.words.removesuffix("|date")
    precise = [column for column in sure if match(column.name, of_update, clue.unless)]
    for column in (precise or sure)[:1]:
        rule = plain(found.profile, column)
        if column.date_format:
            rule["format"] = column.date_format
        found.take(clue.field, [rule], [column])
    rest = [column for column in sure if column.name not in found.used]
    found.candidates += [candidate(clue, column) for column in rest] + possible
