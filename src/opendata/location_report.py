"""What a steward needs to know about where places stand (``localisation`` in ``rapport.json``).

Points that were moved, places that could stand more precisely and what is missing for that,
communes that addresses corrected. Nothing here changes what is published.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from opendata.assemble import Assembly
from opendata.geocode.ban.parse import readings
from opendata.geocode.points.geometry import distance_km
from opendata.language import Text
from opendata.report import without_personal_values
from opendata.schema import SEPARATOR, fold

#: Codes of the issues that say a stated point is not the one published.
MOVED = ("point_hors_commune", "point_hors_commune_adresse", "point_contredit", "point_ecarte")
#: A point moved less than this needs no steward (kilometres).
MOVED_KM = 2.0
MOVED_SHOWN, IMPRECISE_SHOWN, NEIGHBOURS_SHOWN = 200, 500, 200
NEIGHBOURS = ("commune_voisine", "commune_par_adresse")
IMPRECISE = ("commune", "aucune")

#: Why a place stands at its commune only, and what to do.
REASONS = {
    "sans_fichier": (
        Text(
            "département sans fichier d'adresses (BAN)",
            "département without an address file (BAN)",
        ),
        Text("Lancez « opendata reference update ».", "Run “opendata reference update”."),
    ),
    "voie_introuvable": (
        Text("voie introuvable dans la BAN", "street not found in the BAN"),
        Text(
            "Corrigez le nom de la voie ou la commune dans le fichier source, ou donnez le point.",
            "Correct the street's name or the commune in the source file, or give the point.",
        ),
    ),
    "adresse_sans_voie": (
        Text("adresse sans voie ni numéro reconnus", "no street or number in the address"),
        Text(
            "Donnez le numéro et la voie dans le fichier source, ou le point.",
            "Give the number and the street in the source file, or the point.",
        ),
    ),
    "sans_adresse": (
        Text("sans adresse", "no address"),
        Text(
            "Donnez l'adresse ou le point dans le fichier source.",
            "Give the address or the point in the source file.",
        ),
    ),
    "point_corrige": (
        Text(
            "point corrigé à la main, au centre de la commune",
            "point corrected by hand, at the centre of the commune",
        ),
        Text(
            "Précisez le point dans catalog/corrections.",
            "Make the point more precise in catalog/corrections.",
        ),
    ),
}


def location_report(
    places: pd.DataFrame,
    assembly: Assembly,
    address_files: Collection[str],
    warnings: Sequence[Text] = (),
) -> dict[str, Any]:
    """Plain values only, without personal ones, in a stable order.

    ``places`` is the published table (text), ``address_files`` the départements whose addresses
    are at hand, ``warnings`` what the geocoder got over.
    """
    return {
        "deplaces": _moved(places, assembly),
        "a_preciser": _imprecise(places, address_files),
        "voisines": _neighbours(places, assembly),
        "avertissements": [warning._asdict() for warning in warnings],
    }


def _moved(places: pd.DataFrame, assembly: Assembly) -> dict[str, Any]:
    """Rows whose stated point is far from the published one, the farthest first.

    ``km`` is the distance between the two; to the commune, where no point is published.
    """
    issues = assembly.issues[assembly.issues["code"].isin(MOVED)]
    rows = _with_places(issues, places, assembly.lines)
    stated = rows["value"].str.split(", ", expand=True).reindex(columns=[0, 1])
    points = {
        "latitude_source": stated[0],
        "longitude_source": stated[1],
        "latitude": rows["latitude"],
        "longitude": rows["longitude"],
    }
    numbers = {name: pd.to_numeric(texts, errors="coerce") for name, texts in points.items()}
    between = pd.Series(distance_km(*numbers.values()), index=rows.index)
    rows = rows.assign(**numbers, km=between.fillna(_km_said(rows["detail"])).round(1))
    far = rows[rows["km"] > MOVED_KM].sort_values(
        ["km", "source", "ligne", "code"], ascending=[False, True, True, True], kind="stable"
    )
    columns = [*_ABOUT, "code", *numbers, "km", "label"]
    return {"nombre": len(far), "lignes": _records(far[columns].head(MOVED_SHOWN))}


def _km_said(detail: pd.Series) -> pd.Series:
    """The distance an issue tells (« 2 311,4 km »), NaN where it tells none."""
    said = detail.str.extract(r"^([\d\s]+(?:,\d+)?) km$")[0]
    plain = said.str.replace(r"\s", "", regex=True).str.replace(",", ".", regex=False)
    return pd.to_numeric(plain, errors="coerce")


def _imprecise(places: pd.DataFrame, address_files: Collection[str]) -> dict[str, Any]:
    """Published places that stand at the centre of their commune, or nowhere, and why."""
    rows = places[places["geo_precision"].isin(IMPRECISE)]
    rows = rows.assign(
        raison=_reasons(rows, address_files),
        _commune=rows["commune"].map(fold),
        _nom=rows["nom"].map(fold),
    ).sort_values(["code_departement", "_commune", "code_insee", "_nom", "lieu_id"], kind="stable")
    by_reason = {code: rows[rows["raison"] == code] for code in REASONS}
    frequent = sorted(by_reason, key=lambda code: -len(by_reason[code]))
    missing = rows.loc[rows["raison"] == "sans_fichier", "code_departement"].unique()
    columns = [
        *("lieu_id", "nom", "adresse", "code_postal", "commune", "code_departement"),
        *("geo_precision", "sources", "raison"),
    ]
    shown = rows[columns].head(IMPRECISE_SHOWN)
    lines = [
        line
        | {
            "sources": line["sources"].split(SEPARATOR),
            "raison_fr": REASONS[line["raison"]][0].fr,
            "raison_en": REASONS[line["raison"]][0].en,
        }
        for line in _records(shown)
    ]
    return {
        "nombre": len(rows),
        "raisons": [_told(code, by_reason[code]) for code in frequent if len(by_reason[code])],
        "departements_sans_fichier": sorted(missing),
        "lieux": lines,
    }


def _told(code: str, rows: pd.DataFrame) -> dict[str, Any]:
    """One reason: how many places, of which sources (a place of two counts in both)."""
    said, advice = REASONS[code]
    sources = rows["sources"].str.split(SEPARATOR).explode().value_counts()
    ordered = sorted(sources.items(), key=lambda item: (-item[1], str(item[0])))
    return {
        "code": code,
        "nombre": len(rows),
        "sources": {str(name): int(count) for name, count in ordered},
        "phrase_fr": said.fr,
        "phrase_en": said.en,
        "conseil_fr": advice.fr,
        "conseil_en": advice.en,
    }


def _reasons(rows: pd.DataFrame, address_files: Collection[str]) -> pd.Series:
    """The code of :data:`REASONS` for each place.

    What is wrong with the address itself comes before a missing file, which only helps
    addresses that say something.
    """
    pairs = list(zip(rows["adresse"], rows["code_postal"], strict=True))
    read = {pair: readings(*pair) for pair in dict.fromkeys(pairs)}
    silent = {pair: not found for pair, found in read.items()}
    no_street = {
        pair: not any(one.number or one.kind for one in found) for pair, found in read.items()
    }
    reasons = pd.Series("voie_introuvable", index=rows.index, dtype="str")
    # The last condition that holds is the reason.
    for code, where in (
        ("adresse_sans_voie", [no_street[pair] for pair in pairs]),
        ("sans_fichier", ~rows["code_departement"].isin(list(address_files))),
        ("adresse_sans_voie", [silent[pair] for pair in pairs]),
        ("sans_adresse", rows["adresse"] == ""),
        ("point_corrige", rows["geo_methode"] == "correction"),
    ):
        reasons = reasons.mask(np.asarray(where, dtype=bool), code)
    return reasons


def _neighbours(places: pd.DataFrame, assembly: Assembly) -> dict[str, Any]:
    """Communes that the address corrected or chose: before, after."""
    issues = assembly.issues[assembly.issues["code"].isin(NEIGHBOURS)]
    shown = without_personal_values(issues).assign(
        avant=lambda rows: rows["value"], apres=lambda rows: rows["published"]
    )
    rows = _with_places(shown, places, assembly.lines).assign(label=lambda rows: rows["detail"])
    ordered = rows.sort_values(["code", "source", "ligne"], ascending=[False, True, True])
    columns = [*_ABOUT, "code", "avant", "apres", "label"]
    return {"nombre": len(ordered), "lignes": _records(ordered[columns].head(NEIGHBOURS_SHOWN))}


#: What tells a steward which row, and which place, a line is about.
_ABOUT = ("source", "ligne", "lieu_id", "nom", "commune")


def _with_places(issues: pd.DataFrame, places: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Issues with the place their row is in ("" where it is in none), and its address."""
    told = ["lieu_id", "nom", "commune", "adresse", "code_postal", "latitude", "longitude"]
    rows = (
        issues.rename(columns={"row": "ligne"})
        .merge(lines, on=["source", "ligne"], how="left")
        .merge(places[told], on="lieu_id", how="left")
    )
    rows[told] = rows[told].fillna("")
    town = (rows["code_postal"] + " " + rows["commune"]).str.strip()
    both = (rows["adresse"] != "") & (town != "")
    return rows.assign(label=rows["adresse"] + pd.Series("", rows.index).mask(both, ", ") + town)


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The lines of a table as plain values, "" for a number that is not known."""
    plain = rows.astype(object).where(rows.notna(), "")
    return [{str(name): value for name, value in line.items()} for line in plain.to_dict("records")]
