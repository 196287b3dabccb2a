"""The quarantine given back, the corrections it makes, and how they expire."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from opendata import pipeline
from opendata.catalog import load_corrections
from opendata.errors import CatalogError, UsageError
from opendata.inbox import Inbox, accept_quarantine
from opendata.paths import Paths
from opendata.release import store
from opendata.why import explain
from tests.builders import copy_installation, empty_installation, small_dataset, small_source
from tests.conftest import Command

ROWS = """id;nom;adresse;cp;ville;tel;mel
1;Espace numérique des Tilleuls;3 rue des Tilleuls;45000;Orléans;02 61 91 00 01;
2;Atelier des Mariniers;12 quai de Loire;;Bloit-les-Bains;02 61 91 00 02;
3;;1 place de la Mairie;18000;Bourges;;
3;Médiathèque du Pont;5 rue du Pont;37000;Tours;02 61 91 00 04;
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = empty_installation(tmp_path_factory.mktemp("made"))
    small_source(paths, rows=ROWS)
    small_dataset(paths)
    assert run(paths).status == "published"
    return paths


@pytest.fixture
def published(made: Paths, paths: Paths) -> Paths:
    return copy_installation(made, paths)


def run(paths: Paths) -> pipeline.Outcome:
    return pipeline.run("jeu", paths)


def table(paths: Paths, name: str) -> pd.DataFrame:
    return store.read_table(store.latest(paths, "jeu"), name)


def give_back(
    paths: Paths, quarantine: pd.DataFrame | None = None, **edits: dict[str, str]
) -> Inbox:
    """Edit the cells of a quarantine (line -> {column: value}) as a spreadsheet would."""
    if quarantine is None:
        quarantine = table(paths, "quarantaine")
    quarantine = quarantine.set_index("ligne", drop=False)
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


def test_an_edited_row_is_judged_as_a_whole(published: Paths) -> None:
    # Beside the old town the new address would be a number and a kind of street.
    address = "12 place, Bloit-les-Bains"
    assert give_back(published, l3={"adresse": address}).refused
    edits = {"adresse": address, "code_postal": "41000", "commune": "Blois"}
    found = give_back(published, l3=edits)
    assert not found.refused
    assert {one.field: one.value for one in found.corrections} == edits
    run(published)
    place = table(published, "lieux").set_index("id").loc["2"]
    assert (place["adresse"], place["commune"]) == (address, "Blois")


def test_the_same_quarantine_given_back_twice_is_written_once(published: Paths) -> None:
    first = give_back(published, l3={"commune": "Blois", "code_postal": "41000"})
    before = first.path.read_text(encoding="utf-8")
    again = give_back(published, l3={"commune": "Blois", "code_postal": "41000"})
    assert (again.corrections, again.replaced, again.refused) == ((), (), ())
    assert set(again.already) == set(first.corrections)
    assert again.path.read_text(encoding="utf-8") == before


def test_a_second_thought_replaces_the_first(published: Paths) -> None:
    first = give_back(published, l4={"nom": "Premier nom"})
    second = give_back(published, l4={"nom": "Second nom"})
    assert second.replaced == first.corrections
    run(published)
    assert table(published, "lieux").set_index("id").at["3", "nom"] == "Second nom"
    assert run(published).status == "unchanged"


def test_a_thought_that_comes_back_is_written_again(published: Paths) -> None:
    for name in ("Premier nom", "Second nom", "Premier nom"):
        assert len(give_back(published, l4={"nom": name}).corrections) == 1
    run(published)
    assert table(published, "lieux").set_index("id").at["3", "nom"] == "Premier nom"


def test_nothing_to_write_leaves_no_file(published: Paths) -> None:
    assert not give_back(published).path.exists()


def edit_rows(paths: Paths, old: str, new: str) -> pd.DataFrame:
    """Change the source and publish again; the quarantine as it was before."""
    before = table(paths, "quarantaine")
    file = paths.project / "essai.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert run(paths).status == "published"
    return before


def test_an_older_quarantine_corrects_what_is_still_in_quarantine(published: Paths) -> None:
    older = edit_rows(published, "\n3;;1 place", "\n3;Un nom;1 place")
    assert set(codes(published)) == {"3", "5"}
    found = give_back(published, older, l3={"commune": "Blois"}, l4={"nom": "Autre"})
    assert [(one.key, one.field) for one in found.corrections] == [("2", "commune")]
    assert len(found.refused) == 1
    assert "essai, ligne 4" in found.refused[0].fr
    assert "n'est plus en quarantaine" in found.refused[0].fr
    with pytest.raises(UsageError, match="Aucune des lignes modifiées"):
        give_back(published, older, l4={"nom": "Autre"})


