"""The addresses of a département: what is made of an extract, and what refuses one."""

import csv
import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from opendata.geocode.ban_files import ban_files
from opendata.geocode.update import BAN_URL, EPCI_URL, UpdateResult, update_reference
from opendata.paths import Paths
from tests.geocode.test_update import EPCIS, FetchRoom, commune, url

HEADER = [
    *("id", "id_fantoir", "numero", "rep", "nom_voie", "code_postal", "code_insee"),
    *("nom_commune", "code_insee_ancienne_commune", "nom_ancienne_commune", "x", "y", "lon"),
    *("lat", "type_position", "alias", "nom_ld", "libelle_acheminement", "nom_afnor"),
    *("source_position", "source_nom_voie", "certification_commune", "cad_parcelles"),
]


def address(number: int = 1, **changes: str) -> dict[str, str]:
    """One line as the BAN has it."""
    line = {
        "id": f"45234_0042_{number:05d}",
        "id_fantoir": "45234_0042",
        "numero": str(number),
        "nom_voie": "Rue des Carmes",
        "code_postal": "45000",
        "code_insee": "45234",
        "nom_commune": "Orléans",
        "x": "617000.1",
        "y": "6755000.2",
        "lon": f"{1.9 + number / 10_000:.6f}",
        "lat": "47.902",
        "type_position": "entrée",
        "source_nom_voie": "commune",
        "certification_commune": "1",
    }
    return line | changes


