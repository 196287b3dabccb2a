"""What the row of a place says when several rows describe it, and what becomes of the rest."""

import itertools
import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata.identity.merge import PRECISION_ORDER, STALE_DAYS, merge_groups
from opendata.schema import fields, fold
from tests.identity.rows import row, table

Row = dict[str, Any]


def merged(
    *rows: Row, own: dict[str, tuple[str, ...]] | None = None
) -> tuple[pd.Series, list[tuple[Any, ...]]]:
    """The one place of the rows, and its issues: source, line, field, code, value, published."""
    places, issues = merge_groups(table(*rows).assign(groupe=0), own)
    assert len(places) == 1
    told = issues[["source", "row", "field", "code", "value", "published"]]
    return places.iloc[0], list(told.itertuples(index=False, name=None))


def other(**more: Any) -> Row:
    return row("Mairie", source="b", **more)


def test_the_best_ranked_source_that_says_something_is_believed() -> None:
    place, issues = merged(
        row("Mairie", horaires="Mo 09:00-12:00"),
        other(horaires="Tu 09:00-12:00", telephone="+33261910001"),
        row("Mairie", source="c", telephone="+33261910002"),
    )
    assert (place["horaires"], place["telephone"]) == ("Mo 09:00-12:00", "+33261910001")
    assert place["sources"] == "a|b|c"
    assert issues == [
        ("c", 4, "telephone", "valeur_concurrente", "+33261910002", "+33261910001"),
        ("b", 3, "horaires", "valeur_concurrente", "Tu 09:00-12:00", "Mo 09:00-12:00"),
    ]


def test_the_same_name_in_another_case_is_no_other_value() -> None:
    place, issues = merged(
        row("Médiathèque du Pont", "3 rue des Lices"),
        row("MEDIATHEQUE DU PONT", "3 RUE DES LICES", source="b"),
        row("Médiathèque", "5 rue des Lices", source="c"),
    )
    assert (place["nom"], place["adresse"]) == ("Médiathèque du Pont", "3 rue des Lices")
    assert [(line[0], line[2]) for line in issues] == [("c", "nom"), ("c", "adresse")]


def dated(newest: str, oldest: str) -> tuple[pd.Series, list[tuple[Any, ...]]]:
    return merged(
        row("Mairie", telephone="+33261910001", date_maj=oldest),
        other(telephone="+33261910002", date_maj=newest),
    )


def test_a_word_too_old_gives_way_to_a_fresher_one() -> None:
    oldest = pd.Timestamp("2022-01-10")
    limit = (oldest + pd.Timedelta(days=STALE_DAYS)).date().isoformat()
    beyond = (oldest + pd.Timedelta(days=STALE_DAYS + 1)).date().isoformat()
    place, issues = dated(limit, "2022-01-10")
    assert place["telephone"] == "+33261910001"
    place, issues = dated(beyond, "2022-01-10")
    assert (place["telephone"], place["date_maj"]) == ("+33261910002", beyond)
    assert ("a", 2, "telephone", "valeur_plus_ancienne", "+33261910001", "+33261910002") in issues


def test_a_word_of_last_year_is_not_too_old() -> None:
    assert dated("2025-11-01", "2024-11-01")[0]["telephone"] == "+33261910001"
    assert dated("2025-11-01", "2022-11-01")[0]["telephone"] == "+33261910002"


def test_an_old_word_is_better_than_none_and_an_undated_one_is_not_old() -> None:
    place, _ = merged(
        row("Mairie", telephone="+33261910001", date_maj="2015-01-01"),
        other(date_maj="2026-01-01"),
    )
    assert place["telephone"] == "+33261910001"
    assert dated("2026-01-01", "")[0]["telephone"] == "+33261910001"
    assert dated("", "2015-01-01")[0]["telephone"] == "+33261910001"


def test_the_fresher_word_is_that_of_who_says_something() -> None:
    # A recent row that says nothing of the telephone makes no other look old.
    place, issues = merged(
        row("Mairie", telephone="+33261910001", date_maj="2015-01-01"),
        other(telephone="+33261910002", date_maj="2015-06-01"),
        row("Mairie", source="c", date_maj="2026-01-01"),
    )
    assert place["telephone"] == "+33261910001"
    assert [line[3] for line in issues if line[2] == "telephone"] == ["valeur_concurrente"]


def test_lists_add_up_in_order_each_value_once() -> None:
    place, issues = merged(
        row("Mairie", categories="epn", site_web="https://www.exemple.fr/"),
        other(categories="mairie|epn", site_web="http://exemple.fr|https://exemple.org"),
    )
    assert place["categories"] == "epn|mairie"
    assert place["site_web"] == "https://www.exemple.fr/|https://exemple.org"
    assert issues == []


def test_what_speaks_of_one_source_alone_does_not_pass_to_the_place() -> None:
    own = {"b": ("horaires", "site_web")}
    place, issues = merged(
        row("Mairie"), other(horaires="Tu 15:00-17:00", site_web="https://exemple.org"), own=own
    )
    assert (place["horaires"], place["site_web"]) == ("", "")
    assert {line[2:] for line in issues} == {
        ("horaires", "valeur_propre", "Tu 15:00-17:00", ""),
        ("site_web", "valeur_propre", "https://exemple.org", ""),
    }


