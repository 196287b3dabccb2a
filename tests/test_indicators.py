"""Indicators: the sums are those of the places, the distances those of another formula."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from opendata import schema
from opendata.errors import ReleaseError
from opendata.geocode.gazetteer import COLUMNS, CommuneReference
from opendata.indicators import COMMUNES, DEPARTEMENTS, EPCI, Indicators, indicators
from opendata.paths import schemas_folder

EARTH_KM = 6371.0088
# code, name, parent, département, region, EPCI, population, latitude, longitude
CENTRE = [
    ("45234", "Orléans", "45234", "45", "24", "244500468", 116_000, 47.9029, 1.9039),
    ("45284", "Saint-Jean", "45284", "45", "24", "244500468", 16_000, 47.9136, 1.8722),
    ("45155", "Gien", "45155", "45", "24", "200000001", 14_000, 47.6906, 2.6304),
    ("41018", "Blois", "41018", "41", "24", "200000001", 46_000, 47.5861, 1.3359),
    ("41097", "Seule", "41097", "41", "24", "200000002", 0, 47.4000, 1.0000),
    ("41098", "Perdue", "41098", "41", "24", "200000002", 500, None, None),
    ("77001", "Voisine", "77001", "77", "11", "200000001", 900, 48.3000, 2.7000),
]
PARIS = [
    ("75056", "Paris", "75056", "75", "11", "200054781", 2_100_000, 48.8534, 2.3488),
    ("75101", "Paris 1er", "75056", "75", "11", "200054781", 15_000, 48.8592, 2.3417),
    ("75120", "Paris 20e", "75056", "75", "11", "200054781", 190_000, 48.8646, 2.3984),
]
ISLANDS = [
    ("29155", "Ouessant", "29155", "29", "53", "", 830, 48.4600, -5.0900),
    ("97209", "Fort-de-France", "97209", "972", "02", "249720061", 75_000, 14.6104, -61.0800),
    ("97105", "Basse-Terre", "97105", "971", "01", "249710047", 9_800, 15.9985, -61.7255),
    ("97302", "Cayenne", "97302", "973", "03", "249730045", 63_000, 4.9372, -52.3260),
    ("97411", "Saint-Denis", "97411", "974", "04", "249740119", 155_000, -20.8789, 55.4481),
    ("97608", "Mamoudzou", "97608", "976", "06", "200060465", 71_000, -12.7806, 45.2278),
    ("97502", "Saint-Pierre", "97502", "975", "975", "", 5_400, 46.7811, -56.1764),
    ("98818", "Nouméa", "98818", "988", "988", "", 94_000, -22.2763, 166.4572),
    ("98817", "Le Mont-Dore", "98817", "988", "988", "", 24_000, -22.2633, 166.5667),
]


def reference(
    rows: Iterable[tuple[Any, ...]], files: Mapping[str, Path] | None = None
) -> CommuneReference:
    lines = [
        (code, nom, "commune" if code == parent else "arrondissement", parent, departement, region,
         f"Dép. {departement}", f"Région {region}", epci, f"CC {epci}" if epci else "", "",
         population, latitude, longitude)
        for code, nom, parent, departement, region, epci, population, latitude, longitude in rows
    ]  # fmt: skip
    text = [name for name in COLUMNS if name not in ("population", "latitude", "longitude")]
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    frame = frame.astype(dict.fromkeys(text, "str") | {"population": "Int32"})
    return CommuneReference(frame, "essai", "essai", files or {})


def contour_file(folder: Path, shapes: Mapping[str, Any]) -> dict[str, Path]:
    path = folder / "communes-xx.parquet"
    wkb = [shapely.to_wkb(shape) for shape in shapes.values()]
    pq.write_table(pa.table({"code": list(shapes), "contour": wkb}), path)
    return {"xx": path}


def place(
    code: str, categories: str, latitude: Any = "", longitude: Any = "", departement: str = ""
) -> dict[str, str]:
    overseas = code[:2] in ("97", "98")
    return {
        "lieu_id": f"l-{code}-{categories}-{latitude}",
        "code_insee": code,
        "categories": categories,
        "code_departement": departement or code[: 3 if overseas else 2],
        "latitude": str(latitude),
        "longitude": str(longitude),
    }


def made(
    places: list[dict[str, str]], rows: Iterable[tuple[Any, ...]], *territory: str, **more: Any
) -> Indicators:
    columns = ("lieu_id", "code_insee", "categories", "code_departement", "latitude", "longitude")
    table = pd.DataFrame(places, columns=list(columns)).astype("str")
    return indicators(table, reference(rows, **more), territory)


def row(table: pd.DataFrame, code: str) -> dict[str, str]:
    return table.set_index("code").loc[code].to_dict()


# --- counts -------------------------------------------------------------------------------

PLACES = [
    place("45234", "epn|mediatheque", 47.9029, 1.9039),
    place("45234", "mediatheque", 47.9, 1.91),
    place("45284", "tiers-lieu|coworking", 47.9136, 1.8722),
    place("41018", "epn"),
    place("77001", "fablab", 48.3, 2.7),
]


def test_sums_are_the_places_of_each_category_in_every_table() -> None:
    rows = [*CENTRE, *PARIS, *ISLANDS]
    islands = [place("29155", "epn", 48.46, -5.09), place("98818", "epn|mairie", -22.27, 166.45)]
    cities = [place("75101", "epn", 48.86, 2.34), place("75120", "epn|epn", 48.86, 2.39),
              place("75056", "mairie")]  # fmt: skip
    places = [*PLACES, *islands, *cities]
    found = made(places, rows, "france")
    for term in schema.vocabulary("categories"):
        column = f"nb_{term.value.replace('-', '_')}"
        expected = sum(term.value in one["categories"].split("|") for one in places)
        for table in (found.communes, found.epci, found.departements):
            assert table[column].astype(int).sum() == expected, (term.value, column)
    for table in (found.communes, found.epci, found.departements):
        assert table["nb_lieux"].astype(int).sum() == len(places)
        assert table["population"].astype(int).sum() == sum(
            one[6] for one in rows if one[0] == one[2]
        )
    assert row(found.communes, "75056")["nb_epn"] == "2"
    assert not set(found.communes["code"]) & {"75101", "75120"}
    assert found.epci["code"].iloc[-1] == "sans-epci"
    without = row(found.epci, "sans-epci")
    assert (without["nb_epn"], without["nb_communes"], without["nb_communes_total"]) == (
        "2",
        "4",
        "",
    )
    assert without["codes_departements"] == "29|975|988"


def test_every_commune_of_the_territory_has_its_row_and_no_other() -> None:
    found = made(PLACES[:4], CENTRE, "region:24")
    assert list(found.communes["code"]) == ["41018", "41097", "41098", "45155", "45234", "45284"]
    assert list(found.departements["code"]) == ["41", "45"]
    empty = row(found.communes, "45155")
    assert (empty["nb_lieux"], empty["pour_10000"], empty["nb_epn"]) == ("0", "0.00", "0")
    assert list(made([], CENTRE, "epci:200000002", "commune:45155").communes["code"]) == [
        "41097", "41098", "45155",
    ]  # fmt: skip
    # An arrondissement that a territory names stands in its city.
    assert list(made([], PARIS, "commune:75120").communes["code"]) == ["75056"]


def test_an_epci_astride_counts_its_part_in_the_territory() -> None:
    astride = row(made(PLACES[:4], CENTRE, "region:24").epci, "200000001")
    assert (astride["nb_communes"], astride["nb_communes_total"]) == ("2", "3")
    assert (astride["population"], astride["codes_departements"]) == ("60000", "41|45")
    assert row(made(PLACES, CENTRE, "france").epci, "200000001")["population"] == "60900"


def test_a_place_of_no_commune_of_the_territory_is_not_lost_in_silence() -> None:
    with pytest.raises(ReleaseError, match="77001"):
        made(PLACES, CENTRE, "region:24")


# --- distances ----------------------------------------------------------------------------


def haversine_km(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Along a sphere, every pair: rows of (latitude, longitude) in degrees."""
    lat, lon = np.radians(one[:, None, 0]), np.radians(one[:, None, 1])
    lat2, lon2 = np.radians(others[None, :, 0]), np.radians(others[None, :, 1])
    half = (
        np.sin((lat2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    )
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half))


