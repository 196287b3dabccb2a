"""Rows of one place are found; a host is not what it hosts; a person's answer holds."""

import itertools
from typing import Any

import pandas as pd
import pytest

from opendata.identity.likelihood import weights
from opendata.identity.match import DECISION, Matches, match_rows
from opendata.model import PairDecision
from tests.identity.rows import row, table

Row = dict[str, Any]


def groups(*rows: Row) -> list[int]:
    return match_rows(table(*rows)).groups.tolist()


def other(nom: str, adresse: str = "", **more: Any) -> Row:
    """A row of the second source."""
    return row(nom, adresse, **{"source": "b"} | more)


ONE_PLACE = {
    "case, accents, abbreviations": (
        row("Médiathèque du Pont", "3 bd de la Loire"),
        other("MEDIATHEQUE DU PONT", "3, Boulevard de la Loire"),
    ),
    "names of the kind alone": (
        row("Bibliothèque de Blois", "3 rue des Lices"),
        other("Médiathèque municipale", "3 rue des Lices"),
    ),
    "a label that changed its name": (
        row("MSAP de Blois", "3 rue des Lices"),
        other("France services Blois", "3 rue des Lices"),
    ),
    "acronym": (
        row("CCAS", "3 rue des Lices"),
        other("Centre communal d'action sociale de Blois", "3 rue des Lices"),
    ),
    "the body and its house": (
        row("COMMUNE DE BLOIS", "9 place Saint-Louis"),
        other("Mairie de Blois", "9 place Saint-Louis"),
    ),
    "a longer name": (
        row("Cyber-base des Mariniers", "3 rue des Lices", north=0),
        other("Espace numérique Les Mariniers", "3 rue des Lices", north=10),
    ),
    "one names its library, the other says library": (
        row("Médiathèque Abbé-Grégoire", "4 place Jean-Jaurès", north=0),
        other("Bibliothèque municipale", "4 place Jean Jaurès", north=10),
    ),
    "a producer's double": (
        row("Cyber-base des Mariniers", "3 rue des Lices"),
        row("Cyber-base des Mariniers", "3 rue des Lices"),
    ),
    "a tiers-lieu and its fablab": (
        row("Tiers-lieu Les Tanneurs", "3 rue des Lices"),
        other("Fablab Les Tanneurs", "3 rue des Lices"),
    ),
}

TWO_PLACES = {
    "France services in a town hall": (
        row("France services", "9 place Saint-Louis", north=0),
        other("Mairie de Blois", "9 place Saint-Louis", north=0),
    ),
    "France services in a town hall, one switchboard": (
        row("France services", "9 place Saint-Louis", telephone="+33261910001"),
        other("Mairie de Blois", "9 place Saint-Louis", telephone="+33261910001"),
    ),
    "EPN in a library": (
        row("Espace public numérique", "3 rue des Lices", north=0),
        other("Médiathèque", "3 rue des Lices", north=0),
    ),
    "EPN in a library of one name": (
        row("Espace public numérique Rabelais", "3 rue des Lices", north=0),
        other("Médiathèque Rabelais", "3 rue des Lices", north=0),
    ),
    "EPN that names its library": (
        row("EPN de la médiathèque", "3 rue des Lices", north=0),
        other("Médiathèque", "3 rue des Lices", north=0),
    ),
    "counsellor at the CCAS, France services": (
        row("CCAS DE BLOIS", "3 rue des Lices", north=0),
        other("France services", "3 rue des Lices", north=0),
    ),
    "counsellor at the CCAS, town hall": (
        row("CCAS DE BLOIS", "9 place Saint-Louis", north=0),
        other("Mairie", "9 place Saint-Louis", north=0),
    ),
    "a bus and the house that sends it": (
        row("Bus France services", "3 rue des Lices"),
        other("France services", "3 rue des Lices"),
    ),
    "two branches of a network": (
        row("Mission locale du Blaisois", "3 rue des Lices", north=0),
        other("Mission locale du Blaisois", "45 avenue de Vendôme", north=1800),
    ),
    "quartier Nord, quartier Sud": (
        row("Centre social quartier Nord", "3 rue des Lices"),
        other("Centre social quartier Sud", "45 avenue de Vendôme"),
    ),
    "quartier Nord, quartier Sud, no address": (
        row("Centre social quartier Nord"),
        other("Centre social quartier Sud"),
    ),
    "numbered places": (row("Cyber-base 1"), other("Cyber-base 2")),
    "numbered places at one address": (
        row("Cyber-base 1", "3 rue des Lices"),
        other("Cyber-base n° 2", "3 rue des Lices"),
    ),
    "town hall and its annexe": (
        row("Mairie", "9 place Saint-Louis", north=0),
        other("Mairie annexe", "12 rue Denis-Papin", north=900),
    ),
    "one name in two towns": (
        row("Médiathèque du Pont", "3 rue des Lices"),
        other("Médiathèque du Pont", "3 rue des Lices", ville="Tours"),
    ),
    "one switchboard for two towns": (
        row("Médiathèque", "3 rue des Lices", north=0, telephone="+33261910001"),
        other("Médiathèque", "9 rue Papin", ville="Tours", north=0, telephone="+33261910001"),
    ),
    "two tenants of a building": (
        row("Fablab des Tanneurs", "3 rue des Lices", north=0),
        other("Incubateur La Ruche", "3 rue des Lices", north=0),
    ),
}


