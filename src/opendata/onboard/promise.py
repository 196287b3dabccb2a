"""What a drafted source promises of its file: required columns, rows, territory."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from opendata.normalise.postcode import clean as clean_postcode
from opendata.onboard.proposal import Guess
from opendata.onboard.rules import reads

#: A source promises this share of the rows it has today.
PROMISED_ROWS = 0.8
#: A territory is named when this share of the postcodes lie in it.
_IN_TERRITORY = 0.95
#: Fields whose columns a file must keep to be the one that was drafted from.
_ESSENTIAL = (
    "id", "nom", "adresse", "code_postal", "code_insee", "commune", "latitude", "longitude",
)  # fmt: skip


def contract(found: Guess) -> dict[str, Any]:
    """The table [contract]: ``required_columns``, ``min_rows``, ``key``."""
    return {
        "required_columns": _required(found),
        "min_rows": max(1, int(found.profile.rows * PROMISED_ROWS)),
        "key": list(found.key),
    }


def _required(found: Guess) -> list[str]:
    """The columns without which the file is not the one that was drafted from."""
    required: dict[str, None] = {}
    for field in _ESSENTIAL:
        rule = next(iter(found.mapping.get(field, [])), {})
        if rule and not rule.get("optional"):
            names = reads(rule)
            required |= dict.fromkeys(names[:1] if "first_of" in rule else names)
    return list(required | dict.fromkeys(found.key))


def territory(found: Guess) -> str:
    """``departement:45``, ``region:24``: where nearly all postcodes lie; else ``france``."""
    departements = _rows_by_departement(found)
    rows = sum(departements.values())
    regions: dict[str, int] = {}
    for code, count in departements.items():
        region = _regions().get(code, "")
        regions[region] = regions.get(region, 0) + count
    regions.pop("", None)
    for kind, counted in (("departement", departements), ("region", regions)):
        best = max(counted, key=lambda code: counted[code], default="")
        if best and counted[best] >= _IN_TERRITORY * rows:
            return f"{kind}:{best}"
    return "france"


def _rows_by_departement(found: Guess) -> dict[str, int]:
    """How many rows have a postcode of each département, by what the rules read."""
    counts: dict[str, int] = {}
    for value, rows in _postcodes(found).value_counts().items():
        code = clean_postcode(str(value)).value
        if code:
            departement = _departement(code)
            counts[departement] = counts.get(departement, 0) + int(rows)
    return counts


def _postcodes(found: Guess) -> pd.Series:
    """The cells that are not empty of the first rule for the postcode."""
    rule = next(iter(found.mapping.get("code_postal", [])), {})
    if not rule:
        return pd.Series(dtype="str")
    values = found.profile.table[reads(rule)[0]]
    if "regex" in rule:
        values = values.str.extract(rule["regex"], expand=False).fillna("")
    return values[values != ""]


def _departement(postcode: str) -> str:
    if postcode[:2] == "20":  # Corsica: 200 and 201 are the South
        return "2A" if postcode[:3] in ("200", "201") else "2B"
    return postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2]


@cache
def _regions() -> Mapping[str, str]:
    """Code of a département -> code of its region."""
    from opendata.geocode.gazetteer import load_reference
    from opendata.paths import paths_from_environment

    current = load_reference(paths_from_environment()).current
    pairs = current[["departement", "region"]].drop_duplicates()
    return dict(zip(pairs["departement"], pairs["region"], strict=True))
