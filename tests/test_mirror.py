"""Real files: golden numbers of sources and datasets, what must hold of every published row."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from opendata import pipeline
from opendata.catalog import load_dataset, load_source
from opendata.fetch import fetch
from opendata.geocode.geocoder import load_geocoder
from opendata.geocode.points.plausible import km_astray
from opendata.geocode.update import update_reference
from opendata.harvest import harvest
from opendata.locate import locate
from opendata.normalise.hours import valid
from opendata.normalise.personal import is_nominative
from opendata.normalise.phone import is_mobile
from opendata.paths import Paths
from opendata.release import store
from opendata.schema import fold
from opendata.status import update_references
from opendata.territory import departements_of
from tests.conftest import MIRROR, PROJECT

pytestmark = [
    pytest.mark.mirror,
    pytest.mark.skipif(
        not (MIRROR / "mirror.toml").is_file(),
        reason="needs the real files of ../shared/mirror, which are not part of the project",
    ),
]
GOLDEN = tomllib.loads((Path(__file__).parent / "data" / "golden.toml").read_text("utf-8"))
HARVESTS = GOLDEN.pop("sources")
REGIONS = {"centre-val-de-loire": (46.3, 49.0, -0.1, 3.2), "ile-de-france": (48.1, 49.3, 1.4, 3.6)}
COUNTS = ["lignes_lues", "publiees", "fusionnees", "quarantaine", "hors_territoire"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Both regions and the whole country published in one home."""
    folder = tmp_path_factory.mktemp("real")
    paths = Paths(home=folder, catalog=PROJECT / "catalog", mirror=MIRROR)
    for name in GOLDEN:
        # The mirror holds the communes of the regions, and of their addresses those of Paris.
        if name in REGIONS:
            lines = list(update_references(name, paths, ban=True))
            assert all(line.ok for line in lines if line.kind == "communes")
        outcome = pipeline.run(name, paths)
        assert outcome.status == "published", outcome.reasons
    return paths


def table(home: Paths, dataset: str, name: str = "lieux") -> pd.DataFrame:
    return store.read_table(store.latest(home, dataset), name)


@pytest.mark.parametrize("name", HARVESTS)
def test_rows_of_a_source_and_its_ledger(home: Paths, name: str) -> None:
    """Rows read, accepted and set aside before any commune is looked for, and exact sums."""
    source = load_source(name, home)
    found = harvest(source, fetch(source, home), home)
    assert not found.error_fr
    assert [found.rows_in, found.accepted, found.rows_in - found.accepted] == HARVESTS[name]
    for field, account in found.accounts.items():
        total = account["published_values"] + account["explained"]
        assert account["source_values"] == total, field
    assert "valeur_perdue" not in set(found.issues["code"])


@pytest.mark.parametrize("dataset", GOLDEN)
def test_accounts(home: Paths, dataset: str) -> None:
    accounts = table(home, dataset, "sources").set_index("source")[COUNTS].astype(int)
    assert {name: list(row) for name, row in accounts.iterrows()} == GOLDEN[dataset]
    assert (accounts["lignes_lues"] == accounts[COUNTS[1:]].sum(axis=1)).all()


def test_hub_lo_is_kept_whole_and_every_place_has_a_category(home: Paths) -> None:
    account = table(home, "centre-val-de-loire", "sources").set_index("source").loc["hub-lo"]
    assert int(account["publiees"]) >= 0.97 * int(account["lignes_lues"])
    for dataset in GOLDEN:
        assert (table(home, dataset)["categories"] != "").all()


@pytest.mark.parametrize("dataset", REGIONS)
def test_every_place_stands_in_its_region(home: Paths, dataset: str) -> None:
    places = table(home, dataset)
    region = load_dataset(dataset, home).territory[0].removeprefix("region:")
    assert (places["code_region"] == region).all()
    assert places["lieu_id"].is_unique
    located = places[places["latitude"] != ""]
    assert len(located) > 0.99 * len(places)
    bounds = REGIONS[dataset]
    latitude, longitude = located["latitude"].astype(float), located["longitude"].astype(float)
    assert latitude.between(*bounds[:2]).all()
    assert longitude.between(*bounds[2:]).all()


