"""The queries as the service is asked them: each once, cleaned, in files it accepts."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

#: The service's bounds are 50 MB and 200,000 lines; one line is the header.
MAX_BYTES = 49_000_000
MAX_ROWS = 199_999

#: addok refuses the whole file (413) when one query is longer (QUERY_MAX_LENGTH).
MAX_QUERY = 200
#: What of that the name of a commune may take; the longest of France has 45 letters.
_MAX_COMMUNE = 80

COLUMNS = ("ligne", "adresse", "commune", "code_postal", "citycode")
_HEADER = '"' + '","'.join(COLUMNS) + '"\n'

#: White space and what servers take for the end of a line, even between quotes.
_BLANKS = "[\\s\x00-\x1f\x7f-\x9f\u00a0\u2028\u2029]+"
#: The Géoplateforme skips a query that begins with anything but a letter or a digit.
_BEFORE = "^[^0-9A-Za-zÀ-ÿŒœ]+"


class Questions(NamedTuple):
    """``table``: the distinct questions, index "1", "2"… (their ``ligne``), columns adresse,
    commune, code_postal, citycode. ``rows``: for every query, the ligne that asks it, or ""
    when it has no address and there is nothing to ask."""

    table: pd.DataFrame
    rows: pd.Series


def questions(queries: pd.DataFrame) -> Questions:
    """The distinct (adresse, commune, code_insee) of ``queries``, numbered in their order."""
    commune = _clean(queries["commune"]).str.slice(0, _MAX_COMMUNE)
    table = pd.DataFrame(
        {
            "adresse": _cut(_clean(queries["adresse"]), commune),
            "commune": commune,
            "code_postal": _clean(queries["code_postal"]),
            "citycode": _clean(queries["code_insee"]),
        }
    )
    asked = table["adresse"] != ""
    numbers = table[asked].groupby(["adresse", "commune", "citycode"], sort=False).ngroup() + 1
    rows = pd.Series("", index=queries.index, dtype="str")
    rows[asked] = numbers.astype("str")
    distinct = table[asked].set_axis(rows[asked].to_numpy())
    return Questions(distinct[~distinct.index.duplicated()], rows)


def batches(table: pd.DataFrame, rows: int) -> Iterator[pd.DataFrame]:
    """``table`` in pieces of at most ``rows`` lines and :data:`MAX_BYTES`."""
    longest = max((len(line.encode()) for line in _lines(table)), default=1)
    rows = max(1, min(rows, MAX_ROWS, (MAX_BYTES - len(_HEADER)) // longest))
    for start in range(0, len(table), rows):
        yield table.iloc[start : start + rows]


def csv_of(batch: pd.DataFrame) -> bytes:
    """The file to send: UTF-8, comma, every cell quoted (or addok guesses its delimiter)."""
    return (_HEADER + "".join(_lines(batch))).encode()


def _lines(table: pd.DataFrame) -> list[str]:
    cells = table.reset_index(names="ligne")[list(COLUMNS)]
    quoted = ['"' + cells[name].str.replace('"', '""', regex=False) + '"' for name in COLUMNS]
    return [",".join(line) + "\n" for line in zip(*quoted, strict=True)]


def _clean(values: pd.Series) -> pd.Series:
    return values.str.replace(_BLANKS, " ", regex=True).str.strip()


def _cut(adresse: pd.Series, commune: pd.Series) -> pd.Series:
    adresse = adresse.str.replace(_BEFORE, "", regex=True)
    if not (adresse.str.len() + 1 + commune.str.len() > MAX_QUERY).any():
        return adresse
    room = np.maximum(MAX_QUERY - 1 - commune.str.len(), 0)
    cut = [text[:most] for text, most in zip(adresse, room, strict=True)]
    return pd.Series(cut, index=adresse.index, dtype="str").str.strip()
