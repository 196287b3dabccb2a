"""What a portal should hold, the table that says where, and the command."""

import json
import shutil
from pathlib import Path

import pytest

from opendata.catalog import load_dataset
from opendata.catalog.portals import PORTAL_KINDS, required_keys
from opendata.cli import main
from opendata.cli.push import PORTALS
from opendata.errors import CatalogError, UsageError
from opendata.portals import KINDS
from opendata.portals.client import _sayings
from opendata.portals.compare import Change
from opendata.portals.datagouv import _FREQUENCIES
from opendata.portals.words import shown
from tests.portals.conftest import CATALOGUE, Desk
from tests.portals.fake_udata import FREQUENCIES, FakeUdata


def test_the_portals_are_the_same_everywhere() -> None:
    assert tuple(KINDS) == PORTAL_KINDS == PORTALS


def test_every_frequency_has_a_name_that_udata_knows() -> None:
    regular = ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "ANNUAL", "IRREG", "HOURLY", "AS_NEEDED")
    assert all(set(_FREQUENCIES[code]) & set(FREQUENCIES) for code in regular)


@pytest.mark.parametrize("url", ["", "http://donnees.exemple.fr/", "https:///", "donnees"])
def test_without_a_public_address_nothing_is_pushed(
    on_udata: Desk, udata: FakeUdata, url: str
) -> None:
    on_udata.release("2026-11-20", own={"url": url})
    (on_udata.paths.catalog / "catalogue.toml").unlink()
    with pytest.raises(UsageError) as refused:
        on_udata.plan("datagouv")
    file = on_udata.paths.catalog / "catalogue.toml"
    assert f"renseignez « url » dans {file}, puis republiez" in refused.value.fr
    assert udata.log == []


def test_an_address_filled_in_since_only_has_to_be_published(on_udata: Desk) -> None:
    on_udata.release("2026-11-20", own={"url": ""})
    with pytest.raises(UsageError) as refused:
        on_udata.plan("datagouv")
    file = on_udata.paths.catalog / "catalogue.toml"
    assert f"« url » est renseignée depuis dans {file} ({CATALOGUE})" in refused.value.fr
    assert "republiez (opendata run lieux)." in refused.value.fr
    assert "renseignez" not in refused.value.fr
    on_udata.catalogue("http://donnees.exemple.fr/")
    with pytest.raises(UsageError, match="mettez-y une adresse https, puis republiez"):
        on_udata.plan("datagouv")


def test_an_address_that_changed_since_is_said(on_udata: Desk) -> None:
    assert on_udata.plan("datagouv").notes == ()
    for url, words in (
        ("https://autre.exemple.fr/", "vaut maintenant https://autre.exemple.fr/, mais"),
        ("", "n'y est plus renseignée, mais"),
    ):
        on_udata.catalogue(url)
        plan = on_udata.plan("datagouv")
        (note,) = plan.notes
        assert words in note.fr and f"({CATALOGUE})" in note.fr and "opendata run lieux" in note.fr
        assert plan.wanted.catalogue == CATALOGUE


