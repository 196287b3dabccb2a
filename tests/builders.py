"""Small catalogues and files that tests are made of."""

import shutil
from pathlib import Path

from opendata.paths import Paths

SOURCE = """
id = "{name}"
title = "Source d'essai"
publisher = "Essai"
licence = "etalab-2.0"
attribution = "Essai"
territory = "region:24"
[fetch]
file = "{name}.csv"
format = "csv"
[contract]
required_columns = ["id", "nom"]
min_rows = 1
key = ["id"]
[mapping]
id = {{ column = "id" }}
nom = {{ column = "nom" }}
adresse = {{ column = "adresse", optional = true }}
code_postal = {{ column = "cp", optional = true }}
commune = {{ column = "ville", optional = true }}
telephone = {{ column = "tel", optional = true }}
courriels = {{ column = "mel", optional = true }}
categories = {{ constant = "epn" }}
"""

#: The towns of ROWS and their EPCI: a territory of a hundred communes is quick to describe.
TERRITORY = '["epci:244500468", "epci:200030385", "epci:241800507", "epci:243700754"]'

DATASET = """
id = "{name}"
title = "Essai"
description = "Jeu de données d'essai, fait de lignes inventées sur des communes réelles."
publisher = "Essai"
territory = {territory}
sources = [{sources}]
schedule = "0 3 * * *"
[gate]
min_places = 1
min_located_pct = 0
max_loss_pct = 50
"""

ROWS = """id;nom;adresse;cp;ville;tel;mel
1;Espace numérique des Tilleuls;3 rue des Tilleuls;45000;Orléans;02 61 91 00 01;contact@exemple.fr
2;Atelier des Mariniers;12 quai de Loire;41000;Blois;02 61 91 00 02;
3;Point net du Berry;1 place de la Mairie;18000;Bourges;;
4;Médiathèque du Pont;5 rue du Pont;37000;Tours;02 61 91 00 04;
"""


def small_source(paths: Paths, name: str = "essai", rows: str = ROWS) -> Path:
    """A source of four places read from a CSV beside the catalogue; returns the CSV."""
    text = SOURCE.format(name=name)
    (paths.catalog / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
    file = paths.project / f"{name}.csv"
    file.write_text(rows, encoding="utf-8")
    return file


def small_dataset(paths: Paths, name: str = "jeu", sources: tuple[str, ...] = ("essai",)) -> None:
    """A dataset of the given sources over four towns of Centre-Val de Loire."""
    listed = ", ".join(f'"{source}"' for source in sources)
    text = DATASET.format(name=name, sources=listed, territory=TERRITORY)
    (paths.catalog / "datasets" / f"{name}.toml").write_text(text, encoding="utf-8")


def edit_source(paths: Paths, name: str, old: str, new: str) -> None:
    """Change one thing in a source's TOML."""
    path = paths.catalog / "sources" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_dataset(paths: Paths, name: str, old: str, new: str) -> None:
    """Change one thing in a dataset's TOML."""
    path = paths.catalog / "datasets" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def copy_installation(made: Paths, to: Paths) -> Paths:
    """What was published once, given to a test as its own: a copy takes no time."""
    shutil.copytree(made.project, to.project, symlinks=True, dirs_exist_ok=True)
    return to


def empty_installation(folder: Path) -> Paths:
    """An installation with an empty catalogue."""
    for name in ("datasets", "sources"):
        (folder / "catalog" / name).mkdir(parents=True, exist_ok=True)
    return Paths(home=folder / "data", catalog=folder / "catalog", mirror=None)
