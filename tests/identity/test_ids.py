"""A place keeps the id it was published under, whatever its sources do."""

import itertools
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from opendata.identity.ids import assign_ids
from opendata.identity.registry import permanent_id
from opendata.model import PairDecision
from tests.identity.releases import Dataset
from tests.identity.rows import row, table

Row = dict[str, Any]
NAMES = (
    "Tilleuls", "Mariniers", "Rabelais", "Tanneurs", "Beauregard", "Vieux Moulin", "Acacias",
    "Hirondelles", "Lices", "Grand Clos",
)  # fmt: skip


def lieu(cle: str, name: int, **more: Any) -> Row:
    """One of ten places that have nothing in common."""
    nom = more.pop("nom", f"Cyber-base {NAMES[name]}")
    adresse = more.pop("adresse", f"{10 + name} rue {NAMES[-1 - name]}")
    return row(nom, adresse, cle=cle, **more)


def ten(shift: int = 0) -> list[Row]:
    """The ten places, each under the key of that many places further."""
    return [lieu(str((name + shift) % 10), name) for name in range(10)]


def by_name(found: dict[str, str], rows: list[Row]) -> dict[str, str]:
    return {one["nom"]: found[f"{one['source_id']}:{one['id']}"] for one in rows}


def test_a_new_place_has_the_id_its_key_makes() -> None:
    found = Dataset().publish("2026-01-01", lieu("1", 0), lieu("2", 1))
    assert found == {"a:1": permanent_id("a", "1"), "a:2": permanent_id("a", "2")}


def test_the_same_rows_have_the_same_ids_in_any_order() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", *ten())
    assert data.publish("2026-02-01", *reversed(ten())) == first
    assert data.places is not None
    assert set(data.places["premiere_publication"]) == {"2026-01-01"}


@pytest.mark.parametrize(
    "changed",
    [
        {"nom": "Espace des Tisserands"},
        {"adresse": "99 avenue de Vendôme"},
        {"nom": "Espace des Tisserands", "adresse": "99 avenue de Vendôme"},
        {"nom": "Espace des Tisserands", "adresse": "99 avenue de Vendôme", "ville": "Tours"},
    ],
    ids=["renamed", "moved", "renamed and moved", "renamed and moved to another town"],
)
def test_a_place_that_changes_keeps_its_id_by_its_key(changed: dict[str, str]) -> None:
    data = Dataset()
    first = data.publish("2026-01-01", *ten())
    again = data.publish("2026-02-01", lieu("0", 0, **changed), *ten()[1:])
    assert again == first


def test_a_place_under_another_key_keeps_its_id_by_its_content() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", *ten())
    again = data.publish("2026-02-01", lieu("N-7", 0), *ten()[1:])
    assert again["a:N-7"] == first["a:0"]
    # And by that key it is known from then on.
    later = data.publish("2026-03-01", lieu("N-7", 0, nom="Autre nom"), *ten()[1:])
    assert later["a:N-7"] == first["a:0"]


def test_a_place_that_another_source_describes_now_keeps_its_id() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", lieu("1", 0))
    assert data.publish("2026-02-01", lieu("x", 0, source="b")) == {"b:x": first["a:1"]}


@pytest.mark.parametrize("shift", [1, 5, 9])
def test_keys_given_out_anew_change_no_id(shift: int) -> None:
    data = Dataset()
    first = by_name(data.publish("2026-01-01", *ten()), ten())
    again = by_name(data.publish("2026-02-01", *ten(shift)), ten(shift))
    assert again == first
    # And once more, from there.
    assert by_name(data.publish("2026-03-01", *ten()), ten()) == first


def test_a_source_renumbered_after_one_row_is_gone() -> None:
    # Line numbers used as keys: the first place closes, all others move up.
    data = Dataset()
    first = by_name(data.publish("2026-01-01", *ten()), ten())
    moved = [lieu(str(name - 1), name) for name in range(1, 10)]
    again = by_name(data.publish("2026-02-01", *moved), moved)
    gone = first.pop("Cyber-base Tilleuls")
    assert again == first
    # Its key is that of a neighbour now: that makes it no part of the neighbour.
    assert data.status(gone) == "absent"


def test_two_keys_swapped_follow_their_places() -> None:
    data = Dataset()
    first = by_name(data.publish("2026-01-01", *ten()), ten())
    swapped = [lieu("1", 0), lieu("0", 1), *ten()[2:]]
    assert by_name(data.publish("2026-02-01", *swapped), swapped) == first


def test_a_renumbered_source_with_a_place_that_also_changed_altogether() -> None:
    # The key is worth nothing among renumbered ones: the place is a new one.
    data = Dataset()
    first = set(data.publish("2026-01-01", *ten()).values())
    rows = [lieu("1", 0, nom="Espace des Tisserands", adresse="1 rue du Puits"), *ten(1)[1:]]
    again = by_name(data.publish("2026-02-01", *rows), rows)
    assert again.pop("Espace des Tisserands") not in first
    assert set(again.values()) < first


