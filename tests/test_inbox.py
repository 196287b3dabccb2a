"""The quarantine given back, the corrections it makes, and how they expire."""

from datetime import date

import pandas as pd
import pytest

from opendata import pipeline
from opendata.catalog import load_corrections
from opendata.errors import CatalogError, UsageError
from opendata.inbox import accept_quarantine
from opendata.paths import Paths
from opendata.release import store
from opendata.why import explain
from tests.builders import small_dataset, small_source

ROWS = """id;nom;adresse;cp;ville;tel;mel
1;Espace numérique des Tilleuls;3 rue des Tilleuls;45000;Orléans;02 61 91 00 01;
2;Atelier des Mariniers;12 quai de Loire;;Bloit-les-Bains;02 61 91 00 02;
3;;1 place de la Mairie;18000;Bourges;;
3;Médiathèque du Pont;5 rue du Pont;37000;Tours;02 61 91 00 04;
"""


@pytest.fixture
def published(paths: Paths) -> Paths:
    small_source(paths, rows=ROWS)
    small_dataset(paths)
    assert run(paths).status == "published"
    return paths


def run(paths: Paths) -> pipeline.Outcome:
    return pipeline.run("jeu", paths)


def table(paths: Paths, name: str) -> pd.DataFrame:
    return store.read_table(store.latest(paths, "jeu"), name)


def give_back(paths: Paths, **edits: dict[str, str]):
    """Edit the cells of the quarantine (line -> {column: value}) as a spreadsheet would."""
    quarantine = table(paths, "quarantaine").set_index("ligne", drop=False)
    for line, cells in edits.items():
        for column, value in cells.items():
            quarantine.loc[line.removeprefix("l"), column] = value
    file = paths.project / "rendue.csv"
    quarantine.to_csv(file, sep=";", index=False, encoding="utf-8-sig")
    return accept_quarantine(
        file, paths, dataset=None, author="Ada", reason="appelé la mairie", today=date(2026, 11, 23)
    )


def codes(paths: Paths) -> dict[str, str]:
    quarantine = table(paths, "quarantaine")
    return dict(zip(quarantine["ligne"], quarantine["codes"], strict=True))


def test_the_quarantine_shows_what_the_source_wrote(published: Paths) -> None:
    quarantine = table(published, "quarantaine").set_index("ligne")
    assert set(quarantine.index) == {"3", "4", "5"}
    assert quarantine.at["3", "commune"] == "Bloit-les-Bains"
    assert quarantine.at["5", "nom"] == "Médiathèque du Pont"


def test_an_edited_quarantine_brings_its_rows_back(published: Paths) -> None:
    found = give_back(
        published,
        l3={"commune": "Blois", "code_postal": "41000"},
        l4={"nom": "Point net du Berry"},
        l5={"cle": "4"},
    )
    assert found.dataset == "jeu"
    assert not found.refused
    assert {(one.key, one.line, one.field) for one in found.corrections} == {
        ("2", 0, "code_postal"),
        ("2", 0, "commune"),
        ("3", 0, "nom"),
        ("", 5, "id"),
    }
    assert run(published).status == "published"
    assert codes(published) == {}
    places = table(published, "lieux").set_index("nom")
    assert places.at["Atelier des Mariniers", "code_insee"] == "41018"
    assert set(places.index) == {
        "Espace numérique des Tilleuls", "Atelier des Mariniers", "Point net du Berry",
        "Médiathèque du Pont",
    }  # fmt: skip


def test_a_correction_that_changes_nothing_is_not_written(published: Paths) -> None:
    assert (
        give_back(published, l3={"code_postal": "", "commune": " Bloit-les-Bains "}).corrections
        == ()
    )


def test_a_value_that_cannot_be_published_is_refused_alone(published: Paths) -> None:
    found = give_back(published, l3={"code_postal": "quarante", "commune": "Blois"})
    assert [one.field for one in found.corrections] == ["commune"]
    assert "« quarante »" in found.refused[0].fr


