"""Every rule of the vocabulary, and what becomes of the values no rule wants."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.catalog import load_source
from opendata.errors import ContractError
from opendata.mapping import apply_mapping
from opendata.model import Source
from opendata.normalise.hours import clean
from opendata.paths import Paths
from opendata.tables import ALTERNATIVE
from tests.builders import edit_source, small_source


@pytest.fixture
def source_with(paths: Paths):
    def make(rules: str) -> Source:
        small_source(paths)
        edit_source(paths, "essai", 'categories = { constant = "epn" }', rules)
        return load_source("essai", paths)

    return make


def table(**columns: list[str]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    base = {"id": [str(n) for n in range(rows)], "nom": ["x"] * rows}
    index = pd.RangeIndex(2, rows + 2, name="ligne")
    return pd.DataFrame({**base, **columns}, index=index, dtype="str")


CASES = [
    # rule, columns, field, expected values
    ('site_web = { column = "w" }', {"w": ["a", ""]}, "site_web", ["a", ""]),
    ('site_web = { first_of = ["v", "w"] }', {"v": ["", "b"], "w": ["a", "c"]}, "site_web",
     ["a", "b"]),
    ('site_web = { first_of = ["absente", "w"] }', {"w": ["a", "b"]}, "site_web", ["a", "b"]),
    ('structure_parente = { join = ["n", "v"] }', {"n": ["3", "", "4"], "v": ["A", "B", ""]},
     "structure_parente", ["3 A", "B", "4"]),
    ('presentation_detail = { join = ["n", "v"], separator = " — ", labels = ["", "Accès : "] }',
     {"n": ["Salle", "", "Quai"], "v": ["libre", "bus 2", ""]}, "presentation_detail",
     ["Salle — Accès : libre", "Accès : bus 2", "Quai"]),
    ('latitude = { split = "p", separator = ",", part = 1 }', {"p": ["1, 2", "3", ""]},
     "latitude", ["2", "", ""]),
    ('latitude = { split = "p", separator = ",", part = 1 }',
     {"p": ["46,4285 0,8697", "46,4285,0,8697", "46.4285 / -0.8697", "(46.42, 0.86)"]},
     "latitude", ["0,8697", "0,8697", "-0.8697", "0.86"]),
    ('itinerance = { column = "t", values = { Oui = "Itinérant", Non = "" } }',
     {"t": ["oui", "NON", "bof"]}, "itinerance", ["Itinérant", "", ""]),
    ('date_maj = { column = "t", regex = "(\\\\d{4})" }', {"t": ["depuis 2020", "jamais"]},
     "date_maj", ["2020", ""]),
    ('categories = { columns = ["t"], terms = ["EPN"], value = "epn" }',
     {"t": ["EPN", "un epn.", "dEPNnage", "ÉPN"]}, "categories", ["epn", "epn", "", "epn"]),
    ('categories = { columns = ["t"], terms = ["epn"], contains = true, value = "epn" }',
     {"t": ["dEPNnage"]}, "categories", ["epn"]),
    ('frais_a_charge = { columns = ["t"], terms = ["gratuit"], except = ["abonnés"], '
     'value = "Gratuit" }', {"t": ["Gratuit", "gratuit pour les abonnes"]}, "frais_a_charge",
     ["Gratuit", ""]),
    ('frais_a_charge = { columns = ["t"], terms = ["€"], value = "Payant" }',
     {"t": ["3 €", "gratuit"]}, "frais_a_charge", ["Payant", ""]),
    ('categories = { columns = ["t"], value = "epn" }', {"t": ["n'importe", ""]}, "categories",
     ["epn", ""]),
    ('categories = [{ columns = ["t"], terms = ["EPN"], value = "epn" }, '
     '{ columns = ["t"], terms = ["fablab"], value = "fablab" }, '
     '{ constant = "autre", otherwise = true }]',
     {"t": ["EPN / Fablab", "Fablab", "?"]}, "categories", ["epn|fablab", "fablab", "autre"]),
    ('presentation_resume = [{ column = "a" }, { column = "b" }]',
     {"a": ["", "1"], "b": ["2", "2"]}, "presentation_resume", ["2", "1" + ALTERNATIVE + "2"]),
    ('presentation_detail = { first_of = ["a", "b"] }',
     {"a": ["", "1", "3"], "b": ["2", "2", "3"]}, "presentation_detail",
     ["2", "1" + ALTERNATIVE + "2", "3"]),
    ('latitude = { first_of = ["a", "b"] }', {"a": ["", "1"], "b": ["2", "2"]}, "latitude",
     ["2", "1"]),
    ('horaires = { days = { Mo = "l", Tu = "m" } }', {"l": ["9h-12h", ""], "m": ["", "14h-16h"]},
     "horaires", ["Mo: 9h-12h", "Tu: 14h-16h"]),
    ('site_web = { column = "absente", optional = true }', {"w": ["a"]}, "site_web", [""]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "columns", "field", "expected"), CASES)
def test_rule(source_with, rules, columns, field, expected) -> None:
    source = source_with(rules)
    mapped, _ = apply_mapping(table(**columns), source)
    assert mapped[field].tolist() == expected


def test_a_missing_column_names_the_nearest(source_with) -> None:
    source = source_with('site_web = { column = "website" }')
    with pytest.raises(ContractError) as caught:
        apply_mapping(table(web_site=["x"]), source)
    assert "« website »" in caught.value.fr
    assert "« web_site »" in caught.value.fr


def test_placeholders_of_the_source_mean_nothing(source_with) -> None:
    source = replace(source_with('site_web = { column = "w" }'), placeholders=("#N/D", "-"))
    mapped, _ = apply_mapping(table(w=["#n/d", "- ", "a-b"]), source)
    assert mapped["site_web"].tolist() == ["", "", "a-b"]


def test_an_untranslated_value_is_reported_with_its_row(source_with) -> None:
    source = source_with('itinerance = { column = "t", values = { Oui = "Itinérant" } }')
    _, issues = apply_mapping(table(t=["Oui", "Parfois"]), source)
    assert issues[["row", "field", "code", "value"]].values.tolist() == [
        [3, "itinerance", "valeur_sans_correspondance", "Parfois"]
    ]


def test_what_a_later_rule_reads_is_not_lost(source_with) -> None:
    source = source_with('structure_parente = [{ column = "w", regex = "^a.*" }, { column = "w" }]')
    mapped, issues = apply_mapping(table(w=["abc", "xyz"]), source)
    assert mapped["structure_parente"].tolist() == ["abc", "xyz"]
    assert issues.empty


def lines(issues: pd.DataFrame) -> list[list]:
    return issues[["row", "field", "code", "value"]].values.tolist()


def test_a_column_no_rule_reads_is_named_once_with_its_count(source_with) -> None:
    source = source_with('site_web = { column = "w" }')
    _, issues = apply_mapping(table(w=["a", "b"], secret=["x", " "], vide=["", " "]), source)
    assert issues[["row", "code", "value", "detail"]].values.tolist() == [
        [0, "colonne_non_lue", "secret", "1"]
    ]


def test_a_value_an_earlier_column_outranks_has_its_line(source_with) -> None:
    source = source_with('latitude = { first_of = ["a", "b"] }')
    _, issues = apply_mapping(table(a=["47.1"], b=["47.2"]), source)
    assert lines(issues) == [[2, "latitude", "valeur_non_retenue", "47.2"]]


def test_a_cell_that_gives_nothing_has_its_line(source_with) -> None:
    source = replace(
        source_with(
            'frais_a_charge = [{ columns = ["t"], terms = ["gratuit"], value = "Gratuit" }, '
            '{ constant = "" }]'
        ),
        placeholders=("#N/D",),
    )
    _, issues = apply_mapping(table(t=["gratuit", "le mardi", "#n/d", " "]), source)
    assert lines(issues) == [
        [3, "frais_a_charge", "sans_objet", "le mardi"],
        [4, "frais_a_charge", "vide_declare", "#n/d"],
    ]


def test_a_part_that_is_not_there_has_its_line(source_with) -> None:
    source = source_with('latitude = { split = "p", separator = ",", part = 1 }')
    _, issues = apply_mapping(table(p=["1, 2", "3"]), source)
    assert lines(issues) == [[3, "latitude", "regle_sans_resultat", "3"]]


def test_hours_of_a_day_may_stand_in_two_columns(source_with) -> None:
    source = source_with('horaires = { days = { Mo = ["m", "s"] } }')
    mapped, _ = apply_mapping(table(m=["9h-12h", "", ""], s=["14h-18h", "14h-16h", ""]), source)
    assert mapped["horaires"].tolist() == ["Mo: 9h-12h / 14h-18h", "Mo: 14h-16h", ""]


def test_a_remark_in_one_half_day_does_not_pass_to_the_other(source_with) -> None:
    source = source_with('horaires = { days = { Mo = ["m", "s"] } }')
    cells = table(
        m=["9h à 12h", "Fermé", "Fermé", "de 9h à 12h"],
        s=["14h-17h (semaines paires)", "14h-17h", "fermé", "14 h-17h"],
    )
    mapped, _ = apply_mapping(cells, source)
    assert mapped["horaires"].tolist() == [
        "Mo: 9h à 12h ¦ 14h-17h (semaines paires)", "Mo: 14h-17h", "Mo: fermé",
        "Mo: de 9h à 12h / 14 h-17h",
    ]  # fmt: skip
    assert clean("Mo: 9h à 12h ¦ 14h-17h (semaines paires)").value == (
        'Mo 09:00-12:00,14:00-17:00 unknown "9h à 12h / 14h-17h (semaines paires)"'
    )
    assert clean("Mo: sur RDV ¦ 14:00-17:30").value == (
        'Mo 14:00-17:30 unknown "sur RDV / 14:00-17:30"'
    )


def test_words_no_rule_knows_are_reported_but_unticked_boxes_are_not(source_with) -> None:
    source = source_with(
        'categories = [{ columns = ["t"], terms = ["EPN"], value = "epn" }, '
        '{ constant = "autre", otherwise = true }]'
    )
    _, issues = apply_mapping(table(t=["EPN", "Ludothèque", "non", ""]), source)
    assert issues[["row", "code", "value"]].values.tolist() == [
        [3, "regle_sans_resultat", "Ludothèque"]
    ]


@given(cells=st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_a_plain_column_passes_untouched(tmp_path_factory, cells: list[str]) -> None:
    paths = Paths(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("c") / "catalog", None)
    (paths.catalog / "sources").mkdir(parents=True)
    small_source(paths)
    edit_source(
        paths, "essai", "categories =", 'presentation_detail = { column = "t" }\ncategories ='
    )
    mapped, issues = apply_mapping(table(t=cells), load_source("essai", paths))
    assert mapped["presentation_detail"].tolist() == cells
    assert issues.empty


def test_a_search_in_what_another_field_publishes_is_no_loss(source_with) -> None:
    source = source_with(
        'presentation_detail = { column = "t" }\ndate_maj = { column = "t", regex = "[0-9]{4}" }'
    )
    rows = table(t=["ouvert en 2020", "ouvert"])
    mapped, issues = apply_mapping(rows, source)
    assert mapped["date_maj"].tolist() == ["2020", ""]
    # The ledger keeps it as what a field did not look for; nobody is asked to correct it.
    told = issues[issues["field"] == "date_maj"]
    assert lines(told) == [[3, "date_maj", "sans_objet", "ouvert"]]


def test_a_remark_that_limits_a_day_goes_with_that_day(source_with) -> None:
    source = source_with('horaires = { days = { We = "me", Sa = "sa" }, remark = "note" }')
    rows = table(
        me=["9h-12h"] * 4,
        sa=["9h-12h"] * 4,
        note=[
            "Ouverture le 1er et 3ème samedi du mois.",
            "Fermé les samedis des semaines paires. Sur rendez-vous.",
            "Permanence à Blois le 2ème samedi du mois",
            "",
        ],
    )
    mapped, issues = apply_mapping(rows, source)
    assert [clean(text).value for text in mapped["horaires"]] == [
        "We 09:00-12:00; Sa[1,3] 09:00-12:00",
        'We 09:00-12:00 "sur rendez-vous"; Sa 09:00-12:00 unknown '
        '"Fermé les samedis des semaines paires"',
        "We 09:00-12:00; Sa 09:00-12:00",
        "We 09:00-12:00; Sa 09:00-12:00",
    ]
    assert "note" not in set(issues.loc[issues["code"] == "colonne_non_lue", "value"])


@pytest.mark.parametrize(
    ("note", "wednesday"),
    [
        ("Uniquement sur rendez-vous le mercredi", ' "Uniquement sur rendez-vous le mercredi"'),
        ("Sur rendez-vous du lundi au jeudi", ' "Sur rendez-vous du lundi au jeudi"'),
        ("Le mercredi sur RDV au 06 12 34 56 78", ' "sur rendez-vous"'),
        ("Mercredi : Saint Joseph", ' unknown "Mercredi : Saint Joseph"'),
        ("Le mercredi à la mairie, 06 12 34 56 78", ' unknown "horaires à confirmer"'),
        ("Mercredi 9h-12h : mairie de Rânes", ' unknown "Mercredi 9h-12h : mairie de Rânes"'),
        # Visits beside the hours of the house, and sentences of other days, change nothing.
        ("Permanence à Cousance le mercredi", ""),
        ("Mercredi de 14h à 17h : mairie de Rânes", ""),
        ("Sur rendez-vous le samedi", ""),
        ("Prise de rendez-vous conseillée", ""),
    ],
)
def test_a_remark_goes_with_the_days_it_names(source_with, note: str, wednesday: str) -> None:
    source = source_with('horaires = { days = { We = "me", Fr = "ve" }, remark = "note" }')
    mapped, _ = apply_mapping(table(me=["9h-12h"], ve=["14h-17h"], note=[note]), source)
    assert clean(mapped["horaires"].iloc[0]).value == f"We 09:00-12:00{wednesday}; Fr 14:00-17:00"
