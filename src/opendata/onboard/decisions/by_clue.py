"""Fields whose columns are told by a clue: some words in the header, some kind of values."""

from typing import NamedTuple

from opendata.onboard.clues import Clue
from opendata.onboard.headers import match, says
from opendata.onboard.profile import Column, Profile
from opendata.onboard.proposal import Candidate, Guess
from opendata.onboard.recognise import accepted
from opendata.onboard.rules import TomlRule, first_of, plain, side_by_side
from opendata.schema import fields, fold

_SOCIAL = r"facebook|twitter|instagram|linkedin|youtube|mastodon"
#: What an address looks like in a column that holds bare handles (« @lieu ») as well.
_ADDRESS_ONLY = r"(?:https?://|www\.)\S+"
#: Fields of one value that several columns may give: the first that has one is taken.
_FIRST_OF_ANY = ("telephone", "pivot", "structure_parente")
_TELEPHONE = "telephone"
_MOBILE = r"mobile|portable|gsm"
_MOST_COLUMNS = 4
#: Fields of one value whose other columns serve only where they agree with the best one.
_FIRST_OF_AGREEING = ("code_insee", "code_postal", "commune")
#: Fields of free words: columns that plainly hold something else are not theirs.
_WORDS = ("structure_parente", "complement_adresse")
_OTHER_THAN_WORDS = ("url", "courriel", "telephone", "drapeau", "horaires_semaine")
#: A source is named in nearly every row, and there are few of them.
_MOST_SOURCES = 50
#: Contacts: a header of nothing else (« Mél », « Site ») is believed with half the values, since
#: few rows may have one, and « en cours » or « voir la mairie » stand in the others.
_PLAINLY_SAID = ("courriels", "site_web")


class Ranked(NamedTuple):
    """The columns that surely fill a field, best first, and those that may."""

    sure: list[Column]
    possible: list[Candidate]


class _Scored(NamedTuple):
    score: float
    column: Column


def decide(found: Guess, clue: Clue) -> None:
    """Give the clue's field its columns, and propose those that were not taken."""
    sure, possible = rank(found, clue)
    if sure:
        columns = _columns(found, clue, sure)
        found.take(clue.field, _rules(found.profile, clue, columns), columns)
        found.candidates += [candidate(clue, one) for one in sure if one not in columns]
    found.candidates += possible


def rank(found: Guess, clue: Clue) -> Ranked:
    """Weigh the free columns: a header that speaks of the field first, then the values alone."""
    told: list[_Scored] = []
    untold: list[_Scored] = []
    possible: list[Candidate] = []
    for column in found.free():
        share = column.share(*clue.kinds)
        header = match(column.name, clue.words, clue.unless)
        scored = _Scored(2 * header + share + 0.5 * column.filled, column)
        if header and share >= _need(clue, header) and _fits(clue, column):
            told.append(scored)
        elif says(column.name, clue.unless):
            continue
        elif share >= clue.alone:
            untold.append(scored)
        elif (header and share > 0.1) or (clue.alone <= 1 and share >= 0.7):
            possible.append(candidate(clue, column))
    by_values = _best_first(untold)
    if told and not (fields()[clue.field].multiple or clue.field == _TELEPHONE):
        possible += [candidate(clue, column) for column in by_values]
        by_values = []
    sure = _best_first(told) + by_values
    if clue.field == _TELEPHONE:
        # A mobile is often a person's: it serves where a place has nothing else.
        sure.sort(key=lambda column: says(column.name, _MOBILE))
    return Ranked(sure, possible)


def _need(clue: Clue, header: float) -> float:
    """The share of values that must be of the field's kind, given what the header says."""
    return clue.need / 2 if header == 1 and clue.field in _PLAINLY_SAID else clue.need


def _best_first(scored: list[_Scored]) -> list[Column]:
    ordered = sorted(scored, key=lambda one: (-one.score, one.column.position))
    return [column for _, column in ordered]


def candidate(clue: Clue, column: Column) -> Candidate:
    """The column as it is, for the field of the clue."""
    return Candidate.plain(clue.field, column, column.share(*clue.kinds))


def _fits(clue: Clue, column: Column) -> bool:
    """What a field asks of a column beyond the kind of its values."""
    if clue.field == "source":
        return column.filled > 0.9 and column.distinct <= _MOST_SOURCES
    if clue.field in _WORDS:
        return column.share(*_OTHER_THAN_WORDS) < 0.3 and column.length < 100
    return True


def _columns(found: Guess, clue: Clue, sure: list[Column]) -> list[Column]:
    """Which of the sure columns the field takes, in the order of its rules."""
    if clue.field == "complement_adresse":
        return sorted(sure, key=lambda column: column.position)
    if clue.field == "site_web" or fields()[clue.field].multiple:
        return sure
    if clue.field in _FIRST_OF_ANY:
        return sure[:_MOST_COLUMNS]
    best, others = sure[0], sure[1:]
    if clue.field in _FIRST_OF_AGREEING:
        return [best, *(other for other in others if _completes(found, clue, best, other))]
    return [best]


def _rules(profile: Profile, clue: Clue, columns: list[Column]) -> list[TomlRule]:
    if clue.field == "complement_adresse":
        return [side_by_side(profile, columns, ", ")]
    if clue.field == "site_web":
        return [_website(profile, column) for column in columns]
    if fields()[clue.field].multiple:
        return [plain(profile, column) for column in columns]
    return [first_of(profile, columns)]


def _completes(found: Guess, clue: Clue, best: Column, other: Column) -> bool:
    """Whether a second column agrees with the first where both speak, and fills its holes."""
    table, kind = found.profile.table, clue.kinds[0]
    here, there = accepted(table[best.name], kind), accepted(table[other.name], kind)
    both = here & there
    if not (there & ~here).any():
        return False
    same = table.loc[both, best.name].map(fold) == table.loc[both, other.name].map(fold)
    return not both.any() or bool(same.mean() >= 0.5)


def _website(profile: Profile, column: Column) -> TomlRule:
    rule = plain(profile, column)
    # Social networks hold bare handles as often as addresses; only addresses are taken.
    if says(column.name, _SOCIAL) and column.share("adresse_web_entiere") < 1:
        return {**rule, "regex": _ADDRESS_ONLY}
    return rule
