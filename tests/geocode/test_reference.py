"""The reference that ships with the code, and what happens when a file is damaged."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from opendata.errors import ReferenceDataError
from opendata.geocode import gazetteer
from opendata.geocode.communes import load_reference
from opendata.geocode.names import name_keys, stated_name
from opendata.paths import Paths, embedded_communes


def test_embedded_reference_is_whole(paths: Paths) -> None:
    frame = load_reference(paths).frame
    counts = frame["type"].value_counts()
    assert counts["commune"] > 34_900
    assert counts["arrondissement"] == 45
    current = frame[frame["type"] == "commune"]
    assert current["code"].is_unique
    assert (current["code"] == current["parent"]).all()
    assert frame["parent"].isin(current["code"]).all()
    # Corsican codes of before 1976 (20xxx) are former codes, never published.
    assert current["code"].str.fullmatch(r"([013-9]\d|2[AB1-9])\d{3}").all()
    assert (frame["departement_nom"] != "").all()
    assert (frame["region_nom"] != "").all()
    assert frame["codes_postaux"].str.fullmatch(r"(\d{5}(\|\d{5})*)?").all()
    order = frame.sort_values(["code", "type", "nom"], kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(frame, order)


def test_embedded_centres_are_in_their_part_of_the_world(paths: Paths) -> None:
    frame = load_reference(paths).frame
    current = frame[frame["type"] == "commune"]
    assert 0.38 < current["latitude"].notna().mean() < 0.6
    mainland = current[current["code"].str[:2] < "97"]
    assert mainland["latitude"].dropna().between(41, 51.2).all()
    assert mainland["longitude"].dropna().between(-5.3, 9.7).all()
    arrondissements = frame[frame["type"] == "arrondissement"]
    assert arrondissements["latitude"].notna().all()


def test_embedded_file_is_small_and_credited() -> None:
    assert embedded_communes().stat().st_size < 1_500_000
    credit = (embedded_communes().parent / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for word in ("INSEE", "La Poste", "GeoNames", "CC BY 4.0", "Licence Ouverte"):
        assert word in credit
    assert pq.read_schema(embedded_communes()).metadata[b"vintage"] == b"COG 2026"


def test_equal_content_has_equal_fingerprints(paths: Paths) -> None:
    assert load_reference(paths).fingerprint == load_reference(paths).fingerprint
    assert load_reference(paths).vintage == "COG 2026"


@pytest.mark.parametrize("content", [b"", b"not a table", b"PAR1 cut short"])
def test_a_damaged_download_is_named(paths: Paths, content: bytes) -> None:
    paths.reference.mkdir(parents=True)
    (paths.reference / "communes-45.parquet").write_bytes(content)
    with pytest.raises(ReferenceDataError) as caught:
        load_reference(paths)
    assert caught.value.code == "reference_illisible"
    assert "communes-45.parquet" in caught.value.fr
    assert "reference update" in caught.value.en


def test_a_file_of_another_kind_is_named(paths: Paths) -> None:
    paths.reference.mkdir(parents=True)
    pd.DataFrame({"code": ["45234"]}).to_parquet(paths.reference / "communes-45.parquet")
    with pytest.raises(ReferenceDataError, match="nom"):
        load_reference(paths)


def test_a_missing_embedded_reference_is_named(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gazetteer, "embedded_communes", lambda: tmp_path / "communes.parquet")
    with pytest.raises(ReferenceDataError, match="build_reference"):
        load_reference(paths)


@pytest.mark.parametrize(
    ("stated", "full", "arrondissement", "cedex", "postcode"),
    [
        ("Orléans cedex 2", "orleans", 0, True, ""),
        ("PARIS 10", "paris", 10, False, ""),
        ("Paris CEDEX 08", "paris", 8, True, ""),
        ("Marseille 13e arrondissement", "marseille", 13, False, ""),
        ("Lyon 12", "lyon", 0, False, ""),
        ("Paris-l'Hôpital", "paris l hopital", 0, False, ""),
        ("Saint-Ouen s/ Seine", "saint ouen sur seine", 0, False, ""),
        ("45000 Orléans (Loiret)", "orleans", 0, False, "45000"),
        ("L'Haÿ-les-Roses", "l hay les roses", 0, False, ""),
    ],
)
def test_stated_names(
    stated: str, full: str, arrondissement: int, cedex: bool, postcode: str
) -> None:
    name = stated_name(stated)
    shown = (name.full, name.arrondissement, name.cedex, name.postcode)
    assert shown == (full, arrondissement, cedex, postcode)


def test_small_words_do_not_tell_names_apart() -> None:
    assert name_keys("Le Mans")[1] == name_keys("Mans")[1]
    assert name_keys("Les")[1] == "les"
