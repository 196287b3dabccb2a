"""A dataset on a CKAN portal: each push is one request, which does all of it or nothing."""

import json
from typing import Any

import pytest

from opendata.errors import UsageError
from opendata.portals import PortalError
from tests.portals import fake_ckan
from tests.portals.conftest import CATALOGUE, FILES, STANDARD, Desk
from tests.portals.fake_ckan import FakeCkan
from tests.portals.server import FakeSite

TITLE = "Lieux numériques d'été"


def extras(package: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in package["extras"]}


def by_path(package: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one.get("opendata:path", one["name"]): one for one in package["resources"]}


def test_a_plan_writes_nothing(on_ckan: Desk, ckan: FakeCkan) -> None:
    plan = on_ckan.plan("ckan")
    assert plan.action == "create" and ckan.writes == []
    assert not on_ckan.paths.state.exists()


def test_a_dataset_is_made_at_once(on_ckan: Desk, ckan: FakeCkan) -> None:
    done = on_ckan.push("ckan")
    assert ckan.writes == [("POST", "/api/3/action/package_create")]
    package = ckan.only()
    assert package["name"] == "lieux-numeriques-d-ete"
    assert package["title"] == TITLE and package["notes"].startswith("Espaces publics")
    assert package["owner_org"] == fake_ckan.ORGANIZATION["id"]
    assert package["maintainer_email"] == "od@exemple.fr" and package["private"] is False
    assert package["url"] == f"{CATALOGUE}lieux/"
    found = extras(package)
    assert found["frequency"].endswith("/frequency/DAILY")
    assert found["spatial_uri"] == "http://id.insee.fr/geo/region/24"
    ring = json.loads(found["spatial"])["coordinates"][0]
    assert ring[0] == ring[-1] == [0.05, 46.3] and len(ring) == 5
    assert (found["temporal_start"], found["temporal_end"]) == ("2019-03-01", "2026-11-20")
    assert found["opendata:version"] == "2026-11-20"
    assert [one["opendata:path"] for one in package["resources"]] == list(FILES)
    standard = by_path(package)["lieux-standard.csv"]
    assert standard["conforms_to"] == STANDARD and standard["format"] == "CSV"
    assert standard["hash"].startswith("sha256:") and standard["size"] == 1020
    assert standard["url"] == f"{CATALOGUE}lieux/latest/lieux-standard.csv"
    assert done.page == f"{ckan.url}/dataset/lieux-numeriques-d-ete"
    assert done.toml == f'dataset = "{package["id"]}"' and done.notes == ()


TWO = {
    "spatial": [
        {"code": "region:24", "name": "Centre-Val de Loire",
         "uri": "http://id.insee.fr/geo/region/24"},
        {"code": "region:11", "name": "Île-de-France", "uri": "http://id.insee.fr/geo/region/11"},
    ]
}  # fmt: skip


def test_two_territories_have_no_address_of_one(on_ckan: Desk, ckan: FakeCkan) -> None:
    on_ckan.push("ckan")
    on_ckan.release("2026-11-21", own=TWO)
    changes = {one.field: tuple(one)[1:] for one in on_ckan.plan("ckan").difference.changes}
    assert changes["spatial_uri"] == ("http://id.insee.fr/geo/region/24", "")
    on_ckan.push("ckan")
    found = extras(ckan.only())
    assert "spatial_uri" not in found
    assert found["spatial_text"] == "Centre-Val de Loire, Île-de-France" and found["spatial"]
    assert on_ckan.plan("ckan").action == "unchanged"


def test_two_territories_from_the_start(on_ckan: Desk, ckan: FakeCkan) -> None:
    on_ckan.release("2026-11-20", own=TWO)
    on_ckan.push("ckan")
    assert "spatial_uri" not in extras(ckan.only()) and "spatial" in extras(ckan.only())
    assert on_ckan.plan("ckan").action == "unchanged"


@pytest.mark.parametrize(("status", "body"), [
    (404, {"message": "Not found"}), (404, b"<h1>Introuvable</h1>"), (200, b"<h1>Accueil</h1>"),
    (200, {"result": {"id": "x"}}), (403, b"<h1>Interdit</h1>"), (400, "Bad request"),
])  # fmt: skip
def test_an_address_that_is_no_ckan(desk: Desk, status: int, body: Any) -> None:
    site = FakeSite(status, body)
    try:
        desk.portal("ckan", site.url, "region-centre")
        desk.release("2026-11-20")
        with pytest.raises(UsageError) as refused:
            desk.push("ckan")
    finally:
        site.close()
    assert refused.value.fr.startswith(
        f"Cette adresse ne répond pas comme un CKAN : vérifiez « url » ({site.url})"
    )


