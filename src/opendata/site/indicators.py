"""The page of the indicators: its figures as a script, its outlines, its template's values.

What a measure is called, what it is counted in and what it is worth come from
``schemas/indicateurs-*.json``: no column is named here that those files name already.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from opendata.language import Text
from opendata.schema import column_suffix, table_schema, vocabulary
from opendata.site import links, wording

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, Any]

#: The levels, widest areas first: ``indicateurs-<level>`` is the table of each.
LEVELS = ("departements", "epci", "communes")
#: A script above this (bytes) makes the page slow to open: the finest level is left out of it.
MAX_SCRIPT_BYTES = 4_000_000
#: Degrees of one step of the grid of the outlines: 0.0001, about 10 m.
GRID = 1e-4

#: What an area of each level lies in, shown beside its name.
_WITHIN = {"departements": "region", "epci": "codes_departements", "communes": "departement"}
#: The column of the communes that tells their area at each level.
_AREA_OF_COMMUNE = {"departements": "code_departement", "epci": "code_epci", "communes": "code"}
#: Mainland France and Corsica: west, south, east, north.
_MAINLAND = (-5.6, 41.2, 9.8, 51.3)
_MAINLAND_NAME = Text("Métropole", "Mainland France and Corsica")
#: Lambert-93, the official projection of mainland France; a cylinder that keeps areas elsewhere.
_LAMBERT_93, _EQUAL_AREA = 2154, 6933
#: Areas further apart than this are simplified apart: Corsica goes with the mainland.
_FAR_DEGREES = 5.0
#: The first measure about places; numbers before it describe the area itself.
_FIRST_MEASURE = "nb_lieux"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a level, defined by its schema.

    ``each`` holds the same words for one category of places, with ``{column}``, ``{value}``,
    ``{fr}`` and ``{en}`` to be filled in; its ``name`` is the pattern of the column. None when
    the schema gives the figure for all places only. ``context`` is true of what describes the
    area rather than its places.
    """

    name: str
    type: str
    title: Text
    description: Text
    unit: Text
    decimals: int
    context: bool
    each: "Measure | None" = None

    def of_category(self, code: str) -> "Measure":
        """The same measure of one category; a KeyError or an odd text means a broken schema."""
        term = next(term for term in vocabulary("categories") if term.value == code)
        words = {"column": column_suffix(code), "value": code, **term.label._asdict()}
        each = self.each or self
        title, description = (
            Text(text.fr.format(**words), text.en.format(**words))
            for text in (each.title, each.description)
        )
        return Measure(
            each.name.format(**words), each.type, title, description, each.unit, each.decimals,
            each.context,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndicatorsData:
    """The text of the data script, the levels in it and those too large to be."""

    script: str
    levels: tuple[str, ...]
    left_out: tuple[str, ...]


@cache
def measures(level: str) -> tuple[Measure, ...]:
    """What the page can show of a level, in the order of its schema.

    Numbers and yes-or-no columns, but for degrees, which are positions. The schema expanded
    by :func:`table_schema` gives the columns; its entries ``each`` tell which belong together.
    """
    entries = _entries(level)
    names = [entry["name"] for entry in entries]
    start = names.index(_FIRST_MEASURE)
    each = {_whole(entry["name"], names): entry for entry in entries if entry.get("each")}
    return tuple(
        _measure(entry, names.index(entry["name"]) < start, each.get(entry["name"]))
        for entry in entries
        if not entry.get("each") and _is_figure(entry)
    )


def indicators_script(
    levels: Mapping[str, "pd.DataFrame"], outlines: Mapping[str, Mapping[str, Any] | None]
) -> str:
    """The text of the data script (see :func:`indicators_data`)."""
    return indicators_data(levels, outlines).script


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
        name: _json(_level(name, levels[name], outlines.get(name), communes))
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
        texts = ",".join(f"{_json(name)}:{parts[name]}" for name in kept)
        body = _json(rest).removesuffix("}") + f',"levels":{{{texts}}}}}'
        return (
            f"window.opendata = window.opendata || {{}};\nwindow.opendata.indicateurs = {body};\n"
        )

    kept = list(parts)
    script = script_of(kept)
    while len(kept) > 1 and len(script.encode()) > limit:
        kept.pop()
        script = script_of(kept)
    left_out = tuple(name for name in parts if name not in kept)
    return IndicatorsData(script, tuple(kept), left_out)


def simplified(frame: "gpd.GeoDataFrame", tolerance_m: float | None = None) -> dict[str, Any]:
    """Outlines for a screen: a GeoJSON FeatureCollection whose features have a ``code``.

    ``frame`` has a column ``code`` and geometries in longitude and latitude; what has none is
    left out, points stay points. Borders are simplified once for the two areas that share
    them, so no gap opens. ``tolerance_m`` is in metres; by default it follows the extent, about
    half a pixel of a map that shows it whole. Coordinates have four decimals; parts and holes
    smaller than the square of the tolerance are dropped, but for the largest of an area.
    """
    import shapely

    known = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    surfaces = known[shapely.get_dimensions(known.geometry.to_numpy()) == 2]
    points = known[shapely.get_type_id(known.geometry.to_numpy()) == 0]
    shapes: dict[str, dict[str, Any]] = {
        str(code): {"type": "Point", "coordinates": [round(point.x, 4), round(point.y, 4)]}
        for code, point in zip(points["code"], points.geometry, strict=True)
    }
    for flat in _apart(surfaces):
        left, low, right, high = flat.total_bounds
        metres = tolerance_m or max(right - left, high - low) / 2000
        flat = flat.set_geometry(_coverage(flat.geometry.to_numpy(), metres), crs=flat.crs)
        back = flat.geometry.to_crs(4326).to_numpy()
        for place, code in enumerate(flat["code"]):
            sizes = shapely.area(shapely.get_parts(flat.geometry.iloc[place]))
            rings = _surface(shapely.get_parts(back[place]), sizes, metres)
            if rings:
                shapes[str(code)] = {"type": "MultiPolygon", "coordinates": rings}
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": shapes[code]}
        for code in map(str, frame["code"])
        if code in shapes
    ]
    return {"type": "FeatureCollection", "features": features}


