"""What strays too far waits, with a sentence that says why; what does not goes out."""

from dataclasses import fields

import pandas as pd
import pytest
from tests.builders import edit_dataset, small_dataset, small_source

from opendata.catalog import load_dataset
from opendata.errors import CatalogError
from opendata.model import Finding, Gate, Tolerance
from opendata.paths import Paths
from opendata.release.gate import Tables, judge

GATE_TOML = "min_places = 1\nmin_located_pct = 0\nmax_loss_pct = 50"
GATE = Gate(max_loss_pct=10, min_places=1, min_located_pct=0)


def places(source: str, count: int, first: int = 0, **columns: str) -> pd.DataFrame:
    """``count`` places of one source, complete and well located; ``columns`` replace cells."""
    table = pd.DataFrame({"lieu_id": [f"{source}-{n}" for n in range(first, first + count)]})
    filled = {
        "nom": "Espace", "categories": "epn", "telephone": "+33261910001", "latitude": "47.5",
        "longitude": "1.5", "geo_precision": "numero", "geo_distance_m": "", "origin": source,
    }  # fmt: skip
    return table.assign(**(filled | columns)).astype("str")


def release(*parts: pd.DataFrame, **states: str) -> Tables:
    """A release of the given places; a source is up to date unless ``states`` says otherwise."""
    table = pd.concat(parts, ignore_index=True)
    crosswalk = pd.DataFrame(
        {"source": table["origin"], "cle": "", "lieu_id": table["lieu_id"], "role": "principale"}
    )
    names = list(dict.fromkeys([*table["origin"], *(name.replace("_", "-") for name in states)]))
    state = [states.get(name.replace("-", "_"), "a_jour") for name in names]
    rows = [
        int((table["origin"] == name).sum()) if found in ("a_jour", "perimee") else 0
        for name, found in zip(names, state, strict=True)
    ]
    sources = pd.DataFrame(
        {
            "source": names, "etat": state, "perime_depuis": "2026-11-03T02:00:00Z",
            "lignes_lues": [str(count) for count in rows], "publiees": [str(n) for n in rows],
            "fusionnees": "0", "quarantaine": "0", "hors_territoire": "0",
        }
    )  # fmt: skip
    return Tables(table.drop(columns="origin"), crosswalk, sources.astype("str"))


NOTHING = release(places("x", 0))
OTHERS = places("autre", 2000)


def found(now: Tables, before: Tables, *tolerances: Tolerance, day: str = "") -> list[Finding]:
    return judge(GATE, now, before, {}, tolerances=tolerances, day=day)


def blockers(findings: list[Finding]) -> list[str]:
    return [one.text.fr for one in findings if one.severity == "blocker"]


def codes(findings: list[Finding]) -> list[str]:
    return [one.code for one in findings]


def tolerance(
    gate: str, value: float, subject: str = "", until: str = "", **kept: str
) -> Tolerance:
    told = {"reason": "fermetures annoncées.", "author": "A. Martin", "date": "2026-11-27"} | kept
    return Tolerance(gate, value, subject, until, **told)


# --- nothing to say -----------------------------------------------------------------------


def test_a_release_like_the_last_one_passes_without_a_word() -> None:
    same = release(places("hub-lo", 311), OTHERS)
    assert found(same, same) == []


def test_a_first_release_has_nothing_to_be_compared_with() -> None:
    assert found(release(places("hub-lo", 5)), NOTHING) == []


# --- integrity and minimums ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("errors", "counted"), [(["ligne 2 : x"], "1\xa0erreur,"), (["x", "y"], "2\xa0erreurs,")]
)
def test_a_table_that_breaks_its_schema_is_held_whatever_is_tolerated(
    errors: list[str], counted: str
) -> None:
    table = release(places("a", 20))
    anything = Gate(100, 100, 100, 100, 500, 100, 0, 0)
    (one,) = judge(anything, table, NOTHING, {"lieux": errors, "sources": []})
    assert (one.code, one.severity, one.gate) == ("schema_non_respecte", "blocker", "")
    assert one.text.fr.startswith(f"lieux.csv ne respecte pas son schéma : {counted}")