def test_a_correction_expires_when_the_source_changes(published: Paths) -> None:
    give_back(published, l3={"commune": "Blois", "code_postal": "41000"})
    small_file = published.project / "essai.csv"
    small_file.write_text(ROWS.replace(";;Bloit-les-Bains", ";41000;Blois"), encoding="utf-8")
    outcome = run(published)
    assert outcome.status == "published"
    said = [entry["code"] for entry in outcome.report["problemes"]]
    assert said.count("correction_perimee") == 2
    assert "correction_appliquee" not in said
    assert "Atelier des Mariniers" in set(table(published, "lieux")["nom"])


def test_a_correction_of_a_row_that_is_gone_expires(published: Paths) -> None:
    give_back(published, l3={"commune": "Blois", "code_postal": "41000"})
    rows = [line for line in ROWS.splitlines(keepends=True) if not line.startswith("2;")]
    (published.project / "essai.csv").write_text("".join(rows), encoding="utf-8")
    report = run(published).report
    assert any(entry["code"] == "correction_perimee" for entry in report["problemes"])


def test_a_file_that_is_no_quarantine_is_refused(published: Paths) -> None:
    file = published.project / "autre.csv"
    file.write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        accept_quarantine(
            file, published, dataset=None, author="Ada", reason="x", today=date(2026, 11, 23)
        )
    assert "« source »" in caught.value.fr


def write_corrections(paths: Paths, text: str) -> None:
    folder = paths.catalog / "corrections"
    folder.mkdir(exist_ok=True)
    (folder / "jeu.toml").write_text(text, encoding="utf-8")


ENTRY = """[[correction]]
target = "essai:1"
field = "{field}"
expect = "{expect}"
value = "{value}"
reason = "vu sur place"
author = "Ada"
date = 2026-11-23
"""


def test_a_published_value_is_corrected_by_hand_and_explained(published: Paths) -> None:
    entry = ENTRY.format(field="telephone", expect="02 61 91 00 01", value="02 61 91 00 99")
    write_corrections(published, entry)
    assert run(published).status == "published"
    place = table(published, "lieux").set_index("id").loc["1"]
    assert place["telephone"] == "+33261910099"
    told = explain(place["lieu_id"], published)
    phone = next(one for one in told["sources"][0]["fields"] if one["field"] == "telephone")
    assert phone["original"] == "02 61 91 00 01"
    assert phone["published"] == "+33261910099"
    assert "vu sur place (Ada, 2026-11-23)" in phone["rules"][-1]["fr"]


def test_a_corrected_point_says_so(published: Paths) -> None:
    write_corrections(
        published,
        ENTRY.format(field="latitude", expect="", value="47.9")
        + ENTRY.format(field="longitude", expect="", value="1.9"),
    )
    run(published)
    place = table(published, "lieux").set_index("id").loc["1"]
    assert (place["latitude"], place["geo_methode"]) == ("47.9", "correction")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[correction]]\ntarget = "essai:1"\n', "field"),
        (ENTRY.format(field="telefone", expect="", value="x"), "telephone"),
        (ENTRY.format(field="nom", expect="", value="x").replace("essai:1", "essay:1"), "essai"),
        (ENTRY.format(field="nom", expect="", value="x").replace("essai:1", "essai"), "source:clé"),
        (ENTRY.format(field="nom", expect="", value="x").replace('value = "x"\n', ""), "value"),
        (ENTRY.format(field="nom", expect="", value="x").replace("value", "valeur"), "value"),
    ],
)
def test_a_wrong_corrections_file_is_refused_before_any_work(
    published: Paths, text: str, said: str
) -> None:
    write_corrections(published, text)
    with pytest.raises(CatalogError) as caught:
        run(published)
    assert said in caught.value.fr


def test_corrections_are_written_as_they_are_read(published: Paths) -> None:
    value = 'Point "net" du\tBerry \\ 1'
    found = give_back(published, l4={"nom": value})
    read, _ = load_corrections("jeu", ("essai",), published)
    assert read == found.corrections
    assert read[0].value == value


def test_an_unknown_place_is_one_sentence(published: Paths) -> None:
    with pytest.raises(UsageError, match="l-0000000000"):
        explain("l-0000000000", published)