def extract(
    lines: list[dict[str, str]], columns: list[str] | None = None, end: str = "\n"
) -> bytes:
    """The lines as the CSV of an extract, not packed."""
    out = io.StringIO()
    writer = csv.DictWriter(
        out, columns or HEADER, restval="", extrasaction="ignore", delimiter=";",
        lineterminator=end,
    )  # fmt: skip
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def pack(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


FULL = [address(n) for n in range(1, 9)]


def update(
    paths: Paths, folder: Path, content: bytes | None, day: int = 1, departement: str = "45"
) -> UpdateResult:
    answers: dict[str, Any] = {
        url(departement): [commune()],
        EPCI_URL: EPCIS,
        BAN_URL.format(departement=departement): content,
    }
    room = FetchRoom(folder, answers, day)
    communes, ban = update_reference([departement], paths, ban=True, fetch=room)
    assert (communes.kind, ban.kind) == ("communes", "ban")
    return ban


def table(paths: Paths, departement: str = "45") -> pa.Table:
    return pq.read_table(paths.reference / f"ban-{departement}.parquet")


def note(paths: Paths, departement: str = "45") -> dict[str, Any]:
    content = (paths.reference / f"ban-{departement}.json").read_bytes()
    found: dict[str, Any] = json.loads(content)
    return found


# --- what is written ------------------------------------------------------------------------


def test_the_columns_and_the_note(paths: Paths, tmp_path: Path) -> None:
    packed = pack(extract([address(12, rep="bis", nom_ld="Le Bourg")]))
    result = update(paths, tmp_path, packed)
    assert (result.ok, result.changed, result.addresses) == (True, True, 1)
    assert result.fr == ("Département 45, BAN : 1 adresses, 1 voies, millésime 2026-11-01.")
    found = table(paths)
    assert found.to_pylist() == [
        {
            "id": "45234_0042_00012",
            "numero": 12,
            "rep": "bis",
            "nom_voie": "Rue des Carmes",
            "nom_ld": "Le Bourg",
            "code_postal": "45000",
            "code_insee": "45234",
            "nom_commune": "Orléans",
            "code_insee_ancienne_commune": "",
            "nom_ancienne_commune": "",
            "longitude": 1.9012,
            "latitude": 47.902,
            "type_position": "entrée",
        }
    ]
    kinds = {"numero": pa.int32(), "longitude": pa.float64(), "latitude": pa.float64()}
    assert [field.type for field in found.schema] == [
        kinds.get(name, pa.string()) for name in found.column_names
    ]
    assert found.schema.metadata == {b"vintage": b"2026-11-01"}
    content = (paths.reference / "ban-45.parquet").read_bytes()
    assert note(paths) == {
        "vintage": "2026-11-01",
        "fetched_at": "2026-11-01T06:00:00Z",
        "url": "https://adresse.data.gouv.fr/data/ban/adresses/latest/csv/adresses-45.csv.gz",
        "via": "http",
        "format": 1,
        "licence": "etalab-2.0",
        "attribution": "Base Adresse Nationale : communes, DINUM, ANCT, IGN",
        "addresses": 1,
        "streets": 1,
        "dropped": {},
        "source_sha256": hashlib.sha256(packed).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert sorted(path.name for path in paths.reference.iterdir()) == [
        "ban-45.json",
        "ban-45.parquet",
        "communes-45.json",
        "communes-45.parquet",
    ]


def test_rows_are_sorted_whatever_their_order_in_the_file(paths: Paths, tmp_path: Path) -> None:
    lines = [
        address(2),
        address(10),
        address(9, rep="ter"),
        address(9, rep="bis"),
        address(9),
        address(1, nom_voie="Allée d'Été"),
        address(1, nom_voie="Allée Z"),
        address(3, code_insee_ancienne_commune="45900"),
        address(1, code_insee="45001", nom_voie="Zone"),
        address(5, id="b"),
        address(5, id="a"),
    ]
    update(paths, tmp_path, pack(extract(lines)))
    first = (paths.reference / "ban-45.parquet").read_bytes()
    keys = ["code_insee", "nom_voie", "code_insee_ancienne_commune", "numero", "rep", "id"]
    rows = [tuple(row[key] for key in keys) for row in table(paths).to_pylist()]
    assert rows == sorted(rows)
    assert len(rows) == len(lines)
    assert note(paths)["streets"] == 5
    update(paths, tmp_path, pack(extract(lines[::-1])))
    assert (paths.reference / "ban-45.parquet").read_bytes() == first


def test_a_file_in_many_blocks_is_one_table(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opendata.geocode.update.ban_extract._BLOCK_BYTES", 2000)
    monkeypatch.setattr("opendata.geocode.update.ban_table.SLICE_ROWS", 100)
    lines = [address(n % 50, nom_voie=f"Rue {n}", id=f"{n:04d}") for n in range(300)]
    update(paths, tmp_path, pack(extract(lines)))
    found = table(paths)
    assert sorted(found["id"].to_pylist()) == [line["id"] for line in lines]
    by_id = {row["id"]: row["nom_voie"] for row in found.to_pylist()}
    assert all(by_id[line["id"]] == line["nom_voie"] for line in lines)
    assert pq.read_metadata(paths.reference / "ban-45.parquet").num_row_groups == 3


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"nom_voie": " ", "nom_ld": ""}, "sans_nom"),
        ({"code_insee": ""}, "sans_commune"),
        ({"lon": ""}, "point_illisible"),
        ({"lat": "47,9"}, "point_illisible"),
        ({"lon": "nan"}, "point_illisible"),
        ({"lon": "0", "lat": "0.0"}, "point_illisible"),
        ({"lon": "47.902", "lat": "1.9"}, "hors_france"),
        ({"lat": "95"}, "hors_france"),
    ],
)
def test_lines_of_no_use_are_left_out_and_counted(
    paths: Paths, tmp_path: Path, wrong: dict[str, str], reason: str
) -> None:
    result = update(paths, tmp_path, pack(extract([*FULL, address(99, **wrong)])))
    assert result.addresses == len(FULL)
    assert note(paths)["dropped"] == {reason: 1}
    assert "lignes écartées" in result.fr
    assert "lines left out" in result.en


def test_a_malformed_line_is_left_out_and_counted(paths: Paths, tmp_path: Path) -> None:
    content = extract(FULL) + b"45234_0042_00099;trop;court\n"
    result = update(paths, tmp_path, pack(content))
    assert result.addresses == len(FULL)
    assert note(paths)["dropped"] == {"ligne_illisible": 1}


@pytest.mark.parametrize(
    ("stated", "number"), [("", 0), ("  7 ", 7), ("12 bis", 0), ("-3", 0), ("99999999999", 0)]
)
def test_house_numbers(paths: Paths, tmp_path: Path, stated: str, number: int) -> None:
    update(paths, tmp_path, pack(extract([address(1, numero=stated)])))
    assert table(paths)["numero"].to_pylist() == [number]