def test_an_id_given_twice_is_held() -> None:
    table = release(places("a", 20), places("a", 1))
    (one,) = found(table, NOTHING)
    assert (one.code, one.severity, one.gate) == ("identifiant_double", "blocker", "")
    assert one.text.fr == "l'identifiant a-0 est donné à plusieurs lieux"
    both = release(places("a", 20), places("a", 2))
    assert found(both, NOTHING)[0].text.fr.endswith("plusieurs lieux (1\xa0autre aussi)")


def test_too_few_places_and_too_few_points() -> None:
    table = release(places("a", 3), places("a", 1, 3, latitude=""))
    gate = Gate(min_places=1500, min_located_pct=90)
    said = judge(gate, table, NOTHING, {})
    assert blockers(said) == [
        "il y a 4\xa0lieux, alors qu'il en faut au moins 1\u202f500",
        "75 % des lieux ont un point, alors qu'il en faut au moins 90 %",
    ]
    assert said[0].text.en == "there are 4 places, while at least 1,500 are needed"
    assert judge(Gate(min_places=4, min_located_pct=75), table, NOTHING, {}) == []


# --- losses -------------------------------------------------------------------------------


def test_forty_percent_of_the_rows_gone_is_held_and_said() -> None:
    (one,) = found(
        release(places("hub-lo", 187, categories=""), OTHERS),
        release(places("hub-lo", 311, categories=""), OTHERS),
    )
    assert one.text == (
        "la source hub-lo perd 40 % de ses lignes publiées (311 → 187), "
        "alors que 10 % sont tolérés",
        "the source hub-lo loses 40% of its published rows (311 → 187), while 10% is tolerated",
    )
    assert (one.code, one.gate, one.subject) == ("perte_source", "max_loss_pct", "hub-lo")
    assert (one.measured, one.allowed) == (39.871, 10.0)


def test_places_lost_over_the_whole_dataset_are_held() -> None:
    sources = [places(name, 12) for name in "abcdefgh"]
    lost = [part.iloc[:11] for part in sources[:6]] + [part.iloc[:8] for part in sources[6:]]
    said = found(release(*lost), release(*sources))
    assert "perte_lieux" in codes(said)
    assert "le jeu perd 15 % de ses lieux (96 → 82), alors que 10 % sont tolérés" in blockers(said)


def test_one_row_less_is_the_life_of_a_small_source() -> None:
    before = release(places("a", 5), OTHERS)
    assert found(release(places("a", 4), OTHERS), before) == []
    assert codes(found(release(places("a", 3), OTHERS), before)) == ["perte_source"]


def test_merged_rows_count_as_published() -> None:
    before = release(places("a", 20), OTHERS)
    half = before.sources.assign(publiees=["10", "2000"], fusionnees=["10", "0"])
    now = Tables(before.places, before.crosswalk, half)
    assert found(now, before) == []


def test_a_category_of_several_is_counted_in_each_and_small_ones_are_left_alone() -> None:
    few = {"categories": "fablab|cyberbase"}
    before = release(
        OTHERS, places("autre", 20, 3000, **few), places("autre", 9, 4000, categories="rare")
    )
    after = release(OTHERS, places("autre", 12, 3000, **few))
    said = found(after, before)
    assert blockers(said) == [
        f"la catégorie « {name} » perd 40 % de ses lieux (20 → 12), alors que 30 % sont tolérés"
        for name in ("Fab lab ou atelier de fabrication", "cyberbase")
    ]
    assert "rare" not in [one.subject for one in said]
    assert {one.gate for one in said} == {"max_category_loss_pct"}


