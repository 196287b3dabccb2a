"""The figures and the outlines of the areas, as the script that the page of indicators loads."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from opendata.language import Text
from opendata.normalise.coordinates import MAINLAND
from opendata.schema import column_suffix, table_schema, vocabulary
from opendata.site.data_script import data_script, script_json
from opendata.site.measures import LEVELS, measures

if TYPE_CHECKING:
    import pandas as pd

#: A script above this (bytes) makes the page slow to open: the finest level is left out of it.
MAX_SCRIPT_BYTES = 4_000_000
#: Degrees of one step of the grid of the outlines: 0.0001, about 10 m.
GRID = 1e-4

#: What an area of each level lies in, shown beside its name.
_WITHIN = {"departements": "region", "epci": "codes_departements", "communes": "departement"}
#: The column of the communes that tells their area at each level.
_AREA_OF_COMMUNE = {"departements": "code_departement", "epci": "code_epci", "communes": "code"}
_MAINLAND_NAME = Text("Métropole", "Mainland France and Corsica")


@dataclass(frozen=True, slots=True)
class IndicatorsData:
    """The text of the data script, the levels in it and those too large to be."""

    script: str
    levels: tuple[str, ...]
    left_out: tuple[str, ...]


def indicators_data(
    levels: Mapping[str, "pd.DataFrame"],
    outlines: Mapping[str, Mapping[str, Any] | None],
    limit: int = MAX_SCRIPT_BYTES,
) -> IndicatorsData:
    """``window.opendata.indicateurs = {…};``, columnar, for the page's own script.

    ``levels`` are the published tables (text) by the names of :data:`LEVELS`, any of them
    missing; ``outlines`` their GeoJSON collections as :func:`simplified` makes them, None or
    nothing where no outline is known: areas are then points, that of a commune's own position
    or of the largest commune of an area. Above ``limit`` bytes the finest level is left out.
    """
    communes = levels.get("communes")
    parts = {
        name: script_json(_level(name, levels[name], outlines.get(name), communes))
        for name in LEVELS
        if name in levels and len(levels[name])
    }
    head = {
        "categories": [
            {"value": term.value, "column": column_suffix(term.value), **term.label._asdict()}
            for term in vocabulary("categories")
        ],
        "grid": GRID,
        "views": _views(communes),
    }

    def script_of(kept: Sequence[str]) -> str:
        rest = {**head, "left_out": [name for name in parts if name not in kept]}
        texts = ",".join(f"{script_json(name)}:{parts[name]}" for name in kept)
        body = script_json(rest).removesuffix("}") + f',"levels":{{{texts}}}}}'
        return data_script("indicateurs", body)

    kept = list(parts)
    script = script_of(kept)
    while len(kept) > 1 and len(script.encode()) > limit:
        kept.pop()
        script = script_of(kept)
    left_out = tuple(name for name in parts if name not in kept)
    return IndicatorsData(script, tuple(kept), left_out)


def _level(
    name: str,
    table: "pd.DataFrame",
    outline: Mapping[str, Any] | None,
    communes: "pd.DataFrame | None",
) -> dict[str, Any]:
    """One level as the page's script reads it: a list per column, in the order of the table."""
    codes = table["code"].astype(str).tolist()
    wanted = measures(name)
    columns = [measure.name for measure in wanted] + [
        measure.of_category(term.value).name
        for measure in wanted
        if measure.each
        for term in vocabulary("categories")
    ]
    shapes, points = _shapes(name, table, outline, communes)
    schema = table_schema(f"indicateurs-{name}")
    nowhere = [""] * len(codes)
    within = table[_WITHIN[name]].astype(str).tolist() if _WITHIN[name] in table else nowhere
    places = sorted(set(within))
    rank = {place: index for index, place in enumerate(places)}
    return {
        "title": schema["title"],
        "title_en": schema["title_en"],
        "area": _title(schema, "nom"),
        "within": _title(schema, _WITHIN[name]),
        "measures": [asdict(measure) for measure in wanted],
        "code": codes,
        "nom": table["nom"].astype(str).tolist(),
        "places": [place.replace("|", ", ") for place in places],
        "place": [rank[place] for place in within],
        "values": _values(table, [column for column in columns if column in table]),
        "shapes": shapes,
        "points": points,
    }


def _title(schema: Mapping[str, Any], column: str) -> dict[str, str]:
    field = next(field for field in schema["fields"] if field["name"] == column)
    return {"fr": field["title"], "en": field["title_en"]}


def _values(table: "pd.DataFrame", columns: Sequence[str]) -> dict[str, Any]:
    """The figures of each column: each distinct text is read once, whatever the column."""
    import numpy as np
    import pandas as pd

    cells = table[list(columns)].to_numpy(dtype=object)
    places, distinct = pd.factorize(cells.ravel())
    read = np.array([_number(str(text)) for text in distinct], dtype=object)
    figures = read[places].reshape(cells.shape)
    return {column: _packed(figures[:, at].tolist()) for at, column in enumerate(columns)}