@pytest.mark.parametrize("dataset", GOLDEN)
def test_hours_are_valid_and_contacts_are_nobody_s(home: Paths, dataset: str) -> None:
    places = table(home, dataset)
    assert all(valid(hours) for hours in places["horaires"].unique() if hours)
    assert not any(is_mobile(phone) for phone in places["telephone"].unique() if phone)
    for emails, name, commune in places[["courriels", "nom", "commune"]].itertuples(index=False):
        words = frozenset(fold(f"{name} {commune}").split())
        assert not any(is_nominative(email, words) for email in emails.split("|") if email)


@pytest.mark.parametrize("dataset", GOLDEN)
def test_the_report_shows_no_address_of_anybody(home: Paths, dataset: str) -> None:
    folder = store.latest(home, dataset)
    assert folder is not None
    shown = (folder / "rapport.json").read_text(encoding="utf-8")
    addresses = set(re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", shown))
    assert addresses <= {"contact@exemple.fr"}


# --- location -----------------------------------------------------------------------------


def located(source_id: str, territory: str, paths: Paths) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The accepted rows of one source, with ``km``: how far outside its commune each stands."""
    geocoder = load_geocoder(paths)
    source = load_source(source_id, paths)
    about = replace(load_dataset("france", paths), territory=(territory,))
    departements = departements_of(geocoder.reference.frame, [territory])
    found = harvest(source, fetch(source, paths), paths)
    place = locate(source, found, about, geocoder, departements)
    rows = place.accepted.assign(city=place.accepted["code_insee"])
    rows["km"] = 0.0
    there = rows["latitude"].notna()
    rows.loc[there, "km"] = km_astray(rows[there], geocoder.reference)
    return rows, place.issues


def test_no_hub_lo_place_stands_outside_its_commune(home: Paths) -> None:
    rows, issues = located("hub-lo", "region:24", home)
    assert len(rows) == 311
    assert (rows["km"] == 0).all()
    moved = issues[issues["code"].str.startswith("point_hors_commune")]
    # Six of the eighteen are outside the region altogether, up to 589 km away.
    assert len(moved) == 18
    far = moved["detail"].str.extract(r"(\d+),")[0].astype(int) > 100
    assert far.sum() == 6
    assert (rows.loc[moved["row"], "geo_precision"] == "commune").all()


@pytest.mark.parametrize(
    ("source", "departement", "count"), [("maine-et-loire", "49", 222), ("gironde", "33", 347)]
)
def test_whole_files_in_another_projection_or_with_swapped_axes(
    source: str, departement: str, count: int, tmp_path: Path
) -> None:
    paths = Paths(home=tmp_path, catalog=PROJECT / "catalog", mirror=MIRROR)
    assert all(line.ok for line in update_reference([departement], paths))
    rows, issues = located(source, f"departement:{departement}", paths)
    assert len(rows) == count
    assert (rows["km"] == 0).all()
    assert (rows["geo_methode"] == "source-corrigee").mean() > 0.98
    about_the_file = issues[(issues["row"] == 0) & issues["code"].str.startswith("coordonnees")]
    assert len(about_the_file) == 1


def test_the_addresses_of_paris_are_known(home: Paths) -> None:
    """What the BAN changes: no place of Paris with an address is left at its centre."""
    places = table(home, "ile-de-france")
    paris = places[places["code_departement"] == "75"]
    street = paris["geo_precision"].isin(["numero", "interpolation", "voie"])
    assert street[paris["adresse"] != ""].mean() > 0.97
    assert (paris["ban_id"] != "").mean() > 0.85
    assert (places["geo_methode"] == "ban").sum() > 60
    distance = pd.to_numeric(paris["geo_distance_m"])
    assert distance.median() < 15
    # Whatever is further than that from its address was not left where it was.
    sure = paris[(distance > 500) & (paris["geo_methode"] == "ban")]
    assert (distance > 500).sum() - len(sure) < 10
