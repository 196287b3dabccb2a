"""Bring the commune reference up to date from the State's API, one département at a time.

What is downloaded lies in ``data/reference`` as ``communes-<dep>.parquet`` (communes,
centres, contours) with a ``communes-<dep>.json`` that says where it came from. A download
that fails or does not look like communes leaves the file of the day before in place.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from opendata.errors import ReadError, SourceError
from opendata.files import sha256_of, write_json
from opendata.language import Text
from opendata.model import Contract, Fetch, FetchOutcome, Snapshot, Source
from opendata.paths import Paths

COMMUNES_URL = (
    "https://geo.api.gouv.fr/departements/{departement}/communes?fields=nom,code,codeDepartement,"
    "codeRegion,codesPostaux,population,codeEpci,surface,centre,contour&format=json"
)
EPCI_URL = "https://geo.api.gouv.fr/epcis?fields=code,nom&format=json"
LICENCE = "etalab-2.0"
ATTRIBUTION = "API Découpage administratif : INSEE, IGN, La Poste, DGCL"

#: What makes a commune usable; the rest may lack (an EPCI on an island, a contour).
_REQUIRED = ("code", "nom", "codeDepartement", "codeRegion")
_TEXT = (
    *("code", "nom", "type", "parent", "departement", "region", "departement_nom"),
    *("region_nom", "epci", "epci_nom", "codes_postaux"),
)
_TYPES: dict[str, pa.DataType] = dict.fromkeys(_TEXT, pa.string()) | {
    "population": pa.int32(),
    "latitude": pa.float64(),
    "longitude": pa.float64(),
    "surface_ha": pa.float64(),
    "contour": pa.binary(),
}
_SCHEMA = pa.schema(_TYPES)

FetchRoom = Callable[[Source, Paths], FetchOutcome]


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What became of one département; ``fr`` and ``en`` say it in one sentence.

    ``communes`` and ``vintage`` (the date of the download) are those now in use by this
    département's file: of the day before, or 0 and "", when ``ok`` is false.
    """

    departement: str
    ok: bool
    fr: str
    en: str
    communes: int = 0
    vintage: str = ""


def update_reference(
    departements: Iterable[str], paths: Paths, *, fetch: FetchRoom | None = None
) -> Iterator[UpdateResult]:
    """Download the communes of each département, as results are asked for.

    ``fetch`` is the project's fetch room unless a test brings its own. One département
    that fails costs only itself.
    """
    if fetch is None:
        from opendata.fetch import fetch as project_fetch

        fetch = project_fetch
    names, warning = _epci_names(paths, fetch)
    for departement in departements:
        try:
            yield _update(departement, names, warning, paths, fetch)
        except (SourceError, OSError) as problem:
            yield _failed(departement, problem, paths)


def _update(
    departement: str, names: dict[str, str], warning: Text, paths: Paths, fetch: FetchRoom
) -> UpdateResult:
    url = COMMUNES_URL.format(departement=departement)
    snapshot = _download(f"reference-communes-{departement.lower()}", url, paths, fetch)
    rows = _communes(_content(snapshot), departement, names)
    vintage = f"{snapshot.fetched_at:%Y-%m-%d}"
    _write(rows, departement, snapshot, vintage, paths)
    return UpdateResult(
        departement,
        ok=True,
        fr=f"Département {departement} : {len(rows)} communes, millésime {vintage}{warning.fr}.",
        en=f"Département {departement}: {len(rows)} communes, vintage {vintage}{warning.en}.",
        communes=len(rows),
        vintage=vintage,
    )


def _failed(departement: str, problem: SourceError | OSError, paths: Paths) -> UpdateResult:
    told = problem if isinstance(problem, SourceError) else None
    fr, en = (told.fr, told.en) if told else (str(problem), str(problem))
    before = _metadata(paths, departement)
    vintage, communes = str(before.get("vintage", "")), int(before.get("communes", 0))
    kept_fr = f"le millésime {vintage} reste en usage" if vintage else "le référentiel livré sert"
    kept_en = f"vintage {vintage} stays in use" if vintage else "the embedded reference serves"
    return UpdateResult(
        departement,
        ok=False,
        fr=f"Département {departement} non mis à jour, {kept_fr} : {fr.rstrip('.')}.",
        en=f"Département {departement} not updated, {kept_en}: {en.rstrip('.')}.",
        communes=communes,
        vintage=vintage,
    )


def _epci_names(paths: Paths, fetch: FetchRoom) -> tuple[dict[str, str], Text]:
    """SIREN -> name. Without them the names already known are used, which the result tells."""
    try:
        content = _content(_download("reference-epcis", EPCI_URL, paths, fetch))
        return {str(entry["code"]): str(entry["nom"]) for entry in content}, Text("", "")
    except (SourceError, OSError, KeyError, TypeError):
        return {}, Text(
            " (noms des intercommunalités non mis à jour)", " (names of EPCI not updated)"
        )


# --- downloading --------------------------------------------------------------------------


def _download(name: str, url: str, paths: Paths, fetch: FetchRoom) -> Snapshot:
    """Today's bytes. An older copy is no update: it is refused like a failure."""
    outcome = fetch(_source(name, url), paths)
    if outcome.error_fr or outcome.error_en or not outcome.snapshots:
        raise ReadError(
            "reference_non_recue",
            fr=outcome.error_fr or f"{url} n'a rien donné : réessayez plus tard.",
            en=outcome.error_en or f"{url} gave nothing: try again later.",
        )
    return outcome.snapshots[0]


