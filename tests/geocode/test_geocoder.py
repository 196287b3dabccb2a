"""Cache, BAN and service behind one question: who is asked what, and that nothing depends on it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from opendata.geocode import geocoder as module
from opendata.geocode.addresses import Located
from opendata.geocode.ban import library
from opendata.geocode.ban.library import Library
from opendata.geocode.ban.match import ENOUGH
from opendata.geocode.cache import KEPT_DAYS, NOT_FOUND_DAYS, Cache
from opendata.geocode.gazetteer import CommuneReference
from opendata.geocode.geocoder import (
    GEOPLATEFORME,
    SERVICE_SCORE,
    Geocoder,
    load_geocoder,
    service_of,
)
from opendata.geocode.points import place_points
from opendata.geocode.points.rule import SURE
from opendata.geocode.service import Answers, Service
from opendata.language import Text
from opendata.model import Geocoding
from opendata.paths import Paths
from tests.geocode.ban.town import ORLEANS, VALSERHONE, Row, asked, install, reference, street

TODAY = date(2026, 11, 2)
COLUMNS = [*Located._fields, "methode"]
PARIS: Row = {"codes": "75106", "code_postal": "75006", "commune": "Paris"}
LINES: list[Row] = [
    {"adresse": "12 bis rue Haute"},
    {"adresse": "7 rue Haute"},
    {"adresse": "12 rue Inconnue"},
    {"adresse": "3 rue Madame", **PARIS},
    {"adresse": "La Grange Brûlée"},
    {"adresse": ""},
    {"adresse": "12 bis rue Haute"},
    {
        "adresse": "3 rue Abbé de l'Épée",
        "codes": "45169|45285",
        "code_postal": "45140",
        "trust": 0.4,
    },
]


@pytest.fixture
def towns(paths: Paths) -> Paths:
    install(paths, "45")
    install(paths, "75")
    return paths


@dataclass
class Asked:
    """A service that knows nothing, or what it is told; it keeps what it was asked."""

    places: dict[str, Row] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    problem: Text | None = None
    queries: list[pd.DataFrame] = field(default_factory=list)

    def __call__(self, queries: pd.DataFrame, service: Service, same_commune: Any) -> Answers:
        self.queries.append(queries)
        known = queries[queries["adresse"].isin(self.places)]
        found = pd.DataFrame([self.places[one] for one in known["adresse"]], index=known.index)
        silent = queries.index[queries["adresse"].isin(self.silent)]
        refused = queries.index.difference(known.index).difference(silent)
        reasons = pd.DataFrame({"reason": "introuvable", "score": 0.0, "label": ""}, index=refused)
        return Answers(found, reasons, silent, self.problem)

    @property
    def addresses(self) -> list[list[str]]:
        """The addresses of each question."""
        return [queries["adresse"].tolist() for queries in self.queries]


PLACE: Row = {
    "longitude": 1.91, "latitude": 47.91, "precision": "voie", "score": 0.83,
    "label": "Rue Inconnue 45000 Orléans", "voie": "Rue Inconnue", "numero": "",
    "code_insee": "45999", "ban_id": "45234_9999",
}  # fmt: skip
SERVICE = Service("addok", "http://127.0.0.1:7878/search/csv")

Make = Callable[..., Geocoder]


@pytest.fixture
def make(towns: Paths) -> Make:
    """A geocoder of the towns; ``days`` later, with the same cache unless ``cached`` is False."""

    def made(*, cached: bool = True, days: int = 0, **options: Any) -> Geocoder:
        cache = Cache(towns.geocode_cache, TODAY + timedelta(days=days)) if cached else None
        options = {"reference": reference(), "library": Library(towns), "cache": cache} | options
        return Geocoder(**options)

    return made


@pytest.fixture
def sought(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The addresses that were sought in the BAN, question by question."""
    found: list[list[str]] = []
    find = module.find_addresses

    def counted(rows: pd.DataFrame, *others: Any) -> pd.DataFrame:
        found.append(rows["adresse"].tolist())
        return find(rows, *others)

    monkeypatch.setattr(module, "find_addresses", counted)
    return found