def test_a_place_name_alone_is_kept(paths: Paths, tmp_path: Path) -> None:
    update(paths, tmp_path, pack(extract([address(1, nom_voie="", nom_ld="La Source"), *FULL])))
    assert table(paths)["nom_ld"].to_pylist()[0] == "La Source"
    assert note(paths)["streets"] == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pack(extract(FULL, end="\r\n")), id="CRLF"),
        pytest.param(pack(b"\xef\xbb\xbf" + extract(FULL)), id="BOM"),
        pytest.param(extract(FULL), id="unpacked on the way"),
        pytest.param(pack(extract(FULL)[:500]) + pack(extract(FULL)[500:]), id="two gzip members"),
        pytest.param(pack(extract(FULL).rstrip(b"\n")), id="no end of line"),
        pytest.param(pack(extract(FULL, HEADER[::-1])), id="other order of columns"),
    ],
)
def test_forms_of_one_file(paths: Paths, tmp_path: Path, content: bytes) -> None:
    assert update(paths, tmp_path, content).addresses == len(FULL)
    assert table(paths)["numero"].to_pylist() == list(range(1, 9))
    assert table(paths)["type_position"].unique().to_pylist() == ["entrée"]


def test_optional_columns_may_lack_and_new_ones_are_told(paths: Paths, tmp_path: Path) -> None:
    needed = ["id", "numero", "nom_voie", "code_insee", "lon", "lat", "code_postal"]
    result = update(paths, tmp_path, pack(extract(FULL, [*needed, "alias", "cle_nouvelle"])))
    assert result.ok
    assert "cle_nouvelle" in result.fr
    assert "cle_nouvelle" in result.en
    assert "alias" not in result.fr
    row = table(paths).to_pylist()[0]
    assert [name for name, value in row.items() if value == ""] == [
        *("rep", "nom_ld", "nom_commune", "code_insee_ancienne_commune"),
        *("nom_ancienne_commune", "type_position"),
    ]


@pytest.mark.parametrize(
    ("departement", "code", "longitude", "latitude"),
    [
        ("2A", "2A004", "8.7", "41.9"),
        ("971", "97105", "-61.7", "16.0"),
        ("988", "98818", "166.4", "-22.2"),
    ],
)
def test_codes_of_corsica_and_overseas(
    paths: Paths, tmp_path: Path, departement: str, code: str, longitude: str, latitude: str
) -> None:
    line = address(1, code_insee=code, lon=longitude, lat=latitude)
    result = update(paths, tmp_path, pack(extract([line])), departement=departement)
    assert result.ok, result.fr
    assert table(paths, departement)["code_insee"].to_pylist() == [code]


# --- what is refused ------------------------------------------------------------------------


def flipped(content: bytes) -> bytes:
    """One bit of the CRC at the end of a gzip file is wrong."""
    return content[:-6] + bytes([content[-6] ^ 1]) + content[-5:]


def without(name: str) -> list[str]:
    return [column for column in HEADER if column != name]


GOOD = pack(extract(FULL))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(GOOD[:-3], "abîmée ou coupée", id="cut in the trailer"),
        pytest.param(GOOD[: len(GOOD) // 2], "abîmée ou coupée", id="cut in the middle"),
        pytest.param(GOOD[:5], "abîmée ou coupée", id="cut in the head"),
        pytest.param(flipped(GOOD), "abîmée ou coupée", id="wrong CRC"),
        pytest.param(GOOD + b"<html>", "abîmée ou coupée", id="something behind the file"),
        pytest.param(b"", "sans la colonne id", id="empty"),
        pytest.param(pack(b""), "sans la colonne id", id="packed emptiness"),
        pytest.param(pack(b"<html>\n"), "sans la colonne id", id="a page"),
        pytest.param(pack(extract([])), "aucune adresse utilisable", id="no line"),
        pytest.param(pack(extract([address(1, lon="")])), "aucune adresse", id="no usable line"),
        pytest.param(pack(extract(FULL, without("lat"))), "sans la colonne lat", id="no lat"),
        pytest.param(
            pack(extract(FULL, [*without("lon"), "longitude"])), "colonne lon", id="lon renamed"
        ),
        pytest.param(pack(extract(FULL, [*HEADER, "id"])), "deux fois", id="a column twice"),
        pytest.param(
            pack(extract([*FULL, address(9, code_insee="41018")])),
            "la commune 41018 n'est pas du département 45",
            id="another département",
        ),
        pytest.param(
            pack(extract(FULL).replace("é".encode(), b"\xe9")), "CSV illisible", id="Latin-1"
        ),
        pytest.param(
            pack(extract(FULL).replace(b"nom_voie", b"nom_voi\xe9")), "UTF-8", id="Latin-1 header"
        ),
        pytest.param(None, "404", id="not there"),
    ],
)
def test_a_bad_extract_leaves_the_vintage_in_use(
    paths: Paths, tmp_path: Path, content: bytes | None, said: str
) -> None:
    update(paths, tmp_path, GOOD, day=1)
    kept = (paths.reference / "ban-45.parquet").read_bytes()
    result = update(paths, tmp_path, content, day=2)
    assert not result.ok
    assert (result.vintage, result.addresses) == ("2026-11-01", len(FULL))
    assert said in result.fr
    assert "le millésime 2026-11-01 reste en usage" in result.fr
    assert "vintage 2026-11-01 stays in use" in result.en
    assert result.fr.endswith(".")
    assert "\n" not in result.fr
    assert (paths.reference / "ban-45.parquet").read_bytes() == kept
    assert not list(paths.reference.glob("*.part"))


