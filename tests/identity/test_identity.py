"""Ids never change, rows of one place merge, and nothing that gives way is silent."""

import pandas as pd

from opendata.identity.match import group_rows
from opendata.identity.merge import merge_groups
from opendata.identity.registry import (
    assign_ids,
    empty_registry,
    permanent_id,
    rebuild,
    remember,
)
from opendata.schema import fields


def rows(*places: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """Rows of (source, id, code_insee, nom, adresse), ready to be grouped and merged."""
    names = ["source_id", "id", "code_insee", "nom", "adresse"]
    table = pd.DataFrame(list(places), columns=names, dtype="str")
    for name in fields():
        if name not in table:
            table[name] = "" if fields()[name].type != "number" else float("nan")
    table["ligne"] = range(2, len(table) + 2)
    table["geo_precision"] = "voie"
    return table


def grouped(table: pd.DataFrame) -> list[int]:
    return group_rows(table.assign(source=table["source_id"])).tolist()


def test_same_place_in_two_sources() -> None:
    table = rows(
        ("a", "1", "45234", "Médiathèque du Pont", "3 bd de la Loire"),
        ("b", "9", "45234", "MEDIATHEQUE DU PONT", "3, Boulevard de la Loire"),
        ("b", "8", "45234", "Médiathèque du Pont", "4 boulevard de la Loire"),
        ("b", "7", "45235", "Médiathèque du Pont", "3 boulevard de la Loire"),
    )
    assert grouped(table) == [0, 0, 1, 2]


def test_a_host_is_not_what_it_hosts() -> None:
    table = rows(
        ("a", "1", "45234", "Mairie", "1 place de la Mairie"),
        ("b", "1", "45234", "France services", "1 place de la Mairie"),
    )
    assert grouped(table) == [0, 1]


def test_rows_of_one_source_never_merge_and_make_a_match_ambiguous() -> None:
    same = ("45234", "Mairie", "1 place de la Mairie")
    assert grouped(rows(("a", "1", *same), ("a", "2", *same), ("b", "3", *same))) == [0, 1, 2]


def test_an_address_without_a_street_proves_nothing() -> None:
    table = rows(("a", "1", "45234", "Mairie", ""), ("b", "1", "45234", "Mairie", ""))
    assert grouped(table) == [0, 1]


def test_merge_believes_the_first_source_adds_lists_and_reports_what_gave_way() -> None:
    table = rows(
        ("a", "1", "45234", "Mairie", "1 place X"), ("b", "2", "45234", "La Mairie", "1 place X")
    )
    table["telephone"] = ["", "+33238000000"]
    table["horaires"] = ["Mo 09:00-12:00", "Tu 09:00-12:00"]
    table["categories"] = ["epn", "mairie|epn"]
    table["geo_precision"] = ["commune", "numero"]
    table["latitude"] = [47.9, 47.91]
    table["groupe"] = 0
    places, issues = merge_groups(table)
    place = places.iloc[0]
    assert (place["nom"], place["telephone"]) == ("Mairie", "+33238000000")
    assert (place["categories"], place["sources"]) == ("epn|mairie", "a|b")
    assert (place["latitude"], place["geo_precision"]) == (47.91, "numero")
    assert issues[["source", "row", "field", "value", "published"]].values.tolist() == [
        ["b", 3, "horaires", "Tu 09:00-12:00", "Mo 09:00-12:00"]
    ]


def test_what_speaks_of_one_source_alone_does_not_pass_to_the_place() -> None:
    table = rows(("a", "1", "45234", "X", "1 place X"), ("b", "2", "45234", "X", "1 place X"))
    table["horaires"] = ["", "Tu 15:00-17:00"]
    table["site_web"] = ["https://www.exemple.fr/", "http://exemple.fr|https://autre.fr"]
    table["groupe"] = 0
    places, issues = merge_groups(table, {"b": ("horaires",)})
    assert places.loc[0, "horaires"] == ""
    assert places.loc[0, "site_web"] == "https://www.exemple.fr/|https://autre.fr"
    assert issues["code"].tolist() == ["valeur_propre"]
    alone = table.assign(groupe=[0, 1])
    assert merge_groups(alone, {"b": ("horaires",)})[0]["horaires"].tolist()[1] == "Tu 15:00-17:00"


def ids(table: pd.DataFrame, registry: pd.DataFrame) -> dict[str, str]:
    table = table.assign(groupe=grouped(table))
    return dict(assign_ids(table, registry).loc[table["groupe"], "lieu_id"].reset_index(drop=True))


def publish(table: pd.DataFrame, registry: pd.DataFrame, day: str) -> pd.DataFrame:
    found = ids(table, registry)
    crosswalk = pd.DataFrame(
        {"source": table["source_id"], "cle": table["id"], "lieu_id": pd.Series(found)}
    )
    places = crosswalk[["lieu_id"]].drop_duplicates().assign(premiere_publication=day)
    return remember(registry, crosswalk, places, day)


def test_an_id_survives_everything_but_its_key() -> None:
    before = rows(("a", "1", "45234", "Mairie", "1 rue X"), ("a", "2", "45234", "EPN", "2 rue X"))
    registry = publish(before, empty_registry(), "2026-01-01")
    renamed = rows(("a", "2", "41018", "Cyber", "9 rue Y"), ("a", "1", "45234", "Autre", ""))
    assert ids(renamed, registry) == {0: permanent_id("a", "2"), 1: permanent_id("a", "1")}


def test_a_place_keeps_the_id_it_first_appeared_with() -> None:
    first = rows(("b", "9", "45234", "Mairie", "1 rue X"))
    registry = publish(first, empty_registry(), "2026-01-01")
    joined = rows(
        ("a", "1", "45234", "Mairie", "1 rue X"), ("b", "9", "45234", "Mairie", "1 rue X")
    )
    registry = publish(joined, registry, "2026-02-01")
    assert set(ids(joined, registry).values()) == {permanent_id("b", "9")}
    alone = rows(("a", "1", "45234", "Mairie", "1 rue X"))
    assert ids(alone, registry) == {0: permanent_id("b", "9")}


def test_a_place_that_splits_leaves_its_id_to_the_row_that_made_it() -> None:
    joined = rows(
        ("a", "1", "45234", "Mairie", "1 rue X"), ("b", "9", "45234", "Mairie", "1 rue X")
    )
    registry = publish(joined, empty_registry(), "2026-01-01")
    apart = rows(("b", "9", "45234", "Cyber", "1 rue X"), ("a", "1", "45234", "Mairie", "1 rue X"))
    assert ids(apart, registry) == {0: permanent_id("b", "9"), 1: permanent_id("a", "1")}


def test_the_registry_is_rebuilt_from_releases(tmp_path) -> None:
    registry = empty_registry()
    for day, keys in (("2026-01-01", "12"), ("2026-02-01", "23")):
        table = rows(*(("a", key, "45234", f"Lieu {key}", f"{key} rue X") for key in keys))
        registry = publish(table, registry, day)
        folder = tmp_path / day
        folder.mkdir()
        published = registry[registry["derniere_publication"] == day]
        published[["source", "cle", "lieu_id"]].to_csv(folder / "passerelle.csv", index=False)
        dated = published[["lieu_id", "premiere_publication"]]
        dated.to_csv(folder / "lieux.csv", index=False)
    rebuilt = rebuild([tmp_path / "2026-01-01", tmp_path / "2026-02-01"])
    assert sorted(rebuilt["cle"]) == ["1", "2", "3"]
    assert rebuilt.set_index("cle")["lieu_id"].to_dict() == {
        key: permanent_id("a", key) for key in "123"
    }
