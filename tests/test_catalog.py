"""Every mistake in a TOML is one sentence that names file, key, value and the nearest allowed."""

import pytest

from opendata import catalog, read
from opendata.catalog import load_catalog, load_dataset, load_source, mappable_fields
from opendata.errors import CatalogError
from opendata.paths import Paths, paths_from_environment
from tests.builders import TERRITORY, edit_dataset, edit_source, small_dataset, small_source

SOURCE_MISTAKES = [
    # (what the TOML says, what it should say instead, code, words the sentence must hold)
    ('title = "Source', 'titel = "Source', "cle_inconnue", ("titel", "« title »")),
    ('format = "csv"', 'formt = "csv"', "cle_inconnue", ("fetch.formt", "csv", "« format »")),
    ('format = "csv"', 'format = "cvs"', "valeur_inconnue", ("fetch.format", "cvs", "« csv »")),
    ('licence = "etalab-2.0"', 'licence = "etalab-2"', "valeur_inconnue",
     ("licence", "etalab-2", "« etalab-2.0 »")),
    ('territory = "region:24"', 'territory = "regio:24"', "valeur_inconnue",
     ("territory", "regio:24", "region:CODE")),
    ("telephone =", "telefone =", "champ_inconnu", ("mapping.telefone", "« telephone »")),
    ('nom = { column = "nom" }', 'nom = { colunm = "nom" }', "regle_inconnue",
     ("mapping.nom", "colunm", "« column »")),
    ('nom = { column = "nom" }', 'nom = { column = "nom", vlaues = {} }', "cle_inconnue",
     ("mapping.nom.vlaues", "« values »")),
    ('nom = { column = "nom" }', 'nom = { column = "nom", regex = "(" }', "regex_illisible",
     ("mapping.nom.regex", "(")),
    ('nom = { column = "nom" }', 'nom = "nom"', "regle_illisible", ("mapping.nom",)),
    ('nom = { column = "nom" }\n', "", "mapping_incomplet", ("nom",)),
    ("min_rows = 1", 'min_rows = "1"', "type_inattendu", ("contract.min_rows", "nombre entier")),
    ("min_rows = 1", "min_rows = true", "type_inattendu", ("contract.min_rows", "True")),
    ('key = ["id"]', 'kye = ["id"]', "cle_inconnue", ("contract.kye", "« key »")),
    ('key = ["id"]', "key = [1]", "type_inattendu", ("contract.key", "1")),
    ('file = "essai.csv"', 'file = "esai.csv"', "fichier_absent", ("fetch.file", "esai.csv")),
    ('file = "essai.csv"', 'url = "ftp://x/y"', "valeur_inconnue", ("fetch.url", "ftp://x/y")),
    ('file = "essai.csv"', 'file = "essai.csv"\nurl = "https://exemple.fr/x"', "fetch_double",
     ("url", "file", "essai.csv", "https://exemple.fr/x")),
    ('id = "essai"', 'id = "autre"', "id_different", ("autre", "essai")),
    ('id = "essai"', 'id = "essai', "toml_illisible", ("essai.toml", "line 2")),
]  # fmt: skip

DATASET_MISTAKES = [
    ('"essai"]', '"esai"]', "valeur_inconnue", ("sources", "esai", "« essai »")),
    ('"essai"]', '"essai", "essai"]', "source_en_double", ("essai",)),
    ("max_loss_pct", "max_los_pct", "cle_inconnue", ("gate.max_los_pct", "« max_loss_pct »")),
    ('schedule = "0 3 * * *"', 'schedule = "3h"', "valeur_inconnue", ("schedule", "3h")),
    ('title = "Essai"\n', "", "cle_absente", ("title",)),
    (f"territory = {TERRITORY}", "territory = 24", "type_inattendu", ("territory", "24")),
    ("[gate]", '[geocoding]\nservice = "google"\n[gate]', "valeur_inconnue",
     ("geocoding.service", "google", "geoplateforme")),
    ("[gate]", '[geocoding]\nservice = "addok"\n[gate]', "valeur_inconnue", ("geocoding.url",)),
    ("[gate]", '[geocoding]\nservice = "addok"\nurl = "localhost"\n[gate]', "valeur_inconnue",
     ("geocoding.url", "localhost", "http://")),
    ("[gate]", '[geocoding]\nservice = "geoplateforme"\nmin_score = 7\n[gate]', "valeur_inconnue",
     ("geocoding.min_score", "7")),
    ("[gate]", '[geocoding]\nservise = "addok"\n[gate]', "cle_inconnue", ("geocoding.servise",)),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "code", "words"), SOURCE_MISTAKES)
def test_source_mistake(
    paths: Paths, right: str, wrong: str, code: str, words: tuple[str, ...]
) -> None:
    small_source(paths)
    edit_source(paths, "essai", right, wrong)
    with pytest.raises(CatalogError) as caught:
        load_source("essai", paths)
    assert caught.value.code == code
    assert "essai.toml" in caught.value.fr
    assert all(word in caught.value.fr for word in words), caught.value.fr
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(("right", "wrong", "code", "words"), DATASET_MISTAKES)
def test_dataset_mistake(
    paths: Paths, right: str, wrong: str, code: str, words: tuple[str, ...]
) -> None:
    small_source(paths)
    small_dataset(paths)
    edit_dataset(paths, "jeu", right, wrong)
    with pytest.raises(CatalogError) as caught:
        load_dataset("jeu", paths)
    assert caught.value.code == code
    assert "jeu.toml" in caught.value.fr
    assert all(word in caught.value.fr for word in words), caught.value.fr


def test_unknown_dataset_names_the_nearest(paths: Paths) -> None:
    small_source(paths)
    small_dataset(paths)
    with pytest.raises(CatalogError, match="« jeu »"):
        load_dataset("jeux", paths)


def test_a_source_without_licence_is_kept_as_unknown(paths: Paths) -> None:
    small_source(paths)
    edit_source(paths, "essai", 'licence = "etalab-2.0"\n', "")
    assert load_source("essai", paths).licence == "inconnue"


def test_the_committed_catalogue_loads() -> None:
    datasets, sources = load_catalog(paths_from_environment())
    assert {"demo", "centre-val-de-loire", "ile-de-france"} <= set(datasets)
    assert all(source.examples for source in sources.values())
    assert all(set(source.mapping) <= set(mappable_fields()) for source in sources.values())


def test_the_formats_a_source_may_name_are_those_that_can_be_read() -> None:
    assert set(catalog.FORMATS) == set(read.FORMATS)


def test_errors_speak_both_languages(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CatalogError) as caught:
        load_dataset("rien", paths)
    assert "n'existe pas" in str(caught.value)
    monkeypatch.setenv("OPENDATA_LANG", "en")
    assert "does not exist" in str(caught.value)