def lines(*numbers: int) -> pd.DataFrame:
    rows = asked(*(LINES[number] for number in numbers or range(len(LINES))))
    return rows.set_axis(pd.Index([3 * n + 2 for n in range(len(rows))][::-1]))


# --- answers ------------------------------------------------------------------------------


def test_what_is_answered(make: Make) -> None:
    rows = lines()
    found = make().addresses(rows)
    assert list(found.columns) == COLUMNS
    assert found.index.equals(rows.index)
    assert found["voie"].tolist() == [
        *("Rue Haute", "Rue Haute", "", "Rue Madame", "La Grange Brûlée", "", "Rue Haute"),
        "Rue Abbé de l'Épée",
    ]
    assert found["methode"].tolist() == ["ban", "ban", "", "ban", "ban", "", "ban", "ban"]
    assert (found["score"] > 0).tolist() == (found["methode"] != "").tolist()


def test_an_empty_table(make: Make) -> None:
    for service in (None, SERVICE):
        found = make(service=service, ask=Asked()).addresses(asked())
        assert (list(found.columns), len(found)) == (COLUMNS, 0)


def test_equal_rows_are_sought_once(make: Make, sought: list[list[str]]) -> None:
    make(cached=False).addresses(lines(0, 6, 0, 1))
    assert sought == [["12 bis rue Haute", "7 rue Haute"]]


# --- the cache changes nothing ------------------------------------------------------------


def test_with_and_without_a_cache(make: Make, towns: Paths, sought: list[list[str]]) -> None:
    rows = lines()
    without = make(cached=False).addresses(rows)
    first, second = (make().addresses(rows) for _ in range(2))
    assert sought[-1] == []
    part = make().addresses(rows.iloc[[1]])
    towns.geocode_cache.unlink()
    again = make().addresses(rows)
    mixed = make().addresses(pd.concat([rows, lines(3)]).set_axis(range(len(rows) + 1)))
    for found in (first, second, again):
        pd.testing.assert_frame_equal(found, without)
    assert part.iloc[0].to_dict() == without.iloc[1].to_dict()
    assert mixed.iloc[3].to_dict() == mixed.iloc[-1].to_dict() == without.iloc[3].to_dict()


def test_no_index_is_opened_for_what_is_known(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make().addresses(lines())

    def unwanted(*_: object) -> None:
        raise AssertionError("an index was opened")

    monkeypatch.setattr(Library, "open", unwanted)
    assert make().addresses(lines())["voie"].iloc[0] == "Rue Haute"


def test_lines_of_one_plain_form_are_one(make: Make, sought: list[list[str]]) -> None:
    make().addresses(asked({"adresse": "12 rue de l'Église"}))
    make().addresses(asked({"adresse": "12  RUE DE L’EGLISE"}))
    assert sought == [["12 rue de l'Église"], []]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("adresse", "12 rue Basse"),
        ("code_postal", "45100"),
        ("commune", "Orleans"),
        ("codes", "45147"),
        ("trust", 0.9),
    ],
)
def test_every_part_of_a_row_tells(
    make: Make, sought: list[list[str]], name: str, value: object
) -> None:
    make().addresses(lines(0))
    make().addresses(asked(LINES[0] | {name: value}))
    assert len(sought[-1]) == 1


def _other_code(_: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "code_version", lambda: "other code")


def _new_vintage(paths: Paths, _: pytest.MonkeyPatch) -> None:
    install(paths, "45", street(ORLEANS, "Rue Haute", (12,)))


def _none_any_more(paths: Paths, _: pytest.MonkeyPatch) -> None:
    (paths.reference / "ban-45.parquet").unlink()


@pytest.mark.parametrize("change", [_other_code, _new_vintage, _none_any_more])
def test_what_answers_follow_from(
    make: Make,
    towns: Paths,
    sought: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Paths, pytest.MonkeyPatch], None],
) -> None:
    make().addresses(lines(1))
    change(towns, monkeypatch)
    found = make().addresses(lines(1))
    assert len(sought[-1]) == 1
    pd.testing.assert_frame_equal(found, make(cached=False).addresses(lines(1)))


