"""Each key of the peer's mapping files, and what becomes of what we cannot carry over."""

import json
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.catalog import load_source
from opendata.catalog.rules import parse_mapping
from opendata.catalog.toml import TomlFile
from opendata.cli import main
from opendata.errors import CatalogError
from opendata.harvest import harvest_file
from opendata.onboard.mednum import contract, convert
from opendata.onboard.toml_text import source_text
from opendata.paths import Paths

BASE = {"id": {"colonne": "ID"}, "nom": {"colonne": "Nom"}}

CASES = [
    # their entry, our rules
    ({"telephone": {"colonne": "Tél"}}, {"telephone": {"column": "Tél", "optional": True}}),
    (
        {"date_maj": {"colonne": ["modifié", "saisi"]}},
        {"date_maj": {"first_of": ["modifié", "saisi"], "optional": True}},
    ),
    ({"code_postal": {"colonne": ""}, "commune": {"colonne": None}}, {}),
    (
        {"adresse": {"joindre": {"colonnes": ["N°", "Voie"], "séparateur": ", "}}},
        {"adresse": {"join": ["N°", "Voie"], "separator": ", ", "optional": True}},
    ),
    (
        {"adresse": {"joindre": {"colonnes": ["N°", "Voie"], "ou": {"colonne": "Complète"}}}},
        {
            "adresse": [
                {"join": ["N°", "Voie"], "separator": " ", "optional": True},
                {"column": "Complète", "optional": True},
            ]
        },
    ),
    (
        {"latitude": {"dissocier": {"colonne": ["geo", "xy"], "séparateur": ";", "partie": 1}}},
        {
            "latitude": [
                {"split": "geo", "separator": ";", "part": 1, "optional": True},
                {"split": "xy", "separator": ";", "part": 1, "optional": True},
            ]
        },
    ),
    ({"structure_parente": {"valeur": "Région"}}, {"structure_parente": {"constant": "Région"}}),
    # A header on two lines is read as one.
    (
        {"telephone": {"colonne": "Tél\n fixe"}},
        {"telephone": {"column": "Tél fixe", "optional": True}},
    ),
    (
        {"contact": {"courriel": {"colonne": "Mél"}}},
        {"courriels": {"column": "Mél", "optional": True}},
    ),
    (
        {"longitude": {"dissocier": {"colonne": "geo", "séparateur": None, "partie": "1"}}},
        {"longitude": {"split": "geo", "separator": ",", "part": 1, "optional": True}},
    ),
    (
        {"horaires": {"jours": [{"colonne": "Lu", "osm": "mo "}, {"colonne": "JF", "osm": "PH"}]}},
        {"horaires": {"days": {"Mo": "Lu", "PH": "JF"}, "optional": True}},
    ),
    # One column of a former field serves both of today's.
    (
        {"publics_accueillis": {"colonne": "Publics"}},
        {
            "publics_specifiquement_adresses": {"column": "Publics", "optional": True},
            "prise_en_charge_specifique": {"column": "Publics", "optional": True},
        },
    ),
    (
        {"labels_nationaux": [{"colonnes": ["Label"]}]},
        {
            "dispositif_programmes_nationaux": {"column": "Label", "optional": True},
            "formations_labels": {"column": "Label", "optional": True},
        },
    ),
    ({"services": [{"cible": ""}]}, {}),
    ({"typologie": [{"cible": "RFS"}]}, {"typologie": {"constant": "RFS"}}),
    (
        {
            "frais_a_charge": [
                {
                    "colonnes": ["Tarif", "Tarif", "Note"],
                    "termes": ["gratuit"],
                    "sauf": ["adhérent"],
                    "cible": "Gratuit",
                }
            ]
        },
        {
            "frais_a_charge": {
                "columns": ["Tarif", "Note"],
                "terms": ["gratuit"],
                "except": ["adhérent"],
                "value": "Gratuit",
                "contains": True,
                "optional": True,
            }
        },
    ),
    (
        {"frais_a_charge": [{"colonnes": ["Libre"], "cible": "Gratuit"}]},
        {
            "frais_a_charge": {
                "columns": ["Libre"],
                "value": "Gratuit",
                "contains": True,
                "optional": True,
            }
        },
    ),
    (
        {"autres_formations_labels": [{"colonnes": ["a", "b"]}]},
        {
            "autres_formations_labels": [
                {"column": "a", "optional": True},
                {"column": "b", "optional": True},
            ]
        },
    ),
    (
        {
            "horaires": {
                "semaine": "Semaine",
                "jours": [
                    {"colonne": "lu", "osm": "Mo"},
                    {"colonne": ["ma matin", "ma soir"], "osm": "Tu"},
                ],
                "osm": "OSM",
            }
        },
        {
            "horaires": [
                {"osm": "OSM", "optional": True},
                {"days": {"Mo": "lu", "Tu": ["ma matin", "ma soir"]}, "optional": True},
                {"week": "Semaine", "optional": True},
            ]
        },
    ),
    ({"horaires": {"osm": "H", "semaine": "H"}}, {"horaires": {"osm": "H", "optional": True}}),
    ({"horaires": {"colonne": "H"}}, {"horaires": {"week": "H", "optional": True}}),
    (
        {"accessibilite": {"colonne": "A"}, "presentation": {"resume": {"colonne": "R"}}},
        {
            "fiche_acces_libre": {"column": "A", "optional": True},
            "presentation_resume": {"column": "R", "optional": True},
        },
    ),
    (
        {"labels_nationaux": [{"cible": "CNFS"}, {"cible": "Fabrique de Territoire"}]},
        {
            "dispositif_programmes_nationaux": {"constant": "Conseillers numériques"},
            "formations_labels": {"constant": "Fabriques de Territoire"},
        },
    ),
    (
        {"publics_accueillis": [{"cible": "Seniors (+ 65 ans)"}, {"cible": "Surdité"}]},
        {
            "publics_specifiquement_adresses": {"constant": "Seniors"},
            "prise_en_charge_specifique": {"constant": "Surdité"},
        },
    ),
    (
        {"services": [{"colonnes": ["s"], "cible": "Accéder à du matériel"}]},
        {
            "services": {
                "columns": ["s"],
                "value": "Accès internet et matériel informatique",
                "contains": True,
                "optional": True,
            }
        },
    ),
]