def test_what_was_not_edited_is_no_correction(published: Paths) -> None:
    # The source has changed since: the older file must not bring its old address back.
    older = edit_rows(
        published, "Atelier des Mariniers;12 quai de Loire", "Atelier du Port;14 quai de Loire"
    )
    found = give_back(published, older, l3={"commune": "Blois"})
    assert [(one.field, one.expect) for one in found.corrections] == [
        ("commune", "Bloit-les-Bains")
    ]
    assert not found.refused
    again = give_back(published, older, l3={"adresse": "16 quai de Loire"})
    assert (again.corrections, len(again.refused)) == ((), 1)
    assert "« 14 quai de Loire »" in again.refused[0].fr


def test_a_row_is_found_again_where_it_stands_now(published: Paths) -> None:
    header = ROWS.splitlines(keepends=True)[0]
    older = edit_rows(published, header, header + "9;Un autre;1 rue X;;Nulle-Part;;\n")
    assert set(codes(published)) == {"2", "4", "5", "6"}
    found = give_back(published, older, l3={"commune": "Blois"}, l5={"cle": "4"})
    assert [(one.key, one.field) for one in found.corrections] == [("2", "commune")]
    # A row without a key of its own is recognised by its line alone, which is another's now.
    assert [one.fr.split(" (")[0] for one in found.refused] == ["essai, ligne 5"]


def test_the_staged_quarantine_is_corrected(published: Paths) -> None:
    file = published.project / "essai.csv"
    file.write_text(ROWS + "7;Le Relais;2 rue Y;;Nulle-Part;;\n", encoding="utf-8")
    held = pipeline.run("jeu", published, review="always")
    assert held.status == "held"
    staged = store.read_table(published.staged("jeu") / held.version, "quarantaine")
    found = give_back(published, staged, l6={"commune": "Blois"})
    assert [(one.key, one.value) for one in found.corrections] == [("7", "Blois")]


def test_two_rows_that_say_the_same_are_told_apart_by_their_line(paths: Paths) -> None:
    small_source(paths, rows=ROWS.replace("3;Médiathèque du Pont", "3;"))
    small_dataset(paths)
    run(paths)
    found = give_back(paths, l4={"nom": "Un nom"})
    assert [(one.key, one.line) for one in found.corrections] == [("", 4)]
    assert run(paths).status == "published"
    assert "Un nom" in set(table(paths, "lieux")["nom"])


def test_the_file_of_the_release_itself_is_refused(published: Paths) -> None:
    file = store.latest(published, "jeu") / "quarantaine.csv"
    with pytest.raises(UsageError, match="copie"):
        accept_quarantine(
            file, published, dataset=None, author="Ada", reason="x", today=date(2026, 11, 23)
        )


def test_the_command_says_who_signs_and_what_stood_there(
    published: Paths, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "ada.martin")
    give_back(published, l4={"nom": "Premier nom"})
    file = published.project / "rendue.csv"
    text = file.read_text(encoding="utf-8-sig")
    status, said = command("deposit", "--quarantine", str(file))
    assert (status, "déjà dans le fichier" in said) == (0, True)
    assert "Aucune correction nouvelle" in said
    file.write_text(text.replace("Premier nom", "Second nom"), encoding="utf-8")
    status, said = command("deposit", "--quarantine", str(file))
    assert (status, "signée « ada.martin »" in said) == (0, True)
    assert "remplacée" in said
    assert "USER" in command("deposit", "--help")[1]


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
    assert phone["cells"] == {"tel": "02 61 91 00 01"}
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


def test_the_preview_says_what_to_correct_and_where(paths: Paths, command: Command) -> None:
    small_source(paths, rows=ROWS + "".join(f"{n};Lieu {n};1 rue X;;;;\n" for n in range(10, 20)))
    small_dataset(paths)
    status, said = command("preview", "jeu")
    assert status == 0
    assert "Lignes dont la commune n'est pas trouvée : 11" in said
    assert "essai, ligne 3 : Atelier des Mariniers — Bloit-les-Bains" in said
    assert "essai, ligne 14 : Lieu 18 — ni commune ni code postal" in said
    assert "Lieu 19" not in said
    assert "… 11 en tout" in said
    quarantine = next(line.strip() for line in said.splitlines() if "quarantaine.csv" in line)
    assert len(store.read_table(Path(quarantine).parent, "quarantaine")) == 13
    assert Path(quarantine).with_name("rapport.html").is_file()
    assert command("publish", "jeu")[0] == 0
    # Nothing new to stage: the files are those of the release.
    assert str(store.latest(paths, "jeu") / "quarantaine.csv") in command("preview", "jeu")[1]