def lambert_93(points: np.ndarray) -> np.ndarray:
    """The projection's own formulas (IGN, NTG 71; GRS80): rows of (latitude, longitude)."""
    e, n, c = 0.0818191910428158, 0.7256077650532670, 11754255.4261
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1] - 3)
    iso = np.arctanh(np.sin(lat)) - e * np.arctanh(e * np.sin(lat))
    radius = c * np.exp(-n * iso)
    return np.column_stack(
        [700_000 + radius * np.sin(n * lon), 12655612.0499 - radius * np.cos(n * lon)]
    )


def test_distances_are_those_of_another_formula() -> None:
    random = np.random.default_rng(24)
    centres = np.column_stack([random.uniform(46.5, 48.6, 150), random.uniform(0.2, 3, 150)]).round(
        6
    )
    points = np.column_stack([random.uniform(46.5, 48.6, 400), random.uniform(0.2, 3, 400)]).round(
        6
    )
    rows = [
        (f"45{number:03}", "Lieu", f"45{number:03}", "45", "24", "244500468", 100, lat, lon)
        for number, (lat, lon) in enumerate(centres)
    ]
    kinds = np.array(["epn", "fablab", "epn|mairie", "mediatheque"])[random.integers(0, 4, 400)]
    places = [
        place(f"45{number % 150:03}", kind, lat, lon)
        for number, (kind, (lat, lon)) in enumerate(zip(kinds, points, strict=True))
    ]
    table = made(places, rows, "region:24").communes
    plane = np.linalg.norm(lambert_93(centres)[:, None] - lambert_93(points)[None], axis=2) / 1000
    sphere = haversine_km(centres, points)
    for value in ("", "epn", "fablab", "mairie"):
        column = f"distance_km_{value}".rstrip("_")
        of_kind = np.array([value in kind for kind in kinds])
        published = table[column].astype(float).to_numpy()
        assert np.abs(published - plane[:, of_kind].min(axis=1)).max() < 0.0501, column
        near = sphere[:, of_kind].min(axis=1)
        assert (np.abs(published - near) < 0.0501 + 0.005 * near).all(), column
    assert set(table["distance_km_poste"]) == {""}


