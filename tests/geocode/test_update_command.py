"""`opendata reference update` and `status`, the flow, and a server instead of a mirror."""

import hashlib
import json
import logging
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from opendata.fetch import snapshots
from opendata.geocode.update import BAN_URL, COMMUNES_URL, EPCI_URL, update_reference
from opendata.paths import Paths
from tests.builders import TERRITORY, edit_dataset, small_dataset, small_source
from tests.conftest import Command
from tests.geocode.test_update import EPCIS, commune
from tests.geocode.test_update_ban import FULL, extract, pack


@pytest.fixture
def loiret(paths: Paths) -> str:
    """The one dataset of the catalogue."""
    small_source(paths)
    small_dataset(paths, "loiret")
    edit_dataset(paths, "loiret", TERRITORY, '"departement:45"')
    return "loiret"


@pytest.fixture
def small_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Communes and addresses of 45, addresses only of 2A."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    corsica = [line | {"code_insee": "2A004", "lon": "8.73", "lat": "41.92"} for line in FULL]
    given = {
        EPCI_URL: json.dumps(EPCIS).encode(),
        COMMUNES_URL.format(departement="45"): json.dumps([commune()]).encode(),
        BAN_URL.format(departement="45"): pack(extract(FULL)),
        BAN_URL.format(departement="2A"): pack(extract(corsica)),
    }
    entries = []
    for number, (url, content) in enumerate(given.items()):
        (folder / f"{number}.bin").write_bytes(content)
        entries.append(f'[[file]]\nurl = "{url}"\npath = "{number}.bin"\n')
    (folder / "mirror.toml").write_text("".join(entries))
    monkeypatch.setenv("OPENDATA_MIRROR", str(folder))
    return folder


@pytest.mark.usefixtures("small_mirror")
def test_one_line_per_departement_and_kind(command: Command) -> None:
    status, output = command("reference", "update", "--departement", "45")
    assert status == 0
    first, second = output.splitlines()
    assert first.startswith("Département 45 : 1 communes, millésime ")
    assert second.startswith("Département 45, BAN : 8 adresses, 1 voies, millésime ")
    status, output = command("reference", "update", "--departement", "45")
    assert status == 0
    assert output.count("déjà à jour") == 2


@pytest.mark.usefixtures("small_mirror")
def test_a_departement_that_fails_costs_itself_and_the_status(command: Command) -> None:
    status, output = command("reference", "update", "--departement", "45", "--departement", "2a")
    assert status == 1
    lines = output.splitlines()
    assert [line[12:15] for line in lines] == ["2A ", "2A,", "45 ", "45,"]
    assert [", BAN" in line for line in lines] == [False, True, False, True]
    assert "communes non mises à jour, le référentiel livré sert" in lines[0]
    assert "8 adresses" in lines[1]


@pytest.mark.usefixtures("small_mirror")
def test_without_ban_no_addresses_are_asked_for(command: Command, paths: Paths) -> None:
    status, output = command("reference", "update", "--departement", "45", "--without-ban")
    assert (status, "BAN" in output) == (0, False)
    assert not paths.raw_source("reference-ban-45").exists()


@pytest.mark.usefixtures("small_mirror")
def test_results_for_programs(command: Command) -> None:
    status, output = command("reference", "update", "--departement", "2A", "--json")
    communes, ban = json.loads(output)
    assert status == 1
    assert (communes["kind"], communes["ok"], communes["communes"]) == ("communes", False, 0)
    assert (ban["kind"], ban["ok"], ban["addresses"]) == ("ban", True, 8)
    assert (ban["departement"], ban["changed"]) == ("2A", True)
    assert ban["fr"] and ban["en"]


@pytest.mark.usefixtures("small_mirror")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("2C", "« 2C »"),
        ("1", "voulez-vous dire « 01 »"),
        ("9711", "voulez-vous dire « 971 »"),
        ("../45", "« ../45 »"),
        ("", "«  »"),
    ],
)
def test_an_unknown_departement_is_refused(
    command: Command, paths: Paths, code: str, said: str
) -> None:
    status, output = command("reference", "update", "--departement", "45", "--departement", code)
    assert status == 2
    assert said in output
    assert "2A et 2B" in output
    assert not paths.raw.exists()


