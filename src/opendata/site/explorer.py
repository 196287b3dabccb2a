"""The places of a dataset as the map, the filters and the table of its page read them.

One script file beside the page, so that it also works from a disk, where a page may not fetch
anything. It is columns, not rows, and every text that comes back (a commune, opening hours, a
list of categories) is written once: 28,000 places are 4 MB before compression.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from opendata.schema import SEPARATOR, labels_of
from opendata.site import labels, links
from opendata.site.data_script import data_script, script_json
from opendata.site.sketch import polygons_of

__all__ = ["explorer_script", "in_order", "points_of", "tiles_host"]

#: Points are given in units of 10⁻⁵ degree (1.1 m): a map shows no more.
_UNITS = 100_000
_DECIMALS = 4  # of outlines: 11 m, less than the width of the line
_NEARLY = 0.95
_ACCENTS = re.compile("[\u0300-\u036f]")


def in_order(places: pd.DataFrame) -> pd.DataFrame:
    """The places by commune, then name, as a reader of French looks for them."""
    keys = pd.DataFrame({name: _folded(places[name]) for name in ("commune", "nom")})
    keys["departement"] = places["code_departement"]
    keys["lieu_id"] = places["lieu_id"]
    order = keys.sort_values(["commune", "departement", "nom", "lieu_id"], kind="stable").index
    ordered: pd.DataFrame = places.loc[order]
    return ordered


def explorer_script(
    places: pd.DataFrame,
    outlines: Mapping[str, Any] | None = None,
    tiles: Mapping[str, Any] | None = None,
    titles: Mapping[str, str] | None = None,
    ended: Mapping[str, str] | None = None,
) -> str:
    """The text of the script that hands the places to ``assets/explorer.js``.

    ``places`` is the published table ``lieux`` (text). ``outlines`` is a GeoJSON
    FeatureCollection in longitude and latitude whose features are départements with their
    ``code`` and ``nom``, left out unless nearly all places stand in one;
    ``tiles`` is ``{"url": "https://…/{z}/{x}/{y}.png", "attribution": text}``; ``titles``
    gives the title of a source by its id, ``ended`` the id of the place that took over from one
    that is gone. Each of the four may be missing.
    """
    rows = in_order(places).reset_index(drop=True)
    shapes = _outlines(outlines)
    content: dict[str, Any] = {
        "ids": rows["lieu_id"].tolist(),
        "noms": rows["nom"].tolist(),
        "adresses": rows["adresse"].tolist(),
        "telephones": rows["telephone"].tolist(),
        "latitudes": _degrees(rows["latitude"]),
        "longitudes": _degrees(rows["longitude"]),
        **_communes(rows),
        **_factored(rows["code_postal"], "codePostal", "codesPostaux", str),
        **_factored(rows["categories"], "categorie", "listesCategories", _list_of(rows)),
        **_factored(rows["sources"], "source", "sources", _sources(titles or {})),
        **_factored(rows["horaires"], "horaire", "horaires", _hours),
        **_factored(rows["site_web"], "site", "sites", _sites),
        **_precisions(rows["geo_precision"]),
        "contours": shapes if _complete(shapes, rows["code_departement"]) else None,
        "tuiles": _tiles(tiles),
        "finis": dict(ended or {}),
    }
    content["categories"] = _categories(rows["categories"])
    return data_script("lieux", script_json(content))


def points_of(places: pd.DataFrame) -> list[tuple[float, float]]:
    """Latitude and longitude (degrees) of the places that have a point."""
    axes = places[["latitude", "longitude"]].apply(pd.to_numeric, errors="coerce").dropna()
    return list(zip(axes["latitude"].tolist(), axes["longitude"].tolist(), strict=True))


def tiles_host(tiles: Mapping[str, Any] | None) -> str:
    """Where the tiles come from, as a content security policy names it; "" without tiles."""
    told = _tiles(tiles)
    if told is None:
        return ""
    parts = urlsplit(told["url"])
    # {s} stands for a letter: https://{s}.tile.example is https://*.tile.example
    host = re.sub(r"^\{s\}", "*", parts.netloc)
    return f"{parts.scheme}://{host}" if re.fullmatch(r"(\*\.)?[\w.\-]+(:\d+)?", host) else ""


def _factored(
    values: pd.Series, row_name: str, list_name: str, made: Callable[[str], Any]
) -> dict[str, Any]:
    """A column as the number of its value per row, and the distinct values, each made once."""
    numbers, distinct = pd.factorize(values)
    return {row_name: numbers.tolist(), list_name: [made(str(value)) for value in distinct]}


def _communes(rows: pd.DataFrame) -> dict[str, Any]:
    """Communes by their code, in the order of the table, and their départements.

    A row without a code has the commune of its name.
    """
    code = rows["code_insee"].mask(rows["code_insee"] == "", rows["commune"])
    numbers, _ = pd.factorize(code)
    first = ~pd.Series(numbers).duplicated()
    known = rows[first.to_numpy()]
    departement, codes = pd.factorize(known["code_departement"], sort=True)
    names = dict(zip(rows["code_departement"], rows["departement"], strict=True))
    return {
        "commune": numbers.tolist(),
        "communes": [
            [insee, name, int(number)]
            for insee, name, number in zip(
                code[first.to_numpy()], known["commune"], departement, strict=True
            )
        ],
        "departements": [[str(one), names[one] or str(one)] for one in codes],
    }


def _categories(values: pd.Series) -> list[list[str]]:
    """Code and words of the categories there are, in the order of the closed list."""
    known = labels_of("categories")
    used = {code for value in values.unique() for code in str(value).split(SEPARATOR) if code}
    ordered = [code for code in known if code in used] + sorted(used - set(known))
    return [[code, *labels.label(known, code)] for code in ordered]


def _list_of(rows: pd.DataFrame) -> Callable[[str], list[int]]:
    numbers = {line[0]: number for number, line in enumerate(_categories(rows["categories"]))}
    return lambda value: [numbers[code] for code in value.split(SEPARATOR) if code]


def _sources(titles: Mapping[str, str]) -> Callable[[str], list[str]]:
    return lambda value: [str(titles.get(s) or s) for s in value.split(SEPARATOR) if s]


def _hours(value: str) -> list[str]:
    """Opening hours in French and in English, a line per rule."""
    lines = [links.hours_shown(part.strip()) for part in value.split(";") if part.strip()]
    return ["\n".join(line.fr for line in lines), "\n".join(line.en for line in lines)]


def _sites(value: str) -> list[str]:
    """The web addresses that may be linked; anything else is left out."""
    return [url for url in map(links.web_url, value.split(SEPARATOR)) if url]


def _precisions(values: pd.Series) -> dict[str, Any]:
    """Precision of each point as its number in the legend, best first."""
    stated = values.mask(values == "", "aucune")
    others = sorted(set(stated) - set(labels.PRECISIONS))
    codes = [*labels.PRECISIONS, *others]
    numbers = {code: number for number, code in enumerate(codes)}
    return {
        "precision": stated.map(numbers).tolist(),
        "precisions": [
            [
                code,
                *labels.label(labels.PRECISIONS, code),
                *labels.PRECISION_MEANINGS.get(code, ("", "")),
            ]
            for code in codes
        ],
    }


def _degrees(values: pd.Series) -> list[int | None]:
    numbers = pd.to_numeric(values, errors="coerce").mul(_UNITS).round()
    within = numbers.abs() <= 180 * _UNITS
    return [int(one) if known else None for one, known in zip(numbers, within, strict=True)]


def _folded(values: pd.Series) -> pd.Series:
    plain = values.str.normalize("NFD").str.replace(_ACCENTS, "", regex=True)
    folded: pd.Series = plain.str.lower().str.replace(r"[’'\-]", " ", regex=True)
    return folded


def _outlines(collection: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same collection with what the map uses, coordinates cut to what can be seen.

    Holes are left out: what lies in one is another feature, or a gap between two outlines.
    """
    features = [
        {
            "type": "Feature",
            "properties": {
                name: str((feature.get("properties") or {}).get(name) or "")
                for name in ("code", "nom")
            },
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [_cut(polygon[0])] for polygon in polygons_of(feature["geometry"]) if polygon
                ],
            },
        }
        for feature in (collection or {}).get("features") or []
        if feature.get("geometry")
    ]
    return {"type": "FeatureCollection", "features": features} if features else None


def _complete(shapes: Mapping[str, Any] | None, departements: pd.Series) -> bool:
    """Whether nearly all places stand in an outline: half a country on a map looks broken."""
    codes = [feature["properties"]["code"] for feature in (shapes or {}).get("features", [])]
    return bool(codes) and bool(departements.isin(codes).mean() > _NEARLY)


def _cut(ring: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[round(float(x), _DECIMALS), round(float(y), _DECIMALS)] for x, y, *_ in ring]


def _tiles(tiles: Mapping[str, Any] | None) -> dict[str, str] | None:
    url = links.web_url((tiles or {}).get("url"))
    return {"url": url, "attribution": str((tiles or {}).get("attribution") or "")} if url else None
