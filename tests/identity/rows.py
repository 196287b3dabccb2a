"""Rows as the matcher takes them: made-up places in real communes."""

from typing import Any

import pandas as pd

from opendata.schema import fields

#: Town -> code, postcode, latitude and longitude of its centre.
TOWNS = {
    "Blois": ("41018", "41000", 47.5861, 1.3359),
    "Orléans": ("45234", "45000", 47.9025, 1.9090),
    "Tours": ("37261", "37000", 47.3941, 0.6848),
    "Bourges": ("18033", "18000", 47.0810, 2.3988),
    "Vierzon": ("18279", "18100", 47.2225, 2.0686),
    "Chartres": ("28085", "28000", 48.4469, 1.4892),
}
#: One degree of latitude, in metres.
DEGREE = 111_195.0


def row(nom: str, adresse: str = "", ville: str = "Blois", **more: Any) -> dict[str, Any]:
    """One row, of source « a » unless ``source`` says another.

    ``north`` puts its point that many metres north of the town's centre, found by ``precision``
    (« numero » by default); without it the row has no point. Other names are published fields.
    """
    code, postcode, latitude, longitude = TOWNS[ville]
    point = more.pop("north", None)
    precision = more.pop("precision", "aucune" if point is None else "numero")
    return {
        "source_id": more.pop("source", "a"),
        "id": more.pop("cle", ""),
        "nom": nom,
        "adresse": adresse,
        "commune": ville,
        "code_insee": code,
        "ville": code,
        "code_postal": postcode,
        "latitude": float("nan") if point is None else latitude + point / DEGREE,
        "longitude": float("nan") if point is None else longitude,
        "geo_precision": precision,
        **more,
    }


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    """The rows with every field that sources fill; keys are counted where none is given."""
    made = pd.DataFrame(list(rows))
    made["id"] = made["id"].mask(made["id"] == "", pd.Series(range(1, len(made) + 1)).astype("str"))
    for name, field in fields().items():
        number = field.type in ("number", "integer")
        if field.filled_by == "identity":
            continue
        if name not in made:
            made[name] = float("nan") if number else ""
        elif not number:
            made[name] = made[name].fillna("").astype("str")
    made["ligne"] = range(2, len(made) + 2)
    return made
