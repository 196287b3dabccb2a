"""An answer of the State's API -> the communes of one département as one table."""

import json
from typing import Any

import pandas as pd
import pyarrow as pa

from opendata.errors import ReadError
from opendata.model import Snapshot

#: What makes a commune usable; the rest may lack (an EPCI on an island, a contour).
_REQUIRED = ("code", "nom", "codeDepartement", "codeRegion")
_TEXT = (
    *("code", "nom", "type", "parent", "departement", "region", "departement_nom"),
    *("region_nom", "epci", "epci_nom", "codes_postaux"),
)
_TYPES: dict[str, pa.DataType] = dict.fromkeys(_TEXT, pa.string()) | {
    "population": pa.int32(),
    "latitude": pa.float64(),
    "longitude": pa.float64(),
    "surface_ha": pa.float64(),
    "contour": pa.binary(),
}
SCHEMA = pa.schema(_TYPES)


def _content(snapshot: Snapshot) -> list[dict[str, Any]]:
    try:
        content = json.loads(snapshot.path.read_bytes())
    except ValueError as problem:
        raise _unlike(f"JSON illisible, {problem}", f"unreadable JSON, {problem}") from problem
    if not isinstance(content, list) or not content:
        raise _unlike("une liste non vide était attendue", "a list with entries was expected")
    return content


def _unlike(fr: str, en: str) -> ReadError:
    return ReadError(
        "reference_inattendue",
        fr=f"La réponse n'est pas celle d'une liste de communes ({fr}) : réessayez plus tard.",
        en=f"The answer is not a list of communes ({en}): try again later.",
    )


def names_in(snapshot: Snapshot) -> dict[str, str]:
    """SIREN -> name of every EPCI. Raises ReadError on a wrong shape."""
    try:
        return {str(entry["code"]): str(entry["nom"]) for entry in _content(snapshot)}
    except (KeyError, TypeError) as problem:
        raise _unlike("EPCI sans code ou nom", "EPCI without code or name") from problem


def communes_in(snapshot: Snapshot, departement: str, names: dict[str, str]) -> pa.Table:
    """The table of a département, in :data:`SCHEMA` and in the order of the codes.

    ``names`` is SIREN -> name of an EPCI. Raises ReadError on a wrong shape.
    """
    rows = []
    for entry in _content(snapshot):
        missing = [key for key in _REQUIRED if not (isinstance(entry, dict) and entry.get(key))]
        if missing:
            what = entry.get("code", "?") if isinstance(entry, dict) else "?"
            raise _unlike(
                f"la commune {what} n'a pas {', '.join(missing)}",
                f"commune {what} lacks {', '.join(missing)}",
            )
        if entry["codeDepartement"] != departement:
            raise _unlike(
                f"la commune {entry['code']} est du département {entry['codeDepartement']}",
                f"commune {entry['code']} is of département {entry['codeDepartement']}",
            )
        rows.append(_row(entry, names))
    table = pd.DataFrame(rows)
    if table["code"].duplicated().any():
        raise _unlike("une commune y est deux fois", "a commune is there twice")
    table = table.sort_values("code", ignore_index=True)
    columns = {name: table[name].tolist() for name in SCHEMA.names}
    columns["population"] = [None if pd.isna(n) else int(n) for n in columns["population"]]
    return pa.table(columns, schema=SCHEMA)


def _row(entry: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    code, epci = str(entry["code"]), str(entry.get("codeEpci") or "")
    try:
        longitude, latitude = _position(entry.get("centre"))
        contour = _wkb(entry.get("contour"))
        population, surface = _number(entry.get("population")), _number(entry.get("surface"))
        postcodes = "|".join(map(str, entry.get("codesPostaux") or []))
    except (TypeError, ValueError, KeyError) as problem:
        raise _unlike(f"commune {code}, {problem}", f"commune {code}, {problem}") from problem
    return {
        "code": code,
        "nom": str(entry["nom"]),
        "type": "commune",
        "parent": code,
        "departement": str(entry["codeDepartement"]),
        "region": str(entry["codeRegion"]),
        "departement_nom": "",
        "region_nom": "",
        "epci": epci,
        "epci_nom": names.get(epci, ""),
        "codes_postaux": postcodes,
        "population": None if population is None else int(population),
        "latitude": latitude,
        "longitude": longitude,
        "surface_ha": surface,
        "contour": contour,
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _position(centre: dict[str, Any] | None) -> tuple[float | None, float | None]:
    if not centre:
        return None, None
    longitude, latitude = (float(part) for part in centre["coordinates"][:2])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(f"centre {longitude}, {latitude}")
    return longitude, latitude


def _wkb(contour: dict[str, Any] | None) -> bytes | None:
    """The contour as WKB, made valid: some of the API's polygons touch themselves."""
    if not contour:
        return None
    import shapely

    try:
        shape = shapely.from_geojson(json.dumps(contour))
    except shapely.errors.GEOSException as problem:
        raise ValueError("contour") from problem
    west, south, east, north = shapely.bounds(shape)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(f"contour {west}, {south}, {east}, {north}")
    wkb: bytes = shapely.to_wkb(shape if shape.is_valid else shapely.make_valid(shape))
    return wkb
