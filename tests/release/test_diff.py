"""A difference tells every kind of change, each once, and nothing else."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata.check import release_errors
from opendata.release.diff import COLUMNS, changes, counts
from opendata.schema import table_schema

DATES = ("premiere_publication", "derniere_modification")
NAMES = ["lieu_id", "nom", "telephone", "latitude", "longitude"]


def places(*lines: tuple[str, str, str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(list(lines), columns=NAMES, dtype="str")
    return table.assign(commune="Blois", derniere_modification="2026-01-01")


def register(*lines: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(lines), columns=["lieu_id", "statut", "successeur"], dtype="str")


def told(found: pd.DataFrame) -> list[list[str]]:
    assert tuple(found.columns) == COLUMNS
    return found[["lieu_id", "changement", "champ", "ancien", "nouveau"]].values.tolist()


def test_a_place_that_moved_has_its_fields_and_one_line_more() -> None:
    before = places(("l-1", "A", "", "47.5", "1.5"), ("l-2", "B", "", "47.5", "1.5"))
    after = places(("l-2", "B", "", "47.50089", "1.5"), ("l-1", "A", "", "47.5006", "1.501"))
    assert told(changes(before, after, DATES)) == [
        ["l-1", "modification", "latitude", "47.5", "47.5006"],
        ["l-1", "modification", "longitude", "1.5", "1.501"],
        ["l-2", "modification", "latitude", "47.5", "47.50089"],  # 99 m
        ["l-1", "deplacement", "point", "47.5, 1.5", "47.5006, 1.501"],  # 101 m
    ]


@pytest.mark.parametrize("points", [("47.5", "1.5", "", ""), ("", "", "47.5", "1.5")])
def test_a_point_gained_or_lost_is_no_move(points: tuple[str, str, str, str]) -> None:
    before, after = places(("l-1", "A", "", *points[:2])), places(("l-1", "A", "", *points[2:]))
    assert changes(before, after, DATES)["changement"].tolist() == ["modification"] * 2


def test_the_register_tells_merged_from_removed_and_reopened_from_added() -> None:
    point = ("", "47.5", "1.5")
    before = places(*((name, name, *point) for name in ("l-9", "l-1", "l-2", "l-3")))
    after = places(*((name, name, *point) for name in ("l-1", "l-8", "l-4", "l-5")))
    known = register(("l-1", "actif", ""), ("l-4", "absent", ""), ("l-5", "ferme", ""))
    ids = register(
        ("l-1", "actif", ""), ("l-2", "fusionne", "l-1"), ("l-3", "absent", ""),
        ("l-9", "fusionne", "l-8"), ("l-old", "fusionne", "l-1"),
    )  # fmt: skip
    found = changes(before, after, DATES, known, ids)
    assert told(found) == [
        ["l-8", "ajout", "", "", ""],
        ["l-3", "suppression", "", "", ""],
        ["l-2", "fusion", "successeur", "", "l-1"],
        ["l-9", "fusion", "successeur", "", "l-8"],
        ["l-4", "reouverture", "statut", "absent", "actif"],
        ["l-5", "reouverture", "statut", "ferme", "actif"],
    ]
    assert found["nom"].tolist() == found["lieu_id"].tolist()
    assert set(found["commune"]) == {"Blois"}
    assert release_errors(found, table_schema("changements")) == []


@pytest.mark.parametrize("none", [None, register()])
def test_without_a_register_places_are_added_and_removed(none: pd.DataFrame | None) -> None:
    before, after = places(("l-1", "A", "", "", "")), places(("l-2", "B", "", "", ""))
    kinds = changes(before, after, DATES, none, none)["changement"].tolist()
    assert kinds == ["ajout", "suppression"]


def test_a_field_the_older_release_lacked_was_empty() -> None:
    before, after = places(("l-1", "A", "1", "", "")), places(("l-1", "A", "1", "", ""))
    found = changes(before.drop(columns="telephone"), after, DATES)
    assert told(found) == [["l-1", "modification", "telephone", "", "1"]]
    assert changes(before, after.drop(columns="telephone"), DATES).empty


def test_the_first_release_adds_everything() -> None:
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in [*NAMES, "commune"]})
    found = changes(nothing, places(("l-2", "B", "", "", ""), ("l-1", "A", "", "", "")), DATES)
    assert found["lieu_id"].tolist() == ["l-1", "l-2"]
    assert counts(found)["ajouts"] == 2
    assert not any(counts(changes(nothing, nothing, DATES)).values())


def test_an_id_given_twice_does_not_stop_the_gate_from_being_asked() -> None:
    before = places(("l-1", "A", "", "", ""))
    after = places(("l-1", "A", "", "", ""), ("l-1", "B", "", "", ""), ("l-2", "C", "", "", ""))
    assert told(changes(before, after, DATES)) == [["l-2", "ajout", "", "", ""]]


def test_counts_are_of_places_not_of_lines() -> None:
    before = places(("l-1", "A", "1", "47", "1"), ("l-2", "B", "", "", ""))
    after = places(("l-1", "A2", "2", "48", "1"), ("l-3", "C", "", "", ""))
    known, ids = register(("l-3", "ferme", "")), register(("l-2", "fusionne", "l-1"))
    assert counts(changes(before, after, DATES, known, ids)) == {
        "ajouts": 0, "suppressions": 0, "modifications": 1,
        "deplacements": 1, "fusions": 1, "reouvertures": 1,
    }  # fmt: skip


CELL = st.sampled_from(["", "a", "b"])
POINT = st.sampled_from(["", "47.5", "47.5005", "47.6"])
PLACES = st.dictionaries(
    st.sampled_from([f"l-{n}" for n in range(6)]), st.tuples(CELL, CELL, POINT, POINT)
)


@given(PLACES, PLACES, st.randoms())
def test_the_lines_turn_the_old_release_into_the_new_one(
    before: dict[str, tuple[str, ...]], after: dict[str, tuple[str, ...]], random: object
) -> None:
    """A difference recomputed place by place has the same lines."""
    order = list(after)
    random.shuffle(order)  # type: ignore[attr-defined]
    found = changes(
        places(*((name, *cells) for name, cells in before.items())),
        places(*((name, *after[name]) for name in order)),
        DATES,
    )
    kept = sorted(before.keys() & after.keys())
    assert told(found[found["changement"] != "deplacement"]) == [
        *([name, "ajout", "", "", ""] for name in sorted(after.keys() - before.keys())),
        *([name, "suppression", "", "", ""] for name in sorted(before.keys() - after.keys())),
        *(
            [name, "modification", field, old, new]
            for name in kept
            for field, old, new in zip(NAMES[1:], before[name], after[name], strict=True)
            if old != new
        ),
    ]