def _source(name: str, url: str) -> Source:
    """The download as the fetch room knows it: a source without a mapping."""
    return Source(
        id=name,
        title="Référentiel des communes",
        publisher="DINUM",
        homepage="https://geo.api.gouv.fr",
        licence=LICENCE,
        attribution=ATTRIBUTION,
        territory="",
        verified=True,
        fetch=Fetch(url=url, format="json"),
        contract=Contract(),
        mapping={},
        placeholders=(),
        coordinates={},
        own_fields=(),
        examples=(),
        path=Path(f"{name}.toml"),
        fingerprint=hashlib.sha256(url.encode()).hexdigest(),
    )


def _content(snapshot: Snapshot) -> list[dict[str, Any]]:
    try:
        content = json.loads(snapshot.path.read_bytes())
    except ValueError as problem:
        raise _unlike(f"JSON illisible, {problem}", f"unreadable JSON, {problem}") from problem
    if not isinstance(content, list) or not content:
        raise _unlike("une liste non vide était attendue", "a list with entries was expected")
    return content


def _unlike(fr: str, en: str) -> ReadError:
    return ReadError(
        "reference_inattendue",
        fr=f"La réponse n'est pas celle d'une liste de communes ({fr}) : réessayez plus tard.",
        en=f"The answer is not a list of communes ({en}): try again later.",
    )


# --- checking and writing -----------------------------------------------------------------


def _communes(
    content: list[dict[str, Any]], departement: str, names: dict[str, str]
) -> pd.DataFrame:
    """The rows of the reference, in the order of their codes. Raises ReadError on a wrong shape."""
    rows = []
    for entry in content:
        missing = [key for key in _REQUIRED if not (isinstance(entry, dict) and entry.get(key))]
        if missing:
            what = entry.get("code", "?") if isinstance(entry, dict) else "?"
            raise _unlike(
                f"la commune {what} n'a pas {', '.join(missing)}",
                f"commune {what} lacks {', '.join(missing)}",
            )
        if entry["codeDepartement"] != departement:
            raise _unlike(
                f"la commune {entry['code']} est du département {entry['codeDepartement']}",
                f"commune {entry['code']} is of département {entry['codeDepartement']}",
            )
        rows.append(_row(entry, names))
    table = pd.DataFrame(rows)
    if table["code"].duplicated().any():
        raise _unlike("une commune y est deux fois", "a commune is there twice")
    return table.sort_values("code", ignore_index=True)


def _row(entry: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    code, epci = str(entry["code"]), str(entry.get("codeEpci") or "")
    try:
        longitude, latitude = _position(entry.get("centre"))
        contour = _wkb(entry.get("contour"))
        population, surface = _number(entry.get("population")), _number(entry.get("surface"))
        postcodes = "|".join(map(str, entry.get("codesPostaux") or []))
    except (TypeError, ValueError, KeyError) as problem:
        raise _unlike(f"commune {code}, {problem}", f"commune {code}, {problem}") from problem
    return {
        "code": code,
        "nom": str(entry["nom"]),
        "type": "commune",
        "parent": code,
        "departement": str(entry["codeDepartement"]),
        "region": str(entry["codeRegion"]),
        "departement_nom": "",
        "region_nom": "",
        "epci": epci,
        "epci_nom": names.get(epci, ""),
        "codes_postaux": postcodes,
        "population": None if population is None else int(population),
        "latitude": latitude,
        "longitude": longitude,
        "surface_ha": surface,
        "contour": contour,
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _position(centre: dict[str, Any] | None) -> tuple[float | None, float | None]:
    if not centre:
        return None, None
    longitude, latitude = (float(part) for part in centre["coordinates"][:2])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(f"centre {longitude}, {latitude}")
    return longitude, latitude


def _wkb(contour: dict[str, Any] | None) -> bytes | None:
    """The contour as WKB, made valid: some of the API's polygons touch themselves."""
    if not contour:
        return None
    import shapely

    try:
        shape = shapely.from_geojson(json.dumps(contour))
    except shapely.errors.GEOSException as problem:
        raise ValueError("contour") from problem
    west, south, east, north = shapely.bounds(shape)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(f"contour {west}, {south}, {east}, {north}")
    wkb: bytes = shapely.to_wkb(shape if shape.is_valid else shapely.make_valid(shape))
    return wkb


def _write(
    rows: pd.DataFrame, departement: str, snapshot: Snapshot, vintage: str, paths: Paths
) -> None:
    """Put the table, then its note, in place of the old ones, each in one rename."""
    columns = {name: rows[name].tolist() for name in _SCHEMA.names}
    columns["population"] = [None if pd.isna(n) else int(n) for n in columns["population"]]
    table = pa.table(columns, schema=_SCHEMA.with_metadata({"vintage": vintage}))
    target = _table_path(paths, departement)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".parquet.part")
    pq.write_table(table, part, compression="zstd")
    sha256 = sha256_of(part)
    part.replace(target)
    note = {
        "vintage": vintage,
        "fetched_at": _iso(snapshot.fetched_at),
        "url": snapshot.url,
        "via": snapshot.via,
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "communes": len(rows),
        "source_sha256": snapshot.sha256,
        "sha256": sha256,
    }
    write_json(target.with_suffix(".json"), note)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _table_path(paths: Paths, departement: str) -> Path:
    return paths.reference / f"communes-{departement}.parquet"


def _metadata(paths: Paths, departement: str) -> dict[str, Any]:
    """The note of the vintage in use, {} when there is none that can be read."""
    try:
        note = json.loads(_table_path(paths, departement).with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
