"""The addresses of a département as the matcher reads them: what is built, saved, loaded."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opendata.geocode.ban import index as files
from opendata.geocode.ban.index import Index, number_key
from tests.geocode.ban.town import (
    FLEURY,
    HAUTE,
    ORLEANS,
    PARIS_6,
    Row,
    at,
    house,
    index_of,
    street,
    table,
    towns,
)


def place(index: Index, name: str, code: str = "45234", postcode: str = "") -> int:
    """The only street of a name in a commune (and under a postcode)."""
    (found,) = (
        number
        for number, one in enumerate(zip(index.name, index.commune, index.postcode, strict=True))
        if one[:2] == (name, code) and one[2].endswith(postcode)
    )
    return found


def numbers(index: Index, place: int) -> list[int]:
    return index.number[index.first[place] : index.first[place + 1]].tolist()


def test_streets_and_their_numbers(indexes: dict[str, Index]) -> None:
    index = indexes["45"]
    haute = place(index, "Rue Haute")
    assert (index.kind[haute], index.core[haute]) == ("rue", "haute")
    assert (index.town[haute], index.postcode[haute], index.former[haute]) == (
        "Orléans",
        "45000",
        "",
    )
    # The even side first, each side in order; repetitions beside their number.
    even, odd = [2, 8, 10, 12, 12, 12, 20, 60], [1, 3, 5, 9]
    assert numbers(index, haute) == even + odd
    assert sorted({*even, *odd}) == sorted(HAUTE)
    twelve = index.first[haute] + 3
    assert index.repetition[twelve : twelve + 3].tolist() == [0, ord("b"), ord("t")]
    assert index.ids[twelve + 1].as_py() == "45234_0001_00012_bis"
    assert (index.longitude[twelve], index.latitude[twelve]) == at(ORLEANS, 12)


def test_every_array_has_one_entry_a_street_or_an_address(indexes: dict[str, Index]) -> None:
    for departement, index in indexes.items():
        streets = len(index.name)
        for values in (index.commune, index.former, index.town, index.postcode, index.kind):
            assert len(values) == streets
        assert len(index.core) == len(index.middle) == len(index.reach_m) == streets
        assert len(index.first) == streets + 1
        addresses = len(index.number)
        assert addresses >= len(towns()[departement])
        for values in (index.key, index.repetition, index.longitude, index.latitude, index.ids):
            assert len(values) == addresses
        assert (index.first[0], index.first[-1]) == (0, addresses)
        assert (np.diff(index.first) > 0).all()
        assert (np.diff(index.key) >= 0).all()
        owner = np.repeat(np.arange(streets), np.diff(index.first))
        assert (index.key == number_key(owner, index.number)).all()
        assert ((index.first[:-1] <= index.middle) & (index.middle < index.first[1:])).all()


def test_a_commune_is_a_slice(indexes: dict[str, Index]) -> None:
    index = indexes["45"]
    assert set(index.slices) == {row["code_insee"] for row in towns()["45"]}
    for code, (start, end) in index.slices.items():
        assert set(index.commune[start:end]) == {code}
    assert sum(end - start for start, end in index.slices.values()) == len(index.name)


def test_cores_and_their_bearers(indexes: dict[str, Index]) -> None:
    index = indexes["45"]
    assert index.cores("45234")["haute"] == [place(index, "Rue Haute")]
    assert len(index.cores("45234")["tilleuls"]) == 2
    assert index.cores("99999") == {}
    assert index.bearers(place(index, "Rue Haute")) == 2
    assert index.bearers(place(index, "Rue de l'Église")) == 5
    assert index.bearers(place(index, "Rue des Tilleuls", postcode="45100")) == 1


def test_one_street_under_two_postcodes_is_two(indexes: dict[str, Index]) -> None:
    index = indexes["45"]
    north, south = (place(index, "Rue des Tilleuls", postcode=one) for one in ("45000", "45100"))
    assert max(numbers(index, north)) == 10
    assert min(numbers(index, south)) == 21


def test_a_street_stands_at_an_address_in_its_middle(tmp_path: Path) -> None:
    """Twenty addresses and one astray: the middle is not drawn away, nor does it stand alone."""
    rows = street(ORLEANS, "Rue Haute", range(1, 22))
    rows.append(house(ORLEANS, "Rue Haute", 23, longitude=2.9, latitude=48.5))
    index = index_of(rows, tmp_path / "one")
    middle = index.middle[0]
    assert index.number[middle] in (11, 12)
    # Nineteen in twenty are at most this far: ten numbers of 7.5 m, not the hundred kilometres.
    assert 60 < index.reach_m[0] < 90


def test_reach_of_a_street_of_one_address(indexes: dict[str, Index]) -> None:
    assert indexes["45"].reach_m[place(indexes["45"], "Quai Neuf")] == 0


def test_a_locality_that_only_addresses_name_is_a_street(indexes: dict[str, Index]) -> None:
    index = indexes["45"]
    bergeries = place(index, "Les Bergeries")
    assert (index.kind[bergeries], index.core[bergeries]) == ("", "bergeries")
    assert set(numbers(index, bergeries)) == {0}
    assert len(numbers(index, place(index, "Rue du Faisan Doré"))) == 30


def test_a_locality_stands_in_the_middle_of_its_addresses(tmp_path: Path) -> None:
    far = [
        house(ORLEANS, "Rue Haute", number, nom_ld="Les Bois", longitude=1.9 + number / 100)
        for number in range(1, 10)
    ]
    index = index_of(far, tmp_path / "one")
    bois = place(index, "Les Bois")
    assert index.longitude[index.middle[bois]] == pytest.approx(1.95)
    assert index.reach_m[bois] > 2000


def test_a_street_that_addresses_name_as_their_locality_keeps_its_id(tmp_path: Path) -> None:
    rows = street(ORLEANS, "Le Bourg", (2, 4, 6), line=1)
    rows += street(ORLEANS, "Rue Haute", (1, 3), line=2, nom_ld="Le Bourg")
    index = index_of(rows, tmp_path / "one")
    assert index.street_id(place(index, "Le Bourg")) == "45234_0001"


def test_an_address_without_a_street_is_of_its_locality(tmp_path: Path) -> None:
    index = index_of([house(ORLEANS, "", 7, nom_ld="Le Bourg")], tmp_path / "one")
    assert (index.name, numbers(index, 0)) == (["Le Bourg"], [7])


@pytest.mark.parametrize(
    ("identifier", "street_id"),
    [
        ("45234_0042_00012", "45234_0042"),
        ("45234_0042_00012_bis", "45234_0042"),
        ("45234_a1b2c3_00012_b", "45234_a1b2c3"),
        ("45234_0042_00012_bis_a", "45234_0042"),
        ("45234_0042-12", "45234_0042"),
    ],
)
def test_the_id_of_a_street(tmp_path: Path, identifier: str, street_id: str) -> None:
    index = index_of([house(ORLEANS, "Rue Haute", 12, id=identifier)], tmp_path / "one")
    assert index.street_id(0) == street_id


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({}, id="an ordinary one"),
        pytest.param({"rep": "BIS"}, id="a repetition in capitals"),
        pytest.param({"rep": "2"}, id="a figure as repetition"),
        pytest.param({"rep": "é"}, id="an accent as repetition"),
        pytest.param({"numero": 0}, id="no number"),
        pytest.param({"numero": 140_002}, id="a number beyond sixteen bits"),
        pytest.param({"id": ""}, id="no id"),
        pytest.param({"nom_commune": "", "code_postal": ""}, id="no town"),
        pytest.param({"nom_ld": "Rue Alma"}, id="its own street as locality"),
        pytest.param({"rep": "œ"}, id="a ligature as repetition"),
        pytest.param({"nom_voie": "-"}, id="a dash as name"),
        pytest.param({"nom_ld": "…"}, id="an ellipsis as locality"),
    ],
)
def test_one_odd_line_costs_no_departement(tmp_path: Path, cells: Row) -> None:
    odd = house(ORLEANS, "Rue Alma", 7) | cells
    index = index_of([*street(ORLEANS, "Rue Basse", range(1, 5), line=2), odd], tmp_path / "one")
    assert numbers(index, place(index, "Rue Basse")) == [2, 4, 1, 3]


# --- whatever the order -------------------------------------------------------------------

_SAMPLE = [
    *street(ORLEANS, "Rue Haute", (1, 2, 3, 4)),
    house(ORLEANS, "Rue Haute", 2, "bis"),
    *street(ORLEANS, "La Grange", (0,), line=2),
    *street(FLEURY, "Rue Haute", (1, 2), line=3),
    *street(PARIS_6, "Rue Haute", (1,), line=4),
]


def content(index: Index) -> list[Any]:
    streets = (index.commune, index.former, index.town, index.postcode, index.name)
    arrays = (index.first, index.middle, index.key, index.number, index.repetition)
    points = (index.reach_m, index.longitude, index.latitude)
    return [*streets, *(one.tolist() for one in (*arrays, *points)), index.ids.to_pylist()]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(_SAMPLE))
def test_the_order_of_the_lines_says_nothing(tmp_path: Path, rows: list[Row]) -> None:
    expected = content(index_of(_SAMPLE, tmp_path / "one"))
    shuffled = pa.Table.from_pylist(rows, schema=table(rows).schema)
    files.save(files.build(shuffled), tmp_path / "other")
    assert content(files.load(tmp_path / "other")) == expected


# --- on disk ------------------------------------------------------------------------------


def test_saving_again_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "index" / "45"
    index_of(street(ORLEANS, "Rue Haute", (1,)), folder)
    index = index_of(street(ORLEANS, "Rue Basse", (1, 2)), folder)
    assert index.name == ["Rue Basse"]
    assert [one.name for one in folder.parent.iterdir()] == ["45"]
    assert sorted(one.name for one in folder.iterdir()) == ["numbers.arrow", "streets.arrow"]


def test_a_save_that_fails_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "45"
    index_of(street(ORLEANS, "Rue Haute", (1,)), folder)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pa.ipc, "new_file", full)
    with pytest.raises(OSError, match="No space left"):
        index_of(street(ORLEANS, "Rue Basse", (1,)), folder)
    assert files.load(folder).name == ["Rue Haute"]
    assert [one.name for one in tmp_path.iterdir()] == ["45"]


def test_an_index_outlives_its_files(tmp_path: Path) -> None:
    """A run that has mapped an index goes on with it while another one replaces it."""
    rows = street(ORLEANS, "Rue Haute", (1, 2, 3))
    index = index_of(rows, tmp_path / "45")
    before = content(index)
    index_of(street(ORLEANS, "Rue Basse", range(1, 2000)), tmp_path / "45")
    assert content(index) == before
