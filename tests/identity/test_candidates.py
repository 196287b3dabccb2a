"""Pairs worth comparing: all that share something, and no more than grows with the rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from opendata.identity.candidates import CROWD, WINDOW, candidates
from opendata.identity.evidence import comparable
from tests.identity.rows import row, table


def pairs(*rows: dict[str, Any]) -> list[tuple[int, int]]:
    left, right = candidates(comparable(table(*rows)))
    return list(zip(left.tolist(), right.tolist(), strict=True))


#: Two rows that share one thing only: town, name, kind, street and contacts differ otherwise.
ALIKE = {
    "word": (row("Cyber-base Tilleuls"), row("Médiathèque Mariniers Tilleuls")),
    "kind, one without a name": (row("Médiathèque Hugo"), row("Bibliothèque municipale")),
    "kind without a word": (row("Médiathèque"), row("Bibliothèque municipale")),
    "kind, and a slip in the name": (row("Médiathèque Rabelais"), row("Bibliothèque Rablais")),
    "address": (row("Alpha", "3 rue des Lices"), row("Beta", "3, Rue des Lices")),
    "telephone": (
        row("Alpha", telephone="+33261910001"),
        row("Beta", ville="Tours", telephone="+33261910001"),
    ),
    "one of two e-mails": (
        row("Alpha", courriels="a@exemple.fr|b@exemple.fr"),
        row("Beta", ville="Tours", courriels="b@exemple.fr"),
    ),
    "site": (
        row("Alpha", site_web="https://www.exemple.fr/lieu/"),
        row("Beta", ville="Tours", site_web="http://exemple.fr/lieu"),
    ),
    "SIRET": (
        row("Alpha", pivot="20004480200016"),
        row("Beta", ville="Tours", pivot="20004480200016"),
    ),
    "near point": (row("Alpha", north=0), row("Beta", north=90)),
}


@pytest.mark.parametrize("both", ALIKE.values(), ids=ALIKE)
def test_rows_that_share_something_are_compared(both: tuple[dict[str, Any], ...]) -> None:
    assert pairs(*both) == [(0, 1)]


APART = {
    "nothing in common": (row("Alpha"), row("Beta")),
    "word of another town": (row("Cyber-base Tilleuls"), row("Cyber-base Tilleuls", ville="Tours")),
    "kind of another town": (row("Médiathèque"), row("Médiathèque", ville="Tours")),
    "another number": (row("Alpha", "3 rue des Lices"), row("Beta", "5 rue des Lices")),
    "no address": (row("Alpha", ""), row("Beta", "")),
    "far point": (row("Alpha", north=0), row("Beta", north=600)),
    "points of the town alone": (
        row("Alpha", north=0, precision="commune"),
        row("Beta", north=0, precision="commune"),
    ),
    "a page on a shared host is another page": (
        row("Alpha", site_web="https://www.facebook.com/alpha"),
        row("Beta", ville="Tours", site_web="https://www.facebook.com/beta"),
    ),
    "a shared host itself": (
        row("Alpha", site_web="https://www.facebook.com/"),
        row("Beta", ville="Tours", site_web="https://www.facebook.com"),
    ),
}


@pytest.mark.parametrize("both", APART.values(), ids=APART)
def test_rows_without_anything_in_common_are_not(both: tuple[dict[str, Any], ...]) -> None:
    assert pairs(*both) == []


@pytest.mark.parametrize("metres", [15, 55, 95])
@pytest.mark.parametrize("start", range(0, 240, 20))
def test_near_points_meet_wherever_the_squares_fall(start: int, metres: int) -> None:
    assert pairs(row("Alpha", north=start), row("Beta", north=start + metres)) == [(0, 1)]
    # At this latitude, a degree of longitude is 75 km.
    east = [{"longitude": 1.3359 + far / 75_000} for far in (start, start + metres)]
    both = [row(name, north=0) | one for name, one in zip(("Alpha", "Beta"), east, strict=True)]
    assert pairs(*both) == [(0, 1)]


def test_two_names_of_one_kind_that_are_far_apart_in_order_are_not() -> None:
    names = ("Aragon", "Camus", "Hugo", "Prévert", "Sand", "Verne", "Zola")
    found = pairs(*[row(f"Médiathèque {name}") for name in names])
    assert (0, 6) not in found
    assert len(found) <= 2 * len(names)


def test_each_pair_once_and_in_order() -> None:
    same = {"telephone": "+33261910001", "site_web": "https://exemple.fr/x", "north": 0}
    found = pairs(*[row("Médiathèque Hugo", "3 rue des Lices", **same) for _ in range(4)])
    assert found == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_rows(count: int) -> None:
    rows = comparable(table(row("Alpha")).head(count))
    left, right = candidates(rows)
    assert len(left) == len(right) == 0


def town_of(count: int) -> pd.DataFrame:
    """Rows of one town, from lists so small that every key is shared by more than the window."""
    number = np.arange(count)
    rows = table(row("Médiathèque", north=0)).loc[np.zeros(count, dtype=int)]
    rows = rows.reset_index(drop=True)
    rows["id"] = number.astype(str)
    rows["nom"] = [f"Médiathèque Nom{n % 19}" for n in number]
    rows["adresse"] = [f"{n % 45 + 1} rue Voie{n % 45}" for n in number]
    rows["latitude"] = 47.5 + (number // 8 % 5) * 0.005
    rows["geo_precision"] = np.where(number % 8, "commune", "numero")
    return rows


def test_a_crowd_of_one_key_costs_in_proportion_to_its_rows() -> None:
    rows = town_of(5000)
    rows["nom"], rows["adresse"], rows["geo_precision"] = "Médiathèque", "", "commune"
    left, _ = candidates(comparable(rows))
    assert 4 * len(rows) < len(left) <= WINDOW * len(rows)


def test_pairs_grow_as_the_rows_do() -> None:
    few, many = (len(candidates(comparable(town_of(count)))[0]) for count in (2_000, 20_000))
    # The edges of the window weigh less in more rows; the square would be a hundred times.
    assert many <= 15 * few


@pytest.mark.parametrize("name", ["telephone", "courriels", "site_web", "pivot"])
def test_what_a_crowd_shares_is_of_a_network(name: str) -> None:
    value = {"telephone": "+33261910001", "courriels": "a@exemple.fr", "pivot": "20004480200016"}
    shared = {name: value.get(name, "https://exemple.fr/")}
    # Names of one letter more each: the rows share no word, no kind.
    crowd = [row("Q" + chr(97 + n % 26) * (n // 26 + 3), **shared) for n in range(CROWD + 1)]
    assert len(pairs(*crowd[:CROWD])) > 0
    assert pairs(*crowd) == []


def test_rows_of_a_crowd_meet_those_of_the_nearest_names() -> None:
    # All share a word, and none has another in common: the order of names brings pairs together.
    rows = town_of(400)
    rows["nom"] = [f"Cyber-base Rabelais Nom{n:03d}{side}" for side in "ab" for n in range(200)]
    rows["adresse"], rows["geo_precision"] = "", "commune"
    left, right = candidates(comparable(rows))
    met = set(zip(left.tolist(), right.tolist(), strict=True))
    assert all((n, n + 200) in met for n in range(200))
