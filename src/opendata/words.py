"""Looking for words in columns of text, fast.

A mapping asks the same columns dozens of questions (is « gratuit » in the description?). Each
distinct text is folded once, and each question is one compiled expression run over all of them.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from opendata.schema import fold

#: One boolean per row of a table.
Flags = npt.NDArray[np.bool_]


class Words:
    """The distinct texts of a table's columns, as written and folded."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table
        self._columns: dict[str, tuple[npt.NDArray[np.intp], pa.Array[Any], pa.Array[Any]]] = {}

    def holding(
        self,
        column: str,
        terms: Sequence[str],
        exceptions: Sequence[str] = (),
        *,
        contains: bool = False,
    ) -> Flags:
        """The rows whose text holds one of the terms and none of the exceptions.

        Whole words, whatever their case and accents: « EPN » is not in « dEPNnage », unless
        ``contains``. A term that is only a sign (« € ») has nothing to fold and is looked for
        as it is. Without terms, any text that is not empty.
        """
        codes, written, folded = self._distinct(column)
        wanted = (
            _found(written, folded, terms, contains)
            if terms
            else pc.not_equal(written, pa.scalar(""))
        )
        if exceptions:
            wanted = pc.and_not(wanted, _found(written, folded, exceptions, contains))
        found: Flags = wanted.to_numpy(zero_copy_only=False)[codes]
        return found

    def _distinct(
        self, column: str
    ) -> tuple[npt.NDArray[np.intp], "pa.Array[Any]", "pa.Array[Any]"]:
        if column not in self._columns:
            codes, texts = pd.factorize(self._table[column])
            written = pa.array(texts, type=pa.large_string())
            folded = pa.array([fold(text) for text in texts], type=pa.large_string())
            self._columns[column] = (codes, written, folded)
        return self._columns[column]


def _found(
    written: "pa.Array[Any]", folded: "pa.Array[Any]", terms: Sequence[str], contains: bool
) -> Any:
    words = sorted({fold(term) for term in terms} - {""}, key=len, reverse=True)
    found = pa.array(np.zeros(len(written), dtype=bool))
    if words:
        either = "|".join(map(re.escape, words))
        pattern = f"(?:{either})" if contains else rf"\b(?:{either})\b"
        found = pc.match_substring_regex(folded, pattern)
    for sign in (term for term in terms if term and not fold(term)):
        found = pc.or_(found, pc.match_substring(written, sign))
    return found