def test_a_demonstration_is_refused(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.release("2026-11-20", own={"demonstration": True})
    with pytest.raises(UsageError, match="inventés"):
        on_udata.plan("datagouv")
    assert udata.log == []
    assert on_udata.plan("datagouv", even_demonstration=True).action == "create"


def test_only_what_readers_get_is_pushed(on_udata: Desk, udata: FakeUdata) -> None:
    staged = on_udata.paths.staged("lieux") / "2026-11-25"
    shutil.copytree(on_udata.paths.releases("lieux") / "2026-11-20", staged)
    assert on_udata.plan("datagouv").wanted.version == "2026-11-20"
    entry = {"version": "2026-11-20", "etat": "retiree", "retiree": True, "raison": "faux"}
    history = on_udata.paths.dataset("lieux") / "releases.json"
    history.write_text(json.dumps({"releases": [entry]}), encoding="utf-8")
    with pytest.raises(UsageError, match="est retirée"):
        on_udata.plan("datagouv")
    on_udata.paths.latest("lieux").unlink()
    with pytest.raises(UsageError, match="aucune version publiée"):
        on_udata.plan("datagouv")


def test_main_files_come_first_and_metadata_stay_at_home(on_udata: Desk) -> None:
    latest = on_udata.paths.latest("lieux") / "datapackage.json"
    descriptor = json.loads(latest.read_text(encoding="utf-8"))
    descriptor["resources"].reverse()
    descriptor["resources"].append({"path": "dcat.ttl", "role": "metadata"})
    latest.write_text(json.dumps(descriptor), encoding="utf-8")
    assert [one.path for one in on_udata.plan("datagouv").wanted.files] == [
        "lieux-standard.csv", "lieux.geojson", "lieux.csv", "rapport.html",
    ]  # fmt: skip


def test_a_portal_nobody_described(on_udata: Desk, udata: FakeUdata) -> None:
    file = on_udata.paths.catalog / "datasets" / "lieux.toml"
    with pytest.raises(UsageError) as refused:
        on_udata.plan("ckan")
    assert refused.value.fr.startswith(f"{file} ne dit rien du portail « ckan »")
    assert "[portals.ckan], avec « url » et « organization » (" in refused.value.fr
    on_udata.portal("ckan", udata.url, "x")
    with pytest.raises(UsageError, match=r"\[portals\.datagouv\], avec « organization » \("):
        on_udata.plan("datagouv")


def test_the_keys_said_to_be_needed_are_those_that_are(desk: Desk) -> None:
    for kind in PORTAL_KINDS:
        table = {"url": "https://x.fr", "organization": "x"}
        lines = [f'{key} = "{table[key]}"' for key in required_keys(kind)]
        desk.portal(kind, "https://x.fr", "x")
        file = desk.paths.catalog / "datasets" / "lieux.toml"
        head = file.read_text(encoding="utf-8").partition("[portals")[0]
        file.write_text("\n".join([head, f"[portals.{kind}]", *lines]), encoding="utf-8")
        assert [one.kind for one in desk.dataset.portals] == [kind]


def test_the_note_of_the_last_push_is_named_where_it_is(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    udata.datasets.clear()
    with pytest.raises(UsageError) as refused:
        on_udata.plan("datagouv")
    file = on_udata.paths.dataset_state("lieux") / "portals.json"
    assert f"retirez {file}." in refused.value.fr


def test_long_values_are_shown_where_they_differ() -> None:
    same = "Espaces publics numériques, réunis et vérifiés chaque jour par la région. " * 3
    before, after = shown(Change("description", f"{same}Ouvert au public.", f"{same}Fermé ici."))
    assert before.endswith("Ouvert au public.") and after.endswith("Fermé ici.")
    assert before.startswith("… ") and len(before) < 60
    assert shown(Change("title", "Avant", "Après")) == ("Avant", "Après")
    assert shown(Change("tags", ("a", "b"), ())) == ("a, b", "∅")
    assert shown(Change("private", None, False)) == ("∅", "non")
    new = shown(Change("description", "", same))[1]
    assert same.startswith(new[:-1]) and new.endswith("…") and len(new) == 80


@pytest.mark.parametrize(("lines", "words"), [
    ('[portals.datagov]\norganization = "x"', "le plus proche est « datagouv »"),
    ('[portals.datagouv]\norganisation = "x"', "le plus proche est « organization »"),
    ('[portals.datagouv]\ndataset = "x"', "la clé « portals.datagouv.organization » manque"),
    ('[portals.ckan]\norganization = "x"', "la clé « portals.ckan.url » manque"),
    ('[portals.ckan]\norganization = "x"\nurl = "http://ckan.fr"', "admis : https://…"),
    ('[portals.datagouv]\norganization = "x"\nprivate = "non"', "true ou false"),
    ('[portals]\ndatagouv = "x"', "une table"),
])  # fmt: skip
def test_a_table_that_is_wrong_is_refused_in_one_sentence(
    desk: Desk, lines: str, words: str
) -> None:
    desk.portal("ckan", "https://ckan.fr", "x")
    path = desk.paths.catalog / "datasets" / "lieux.toml"
    text = path.read_text(encoding="utf-8").partition("[portals.ckan]")[0]
    path.write_text(text + lines, encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        load_dataset("lieux", desk.paths)
    assert words in refused.value.fr


def test_datagouv_needs_no_address(desk: Desk) -> None:
    desk.portal("datagouv", "", "x")
    (portal,) = desk.dataset.portals
    assert (portal.url, portal.private) == ("https://www.data.gouv.fr", False)


def test_sayings_of_both_portals() -> None:
    assert _sayings({"success": False, "error": {"__type": "Validation Error", "name": ["a", "b"],
                     "resources": [{}, {"url": ["c"]}]}, "help": "h"}) == [
        "name: a", "name: b", "resources: url: c",
    ]  # fmt: skip


def run(desk: Desk, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("OPENDATA_HOME", str(desk.paths.home))
    monkeypatch.setenv("OPENDATA_CATALOG", str(desk.paths.catalog))
    with pytest.raises(SystemExit) as left:
        main(["push", "lieux", "--to", "datagouv", *arguments])
    return int(str(left.value.code))


def test_the_command_shows_then_does(
    on_udata: Desk,
    udata: FakeUdata,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(on_udata, monkeypatch) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == f"lieux 2026-11-20 → {udata.url} : à créer, 4 fichiers"
    assert "  titre : ∅ → Lieux numériques d'été" in shown
    assert "  ajouter lieux.csv (Fichier lieux.csv é)" in shown
    assert shown.splitlines()[-1] == (
        "Essai à blanc : rien n'a été écrit. Pour le faire : "
        "opendata push lieux --to datagouv --apply"
    )
    assert udata.writes == []
    assert run(on_udata, monkeypatch, "--apply") == 0
    shown = capsys.readouterr().out
    assert "✓ ajout de lieux.csv" in shown
    file = on_udata.paths.catalog / "datasets" / "lieux.toml"
    assert f'de {file} : dataset = "{udata.only()["id"]}"' in shown
    assert run(on_udata, monkeypatch, "--yes") == 0
    shown = capsys.readouterr().out
    assert "inchangé, rien à écrire" in shown and "✓" not in shown
    told = udata.only()["description"]
    udata.only()["description"] = told.replace("Licence Ouverte.", "Licence Fermée.")
    assert run(on_udata, monkeypatch) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("  description : ")]
    assert line.count("Licence") == 2 and "Fermée" in line and "Ouverte" in line
    udata.only()["description"] = told.replace("\n\n", "\n")
    assert run(on_udata, monkeypatch) == 0
    assert " (espaces ou lignes)" in capsys.readouterr().out
    udata.only()["description"] = told
    udata.rename(udata.only(), "Un titre à moi")
    assert run(on_udata, monkeypatch) == 0
    assert "  titre : Un titre à moi → Lieux numériques d'été" in capsys.readouterr().out
    monkeypatch.setenv("OPENDATA_LANG", "en")
    assert run(on_udata, monkeypatch) == 0
    assert "Dry run: nothing was written." in capsys.readouterr().out


def test_the_command_speaks_json(
    on_udata: Desk,
    udata: FakeUdata,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(on_udata, monkeypatch, "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["action"], plan["applied"], len(plan["files"])) == ("create", False, 4)
    assert run(on_udata, monkeypatch, "--json", "--apply") == 0
    done = json.loads(capsys.readouterr().out)
    assert done["applied"] is True and done["id"] == udata.only()["id"]
    assert run(on_udata, monkeypatch, "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["action"], plan["version_before"]) == ("unchanged", "2026-11-20")


def test_statuses(
    on_udata: Desk,
    udata: FakeUdata,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    udata.fail("GET", "/me/", 418, times=99)
    assert run(on_udata, monkeypatch) == 3
    monkeypatch.delenv("DATAGOUV_API_KEY")
    assert run(on_udata, monkeypatch) == 2
    sentences = capsys.readouterr().err.splitlines()
    assert len(sentences) == 2
    assert "variable d'environnement DATAGOUV_API_KEY" in sentences[1]


def test_two_pushes_at_once(on_udata: Desk, udata: FakeUdata, tmp_path: Path) -> None:
    from filelock import FileLock

    from opendata.errors import BusyError

    folder = on_udata.paths.dataset_state("lieux")
    folder.mkdir(parents=True)
    with FileLock(folder / "portals.lock"), pytest.raises(BusyError):
        on_udata.push("datagouv")
    assert udata.writes == []