def test_each_territory_is_measured_in_its_own_projection() -> None:
    # Ten kilometres and more north of each centre; Saint-Pierre-et-Miquelon has no projection.
    places = [
        place(code, "epn", round(latitude + 0.1, 6), longitude)
        for code, *_, latitude, longitude in ISLANDS
    ]
    table = made(places, ISLANDS, "france").communes.set_index("code")
    for code, *_, latitude, longitude in ISLANDS:
        here = np.array([[latitude, longitude]])
        there = np.array([[one["latitude"], one["longitude"]] for one in places
                          if one["code_insee"][:3] == code[:3]], dtype=float)  # fmt: skip
        expected = haversine_km(here, there).min()
        assert float(table["distance_km"][code]) == pytest.approx(
            expected, abs=0.05 + 0.007 * expected
        )


def test_no_neighbour_across_an_ocean() -> None:
    found = made([place("45234", "epn", 47.9, 1.9), place("97105", "epn", 16.0, -61.7)],
                 [*CENTRE, *ISLANDS], "france")  # fmt: skip
    table = found.communes.set_index("code")
    assert table["distance_km"]["97411"] == ""
    assert table["sans_lieu_20km"]["97411"] == "oui"
    assert float(table["distance_km"]["97209"]) == pytest.approx(168, abs=3)
    reunion = row(found.departements, "974")
    assert (reunion["distance_km"], reunion["part_pop_20km"]) == ("", "0.0")
    assert (reunion["nb_communes_sans_lieu_20km"], reunion["pop_sans_lieu_20km"]) == ("1", "155000")


def test_a_place_counts_where_its_point_is() -> None:
    found = made(PLACES[:4], CENTRE, "region:24")
    centre = row(found.communes, "45234")
    assert (centre["distance_km"], centre["distance_km_epn"]) == ("0.0", "0.0")
    # Blois has a place without a point: it is counted, and Orléans' is the nearest.
    blois = row(found.communes, "41018")
    assert (blois["nb_epn"], blois["nb_lieux_sans_point"]) == ("1", "1")
    assert float(blois["distance_km_epn"]) > 50
    assert blois["sans_lieu_20km"] == "oui"


# --- what is unknown ----------------------------------------------------------------------


