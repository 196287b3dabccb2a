"""Files given by hand: the declared reading where it holds, else what the content shows."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.builders import small_source

from opendata.catalog import load_source
from opendata.errors import ReadError
from opendata.model import Source
from opendata.paths import Paths
from opendata.read.given import OTHER_REMARKS, REMARKS, read_given


@pytest.fixture
def source(paths: Paths) -> Source:
    small_source(paths)
    return load_source("essai", paths)


def given(source: Source, file: Path, content: str | bytes, **options: Any) -> pd.DataFrame:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    fetch = replace(source.fetch, **options)
    return read_given(file, replace(source, fetch=fetch)).table


def test_the_declared_options_hold_where_they_find_the_columns(
    source: Source, tmp_path: Path
) -> None:
    options = {"header_row": 2, "delimiter": ",", "encoding": "cp1252"}
    file = tmp_path / "lieux.csv"
    table = given(source, file, "Nos lieux\nid,nom\n1,Médiathèque\n".encode("cp1252"), **options)
    assert table.to_dict("list") == {"id": ["1"], "nom": ["Médiathèque"]}
    assert list(table.index) == [3]


@pytest.mark.parametrize(
    "options",
    [
        {"format": "json", "records": "a.b.*"},
        {"format": "geojson"},
        {"format": "xlsx", "sheet": "Lieux", "header_row": 4},
        {"format": "gpkg", "layer": "lieux"},
        {"format": "zip", "layer": "lieux"},
        {"format": "csv", "encoding": "cp1252", "delimiter": ","},
        {"format": "csv", "encoding": "utf-16", "header_row": 3},
        {"format": "tsv", "delimiter": "tab"},
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_a_plain_csv_is_read_whatever_is_declared(
    source: Source, tmp_path: Path, options: dict[str, Any], encoding: str
) -> None:
    content = "id;nom;tel\n1;Médiathèque, annexe;0261910001\n2;B;\n".encode(encoding)
    table = given(source, tmp_path / "lieux.csv", content, **options)
    assert table["nom"].tolist() == ["Médiathèque, annexe", "B"]
    assert list(table) == ["id", "nom", "tel"]


def test_json_is_read_where_csv_is_declared_and_kept_as_json(
    source: Source, tmp_path: Path
) -> None:
    file = tmp_path / "lieux.txt"
    file.write_text('[{"id": "1", "nom": "A"}]')
    found = read_given(file, source)
    assert (found.format, found.options.format) == ("json", "json")
    assert found.table["nom"].tolist() == ["A"]


@pytest.mark.parametrize("declared", ["csv", "json", "xlsx", "geojson"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!doctype html><p>id;nom</p>", "pas_une_table"),
        ("<html>\nid;nom\n1;A\n</html>", "pas_une_table"),
        ("%PDF-1.7 id;nom", "pas_une_table"),
        ("", "fichier_vide"),
    ],
)
def test_what_is_no_table_is_refused(
    source: Source, tmp_path: Path, declared: str, content: str, code: str
) -> None:
    with pytest.raises(ReadError) as refused:
        given(source, tmp_path / "lieux.csv", content, format=declared)
    assert refused.value.code == code


def test_damaged_json_is_called_so(source: Source, tmp_path: Path) -> None:
    with pytest.raises(ReadError) as refused:
        given(source, tmp_path / "lieux.json", '[{"id": "1", "nom": "A"', format="json")
    assert refused.value.code == "json_invalide"


def test_a_damaged_workbook_is_not_blamed_on_the_declaration(
    source: Source, tmp_path: Path
) -> None:
    damaged = b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml" + bytes(500)
    with pytest.raises(ReadError) as refused:
        given(source, tmp_path / "lieux.xlsx", damaged, format="csv")
    assert refused.value.code in ("classeur_illisible", "archive_illisible")


@pytest.mark.parametrize("name", [REMARKS, OTHER_REMARKS])
def test_remarks_of_an_earlier_check_are_left_out(
    source: Source, tmp_path: Path, name: str
) -> None:
    text = f"id;nom;{name}\n1;A;Téléphone : « abc » n'est pas un numéro\n2;B;\n3;C;Ligne : courte\n"
    file = tmp_path / "lieux.csv"
    assert list(given(source, file, text)) == ["id", "nom"]
    # Half of them rewritten by the producer are still those of a check; words of their own not.
    assert list(given(source, file, text.replace("Ligne : courte", "vu"))) == ["id", "nom"]
    theirs = f"id;nom;{name}\n1;A;fermé en août\n2;B;\n"
    assert list(given(source, file, theirs)) == ["id", "nom", name]


def test_a_column_the_source_reads_is_never_taken_for_remarks(
    source: Source, tmp_path: Path
) -> None:
    rule = replace(source.mapping["nom"][0], columns=(REMARKS,))
    rules = {**source.mapping, "presentation_detail": (rule,)}
    text = f"id;nom;{REMARKS}\n1;A;Téléphone : sur demande\n"
    table = given(replace(source, mapping=rules), tmp_path / "lieux.csv", text)
    assert table[REMARKS].tolist() == ["Téléphone : sur demande"]