@pytest.mark.usefixtures("small_mirror")
def test_a_dataset_and_departements_together(
    command: Command, loiret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def noted(departements: list[str], *_: object, **__: object) -> list[object]:
        asked.extend(departements)
        return []

    monkeypatch.setattr("opendata.geocode.update.update_reference", noted)
    update = ("reference", "update")
    for arguments, wanted in (
        ((), ["45"]),
        (("--dataset", loiret), ["45"]),
        (("--departement", "36"), ["36"]),
        (("--dataset", loiret, "--departement", "36", "--departement", "45"), ["36", "45"]),
    ):
        asked.clear()
        status, output = command(*update, *arguments)
        assert (status, asked) == (0, wanted), output
    assert command(*update, "--dataset", "loire")[0] == 2


@pytest.mark.usefixtures("small_mirror")
def test_a_damaged_download_does_not_stop_the_update(command: Command, paths: Paths) -> None:
    update = ("reference", "update", "--departement", "45")
    command(*update)
    damaged = paths.reference / "communes-45.parquet"
    good = damaged.read_bytes()
    damaged.write_bytes(b"PAR1")
    assert command(*update)[0] == 0
    assert damaged.read_bytes() == good


@pytest.mark.usefixtures("small_mirror")
def test_the_status_lists_what_is_in_use(command: Command, paths: Paths) -> None:
    status, output = command("reference", "status")
    assert status == 0
    assert "opendata reference update" in output
    assert command("reference", "status", "--json") == (0, "[]\n")
    command("reference", "update", "--departement", "45", "--departement", "2A")
    (paths.reference / "communes-45.parquet").write_bytes(b"PAR1")
    status, output = command("reference", "status")
    vintage = json.loads((paths.reference / "ban-45.json").read_text())["vintage"]
    assert [" ".join(line.split()) for line in output.splitlines()] == [
        f"2A BAN {vintage} 8 adresses etalab-2.0",
        f"45 communes {vintage} 1 communes etalab-2.0 ! abîmé",
        f"45 BAN {vintage} 8 adresses etalab-2.0",
    ]
    entries = json.loads(command("reference", "status", "--json")[1])
    assert [(one["departement"], one["kind"], one["state"], one["count"]) for one in entries] == [
        ("2A", "ban", "en_usage", 8),
        ("45", "communes", "abime", 1),
        ("45", "ban", "en_usage", 8),
    ]


# --- from a server --------------------------------------------------------------------------


@pytest.fixture
def ban_server(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    """The addresses come from the loop-back, and so do communes, which are always missing."""
    monkeypatch.setenv("NO_PROXY", "*")
    for name, path in (
        ("ban.BAN_URL", "/adresses-{departement}.csv.gz"),
        ("communes.COMMUNES_URL", "/communes-{departement}"),
        ("communes.EPCI_URL", "/epcis"),
    ):
        url = httpserver.url_for("/").rstrip("/") + path
        monkeypatch.setattr(f"opendata.geocode.update.{name}", url)
        if "ban" not in name:
            httpserver.expect_request(path.format(departement="45")).respond_with_data(status=404)
    return httpserver


def test_an_unchanged_file_is_not_sent_again(ban_server: HTTPServer, paths: Paths) -> None:
    packed = pack(extract(FULL))

    def answer(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response(packed, headers={"ETag": '"v1"'}, content_type="application/gzip")

    ban_server.expect_request("/adresses-45.csv.gz").respond_with_handler(answer)
    _, first = update_reference(["45"], paths, ban=True)
    _, second = update_reference(["45"], paths, ban=True)
    assert (first.ok, first.changed, second.ok, second.changed) == (True, True, True, False)
    log = [r.status_code for q, r in ban_server.log if q.path == "/adresses-45.csv.gz"]
    assert log == [200, 304]
    (copy,) = snapshots("reference-ban-45", paths)
    assert copy.path.name.endswith(".csv.gz")
    assert copy.sha256 == hashlib.sha256(packed).hexdigest()


def test_a_file_the_server_does_not_have(ban_server: HTTPServer, paths: Paths) -> None:
    ban_server.expect_request("/adresses-45.csv.gz").respond_with_data(status=404)
    _, ban = update_reference(["45"], paths, ban=True)
    assert not ban.ok
    assert "404 (fichier introuvable)" in ban.fr
    assert "aucune adresse n'est en usage" in ban.fr
    # A reference has no TOML to correct, and no deposit to make.
    assert "deposit" not in ban.fr + ban.en
    assert "fetch.url" not in ban.fr + ban.en


def test_a_page_in_place_of_the_file_is_refused(ban_server: HTTPServer, paths: Paths) -> None:
    page = "<!doctype html><html><body>Maintenance</body></html>"
    ban_server.expect_request("/adresses-45.csv.gz").respond_with_data(page)
    _, ban = update_reference(["45"], paths, ban=True)
    assert not ban.ok
    assert "une page HTML" in ban.fr


# --- the flow -------------------------------------------------------------------------------


@pytest.mark.flow
@pytest.mark.usefixtures("small_mirror")
def test_the_weekly_task_brings_both(
    paths: Paths, loiret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import reference

    monkeypatch.setenv("OPENDATA_CATALOG", str(paths.catalog))
    monkeypatch.setattr(reference, "get_run_logger", lambda: logging.getLogger("essai"))
    lines = reference.update_territories.fn(loiret)
    assert [(one["département"], one["fichier"], one["résultat"]) for one in lines] == [
        ("45", "communes", "à jour"),
        ("45", "BAN", "à jour"),
    ]
