"""What the report says of moved points, places to make more precise, and corrected communes."""

import json
from typing import Any

import pandas as pd
import pytest

from opendata import location_report as module
from opendata import pipeline
from opendata.assemble import Assembly
from opendata.language import Text
from opendata.location_report import REASONS, location_report
from opendata.model import issue_lines, join_issues
from opendata.paths import Paths
from opendata.release import store
from opendata.schema import fields, problems
from tests.builders import edit_source, small_dataset, small_source
from tests.geocode.ban.town import install

NOTHING = pd.DataFrame()


def places(*rows: dict[str, str]) -> pd.DataFrame:
    made = [
        {
            "lieu_id": f"l-{number}", "nom": f"Lieu {number}", "commune": "Orléans",
            "code_postal": "45000", "code_insee": "45234", "code_departement": "45",
            "adresse": "3 rue Haute", "latitude": "47.9", "longitude": "1.9",
            "geo_precision": "numero", "geo_methode": "source", "sources": "essai",
        }
        | row
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip
    return pd.DataFrame([dict.fromkeys(fields(), "") | row for row in made], dtype="str")


def assembly(issues: pd.DataFrame, *lines: tuple[str, int, str]) -> Assembly:
    known = pd.DataFrame(lines, columns=["source", "ligne", "lieu_id"])
    return Assembly(NOTHING, NOTHING, NOTHING, NOTHING, issues, known, NOTHING)


def moved(line: int, code: str, value: str, **more: str) -> pd.DataFrame:
    return issue_lines([line], "latitude", code, source="essai", value=value, **more)


def report(rows: pd.DataFrame, issues: pd.DataFrame, *lines: tuple[str, int, str]) -> Any:
    found = location_report(rows, assembly(issues, *lines), {"45"})
    # What cannot be written as JSON is no plain value.
    return json.loads(json.dumps(found, allow_nan=False))


# --- points that were moved ---------------------------------------------------------------


def test_a_moved_point_is_told_with_its_place_and_both_points() -> None:
    issues = moved(
        7, "point_contredit", "48.9, 1.9", published="47.900000, 1.900000", detail="111,2 km"
    )
    found = report(places({}), issues, ("essai", 7, "l-1"))["deplaces"]
    assert found["nombre"] == 1
    assert found["lignes"] == [
        {
            "source": "essai", "ligne": 7, "lieu_id": "l-1", "nom": "Lieu 1",
            "commune": "Orléans", "code": "point_contredit", "latitude_source": 48.9,
            "longitude_source": 1.9, "latitude": 47.9, "longitude": 1.9, "km": 111.2,
            "label": "3 rue Haute, 45000 Orléans",
        }
    ]  # fmt: skip


def test_the_farthest_come_first_and_the_near_ones_not_at_all() -> None:
    issues = join_issues(
        [
            moved(2, "point_contredit", "47.91, 1.9"),
            moved(3, "point_hors_commune", "47.95, 1.9"),
            moved(4, "point_hors_commune_adresse", "0.0, 0.0"),
            moved(5, "point_affine", "44.0, 1.9"),
        ]
    )
    known = [("essai", line, "l-1") for line in (2, 3, 4, 5)]
    found = report(places({}), issues, *known)["deplaces"]
    assert [(line["ligne"], line["km"]) for line in found["lignes"]] == [(4, 5329.4), (3, 5.6)]


def test_a_point_without_a_successor_is_as_far_as_its_issue_says() -> None:
    rows = places({"latitude": "", "longitude": "", "adresse": "", "code_postal": ""})
    issues = moved(2, "point_ecarte", "16.2, -61.5", detail="1 449,4 km")
    (line,) = report(rows, issues, ("essai", 2, "l-1"))["deplaces"]["lignes"]
    assert (line["latitude"], line["longitude"], line["km"]) == ("", "", 1449.4)
    assert line["label"] == "Orléans"


def test_a_merged_row_is_compared_with_the_point_of_its_place() -> None:
    rows = places({"latitude": "47.9", "longitude": "1.9"})
    # The row would stand at the centre; its place has the point of a better row, where it said.
    near = moved(2, "point_hors_commune", "47.9001, 1.9", published="48.5, 1.9")
    assert report(rows, near, ("essai", 2, "l-1"))["deplaces"] == {"nombre": 0, "lignes": []}


def test_long_lists_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOVED_SHOWN", "IMPRECISE_SHOWN", "NEIGHBOURS_SHOWN"):
        monkeypatch.setattr(module, name, 2)
    issues = [moved(line, "point_contredit", f"{45 - line}, 1.9") for line in (2, 3, 4)]
    issues += [issue_lines([2, 3, 4], "commune", "commune_voisine", source="essai")]
    rows = places(*[{"geo_precision": "commune"}] * 3)
    found = report(rows, join_issues(issues), *[("essai", n, "l-1") for n in (2, 3, 4)])
    assert [line["ligne"] for line in found["deplaces"]["lignes"]] == [4, 3]
    assert [place["lieu_id"] for place in found["a_preciser"]["lieux"]] == ["l-1", "l-2"]
    assert [line["ligne"] for line in found["voisines"]["lignes"]] == [2, 3]
    assert {found[part]["nombre"] for part in ("deplaces", "a_preciser", "voisines")} == {3}


# --- places to make more precise ----------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({}, "voie_introuvable"),
        ({"adresse": "Mairie"}, "adresse_sans_voie"),
        ({"adresse": "BP 40"}, "adresse_sans_voie"),
        ({"adresse": ""}, "sans_adresse"),
        ({"code_departement": "37"}, "sans_fichier"),
        # With addresses at hand, « Mairie » may turn out to be a locality.
        ({"code_departement": "37", "adresse": "Mairie"}, "sans_fichier"),
        ({"code_departement": "37", "adresse": "BP 40"}, "adresse_sans_voie"),
        ({"code_departement": "37", "adresse": ""}, "sans_adresse"),
        ({"geo_methode": "correction"}, "point_corrige"),
        ({"geo_precision": "aucune"}, "voie_introuvable"),
    ],
)
def test_a_place_says_why_it_stands_at_its_commune(place: dict[str, str], reason: str) -> None:
    rows = places({"geo_precision": "commune"} | place, {"geo_precision": "lieu-dit"})
    found = report(rows, join_issues([]))["a_preciser"]
    assert found["nombre"] == 1
    assert [line["raison"] for line in found["lieux"]] == [reason]
    (line,) = found["lieux"]
    assert (line["raison_fr"], line["raison_en"]) == REASONS[reason][0]
    assert [(one["code"], one["nombre"]) for one in found["raisons"]] == [(reason, 1)]
    missing = ["37"] if reason == "sans_fichier" else []
    assert found["departements_sans_fichier"] == missing