def test_an_organization_that_a_ckan_does_not_know(desk: Desk, ckan: FakeCkan) -> None:
    desk.portal("ckan", ckan.url, "region-centr")
    desk.release("2026-11-20")
    with pytest.raises(UsageError, match="ne connaît pas l'organisation « region-centr »"):
        desk.plan("ckan")


def test_etalab_is_said_where_the_list_has_no_such_licence(on_ckan: Desk, ckan: FakeCkan) -> None:
    plan = on_ckan.plan("ckan")
    assert any("« Licence Ouverte 2.0 »" in note.fr for note in plan.notes)
    on_ckan.push("ckan")
    assert ckan.only()["license_id"] == "other-at"
    assert extras(ckan.only())["license_url"] == "https://lo.fr/"
    ckan.licences = (*fake_ckan.LICENCES, "lov2")
    assert on_ckan.plan("ckan").notes == ()
    on_ckan.push("ckan")
    assert ckan.only()["license_id"] == "lov2"


def test_a_second_push_writes_nothing(on_ckan: Desk, ckan: FakeCkan) -> None:
    on_ckan.push("ckan")
    assert on_ckan.plan("ckan").action == "unchanged"
    on_ckan.push("ckan")
    assert len(ckan.writes) == 1


def test_a_new_release_keeps_ids_and_what_others_added(on_ckan: Desk, ckan: FakeCkan) -> None:
    on_ckan.push("ckan")
    package = ckan.only()
    ids = {path: one["id"] for path, one in by_path(package).items()}
    theirs = {"id": "theirs-1", "name": "Une carte", "url": "https://carte.fr", "format": "HTML"}
    package["resources"].insert(1, theirs)
    package["extras"].append({"key": "thème", "value": "à garder"})
    package["tags"].append({"id": "t", "name": "été"})
    package["groups"] = [{"name": "services"}]
    on_ckan.release("2026-11-21", ("lieux.csv", "lieux.parquet", "rapport.html"))
    plan = on_ckan.plan("ckan")
    assert plan.difference.others == 1
    on_ckan.push("ckan")
    found = by_path(ckan.only())
    assert set(found) == {"lieux.csv", "lieux.parquet", "rapport.html", "Une carte"}
    assert found["lieux.csv"]["id"] == ids["lieux.csv"]
    assert found["Une carte"]["id"] == "theirs-1"
    assert ckan.only()["metadata_modified"] != package["metadata_modified"]
    assert extras(ckan.only())["thème"] == "à garder"
    assert {"name": "services"} in ckan.only()["groups"]
    assert "été" in [tag["name"] for tag in ckan.only()["tags"]]
    assert extras(ckan.only())["opendata:version"] == "2026-11-21"
    assert len(ckan.writes) == 2
    assert on_ckan.plan("ckan").action == "unchanged"


def test_a_lost_state_makes_no_twin(on_ckan: Desk, ckan: FakeCkan) -> None:
    on_ckan.push("ckan")
    note = on_ckan.paths.dataset_state("lieux") / "portals.json"
    note.unlink()
    ckan.not_indexed.add(ckan.only()["id"])
    assert on_ckan.plan("ckan").action == "unchanged"
    ckan.not_indexed.clear()
    ckan.only()["name"] = "autre-nom"
    assert on_ckan.plan("ckan").action == "unchanged"


def test_a_dataset_renamed_on_the_portal_is_found_and_named_again(
    on_ckan: Desk, ckan: FakeCkan
) -> None:
    on_ckan.push("ckan")
    ckan.only().update(name="mes-lieux", title="Un titre à moi")
    plan = on_ckan.plan("ckan")
    assert [tuple(change) for change in plan.difference.changes] == [
        ("title", "Un titre à moi", TITLE)
    ]
    on_ckan.push("ckan")
    assert (ckan.only()["name"], ckan.only()["title"]) == ("mes-lieux", TITLE)


def test_a_name_that_is_taken_is_left_to_its_owner(on_ckan: Desk, ckan: FakeCkan) -> None:
    ckan.packages["x"] = {"id": "x", "name": "lieux-numeriques-d-ete", "state": "active",
                          "private": True, "owner_org": "other", "extras": []}  # fmt: skip
    on_ckan.push("ckan")
    names = {one["name"] for one in ckan.packages.values()}
    assert names == {"lieux-numeriques-d-ete", "lieux-numeriques-d-ete-lieux"}
    assert on_ckan.plan("ckan").action == "unchanged"


