"""Where a row of a source stands, and why there: its address as the matcher saw it, its point.

The row is located again, as a run would, and what is asked of the geocoder on the way is
listened to: nothing is told here that a run would do otherwise. Rows that share the point come
along, because a point that serves many addresses is judged with them.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opendata.errors import ReferenceDataError
from opendata.geocode.addresses import explain_address
from opendata.geocode.ban.choose import Query
from opendata.geocode.ban.families import Families
from opendata.geocode.ban.library import Library
from opendata.geocode.ban.match import Found
from opendata.geocode.ban.score import INTERCEPT, WEIGHTS
from opendata.geocode.communes import CommuneReference, load_reference
from opendata.geocode.geocoder import Geocoder
from opendata.geocode.points.geometry import distance_km
from opendata.geocode.points.precision import stated_precisions
from opendata.harvest import Harvest
from opendata.locate import locate
from opendata.model import Dataset, Source
from opendata.paths import Paths
from opendata.tables import cell_text, column
from opendata.territory import departements_of
from opendata.why.location_words import sentences
from opendata.why.point_words import ELSEWHERE, decision
from opendata.why.values import of_lines, rules

#: Issues that tell which commune the address chose.
_ABOUT_COMMUNE = ("commune_voisine", "commune_par_adresse", "commune_par_point")
_ROUND = 5


class _Listening(Geocoder):
    """A geocoder that remembers what it was asked; it asks no service and keeps no answer."""

    asked: pd.DataFrame

    def addresses(self, asked: pd.DataFrame) -> pd.DataFrame:
        self.asked = asked
        return super().addresses(asked)


@dataclass(frozen=True)
class _Witness:
    """One row located again. ``accepted`` is its line of what is published, None without."""

    reference: CommuneReference
    library: Library
    asked: Mapping[Hashable, Any]
    query: Query
    found: Found | None
    accepted: Mapping[Hashable, Any] | None
    refused: bool
    issues: pd.DataFrame
    stated_precision: str


def explain_location(
    source: Source, harvest: Harvest, line: int, dataset: Dataset, paths: Paths
) -> dict[str, Any]:
    """The address of a row as it was read, sought and found, and the rule that chose its point.

    ``harvest`` is that of the source once corrected. Plain values; ``sentences`` says the same
    in both languages. Where the reference is damaged, only ``sentences`` is there and says so.
    """
    try:
        seen = _look_again(source, harvest, line, dataset, paths)
        facts = _facts(seen, harvest.table.loc[[line]].iloc[0])
    except ReferenceDataError as problem:
        return {"sentences": [{"fr": problem.fr, "en": problem.en}]}
    facts["decision"] = decision(facts)._asdict()
    facts["sentences"] = [text._asdict() for text in sentences(facts)]
    return facts


def tell_place_points(rows: Sequence[dict[str, Any]], place: Mapping[str, str]) -> None:
    """Add to the rows of a place whose point is not the published one that it is another's."""
    published = tuple(place.get(axis, "") for axis in ("latitude", "longitude"))
    known = [row["location"] for row in rows if row.get("location", {}).get("published")]
    own = [_as_published(facts["published"]) for facts in known]
    for facts, point in zip(known, own, strict=True):
        if point != published:
            said = ELSEWHERE["another_row" if published in own else "other_reference"]
            facts["sentences"].append(said._asdict())


def _as_published(point: Mapping[str, Any]) -> tuple[str, str]:
    degrees = (point["latitude"], point["longitude"])
    latitude, longitude = ("" if one is None else cell_text(float(one)) for one in degrees)
    return latitude, longitude


# --- the row, located again ---------------------------------------------------------------


def _look_again(
    source: Source, harvest: Harvest, line: int, dataset: Dataset, paths: Paths
) -> _Witness:
    reference, library = load_reference(paths), Library(paths)
    geocoder = _Listening(reference, library)
    together = of_lines(harvest, _at_one_point(harvest.table, line))
    departements = departements_of(reference.frame, dataset.territory)
    located = locate(source, together, dataset, geocoder, departements)
    asked = geocoder.asked.loc[[line]]
    ((query, found),) = explain_address(asked, reference, library.open)
    accepted = located.accepted.to_dict("index").get(line)
    return _Witness(
        reference=reference,
        library=library,
        asked=asked.iloc[0].to_dict(),
        query=query,
        found=found,
        accepted=accepted,
        refused=line in located.refused.index,
        issues=located.issues[located.issues["row"] == line],
        stated_precision=_stated_precision(source, together, located.accepted, line, geocoder),
    )


def _at_one_point(table: pd.DataFrame, line: int) -> list[int]:
    """The row and those whose stated point is the same."""
    spots = table[["latitude", "longitude"]].round(_ROUND)
    same = (spots == spots.loc[line]).all(axis=1)
    same[line] = True
    return [int(one) for one in table.index[same]]


