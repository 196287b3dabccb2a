"""What the service sent: read strictly, then accepted or refused line by line."""

import csv
import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from opendata.language import Text

SameCommune = Callable[[pd.Series, pd.Series], pd.Series]

#: Without these nothing can be judged. The others are read where they are there.
_NEEDED = ("latitude", "longitude", "result_score", "result_type", "result_citycode")
#: Asked of the service in this order; the status comes last and so tells a cut last line.
RESULT_COLUMNS = (
    *_NEEDED,
    *("result_label", "result_id", "result_housenumber", "result_name", "result_street"),
    "result_status",
)

_PRECISIONS = {
    "housenumber": "numero",
    "street": "voie",
    "locality": "lieu-dit",
    "municipality": "commune",
}

#: ``result_status`` of the Géoplateforme; addok has none. "ok" only says that something was
#: found, whatever it is worth; the last two are faults of the service, not answers.
_SILENT = ("not-found", "skipped")
_FAILED = ("error", "aborted")
_STATUSES = ("ok", *_SILENT, *_FAILED)
#: Our own: the line came twice and did not say the same.
_CONTRADICTED = "contradictory"

NOT_FOUND = "introuvable"
_LOW = "score_trop_bas"
_ELSEWHERE = "autre_commune"
_UNREADABLE = "reponse_illisible"

_INSEE = r"[0-9][0-9AB][0-9]{3}"

CUT = Text("sa réponse est coupée ou mal formée", "its answer is cut or malformed")
_NO_TABLE = Text(
    "sa réponse n'est pas le tableau CSV attendu", "its answer is not the CSV table expected"
)


class NoAnswerError(Exception):
    """The service sent nothing that can be used; ``reason`` is the end of a sentence.

    ``may_pass`` when asking again may help; ``wait_s`` is the wait the server asked for, and
    ``busy`` says that it counts requests.
    """

    def __init__(
        self, reason: Text, *, may_pass: bool, wait_s: float | None = None, busy: bool = False
    ) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.may_pass = may_pass
        self.wait_s = wait_s
        self.busy = busy


class Reading(NamedTuple):
    """``records``: index ligne, columns :data:`RESULT_COLUMNS`, text; only complete and
    well-formed ones, of lines asked. ``whole``: nothing of the answer had to be left out."""

    records: pd.DataFrame
    whole: bool


# --- reading --------------------------------------------------------------------------------


def no_records() -> pd.DataFrame:
    """A table of records without a line."""
    empty = pd.DataFrame(columns=list(RESULT_COLUMNS), dtype="str")
    return empty.set_axis(pd.Index([], dtype="str", name="ligne"))


def read_answer(body: bytes, asked: pd.Index, *, cut: bool = False) -> Reading:
    """The records of an answer about the lines ``asked``.

    ``cut`` when the network says that bytes are missing. Raises NoAnswerError when the body is
    no table of ours: an error page, a missing column.
    """
    text, sound = _decoded(body)
    header, delimiter = _header(text, cut)
    rows, complete = _rows(text, header, delimiter)
    if not sound:
        rows = [row for row in rows if not any("\ufffd" in cell for cell in row)]
    places = {name: header.index(name) for name in ("ligne", *RESULT_COLUMNS) if name in header}
    cells = {name: [row[place] for row in rows] for name, place in places.items()}
    table = pd.DataFrame(cells, columns=["ligne", *RESULT_COLUMNS], dtype="str").fillna("")
    table = table.apply(lambda column: column.str.strip())
    told = table["ligne"].isin(asked) & ~table["result_status"].isin(_FAILED)
    return Reading(_per_line(table[told]), whole=complete and sound and not cut)


def _decoded(body: bytes) -> tuple[str, bool]:
    """The text, and whether it was UTF-8; where it was not, it holds replacement characters."""
    try:
        return body.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return body.decode("utf-8-sig", errors="replace"), False


def _header(text: str, cut: bool) -> tuple[list[str], str]:
    """The columns and the delimiter, which addok-csv chooses after its own guess."""
    delimiter, cells = next(
        ((mark, cells) for mark in ",;\t|" if "ligne" in (cells := _first_row(text, mark))),
        ("", []),
    )
    if len(cells) < 2:
        raise NoAnswerError(_NO_TABLE, may_pass=True)
    missing = [name for name in _NEEDED if name not in cells]
    if missing:
        names = ", ".join(missing)
        reason = Text(f"sa réponse n'a pas de colonne {names}", f"its answer has no column {names}")
        raise NoAnswerError(reason, may_pass=cut or "\n" not in text)
    return cells, delimiter


