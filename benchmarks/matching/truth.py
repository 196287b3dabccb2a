"""Truth that files share: identifiers that two of them kept, which the matcher never looks at.

The permanences of the digital counsellors are in data.inclusion under their own ids, often in
another state; the portal of Maine-et-Loire keeps the ids of the département's file.
"""

import numpy as np
import pandas as pd

from opendata.identity.match import Matches

from . import peer

#: Two sources, and the name the report gives them.
SHARED = (
    ("conseillers-numeriques", "data-inclusion", "counsellors and data.inclusion"),
    ("maine-et-loire", "maine-et-loire-ods", "the two forms of Maine-et-Loire"),
)


def shared_pairs(rows: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Row numbers a and b of two sources whose identifier is the same."""
    a = rows[rows["source_id"] == one][["id"]].reset_index(names="a")
    b = rows[rows["source_id"] == other][["id"]].reset_index(names="b")
    # data.inclusion writes the collection before the collection's own id.
    b["id"] = b["id"].str.rpartition(":")[2]
    return a.merge(b, on="id").drop_duplicates("a").drop_duplicates("b")


def report(rows: pd.DataFrame, matches: Matches, seconds: float, *, splink: bool) -> str:
    """Recall on shared identifiers, and rows of the two sources joined under other ids."""
    lines = [
        "\n## Identifiers that two files share\n",
        f"Dataset `france`: {len(rows)} rows in {matches.groups.nunique()} places, "
        f"{len(matches.review)} pairs to review, {seconds:.0f} s. Found: shared ids whose two rows "
        "are in one place. *Joined with another id*: rows of the first file that are in one place "
        "with a row of the second of another id, and not with their own: the wrong place, or a "
        "place that the files list twice.\n",
        "| files | shared ids | method | found | joined with another id |",
        "|---|---|---|---|---|",
    ]
    methods = {"ours": matches.groups.to_numpy()}
    for method in (peer.FIRST, peer.LATEST):
        methods[f"peer, {method.name}"] = peer.find_groups_fast(rows, method)
    if splink:
        methods["Splink"] = _splink_groups(rows)
    for one, other, name in SHARED:
        pairs = shared_pairs(rows, one, other)
        for label, groups in methods.items():
            together = groups[pairs["a"]] == groups[pairs["b"]]
            others = _with_another(rows, groups, pairs, other)
            lines.append(
                f"| {name} | {len(pairs)} | {label} | {together.sum()} "
                f"({100 * together.mean():.1f} %) | {others} |"
            )
    return "\n".join(lines) + "\n"


def _with_another(rows: pd.DataFrame, groups: np.ndarray, pairs: pd.DataFrame, other: str) -> int:
    of_other = set(groups[(rows["source_id"] == other).to_numpy()].tolist())
    mine, theirs = groups[pairs["a"]], groups[pairs["b"]]
    return sum(
        a != b and a in of_other for a, b in zip(mine.tolist(), theirs.tolist(), strict=True)
    )


def _splink_groups(rows: pd.DataFrame) -> np.ndarray:
    from opendata.identity.groups import components

    from .splink_model import SAME, splink_predict

    pairs, _ = splink_predict(rows)
    likely = pairs[pairs["probability"] >= SAME]
    return components(len(rows), likely["a"].to_numpy("int64"), likely["b"].to_numpy("int64"))
