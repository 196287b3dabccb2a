"""Ids through ten months of sources changing: kept, never given twice, each loss explained."""

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest

from opendata import pipeline
from opendata.catalog import append_pairs
from opendata.identity.registry import rebuild
from opendata.model import PairDecision
from opendata.paths import Paths
from opendata.release import store
from tests.builders import small_dataset, small_source
from tests.identity.followed import Month, losses
from tests.identity.ten_months import CLOSES_AFTER, simulate

#: The fields that say when a place was published, not what it is.
DATES = ("premiere_publication", "derniere_modification")
#: The seed of the world: the events are the same whatever it is, the places they happen to not.
SEED = 1


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> list[Month]:
    return simulate(tmp_path_factory.mktemp("dix"), SEED).months


def standing_before(months: list[Month], month: Month) -> Month | None:
    """The release that readers had when this one came: not one that was taken back."""
    older = [one for one in months[: month.number] if not one.withdrawn]
    return older[-1] if older else None


def test_ten_releases_a_month_apart(months: list[Month]) -> None:
    assert [month.day for month in months] == [f"2026-{number:02}-05" for number in range(1, 11)]
    assert [month.number for month in months if month.withdrawn] == [8]
    # The world is what it was meant to be: places in one source, two and three.
    held = Counter(Counter(months[0].truth.values()).values())
    assert min(held[count] for count in (1, 2, 3)) >= 10
    assert all(len(set(month.truth.values())) >= 130 for month in months)


def test_every_row_that_is_served_is_in_a_place(months: list[Month]) -> None:
    for month in months:
        rows = month.tables["passerelle"][["source", "cle"]].itertuples(index=False)
        assert set(map(tuple, rows)) == set(month.truth), month.day
        assert month.tables["quarantaine"].empty


def test_no_id_ever_names_two_places(months: list[Month]) -> None:
    named: dict[str, set[int]] = defaultdict(set)
    for month in months:
        for place_id, places in month.named.items():
            named[place_id] |= places
    assert {place_id: places for place_id, places in named.items() if len(places) > 1} == {}


def test_a_surviving_place_keeps_its_id(months: list[Month]) -> None:
    """The losses are those of places that had nothing left to be known by, all of them listed."""
    lost = losses(months)
    assert [loss for loss in lost if loss.reason == "UNEXPLAINED"] == []
    listed = Counter({month.number: len(month.may_lose) for month in months if month.may_lose})
    assert listed == {2: 3, 6: 1}
    assert not Counter(loss.month for loss in lost) - listed


def test_a_place_has_one_id_at_a_time_once_its_sources_agree(months: list[Month]) -> None:
    """Two ids for one place are a merge that was missed: in October every source has caught up."""
    doubled = {place: ids for place, ids in months[-1].ids.items() if len(ids) > 1}
    assert doubled == {}


@pytest.mark.parametrize("number", range(10))
def test_every_id_ever_published_is_in_the_register(months: list[Month], number: int) -> None:
    """Its status is recomputed from what the releases hold and from the truth."""
    wrong, register = wrong_statuses(months[: number + 1])
    assert wrong == {}
    after = register.loc[register["statut"] == "fusionne", "successeur"]
    assert set(after) <= set(register.index[register["statut"] != "fusionne"])


def wrong_statuses(until: list[Month]) -> tuple[dict[str, tuple[object, ...]], pd.DataFrame]:
    """Id -> place, status, successor and what they should be; and the register of the last."""
    month = until[-1]
    register = month.tables["identifiants"].set_index("lieu_id")
    assert register.index.is_unique
    ever = set().union(*(one.named for one in until))
    assert set(register.index) == ever
    active = set(month.tables["lieux"]["lieu_id"])
    lost = {loss.lost for loss in losses(until)}
    wrong: dict[str, tuple[object, ...]] = {}
    for place_id in sorted(ever):
        status, successor = register.loc[place_id, ["statut", "successeur"]]
        place = next(min(one.named[place_id]) for one in until if place_id in one.named)
        if place_id in active:
            expected = ("actif", "")
        elif place in month.ids and place_id not in lost:
            (only, *_) = sorted(month.ids[place])
            expected = ("fusionne", successor if successor in month.ids[place] else only)
        elif status == "fusionne" and successor in register.index:
            # It was merged before the whole place was closed: the successor was this place too.
            same = any(place in one.named.get(successor, ()) for one in until)
            expected = ("fusionne", successor) if same else (gone(until, place_id), "")
        else:
            expected = (gone(until, place_id), "")
        if (status, successor) != expected:
            wrong[place_id] = (place, status, successor, expected)
    return wrong, register


def gone(months: list[Month], place_id: str) -> str:
    """``absent`` or ``ferme``: the delay of its sources since the first release without it."""
    standing = [one for one in months if not one.withdrawn or one is months[-1]]
    holders = [one for one in standing if place_id in one.named]
    if not holders:  # only a release that was taken back had it
        return "absent"
    since = next(one for one in standing if one.number > holders[-1].number)
    rows = holders[-1].tables["passerelle"]
    sources = rows.loc[rows["lieu_id"] == place_id, "source"]
    days = (pd.Timestamp(months[-1].day) - pd.Timestamp(since.day)).days
    return "ferme" if days >= max(CLOSES_AFTER[source] for source in sources) else "absent"