def test_a_field_emptied_for_all_is_held_in_one_sentence() -> None:
    said = found(
        release(places("a", 50, telephone="")),
        release(places("a", 49, telephone=""), places("a", 1, 49)),
    )
    assert blockers(said) == [
        "le champ telephone est vide pour tous les lieux, alors qu'il était rempli pour 1\xa0lieu"
    ]
    assert (said[0].code, said[0].gate, said[0].subject) == (
        "champ_vide", "max_field_loss_pct", "telephone",
    )  # fmt: skip
    every = found(release(places("a", 50, telephone="")), release(places("a", 50)))
    assert codes(every) == ["champ_vide"]


def test_a_column_emptied_in_one_source_is_held() -> None:
    before = release(places("hub-lo", 95), places("hub-lo", 5, 95, telephone=""), OTHERS)
    after = release(places("hub-lo", 40), places("hub-lo", 60, 40, telephone=""), OTHERS)
    (one,) = found(after, before)
    assert one.text.fr == (
        "dans la source hub-lo, le champ telephone perd 58 % de son remplissage "
        "(95,0\xa0% → 40,0\xa0% des lieux), alors que 50 % sont tolérés"
    )
    assert (one.code, one.subject) == ("perte_champ", "hub-lo/telephone")
    assert found(release(places("hub-lo", 50), places("hub-lo", 50, 50, telephone=""), OTHERS),
                 before) == []  # fmt: skip


def test_few_values_lost_say_nothing() -> None:
    before = release(places("a", 9), places("a", 91, 9, telephone=""), OTHERS)
    assert found(release(places("a", 100, telephone=""), OTHERS), before) == []


def test_lost_rows_are_no_lost_values() -> None:
    before = release(places("a", 100), OTHERS)
    assert codes(found(release(places("a", 30), OTHERS), before)) == ["perte_source"]


def test_lost_rows_whose_keys_changed_are_no_lost_values() -> None:
    said = found(release(places("a", 30, 500), OTHERS), release(places("a", 100), OTHERS))
    assert codes(said) == ["perte_source", "cles_renumerotees"]
    empty = release(places("a", 100, 500, telephone=""), OTHERS)
    assert blockers(found(empty, release(places("a", 100), OTHERS))) == [
        "dans la source a, le champ telephone perd 100 % de son remplissage "
        "(100\xa0% → 0\xa0% des lieux), alors que 50 % sont tolérés"
    ]


def test_new_places_without_a_value_are_no_lost_values() -> None:
    after = release(places("a", 100), places("a", 300, 100, telephone=""), OTHERS)
    assert found(after, release(places("a", 100), OTHERS)) == []


def test_places_that_are_now_another_source_s_first_are_no_lost_values() -> None:
    bare = places("a", 300, 100, telephone="")
    before = release(places("a", 100), bare, OTHERS)
    taken = places("a", 100).assign(origin="autre")
    now = release(taken, bare, OTHERS)
    now = Tables(now.places, now.crosswalk, before.sources)
    assert found(now, before) == []


# --- points -------------------------------------------------------------------------------


def test_all_points_moved_by_one_degree_are_held_and_said_once() -> None:
    before = release(places("a", 30), places("b", 30))
    north = {"latitude": "48.5"}
    (one,) = found(release(places("a", 30, **north), places("b", 30, **north)), before)
    assert one.text.fr == (
        "100 % des points se déplacent de plus de 500 m, alors que 10 % sont tolérés ; "
        "distance médiane 111 km, par exemple « Espace » (111 km)"
    )
    assert (one.code, one.gate, one.subject) == ("points_deplaces", "max_moved_pct", "")


def test_the_points_of_one_source_moved_in_a_big_dataset_are_held() -> None:
    before = release(places("hub-lo", 40), OTHERS)
    (one,) = found(release(places("hub-lo", 40, latitude="48.5"), OTHERS), before)
    assert one.text.fr.startswith("100 % des points de la source hub-lo se déplacent de plus de")
    assert (one.code, one.subject) == ("points_deplaces_source", "hub-lo")
    few = release(places("hub-lo", 9), OTHERS)
    assert found(release(places("hub-lo", 9, latitude="48.5"), OTHERS), few) == []