def test_a_key_among_renumbered_ones_is_not_that_of_the_place_that_had_it() -> None:
    # Beside the new numbers, one place is new and one is gone: they are not each other.
    data = Dataset()
    first = by_name(data.publish("2026-01-01", *ten()), ten())
    rows = [lieu("1", 0, nom="Espace des Tisserands", adresse="1 rue du Puits"), *ten(1)[2:]]
    again = by_name(data.publish("2026-02-01", *rows), rows)
    assert again.pop("Espace des Tisserands") not in first.values()
    assert again == {name: first[name] for name in again}


def test_a_few_odd_rows_are_no_renumbering() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", lieu("1", 0), lieu("2", 1))
    rows = [lieu("1", 0, nom="Espace des Tisserands", adresse="1 rue du Puits"), lieu("2", 1)]
    assert data.publish("2026-02-01", *rows) == first


HOST = {"nom": "Médiathèque du Pont", "adresse": "3 bd de la Loire"}


def pont(source: str, cle: str, **more: Any) -> Row:
    return row(**(HOST | {"source": source, "cle": cle} | more))


def test_places_that_merge_keep_the_oldest_id() -> None:
    for older, younger in itertools.permutations((("a", "1"), ("b", "9"))):
        data = Dataset()
        apart = {"nom": "Cyber-base Rabelais", "adresse": "14 rue Papin"}
        first = data.publish("2026-01-01", pont(*older))
        data.publish("2026-02-01", pont(*older), pont(*younger, **apart))
        both = [pont("a", "1"), pont("b", "9")]
        again = data.publish("2026-03-01", *both)
        assert set(again.values()) == set(first.values())
        gone = permanent_id(*younger)
        assert data.status(gone) == "fusionne"
        assert data.said(gone, "successeur") == permanent_id(*older)


def test_a_merge_taken_back_gives_the_id_back() -> None:
    data = Dataset()
    apart = pont("b", "9", nom="Cyber-base Rabelais", adresse="14 rue Papin")
    first = data.publish("2026-01-01", pont("a", "1"), apart)
    data.publish("2026-02-01", pont("a", "1"), pont("b", "9"))
    assert data.publish("2026-03-01", pont("a", "1"), apart) == first
    assert data.status(first["b:9"]) == "actif"


def test_a_merge_taken_back_by_a_person_gives_the_id_back() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", pont("a", "1"), pont("b", "9"), decisions=[NO])
    assert len(set(first.values())) == 2
    once = data.publish("2026-02-01", pont("a", "1"), pont("b", "9"))
    assert len(set(once.values())) == 1
    again = data.publish("2026-03-01", pont("a", "1"), pont("b", "9"), decisions=[NO])
    assert again == first


NO = PairDecision((("a", "1"), ("b", "9")), False, "deux lieux", "M. Essai", "2026-01-05")


@pytest.mark.parametrize("older", ["a", "b"])
def test_of_two_ids_that_both_fit_a_place_keeps_the_oldest(older: str) -> None:
    data = Dataset()
    both = [pont("a", "1"), pont("b", "9")]
    alone = next(one for one in both if one["source_id"] == older)
    first = data.publish("2026-01-01", alone)
    data.publish("2026-02-01", *both, decisions=[NO])
    again = data.publish("2026-03-01", *both)
    assert set(again.values()) == set(first.values())


@pytest.mark.parametrize("key", [str(n) for n in range(8)])
def test_a_merged_place_does_not_change_its_id_from_one_release_to_the_next(key: str) -> None:
    data = Dataset()
    no = replace(NO, rows=(("a", key), ("b", "9")))
    both = [pont("a", key), pont("b", "9")]
    data.publish("2026-01-01", *both, decisions=[no])
    merged = data.publish("2026-02-01", *both)
    assert data.publish("2026-03-01", *both) == merged
    assert data.publish("2026-04-01", *reversed(both)) == merged


def test_of_two_parts_that_both_fit_an_id_the_one_that_made_it_has_it() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", pont("a", "1"), pont("b", "9"))
    assert set(first.values()) == {permanent_id("a", "1")}
    again = data.publish("2026-02-01", pont("b", "9"), pont("a", "1"), decisions=[NO])
    assert again == {"a:1": permanent_id("a", "1"), "b:9": permanent_id("b", "9")}


def test_a_place_that_splits_leaves_its_id_to_one_part() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", pont("a", "1"), pont("b", "9"))
    assert len(set(first.values())) == 1
    apart = pont("b", "9", nom="Cyber-base Rabelais", adresse="14 rue Papin")
    again = data.publish("2026-02-01", apart, pont("a", "1"))
    # The part that is still told as it was published has it, whatever its rank.
    assert again["a:1"] == first["a:1"]
    assert again["b:9"] not in first.values()
    assert data.publish("2026-03-01", pont("a", "1"), apart) == again


