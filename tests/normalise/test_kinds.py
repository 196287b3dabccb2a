"""Kinds of places told by their names and descriptions, and the evidence for them."""

import csv
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import MIRROR, PROJECT

from opendata.normalise.kinds import classify, find
from opendata.paths import schemas_folder
from opendata.schema import SEPARATOR, problems, vocabulary

CASES = PROJECT.parent / "shared" / "cases" / "normalisation.json"


def table(**columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: [value] for name, value in columns.items()}, index=[2], dtype="str")


def kinds(**columns: str) -> tuple[str, str]:
    found, _ = classify(table(**columns))
    return found["typologie"].iloc[0], found["categories"].iloc[0]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Médiathèque Les Essais", "BIB"),
        ("mediathéque d'essai", "BIB"),
        ("Biblothèque d'essai", "BIB"),
        ("Mediathquete", "BIB"),
        ("C.C.A.S. d'Essai", "CCAS"),
        ("CTRE COM ACTION SOCIALE ESSAI", "CCAS"),
        ("UDAF99", "UDAF"),
        ("Caf@Essai", "CAF"),
        ("Café des Essais", ""),
        ("CAFE DES ESSAIS", ""),
        ("CD 99", "CD"),
        ("Cd et vinyles", ""),
        ("EI Dupont", "EI"),
        ("Le ei", ""),
        ("Maison de l'emploi et de la formation", "MDEF"),
        ("Point d'info jeunesse d'Essai", "PIJ_BIJ"),
        ("Espace public numérique – Médiathèque", "EPN|BIB"),
        ("Association du centre social", "CS"),
        # Spelled loosely: apostrophes and little words lost, one slip, another number.
        ("Caisse dallocations familiales", "CAF"),
        ("MAISON DEPARTEMENTALE SOLIDARITES", "MDS"),
        ("Maison de Quarteir Pasteur", "MQ"),
        ("Espace de Vie Social", "EVS"),
        ("Rue de la maison de quarteir", ""),
        ("Maison du marin", ""),
        ("Maison des associations", ""),
        ("Conseiller numérique France Services", ""),
        ("Grange des Essais", ""),
        ("", ""),
    ],
)
def test_a_name_tells_the_type(name: str, codes: str) -> None:
    assert kinds(nom=name)[0] == codes


@pytest.mark.parametrize(
    "name",
    [
        "Atelier de la rue de la Poste",
        "Salle 12 place de la Mairie",
        "Local en face de la médiathèque",
        "Ancienne mairie d'Essai",
        "À côté du centre social",
        "Gare de bus d'Essai",
    ],
)
def test_a_street_or_a_neighbour_is_not_the_place(name: str) -> None:
    assert kinds(nom=name) == ("", "autre")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Médiathèque, mairie d'Essai", "BIB"),
        ("Mairie d'Essai – Médiathèque", "MUNI|BIB"),
        ("Ville d'Essai – CCAS", "CCAS"),
        ("Espaces numériques Ville d'Essai", "EPN"),
        ("CIAS de la communauté de communes d'Essai", "CIAS"),
        ("Communauté de communes d'Essai, département du Test", "CC"),
    ],
)
def test_hosts_and_owners_give_way(name: str, codes: str) -> None:
    assert kinds(nom=name)[0] == codes


def test_a_combined_name_keeps_all_its_categories() -> None:
    codes, categories = kinds(nom="Tiers-lieu / Coworking / FabLab / Hackerspace")
    assert (codes, categories) == ("TIERS_LIEUX|FABLAB", "tiers-lieu|coworking|fablab")
    assert kinds(nom="Espace de cowworking") == ("TIERS_LIEUX", "coworking")
    assert kinds(nom="Living lab d'essai") == ("", "living-lab")


def test_what_the_source_states_stays() -> None:
    assert kinds(nom="Mairie", categories="epn", typologie="ASSO") == ("ASSO|EPN|MUNI", "epn")
    assert kinds(nom="Mairie", categories="epn") == ("EPN|MUNI", "epn")
    assert kinds(nom="Mairie", typologie="BIB") == ("BIB", "mediatheque|mairie")
    assert kinds(nom="Grange", typologie="CS|ASSO") == ("CS|ASSO", "centre-social")


def test_autre_is_silence() -> None:
    assert kinds(nom="PIJ", categories="autre", typologie="Autre") == ("PIJ_BIJ", "jeunesse")
    assert kinds(nom="Grange", categories="autre", typologie="Autre") == ("Autre", "autre")
    assert kinds(nom="Grange", categories="epn|autre")[1] == "epn"


def test_the_name_refines_the_category_of_a_code() -> None:
    library = "Bibliothèque universitaire d'Essai"
    assert kinds(nom=library, typologie="BIB") == ("BIB", "documentation")


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Médiathèque ouverte à tous.", "mediatheque"),
        ("L'Essai est un tiers-lieu au bord de l'eau.", "tiers-lieu"),
        ("Espace de coworking et de réunion", "coworking"),
        ("Un lieu à côté de la médiathèque et du fablab.", "autre"),
        ("Ateliers en partenariat avec le fablab d'Essai", "autre"),
        ("Permanence à la médiathèque", "autre"),
        ("Des ateliers pour tous. Le fablab voisin prête ses machines.", "autre"),
        ("Mairie, poste et école sont dans le bourg", "autre"),
    ],
)
def test_a_description_only_counts_when_plain(text: str, category: str) -> None:
    assert kinds(nom="L'Essai", presentation_resume=text)[1] == category
    assert kinds(nom="L'Essai", presentation_detail=text)[1] == category


