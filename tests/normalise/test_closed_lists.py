"""Closed lists: old vocabularies, separators, and what becomes of the terms of no list."""

import csv

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.model import issue_lines
from opendata.normalise.closed_list import cleaner, told_elsewhere
from opendata.paths import schemas_folder
from opendata.schema import SEPARATOR, accepted_terms, fields, fold, problems, vocabulary

LISTS = sorted({field.vocabulary for field in fields().values() if field.vocabulary})

#: The fifteen services of the first standard, and the nine that took their place.
SERVICES = {
    "Devenir autonome dans les démarches administratives": "Aide aux démarches administratives",
    "Réaliser des démarches administratives avec un accompagnement": (
        "Aide aux démarches administratives"
    ),
    "Accompagner les démarches de santé": "Aide aux démarches administratives",
    "Prendre en main un smartphone ou une tablette": "Maîtrise des outils numériques du quotidien",
    "Prendre en main un ordinateur": "Maîtrise des outils numériques du quotidien",
    "Utiliser le numérique au quotidien": "Maîtrise des outils numériques du quotidien",
    "Approfondir ma culture numérique": "Compréhension du monde numérique",
    "Favoriser mon insertion professionnelle": "Insertion professionnelle via le numérique",
    "Créer et développer mon entreprise": "Insertion professionnelle via le numérique",
    "Accéder à une connexion internet": "Accès internet et matériel informatique",
    "Accéder à du matériel": "Accès internet et matériel informatique",
    "S’équiper en matériel informatique": "Acquisition de matériel informatique à prix solidaire",
    "Créer avec le numérique": "Loisirs et créations numériques",
    "Promouvoir la citoyenneté numérique": "Utilisation sécurisée du numérique",
    "Soutenir la parentalité et l'éducation avec le numérique": (
        "Parentalité et éducation avec le numérique"
    ),
}


def slug(label: str) -> str:
    """How data.inclusion wrote the same service."""
    return "numerique--" + fold(label).replace(" ", "-")


@pytest.mark.parametrize(("old", "current"), SERVICES.items())
def test_the_fifteen_services_and_their_slugs(old: str, current: str) -> None:
    clean = cleaner("services")
    assert clean(old) == (current, "", "")
    assert clean(slug(old)) == (current, "", "")


