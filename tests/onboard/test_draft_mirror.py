"""Drafts of real files against the mappings that persons wrote for them.

What is measured: of the columns a person gives to a field with a rule that takes their
values (not with ``match``, which reads words in them), the share that the draft gives to
the same field with a live rule. Columns that hold nothing in the file are left out.
"""

import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from opendata.catalog import load_source, source_ids
from opendata.checking import example_differences
from opendata.model import Source
from opendata.onboard.draft import Draft, draft
from opendata.onboard.rules import reads
from opendata.paths import Paths
from tests.conftest import MIRROR, PROJECT

pytestmark = [
    pytest.mark.mirror,
    pytest.mark.skipif(
        not (MIRROR / "mirror.toml").is_file(),
        reason="needs the real files of ../shared/mirror, which are not part of the project",
    ),
]

TAKES_VALUES = ("column", "first_of", "join", "split", "days", "week", "osm")
#: What nine of ten columns found means, over all files.
LEAST_SHARE = 0.9
#: Rows each draft is run on: enough to meet a file's habits. The columns are told from the
#: profile of the whole file all the same, and the largest file is drafted whole below.
TRIED_ROWS = 500
#: Seconds of work the largest file (15,779 rows) may cost.
LONGEST_S = 6.0


def files() -> Iterator[tuple[Source, Path]]:
    """The hand-written sources that have a file in the mirror."""
    listed = tomllib.loads((MIRROR / "mirror.toml").read_text("utf-8"))["file"]
    by_url = {entry["url"]: MIRROR / entry["path"] for entry in listed}
    paths = Paths(home=PROJECT / "data", catalog=PROJECT / "catalog", mirror=MIRROR)
    for name in source_ids(paths):
        source = load_source(name, paths)
        if source.fetch.url in by_url:
            yield source, by_url[source.fetch.url]


@pytest.fixture(scope="module")
def drafts() -> dict[str, tuple[Source, Draft]]:
    return {
        source.id: (source, draft(path, source.id, rows=TRIED_ROWS)) for source, path in files()
    }


def wanted(source: Source, made: Draft) -> set[tuple[str, str]]:
    """(column, field) of the hand-written mapping, for columns that hold something."""
    filled = {column.name for column in made.guess.profile.columns if column.filled}
    return {
        (column, field)
        for field, rules in source.mapping.items()
        for rule in rules
        if rule.kind in TAKES_VALUES
        for column in rule.columns
        if column in filled
    }


def test_nine_columns_of_ten_go_where_a_person_put_them(
    drafts: dict[str, tuple[Source, Draft]], capsys: pytest.CaptureFixture[str]
) -> None:
    found_in_all = wanted_in_all = 0
    lines = []
    for name, (source, made) in drafts.items():
        live = {
            (column, field)
            for field, rules in made.guess.mapping.items()
            for rule in rules
            for column in reads(rule)
        }
        pairs = wanted(source, made)
        found_in_all += len(pairs & live)
        wanted_in_all += len(pairs)
        missed = ", ".join(f"{column} → {field}" for column, field in sorted(pairs - live))
        lines.append(f"{name:26} {len(pairs & live):3}/{len(pairs):3}  {missed}")
    share = found_in_all / wanted_in_all
    with capsys.disabled():
        print(
            "\n" + "\n".join(lines) + f"\n{'total':26} {found_in_all}/{wanted_in_all} {share:.1%}"
        )
    assert share >= LEAST_SHARE


def test_drafts_run_and_nearly_every_row_is_accepted(
    drafts: dict[str, tuple[Source, Draft]],
) -> None:
    for name, (_, made) in drafts.items():
        assert made.harvest.accepted >= 0.9 * made.harvest.rows_in, name
        assert len(made.source.examples) == 2, name
        for example in made.source.examples:
            assert example_differences(made.source, example) == [], name


def test_no_draft_shows_a_contact(drafts: dict[str, tuple[Source, Draft]]) -> None:
    for name, (_, made) in drafts.items():
        assert "@" not in made.text.replace("@id", "").replace("@type", "").replace('"@"', ""), name


def test_the_largest_file_is_drafted_while_one_waits() -> None:
    path = MIRROR / "bibliotheques.csv"
    start = time.process_time()
    draft(path, "bibliotheques")
    assert time.process_time() - start < LONGEST_S