def test_a_centre_is_taken_inside_the_contour_or_told_unknown(tmp_path: Path) -> None:
    shape = shapely.box(1.0, 47.0, 1.2, 47.1)
    files = contour_file(tmp_path, {"41098": shape})
    table = made(PLACES[:4], CENTRE, "region:24", files=files).communes
    outlined = row(table, "41098")
    assert outlined["centre"] == "contour"
    point = shapely.Point(float(outlined["longitude"]), float(outlined["latitude"]))
    assert shape.contains(point)
    assert float(outlined["distance_km"]) > 50
    unknown = row(made(PLACES[:4], CENTRE, "region:24").communes, "41098")
    assert unknown["centre"] == "inconnu"
    told = ("latitude", "longitude", "distance_km", "distance_km_epn", "sans_lieu_20km")
    assert {unknown[name] for name in told} == {""}


def test_what_is_said_of_distances_is_about_those_whose_centre_is_known() -> None:
    found = made(PLACES[:4], CENTRE, "region:24")
    area = row(found.departements, "41")
    assert (area["population"], area["population_mesuree"]) == ("46500", "46000")
    assert area["nb_communes_sans_centre"] == "1"
    assert area["distance_km"] == row(found.communes, "41018")["distance_km"]
    # Far are Blois and Seule, where nobody lives; of Perdue nothing is known.
    assert (area["nb_communes_sans_lieu_20km"], area["pop_sans_lieu_20km"]) == ("2", "46000")
    assert (area["part_pop_20km"], area["part_pop_20km_epn"]) == ("0.0", "0.0")
    nobody = row(found.epci, "200000002")
    assert (nobody["population_mesuree"], nobody["distance_km"], nobody["part_pop_5km"]) == (
        "0", "", "",
    )  # fmt: skip
    assert row(found.communes, "41097")["pour_10000"] == ""


def test_a_mean_is_weighted_by_population() -> None:
    found = made(PLACES[:3], CENTRE, "departement:45")
    km = {
        code: float(row(found.communes, code)["distance_km_epn"])
        for code in ("45234", "45284", "45155")
    }
    people = {"45234": 116_000, "45284": 16_000, "45155": 14_000}
    mean = sum(km[code] * people[code] for code in km) / sum(people.values())
    loiret = row(found.departements, "45")
    assert float(loiret["distance_km_epn"]) == pytest.approx(mean, abs=0.0501)
    assert 2 < km["45284"] < 5 < 20 < km["45155"]
    for reach in (5, 10, 20):
        assert loiret[f"part_pop_{reach}km_epn"] == f"{100 * 132_000 / 146_000:.1f}"
    assert loiret["pour_10000"] == f"{3 / 14.6:.2f}"


def test_people_are_near_up_to_the_distance_as_it_is_published() -> None:
    # 5.02 km is published as 5.0: anyone who counts from the file finds the same shares.
    km = (3, 5.02, 7, 10.02, 15, 20.02, 30)
    rows = [
        (f"4500{n}", "Lieu", f"4500{n}", "45", "24", "244500468", 10**n, 47 + far / 111.07, 3.0)
        for n, far in enumerate(km)
    ]
    found = made([place("45000", "epn", 47.0, 3.0)], rows, "region:24")
    published = ["3.0", "5.0", "7.0", "10.0", "15.0", "20.0", "30.0"]
    assert list(found.communes["distance_km"]) == published
    assert list(found.communes["sans_lieu_20km"]) == ["non"] * 6 + ["oui"]
    (area,) = found.epci.to_dict("records")
    near = {5: 11, 10: 1_111, 20: 111_111}
    for reach, people in near.items():
        share = f"{100 * people / 1_111_111:.1f}"
        assert (area[f"part_pop_{reach}km"], area[f"part_pop_{reach}km_epn"]) == (share, share)
    assert (area["nb_communes_sans_lieu_20km"], area["pop_sans_lieu_20km"]) == ("1", "1000000")


def test_an_epci_without_a_name_is_told_by_its_code() -> None:
    places = pd.DataFrame([PLACES[0]]).astype("str")
    nameless = reference(CENTRE)
    nameless.frame.loc[:, "epci_nom"] = ""
    table = indicators(places, nameless, ["region:24"]).epci
    assert row(table, "244500468")["nom"] == "EPCI 244500468"


# --- shapes -------------------------------------------------------------------------------

SQUARES = {
    "45234": shapely.box(1.0, 47.0, 1.5, 47.5),
    "45284": shapely.box(1.5, 47.0, 2.0, 47.5),
    "41018": shapely.box(0.0, 47.0, 0.123456789, 47.5),
}