def test_a_place_of_a_source_lost_for_a_while_has_its_id_back() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", *ten())
    data.publish("2026-02-01", *ten()[:6])
    data.publish("2027-02-01", *ten()[:6])
    assert data.status(first["a:7"]) == "ferme"
    assert data.publish("2027-03-01", *ten()) == first
    assert data.status(first["a:7"]) == "actif"


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "absent"])
def test_a_key_used_again_for_another_place_makes_another_id(closed: bool) -> None:
    data, first = key_left(closed)
    again = data.publish("2026-12-15", OTHER, *ten()[1:])
    assert again["a:0"] not in first.values()
    assert data.said(again["a:0"], "premiere_publication") == "2026-12-15"
    # From then on the key is that of the new place.
    assert data.publish("2027-01-01", OTHER, *ten()[1:]) == again


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "absent"])
def test_a_place_whose_key_another_uses_is_not_merged_into_it(closed: bool) -> None:
    data, first = key_left(closed)
    data.publish("2026-12-15", OTHER, *ten()[1:])
    assert data.status(first["a:0"]) == "ferme"
    assert data.said(first["a:0"], "successeur") == ""


OTHER = lieu("0", 0, nom="Espace des Tisserands", adresse="1 rue du Puits", ville="Tours")


def key_left(closed: bool) -> tuple[Dataset, dict[str, str]]:
    """A dataset whose first place is gone, closed or still absent; the ids it had."""
    data = Dataset()
    first = data.publish("2026-01-01", *ten())
    data.publish("2026-02-01", *ten()[1:])
    if closed:
        data.publish("2026-12-01", *ten()[1:])
    assert data.status(first["a:0"]) == ("ferme" if closed else "absent")
    return data, first


@pytest.mark.parametrize("key", ["1|2", "a:1", "100%", "%7C", "é 1"])
def test_any_key_leads_back_to_its_place(key: str) -> None:
    data = Dataset()
    first = data.publish("2026-01-01", lieu(key, 0), lieu("2", 1), lieu("1", 2))
    changed = lieu(key, 0, nom="Espace des Tisserands", adresse="1 rue du Puits")
    assert data.publish("2026-02-01", changed, lieu("2", 1), lieu("1", 2)) == first


def test_sources_in_another_order_change_no_id() -> None:
    data = Dataset()
    rows = [pont("a", "1"), lieu("2", 0), pont("b", "9"), lieu("8", 1, source="b")]
    first = data.publish("2026-01-01", *rows)
    assert data.publish("2026-02-01", *rows[2:], *rows[:2]) == first


def test_no_two_places_share_an_id_whatever_keys_they_take() -> None:
    # Places that come, go and take each other's keys, for two years.
    data = Dataset({"a": 60})
    for month in range(24):
        rows = [
            lieu(str((name * (month + 1)) % 11), name) for name in range(10) if (name + month) % 4
        ]
        keys = {one["id"]: one for one in rows}
        found = data.publish(f"{2026 + month // 12}-{month % 12 + 1:02}-01", *keys.values())
        assert len(set(found.values())) == len(found)
        assert data.register["lieu_id"].is_unique


def test_one_source_and_key_under_two_rows_make_two_ids() -> None:
    rows = table(lieu("1", 0), lieu("1", 1)).assign(groupe=[0, 1])
    found = assign_ids(rows, Dataset().register)
    assert found["lieu_id"].is_unique
    assert found["lieu_id"].tolist()[0] == permanent_id("a", "1")


def test_ids_are_by_group_with_the_day_they_first_appeared() -> None:
    data = Dataset()
    data.publish("2026-01-01", lieu("1", 0))
    rows = table(lieu("1", 0), lieu("2", 1)).assign(groupe=[0, 1])
    found = assign_ids(rows, data.register, data.places)
    expected = pd.DataFrame(
        {
            "lieu_id": [permanent_id("a", "1"), permanent_id("a", "2")],
            "premiere_publication": ["2026-01-01", ""],
        },
        index=pd.Index([0, 1], name="groupe"),
        dtype="str",
    )
    pd.testing.assert_frame_equal(found, expected)


def test_the_register_alone_is_enough_where_no_release_is_kept() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", *ten())
    data.places = None
    assert by_name(data.publish("2026-02-01", *ten(3)), ten(3)) == by_name(first, ten())


def test_no_rows() -> None:
    data = Dataset()
    first = data.publish("2026-01-01", *ten()[:2])
    assert data.publish("2026-02-01") == {}
    assert {data.status(name) for name in first.values()} == {"absent"}
