"""The name that is proposed beside the one that is refused."""

import pytest

from opendata.catalog import load_source
from opendata.errors import CatalogError
from opendata.nearest import closest
from opendata.paths import Paths
from tests.builders import edit_source, small_source


@pytest.mark.parametrize(
    ("written", "names", "expected"),
    [
        ("Tel", ["Nom", "Tél.", "Mél"], "Tél."),
        ("CODE POSTAL", ["Commune", "code_postal"], "code_postal"),
        ("telephone", ["Téléphone fixe", "Nom"], "Téléphone fixe"),
        ("couleur", ["Nom", "Ville"], ""),
        ("nom", [], ""),
    ],
)
def test_accents_case_and_signs_count_for_nothing(
    written: str, names: list[str], expected: str
) -> None:
    assert closest(written, names) == expected


def test_a_licence_is_told_by_its_title(paths: Paths) -> None:
    small_source(paths)
    edit_source(paths, "essai", 'licence = "etalab-2.0"', 'licence = "Licence Ouverte v2.0"')
    with pytest.raises(CatalogError) as refused:
        load_source("essai", paths)
    assert "le plus proche est « etalab-2.0 »" in refused.value.fr
