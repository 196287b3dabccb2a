"""A dataset on data.gouv.fr: made, kept in step, and never half-changed without a word."""

import json
from typing import Any

import pytest

from opendata.errors import UsageError
from opendata.portals import PortalError
from tests.portals import fake_udata
from tests.portals.conftest import CATALOGUE, FILES, Desk
from tests.portals.fake_udata import FakeUdata
from tests.portals.server import Answer, Asked, FakeSite

TITLE = "Lieux numériques d'été"


def by_path(dataset: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["extras"].get("opendata:path", one["title"]): one for one in dataset["resources"]}


def test_a_plan_writes_nothing_and_says_all(on_udata: Desk, udata: FakeUdata) -> None:
    plan = on_udata.plan("datagouv")
    assert plan.action == "create"
    said = {change.field: change.after for change in plan.difference.changes}
    assert said["title"] == TITLE
    assert said["license"] == "lov2"
    assert said["frequency"] == "daily"
    assert said["zones"] == ("fr:region:24",)
    assert [step.path for step in plan.difference.files] == list(FILES)
    assert udata.writes == [] and udata.datasets == {}
    assert not on_udata.paths.state.exists()


def test_a_dataset_is_made_in_private_and_shown_last(on_udata: Desk, udata: FakeUdata) -> None:
    done = on_udata.push("datagouv")
    bodies = [(one.method, one.path, one.body) for one in udata.asked if one.method != "GET"]
    assert [line[0] for line in bodies] == ["POST", "POST", "POST", "POST", "POST", "PUT"]
    assert bodies[0][2]["private"] is True
    assert bodies[-1][2]["private"] is False
    assert all("opendata:version" not in body.get("extras", {}) for _, _, body in bodies[:-1])
    dataset = udata.only()
    assert dataset["private"] is False and done.private is False
    assert dataset["extras"] == {
        "opendata:dataset": "lieux",
        "opendata:catalogue": CATALOGUE,
        "opendata:version": "2026-11-20",
        "opendata:content": "contenu-2026-11-20",
    }
    assert dataset["title"] == TITLE
    assert dataset["spatial"] == {"zones": ["fr:region:24"], "granularity": "poi"}
    assert dataset["temporal_coverage"]["start"].startswith("2019-03-01")
    assert dataset["tags"] == [
        "lieux-numeriques",
        "mediation-numerique",
        "open-data",
        "tiers-lieux",
    ]
    assert "Hub" in dataset["description"] and f"<{CATALOGUE}lieux/>" in dataset["description"]
    assert [one["extras"]["opendata:path"] for one in dataset["resources"]] == list(FILES)
    standard = by_path(dataset)["lieux-standard.csv"]
    assert standard["schema"] == {"name": "LaMednum/standard-mediation-num", "version": "1.0.2"}
    assert standard["url"] == f"{CATALOGUE}lieux/latest/lieux-standard.csv"
    assert standard["filetype"] == "remote"
    assert standard["checksum"]["type"] == "sha256" and len(standard["checksum"]["value"]) == 64
    assert by_path(dataset)["rapport.html"]["type"] == "documentation"
    assert by_path(dataset)["lieux.csv"]["type"] == "main"
    assert done.toml == f'dataset = "{dataset["id"]}"'
    assert done.notes == ()


