"""Descriptions: sentences that nothing else claims."""

import re

from opendata.onboard.headers import match, says
from opendata.onboard.persons import is_personal
from opendata.onboard.profile import Column
from opendata.onboard.proposal import Guess
from opendata.onboard.recognise import LIST_PREFIX
from opendata.onboard.rules import plain, side_by_side

_HEADERS = (
    r"descriptions?|descriptif|presentations?|commentaires?|comments?|remarques?|observations?|"
    r"informations?|infos?|precisions?|details?|notes?|projets?|activites?|materiels?|equipements?|"
    r"transports?|offres?|desc|missions?|services?|resume|fermetures?|conditions?|acces"
)
#: Headers of nothing but sentences.
_PLAINLY = r"descriptions?|descriptif|presentations?|commentaires?|remarques?|observations?"
_UNLESS = r"licences?|licenses?|confidentialite|rgpd|politique|photo|image|fixme|source|shape|tel"
_SUMMARY = r"resume|summary|accroche|court|chapo"
_NO_SENTENCES = (
    "url", "courriel", "horaires_semaine", "horaires_osm", "date", "nombre", "drapeau",
)  # fmt: skip
#: JSON, XML and paths.
_CODE = re.compile(r"[\[{<]|/")
#: Columns put together in presentation_detail, at most.
_MOST_COLUMNS = 6
_FEWEST_ROWS = 3
#: Characters beyond which a longer text says no more.
_LONG = 300


def decide(found: Guess) -> None:
    """A summary where a header says it is one; the rest, best first, makes the description."""
    prose = [column for column in found.free() if _is_prose(found, column)]
    prose.sort(key=lambda column: (-_score(column), column.position))
    summary = [column for column in prose if says(column.name, _SUMMARY)][:1]
    if summary:
        found.take("presentation_resume", [plain(found.profile, summary[0])], summary)
    others = [column for column in prose if column not in summary][:_MOST_COLUMNS]
    detail = sorted(others, key=lambda column: column.position)
    if detail:
        found.take("presentation_detail", [side_by_side(found.profile, detail, " — ")], detail)


def _score(column: Column) -> float:
    length = min(column.length, _LONG) / _LONG
    return 2 * match(column.name, _HEADERS) + length + column.filled


def _is_prose(found: Guess, column: Column) -> bool:
    """Whether a column holds sentences; without a header that says so, more is asked of it."""
    if says(column.name, _UNLESS) or is_personal(column) or _is_data(column):
        return False
    least_length, least_varied = (20, 0.2) if match(column.name, _HEADERS) else (60, 0.4)
    if match(column.name, _PLAINLY) == 1:
        # Sentences that many places share are sentences still.
        least_varied = 0.0
    return (
        column.length >= least_length
        and found.profile.varied(column) >= least_varied
        and found.profile.filled_rows(column) >= _FEWEST_ROWS
    )


def _is_data(column: Column) -> bool:
    """Whether a column of long texts holds something other than sentences."""
    lists = (kind for kind in column.kinds if kind.startswith(LIST_PREFIX))
    if column.share(*_NO_SENTENCES, *lists) > 0.4 or column.share("texte") < 0.7:
        return True
    coded = sum(count for value, count in column.counts.items() if _CODE.match(value))
    return coded > 0.4 * sum(column.counts.values())