def test_a_source_worse_than_the_whole_is_named_beside_it() -> None:
    before = release(places("a", 80), places("b", 20))
    said = found(release(places("a", 80), places("b", 20, latitude="48.5")), before)
    assert codes(said) == ["points_deplaces_source", "points_deplaces"]


def test_a_source_past_the_limit_is_named_while_the_whole_is_within_it() -> None:
    before = release(places("a", 100), places("b", 100))
    north = {"latitude": "48.5"}
    a = (places("a", 11, **north), places("a", 89, 11))
    b = (places("b", 8, **north), places("b", 92, 8))
    (one,) = found(release(*a, *b), before)
    assert (one.code, one.subject, one.measured) == ("points_deplaces_source", "a", 11)


def test_a_point_within_moved_m_has_not_moved() -> None:
    before = release(places("a", 30))
    assert found(release(places("a", 30, latitude="47.504")), before) == []  # 445 m
    assert codes(found(release(places("a", 30, latitude="47.505")), before)) == ["points_deplaces"]


def test_points_replaced_by_the_centre_of_their_commune_are_held() -> None:
    centre = {"geo_precision": "commune", "latitude": "47.504"}
    before = release(places("hub-lo", 60), OTHERS)
    (one,) = found(release(places("hub-lo", 60, **centre), OTHERS), before)
    assert one.text.fr == (
        "la part des lieux de la source hub-lo localisés mieux qu'à la commune baisse de "
        "100 points (100\xa0% → 0\xa0%), alors que 20 points sont tolérés : ses points ne tombent "
        "plus dans leur commune, ou ses adresses ont changé"
    )
    assert (one.gate, one.subject, one.allowed) == ("max_located_drop_pct", "hub-lo", 20.0)
    few = release(places("hub-lo", 9), OTHERS)
    assert found(release(places("hub-lo", 9, **centre), OTHERS), few) == []


def test_stated_points_that_left_addresses_which_kept_the_places_are_held() -> None:
    before = release(places("idf", 60, geo_distance_m="20"), OTHERS)
    (one,) = found(release(places("idf", 60, geo_distance_m="111195"), OTHERS), before)
    assert one.text.fr == (
        "100 % des points que donne la source idf se sont éloignés de plus de 500 m de leur "
        "adresse, alors que 10 % sont tolérés ; distance médiane 111 km, les points publiés sont "
        "ceux des adresses"
    )
    assert (one.code, one.gate, one.subject) == ("points_contredits_source", "max_moved_pct", "idf")
    always = release(places("idf", 60, geo_distance_m="900"), OTHERS)
    assert found(release(places("idf", 60, geo_distance_m="950"), OTHERS), always) == []


def test_less_well_located_places_are_held() -> None:
    coarse = places("a", 8, 92, geo_precision="commune")
    said = found(release(places("a", 92), coarse), release(places("a", 100)))
    assert blockers(said) == [
        "la part des lieux localisés mieux qu'à la commune baisse de 8 points "
        "(100\xa0% → 92,0\xa0%), alors que 5 points sont tolérés"
    ]


def test_a_new_source_that_is_badly_located_lowers_nothing() -> None:
    after = release(places("a", 100), places("neuve", 50, geo_precision="commune"))
    assert blockers(found(after, release(places("a", 100)))) == []


# --- tolerances ---------------------------------------------------------------------------

BEFORE = release(places("hub-lo", 311, categories=""), OTHERS)
AFTER = release(places("hub-lo", 187, categories=""), OTHERS)