def test_a_description_does_not_speak_where_the_name_does() -> None:
    assert kinds(nom="EPN d'Essai", presentation_resume="Fablab")[1] == "epn"
    assert kinds(nom="L'Essai", presentation_resume="Fablab") == ("FABLAB", "fablab")


def test_every_deduction_shows_its_evidence() -> None:
    rows = pd.DataFrame(
        {
            "nom": ["Média-lab", "Médiathèque d'Essai", "L'Essai", "L'Essai", "BIJ d'Essai"],
            "typologie": ["", "", "CS", "", "PIJ_BIJ"],
            "categories": ["", "", "", "", "jeunesse"],
            "presentation_detail": ["", "", "", "Notre tiers-lieu accueille", ""],
        },
        index=[2, 3, 4, 5, 6],
        dtype="str",
    )
    found, issues = classify(rows)
    assert list(found["categories"]) == [
        "autre", "mediatheque", "centre-social", "tiers-lieu", "jeunesse",
    ]  # fmt: skip
    assert list(found["typologie"]) == ["", "BIB", "CS", "TIERS_LIEUX", "PIJ_BIJ"]
    lines = issues[["row", "field", "code", "value", "published", "detail"]]
    assert [tuple(line) for line in lines.itertuples(index=False)] == [
        (3, "typologie", "typologie_deduite", "Médiathèque", "BIB", "nom"),
        (4, "categories", "categorie_deduite", "CS", "centre-social", "typologie"),
        (3, "categories", "categorie_deduite", "Médiathèque", "mediatheque", "nom"),
        (5, "categories", "categorie_deduite", "tiers-lieu", "tiers-lieu", "presentation_detail"),
    ]
    assert set(issues["code"]) <= set(problems())


def test_an_empty_table_has_no_kinds() -> None:
    found, issues = classify(table(nom="x").iloc[:0])
    assert (len(found), len(issues), list(found.columns)) == (0, 0, ["categories", "typologie"])


def words() -> list[dict[str, str]]:
    path = schemas_folder() / "vocabularies" / "mots_typologie.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_every_code_and_category_can_be_told_from_a_name() -> None:
    rows = words()
    codes = {term.value for term in vocabulary("typologie")} - {"Autre"}
    categories = {term.value for term in vocabulary("categories")} - {"autre"}
    assert {row["value"] for row in rows} == {*codes, ""}
    assert {row["category"] for row in rows} == {*categories, ""}
    assert {row["fields"] for row in rows} <= {"nom", "nom+presentation"}
    assert {row["gives_way"] for row in rows} <= {"", "after", "always"}


def test_the_label_of_a_code_tells_the_code() -> None:
    for term in vocabulary("typologie"):
        # EATT bears the label of EA in the national list.
        if term.value not in ("Autre", "EATT"):
            assert term.value in find(term.label.fr).codes.split(SEPARATOR), term


def test_a_category_and_its_code_agree() -> None:
    told = {(row["category"], row["value"]) for row in words()}
    for term in vocabulary("categories"):
        for code in filter(None, term.extra["typologie"].split(SEPARATOR)):
            assert (term.value, code) in told, term


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=60), st.text(alphabet="CAFEIbdiè. '-*@&", max_size=30)))
def test_any_text_may_be_a_name(text: str) -> None:
    for described in (False, True):
        assert all(word in text for word in find(text, described).words.split(" ; "))


@pytest.mark.skipif(
    not CASES.is_file(),
    reason="needs ../shared/cases/normalisation.json, which is not part of the project",
)
def test_the_names_of_the_peer_s_cases() -> None:
    cases = [
        case
        for case in json.loads(CASES.read_text("utf-8"))
        if case["field"] == "typologie" and set(case["config"] or ()) == {"nom"}
    ]
    names = [case["input"].get(case["config"]["nom"]["colonne"], "") for case in cases]
    found, _ = classify(pd.DataFrame({"nom": names}, dtype="str"))
    codes = [set(filter(None, value.split(SEPARATOR))) for value in found["typologie"]]
    agree = [set(case["expected"]) == got for case, got in zip(cases, codes, strict=True)]
    assert sum(agree) >= 0.98 * len(cases)


@pytest.mark.mirror
@pytest.mark.skipif(
    not (MIRROR / "data-inclusion.json").is_file(),
    reason="needs the real files of ../shared/mirror, which are not part of the project",
)
def test_names_agree_with_the_types_that_a_real_file_states() -> None:
    rows = pd.DataFrame(json.loads((MIRROR / "data-inclusion.json").read_text("utf-8")))
    stated = rows[rows["typologie"].fillna("").isin(("CCAS", "CS", "ML", "MUNI", "CHRS", "CIDFF"))]
    found, _ = classify(pd.DataFrame({"nom": stated["nom"].astype("str")}))
    told = found["typologie"] != ""
    right = [
        code in codes.split(SEPARATOR)
        for code, codes in zip(stated["typologie"][told], found["typologie"][told], strict=True)
    ]
    assert told.mean() > 0.85
    assert sum(right) / len(right) > 0.95