@pytest.mark.parametrize("kind", ["cut", "lost"])
def test_a_request_whose_answer_is_lost_is_not_done_twice(
    on_ckan: Desk, ckan: FakeCkan, kind: str
) -> None:
    ckan.fail("POST", "package_create", kind)
    on_ckan.push("ckan")
    assert len(ckan.packages) == 1 and len(ckan.writes) == 1
    on_ckan.release("2026-11-21", (*FILES, "nouveau.csv"))
    ckan.fail("POST", "package_update", kind)
    on_ckan.push("ckan")
    assert len(ckan.writes) == 2
    assert on_ckan.plan("ckan").action == "unchanged"


def test_one_500_is_tried_again(on_ckan: Desk, ckan: FakeCkan) -> None:
    ckan.fail("POST", "package_create", 500)
    on_ckan.push("ckan")
    assert len(ckan.packages) == 1 and on_ckan.waits == [1.0]


def test_a_500_for_ever_leaves_the_portal_as_it_was(on_ckan: Desk, ckan: FakeCkan) -> None:
    ckan.fail("POST", "package_create", 500, times=99)
    with pytest.raises(PortalError) as stopped:
        on_ckan.push("ckan")
    assert "fait : rien ;" in stopped.value.fr
    assert "rien n'a été changé sur le portail" in stopped.value.fr
    ckan.faults.clear()
    on_ckan.push("ckan")
    on_ckan.release("2026-11-21")
    before = json.dumps(ckan.only())
    ckan.fail("POST", "package_update", 500, times=99)
    with pytest.raises(PortalError) as stopped:
        on_ckan.push("ckan")
    assert stopped.value.exit_status == 3
    assert "le public y voit le jeu de données tel qu'avant" in stopped.value.fr
    assert json.dumps(ckan.only()) == before


def test_a_portal_that_falls_silent_is_told_as_it_is(on_ckan: Desk, ckan: FakeCkan) -> None:
    ckan.fail("POST", "package_create", "cut")
    ckan.fail("GET", "package_show", "drop", times=99, after=3)
    with pytest.raises(PortalError, match="on ne peut donc pas dire"):
        on_ckan.push("ckan")


@pytest.mark.parametrize("key", [fake_ckan.OUTSIDER, "inconnu-0000000000"])
def test_a_key_that_is_refused(
    on_ckan: Desk, ckan: FakeCkan, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("CKAN_API_KEY", key)
    with pytest.raises(PortalError) as refused:
        on_ckan.push("ckan")
    assert refused.value.code == "cle_sans_droit"
    assert (
        "la clé de CKAN_API_KEY est inconnue du portail, ou n'a pas le droit de publier pour "
        "l'organisation « region-centre »" in refused.value.fr
    )
    assert key not in refused.value.fr and ckan.writes == []


def test_what_the_portal_says_of_a_refusal_is_said(on_ckan: Desk, ckan: FakeCkan) -> None:
    error = {"__type": "Validation Error", "theme": ["Valeur manquante"]}
    ckan.fail("POST", "package_create", 409, body={"success": False, "error": error})
    with pytest.raises(PortalError, match=r"\(409 : theme: Valeur manquante\)") as refused:
        on_ckan.push("ckan")
    assert "rien n'a été changé sur le portail" in refused.value.fr
    assert "reprendra" not in refused.value.fr
    assert "corrigez d'abord ce que le portail refuse" in refused.value.fr
    assert ckan.packages == {}


def test_a_netrc_does_not_take_the_place_of_the_key(
    on_ckan: Desk, ckan: FakeCkan, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = on_ckan.paths.home.parent / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    on_ckan.plan("ckan")
    assert {one.headers["authorization"] for one in ckan.asked} == {fake_ckan.MEMBER}


def test_a_dataset_that_was_deleted_is_not_made_again_by_itself(
    on_ckan: Desk, ckan: FakeCkan
) -> None:
    on_ckan.push("ckan")
    ckan.only()["state"] = "deleted"
    with pytest.raises(UsageError) as refused:
        on_ckan.plan("ckan")
    assert refused.value.code == "jeu_supprime_du_portail"
    (on_ckan.paths.dataset_state("lieux") / "portals.json").unlink()
    assert on_ckan.plan("ckan").action == "create"


def test_a_dataset_of_somebody_else_is_left_alone(on_ckan: Desk, ckan: FakeCkan) -> None:
    on_ckan.push("ckan")
    ckan.only()["owner_org"] = "une-autre"
    with pytest.raises(UsageError, match="n'est pas à l'organisation"):
        on_ckan.push("ckan")


def test_a_file_that_a_person_uploaded_in_place_of_ours_is_theirs(
    on_ckan: Desk, ckan: FakeCkan
) -> None:
    on_ckan.push("ckan")
    ckan.only()["resources"][0] |= {"url_type": "upload", "url": "https://x.fr/lieux.csv"}
    plan = on_ckan.plan("ckan")
    assert plan.difference.others == 1
    assert [(s.action, s.path) for s in plan.difference.files] == [("create", "lieux.csv")]
