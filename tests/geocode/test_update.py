"""`opendata reference update`: what is written, and what a bad download leaves alone."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from opendata.errors import FetchError
from opendata.geocode.communes import load_reference, resolve, territory_of
from opendata.geocode.points import place_points
from opendata.geocode.update import COMMUNES_URL, EPCI_URL, UpdateResult, update_reference
from opendata.model import FetchOutcome, Snapshot, Source
from opendata.paths import Paths


def commune(code: str = "45234", **changes: Any) -> dict[str, Any]:
    square = [[1.8, 47.8], [2.0, 47.8], [2.0, 48.0], [1.8, 48.0], [1.8, 47.8]]
    entry = {
        "nom": "Orléans-la-Neuve",
        "code": code,
        "codeDepartement": "45",
        "codeRegion": "24",
        "codesPostaux": ["45000", "45100"],
        "population": 120000,
        "codeEpci": "299999999",
        "surface": 2748.0,
        "centre": {"type": "Point", "coordinates": [1.9, 47.9]},
        "contour": {"type": "Polygon", "coordinates": [square]},
    }
    return {key: value for key, value in (entry | changes).items() if value is not None}


EPCIS = [{"code": "299999999", "nom": "Orléans Galaxie"}]


class FetchRoom:
    """Stands in for ``opendata.fetch.fetch``: answers by URL, remembers what was asked."""

    def __init__(self, folder: Path, answers: dict[str, Any], day: int = 1) -> None:
        self.folder, self.answers, self.day = folder, answers, day
        self.asked: list[Source] = []

    def __call__(self, source: Source, paths: Paths) -> FetchOutcome:
        self.asked.append(source)
        answer = self.answers.get(source.fetch.url)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return FetchOutcome(source.id, (), False, error_fr="404 : absent.", error_en="404.")
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        path = self.folder / f"{source.id}.json"
        path.write_bytes(content)
        snapshot = Snapshot(
            source=source.id,
            path=path,
            url=source.fetch.url,
            fetched_at=datetime(2026, 11, self.day, 6, tzinfo=UTC),
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            via="http",
        )
        return FetchOutcome(source.id, (snapshot,), True)


def url(departement: str) -> str:
    return COMMUNES_URL.format(departement=departement)


def run(paths: Paths, tmp_path: Path, communes: Any, day: int = 1) -> UpdateResult:
    room = FetchRoom(tmp_path, {url("45"): communes, EPCI_URL: EPCIS}, day)
    return next(update_reference(["45"], paths, fetch=room))


def test_the_addresses_asked_for(paths: Paths, tmp_path: Path) -> None:
    room = FetchRoom(tmp_path, {url("45"): [commune()], EPCI_URL: EPCIS})
    list(update_reference(["45", "2A"], paths, fetch=room))
    assert [source.fetch.url for source in room.asked] == [
        "https://geo.api.gouv.fr/epcis?fields=code,nom&format=json",
        "https://geo.api.gouv.fr/departements/45/communes?fields=nom,code,codeDepartement,codeRegion,codesPostaux,population,codeEpci,surface,centre,contour&format=json",
        "https://geo.api.gouv.fr/departements/2A/communes?fields=nom,code,codeDepartement,codeRegion,codesPostaux,population,codeEpci,surface,centre,contour&format=json",
    ]
    assert [source.id for source in room.asked][1:] == [
        "reference-communes-45",
        "reference-communes-2a",
    ]


def test_an_update_overlays_the_embedded_reference(paths: Paths, tmp_path: Path) -> None:
    before = load_reference(paths)
    result = run(paths, tmp_path, [commune()])
    assert (result.ok, result.communes, result.vintage) == (True, 1, "2026-11-01")
    after = load_reference(paths)
    assert after.fingerprint != before.fingerprint
    assert after.vintage == "COG 2026 ; 45 : 2026-11-01"
    assert after.official["45234"] == "Orléans-la-Neuve"
    territory = territory_of(pd.Series(["45234"], dtype="str"), after).iloc[0]
    assert territory["epci"] == "Orléans Galaxie"
    assert territory["departement"] == "Loiret"
    assert territory["population"] == 120000
    # What the API does not know stays: its neighbours, former communes, other départements.
    assert len(after.frame) == len(before.frame)
    assert after.official["45232"] == "Olivet"
    assert after.today["45234"] == "45234"


def test_former_communes_follow_into_the_new_epci(paths: Paths, tmp_path: Path) -> None:
    before = load_reference(paths).frame
    former = before[(before["parent"].str[:2] == "45") & (before["type"] != "commune")].iloc[0]
    run(paths, tmp_path, [commune(former["parent"])])
    after = load_reference(paths).frame
    rows = after[(after["code"] == former["code"]) & (after["type"] == former["type"])]
    assert set(rows["epci_nom"]) == {"Orléans Galaxie"}


def test_contours_judge_points(paths: Paths, tmp_path: Path) -> None:
    run(paths, tmp_path, [commune()])
    reference = load_reference(paths)
    table = pd.DataFrame(
        {
            "commune": "Orléans-la-Neuve",
            "code_postal": "45000",
            "code_insee": "45234",
            "adresse": ["1 rue A", "2 rue B", "3 rue C"],
            # inside; 1.1 km north of the edge; 5.6 km north of it
            "latitude": [47.81, 48.01, 48.05],
            "longitude": [1.81, 1.9, 1.9],
        },
        index=[2, 3, 4],
    )
    found, _ = resolve(table, reference)
    located = table.assign(
        code_insee=found["code_insee"], score=found["score"], corrected=False, geo_precision=""
    )
    points, issues = place_points(located, reference)
    assert points["geo_methode"].tolist() == ["source", "source", "commune"]
    assert points["latitude"].tolist() == [47.81, 48.01, 47.9]
    assert issues[["row", "code", "detail"]].to_numpy().tolist() == [
        [4, "point_hors_commune", "5,6 km"]
    ]


def test_the_note_beside_the_file(paths: Paths, tmp_path: Path) -> None:
    run(paths, tmp_path, [commune()])
    note = json.loads((paths.reference / "communes-45.json").read_text(encoding="utf-8"))
    content = (paths.reference / "communes-45.parquet").read_bytes()
    assert note["vintage"] == "2026-11-01"
    assert note["url"] == url("45")
    assert note["licence"] == "etalab-2.0"
    assert note["sha256"] == hashlib.sha256(content).hexdigest()
    assert not list(paths.reference.glob("*.part"))


def test_the_same_download_gives_the_same_bytes(paths: Paths, tmp_path: Path) -> None:
    entries = [commune("45232", nom="Olivet"), commune()]
    run(paths, tmp_path, entries)
    first = (paths.reference / "communes-45.parquet").read_bytes()
    run(paths, tmp_path, entries[::-1])
    assert (paths.reference / "communes-45.parquet").read_bytes() == first


@pytest.mark.parametrize(
    "communes",
    [
        pytest.param(b"<html>maintenance</html>", id="not JSON"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param([], id="empty"),
        pytest.param({"message": "erreur"}, id="not a list"),
        pytest.param(["45234"], id="not communes"),
        pytest.param([commune(nom=None)], id="no name"),
        pytest.param([commune(codeDepartement="41")], id="another département"),
        pytest.param([commune(), commune()], id="twice the same"),
        pytest.param([commune(centre={"coordinates": [47.9, 191.0]})], id="no such latitude"),
        pytest.param([commune(centre={"coordinates": ["x", "y"]})], id="centre is text"),
        pytest.param([commune(contour={"type": "Polygon"})], id="contour without coordinates"),
        pytest.param([commune(population="beaucoup")], id="population is text"),
        pytest.param(FetchError("panne", fr="Panne.", en="Outage."), id="fetch raises"),
        pytest.param(None, id="fetch fails"),
    ],
)
def test_a_bad_download_leaves_the_vintage_in_use(
    paths: Paths, tmp_path: Path, communes: Any
) -> None:
    run(paths, tmp_path, [commune()], day=1)
    kept = (paths.reference / "communes-45.parquet").read_bytes()
    result = run(paths, tmp_path, communes, day=2)
    assert not result.ok
    assert (result.vintage, result.communes) == ("2026-11-01", 1)
    assert "2026-11-01 reste en usage" in result.fr
    assert "2026-11-01 stays in use" in result.en
    assert (paths.reference / "communes-45.parquet").read_bytes() == kept


def test_one_failure_costs_only_itself(paths: Paths, tmp_path: Path) -> None:
    answers = {url("45"): [commune()], url("41"): b"{", EPCI_URL: EPCIS}
    results = list(update_reference(["41", "45"], paths, fetch=FetchRoom(tmp_path, answers)))
    assert [result.ok for result in results] == [False, True]
    assert "le référentiel livré sert" in results[0].fr


def test_names_of_epci_may_fail(paths: Paths, tmp_path: Path) -> None:
    room = FetchRoom(tmp_path, {url("45"): [commune(codeEpci="244500468")]})
    result = next(update_reference(["45"], paths, fetch=room))
    assert result.ok
    assert "non mis à jour" in result.fr
    territory = territory_of(pd.Series(["45234"], dtype="str"), load_reference(paths))
    assert territory["epci"].tolist() == ["Orléans Métropole"]


def test_a_commune_without_contour_or_epci_is_kept(paths: Paths, tmp_path: Path) -> None:
    bare = commune(contour=None, codeEpci=None, centre=None, population=None, surface=None)
    assert run(paths, tmp_path, [bare]).ok
    reference = load_reference(paths)
    assert reference.contours.empty
    assert territory_of(pd.Series(["45234"], dtype="str"), reference)["epci"].tolist() == [""]


@pytest.mark.mirror
def test_the_project_s_own_fetch_room(mirror: Path, tmp_path: Path) -> None:
    paths = Paths(home=tmp_path, catalog=tmp_path, mirror=mirror)
    found, missing = update_reference(["45", "66"], paths)
    assert (found.ok, found.communes) == (True, 325)
    assert not missing.ok
    reference = load_reference(paths)
    assert len(reference.contours) == 325
    assert reference.current.loc["45234", "nom"] == "Orléans"