@pytest.mark.parametrize("both", ONE_PLACE.values(), ids=ONE_PLACE)
def test_rows_of_one_place_are_found(both: tuple[Row, Row]) -> None:
    assert groups(*both) == [0, 0]


@pytest.mark.parametrize("both", TWO_PLACES.values(), ids=TWO_PLACES)
def test_two_places_stay_two(both: tuple[Row, Row]) -> None:
    assert groups(*both) == [0, 1]


def test_doubles_of_one_source_are_one_place_however_many() -> None:
    many = [row("Cyber-base des Mariniers", "3 rue des Lices") for _ in range(40)]
    found = match_rows(table(*many))
    assert set(found.groups) == {0}
    assert found.review.empty


#: One place in three sources, its neighbours, and what it hosts.
TOWN = [
    row("Médiathèque du Pont", "3 bd de la Loire", source="a", cle="1"),
    row("Cyber-base du Pont", "3 bd de la Loire", source="a", cle="2"),
    row("MEDIATHEQUE DU PONT", "3, Boulevard de la Loire", source="b", cle="1"),
    row("Médiathèque du Pont", "14 rue des Lices", source="b", cle="2", ville="Tours"),
    row("Bibliothèque du Pont", "3 boulevard de la Loire", source="c", cle="1"),
    row("Mairie", "9 place Saint-Louis", source="c", cle="2"),
    row("Mairie de Blois", "9 pl. St-Louis", source="b", cle="3"),
]


def sets_of(found: Matches, rows: pd.DataFrame) -> set[frozenset[str]]:
    names = rows["source_id"] + ":" + rows["id"]
    return {
        frozenset(names[labels]) for labels in found.groups.groupby(found.groups).groups.values()
    }


def test_the_order_of_sources_does_not_change_who_is_one_place() -> None:
    expected = {
        frozenset({"a:1", "b:1", "c:1"}), frozenset({"a:2"}), frozenset({"b:2"}),
        frozenset({"c:2", "b:3"}),
    }  # fmt: skip
    for order in itertools.permutations("abc"):
        rows = table(*sorted(TOWN, key=lambda one: order.index(one["source_id"])))
        assert sets_of(match_rows(rows), rows) == expected


def test_groups_and_links_are_on_the_index_of_the_rows() -> None:
    rows = table(*TOWN).set_index(pd.Index([70, 60, 50, 40, 30, 20, 10]))
    found = match_rows(rows)
    assert found.groups.index.tolist() == rows.index.tolist()
    assert found.groups.tolist() == [0, 1, 0, 3, 0, 5, 5]
    assert set(found.links.index) == {70, 50, 30, 20, 10}


def test_each_row_of_a_place_says_what_ties_it_there() -> None:
    found = match_rows(table(*TOWN))
    assert (found.links["probabilite"] >= weights().same).all()
    assert found.links["motif"].str.startswith("nom=").all()
    # The strongest of its pairs is told.
    assert found.links.loc[2, "motif"] == "nom=identique|genre=meme|adresse=meme_numero"


def decision(one: str, two: str, same: bool) -> PairDecision:
    keys = tuple(tuple(name.split(":")) for name in (one, two))
    return PairDecision(keys, same, "vu sur place", "M. Essai", "2026-01-05")  # type: ignore[arg-type]


HOST = (
    row("France services", "9 place Saint-Louis", source="a", cle="7"),
    row("Mairie de Blois", "9 place Saint-Louis", source="b", cle="8"),
)
DOUBLE = (
    row("Médiathèque du Pont", "3 bd de la Loire", source="a", cle="7"),
    row("MEDIATHEQUE DU PONT", "3, Boulevard de la Loire", source="b", cle="8"),
)