def test_another_reference_is_another_question(make: Make, sought: list[list[str]]) -> None:
    make().addresses(lines(0))
    make(reference=replace(reference(), fingerprint="another")).addresses(lines(0))
    assert len(sought[-1]) == 1


def test_another_departement_is_none(make: Make, towns: Paths, sought: list[list[str]]) -> None:
    """A new vintage of Paris asks nothing again in Loiret."""
    make().addresses(lines(0, 3))
    install(towns, "75", street(ORLEANS._replace(code="75106"), "Rue Neuve", (1,)))
    make().addresses(lines(0, 3))
    assert sought[-1] == ["3 rue Madame"]


def test_the_neighbour_across_the_border_counts(
    make: Make, towns: Paths, sought: list[list[str]]
) -> None:
    """The postcode of Valserhône delivers to Éloise (74): its addresses may answer too."""
    row: Row = {"codes": "01033", "code_postal": "01200", "commune": "Valserhône"}
    row["adresse"] = "3 chemin du Nant Perdu"
    assert make().addresses(asked(row))["voie"].tolist() == [""]
    install(towns, "74")
    assert make().addresses(asked(row))["voie"].tolist() == ["Chemin du Nant Perdu"]


@pytest.mark.parametrize(("line", "days"), [(0, KEPT_DAYS), (2, NOT_FOUND_DAYS)])
def test_answers_expire(make: Make, sought: list[list[str]], line: int, days: int) -> None:
    make().addresses(lines(line))
    make(days=days - 1).addresses(lines(line))
    assert sought[-1] == []
    make(days=days).addresses(lines(line))
    assert len(sought[-1]) == 1


def test_a_cache_that_cannot_be_kept_costs_nothing(make: Make, towns: Paths) -> None:
    without = make(cached=False).addresses(lines())
    towns.geocode_cache.mkdir(parents=True)
    pd.testing.assert_frame_equal(make().addresses(lines()), without)


# --- elsewhere ----------------------------------------------------------------------------


def test_a_service_is_asked_only_what_is_open(make: Make) -> None:
    """One commune, an address, and no answer of the BAN."""
    ask = Asked()
    several = {"adresse": "9 rue Absente", "codes": "45169|45285", "code_postal": "45140"}
    nowhere = {"adresse": "9 rue Absente", "codes": ""}
    rows = asked(*LINES, LINES[2], several, nowhere)
    found = make(service=SERVICE, ask=ask).addresses(rows)
    assert ask.addresses == [["12 rue Inconnue"]]
    (queries,) = ask.queries
    assert queries.iloc[0].to_dict() == {
        "adresse": "12 rue Inconnue",
        "commune": "Orléans",
        "code_postal": "45000",
        "code_insee": "45234",
    }
    pd.testing.assert_frame_equal(found, make(cached=False).addresses(rows))


def test_nothing_open_is_nothing_asked(make: Make) -> None:
    ask = Asked()
    geocoder = make(service=SERVICE, ask=ask)
    geocoder.addresses(lines(0, 1, 3, 4, 5))
    assert (ask.queries, geocoder.complete, geocoder.warnings) == ([], True, [])


def test_what_a_service_answers(make: Make) -> None:
    ask = Asked(places={"12 rue Inconnue": PLACE})
    rows = lines(2, 0, 2)
    found = make(service=SERVICE, ask=ask).addresses(rows)
    assert list(found.columns) == COLUMNS
    first = found.iloc[0]
    assert pd.isna(first.pop("reach_m"))
    # Our commune, our trust; the rest is the service's.
    assert first.to_dict() == {
        **PLACE,
        "score": SERVICE_SCORE,
        "code_insee": "45234",
        "methode": "geoplateforme",
    }
    assert found["methode"].tolist() == ["geoplateforme", "ban", "geoplateforme"]
    assert found.dtypes.to_dict() == make(cached=False).addresses(rows).dtypes.to_dict()
    # Enough to be published, never enough to overrule a stated point.
    assert ENOUGH <= SERVICE_SCORE < SURE