def test_areas_are_dissolved_only_when_they_are_whole(tmp_path: Path) -> None:
    outlines = made([], CENTRE, "region:24", files=contour_file(tmp_path, SQUARES)).outlines
    whole = outlines[EPCI]["244500468"]
    assert whole.equals(shapely.box(1.0, 47.0, 2.0, 47.5))
    assert len(shapely.get_coordinates(whole)) <= 7
    assert outlines[EPCI]["200000001"] is None
    # No département is whole: that table has the points of their largest communes.
    assert outlines[DEPARTEMENTS]["45"] == shapely.Point(1.9039, 47.9029)
    assert outlines[DEPARTEMENTS]["41"] == shapely.Point(1.3359, 47.5861)
    assert outlines[COMMUNES]["41018"].bounds[2] == 0.123457
    assert outlines[COMMUNES]["45155"] is None


def test_contours_that_overlap_or_drag_a_line_make_sound_surfaces(tmp_path: Path) -> None:
    line = shapely.LineString([(1.0, 47.0), (0.5, 46.5)])
    shapes = {
        "45234": shapely.GeometryCollection([SQUARES["45234"], line]),
        "45284": shapely.box(1.4, 47.0, 2.0, 47.5),
    }
    outlines = made([], CENTRE, "region:24", files=contour_file(tmp_path, shapes)).outlines
    assert outlines[COMMUNES]["45234"].equals(SQUARES["45234"])
    dissolved = outlines[EPCI]["244500468"]
    assert dissolved.is_valid
    assert dissolved.area == pytest.approx(0.5)


def test_without_any_contour_the_shapes_are_points() -> None:
    outlines = made([], CENTRE, "region:24").outlines
    assert outlines[COMMUNES]["45234"] == shapely.Point(1.9039, 47.9029)
    assert outlines[COMMUNES]["41098"] is None
    assert outlines[EPCI]["200000001"] == shapely.Point(1.3359, 47.5861)
    assert outlines[DEPARTEMENTS]["45"] == shapely.Point(1.9039, 47.9029)


# --- schemas ------------------------------------------------------------------------------


def test_columns_follow_from_the_list_of_categories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    folder = tmp_path / "schemas"
    shutil.copytree(schemas_folder(), folder)
    with (folder / "vocabularies" / "categories.csv").open("a", encoding="utf-8") as handle:
        handle.write("cafe-numerique,Café numérique,Digital café,,\n")
    monkeypatch.setattr(schema, "schemas_folder", lambda: folder)
    caches = (schema.table_schema, schema.vocabulary)
    for cached in caches:
        cached.cache_clear()
    try:
        found = made([place("45234", "cafe-numerique", 47.9, 1.9)], CENTRE, "region:24")
        titles = {f["name"]: f["title_en"] for f in schema.table_schema(EPCI)["fields"]}
    finally:
        for cached in caches:
            cached.cache_clear()
    assert found.communes["nb_cafe_numerique"].astype(int).sum() == 1
    assert found.communes.columns[-1] == "distance_km_cafe_numerique"
    assert row(found.departements, "45")["part_pop_5km_cafe_numerique"] == "90.4"
    assert titles["nb_cafe_numerique"] == "Places: Digital café"


def test_what_epci_and_departements_share_is_defined_word_for_word() -> None:
    one, other = (
        {f["name"]: f for f in schema.table_schema(name)["fields"]} for name in (EPCI, DEPARTEMENTS)
    )
    own = {"code", "nom", "nb_communes", "nb_communes_total"}
    shared = (one.keys() & other.keys()) - own
    assert len(shared) > 100
    assert [name for name in sorted(shared) if one[name] != other[name]] == []


def test_every_column_is_defined_once_and_every_definition_is_expanded() -> None:
    for name in (COMMUNES, EPCI, DEPARTEMENTS):
        entries = schema.table_schema(name)["fields"]
        names = [entry["name"] for entry in entries]
        assert len(set(names)) == len(names)
        assert not any("{" in str(entry) and "}" in entry["description"] for entry in entries)
        assert not any("each" in entry for entry in entries)
        for entry in entries:
            if entry["name"].startswith(("distance_km", "pour_10000", "part_pop", "population")):
                assert entry["unit"], entry["name"]


def test_tables_conform_to_their_schemas() -> None:
    from opendata.check import release_errors

    found = made(PLACES[:4], CENTRE, "region:24")
    for name, table in found.tables().items():
        assert release_errors(table, schema.table_schema(name)) == []
        assert list(table.columns) == [f["name"] for f in schema.table_schema(name)["fields"]]