def _stated_precision(
    source: Source, harvest: Harvest, accepted: pd.DataFrame, line: int, geocoder: Geocoder
) -> str:
    """What the stated point stands for ("" without one), among those it shares its spot with."""
    if line not in accepted.index or not harvest.table["latitude"].notna()[line]:
        return ""
    table = harvest.table.loc[accepted.index]
    centres = geocoder.centres(accepted["code_insee"])
    rows = table.assign(
        adresse=column(accepted, "adresse"),
        geo_precision=column(table, "geo_precision"),
        centre_lat=centres["latitude"],
        centre_lon=centres["longitude"],
    )
    return str(stated_precisions(rows, source.coordinates.get("precision", ""))[line])


# --- what is told of it -------------------------------------------------------------------


def _facts(seen: _Witness, row: pd.Series) -> dict[str, Any]:
    answer = seen.found.answer if seen.found else None
    stated = _point(row["latitude"], row["longitude"])
    distance = None
    if answer and stated:
        ends = (stated["latitude"], stated["longitude"], answer.latitude, answer.longitude)
        distance = round(1000 * float(distance_km(*ends)))
    sought = bool(seen.asked["adresse"] and seen.query.readings)
    wider = sought and (seen.found is None or bool(seen.found.choice.features.widened))
    around = Families(seen.reference).around(seen.query.codes, seen.query.postcode)
    others = [code for codes in around.values() for code in codes] if wider else []
    said = {name: str(row.get(name, "") or "") for name in ("adresse", "code_postal", "commune")}
    return {
        "stated": said | {"point": stated, "precision": seen.stated_precision},
        "sought": bool(seen.asked["adresse"]),
        "readings": [reading._asdict() for reading in seen.query.readings],
        "communes": _communes(seen.query.codes, seen.reference),
        "trust": round(float(seen.query.trust), 2),
        "around": _communes(others, seen.reference),
        "without_addresses": _without_addresses(seen),
        "candidates": [one._asdict() for one in seen.found.candidates] if seen.found else [],
        "best": _best(seen),
        "address": answer._asdict() if answer else None,
        "distance_m": distance,
        "published": _published(seen),
        "refused": seen.refused,
        "rules": rules(seen.issues[seen.issues["field"] == "latitude"]),
        "commune_rules": rules(seen.issues[seen.issues["code"].isin(_ABOUT_COMMUNE)]),
        "astray": _astray(seen.issues),
    }


def _point(latitude: Any, longitude: Any) -> dict[str, float] | None:
    if pd.isna(latitude) or pd.isna(longitude):
        return None
    return {"latitude": float(latitude), "longitude": float(longitude)}


def _communes(codes: Iterable[str], reference: CommuneReference) -> list[dict[str, str]]:
    names = reference.current["nom"]
    return [
        {
            "code_insee": code,
            "nom": str(names.get(code, code)),
            "departement": reference.departement.get(code, ""),
        }
        for code in codes
    ]


def _without_addresses(seen: _Witness) -> list[str]:
    """The départements of the row's communes that have no address file here."""
    wanted = {seen.reference.departement.get(code, "") for code in seen.query.codes}
    return sorted(wanted - set(seen.library.held) - {""})


def _best(seen: _Witness) -> dict[str, Any] | None:
    """The most probable street, retained or not, and what made its probability."""
    if seen.found is None:
        return None
    choice, reference = seen.found.choice, seen.reference
    code = seen.found.candidates[0].code_insee
    departement = reference.departement.get(reference.today.get(code, code), "")
    index = seen.library.open(departement)
    street = choice.street
    return {
        "voie": index.name[street] if index else "",
        "town": index.town[street] if index else "",
        "code_insee": index.commune[street] if index else "",
        "reading": choice.reading._asdict(),
        "probability": round(choice.probability, 4),
        "features": choice.features._asdict(),
        "contributions": {
            name: round(weight * choice.features[place], 3)
            for place, (name, weight) in enumerate(WEIGHTS._asdict().items())
        },
        "intercept": INTERCEPT,
    }


def _published(seen: _Witness) -> dict[str, Any] | None:
    """The point this row would be published with, None for a row that is in no place."""
    row = seen.accepted
    if row is None:
        return None
    point: dict[str, Any] = dict.fromkeys(("latitude", "longitude"))
    point |= _point(row["latitude"], row["longitude"]) or {}
    names = ("geo_methode", "geo_precision", "geo_score", "ban_id")
    return point | {name: row[name] for name in names}


def _astray(issues: pd.DataFrame) -> str:
    """How far from its commune an implausible point is, as the issue tells it."""
    codes = ("point_hors_commune", "point_hors_commune_adresse", "point_ecarte")
    said = issues[issues["code"].isin(codes)]
    return str(said["detail"].iloc[0]) if len(said) else ""
