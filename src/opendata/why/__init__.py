"""Everything known about one published place, or one row of a source (``opendata why``).

The release says what is published, the crosswalk from which rows; their harvests hold what
each source wrote, and the ledgers what became of every value on the way.
"""

from typing import Any

from opendata.catalog.corrections import parse_target
from opendata.paths import Paths
from opendata.why.history import told, value_words
from opendata.why.merges import MERGED
from opendata.why.place import explain_place
from opendata.why.row import explain_row
from opendata.why.values import notable

__all__ = ["MERGED", "explain", "notable", "told", "value_words"]


def explain(asked: str, paths: Paths, dataset_id: str | None = None) -> dict[str, Any]:
    """What is known of the id of a place, or of a source row (``source:key``, ``source#line``).

    A row that is in a place is told with its place; one that is in none has the key
    ``datasets`` in place of ``place``: why not, per dataset. Raises UsageError for what no
    release and no copy holds.
    """
    row = parse_target(asked)
    if row is not None:
        return explain_row(asked, *row, paths, dataset_id)
    return explain_place(asked, paths, dataset_id)