@pytest.mark.parametrize("names", [("a:7", "b:8"), ("b:8", "a:7")])
def test_a_person_joins_what_looks_apart(names: tuple[str, str]) -> None:
    found = match_rows(table(*HOST), [decision(*names, same=True)])
    assert found.groups.tolist() == [0, 0]
    assert found.links["motif"].tolist() == [DECISION, DECISION]
    assert found.links["probabilite"].tolist() == [1.0, 1.0]
    assert found.review.empty


@pytest.mark.parametrize("names", [("a:7", "b:8"), ("b:8", "a:7")])
def test_a_person_parts_what_looks_the_same(names: tuple[str, str]) -> None:
    found = match_rows(table(*DOUBLE), [decision(*names, same=False)])
    assert found.groups.tolist() == [0, 1]
    # What was answered is not asked again.
    assert found.review.empty


def test_a_person_joins_rows_that_share_nothing() -> None:
    both = (row("Alpha", source="a", cle="7"), row("Beta", ville="Tours", source="b", cle="8"))
    assert match_rows(table(*both), [decision("a:7", "b:8", same=True)]).groups.tolist() == [0, 0]


def test_the_last_answer_about_a_pair_holds() -> None:
    answers = [decision("a:7", "b:8", same=True), decision("b:8", "a:7", same=False)]
    assert match_rows(table(*DOUBLE), answers).groups.tolist() == [0, 1]
    assert match_rows(table(*HOST), answers[::-1]).groups.tolist() == [0, 0]


def test_an_answer_about_rows_that_are_gone_changes_nothing() -> None:
    answers = [
        decision("a:7", "b:99", same=False),
        decision("a:98", "b:99", same=True),
        decision("a:7", "a:7", same=True),
    ]
    assert match_rows(table(*DOUBLE), answers).groups.tolist() == [0, 0]


def test_a_third_row_does_not_undo_an_answer() -> None:
    third = row("Médiathèque du Pont", "3 boulevard de la Loire", source="c", cle="9")
    found = match_rows(table(*DOUBLE, third), [decision("a:7", "b:8", same=False)])
    assert found.groups[0] != found.groups[1]
    assert len(set(found.groups)) == 2
    # The pair that was left out for it is asked.
    assert len(found.review) == 1


def test_two_rows_that_fit_equally_are_asked_about() -> None:
    rows = table(
        row("Cyber-base Pont", "3 rue des Lices", source="a", cle="1"),
        row("Cyber-base Pont", "14 rue Papin", source="a", cle="2", telephone="+33261910002"),
        row("Cyber-base Pont", source="b", cle="3"),
    )
    rows.loc[0, "telephone"] = "+33261910001"
    found = match_rows(rows)
    assert found.groups.tolist() == [0, 1, 2]
    asked = set(zip(found.review["left"], found.review["right"], strict=True))
    assert {(0, 2), (1, 2)} <= asked


def test_pairs_to_review_are_likeliest_first_and_say_both_sides() -> None:
    rows = table(
        row("Médiathèque", "3 rue des Lices", north=0),
        other("Médiathèque", "45 avenue de Vendôme", north=300),
        row("Médiathèque Tilleuls", "8 rue Denis-Papin", ville="Orléans", north=0),
        other("Bibliothèque Tilleuls", "45 avenue de Grammont", ville="Orléans", north=1_800),
    )
    found = match_rows(rows).review
    assert found[["left", "right"]].to_numpy().tolist() == [[2, 3], [0, 1]]
    assert found["probabilite"].is_monotonic_decreasing
    assert found["probabilite"].between(weights().review, weights().same).all()
    assert found["motif"].tolist() == ["nom=identique|genre=meme", "nom=generiques|genre=meme"]
    assert found["contre"].tolist() == ["adresse=autre_voie|distance=loin", "adresse=autre_voie"]
    assert not found["rival"].any()
    assert found["distance_m"].tolist() == pytest.approx([1_800, 300], abs=5)


def test_an_answer_parts_nothing_that_stands_without_it() -> None:
    rows = table(
        row("Médiathèque Aleton", "30 rue Chauveau", cle="46", north=0),
        other("Médiathèque Aleton", "30 rue Chauveau", cle="1061", north=0),
        other("Bibliothèques de Blois", "30 rue Chauveau", cle="18419", north=100),
    )
    before = match_rows(rows)
    assert before.groups.tolist() == [0, 0, 2]
    assert before.review["rival"].all()
    answer = PairDecision((("a", "46"), ("b", "18419")), True, "vu", "M. Essai", "2026-01-05")
    assert match_rows(rows, [answer]).groups.tolist() == [0, 0, 0]


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_rows(count: int) -> None:
    found = match_rows(table(row("Mairie")).head(count))
    assert found.groups.tolist() == [0] * count
    assert found.links.empty
    assert found.review.empty
