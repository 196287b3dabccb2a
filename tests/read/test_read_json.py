"""JSON records, JSON lines and GeoJSON: exact spelling, paths, damaged input."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.errors import ReadError
from opendata.model import Fetch
from opendata.read import base, read


def load(
    folder: Path, content: str | bytes, name: str = "lieux.json", **options: Any
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table, issues, kind = read(path, Fetch(**options), source="essai")
    assert set(table.dtypes.astype(str)) <= {"str"}
    assert table.index.name == "ligne"
    return table, issues, kind


def refused(
    folder: Path, content: str | bytes, name: str = "lieux.json", **options: Any
) -> ReadError:
    with pytest.raises(ReadError) as caught:
        load(folder, content, name, **options)
    assert name in caught.value.fr
    assert name in caught.value.en
    return caught.value


def test_values_keep_the_spelling_of_the_source(tmp_path: Path) -> None:
    table, issues, kind = load(
        tmp_path,
        '[{"a":1.10,"b":123456789012345678901234567890,"c":1e5,"d":true,"e":null,"f":" x ",'
        '"g":NaN,"h":-Infinity,"i":["p",null,2.50],"j":[{"k":1.0,"l":"é"}],"m":[]}]',
    )
    assert kind == "json"
    assert issues.empty
    assert table.loc[1].to_dict() == {
        "a": "1.10",
        "b": "123456789012345678901234567890",
        "c": "1e5",
        "d": "true",
        "e": "",
        "f": "x",
        "g": "NaN",
        "h": "-Infinity",
        "i": "p|2.50",
        "j": '[{"k":1.0,"l":"é"}]',
        "m": "",
    }


def test_nested_objects_flatten_in_order_of_first_appearance(tmp_path: Path) -> None:
    table, _, _ = load(
        tmp_path,
        '[{"id":1,"fields":{"nom":"A"},"geometry":{"coordinates":[2.10,48]}},{"x":1,"id":2}]',
    )
    assert list(table.columns) == ["id", "fields.nom", "geometry.coordinates", "x"]
    assert table.loc[1, "geometry.coordinates"] == "2.10|48"
    assert list(table.loc[2]) == ["2", "", "", "1"]


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ([{"a": 1}, {"a": 2}], ""),
        ({"total": 2, "results": [{"a": 1}, {"a": 2}]}, ""),
        ({"data": {"inner": {"items": [{"a": 1}, {"a": 2}]}}}, ""),
        ({"results": [{"a": 1}, {"a": 2}]}, "results.*"),
        ({"results": [{"a": 1}, {"a": 2}]}, "results"),
        ({"records": [{"fields": {"a": 1}}, {"fields": {"a": 2}}]}, "records.*.fields"),
        ([{"fields": {"a": 1}}, {"fields": {"a": 2}}], "*.fields"),
        ({"data": {"items": [{"a": 1}, {"a": 2}], "other": [{"z": 1}]}}, "data.items.*"),
        ({"pages": [{"rows": [{"a": 1}]}, {"rows": [{"a": 2}]}]}, "pages.*.rows.*"),
        ({"x1": {"a": 1}, "x2": {"a": 2}}, "*"),
    ],
)
def test_records_are_found(tmp_path: Path, document: object, records: str) -> None:
    table, issues, _ = load(tmp_path, json.dumps(document), records=records)
    assert table.to_dict("index") == {1: {"a": "1"}, 2: {"a": "2"}}
    assert issues.empty


def test_records_that_are_not_objects_are_noted(tmp_path: Path) -> None:
    content = '{"r":[{"fields":{"a":1}},{"x":0},{"fields":3},{"fields":{"a":4}}]}'
    table, issues, _ = load(tmp_path, content, records="r.*.fields")
    assert table["a"].to_dict() == {1: "1", 4: "4"}
    noted = issues[["row", "code", "value"]].to_numpy().tolist()
    assert noted == [[2, "enregistrement_illisible", ""], [3, "enregistrement_illisible", "3"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    table, _, _ = load(tmp_path, '[{"nom":"Médiathèque"}]'.encode(encoding))
    assert table.loc[1, "nom"] == "Médiathèque"


def test_duplicate_keys_and_control_characters(tmp_path: Path) -> None:
    table, _, _ = load(tmp_path, '[{"a":1,"a":2,"b":"x\ty\\ud800"}]')
    assert list(table.loc[1]) == ["2", "x\ty?"]


def test_json_lines(tmp_path: Path) -> None:
    content = '{"a":1}\n\n{"a":\n{"a":3}\n'
    table, issues, kind = load(tmp_path, content, "lieux.jsonl")
    assert kind == "jsonl"
    assert table["a"].to_dict() == {1: "1", 3: "3"}
    assert issues[["row", "code"]].to_numpy().tolist() == [[2, "enregistrement_illisible"]]
    assert load(tmp_path, '{"a":1}\n{"a":2}\n')[2] == "jsonl"


@pytest.mark.parametrize(
    ("content", "options", "code", "words"),
    [
        ('[{"a":1},\n{"a":', {}, "json_invalide", "ligne 2, colonne 6"),
        ('[{"a":1}]<html>', {}, "json_invalide", "ligne 1, colonne 10"),
        ("[" * 100_000, {}, "json_trop_imbrique", "imbrique"),
        ('[{"a":' * 50_000, {}, "json_trop_imbrique", "imbrique"),
        ('{"a":1}\n' + "[" * 100_000, {"format": "jsonl"}, "", ""),
        ('{"error":"quota"}', {}, "sans_enregistrement", "fetch.records"),
        ("[]", {}, "sans_enregistrement", "fetch.records"),
        ("[1, 2]", {"format": "json"}, "sans_enregistrement", "fetch.records"),
        ('{"x":[{"a":1}],"y":[{"a":1}]}', {}, "enregistrements_ambigus", "x.*, y.*"),
        ('{"results":[{"a":1}]}', {"records": "items.*"}, "chemin_absent", "results"),
        ('{"results":{"a":1}}', {"records": "results"}, "chemin_absent", "results"),
        ('[{"a":1}]', {"format": "csv"}, "format_contredit", "json"),
        ('[{"a":1}]', {"format": "word"}, "format_non_gere", "geojson"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, content: str, options: dict[str, Any], code: str, words: str
) -> None:
    if not code:
        table, issues, _ = load(tmp_path, content, **options)
        assert (len(table), len(issues)) == (1, 1)
        return
    error = refused(tmp_path, content, **options)
    assert error.code == code
    assert words in error.fr


def test_ever_new_names_are_refused_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "CELLS_FLOOR", 100_000)
    content = json.dumps([{f"k{n}": n} for n in range(2_000)])
    assert refused(tmp_path, content).code == "table_demesuree"


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(document=VALUES, cut=st.integers(0, 3))
def test_any_json_gives_a_table_or_a_sentence(tmp_path: Path, document: object, cut: int) -> None:
    text = json.dumps(document)
    try:
        table, _, _ = load(tmp_path, text[: len(text) - cut], format="json")
    except ReadError as error:
        assert "lieux.json" in str(error)
        return
    assert not table.isna().any(axis=None)


# --- GeoJSON ---------------------------------------------------------------------------


def collection(*features: str, more: str = "") -> str:
    return f'{{"type":"FeatureCollection",{more}"features":[{",".join(features)}]}}'


def feature(geometry: str, properties: str = '{"nom":"A"}', more: str = "") -> str:
    return f'{{"type":"Feature",{more}"geometry":{geometry},"properties":{properties}}}'


def test_points_keep_their_spelling(tmp_path: Path) -> None:
    content = collection(feature('{"type":"Point","coordinates":[2.3500,48.85000000001,0]}'))
    table, issues, kind = load(tmp_path, content, "lieux.json")
    assert kind == "geojson"
    assert issues.empty
    assert table.loc[1].to_dict() == {
        "nom": "A",
        "geometry.latitude": "48.85000000001",
        "geometry.longitude": "2.3500",
    }


def test_other_geometries_give_a_point_inside(tmp_path: Path) -> None:
    square = '{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,1],[0,1],[0,0]]]}'
    table, issues, _ = load(tmp_path, collection(feature(square), feature("null")))
    assert table["geometry.latitude"].to_dict() == {1: "0.5", 2: ""}
    assert table["geometry.longitude"].to_dict() == {1: "1", 2: ""}
    assert issues.empty


def test_the_id_of_the_feature_never_hides_a_property(tmp_path: Path) -> None:
    point = '{"type":"Point","coordinates":[2,48]}'
    table, _, _ = load(tmp_path, collection(feature(point, more='"id":"n1",')))
    assert table.loc[1, "id"] == "n1"
    table, _, _ = load(tmp_path, collection(feature(point, '{"id":7}', '"id":"n1",')))
    assert (table.loc[1, "id"], table.loc[1, "feature.id"]) == ("7", "n1")


@pytest.mark.parametrize(
    "geometry",
    [
        '{"type":"Point","coordinates":[]}',
        '{"type":"Point","coordinates":[null,48]}',
        '{"type":"Point","coordinates":[NaN,48]}',
        '{"type":"Point","coordinates":["x",48]}',
        '{"type":"Polygon","coordinates":[[[0,0]]]}',
        '{"type":"Blob"}',
        '"POINT(2 48)"',
        "[]",
    ],
)
def test_a_bad_geometry_costs_itself_only(tmp_path: Path, geometry: str) -> None:
    good = feature('{"type":"Point","coordinates":[2,48]}')
    table, issues, _ = load(tmp_path, collection(feature(geometry), good))
    assert table["geometry.latitude"].to_dict() == {1: "", 2: "48"}
    assert table["nom"].to_dict() == {1: "A", 2: "A"}
    assert issues[["row", "code"]].to_numpy().tolist() == [[1, "geometrie_illisible"]]


def crs(name: str) -> str:
    return f'"crs":{{"type":"name","properties":{{"name":"{name}"}}}},'


def test_lambert_93_is_converted_and_said(tmp_path: Path) -> None:
    point = feature('{"type":"Point","coordinates":[652381.0,6862047.0]}')
    content = collection(point, feature("null"), more=crs("urn:ogc:def:crs:EPSG::2154"))
    table, issues, _ = load(tmp_path, content)
    assert table.loc[1, "geometry.latitude"].startswith("48.8566")
    assert table.loc[1, "geometry.longitude"].startswith("2.3509")
    assert table.loc[2, "geometry.latitude"] == ""
    assert issues[["row", "code"]].to_numpy().tolist() == [[0, "projection_convertie"]]


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326"])
def test_wgs84_by_name_is_left_alone(tmp_path: Path, name: str) -> None:
    point = feature('{"type":"Point","coordinates":[2.10,48.0]}')
    table, issues, _ = load(tmp_path, collection(point, more=crs(name)))
    assert table.loc[1, "geometry.longitude"] == "2.10"
    assert issues.empty


def test_an_unknown_system_is_left_alone_and_said(tmp_path: Path) -> None:
    point = feature('{"type":"Point","coordinates":[2.10,48.0]}')
    table, issues, _ = load(tmp_path, collection(point, more=crs("planète X")))
    assert table.loc[1, "geometry.longitude"] == "2.10"
    assert issues["code"].tolist() == ["projection_inconnue"]


def test_features_can_be_read_as_plain_records(tmp_path: Path) -> None:
    content = collection(feature("null"))
    table, _, kind = load(tmp_path, content, records="features.*.properties")
    assert kind == "json"
    assert table.to_dict("index") == {1: {"nom": "A"}}


def test_one_feature_per_line(tmp_path: Path) -> None:
    point = feature('{"type":"Point","coordinates":[2,48]}')
    table, _, kind = load(tmp_path, f"{point}\n{point}\n")
    assert (kind, len(table)) == ("geojson", 2)


def test_json_declared_as_geojson_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, '{"a":1}', format="geojson").code == "geojson_invalide"