def test_what_a_person_tolerates_goes_out_with_their_name_and_reason() -> None:
    wider = tolerance("max_loss_pct", 45, "hub-lo")
    (one,) = found(AFTER, BEFORE, wider)
    assert (one.severity, one.code, one.allowed) == ("warning", "perte_source", 45)
    assert one.text == (
        "la source hub-lo perd 40 % de ses lignes publiées (311 → 187 ; 10 % sont tolérés "
        "d'ordinaire) ; toléré par A. Martin : fermetures annoncées",
        "the source hub-lo loses 40% of its published rows (311 → 187; 10% is usually "
        "tolerated); tolerated by A. Martin: fermetures annoncées",
    )
    (one,) = found(AFTER, BEFORE, tolerance("max_loss_pct", 45, "hub-lo", "2026-12-31"))
    assert "d'ordinaire) ; toléré jusqu'au 31 décembre 2026 par A. Martin :" in one.text.fr
    assert "tolerated); tolerated until 31 December 2026 by A. Martin:" in one.text.en


def test_a_tolerance_that_is_too_small_is_the_limit_that_is_said() -> None:
    (one,) = found(AFTER, BEFORE, tolerance("max_loss_pct", 30))
    assert one.severity == "blocker"
    assert one.text.fr.endswith("alors que 30 % sont tolérés")


@pytest.mark.parametrize(
    ("day", "severity"), [("2026-12-31", "warning"), ("2027-01-01", "blocker")]
)
def test_a_tolerance_holds_until_its_last_day(day: str, severity: str) -> None:
    wider = tolerance("max_loss_pct", 45, "hub-lo", "2026-12-31")
    assert [one.severity for one in found(AFTER, BEFORE, wider, day=day)] == [severity]


@pytest.mark.parametrize(
    ("tolerances", "severity"),
    [
        ([tolerance("max_loss_pct", 45, "autre")], "blocker"),
        ([tolerance("max_category_loss_pct", 45, "hub-lo")], "blocker"),
        ([tolerance("max_loss_pct", 45)], "warning"),
        ([tolerance("max_loss_pct", 5, "hub-lo"), tolerance("max_loss_pct", 45)], "blocker"),
        ([tolerance("max_loss_pct", 45, date="2026-12-02"),
          tolerance("max_loss_pct", 20, date="2026-12-01")], "warning"),
        ([tolerance("max_loss_pct", 20, date="2026-12-01"),
          tolerance("max_loss_pct", 45, date="2026-12-02")], "warning"),
        ([tolerance("max_loss_pct", 45), tolerance("max_loss_pct", 20)], "blocker"),
    ],
)  # fmt: skip
def test_the_most_precise_and_then_the_latest_tolerance_counts(
    tolerances: list[Tolerance], severity: str
) -> None:
    assert [one.severity for one in found(AFTER, BEFORE, *tolerances)] == [severity]


def test_a_stricter_tolerance_holds_what_the_dataset_lets_through() -> None:
    after = release(places("hub-lo", 290, categories=""), OTHERS)
    (one,) = found(after, BEFORE, tolerance("max_loss_pct", 5, "hub-lo"))
    assert one.severity == "blocker"
    assert "alors que 5 % sont tolérés" in one.text.fr


@pytest.mark.parametrize("subject", ["hub-lo/telephone", "hub-lo", "telephone", ""])
def test_a_field_of_a_source_is_tolerated_by_either_name_or_both(subject: str) -> None:
    after = release(places("hub-lo", 311, categories="", telephone=""), OTHERS)
    wider = tolerance("max_field_loss_pct", 100, subject)
    assert [one.severity for one in found(after, BEFORE)] == ["blocker"]
    assert [one.severity for one in found(after, BEFORE, wider)] == ["warning"]


@pytest.mark.parametrize(
    ("value", "subject", "severity"),
    [(90, "a", "blocker"), (100, "a", "warning"), (24, "", "blocker"), (25, "", "warning")],
)
def test_points_of_location_are_the_source_s_own_when_it_is_named(
    value: float, subject: str, severity: str
) -> None:
    before, after = (release(places("a", 60, geo_precision=p), OTHERS) for p in ("voie", "commune"))
    given = tolerance("max_located_drop_pct", value, subject)
    assert [one.severity for one in found(after, before, given)] == [severity]


# --- warnings -----------------------------------------------------------------------------


