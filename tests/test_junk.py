"""A malformed value ruins only itself: every other cell of every row stays what it was."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.catalog import load_source
from opendata.harvest import harvest_table
from opendata.model import Source
from opendata.paths import Paths
from opendata.schema import fields
from tests.conftest import PROJECT

SOURCES = ("demo-espaces-publics", "demo-mediatheques", "demo-tiers-lieux")
#: Shapes that have broken pipelines, beside whatever hypothesis makes up.
SHAPES = (
    "\x00", "\x1e", "=1+1", "#N/D", "NaN", "1e999", "-", "|", "a|b||c", "\ufeff", "\u202e",
    "é" * 5000, "<script>", "+32 2 123 45 67", "31/02/2021", "0000-00-00", "99999999999999",
    "Mo-Su 25:00-26:00", "a@b", "http://", "48,85;2,35", "Mo: \nTu: 9h-12h", "{", '{"a":', "[]",
    "\r\n", "  ", "None",
)  # fmt: skip
JUNK = st.one_of(st.sampled_from(SHAPES), st.text(max_size=60), st.floats().map(str))
#: Fields another cell may rightly change: they are deduced from what the row says elsewhere.
DEDUCED = {
    "nom": {"categories", "typologie"},
    # A summary that is too long is kept as the detail.
    "presentation_resume": {"categories", "typologie", "presentation_detail"},
    "presentation_detail": {"categories", "typologie"},
    "categories": {"typologie"},
    "typologie": {"categories"},
    "code_postal": {"telephone", "adresse"},
    "commune": {"adresse"},
    "latitude": {"longitude"},
    "longitude": {"latitude"},
}


def demo(name: str) -> tuple[Source, pd.DataFrame]:
    from opendata.read import read

    paths = Paths(home=Path(), catalog=PROJECT / "catalog", mirror=None)
    source = load_source(name, paths)
    table, _, _ = read(PROJECT / source.fetch.file, source.fetch, source=name)
    return source, table


KNOWN = {name: demo(name) for name in SOURCES}
HARVESTS = {name: harvest_table(source, table) for name, (source, table) in KNOWN.items()}


def changed_fields(source: Source, column: str) -> set[str]:
    """The fields that read a column, and those deduced from them."""
    own = {
        field
        for field, rules in source.mapping.items()
        if any(column in rule.columns for rule in rules)
    }
    return own | {other for field in own for other in DEDUCED.get(field, ())}


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_junk_in_one_cell_changes_no_other(name: str, data: st.DataObject) -> None:
    source, raw = KNOWN[name]
    before = HARVESTS[name]
    accepted = before.table.index[before.table["refus"] == ""]
    columns = [one for one in raw.columns if one not in source.contract.key]
    # Three rows at a time: one reading of the file tries as much as three.
    lines = data.draw(
        st.lists(st.sampled_from(list(accepted)), min_size=3, max_size=3, unique=True),
        label="lines",
    )
    damaged = raw.copy()
    changed = {}
    for line in lines:
        changed[line] = data.draw(st.sampled_from(columns), label="column")
        damaged.loc[line, changed[line]] = data.draw(JUNK, label="junk")
    after = harvest_table(source, damaged)
    others = before.table.columns.difference(["refus", "corrected"])
    left = before.table.loc[~before.table.index.isin(lines), others]
    pd.testing.assert_frame_equal(after.table.loc[left.index, others], left)
    for line, column in changed.items():
        touched = changed_fields(source, column)
        for field in others.difference(list(touched)):
            was, now = before.table.at[line, field], after.table.at[line, field]
            assert was == now or (pd.isna(was) and pd.isna(now)), (column, field)
        if not any(fields()[field].constraints.get("required") for field in touched):
            assert after.table.at[line, "refus"] == ""
    for account in after.accounts.values():
        total = account["published_values"] + account["explained"]
        assert account["source_values"] == total