def test_answers_of_a_service_are_kept(make: Make) -> None:
    ask = Asked(places={"12 rue Inconnue": PLACE})
    first = make(service=SERVICE, ask=ask).addresses(lines())
    second = make(service=SERVICE, ask=ask, days=KEPT_DAYS - 1).addresses(lines())
    pd.testing.assert_frame_equal(second, first)
    assert len(ask.queries) == 1
    make(service=SERVICE, ask=ask, days=KEPT_DAYS).addresses(lines())
    assert len(ask.queries) == 2


def test_a_refusal_is_kept_some_days(make: Make) -> None:
    ask = Asked()
    for days in (0, NOT_FOUND_DAYS - 1):
        found = make(service=SERVICE, ask=ask, days=days).addresses(lines(2))
        assert found["methode"].tolist() == [""]
    assert len(ask.queries) == 1
    make(service=SERVICE, ask=ask, days=NOT_FOUND_DAYS).addresses(lines(2))
    assert len(ask.queries) == 2


def test_what_the_network_kept_from_being_asked_is_not(make: Make) -> None:
    problem = Text("Le géocodeur ne répond pas.", "The geocoder does not answer.")
    ask = Asked(silent=frozenset(["12 rue Inconnue"]), problem=problem)
    rows = asked(LINES[2], {"adresse": "9 rue Absente"})
    geocoder = make(service=SERVICE, ask=ask)
    found = geocoder.addresses(rows)
    assert found["methode"].tolist() == ["", ""]
    assert geocoder.complete is False
    assert geocoder.warnings == [problem]
    geocoder.addresses(rows)
    assert geocoder.warnings == [problem]
    # The next run asks for what was not answered, and for nothing else.
    back = Asked(places={"12 rue Inconnue": PLACE})
    after = make(service=SERVICE, ask=back)
    assert after.addresses(rows)["methode"].tolist() == ["geoplateforme", ""]
    assert back.addresses == [["12 rue Inconnue"]]
    assert (after.complete, after.warnings) == (True, [])


@pytest.mark.parametrize(
    "other",
    [
        replace(SERVICE, url="http://127.0.0.1:9999/search/csv"),
        replace(SERVICE, name="geoplateforme"),
        replace(SERVICE, min_score=0.9),
        pytest.param(replace(SERVICE, filters=False)),
    ],
)
def test_another_service_is_another_question(make: Make, other: Service) -> None:
    ask = Asked()
    make(service=SERVICE, ask=ask).addresses(lines(2))
    make(service=other, ask=ask).addresses(lines(2))
    assert len(ask.queries) == 2


def test_a_service_without_a_cache(make: Make) -> None:
    ask = Asked(places={"12 rue Inconnue": PLACE})
    for _ in range(2):
        found = make(cached=False, service=SERVICE, ask=ask).addresses(lines(2))
        assert found["methode"].tolist() == ["geoplateforme"]
    assert len(ask.queries) == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("45234", "45234", True),
        ("45234", "45147", False),
        ("45191", "45190", True),  # Mainvilliers, now of Le Malesherbois
        ("75056", "75106", True),
        ("75106", "75056", True),
        ("75106", "75106", True),
        ("75106", "75107", False),
        ("13202", "13055", True),
        ("45234", "", False),
        ("45234", "99999", False),
    ],
)
def test_the_commune_of_an_answer(make: Make, ours: str, theirs: str, same: bool) -> None:
    seen: list[bool] = []

    def ask(queries: pd.DataFrame, service: Service, same_commune: Any) -> Answers:
        codes = pd.Series([theirs], index=queries.index)
        seen.extend(same_commune(queries["code_insee"], codes))
        return Asked()(queries, service, same_commune)

    row: Row = {"adresse": "12 rue Inconnue", "codes": ours, "code_postal": ""}
    make(service=SERVICE, ask=ask).addresses(asked(row))
    assert seen == [same]


# --- and the point of the row -------------------------------------------------------------