def test_half_of_a_tolerance_used_up_is_a_warning() -> None:
    (one,) = found(release(places("hub-lo", 289, categories=""), OTHERS), BEFORE)
    assert (one.severity, one.code) == ("warning", "perte_source_proche")
    assert one.text.fr == (
        "la source hub-lo perd 7 % de ses lignes publiées (311 → 289) ; "
        "au-delà de 10 %, la version attendrait une décision"
    )
    assert found(release(places("hub-lo", 296, categories=""), OTHERS), BEFORE) == []
    nine = [places("autre", count, 5000, categories="fablab") for count in (10, 8)]
    assert codes(found(release(OTHERS, nine[1]), release(OTHERS, nine[0]))) == [
        "perte_categorie_proche"
    ]


def test_a_figure_is_never_rounded_to_its_limit() -> None:
    before, after = release(places("a", 1000)), release(places("a", 899))
    said = blockers(found(after, before))
    assert said and all("perd 10,1 % de ses" in one for one in said)
    near = found(release(places("a", 904)), before)
    assert near[0].text.fr.startswith("la source a perd 9,6 % de ses lignes publiées")


def test_a_source_that_was_not_read_warns_and_holds_nothing() -> None:
    carried = release(places("hub-lo", 311), OTHERS, hub_lo="absente")
    (one,) = found(carried, BEFORE)
    assert (one.severity, one.code, one.subject) == ("warning", "source_absente", "hub-lo")
    assert one.text.fr == (
        "la source hub-lo n'a pu être lue : ses lieux (311\xa0lignes) restent ceux de la version "
        "précédente"
    )
    # Still absent the next time; and what comes back is compared with what was carried over.
    assert codes(found(carried, carried)) == ["source_absente"]
    assert codes(found(AFTER, carried))[0] == "perte_source"


def test_sources_that_are_no_longer_published_or_listed_are_warnings() -> None:
    closed = release(places("hub-lo", 311), OTHERS, hub_lo="non_publiee")
    assert codes(found(closed, BEFORE)) == ["source_non_publiee"]
    gone = Tables(closed.places, closed.crosswalk, closed.sources.iloc[1:])
    (one,) = found(gone, BEFORE)
    assert one.code == "source_retiree"
    assert one.text.fr == "la source hub-lo n'est plus du jeu : 311\xa0lignes de moins"


def test_sources_that_were_never_read_take_one_line() -> None:
    table = release(places("a", 20), paris="absente", francil_in="absente")
    (one,) = found(table, table)
    assert one.text.fr == "2\xa0sources du jeu manquent toujours : paris, francil-in"


def test_a_source_on_its_last_good_copy_says_since_when() -> None:
    (one,) = found(release(places("a", 20), a="perimee"), release(places("a", 20)))
    assert (one.code, one.subject) == ("source_perimee", "a")
    assert one.text.fr.endswith("sa dernière bonne copie, depuis le 3 novembre 2026")


def test_a_growing_quarantine_is_a_warning() -> None:
    table = release(places("a", 100))
    before = Tables(table.places, table.crosswalk, table.sources.assign(lignes_lues="200"))
    more = before.sources.assign(quarantaine="10", hors_territoire="100")
    (one,) = found(Tables(table.places, table.crosswalk, more), before)
    assert (one.code, one.subject, one.measured) == ("quarantaine_en_hausse", "a", 10)
    assert "a 10,0\xa0% de ses lignes en quarantaine (10\xa0lignes), contre 0\xa0%" in one.text.fr
    few = before.sources.assign(quarantaine="2", hors_territoire="100")
    assert found(Tables(table.places, table.crosswalk, few), before) == []


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1\xa0paire de lieux à relire"), (3, "3\xa0paires de lieux à relire")]
)
def test_pairs_to_review_are_counted(count: int, said: str) -> None:
    table = release(places("a", 20))
    (one,) = judge(GATE, table, table, {}, pairs_to_review=count)
    assert (one.severity, one.code, one.text.fr) == ("warning", "paires_a_relire", said)


