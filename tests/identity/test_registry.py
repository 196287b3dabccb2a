"""The register of ids: what became of every place ever published."""

from pathlib import Path

import pandas as pd
import pytest

from opendata.identity.registry import (
    COLUMNS,
    Published,
    advance,
    empty_register,
    permanent_id,
    rebuild,
    register_of,
)
from opendata.model import DEFAULT_CLOSING_DAYS

#: Names of ids -> the keys that are in the place.
Keys = dict[str, str]


def published(day: str, places: Keys) -> Published:
    """A release of places named by their ids; its keys are ``source:key``, joined by ``|``."""
    rows = [(*key.split(":"), name) for name, keys in places.items() for key in keys.split("|")]
    known = {"nom": [f"Lieu {name}" for name in places], "lieu_id": list(places)}
    lieux = pd.DataFrame(known | {"premiere_publication": day}, dtype="str")
    return Published(lieux, pd.DataFrame(rows, columns=["source", "cle", "lieu_id"]), day)


def after(*releases: tuple[str, Keys], closes_after: dict[str, int] | None = None) -> pd.DataFrame:
    """The register once the releases are out, by id."""
    register = empty_register()
    for day, places in releases:
        register = advance(register, published(day, places), closes_after or {})
    assert tuple(register.columns) == COLUMNS
    assert register["lieu_id"].is_monotonic_increasing
    assert register["lieu_id"].is_unique
    return register.set_index("lieu_id")


def state(register: pd.DataFrame, name: str) -> tuple[str, str, str]:
    line = register.loc[name]
    return line["statut"], line["depuis"], line["successeur"]


FIRST = ("2026-01-01", {"A": "s:1", "B": "s:2"})


def test_ids_are_made_of_source_and_key_alone() -> None:
    assert permanent_id("s", "1") == permanent_id("s", "1") != permanent_id("s", "2")
    assert permanent_id("s1", "1") != permanent_id("s", "11")
    assert permanent_id("essai", "1").startswith("l-")
    assert len(permanent_id("essai", "1")) == 14
    assert len({permanent_id("s", str(n)) for n in range(20_000)}) == 20_000


def test_what_is_published_is_active_since_it_appeared() -> None:
    register = after(FIRST, ("2026-02-01", {"A": "s:1", "B": "s:2", "C": "s:3"}))
    assert state(register, "A") == ("actif", "2026-01-01", "")
    assert state(register, "C") == ("actif", "2026-02-01", "")
    assert register["derniere_publication"].unique().tolist() == ["2026-02-01"]
    assert register["nom"].tolist() == ["Lieu A", "Lieu B", "Lieu C"]
    assert register["cles"].tolist() == ["s:1", "s:2", "s:3"]


def test_what_is_gone_is_absent_and_keeps_what_was_said_of_it() -> None:
    register = after(FIRST, ("2026-02-01", {"A": "s:1"}), ("2026-03-01", {"A": "s:1"}))
    assert state(register, "B") == ("absent", "2026-02-01", "")
    assert register.loc["B", "derniere_publication"] == "2026-01-01"
    assert register.loc["B", "nom"] == "Lieu B"
    assert register.loc["B", "cles"] == "s:2"


@pytest.mark.parametrize(
    ("day", "status"), [("2026-07-30", "absent"), ("2026-07-31", "ferme"), ("2027-07-31", "ferme")]
)
def test_an_absent_place_closes_after_the_usual_delay(day: str, status: str) -> None:
    assert DEFAULT_CLOSING_DAYS == 180
    register = after(FIRST, ("2026-02-01", {"A": "s:1"}), (day, {"A": "s:1"}))
    assert state(register, "B") == (status, day if status == "ferme" else "2026-02-01", "")


def test_a_source_may_wait_less_or_longer() -> None:
    releases = [
        ("2026-01-01", {"A": "s:1", "B": "t:2", "C": "s:3|t:3"}),
        ("2026-02-01", {"Z": "u:1"}),
        ("2026-02-11", {"Z": "u:1"}),
    ]
    register = after(*releases, closes_after={"s": 10, "t": 40})
    assert state(register, "A") == ("ferme", "2026-02-11", "")
    assert state(register, "B") == ("absent", "2026-02-01", "")
    # Of two sources, the one that waits longest has the last word.
    assert state(register, "C") == ("absent", "2026-02-01", "")
    later = after(*releases, ("2026-03-13", {"Z": "u:1"}), closes_after={"s": 10, "t": 40})
    assert later.loc[["B", "C"], "statut"].tolist() == ["ferme", "ferme"]


@pytest.mark.parametrize("months", [2, 9])
def test_a_place_that_comes_back_is_active_again_since_then(months: int) -> None:
    gone = [(f"2026-{month:02}-01", {"A": "s:1"}) for month in range(2, months + 1)]
    back = ("2026-12-01", {"A": "s:1", "B": "s:2"})
    register = after(FIRST, *gone, back)
    assert state(register, "B") == ("actif", "2026-12-01", "")
    assert register.loc["B", "derniere_publication"] == "2026-12-01"


def test_a_place_whose_rows_are_in_another_is_merged_into_it() -> None:
    register = after(FIRST, ("2026-02-01", {"A": "s:1|s:2"}))
    assert state(register, "B") == ("fusionne", "2026-02-01", "A")


