"""The examples inside each source of the catalogue, run through mapping and normalisation."""

import pandas as pd
import pytest

from opendata.catalog import load_source, source_ids
from opendata.mapping import apply_mapping
from opendata.model import Example, Source
from opendata.normalise import normalise_table
from opendata.paths import paths_from_environment
from opendata.read import read
from opendata.schema import fields
from tests.conftest import PROJECT

PATHS = paths_from_environment()
SOURCES = {name: load_source(name, PATHS) for name in source_ids(PATHS)}
EXAMPLES = [
    pytest.param(source, example, id=f"{name}-{number}")
    for name, source in SOURCES.items()
    for number, example in enumerate(source.examples, start=1)
]


@pytest.mark.parametrize(("source", "example"), EXAMPLES)
def test_example(source: Source, example: Example) -> None:
    wanted = {
        column for rules in source.mapping.values() for rule in rules for column in rule.columns
    }
    row = dict.fromkeys(sorted(wanted | set(source.contract.key)), "") | dict(example.input)
    table = pd.DataFrame([row], index=pd.Index([2], name="ligne"), dtype="str")
    mapped, _ = apply_mapping(table, source)
    normal, _ = normalise_table(mapped, source)
    found = normal.iloc[0]
    for name, value in example.expect.items():
        if fields()[name].type == "number":
            assert found[name] == pytest.approx(float(value)), name
        else:
            assert found.get(name, "") == value, name


@pytest.mark.parametrize("name", [name for name in SOURCES if name.startswith("demo-")])
def test_demo_files_are_read_with_the_columns_their_mapping_names(name: str) -> None:
    source = SOURCES[name]
    table, _, _ = read(PROJECT / source.fetch.file, source.fetch, source=name)
    apply_mapping(table, source)
    assert len(table) >= source.contract.min_rows


def test_the_demo_files_are_what_their_script_makes(tmp_path) -> None:
    from scripts.make_demo import main

    main(tmp_path)
    committed = PROJECT / "data" / "raw" / "demo"
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in committed.iterdir()}