def test_a_category_that_appears_is_a_warning() -> None:
    after = release(places("a", 20), places("a", 2, 20, categories="epn|fablab"))
    (one,) = found(after, release(places("a", 20)))
    assert (one.code, one.text.fr) == (
        "categorie_nouvelle",
        "la catégorie « Fab lab ou atelier de fabrication » apparaît (2\xa0lieux)",
    )  # fmt: skip


def test_ids_replaced_by_as_many_new_ones_are_a_warning() -> None:
    before = release(places("a", 100), OTHERS)
    (one,) = found(release(places("a", 80), places("a", 20, 500), OTHERS), before)
    assert (one.severity, one.code, one.subject) == ("warning", "cles_renumerotees", "a")
    assert one.text.fr == (
        "les clés de la source a semblent renumérotées : 20\xa0identifiants disparaissent et "
        "autant apparaissent (20,0\xa0% de ses lieux)"
    )
    assert found(release(places("a", 90), places("a", 10, 500), OTHERS), before) == []


# --- together -----------------------------------------------------------------------------


def test_blockers_come_first_and_the_worst_of_them() -> None:
    before = release(places("a", 100), places("b", 100), places("c", 100), OTHERS)
    after = release(places("a", 85), places("b", 40), places("c", 92), OTHERS, b="perimee")
    said = judge(GATE, after, before, {"lieux": ["x"]}, pairs_to_review=2)
    assert [(one.code, one.subject) for one in said] == [
        ("schema_non_respecte", "lieux"),
        ("perte_source", "b"),
        ("perte_source", "a"),
        ("perte_source_proche", "c"),
        ("source_perimee", "b"),
        ("paires_a_relire", ""),
    ]
    assert all(one.text.fr and one.text.en and one.as_json()["fr"] == one.text.fr for one in said)


def test_a_release_without_a_place_is_held_and_not_described_field_by_field() -> None:
    said = found(NOTHING, release(places("a", 100)))
    assert {one.code for one in said if one.severity == "blocker"} == {
        "trop_peu_de_lieux", "perte_lieux",
    }  # fmt: skip


# --- what a dataset may ask for -----------------------------------------------------------


def test_every_limit_of_the_model_may_be_set_by_a_dataset(paths: Paths) -> None:
    small_source(paths)
    small_dataset(paths)
    limits = {"max_loss_pct": 1, "max_category_loss_pct": 2.5, "max_field_loss_pct": 3,
              "max_moved_pct": 0, "moved_m": 250, "max_located_drop_pct": 100, "min_places": 0,
              "min_located_pct": 50}  # fmt: skip
    assert set(limits) == {one.name for one in fields(Gate)}
    edit_dataset(paths, "jeu", GATE_TOML, "\n".join(f"{k} = {v}" for k, v in limits.items()))
    assert load_dataset("jeu", paths).gate == Gate(**limits)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("max_loss_pct = 150", ("gate.max_loss_pct", "« 150 »", "de 0 à 100")),
        ("max_moved_pct = -1", ("gate.max_moved_pct", "« -1 »", "de 0 à 100")),
        ("min_located_pct = nan", ("gate.min_located_pct", "« nan »", "de 0 à 100")),
        ("moved_m = 0", ("gate.moved_m", "« 0 »", "plus de 0")),
        ("moved_m = inf", ("gate.moved_m", "« inf »", "plus de 0")),
        ("min_places = -5", ("gate.min_places", "« -5 »", "0 ou plus")),
    ],
)
def test_a_limit_that_cannot_be_is_refused(paths: Paths, line: str, words: tuple[str, ...]) -> None:
    small_source(paths)
    small_dataset(paths)
    edit_dataset(paths, "jeu", GATE_TOML, line)
    with pytest.raises(CatalogError) as caught:
        load_dataset("jeu", paths)
    assert all(word in caught.value.fr for word in ("jeu.toml", *words)), caught.value.fr