def test_a_street_of_the_neighbour_overrules_no_stated_point(make: Make) -> None:
    """INSEE code, name, postcode and point say Ingré; only Saint-Jean has a street of that name.

    The point was moved by three kilometres into Saint-Jean, and told to be the house in Ingré.
    """
    centre = reference().centres.loc["45169"]
    row: Row = {"adresse": "3 rue Abbé de l'Épée", "code_postal": "45140", "commune": "Ingré"}
    found = make(cached=False).addresses(asked(row | {"codes": "45169"}))
    assert found["code_insee"].tolist() == ["45285"]
    table = pd.DataFrame([row]).assign(
        code_insee="45169", score=1.0, corrected=False, geo_precision="",
        latitude=centre["latitude"] + 0.005, longitude=centre["longitude"] + 0.005,
    )  # fmt: skip
    points, _ = place_points(table, reference(), found)
    assert points["geo_methode"].tolist() == ["source"]
    assert points["latitude"].tolist() == table["latitude"].tolist()


# --- the rest -----------------------------------------------------------------------------


def test_centres_of_communes(make: Make, towns: Paths) -> None:
    """The reference's, else the middle of the commune's addresses, else none."""
    codes = pd.Series(["45234", "", "01033", "99999", "45234"], index=[9, 8, 7, 6, 5])
    known = reference().centres
    assert pd.isna(known.loc["01033", "latitude"])
    found = make().centres(codes)
    assert found.index.equals(codes.index)
    assert found.loc[9].tolist() == known.loc["45234", ["latitude", "longitude"]].tolist()
    assert found.loc[5].equals(found.loc[9])
    assert found["latitude"].isna().tolist() == [False, True, True, True, False]
    install(towns, "01")
    middle = make().centres(codes).loc[7]
    assert middle.tolist() == pytest.approx(
        [VALSERHONE.latitude + 0.001, VALSERHONE.longitude + 0.00045], abs=1e-4
    )


def test_vintages(make: Make) -> None:
    communes = reference().vintage
    assert make().vintage(["33"]) == Text(communes, communes)
    told = make().vintage({"75", "45", "33"})
    assert told.fr == f"communes {communes} ; adresses (BAN) 45 : 2026-11-01 ; 75 : 2026-11-01"
    assert "addresses (BAN) 45" in told.en


def test_fingerprints(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    geocoder = make()
    before = geocoder.fingerprint(["45"])
    assert before == make(cached=False).fingerprint(["45"])
    assert before != geocoder.fingerprint(["75"])
    monkeypatch.setattr(library, "code_version", lambda: "other code")
    assert geocoder.fingerprint(["45"]) != before


def test_the_service_of_a_dataset() -> None:
    class Wanted:
        def __init__(self, **options: Any) -> None:
            self.geocoding = Geocoding(**options)

    none: Any = Wanted()
    assert service_of(none) is None
    state: Any = Wanted(service="geoplateforme", min_score=0.8)
    assert service_of(state) == Service("geoplateforme", GEOPLATEFORME, min_score=0.8)
    own: Any = Wanted(service="addok", url="http://127.0.0.1/search/csv", filters=False)
    assert service_of(own) == Service("addok", "http://127.0.0.1/search/csv", filters=False)


def test_the_geocoder_of_an_installation(
    towns: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = lines(0, 2)
    found = load_geocoder(towns).addresses(rows)
    assert found["voie"].tolist() == ["Rue Haute", ""]
    assert towns.geocode_cache.is_file()
    towns.geocode_cache.unlink()
    load_geocoder(towns, cached=False).addresses(rows)
    assert not towns.geocode_cache.exists()

    # Under a mirror nothing is asked of an address of the network.
    def unwanted(*_: object, **__: object) -> Answers:
        raise AssertionError("a service was asked")

    monkeypatch.setattr("requests.Session.request", unwanted)
    mirrored = load_geocoder(replace(towns, mirror=tmp_path), SERVICE)
    assert mirrored.addresses(rows)["methode"].tolist() == ["ban", ""]
    assert mirrored.complete is True


def test_warnings_of_the_library_are_told(make: Make) -> None:
    geocoder = make()
    mended = Text("Le fichier a été refait.", "The file was made again.")
    geocoder.library.warnings += [mended, mended]
    assert geocoder.warnings == [mended]


def test_the_reference_is_the_one_given(make: Make) -> None:
    assert isinstance(make().reference, CommuneReference)