@pytest.mark.parametrize(("entry", "rules"), CASES)
def test_each_key_has_its_rule(entry: dict, rules: dict) -> None:
    conversion = convert(BASE | entry)
    assert conversion.warnings == ()
    mapped = dict(conversion.mapping)
    assert mapped.pop("id") == {"column": "ID"}
    assert mapped.pop("nom") == {"column": "Nom"}
    assert mapped == rules


LOST = [
    ({"cle_ban": {"colonne": "clé"}}, "cle_ban", "mapping"),
    ({"semaine_ouverture": {"colonne": "s"}}, "semaine_ouverture", "mapping"),
    ({"services": [{"cible": "Réparer des vélos"}]}, "Réparer des vélos", "mapping.services"),
    ({"telephone": {"colonne": "t", "majuscules": True}}, "majuscules", "mapping.telephone"),
    ({"telephone": "t"}, "telephone", "mapping.telephone"),
    ({"services": [{"colonnes": ["s"], "terme": ["x"], "cible": "CNFS"}]}, "terme",
     "mapping.services"),
    ({"latitude": {"dissocier": {"colonne": "g", "partie": "x"}}}, "latitude", "mapping.latitude"),
    ({"horaires": {"jours": [{"colonne": "l", "osm": "Lundi"}]}}, "Lundi", "mapping.horaires"),
    ({"horaires": {"jours": [{"colone": "l", "osm": "Mo"}]}}, "colone", "mapping.horaires"),
    ({"horaires": {"jours": [{"colonne": "l", "osm": "Mo", "x": 1}]}}, "x", "mapping.horaires"),
    ({"horaires": {"semaine": {"colonne": "Horaires"}}}, "Horaires", "mapping.horaires"),
    ({"telephone": {"colonne": ["t", {"colonne": "u"}]}}, '{"colonne": "u"}', "mapping.telephone"),
    ({"adresse": {"joindre": {"colones": ["a"]}}}, "colones", "mapping.adresse"),
    ({"latitude": {"dissocier": {"partie": 1}}}, "partie", "mapping.latitude"),
    ({"services": [{"colonnes": ["s"], "termes": [{"x": "y"}], "cible": "CNFS"}]}, '{"x": "y"}',
     "mapping.services"),
    ({"autres_formations_labels": [{"colonnes": ["a"], "termes": ["x"]}]}, "termes",
     "mapping.autres_formations_labels"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "named", "place"), LOST)