def _apart(surfaces: "gpd.GeoDataFrame") -> "Iterator[gpd.GeoDataFrame]":
    """Areas in metres, one table for each part of the world: mainland France, Guyane…

    What is simplified on the extent of the world would leave nothing of an island.
    """
    import numpy as np
    import shapely

    if surfaces.empty:
        return
    spots = surfaces.geometry.representative_point()
    x, y = spots.x.to_numpy(), spots.y.to_numpy()
    cells = np.unique(np.round(np.column_stack([x, y])), axis=0)
    west, south = cells.T - _FAR_DEGREES / 2
    boxes = shapely.box(west, south, west + _FAR_DEGREES, south + _FAR_DEGREES)
    for part in shapely.get_parts(shapely.union_all(boxes)):
        inside = shapely.contains_xy(part, x, y)
        west, south, east, north = _MAINLAND
        mainland = west <= x[inside].mean() <= east and south <= y[inside].mean() <= north
        degrees = surfaces[inside].set_crs(4326, allow_override=True)
        yield degrees.to_crs(_LAMBERT_93 if mainland else _EQUAL_AREA)


def _coverage(shapes: "Array", metres: float) -> "Array":
    """Simplified together; one by one, with gaps, when their borders are too odd for that."""
    import shapely

    wrong = ~shapely.is_valid(shapes)
    if wrong.any():
        # A border may cross itself once it is projected.
        whole = shapes.copy()
        whole[wrong] = shapely.buffer(shapes[wrong], 0)
        shapes = whole
    found: Array
    try:
        found = shapely.coverage_simplify(shapes, metres)
    except shapely.errors.GEOSException:
        found = shapely.simplify(shapes, metres)
    return found