def test_addresses_that_are_not_there_cost_only_themselves(paths: Paths, tmp_path: Path) -> None:
    room = FetchRoom(tmp_path, {url("45"): [commune()], EPCI_URL: EPCIS})
    communes, ban = update_reference(["45"], paths, ban=True, fetch=room)
    assert communes.ok
    assert not ban.ok
    assert "aucune adresse n'est en usage" in ban.fr
    assert ban_files(paths) == {}


def test_addresses_come_without_communes(paths: Paths, tmp_path: Path) -> None:
    room = FetchRoom(tmp_path, {BAN_URL.format(departement="45"): GOOD})
    communes, ban = update_reference(["45"], paths, ban=True, fetch=room)
    assert (communes.ok, ban.ok) == (False, True)


def test_addresses_are_asked_for_only_on_demand(paths: Paths, tmp_path: Path) -> None:
    room = FetchRoom(tmp_path, {url("45"): [commune()], EPCI_URL: EPCIS})
    assert [result.kind for result in update_reference(["45"], paths, fetch=room)] == ["communes"]


def test_an_extract_of_less_than_half_is_refused(paths: Paths, tmp_path: Path) -> None:
    update(paths, tmp_path, GOOD, day=1)
    result = update(paths, tmp_path, pack(extract(FULL[:3])), day=2)
    assert not result.ok
    assert "3 adresses" in result.fr
    assert "en a 8" in result.fr
    assert "ban-45.parquet" in result.fr
    # It is no update the next time either, although nothing changed at the server.
    assert not update(paths, tmp_path, pack(extract(FULL[:3])), day=2).ok
    assert update(paths, tmp_path, pack(extract(FULL[:4])), day=2).ok


def test_less_than_half_is_taken_once_the_old_file_is_deleted(paths: Paths, tmp_path: Path) -> None:
    update(paths, tmp_path, GOOD, day=1)
    (paths.reference / "ban-45.parquet").unlink()
    result = update(paths, tmp_path, pack(extract(FULL[:1])), day=2)
    assert (result.ok, result.addresses) == (True, 1)


# --- what did not change --------------------------------------------------------------------


def test_the_same_download_makes_nothing_new(paths: Paths, tmp_path: Path) -> None:
    update(paths, tmp_path, GOOD)
    before = (paths.reference / "ban-45.parquet").stat()
    result = update(paths, tmp_path, GOOD)
    after = (paths.reference / "ban-45.parquet").stat()
    assert (result.ok, result.changed, result.addresses) == (True, False, len(FULL))
    assert "déjà à jour" in result.fr
    assert "already up to date" in result.en
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("damage", ["table", "note", "no table", "no note", "format"])
def test_the_same_download_repairs_what_is_damaged(
    paths: Paths, tmp_path: Path, damage: str
) -> None:
    update(paths, tmp_path, GOOD)
    target = paths.reference / "ban-45.parquet"
    good, good_note = target.read_bytes(), note(paths)
    if damage == "table":
        target.write_bytes(good[:-1] + b"?")
    elif damage == "no table":
        target.unlink()
    elif damage == "no note":
        target.with_suffix(".json").unlink()
    elif damage == "note":
        target.with_suffix(".json").write_text("{")
    else:
        target.with_suffix(".json").write_text(json.dumps(good_note | {"format": 0}))
    result = update(paths, tmp_path, GOOD)
    assert (result.ok, result.changed) == (True, True)
    assert target.read_bytes() == good
    assert note(paths) == good_note


@pytest.mark.mirror
def test_the_real_file_of_paris(mirror: Path, tmp_path: Path) -> None:
    paths = Paths(home=tmp_path, catalog=tmp_path, mirror=mirror)
    _, ban = update_reference(["75"], paths, ban=True)
    assert (ban.ok, ban.addresses) == (True, 158_048)
    found = table(paths, "75")
    assert found["id"].null_count == 0
    assert len(found["code_insee"].unique()) == 20
    assert note(paths, "75")["dropped"] == {}