def test_places_come_by_departement_commune_and_name() -> None:
    rows = places(
        {"lieu_id": "d", "nom": "Zoé"},
        {"lieu_id": "c", "nom": "Éole"},
        {"lieu_id": "b", "commune": "Étampes", "code_insee": "45999"},
        {"lieu_id": "a", "code_departement": "09"},
    ).assign(geo_precision="commune")
    found = report(rows, join_issues([]))["a_preciser"]
    assert [line["lieu_id"] for line in found["lieux"]] == ["a", "b", "c", "d"]


def test_the_sources_behind_a_reason_are_counted_and_the_commonest_reason_is_first() -> None:
    rows = places(
        {"adresse": ""}, {"sources": "essai|autre"}, {"sources": "autre"}
    ).assign(geo_precision="commune")  # fmt: skip
    (first, second) = report(rows, join_issues([]))["a_preciser"]["raisons"]
    assert (first["code"], first["sources"]) == ("voie_introuvable", {"autre": 2, "essai": 1})
    assert (second["code"], second["sources"]) == ("sans_adresse", {"essai": 1})


# --- communes, warnings -------------------------------------------------------------------


def test_a_corrected_commune_is_told_before_and_after_without_personal_values() -> None:
    issues = issue_lines(
        [3], "commune", "commune_voisine", source="essai",
        value="45400 Fleury, jean.dupont@exemple.fr", published="Orléans",
        detail="3 Rue Haute 45000 Orléans",
    )  # fmt: skip
    found = report(places({}), issues, ("essai", 3, "l-1"))["voisines"]
    assert found["nombre"] == 1
    (line,) = found["lignes"]
    assert line["avant"] == "45400 Fleury, •••"
    assert (line["apres"], line["label"]) == ("Orléans", "3 Rue Haute 45000 Orléans")
    assert (line["nom"], line["code"]) == ("Lieu 1", "commune_voisine")


def test_nothing_to_tell_is_told_by_empty_lists() -> None:
    told = [Text("refait", "made again")]
    found = location_report(places({}), assembly(join_issues([])), {"45"}, told)
    assert found == {
        "deplaces": {"nombre": 0, "lignes": []},
        "a_preciser": {
            "nombre": 0,
            "raisons": [],
            "departements_sans_fichier": [],
            "lieux": [],
        },
        "voisines": {"nombre": 0, "lignes": []},
        "avertissements": [{"fr": "refait", "en": "made again"}],
    }


def test_every_code_it_looks_for_exists() -> None:
    assert {*module.MOVED, *module.NEIGHBOURS} <= set(problems())


# --- in a release -------------------------------------------------------------------------

ROWS = """id;nom;adresse;cp;ville;tel;mel;lat;lon
1;Chez soi;8 rue Haute;45000;Orléans;;;47.901;1.9008
2;Loin de son adresse;9 rue Haute;45000;Orléans;;;47.87;1.9
3;Ailleurs;Nulle part;45000;Orléans;;;44.84;-0.58
4;Sans adresse;;45000;Orléans;;;;
5;Sans fichier;5 rue du Pont;37000;Tours;;;;
"""


def test_a_release_has_it_in_its_report(paths: Paths) -> None:
    install(paths, "45")
    small_source(paths, rows=ROWS)
    rules = 'latitude = { column = "lat" }\nlongitude = { column = "lon" }\n'
    edit_source(paths, "essai", "categories =", f"{rules}categories =")
    small_dataset(paths)
    outcome = pipeline.run("jeu", paths)
    found = outcome.report["localisation"]
    told = [(line["ligne"], line["code"]) for line in found["deplaces"]["lignes"]]
    assert told == [(4, "point_hors_commune"), (3, "point_contredit")]
    assert found["deplaces"]["lignes"][1]["nom"] == "Loin de son adresse"
    reasons = {place["nom"]: place["raison"] for place in found["a_preciser"]["lieux"]}
    assert reasons == {
        "Ailleurs": "adresse_sans_voie",
        "Sans adresse": "sans_adresse",
        "Sans fichier": "sans_fichier",
    }
    folder = store.latest(paths, "jeu")
    assert folder is not None
    written = json.loads((folder / "rapport.json").read_text(encoding="utf-8"))
    assert written["localisation"] == found
    page = (folder / "rapport.html").read_text(encoding="utf-8")
    assert "Loin de son adresse" in page and "département sans fichier" in page