def summary_of(departements: "pd.DataFrame") -> dict[str, Any]:
    """What the page says without scripts: totals for its lead, and a small table.

    ``departements`` is the published table (text). Keys: ``communes``, ``far_communes``,
    ``population``, ``far_population``, ``places``, ``unmeasured`` (communes without a centre),
    ``shares`` ({title_fr, title_en, percent}) of the people within each distance, ``columns``
    ({name, title_fr, title_en, decimals, unit}) and ``rows`` (the texts of each area, by column).
    """
    import pandas as pd

    def numbers(column: str) -> "pd.Series":
        return pd.to_numeric(departements[column], errors="coerce").fillna(0)

    def total(column: str) -> int:
        return int(numbers(column).sum())

    measured = numbers("population_mesuree")
    wanted = [m for m in measures("departements") if m.each or m.name == "pop_sans_lieu_20km"]
    names = ["code", "nom", "population", *(measure.name for measure in wanted)]
    return {
        "communes": total("nb_communes"),
        "far_communes": total("nb_communes_sans_lieu_20km"),
        "population": total("population"),
        "far_population": total("pop_sans_lieu_20km"),
        "places": total("nb_lieux"),
        "unmeasured": total("nb_communes_sans_centre"),
        "shares": [
            {
                "title_fr": _unbroken(measure.title.fr),
                "title_en": _unbroken(measure.title.en),
                "percent": float((numbers(measure.name) * measured).sum() / measured.sum())
                if measured.any()
                else None,
            }
            for measure in wanted
            if measure.unit.fr == "%"
        ],
        "columns": [
            {
                "name": m.name,
                "title_fr": _unbroken(m.title.fr),
                "title_en": _unbroken(m.title.en),
                "decimals": m.decimals,
                "unit": m.unit.fr,
            }
            for m in wanted
        ],
        "rows": departements[names].to_dict("records"),
    }


def render_indicators(page: Mapping[str, Any]) -> str:
    """The page of a dataset's indicators (HTML).

    Every key but ``id`` and ``title`` may be missing: ``version``, ``created``,
    ``demonstration``, ``catalogue`` {title, title_en}, ``scripts`` {assets: folder of the shared
    files, data: the data script}, ``levels`` (those of the data script), ``left_out`` (those too
    large for it), ``files`` (those of the indicators are shown), ``base`` (their folder),
    ``summary`` (:func:`summary_of`). Without ``scripts`` the page is its table and definitions.
    """
    from opendata.site import assets, render

    return render(
        "indicators.html",
        page_style=assets.inline("indicators.css"),
        policy=assets.policy("language.js", shared=True),
        **_values(page),
    )


def _values(page: Mapping[str, Any]) -> dict[str, Any]:
    scripts = page.get("scripts") or {}
    summary = page.get("summary") or {}
    levels = list(page.get("levels") or LEVELS)
    files = [file for file in page.get("files") or [] if _level_of(str(file.get("name")))]
    return {
        "page": page,
        "summary": summary,
        "lead": _lead(summary) if summary else None,
        "assets": links.relative_path(scripts.get("assets")),
        "data_script": links.relative_path(scripts.get("data")),
        "tables": {
            name: Text(table["title"], table["title_en"])
            for name in LEVELS
            for table in (table_schema(f"indicateurs-{name}"),)
        },
        "definitions": {name: measures(name) for name in levels},
        "left_out": list(page.get("left_out") or ()),
        "indicator_files": files,
        "amount": _amount,
    }


def _lead(summary: Mapping[str, Any]) -> Text:
    """Who has no place within 20 km, in one sentence."""
    far, communes = summary["far_communes"], summary["communes"]
    measured = communes - summary["unmeasured"]
    if not far:
        near = summary["shares"][0]["percent"] if summary["shares"] else None
        whole, part = wording.number(measured), wording.percent(near)
        return Text(
            f"Les {whole.fr} communes ont toutes un lieu à 20 km ou moins de leur centre, à vol "
            f"d’oiseau ; {part.fr} des habitants en ont un à 5 km ou moins.",
            f"All {whole.en} communes have a place within 20 km of their centre, as the crow "
            f"flies; {part.en} of the people have one within 5 km.",
        )
    some = wording.counted(far, "commune|communes", "commune|communes")
    all_of_them = wording.number(communes)
    people = wording.counted(summary["far_population"], "habitant|habitants", "person|people")
    share = wording.percent(wording.share(summary["far_population"], summary["population"]))
    if far == measured:
        return Text(
            f"Aucune des {all_of_them.fr} communes n’a de lieu à 20 km ou moins de son centre.",
            f"None of the {all_of_them.en} communes has a place within 20 km of its centre.",
        )
    return Text(
        f"{some.fr} sur {all_of_them.fr} n’{'ont' if far > 1 else 'a'} aucun lieu à 20 km ou moins "
        f"de {'leur' if far > 1 else 'son'} centre, à vol d’oiseau : {people.fr}, soit "
        f"{share.fr} de la population.",
        f"{some.en} out of {all_of_them.en} {'have' if far > 1 else 'has'} no place within 20 km "
        f"of {'their' if far > 1 else 'its'} centre, as the crow flies: {people.en}, {share.en} "
        "of the population.",
    )