def test_a_second_push_writes_nothing(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    before = len(udata.writes)
    assert on_udata.plan("datagouv").action == "unchanged"
    on_udata.push("datagouv")
    assert len(udata.writes) == before


def test_a_new_release_changes_what_changed(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    ids = {path: one["id"] for path, one in by_path(udata.only()).items()}
    on_udata.release("2026-11-21")
    plan = on_udata.plan("datagouv")
    assert plan.action == "update"
    assert {c.field for c in plan.difference.changes} == {
        "temporal", "opendata:version", "opendata:content",
    }  # fmt: skip
    assert {step.action for step in plan.difference.files} == {"update"}
    assert {c.field for c in plan.difference.files[0].changes} == {"checksum", "filesize"}
    on_udata.push("datagouv")
    assert {path: one["id"] for path, one in by_path(udata.only()).items()} == ids
    assert udata.only()["extras"]["opendata:version"] == "2026-11-21"
    assert "opendata:pushing" not in udata.only()["extras"]
    assert on_udata.plan("datagouv").action == "unchanged"


def test_a_description_alone_is_one_request(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    udata.log.clear()
    on_udata.release("2026-11-20", description="Autre chose.")
    on_udata.push("datagouv")
    assert [method for method, _ in udata.writes] == ["PUT"]
    assert on_udata.told[-1] == "description du jeu de données (description)"
    assert udata.only()["description"].startswith("Autre chose.")


def test_files_come_and_go_and_those_of_others_stay(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    theirs = {"id": "11111111-0000-0000-0000-000000000000", "title": "Une carte", "extras": {},
              "url": "https://carte.exemple.fr", "type": "other", "filetype": "remote"}  # fmt: skip
    udata.only()["resources"].append(theirs)
    udata.only()["extras"]["autre:clef"] = "à garder"
    udata.only()["tags"].append("beau-temps")
    by_path(udata.only())["lieux.csv"]["extras"] |= {"analysis:parsing": "ok", "à eux": "oui"}
    on_udata.release("2026-11-21", ("lieux.csv", "lieux.parquet", "rapport.html"))
    plan = on_udata.plan("datagouv")
    assert plan.difference.others == 1
    assert {(s.action, s.path) for s in plan.difference.files} == {
        ("update", "lieux.csv"), ("update", "rapport.html"), ("create", "lieux.parquet"),
        ("remove", "lieux.geojson"), ("remove", "lieux-standard.csv"),
    }  # fmt: skip
    on_udata.push("datagouv")
    found = by_path(udata.only())
    assert set(found) == {"lieux.csv", "lieux.parquet", "rapport.html", "Une carte"}
    assert found["Une carte"] == theirs
    assert udata.only()["extras"]["autre:clef"] == "à garder"
    assert "beau-temps" in udata.only()["tags"]
    assert found["lieux.csv"]["extras"] == {
        "analysis:parsing": "ok", "à eux": "oui", "opendata:path": "lieux.csv",
    }  # fmt: skip


def test_a_lost_state_makes_no_twin(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    for number in range(5):  # More pages of the list than one.
        other = dict(udata.datasets[f"{1:024x}"])
        other |= {"id": f"{100 + number:024x}", "extras": {}, "slug": f"autre-{number}"}
        udata.datasets[other["id"]] = other
    (on_udata.paths.dataset_state("lieux") / "portals.json").unlink()
    assert on_udata.plan("datagouv").action == "unchanged"


def test_lost_marks_of_files_make_no_twin(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    for one in udata.only()["resources"]:
        one["extras"].clear()
    plan = on_udata.plan("datagouv")
    assert {step.action for step in plan.difference.files} == {"update"}
    on_udata.push("datagouv")
    assert len(udata.only()["resources"]) == len(FILES)
    assert on_udata.plan("datagouv").action == "unchanged"


def test_a_twin_of_a_file_is_removed(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    first = udata.only()["resources"][0]
    udata.only()["resources"].append({**first, "id": "22222222-0000-0000-0000-000000000000"})
    (step,) = on_udata.plan("datagouv").difference.files
    assert (step.action, step.remote.id[:8] if step.remote else "") == ("remove", "22222222")
    on_udata.push("datagouv")
    assert [one["id"] for one in udata.only()["resources"]].count(first["id"]) == 1


def test_a_dataset_renamed_on_the_portal_is_found_and_named_again(
    on_udata: Desk, udata: FakeUdata
) -> None:
    on_udata.push("datagouv")
    old = udata.only()["slug"]
    udata.rename(udata.only(), "Un titre à moi")
    plan = on_udata.plan("datagouv")
    assert [tuple(change) for change in plan.difference.changes] == [
        ("title", "Un titre à moi", TITLE)
    ]
    # By the slug it had when it was written in the TOML, which now redirects.
    on_udata.portal("datagouv", udata.url, "region-centre", dataset=old)
    plan = on_udata.plan("datagouv")
    assert plan.remote is not None and plan.remote.id == udata.only()["id"]
    assert any(udata.only()["id"] in note.en for note in plan.notes)
    on_udata.push("datagouv")
    assert udata.only()["title"] == TITLE and len(udata.datasets) == 1


@pytest.mark.parametrize("kind", ["cut", "lost"])
def test_a_creation_whose_answer_is_lost_is_not_done_twice(
    on_udata: Desk, udata: FakeUdata, kind: str
) -> None:
    udata.fail("POST", r"/datasets/$", kind)
    udata.fail("POST", r"/resources/$", kind, after=1)
    on_udata.push("datagouv")
    assert len(udata.datasets) == 1
    assert [one["extras"]["opendata:path"] for one in udata.only()["resources"]] == list(FILES)
    assert on_udata.plan("datagouv").action == "unchanged"


def test_a_creation_that_never_arrived_is_done_again(on_udata: Desk, udata: FakeUdata) -> None:
    udata.fail("POST", r"/datasets/$", "drop")
    udata.fail("POST", r"/resources/$", 503)
    on_udata.push("datagouv")
    assert len(udata.datasets) == 1 and len(udata.only()["resources"]) == len(FILES)


def test_one_500_is_tried_again(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    on_udata.release("2026-11-21")
    udata.fail("PUT", r"/resources/", 500)
    udata.fail("GET", r"/licenses/", 502)
    on_udata.push("datagouv")
    assert on_udata.waits == [1.0, 1.0]
    assert on_udata.plan("datagouv").action == "unchanged"


def test_a_portal_that_counts_requests_is_waited_for(on_udata: Desk, udata: FakeUdata) -> None:
    udata.fail("POST", r"/resources/$", 429, headers={"Retry-After": "7"})
    udata.fail("GET", r"/me/$", 429, headers={"Retry-After": "86400"})
    on_udata.push("datagouv")
    assert on_udata.waits == [60.0, 7.0]
    # It was not carried out: nothing had to be looked at before asking again.
    assert len(udata.only()["resources"]) == len(FILES)


def test_a_500_in_the_middle_of_a_creation_is_told_and_finished(
    on_udata: Desk, udata: FakeUdata
) -> None:
    udata.fail("POST", r"/resources/$", 500, times=99, after=2)
    with pytest.raises(PortalError) as stopped:
        on_udata.push("datagouv")
    said = stopped.value.fr
    assert stopped.value.exit_status == 3
    assert "panne du portail (500)" in said
    assert (
        " ; fait : création du jeu de données, encore privé, ajout de rapport.html, "
        "lieux-standard.csv ; reste à faire : ajout de lieux.geojson, lieux.csv, "
        "inscription de la version et visibilité ; "
    ) in said
    assert "le public n'en voit rien" in said
    assert said.endswith("la même commande reprendra là où elle en est.")
    assert udata.only()["private"] is True
    assert "opendata:version" not in udata.only()["extras"]
    note = json.loads((on_udata.paths.dataset_state("lieux") / "portals.json").read_text())
    assert note == {"datagouv": {"url": udata.url, "dataset": udata.only()["id"]}}
    udata.faults.clear()
    plan = on_udata.plan("datagouv")
    assert [(s.action, s.path) for s in plan.difference.files] == [
        ("create", "lieux.csv"), ("create", "lieux.geojson")
    ]  # fmt: skip
    assert any("2026-11-20 a été interrompu" in note.fr for note in plan.notes)
    udata.log.clear()
    on_udata.push("datagouv")
    assert [method for method, _ in udata.writes] == ["POST", "POST", "PUT"]
    assert [one["extras"]["opendata:path"] for one in udata.only()["resources"]] == list(FILES)
    assert udata.only()["private"] is False and len(udata.datasets) == 1
    assert on_udata.plan("datagouv").action == "unchanged"


def test_a_500_in_the_middle_of_an_update_is_told_and_finished(
    on_udata: Desk, udata: FakeUdata
) -> None:
    on_udata.push("datagouv")
    on_udata.release("2026-11-21")
    udata.fail("PUT", r"/resources/", 500, times=99, after=1)
    with pytest.raises(PortalError) as stopped:
        on_udata.push("datagouv")
    said = stopped.value.fr
    assert "fait : description du jeu de données (période couverte), mise à jour de li" in said
    assert "reste à faire : mise à jour de lieux.geojson, lieux-standard.csv, rapport.ht" in said
    assert "fichiers que le public voit sur le portail décrits dans leur état nouveau" in said
    assert " : 1 sur 4, et leurs liens mènent à la version courante" in said
    assert udata.only()["extras"]["opendata:version"] == "2026-11-20"
    assert udata.only()["extras"]["opendata:pushing"] == "2026-11-21"
    udata.faults.clear()
    plan = on_udata.plan("datagouv")
    assert len(plan.difference.files) == 3
    assert any("2026-11-21 a été interrompu" in note.fr for note in plan.notes)
    on_udata.push("datagouv")
    assert on_udata.plan("datagouv").action == "unchanged"


def test_a_push_that_stopped_at_its_last_step_is_finished(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    udata.only()["resources"].pop()
    udata.fail("PUT", r"/datasets/[^/]+/$", 500, times=99, after=1)
    with pytest.raises(PortalError, match=" : 4 sur 4, et leurs liens"):
        on_udata.push("datagouv")
    udata.faults.clear()
    plan = on_udata.plan("datagouv")
    assert [tuple(change) for change in plan.difference.changes] == [
        ("opendata:pushing", "2026-11-20", "")
    ]
    assert plan.difference.files == ()
    on_udata.push("datagouv")
    assert on_udata.plan("datagouv").action == "unchanged"


def test_every_place_a_push_can_stop_is_finished_by_the_next(desk: Desk) -> None:
    for writes in range(12):
        portal = FakeUdata()
        try:
            desk.portal("datagouv", portal.url, "region-centre")
            desk.release("2026-11-20")
            for day in ("2026-11-20", "2026-11-21"):
                desk.release(day)
                for method in ("POST", "PUT", "DELETE"):
                    portal.fail(method, "", 500, times=99, after=writes)
                try:
                    desk.push("datagouv")
                except PortalError as stopped:
                    assert "reste à faire" in stopped.fr
                portal.faults.clear()
                desk.push("datagouv")
                assert desk.plan("datagouv").action == "unchanged"
            assert len(portal.datasets) == 1
            assert len(portal.only()["resources"]) == len(FILES)
        finally:
            portal.close()


def test_a_portal_that_falls_silent_is_told_as_it_is(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    on_udata.release("2026-11-21")
    udata.fail("PUT", r"/resources/", "cut", times=99)
    udata.fail("GET", r"/datasets/[0-9a-f]{24}/$", "drop", times=99, after=1)
    with pytest.raises(PortalError, match="ne répond plus, on ne peut donc pas dire"):
        on_udata.push("datagouv")


def test_nobody_claims_that_a_dataset_is_still_private(on_udata: Desk, udata: FakeUdata) -> None:
    udata.fail("PUT", r"/datasets/[^/]+/$", "cut", times=99)
    udata.fail("GET", r"/datasets/[0-9a-f]{24}/$", "drop", times=99, after=1)
    with pytest.raises(PortalError, match="on ne peut donc pas dire") as stopped:
        on_udata.push("datagouv")
    assert "privé, le public" not in stopped.value.fr
    assert udata.only()["private"] is False


def test_a_file_still_to_be_removed_is_told(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    on_udata.release("2026-11-21", FILES[:2])
    udata.fail("DELETE", "/resources/", 500, times=99)
    with pytest.raises(PortalError, match=r": 2 sur 2 \(et 2 à retirer encore, dont le lien"):
        on_udata.push("datagouv")
    udata.faults.clear()
    on_udata.push("datagouv")
    assert len(udata.only()["resources"]) == 2


@pytest.mark.parametrize(("key", "words"), [
    ("clef-perimee-0000", "la clé de DATAGOUV_API_KEY est refusée (401 : Invalid API Key)"),
])  # fmt: skip
def test_a_key_that_is_refused(
    on_udata: Desk, udata: FakeUdata, monkeypatch: pytest.MonkeyPatch, key: str, words: str
) -> None:
    monkeypatch.setenv("DATAGOUV_API_KEY", key)
    with pytest.raises(PortalError) as refused:
        on_udata.push("datagouv")
    assert words in refused.value.fr and "rien n'y a été changé" in refused.value.fr
    assert key not in refused.value.fr and key not in repr(refused.value.__cause__)
    assert udata.writes == []


def test_a_key_without_the_right(
    on_udata: Desk, udata: FakeUdata, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_udata.push("datagouv")
    on_udata.release("2026-11-21")
    before = json.dumps(udata.only())
    writes = len(udata.writes)
    monkeypatch.setenv("DATAGOUV_API_KEY", fake_udata.OUTSIDER)
    for do in (on_udata.plan, on_udata.push):
        with pytest.raises(PortalError) as refused:
            do("datagouv")
        assert refused.value.code == "cle_sans_droit"
        assert (
            "cette clé (DATAGOUV_API_KEY) n'a pas le droit de publier pour l'organisation "
            "« region-centre »"
        ) in refused.value.fr
        assert "administrateur de l'organisation, ou corrigez « organization »" in refused.value.fr
    assert json.dumps(udata.only()) == before and len(udata.writes) == writes


def test_who_runs_the_portal_publishes_for_every_organization(
    on_udata: Desk, udata: FakeUdata, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATAGOUV_API_KEY", fake_udata.ADMINISTRATOR)
    on_udata.push("datagouv")
    assert udata.only()["private"] is False


@pytest.mark.parametrize(("status", "words"), [
    (400, "corrigez d'abord ce que le portail refuse (dans {file}"),
    (401, "mettez d'abord une clé valable dans DATAGOUV_API_KEY"),
    (403, "demandez d'abord ce droit à un administrateur de l'organisation"),
    (422, "corrigez d'abord ce que le portail refuse (dans {file}"),
])  # fmt: skip
def test_a_refusal_is_not_said_to_pass_by_itself(
    on_udata: Desk, udata: FakeUdata, status: int, words: str
) -> None:
    on_udata.push("datagouv")
    on_udata.release("2026-11-21")
    udata.fail("PUT", r"/resources/", status, after=1)
    with pytest.raises(PortalError) as refused:
        on_udata.push("datagouv")
    file = str(on_udata.paths.catalog / "datasets" / "lieux.toml")
    assert words.format(file=file) in refused.value.fr
    assert "reprendra" not in refused.value.fr and "go on from there" not in refused.value.en
    assert "sans cela le même refus reviendra" in refused.value.fr


def test_a_file_deleted_meanwhile_is_planned_anew(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    on_udata.release("2026-11-21")
    udata.fail("PUT", r"/resources/", 404)
    with pytest.raises(PortalError, match="la même commande fera un plan d'après ce qu'il en r"):
        on_udata.push("datagouv")


def test_many_files_are_told_by_number(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.release("2026-11-20", tuple(f"lieux-{n:02}.csv" for n in range(21)))
    udata.fail("POST", r"/resources/$", 500, times=99)
    with pytest.raises(PortalError) as stopped:
        on_udata.push("datagouv")
    assert (
        "reste à faire : ajout de 21 fichiers (lieux-20.csv, lieux-19.csv, lieux-18.csv…), "
        "inscription de la version"
    ) in stopped.value.fr
    assert "addition of 21 files (" in stopped.value.en


@pytest.mark.parametrize(("key", "code"), [("", "cle_absente"), ("clé", "cle_illisible")])
def test_a_key_nobody_can_send(
    on_udata: Desk, udata: FakeUdata, monkeypatch: pytest.MonkeyPatch, key: str, code: str
) -> None:
    monkeypatch.setenv("DATAGOUV_API_KEY", key)
    with pytest.raises(UsageError) as refused:
        on_udata.plan("datagouv")
    assert refused.value.code == code and "DATAGOUV_API_KEY" in refused.value.fr
    assert udata.log == []


def test_what_the_portal_says_of_a_refusal_is_said(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.release("2026-11-20", own={"spatial": [{"code": "region:99", "name": "Nulle part"}]})
    with pytest.raises(PortalError) as refused:
        on_udata.push("datagouv")
    assert "(400 : spatial: Unknown geoid(s): fr:region:99)" in refused.value.fr
    assert "rien n'a été changé sur le portail" in refused.value.fr
    assert udata.datasets == {}


def test_the_key_is_not_repeated_by_the_portal(on_udata: Desk, udata: FakeUdata) -> None:
    udata.fail("GET", "/me/", 400, body={"message": f"bad header {fake_udata.MEMBER}"})
    with pytest.raises(PortalError, match=r"bad header \*\*\*") as refused:
        on_udata.plan("datagouv")
    assert fake_udata.MEMBER not in str(refused.getrepr(chain=True))


def test_the_key_goes_to_no_other_server(on_udata: Desk, udata: FakeUdata) -> None:
    other = FakeUdata()
    try:
        udata.fail("GET", "/me/", 301, headers={"Location": f"{other.url}/api/1/me/"})
        with pytest.raises(PortalError, match="corrigez « url »"):
            on_udata.plan("datagouv")
        assert other.log == []
    finally:
        other.close()


def test_a_dataset_that_was_deleted_is_not_made_again_by_itself(
    on_udata: Desk, udata: FakeUdata
) -> None:
    on_udata.push("datagouv")
    known = udata.only()["id"]
    udata.only()["deleted"] = "2026-11-22T00:00:00"
    for gone in (True, False):
        with pytest.raises(UsageError) as refused:
            on_udata.plan("datagouv")
        assert refused.value.code == "jeu_supprime_du_portail"
        assert known in refused.value.fr and "portals.json" in refused.value.fr
        if gone:
            udata.datasets.clear()
    (on_udata.paths.dataset_state("lieux") / "portals.json").unlink()
    assert on_udata.plan("datagouv").action == "create"


def test_a_dataset_of_somebody_else_is_left_alone(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    udata.only()["organization"] = fake_udata.OTHER_ORGANIZATION
    with pytest.raises(UsageError, match="n'est pas à l'organisation « region-centre »"):
        on_udata.push("datagouv")


def test_the_dataset_of_another_file_is_left_alone(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    udata.only()["extras"]["opendata:dataset"] = "autres-lieux"
    with pytest.raises(UsageError, match="celui de « autres-lieux », pas de « lieux »"):
        on_udata.push("datagouv")


def test_two_datasets_with_our_mark_stop_the_push(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    twin = json.loads(json.dumps(udata.only())) | {"id": f"{77:024x}", "slug": "jumeau"}
    udata.datasets[twin["id"]] = twin | {"organization": fake_udata.ORGANIZATION}
    (on_udata.paths.dataset_state("lieux") / "portals.json").unlink()
    with pytest.raises(UsageError, match="plusieurs jeux de données"):
        on_udata.plan("datagouv")


def test_a_catalogue_that_moved_is_asked_about(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    known = udata.only()["id"]
    (on_udata.paths.dataset_state("lieux") / "portals.json").unlink()
    on_udata.release("2026-11-21", own={"url": "https://nouvelle.exemple.fr/"})
    plan = on_udata.plan("datagouv")
    assert plan.action == "create" and any(known in note.fr for note in plan.notes)
    on_udata.portal("datagouv", udata.url, "region-centre", dataset=known)
    on_udata.push("datagouv")
    assert {one["url"].split("/lieux/")[0] for one in udata.only()["resources"]} == {
        "https://nouvelle.exemple.fr"
    }
    assert len(udata.datasets) == 1 and len(udata.only()["resources"]) == len(FILES)


def test_a_dataset_made_by_hand_is_adopted(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    made = udata.only()
    made["extras"].clear()
    made["resources"][1:] = []
    made["resources"][0] = {**made["resources"][0], "extras": {}, "url": "https://ailleurs.fr/x"}
    (on_udata.paths.dataset_state("lieux") / "portals.json").unlink()
    on_udata.portal("datagouv", udata.url, "region-centre", dataset=made["id"])
    plan = on_udata.plan("datagouv")
    assert plan.difference.others == 1
    assert any("n'a pas été créé par opendata" in note.fr for note in plan.notes)
    on_udata.push("datagouv")
    assert len(udata.only()["resources"]) == len(FILES) + 1
    assert len(udata.datasets) == 1


def test_going_back_to_an_older_release_is_said(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.release("2026-11-21")
    on_udata.push("datagouv")
    on_udata.release("2026-11-20")
    plan = on_udata.plan("datagouv")
    assert any("2026-11-21, plus récente" in note.fr for note in plan.notes)
    on_udata.push("datagouv")
    assert udata.only()["extras"]["opendata:version"] == "2026-11-20"


def test_a_private_dataset_stays_private(desk: Desk, udata: FakeUdata) -> None:
    desk.portal("datagouv", udata.url, fake_udata.ORGANIZATION["id"], private=True)
    desk.release("2026-11-20")
    assert desk.push("datagouv").private is True
    assert udata.only()["private"] is True
    assert desk.plan("datagouv").action == "unchanged"


def test_a_dataset_somebody_made_private_is_said(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    udata.only()["private"] = True
    plan = on_udata.plan("datagouv")
    assert [tuple(change) for change in plan.difference.changes] == [("private", True, False)]
    assert any("quelqu'un a rendu ce jeu privé" in note.fr for note in plan.notes)


def test_a_schema_that_no_longer_applies_goes(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.push("datagouv")
    by_path(udata.only())["lieux.csv"]["schema"] = {
        "name": "LaMednum/standard-mediation-num", "version": "1.0.1", "url": None,
    }  # fmt: skip
    (step,) = on_udata.plan("datagouv").difference.files
    assert [tuple(change) for change in step.changes] == [
        ("schema", "LaMednum/standard-mediation-num 1.0.1", "")
    ]
    on_udata.push("datagouv")
    assert on_udata.plan("datagouv").action == "unchanged"


@pytest.mark.parametrize("kind", ["cut", "lost", "drop", 503])
def test_no_single_fault_stops_a_push_or_makes_a_twin(desk: Desk, kind: int | str) -> None:
    for writes in range(6):
        portal = FakeUdata()
        try:
            desk.portal("datagouv", portal.url, "region-centre")
            for day, files in (("2026-11-20", FILES), ("2026-11-21", ("a.csv", *FILES[1:]))):
                desk.release(day, files)
                for method in ("POST", "PUT", "DELETE"):
                    portal.fail(method, "", kind, after=writes)
                desk.push("datagouv")
                portal.faults.clear()
                assert desk.plan("datagouv").action == "unchanged"
            assert len(portal.datasets) == 1
            assert len(portal.only()["resources"]) == len(FILES)
        finally:
            portal.close()


def test_what_a_portal_writes_its_own_way_is_said(
    on_udata: Desk, udata: FakeUdata, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = udata._fill_resource

    def own_way(resource: dict[str, Any], body: dict[str, Any]) -> None:
        fill(resource, body | {"mime": "application/octet-stream"})

    monkeypatch.setattr(udata, "_fill_resource", own_way)
    done = on_udata.push("datagouv")
    assert "lieux.csv mime" in done.notes[0].fr
    assert udata.only()["private"] is False


def test_a_portal_that_loses_a_file_shows_nothing(
    on_udata: Desk, udata: FakeUdata, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = udata.answer

    def forgetful(asked: Asked) -> Answer:
        found = answer(asked)
        if asked.method == "POST" and asked.path.endswith("/resources/"):
            udata.only()["resources"][:-1] = []
        return found

    monkeypatch.setattr(udata, "answer", forgetful)
    with pytest.raises(PortalError, match=r"n'a pas gardé ces fichiers tels qu'envoyés : lieux"):
        on_udata.push("datagouv")
    assert udata.only()["private"] is True


def test_a_portal_that_stays_out_of_order_is_left(on_udata: Desk, udata: FakeUdata) -> None:
    udata.fail("GET", "/me/", 503, times=99)
    with pytest.raises(PortalError, match="panne du portail"):
        on_udata.plan("datagouv")
    assert on_udata.waits == [1.0, 2.0, 4.0]


def test_what_a_portal_has_no_word_for_is_said(on_udata: Desk, udata: FakeUdata) -> None:
    on_udata.release(
        "2026-11-20",
        own={"frequency": "TRIDECENNIAL"},
        licenses=[{"name": "inconnue", "title": "Licence maison"}],
    )
    plan = on_udata.plan("datagouv")
    assert {c.field: c.after for c in plan.difference.changes}["license"] == "other-at"
    assert [note.fr.split(" :")[0] for note in plan.notes] == [
        "ce portail n'a pas la licence « Licence maison » dans sa liste",
        "ce portail n'a pas de fréquence pour « TRIDECENNIAL »",
    ]


def test_an_unknown_organization(desk: Desk, udata: FakeUdata) -> None:
    desk.portal("datagouv", udata.url, "region-centr")
    desk.release("2026-11-20")
    with pytest.raises(UsageError, match="ne connaît pas l'organisation « region-centr »"):
        desk.plan("datagouv")


def test_an_address_that_is_no_portal(desk: Desk, udata: FakeUdata) -> None:
    desk.portal("ckan", udata.url, "region-centre")
    desk.release("2026-11-20")
    with pytest.raises(UsageError, match="ne répond pas comme un CKAN : vérifiez « url »"):
        desk.plan("ckan")


@pytest.mark.parametrize(("status", "body"), [
    (404, {"success": False, "error": {"message": "Not found"}}), (404, b"<h1>Introuvable</h1>"),
    (200, b"<h1>Accueil</h1>"), (200, {"success": True}), (200, []), (400, "Bad request"),
])  # fmt: skip
def test_an_address_that_is_no_udata(desk: Desk, status: int, body: Any) -> None:
    site = FakeSite(status, body)
    try:
        desk.portal("datagouv", site.url, "region-centre")
        desk.release("2026-11-20")
        with pytest.raises(UsageError) as refused:
            desk.push("datagouv")
    finally:
        site.close()
    assert "ne répond pas comme un portail udata (data.gouv.fr) : vérifiez « url »" in (
        refused.value.fr
    )


def test_a_keyboard_interrupt_does_not_say_that_nothing_was_done(
    on_udata: Desk, udata: FakeUdata, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []

    def interrupted(step: object) -> None:
        told.append(step)
        if len(told) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(on_udata, "_tell", interrupted)
    with pytest.raises(PortalError, match=r"interrompu au clavier ; fait : création du jeu"):
        on_udata.push("datagouv")
    monkeypatch.undo()
    monkeypatch.setenv("DATAGOUV_API_KEY", fake_udata.MEMBER)
    on_udata.push("datagouv")
    assert on_udata.plan("datagouv").action == "unchanged"