def _first_row(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _rows(text: str, header: list[str], delimiter: str) -> tuple[list[list[str]], bool]:
    """The well-formed records, and whether there were only such.

    A record is complete when an end of line says so, or a known status in its last cell: "o"
    may be the beginning of "ok", and a code cut by a digit is another commune's.
    """
    rows: list[list[str]] = []
    complete = True
    try:
        # What was read before an error stays in the list.
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        complete = False
    else:
        ended = text.endswith(("\n", "\r"))
        closed = header[-1] == "result_status" and rows[-1][-1:] and rows[-1][-1] in _STATUSES
        if not (ended or closed):
            rows.pop()
            complete = False
    records = [row for row in rows[1:] if row]
    formed = [row for row in records if len(row) == len(header)]
    return formed, complete and len(formed) == len(records)


def _per_line(table: pd.DataFrame) -> pd.DataFrame:
    """One record per ligne; where it came twice with different content, a marked one."""
    table = table.drop_duplicates()
    twice = table["ligne"].duplicated(keep=False)
    table = table.assign(result_status=table["result_status"].mask(twice, _CONTRADICTED))
    return table.drop_duplicates("ligne").set_index("ligne")


# --- judging --------------------------------------------------------------------------------


def judged(
    records: pd.DataFrame, ours: pd.Series, min_score: float, same_commune: SameCommune
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records that are accepted and those refused, as ``Answers`` describes them.

    ``ours``: our INSEE code by ligne. A record is accepted when it can be read, is better than
    the commune's centre, has at least ``min_score`` and lies in our commune.
    """
    score = _number(records["result_score"])
    latitude, longitude = _number(records["latitude"]), _number(records["longitude"])
    precision = records["result_type"].map(_PRECISIONS).fillna("").astype("str")
    told = (records[["latitude", "longitude", "result_score", "result_type"]] != "").any(axis=1)
    readable = (
        records["result_status"].isin(("", "ok"))
        & score.between(0, 1)
        & (precision != "")
        & latitude.between(-90, 90)
        & longitude.between(-180, 180)
        & ~((latitude == 0) & (longitude == 0))
        & records["result_citycode"].str.fullmatch(_INSEE)
    )
    contradicted = records["result_status"] == _CONTRADICTED
    silent = (records["result_status"].isin(_SILENT) | ~told) & ~contradicted
    reason = pd.Series("", index=records.index, dtype="str")
    reason = reason.mask(score < min_score, _LOW)
    # Its centre is no better than the one we have of the commune.
    reason = reason.mask(precision == "commune", NOT_FOUND)
    reason = reason.mask(~readable, _UNREADABLE).mask(silent, NOT_FOUND)
    kept = reason == ""
    if kept.any():
        theirs = records.loc[kept, "result_citycode"]
        same = same_commune(ours.reindex(theirs.index), theirs)
        elsewhere = pd.Series(~same.to_numpy(dtype=bool), index=theirs.index)
        reason[elsewhere.index[elsewhere]] = _ELSEWHERE
    answers = pd.DataFrame(
        {
            "longitude": longitude,
            "latitude": latitude,
            "precision": precision,
            "score": score,
            "label": records["result_label"],
            "voie": _streets(records),
            "numero": records["result_housenumber"].where(precision == "numero", ""),
            "code_insee": records["result_citycode"],
            "ban_id": records["result_id"],
        }
    )
    refused = answers[["score", "label"]].copy()
    refused.insert(0, "reason", reason)
    return answers[reason == ""], refused[reason != ""]


def _number(values: pd.Series) -> pd.Series:
    """The cells as finite numbers; NaN for what is none (nan, inf, 0,9)."""
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    return numbers.replace([np.inf, -np.inf], np.nan)


def _streets(records: pd.DataFrame) -> pd.Series:
    """The street or hamlet. The Géoplateforme names the street apart and puts the number before
    the name; addok leaves the street empty and the name bare."""
    numbers, names = records["result_housenumber"], records["result_name"]
    bare = [
        name.removeprefix(f"{number} ") if number else name
        for number, name in zip(numbers, names, strict=True)
    ]
    street = records["result_street"]
    return street.mask(street == "", pd.Series(bare, index=records.index, dtype="str"))