@pytest.mark.parametrize("separator", ["|", ";", ",", ", ", "\n", " / ", " ; "])
def test_every_separator_of_real_files(separator: str) -> None:
    cell = separator.join(SERVICES)
    value, code, _ = cleaner("services")(cell)
    assert (value.split(SEPARATOR), code) == (list(dict.fromkeys(SERVICES.values())), "")


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        (
            "frais_a_charge",
            "Gratuit : Je peux accéder gratuitement au lieu et à ses services",
            "Gratuit",
        ),
        (
            "frais_a_charge",
            "Gratuit sous condition : La gratuité est conditionnée à des critères (situation "
            "familiale, convention avec un organisme social...),Payant : L'accès est payant",
            "Gratuit sous condition|Payant",
        ),
        (
            "frais_a_charge",
            "Gratuit : accès libre/ Adhésion : L’accès au lieu nécessite d’y adhérer",
            "Gratuit|Payant",
        ),
        ("frais_a_charge", "Gratuit sous condition : adhérents, boursiers, Payant",
         "Gratuit sous condition|Payant"),
        ("frais_a_charge", "gratuit-sous-conditions|adhesion", "Gratuit sous condition|Payant"),
        ("modalites_accompagnement", "Seul,Avec de l'aide,Dans un atelier,À ma place",
         "En autonomie|Accompagnement individuel|Dans un atelier collectif"),
        ("modalites_accompagnement", "{autonomie,delegation,atelier}",
         "En autonomie|Accompagnement individuel|Dans un atelier collectif"),
        ("modalites_accompagnement", "Accompagnement individuel ou collectif",
         "Accompagnement individuel|Dans un atelier collectif"),
        ("modalites_accompagnement", "a-distance", "À distance"),
        ("modalites_acces", "se-presenter;telephoner;envoyer-un-mail",
         "Se présenter|Téléphoner|Contacter par mail"),
        ("modalites_acces", "envoyer-un-mail-avec-une-fiche-de-prescription",
         "Envoyer un mail avec une fiche de prescription"),
        ("publics_specifiquement_adresses", "jeunes-16-26|seniors-65|familles-enfants|femmes",
         "Jeunes|Seniors|Familles et/ou enfants|Femmes"),
        ("publics_specifiquement_adresses", "Familles/enfants,Uniquement femmes",
         "Familles et/ou enfants|Femmes"),
        ("prise_en_charge_specifique", "surdite,handicaps-psychiques,public-langues-etrangeres",
         "Surdité|Handicaps mentaux|Langues étrangères (autres)"),
        ("dispositif_programmes_nationaux", "CNFS;France Services;Aidants Connect",
         "Conseillers numériques|France Services|Aidants Connect"),
        ("dispositif_programmes_nationaux", "grandes-ecoles-du-numerique|point relais CAF",
         "Grande école du numérique|Point d'accès numérique CAF"),
        ("formations_labels", "SUD LABS,FABRIQUE NUMERIQUE DE TERRITOIRE",
         "SUD LABS (PACA)|Fabriques de Territoire"),
        ("formations_labels", "Étapes numériques (La Poste)", "Étapes numériques(La Poste)"),
        ("itinerance", "Fixe, itinérante", "Fixe|Itinérant"),
        ("typologie", "TIERS_LIEUX,ASSO", "TIERS_LIEUX|ASSO"),
        ("typologie", "PE", "FT"),
        ("typologie", "Maison de Service au Public (MSAP)", "MSAP"),
        ("categories", "Espace de cowworking", "coworking"),
        ("categories", 'Espace Public Numérique",Médiathèque,"Cyberbase / Cybercentre',
         "epn|mediatheque"),
    ],
)  # fmt: skip
def test_old_vocabularies(field: str, raw: str, expected: str) -> None:
    assert cleaner(field)(raw) == (expected, "", "")


