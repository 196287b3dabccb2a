"""Real mapping files of the peer: imported, run on the real files, beside our own sources."""

import json

import pandas as pd
import pytest

from opendata.catalog import load_source, source_ids
from opendata.cli import main
from opendata.errors import ContractError
from opendata.harvest import Harvest, harvest_file
from opendata.paths import Paths
from tests.conftest import MIRROR, PROJECT

CONFIGS = MIRROR.parent / "mednum-configs"
#: Configuration -> the file it maps, and our own source of the same file.
FILES = {
    "angers": ("angers.json", "angers"),
    "france-services": ("france-services.csv", "france-services"),
    "gironde": ("gironde.json", "gironde"),
    "hub-lo": ("hub-lo.json", "hub-lo"),
    "maine-et-loire": ("maine-et-loire.json", "maine-et-loire"),
    "mednum-bfc": ("bfc-ternum.csv", "bfc-ternum"),
    "paca": ("paca.json", "paca"),
}
#: Fields that both mappings take as they stand in one column: who wrote the rule is no matter.
COPIED = ("nom", "commune", "code_postal", "latitude", "longitude", "telephone", "courriels")

pytestmark = [
    pytest.mark.mirror,
    pytest.mark.skipif(
        not (MIRROR / "mirror.toml").is_file() or not CONFIGS.is_dir(),
        reason="needs the real files of ../shared, which are not part of the project",
    ),
]
ALL = sorted(path.name.removesuffix(".config.json") for path in CONFIGS.glob("*.config.json"))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A catalogue of everything ``opendata source import`` makes of the mapping files."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "catalog" / "sources").mkdir(parents=True)
    for name in ALL:
        config, path = CONFIGS / f"{name}.config.json", folder / "catalog/sources" / f"{name}.toml"
        with pytest.raises(SystemExit) as stop:
            main(["source", "import", str(config), "-o", str(path)])
        assert stop.value.code == 0
    return Paths(home=folder / "data", catalog=folder / "catalog", mirror=MIRROR)


@pytest.mark.parametrize("name", ALL)
def test_every_field_of_a_mapping_file_is_imported(imported: Paths, name: str) -> None:
    config = json.loads((CONFIGS / f"{name}.config.json").read_text(encoding="utf-8"))
    empty = {key for key, entry in config.items() if entry in ({"colonne": ""}, [])}
    assert set(config) - empty <= set(load_source(name, imported).mapping)


@pytest.mark.parametrize("name", FILES)
def test_the_rows_of_the_real_file_are_accepted(imported: Paths, name: str) -> None:
    file, _ = FILES[name]
    found = harvest_file(load_source(name, imported), MIRROR / file)
    assert found.accepted >= 0.98 * found.rows_in


def test_a_file_older_than_its_mapping_is_refused_by_name(imported: Paths) -> None:
    """The columns of Hinaura were renamed between this file and the mapping."""
    with pytest.raises(ContractError) as error:
        harvest_file(load_source("hinaura", imported), MIRROR / "hinaura.json")
    assert "« id_fiche »" in error.value.fr


@pytest.mark.parametrize("name", FILES)
def test_it_agrees_with_the_source_written_by_hand(
    imported: Paths, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, own = FILES[name]
    paths = Paths(home=imported.home, catalog=PROJECT / "catalog", mirror=MIRROR)
    if own not in source_ids(paths):
        pytest.skip(f"no source {own} in the catalogue")
    theirs = harvest_file(load_source(name, imported), MIRROR / file)
    ours = harvest_file(load_source(own, paths), MIRROR / file)
    table = compared(theirs, ours)
    with capsys.disabled():
        print(f"\n{name}\n{table.to_string()}")
    copied = table.loc[table.index.intersection(COPIED)]
    assert (copied["different"] == 0).all()
    # What both rules judge differs by their words, but seldom leaves nothing in common.
    assert table["equal"].sum() >= 0.75 * table[["equal", "different"]].to_numpy().sum()


def compared(imported: Harvest, own: Harvest) -> pd.DataFrame:
    """Rows per field that both mappings fill: equal, different, or filled by one only."""
    both, other = imported.table.align(own.table, join="inner", axis=None)
    lines = {}
    for name in both.columns:
        if name in ("refus", "corrected", "source", "id"):
            continue
        one, two = both[name].map(_said), other[name].map(_said)
        filled = (one != "") & (two != "")
        lines[name] = {
            "equal": int((filled & (one == two)).sum()),
            "different": int((filled & (one != two)).sum()),
            "imported only": int(((one != "") & (two == "")).sum()),
            "by hand only": int(((one == "") & (two != "")).sum()),
        }
    return pd.DataFrame.from_dict(lines, orient="index")


def _said(value: object) -> str:
    """A value as text, several values in one order; a missing number says nothing."""
    return "" if pd.isna(value) else "|".join(sorted(str(value).split("|")))
