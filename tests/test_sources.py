"""The examples inside each source of the catalogue, run through mapping and normalisation."""

import pytest

from opendata.catalog import load_dataset, load_source, source_ids
from opendata.checking import example_differences
from opendata.mapping import apply_mapping
from opendata.model import Example, Source
from opendata.paths import paths_from_environment
from opendata.read import read
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
    assert example_differences(source, example) == []


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_has_two_examples_at_least(name: str) -> None:
    assert len(SOURCES[name].examples) >= 2


def test_the_whole_country_takes_every_source_that_is_not_made_up() -> None:
    taken = load_dataset("france", PATHS).sources
    assert sorted(taken) == sorted(name for name in SOURCES if not name.startswith("demo-"))


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