def _unbroken(text: str) -> str:
    """No line break inside « 20 km »."""
    return text.replace(" km", "\u00a0km")


def _amount(value: Any, decimals: int) -> Text:
    return wording.number(value, decimals)


def _level_of(name: str) -> str:
    return next((level for level in LEVELS if name.startswith(f"indicateurs-{level}.")), "")


def _entries(level: str) -> list[dict[str, Any]]:
    from opendata.paths import schemas_folder

    path = schemas_folder() / f"indicateurs-{level}.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["fields"]
    return found


def _whole(pattern: str, names: Sequence[str]) -> str:
    """The column of all places that goes with that of a category: ``nb_{column}`` -> nb_lieux."""
    name = pattern.removesuffix("_{column}")
    return name if name in names else f"{name}_lieux"


def _is_figure(entry: Mapping[str, Any]) -> bool:
    return entry["type"] in ("integer", "number", "boolean") and entry.get("unit") != "degrés"


def _measure(
    entry: Mapping[str, Any], context: bool, each: Mapping[str, Any] | None = None
) -> Measure:
    unit = str(entry.get("unit") or "")
    return Measure(
        name=entry["name"],
        type=entry["type"],
        title=Text(entry["title"], entry["title_en"]),
        description=Text(entry["description"], entry["description_en"]),
        unit=Text(unit, str(entry.get("unit_en") or unit)),
        decimals=int(entry.get("decimals") or 0),
        context=context,
        each=_measure(each, context) if each else None,
    )


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
        "values": {
            column: _packed(_numbers(table[column])) for column in columns if column in table
        },
        "shapes": shapes,
        "points": points,
    }


def _title(schema: Mapping[str, Any], column: str) -> dict[str, str]:
    field = next(field for field in schema["fields"] if field["name"] == column)
    return {"fr": field["title"], "en": field["title_en"]}


def _numbers(texts: "pd.Series") -> list[float | int | None]:
    """Published texts as numbers: oui is 1, non is 0, what is empty is None."""
    import pandas as pd

    values = pd.to_numeric(texts.replace({"oui": "1", "non": "0"}), errors="coerce")
    return [
        None if value != value else int(value) if value == int(value) else value
        for value in map(float, values)
    ]


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


def _surface(pieces: "Array", sizes: "Array", tolerance_m: float) -> list[list[list[list[float]]]]:
    """The rings of one area's pieces, on the grid; ``sizes`` are in square metres."""
    import numpy as np
    import shapely

    kept = sizes >= tolerance_m**2
    kept[sizes.argmax()] = True
    found = []
    for piece, size in zip(pieces[kept], sizes[kept], strict=True):
        rings = [shapely.get_exterior_ring(piece), *shapely.get_rings(piece)[1:]]
        whole = shapely.area(shapely.polygons(shapely.get_coordinates(rings[0])))
        drawn = []
        for place, ring in enumerate(rings):
            line = np.round(shapely.get_coordinates(ring), 4)
            moved = np.append(True, (np.diff(line, axis=0) != 0).any(axis=1))
            line = line[moved]
            # Square metres of a hole, by its share of the piece's surface in degrees.
            area = size * shapely.area(shapely.polygons(shapely.get_coordinates(ring))) / whole
            if len(line) >= 4 and (place == 0 or area >= tolerance_m**2):
                drawn.append(line.tolist())
            elif place == 0:
                break
        if drawn:
            found.append(drawn)
    return found


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
    west, south, east, north = _MAINLAND
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


def _json(value: object) -> str:
    """Compact JSON that cannot end a script element, should anyone paste it in one."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