def test_what_has_no_rule_is_named_twice(entry: dict, named: str, place: str) -> None:
    conversion = convert(BASE | entry)
    assert any(named in warning.fr and named in warning.en for warning in conversion.warnings)
    assert any(named in line for line in conversion.comments[place])


def test_weeks_are_read_with_the_hours_they_tell() -> None:
    weeks = {"semaine_ouverture": {"colonne": "sem"}}
    conversion = convert(BASE | weeks | {"horaires": {"osm": "OSM"}})
    assert conversion.mapping["horaires"]["join"] == ["sem", "OSM"]
    assert conversion.warnings == ()
    by_day = convert(BASE | weeks | {"horaires": {"jours": [{"colonne": "l", "osm": "Mo"}]}})
    assert len(by_day.warnings) == 1


def test_without_identifier_the_name_and_place_stand_in() -> None:
    conversion = convert(
        {
            "nom": {"colonne": "Lieu"},
            "adresse": {"joindre": {"colonnes": ["N°", "Voie"]}},
            "commune": {"colonne": ["Ville", "Commune"]},
        }
    )
    assert conversion.mapping["id"] == {"join": ["Lieu", "N°", "Voie", "Ville"], "separator": " "}
    assert conversion.comments["mapping.id"]
    assert contract(conversion.mapping) == {
        "required_columns": ["Lieu", "N°", "Voie", "Ville"],
        "min_rows": 1,
    }


@pytest.mark.parametrize("config", [[], "x", {}, {"cases": [1]}, {"nom": "Nom"}])
def test_another_file_is_refused(config: object) -> None:
    with pytest.raises(CatalogError) as error:
        convert(config)  # type: ignore[arg-type]
    assert error.value.code == "config_inattendue"


def test_places_need_a_name() -> None:
    with pytest.raises(CatalogError) as error:
        convert({"id": {"colonne": "ID"}, "nom": {"colonne": ""}})
    assert error.value.code == "nom_absent"


def test_the_name_of_the_source_fills_in_for_its_column() -> None:
    conversion = convert(BASE | {"source": {"colonne": "origine"}}, source_name="Essai")
    assert conversion.mapping["source"] == [
        {"column": "origine", "optional": True},
        {"constant": "Essai", "otherwise": True},
    ]