def _number(text: str) -> float | int | None:
    """A published text as a number: oui is 1, non is 0, what is empty is None."""
    try:
        value = float({"oui": "1", "non": "0"}.get(text, text))
    except ValueError:
        return None
    return int(value) if value == int(value) else value


def _packed(values: list[float | int | None]) -> Any:
    """A column, shorter where one value is most of it: that value, then where others stand.

    Places are given as steps from the one before (the first from -1), so that they are short.
    """
    counts: dict[float | None, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts, key=lambda value: counts[value])
    if counts[most] < 0.6 * len(values):
        return values
    steps, others, before = [], [], -1
    for place, value in enumerate(values):
        if value != most:
            steps.append(place - before)
            others.append(value)
            before = place
    return {"most": most, "steps": steps, "others": others}


def _shapes(
    name: str,
    table: "pd.DataFrame",
    outline: Mapping[str, Any] | None,
    communes: "pd.DataFrame | None",
) -> tuple[list[Any], list[Any]]:
    """Outlines and points of the rows, in whole steps of the grid; [] for none at all.

    A level of which fewer than half the outlines are known has points only: areas of a few
    départements among the dots of all others could not be compared.
    """
    codes = table["code"].astype(str).tolist()
    found = {
        str((feature.get("properties") or {}).get("code")): feature.get("geometry") or {}
        for feature in (outline or {}).get("features") or []
    }
    shapes = [_rings(found.get(code) or {}) for code in codes]
    if 2 * sum(shape is not None for shape in shapes) < len(codes):
        shapes = []
    dots = _centres(name, communes)
    dots |= {
        code: [_step(value) for value in geometry["coordinates"][:2]]
        for code, geometry in found.items()
        if geometry.get("type") == "Point"
    }
    points = [
        None if shapes and shapes[place] else dots.get(code) for place, code in enumerate(codes)
    ]
    return shapes, points if any(points) else []


def _centres(name: str, communes: "pd.DataFrame | None") -> dict[str, list[int]]:
    """The point of each area: that of its largest commune, as the published GeoParquet has it."""
    import pandas as pd

    area = _AREA_OF_COMMUNE[name]
    if communes is None or not {area, "latitude", "longitude"} <= set(communes.columns):
        return {}
    known = pd.DataFrame(
        {
            "area": communes[area],
            "x": pd.to_numeric(communes["longitude"], errors="coerce"),
            "y": pd.to_numeric(communes["latitude"], errors="coerce"),
            "size": pd.to_numeric(communes["population"], errors="coerce").fillna(0),
        }
    ).dropna()
    largest = known.sort_values("size", ascending=False, kind="stable").drop_duplicates("area")
    return {
        str(code): [_step(x), _step(y)]
        for code, x, y in zip(largest["area"], largest["x"], largest["y"], strict=True)
    }


def _step(degrees: float) -> int:
    return round(float(degrees) / GRID)


def _rings(geometry: Mapping[str, Any]) -> list[list[list[int]]] | None:
    """Polygons -> rings -> x, y, then the steps to each next point; None for no surface."""
    import numpy as np

    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        return None
    polygons = geometry["coordinates"] if kind == "MultiPolygon" else [geometry["coordinates"]]
    found = []
    for polygon in polygons:
        rings = []
        for ring in polygon:
            # The last point is the first again: the page closes rings itself.
            grid = np.rint(np.asarray(ring, dtype="float64")[:-1, :2] / GRID).astype(int)
            rings.append(np.diff(grid, axis=0, prepend=[[0, 0]]).ravel().tolist())
        found.append(rings)
    return found or None


def _views(communes: "pd.DataFrame | None") -> list[dict[str, Any]]:
    """Where the map can jump to when a territory has parts overseas: names and bounds, degrees."""
    import pandas as pd

    if communes is None or "latitude" not in communes:
        return []
    known = pd.DataFrame(
        {
            "name": communes["departement"],
            "x": pd.to_numeric(communes["longitude"], errors="coerce"),
            "y": pd.to_numeric(communes["latitude"], errors="coerce"),
        }
    ).dropna()
    south, north, west, east = MAINLAND
    inside = known["x"].between(west, east) & known["y"].between(south, north)
    if inside.all() or known.empty:
        return []
    groups = [(Text(str(name), str(name)), part) for name, part in known[~inside].groupby("name")]
    if inside.any():
        groups.insert(0, (_MAINLAND_NAME, known[inside]))
    return [
        {
            **name._asdict(),
            "bounds": [
                round(float(edge), 2)
                for edge in (part["x"].min(), part["y"].min(), part["x"].max(), part["y"].max())
            ],
        }
        for name, part in groups
    ]