def test_a_row_that_gives_the_place_its_name_keeps_its_own_fields() -> None:
    own = {"b": ("horaires",)}
    alone, _ = merged(other(horaires="Tu 15:00-17:00"), own=own)
    first, issues = merged(other(horaires="Tu 15:00-17:00"), row("Mairie"), own=own)
    assert alone["horaires"] == first["horaires"] == "Tu 15:00-17:00"
    assert issues == []


def test_the_point_comes_whole_from_the_most_precise_row() -> None:
    for better, worse in itertools.pairwise(PRECISION_ORDER):
        place, _ = merged(
            row("Mairie", north=0, precision=worse, ban_id="loin", geo_methode="ban"),
            other(north=500, precision=better, ban_id="", geo_methode="source"),
        )
        assert (place["geo_precision"], place["ban_id"]) == (better, "")
        assert place["geo_methode"] == "source"
        assert place["latitude"] > 47.59


def test_between_equal_precisions_the_best_rank_gives_the_point() -> None:
    place, _ = merged(row("Mairie", north=0), other(north=50))
    assert place["latitude"] == pytest.approx(47.5861)


def test_groups_keep_to_themselves_in_order_of_first_appearance() -> None:
    rows = table(
        row("Mairie", telephone="+33261910001"),
        row("Poste"),
        other(telephone="+33261910002"),
        row("Gare", source="b", telephone="+33261910003"),
    ).assign(groupe=[0, 1, 0, 3])
    places, issues = merge_groups(rows.set_index(pd.Index([9, 8, 7, 6])))
    assert places["nom"].tolist() == ["Mairie", "Poste", "Gare"]
    assert places["telephone"].tolist() == ["+33261910001", "", "+33261910003"]
    assert places["sources"].tolist() == ["a|b", "a", "b"]
    assert len(issues) == 1


def test_nothing_merges_where_each_row_is_a_place() -> None:
    rows = table(row("Mairie"), row("Poste")).assign(groupe=[0, 1])
    places, issues = merge_groups(rows)
    assert places["nom"].tolist() == ["Mairie", "Poste"]
    assert places["sources"].tolist() == ["a", "a"]
    assert issues.empty


# --- nothing is lost in silence -----------------------------------------------------------

_SOURCE_SAYS = [
    name
    for name, field in fields().items()
    if field.filled_by == "source" and name not in ("id", "source", "latitude", "longitude")
]
_VALUES = {
    "nom": ["Mairie", "MAIRIE", "Hôtel de ville"],
    "date_maj": ["2015-01-01", "2019-03-01", "2026-01-01"],
    "site_web": [
        "https://exemple.fr/",
        "http://www.exemple.fr",
        "https://exemple.org|https://x.fr",
    ],
}


@st.composite
def _rows(draw: st.DrawFn) -> tuple[list[Row], dict[str, tuple[str, ...]]]:
    names = draw(st.sets(st.sampled_from(_SOURCE_SAYS), min_size=1, max_size=6)) | {"date_maj"}
    rows = []
    for source in draw(st.lists(st.sampled_from("abc"), min_size=2, max_size=4)):
        values = {
            name: draw(st.sampled_from(["", *_VALUES.get(name, ["x", "y", "x|z"])]))
            for name in sorted(names)
        }
        rows.append(row(values.pop("nom", "Mairie"), source=source, **values))
    own = draw(st.sets(st.sampled_from(sorted(names)), max_size=2))
    return rows, {"b": tuple(sorted(own))}


def _parts(name: str, value: str) -> set[str]:
    if name in ("nom", "adresse"):
        return {fold(value)}
    if not fields()[name].multiple:
        return {value}
    return {re.sub(r"^https?://(?:www\.)?|/$", "", part) for part in value.split("|")}


@settings(max_examples=40)
@given(_rows())
def test_every_value_is_published_or_has_a_line(
    given_rows: tuple[list[Row], dict[str, tuple[str, ...]]],
) -> None:
    rows, own = given_rows
    made = table(*rows).assign(groupe=0)
    # A source has the columns it has: the fewer, the quicker.
    said = [name for name in _SOURCE_SAYS if name in rows[0]]
    made = made.drop(columns=[name for name in _SOURCE_SAYS if name not in said])
    places, issues = merge_groups(made, own)
    told = set(issues[["source", "row", "field", "value"]].itertuples(index=False, name=None))
    for line in made.to_dict("records"):
        for name in said:
            value, published = line[name], places.loc[0, name]
            if value and not _parts(name, value) <= _parts(name, published):
                assert (line["source_id"], line["ligne"], name, value) in told
    # And nothing is published that nobody said.
    for name in said:
        words = set().union(*(_parts(name, value) for value in made[name]))
        assert _parts(name, places.loc[0, name]) <= words | {""}
    known = {"valeur_concurrente", "valeur_plus_ancienne", "valeur_propre"}
    assert set(issues["code"]) <= known
