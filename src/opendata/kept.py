"""Rows of a source that cannot be had at all, as the last release published them.

A source whose file fails today still has its last good copy. Where even that is gone (a home
moved without its raw files, a token never set), its places are not lost for it: the release
before tells what they were, and they stay until the source can be read again.
"""

from collections.abc import Mapping

import pandas as pd

from opendata.schema import fields
from opendata.tables import empty_text

#: What a release says of a place that no source says.
_MADE_HERE = ("lieu_id", "sources", "premiere_publication", "derniere_modification")


def kept_rows(source: str, before: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of ``source`` in a release, ready to be matched; without a line when none.

    ``before`` has the tables lieux and passerelle as text. A row that was merged says what its
    place said: nothing else of it was published.
    """
    own = before["passerelle"]
    own = own[own["source"] == source]
    rows = own[["cle", "lieu_id"]].merge(before["lieux"], on="lieu_id", how="inner")
    rows = rows.drop(columns=[*_MADE_HERE, "id"], errors="ignore").rename(columns={"cle": "id"})
    for name, field in fields().items():
        if name in rows and field.type in ("number", "integer"):
            rows[name] = pd.to_numeric(rows[name], errors="coerce")
    rows["refus"] = empty_text(rows.index)
    rows["corrected"] = False
    return rows.assign(source_id=source, ligne=0)