@pytest.mark.parametrize(
    ("field", "raw", "value", "code", "detail"),
    [
        ("publics_specifiquement_adresses", "Familles/ Adultes", "Familles et/ou enfants",
         "terme_abandonne", "Adultes"),
        ("dispositif_programmes_nationaux", "APTIC", "", "terme_abandonne", "APTIC"),
        ("frais_a_charge", "gratuit,pass-numerique", "Gratuit", "terme_abandonne",
         "pass-numerique"),
        ("publics_specifiquement_adresses", "Surdité;Seniors (+ 65 ans)", "Seniors",
         "terme_autre_champ", "prise_en_charge_specifique : Surdité"),
        ("dispositif_programmes_nationaux", "SUD LABS,ORDI 3.0", "", "terme_autre_champ",
         "formations_labels : SUD LABS; formations_labels : ORDI 3.0"),
        ("services", "Accéder à du matériel, vélos, motos",
         "Accès internet et matériel informatique", "hors_vocabulaire", "vélos, motos"),
        ("formations_labels", "SUD LABS,APTIC,CITÉLABS", "SUD LABS (PACA)", "hors_vocabulaire",
         "CITÉLABS"),
        ("services", "| ; ,", "", "hors_vocabulaire", "| ; ,"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(field: str, raw: str, value: str, code: str, detail: str) -> None:
    assert cleaner(field)(raw) == (value, code, detail)
    assert code in problems()


def test_a_combined_label_keeps_all_its_kinds() -> None:
    label = "Tiers-lieu / Coworking / FabLab / Hackerspace"
    assert cleaner("categories")(label).value == "tiers-lieu|coworking|fablab"
    assert cleaner("typologie")(label).value == "TIERS_LIEUX|FABLAB"


def test_a_kind_that_only_the_other_list_has_is_other() -> None:
    assert cleaner("categories")("Mission locale du Berry") == ("autre", "", "")
    assert cleaner("typologie")("Incubateur d'entreprises") == ("Autre", "", "")
    assert cleaner("categories")("Centre aéré").code == "hors_vocabulaire"


@pytest.mark.parametrize("name", LISTS)
def test_a_term_of_a_list_is_itself(name: str) -> None:
    clean = cleaner(name)
    for term in vocabulary(name):
        assert clean(term.value) == (term.value, "", ""), term
    everything = SEPARATOR.join(term.value for term in vocabulary(name))
    assert clean(everything).value == everything


@pytest.mark.parametrize("name", LISTS)
def test_no_spelling_stands_for_two_terms(name: str) -> None:
    accepted = accepted_terms(name)
    for term in vocabulary(name):
        # Two codes of the national list bear the same label: the first one has it.
        for synonym in (term.value, *term.synonyms):
            assert accepted[fold(synonym)] == term.value


def test_the_table_of_old_terms_only_says_what_synonyms_cannot() -> None:
    path = schemas_folder() / "vocabularies" / "anciens_termes.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        values = {term.value for term in vocabulary(row["field"])}
        current = [value for value in row["current"].split(SEPARATOR) if value]
        assert set(current) <= values
        assert len(current) != 1, row
        assert fold(row["old"]) not in accepted_terms(row["field"]), row
    assert rows == sorted(rows, key=lambda row: list(row.values()))


def test_a_term_that_its_own_field_publishes_is_only_a_trace() -> None:
    table = pd.DataFrame({"prise_en_charge_specifique": ["Surdité", ""]}, index=[2, 3], dtype="str")
    issues = issue_lines(
        [2, 3, 3], "publics_specifiquement_adresses",
        ["terme_autre_champ", "terme_autre_champ", "hors_vocabulaire"],
        detail=["prise_en_charge_specifique : Surdité"] * 2 + ["?"],
    )  # fmt: skip
    codes = list(told_elsewhere(issues, table)["code"])
    assert codes == ["terme_ailleurs", "terme_autre_champ", "hors_vocabulaire"]
    assert problems()["terme_ailleurs"].severity == "trace"


WORDS = st.sampled_from(
    [*SERVICES, "Gratuit", "vélos", "|", ";", ",", "/", " : ", "--", "\n", "{", '"', "[", "]", "\0"]
)


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=60, deadline=None)
@given(raw=st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=9).map("".join)))
def test_never_raises_says_what_is_lost_and_is_idempotent(name: str, raw: str) -> None:
    value, code, detail = cleaner(name)(raw)
    assert value or code
    assert bool(code) == bool(detail) or not raw
    assert set(value.split(SEPARATOR)) <= {"", *(term.value for term in vocabulary(name))}
    if value:
        assert cleaner(name)(value) == (value, "", "")


@pytest.mark.parametrize("raw", ["[" * 100_000, "a," * 20_000, "/" * 20_000, '["' + "x" * 50_000])
def test_a_hostile_cell_costs_little(raw: str) -> None:
    assert cleaner("services")(raw).code == "hors_vocabulaire"


def test_two_terms_are_not_the_one_their_words_make() -> None:
    clean = cleaner("dispositif_programmes_nationaux")
    both = "Conseillers numériques|France Services"
    assert clean(both).value == both
    assert clean("Conseillers numériques France Services").value == "Conseillers numériques"


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("frais_a_charge", "Payant : non", ""),
        ("prise_en_charge_specifique", "Surdité : oui", "Surdité"),
        (
            "dispositif_programmes_nationaux",
            "Conseillers numériques, France Services",
            "Conseillers numériques|France Services",
        ),
        ("publics_specifiquement_adresses", "Jeunes et seniors", "Jeunes|Seniors"),
        ("publics_specifiquement_adresses", "Jeunes et martiens", ""),
        ("publics_specifiquement_adresses", "Étudiant(e)s", "Étudiants"),
        ("publics_specifiquement_adresses", "• Jeunes<br>• Femmes", "Jeunes|Femmes"),
        ("modalites_accompagnement", "Ateliers collectifs", "Dans un atelier collectif"),
        ("typologie", "EPN - BIB", "EPN|BIB"),
        ("typologie", "Pas une bibliothèque", ""),
        ("categories", "epn (mairie)", "epn|mairie"),
    ],
)
def test_lists_as_people_write_them(name: str, raw: str, value: str) -> None:
    found = cleaner(name)(raw)
    assert found.value == value
    assert found.code == ("" if value else "hors_vocabulaire")