@pytest.mark.parametrize("number", range(9))
def test_the_register_can_be_made_from_the_releases(months: list[Month], number: int) -> None:
    folders = [month.folder for month in months[: number + 1]]
    made = rebuild(folders, CLOSES_AFTER)
    pd.testing.assert_frame_equal(made, months[number].tables["identifiants"])


@pytest.mark.parametrize("number", range(10))
def test_changes_are_what_the_two_releases_say(months: list[Month], number: int) -> None:
    month = months[number]
    before = standing_before(months, month)
    new = month.tables["lieux"].set_index("lieu_id")
    old = new.iloc[:0] if before is None else before.tables["lieux"].set_index("lieu_id")
    came, left = new.index.difference(old.index), old.index.difference(new.index)
    both = new.index.intersection(old.index)
    fields = [name for name in new.columns if name not in DATES]
    differs = old.loc[both, fields] != new.loc[both, fields]
    told = month.tables["changements"]
    lines = {kind: told[told["changement"] == kind] for kind in set(told["changement"])}

    def ids(*kinds: str) -> list[str]:
        return sorted(one for kind in kinds if kind in lines for one in lines[kind]["lieu_id"])

    assert ids("ajout", "reouverture") == sorted(came)
    assert ids("suppression", "fusion") == sorted(left)
    changed = told[told["changement"] == "modification"]
    found = sorted(zip(changed["lieu_id"], changed["champ"], strict=True))
    stacked = differs.stack()
    assert found == sorted(stacked[stacked].index.tolist())
    for name in ("ancien", "nouveau"):
        table = old if name == "ancien" else new
        cells = [table.at[place, field] for place, field in found]
        ordered = changed.sort_values(["lieu_id", "champ"])
        assert ordered[name].tolist() == cells
    metres = haversine_m(old.loc[both], new.loc[both])
    assert ids("deplacement") == sorted(both[metres > 100])
    status = month.tables["identifiants"].set_index("lieu_id")["statut"]
    assert ids("fusion") == sorted(one for one in left if status[one] == "fusionne")
    known = set() if before is None else set(before.tables["identifiants"]["lieu_id"])
    assert ids("reouverture") == sorted(set(came) & known)


def haversine_m(old: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
    points = [np.radians(pd.to_numeric(table[name]).to_numpy())
              for table in (old, new) for name in ("latitude", "longitude")]  # fmt: skip
    lat, lon, new_lat, new_lon = points
    half = np.sin((new_lat - lat) / 2) ** 2
    half += np.cos(lat) * np.cos(new_lat) * np.sin((new_lon - lon) / 2) ** 2
    return 2 * 6_371_008.8 * np.arcsin(np.sqrt(half))


def test_ids_of_a_withdrawn_release_come_back_to_their_places(months: list[Month]) -> None:
    """What readers saw in September is not another place's in October, whatever its key says."""
    september, october = months[8], months[9]
    fresh = set(september.named) - set(months[7].tables["identifiants"]["lieu_id"])
    assert fresh, "September opens a place"
    assert {one: october.named.get(one) for one in fresh} == {
        one: september.named[one] for one in fresh
    }
    register = set(october.tables["identifiants"]["lieu_id"])
    assert fresh <= register


def test_a_decision_is_not_the_neighbour_s_once_keys_have_shifted(paths: Paths) -> None:
    """« Same » was said of a row; a row inserted above gives its key to another place."""
    head = "id;nom;adresse;cp;ville;tel;mel\n"
    small_source(paths, "amont", head + "7;La Ruche;4 rue du Lavoir;45000;Orléans;;\n")
    first = "Fabrique Aubreton;9 rue des Tilleuls;45000;Orléans;;\n"
    second = "Coworking du Port;18 quai de Loire;45000;Orléans;;\n"
    file = small_source(paths, "canton", f"{head}1;{first}2;{second}")
    small_dataset(paths, sources=("amont", "canton"))
    rows = (("amont", "7"), ("canton", "2"))
    names = ("La Ruche", "Coworking du Port")
    answer = PairDecision(rows, True, "vu", "A. Martin", "2026-05-04", names)
    append_pairs("jeu", [answer], paths)
    pipeline.run("jeu", paths)
    before = store.read_table(store.latest(paths, "jeu"), "passerelle").set_index("cle")["lieu_id"]
    assert before["2"] == before["7"] != before["1"]
    new = "Médiathèque Yvernault;2 place du Puits;45000;Orléans;;\n"
    file.write_text(f"{head}1;{new}2;{first}3;{second}", encoding="utf-8")
    pipeline.run("jeu", paths, review="never")
    after = store.read_table(store.latest(paths, "jeu"), "passerelle").set_index("cle")["lieu_id"]
    assert after["2"] != after["7"], "the decision was about « Coworking du Port »"
    assert after["3"] == after["7"], "which has another key by now"
    assert (after["2"], after["7"]) == (before["1"], before["7"])