WORDS = [
    "colonne",
    "colonnes",
    "termes",
    "sauf",
    "cible",
    "joindre",
    "dissocier",
    "ou",
    "valeur",
    "partie",
    "séparateur",
]
WORDS += ["jours", "semaine", "osm", "autre"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", "Mo", "Gratuit", "x\n"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
KEYS = ["telephone", "frais_a_charge", "horaires", "latitude", "presentation", "labels_autres"]


@given(st.dictionaries(st.sampled_from([*KEYS, "semaine_ouverture", "inconnue"]), JSON))
def test_whatever_a_config_holds_the_source_can_be_loaded(entry: dict) -> None:
    conversion = convert(BASE | entry)
    text = source_text({"id": "x"}, {}, {}, conversion.mapping, (), conversion.comments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.toml"
        path.write_text(text, encoding="utf-8")
        toml = TomlFile(path, Path(folder))
    assert set(parse_mapping(toml, toml.data["mapping"])) == set(conversion.mapping)


# --- the command --------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["source", "import", *arguments])
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


@pytest.fixture
def config(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENDATA_CATALOG", str(paths.catalog))
    path = tmp_path / "Mes lieux.config.json"
    entry = {
        "services": [
            {
                "colonnes": ["Aides", "absente"],
                "termes": ["démarche"],
                "cible": "Aide aux démarches administratives",
            }
        ],
        "frais_a_charge": [{"colonnes": ["Aides"], "termes": ["gratuit"], "cible": "Gratuit"}],
        "cle_ban": {"colonne": "c"},
    }
    path.write_text(json.dumps(BASE | entry), encoding="utf-8")
    return path


def test_an_imported_source_is_loaded_and_harvested(
    config: Path, paths: Paths, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, _ = run(capsys, str(config), "--url", "https://exemple.fr/lieux.csv")
    assert status == 0
    assert "cle_ban" in out
    assert "opendata check FICHIER --as mes-lieux" in out
    source = load_source("mes-lieux", paths)
    assert source.fetch.url == "https://exemple.fr/lieux.csv"
    assert not source.verified
    rows = tmp_path / "lieux.csv"
    rows.write_text("ID;Nom;Aides\n1;Le Lieu;Les DÉMARCHES, gratuitement\n", encoding="utf-8")
    row = harvest_file(source, rows).table.iloc[0]
    # Terms are found inside words, as the peer finds them; a missing column is passed over.
    assert row["services"] == "Aide aux démarches administratives"
    assert row["frais_a_charge"] == "Gratuit"


def test_without_url_the_source_waits_for_a_deposit(
    config: Path, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, str(config), "--id", "recus")[0] == 0
    path = paths.catalog / "sources" / "recus.toml"
    assert "opendata deposit recus" in path.read_text(encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8"))["fetch"] == {}


def test_a_file_is_not_overwritten_unless_asked(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "lieux.toml"
    target.write_text("mine", encoding="utf-8")
    status, _, err = run(capsys, str(config), "-o", str(target))
    assert status == 2
    assert "--force" in err
    assert target.read_text(encoding="utf-8") == "mine"
    assert run(capsys, str(config), "-o", str(target), "--force")[0] == 0
    assert tomllib.loads(target.read_text(encoding="utf-8"))["id"] == "lieux"


def test_the_id_and_the_place_are_asked_for_separately(
    config: Path, paths: Paths, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "brouillon.toml"
    status, out, _ = run(capsys, str(config), "--id", "lieux-essai", "-o", str(elsewhere))
    assert status == 0
    assert tomllib.loads(elsewhere.read_text(encoding="utf-8"))["id"] == "lieux-essai"
    assert "lieux-essai.toml" in out
    # In the catalogue a file is found by its name.
    misnamed = paths.catalog / "sources" / "autre.toml"
    status, _, err = run(capsys, str(config), "--id", "lieux-essai", "-o", str(misnamed))
    assert status == 2
    assert "donnez-leur le même nom" in err
    assert not misnamed.exists()


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        ("{", ()),
        ("[1]", ()),
        ('{"nom": {"colonne": ""}}', ()),
        (None, ()),
        ('{"nom": {"colonne": "N"}}', ("--id", "Pas Un Id")),
    ],
)
def test_wrong_usage_is_one_sentence(
    content: str | None,
    arguments: tuple[str, ...],
    config: Path,
    paths: Paths,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if content is None:
        config.unlink()
    else:
        config.write_text(content, encoding="utf-8")
    status, _, err = run(capsys, str(config), *arguments)
    assert status == 2
    assert err.count("\n") == 1
    assert list((paths.catalog / "sources").iterdir()) == []