def test_the_heir_is_who_has_most_of_the_rows() -> None:
    first = ("2026-01-01", {"A": "s:1", "B": "s:2", "C": "s:3|s:4|s:5"})
    register = after(first, ("2026-02-01", {"A": "s:1|s:3", "B": "s:2|s:4|s:5"}))
    assert state(register, "C") == ("fusionne", "2026-02-01", "B")


def test_successors_are_places_of_today() -> None:
    chain = after(
        ("2026-01-01", {"A": "s:1", "B": "s:2", "C": "s:3", "D": "s:4"}),
        ("2026-02-01", {"B": "s:1|s:2", "C": "s:3", "D": "s:4"}),
        ("2026-03-01", {"C": "s:2|s:3", "D": "s:4"}),
        ("2026-04-01", {"D": "s:3|s:4"}),
    )
    assert chain["successeur"].to_dict() == {"A": "D", "B": "D", "C": "D", "D": ""}
    # Each keeps the day it was merged.
    assert chain.loc[["A", "B", "C"], "depuis"].tolist() == [
        "2026-02-01", "2026-03-01", "2026-04-01",
    ]  # fmt: skip


def test_a_merged_place_stays_so_when_its_heir_goes() -> None:
    register = after(FIRST, ("2026-02-01", {"A": "s:1|s:2"}), ("2026-03-01", {"Z": "s:9"}))
    assert state(register, "B") == ("fusionne", "2026-02-01", "A")
    assert state(register, "A") == ("absent", "2026-03-01", "")


def test_a_merge_taken_back_makes_the_place_active_again() -> None:
    register = after(FIRST, ("2026-02-01", {"A": "s:1|s:2"}), ("2026-03-01", FIRST[1]))
    assert state(register, "B") == ("actif", "2026-03-01", "")
    assert state(register, "A") == ("actif", "2026-01-01", "")


def test_keys_that_left_a_place_are_remembered_until_another_has_them() -> None:
    first = ("2026-01-01", {"A": "s:1|t:1", "B": "s:2"})
    left = ("2026-02-01", {"A": "s:1", "B": "s:2"})
    assert after(first, left).loc["A", "cles"] == "s:1|t:1"
    moved = ("2026-03-01", {"A": "s:1", "B": "s:2|t:1"})
    register = after(first, left, moved)
    assert register["cles"].to_dict() == {"A": "s:1", "B": "s:2|t:1"}


def test_a_closed_place_has_no_part_in_who_uses_its_key_later() -> None:
    register = after(
        FIRST,
        ("2026-02-01", {"A": "s:1"}),
        ("2026-12-01", {"A": "s:1"}),
        ("2027-01-01", {"A": "s:1", "Z": "s:2"}),
    )
    assert state(register, "B") == ("ferme", "2026-12-01", "")


def write(folder: Path, release: Published, register: pd.DataFrame | None = None) -> Path:
    path = folder / release.day
    path.mkdir()
    release.places.to_csv(path / "lieux.csv", index=False)
    release.crosswalk.to_csv(path / "passerelle.csv", index=False)
    if register is not None:
        register.to_csv(path / "identifiants.csv", index=False)
    return path


STORY = [
    ("2026-01-01", {"A": "s:1", "B": "s:2", "C": "s:3|t:1"}),
    ("2026-02-01", {"A": "s:1|s:2", "C": "s:3"}),
    ("2026-03-01", {"A": "s:1|s:2", "D": "s:4"}),
    ("2026-12-01", {"A": "s:1", "B": "s:2", "D": "s:4"}),
]


def test_the_register_is_rebuilt_from_the_releases(tmp_path: Path) -> None:
    register, folders = empty_register(), []
    for day, places in STORY:
        release = published(day, places)
        # The first day a place was published is written in every release that holds it.
        known = register.set_index("lieu_id")["premiere_publication"]
        first = [known.get(name, day) for name in release.places["lieu_id"]]
        release = Published(
            release.places.assign(premiere_publication=first), release.crosswalk, day
        )
        register = advance(register, release, {"t": 400})
        folders.append(write(tmp_path, release, register))
    pd.testing.assert_frame_equal(rebuild(folders, {"t": 400}), register)
    # What the last release wrote is believed as it stands…
    pd.testing.assert_frame_equal(register_of(folders), register)
    # …and a release that wrote none, or in another form, is rebuilt from all.
    last = folders[-1] / "identifiants.csv"
    last.write_text("lieu_id,statut\nA,actif\n", encoding="utf-8")
    pd.testing.assert_frame_equal(register_of(folders, closes_after={"t": 400}), register)
    last.unlink()
    pd.testing.assert_frame_equal(register_of(folders, closes_after={"t": 400}), register)


def test_ids_of_a_release_taken_back_are_not_given_again(tmp_path: Path) -> None:
    one, two = published(*STORY[0]), published("2026-02-01", {"A": "s:1", "W": "s:9"})
    register = advance(empty_register(), one, {})
    standing = write(tmp_path, one, register)
    withdrawn = write(tmp_path, two, advance(register, two, {}))
    found = register_of([standing], [withdrawn]).set_index("lieu_id")
    assert sorted(found.index) == ["A", "B", "C", "W"]
    assert found.loc["B", "statut"] == "actif", "what was taken back closes nothing"


def test_no_release_no_register(tmp_path: Path) -> None:
    assert register_of([]).empty
    assert rebuild([]).empty
