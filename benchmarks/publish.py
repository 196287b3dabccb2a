"""From located rows to a release on disk, ten thousand to a million places, stage by stage.

    python benchmarks/publish.py            10,000, 100,000 and 1,000,000 places
    python benchmarks/publish.py --quick    10,000 and 100,000 places

Two months of a made-up world (benchmarks/matching/world.py), its rows filled in at the rates of
the real dataset ``france``. The first month is published untimed; what is timed is the second, in
a process of its own, by the functions of the pipeline themselves: identity, comparison with the
first month, indicators, gate, every format, metadata, checksums, fsync, promotion, pages. Rows in
five, a place is told by two sources, so that a quarter more rows than places are read.

Time is a stage's own, without the stages inside it; µs per place are of the processor, which other
work on the machine disturbs less. Memory is the peak of the whole process while the stage ran
(VmHWM, reset at its start): it includes the tables that wait for later stages, but not what the
harvests of a run hold. Ten thousand places pay for what does not depend on their number: imports,
the 35,000 communes of the indicators.
The peers write the same places to the same formats, without our stages around them.
"""

import argparse
import functools
import gc
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

SIZES = (10_000, 100_000, 1_000_000)
#: Sizes at which the peers are run, and the one at which they write XLSX.
PEER_SIZES, PEER_XLSX = SIZES[:2], SIZES[0]
#: From how many times the cost of a place at the smallest size on a stage is marked.
NOT_LINEAR = 1.5
#: The months, and the seeds of what changes from one to the next.
MONTHS = ("2026-01-01", "2026-02-01")
DATASET, RENUMBERED = "france", "hinaura"

#: Shares of places that have a field, in the release of ``france``; of those left, the values.
_FILLED = {
    "complement_adresse": 0.25, "horaires": 0.29, "presentation_resume": 0.01,
    "presentation_detail": 0.11, "itinerance": 0.10, "structure_parente": 0.05, "date_maj": 0.27,
    "services": 0.35, "publics_specifiquement_adresses": 0.04, "prise_en_charge_specifique": 0.04,
    "frais_a_charge": 0.29, "dispositif_programmes_nationaux": 0.27, "formations_labels": 0.01,
    "autres_formations_labels": 0.01, "modalites_acces": 0.58, "modalites_accompagnement": 0.16,
    "prise_rdv": 0.01, "ban_id": 0.04,
}  # fmt: skip
#: Closed lists whose values add up, and how many of them a place has at most.
_SEVERAL = {
    "services": 3, "publics_specifiquement_adresses": 3, "prise_en_charge_specifique": 3,
    "dispositif_programmes_nationaux": 2, "modalites_accompagnement": 3, "frais_a_charge": 1,
    "formations_labels": 1, "modalites_acces": 1, "itinerance": 1,
}  # fmt: skip
#: Rows set aside, of all rows; and issues that a row has, by code.
_REFUSED = 0.003
_ISSUES = {
    "regle_sans_resultat": ("typologie", 0.5), "typologie_deduite": ("typologie", 0.12),
    "commune_corrigee": ("commune", 0.04), "code_postal_corrige": ("code_postal", 0.02),
    "point_affine": ("latitude", 0.02), "point_hors_commune": ("latitude", 0.005),
    "horaires_illisibles": ("horaires", 0.012),
}  # fmt: skip
#: Shares of rows that come, go and change in the second month.
_COME, _GONE, _RENAMED, _OTHER_HOURS, _MOVED = 0.005, 0.005, 0.02, 0.03, 0.005


class Meter:
    """Seconds (of the clock, of the processor) and peak memory (MB) of each stage, those inside
    it apart."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.megabytes: dict[str, float] = {}
        self._open: list[str] = []
        self._since = _clocks()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._settle()
        self._open.append(name)
        try:
            yield
        finally:
            self._settle()
            self._open.pop()

    def watch(self, module: Any, function: str, name: str) -> None:
        """Measure a function of the pipeline as a stage, wherever its module calls it."""
        work = getattr(module, function)

        @functools.wraps(work)
        def measured(*arguments: Any, **named: Any) -> Any:
            with self.stage(name):
                return work(*arguments, **named)

        setattr(module, function, measured)

    def _settle(self) -> None:
        if self._open:
            name = self._open[-1]
            spent, worked = (now - then for now, then in zip(_clocks(), self._since, strict=True))
            self.seconds[name] = self.seconds.get(name, 0.0) + spent
            self.cpu[name] = self.cpu.get(name, 0.0) + worked
            self.megabytes[name] = max(self.megabytes.get(name, 0.0), peak_mb())
        reset_peak()
        self._since = _clocks()


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def reset_peak() -> None:
    """Have the kernel count the peak of this process from now on; elsewhere than on Linux, not."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text()
        return int(re.findall(r"VmHWM:\s*(\d+)", status)[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- the rows -------------------------------------------------------------------------------


def month_rows(places: int, sources: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Located rows of both months for about so many places; ``sources`` is id -> publisher."""
    from benchmarks.matching.world import TOLD_AGAIN, world

    rows = filled(world(round(places / (1 - TOLD_AGAIN)), seed=1), sources)
    chance = np.random.default_rng(2)
    fate = chance.random(len(rows))
    first = rows[fate >= _COME].copy()
    renamed, retimed, moved = (
        chance.random(len(rows)) < share for share in (_RENAMED, _OTHER_HOURS, _MOVED)
    )
    rows["nom"] = rows["nom"].mask(renamed, rows["nom"] + " (nouveau nom)")
    rows["horaires"] = rows["horaires"].mask(retimed, _hours(len(rows), chance))
    rows["latitude"] = rows["latitude"].mask(moved, rows["latitude"] + 0.003)
    own = (rows["source_id"] == RENUMBERED).to_numpy()
    keys = chance.permutation(int(own.sum())).astype("str").astype(object)
    rows.loc[own, "id"] = f"{RENUMBERED}-n" + keys
    return first, rows[fate < 1 - _GONE]


def filled(rows: pd.DataFrame, sources: Mapping[str, str]) -> pd.DataFrame:
    """The world's rows with every field that sources and location fill, best sources first."""
    chance = np.random.default_rng(3)
    count = len(rows)
    values = {name: _one_of_list(name, count, chance) for name in _SEVERAL}
    values |= _texts(rows, chance)
    for name, share in _FILLED.items():
        told = pd.Series(values.pop(name), index=rows.index, dtype="str")
        rows[name] = told.mask(chance.random(count) >= share, "")
    rows["geo_distance_m"] = np.where(rows["ban_id"] != "", chance.integers(0, 400, count), np.nan)
    rows["geo_score"] = chance.choice([0.98, 0.96, 0.99, 0.97, 0.9, 0.74], count)
    at_centre = rows["geo_precision"] == "commune"
    rows["geo_methode"] = rows["geo_methode"].mask(at_centre, "commune")
    rows["source"] = rows["source_id"].map(sources).astype("str")
    # Mailboxes of the world bear the names of persons, which are not published.
    rows["courriels"] = rows["courriels"].str.replace(r"^[a-z]+-", "accueil-", regex=True)
    rank = {source: at for at, source in enumerate(sources)}
    order = np.argsort(rows["source_id"].map(rank).to_numpy(), kind="stable")
    return rows.iloc[order].reset_index(drop=True)


def _one_of_list(name: str, count: int, chance: np.random.Generator) -> np.ndarray:
    """One to so many terms of a closed list, in its order."""
    from opendata.schema import SEPARATOR, fields, vocabulary

    terms = [term.value for term in vocabulary(fields()[name].vocabulary)]
    several = min(_SEVERAL[name], len(terms))
    drawn = [
        SEPARATOR.join(
            terms[at] for at in sorted(chance.choice(len(terms), 1 + number % several, False))
        )
        for number in range(200)
    ]
    return np.array(drawn, dtype=object)[chance.integers(len(drawn), size=count)]


def _hours(count: int, chance: np.random.Generator) -> np.ndarray:
    """Opening hours, some fifty characters, a few hundred thousand that differ."""
    days = np.array(["Mo-Tu", "Mo-We", "Tu,Th", "Tu-We", "Mo-Th"], dtype=object)
    rest = np.array(["Fr", "Th-Fr", "Fr-Sa", "Sa"], dtype=object)
    opens = np.array(["08:30", "09:00", "09:15", "09:30", "10:00"], dtype=object)
    noon = np.array(["11:45", "12:00", "12:15", "12:30"], dtype=object)
    after = np.array(["13:30", "13:45", "14:00", "14:30"], dtype=object)
    closes = np.array(["16:30", "17:00", "17:30", "18:00", "18:30"], dtype=object)

    def one_of(values: np.ndarray) -> np.ndarray:
        return values[chance.integers(len(values), size=count)]

    morning = one_of(opens) + "-" + one_of(noon)
    return (
        one_of(days) + " " + morning + "," + one_of(after) + "-" + one_of(closes)
        + "; " + one_of(rest) + " " + one_of(opens) + "-" + one_of(closes)
    )  # fmt: skip


def _texts(rows: pd.DataFrame, chance: np.random.Generator) -> dict[str, Any]:
    """Free texts as long as the real ones, unlike each other where those are."""
    count = len(rows)
    number = pd.Series(np.arange(count).astype("str"))
    day = pd.Timestamp("2019-03-01") + pd.to_timedelta(chance.integers(0, 2500, count), unit="D")
    about = (
        "Le lieu « " + rows["nom"] + " » de " + rows["commune"] + " reçoit toute personne qui "
        "cherche de l'aide pour ses démarches en ligne, la prise en main d'un ordinateur, d'une "
        "tablette ou d'un téléphone, et des ateliers pour petits groupes"
    )
    detail = about + (
        ". Des conseillers y tiennent une permanence, sur rendez-vous ou sans, et prêtent du "
        "matériel. Entrée " + number + ", accès de plain-pied."
    )
    floor = np.array(["Rez-de-chaussée", "1er étage", "Mairie", "Bâtiment B", "Pôle social"])
    return {
        "complement_adresse": pd.Series(floor[chance.integers(5, size=count)]) + ", bureau "
        + pd.Series(chance.integers(1, 900, count).astype("str")),
        "horaires": _hours(count, chance),
        "presentation_resume": about + ".",
        "presentation_detail": detail,
        "structure_parente": "Commune de " + rows["commune"],
        "date_maj": pd.Series(day.strftime("%Y-%m-%d")),
        "autres_formations_labels": "Agréé Pass numérique (Aptic ou autres)",
        "prise_rdv": "https://www.rdv-aide-numerique.fr/org/" + number,
        "ban_id": rows["code_insee"] + "_" + number.str.zfill(4) + "_00012",
    }  # fmt: skip


def located_parts(rows: pd.DataFrame, sources: tuple[str, ...]) -> dict[str, Any]:
    """Rows as what location hands over, by source: accepted, set aside, and what was said."""
    from opendata.locate import Located
    from opendata.model import issue_lines, join_issues

    chance = np.random.default_rng(4)
    refused = chance.random(len(rows)) < _REFUSED
    parts = {}
    for source in sources:
        here = (rows["source_id"] == source).to_numpy()
        kept, aside = rows[here & ~refused], rows[here & refused].set_index("ligne")
        said = [
            issue_lines(aside.index, "commune", "commune_introuvable", value=aside["commune"],
                        source=source)
        ]  # fmt: skip
        for code, (field, share) in _ISSUES.items():
            some = kept[chance.random(len(kept)) < share]
            value = some["nom"] if field == "typologie" else some["commune"]
            if field == "latitude":
                value = (
                    (some["latitude"] + 0.04).round(6).astype("str")
                    + ", "
                    + some["longitude"].round(6).astype("str")
                )
            said.append(
                issue_lines(some["ligne"], field, code, value=value, published=some[field].astype(
                    "str"), detail="4,4 km", source=source)
            )  # fmt: skip
        names = ["id", "nom", "adresse", "code_postal", "commune", "code_insee"]
        parts[source] = Located(
            kept.set_index("ligne", drop=False).rename_axis(None),
            aside[names].assign(refus="commune_introuvable"),
            0,
            join_issues(said),
        )
    return parts


# --- the pipeline, a month --------------------------------------------------------------------


def published_month(places: int, month: int, home: Path, meter: Meter) -> dict[str, Any]:
    """One month from its rows to the pages, as ``pipeline.publish`` does it.

    Of the first month, only what the second reads is written.
    """
    from benchmarks.matching.making import SOURCES

    from opendata import assemble, compose, publish
    from opendata.files import write_text
    from opendata.geocode.geocoder import load_geocoder, service_of
    from opendata.identity.registry import register_of
    from opendata.job import prepare
    from opendata.ledger import as_ledger
    from opendata.pages import write_pages
    from opendata.paths import Paths
    from opendata.release import store
    from opendata.site import render_difference

    paths = Paths(home=home, catalog=PROJECT / "catalog", mirror=None)
    job = prepare(DATASET, paths, fetching=False)
    job = replace(job, sources=tuple(one for one in job.sources if one.id in SOURCES))
    geocoder = load_geocoder(paths, service_of(job.dataset))
    version = MONTHS[month]
    if month == 0:
        publish.FORMATS = ("tables", "report")
    else:
        _watch(meter)
    parts = located_parts(
        _rows(places, month, home, {one.id: one.publisher for one in job.sources}),
        tuple(one.id for one in job.sources),
    )
    harvests = [_harvest(source, part, version) for source, part in parts.items()]
    # Handed over once: the pipeline is the only holder of its rows, as in a run.
    assemble.locate = lambda source, *_: parts.pop(source.id)
    reset_peak()
    base, started = peak_mb(), _clocks()
    with meter.stage("read the last release"):
        folders = store.standing(paths, DATASET)
        last = folders[-1] if folders else None
        before = compose.tables_of(last)
        register = register_of(folders, (), job.closes_after)
    with meter.stage("assemble, the rest"):
        assembly = assemble.assemble(job.dataset, job.sources, harvests, geocoder, register, before)
    with meter.stage("compose, the rest"):
        release = compose.compose_release(
            job, harvests, assembly, geocoder, "", version, before, register, last
        )
    with meter.stage("gate, the rest"):
        findings = compose.findings_of(job, release, before, assembly, paths, "auto")
    with meter.stage("difference"):
        found = compose.difference_of(job, release, before, findings, assembly, last)
    with meter.stage("stage, the rest"):
        store.stage(release, paths, found, render_difference)
    with meter.stage("pairs and ledger"):
        write_text(paths.pairs(DATASET), assembly.pairs.to_csv(index=False))
        ledger = paths.release_ledger(DATASET, version)
        ledger.parent.mkdir(parents=True, exist_ok=True)
        as_ledger(assembly.issues).to_parquet(ledger)
    with meter.stage("promote (verify, rename)"):
        folder = store.promote(paths, DATASET, version)
    if month:
        with meter.stage("pages, the rest"):
            write_pages(job.dataset, paths)
    wall, cpu = (now - then for now, then in zip(_clocks(), started, strict=True))
    return {
        "rows": sum(one.rows_in for one in harvests),
        "places": len(release.tables["lieux"]),
        "changes": len(release.tables["changements"]),
        "issues": len(assembly.issues),
        "seconds": meter.seconds,
        "cpu": meter.cpu,
        "megabytes": meter.megabytes,
        "all": {"seconds": wall, "cpu": cpu, "megabytes": max(meter.megabytes.values())},
        "base_mb": base,
        "files": {path.name: path.stat().st_size for path in sorted(folder.iterdir())},
        "scripts": sum(path.stat().st_size for path in paths.dataset(DATASET).glob("*.js")),
    }


def _rows(places: int, month: int, home: Path, sources: Mapping[str, str]) -> pd.DataFrame:
    """The rows of a month. Those of the second are made in the process of the first: what making
    them takes is not in the memory that is measured."""
    later = home / "later.parquet"
    if month:
        return pd.read_parquet(later)
    first, second = month_rows(places, sources)
    second.to_parquet(later, index=False)
    return first


def _harvest(source: str, part: Any, day: str) -> Any:
    """A harvest of so many rows, of a copy of that day."""
    from opendata.harvest import Harvest
    from opendata.model import Snapshot, no_issues

    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    count = len(part.accepted) + len(part.refused)
    return Harvest(
        source,
        Snapshot(source, Path(), "", at, "", 0, "file"),
        pd.DataFrame(index=range(count)),
        pd.DataFrame(),
        no_issues(),
    )


def _watch(meter: Meter) -> None:
    """The stages inside those above, in the order of a run."""
    from importlib import import_module

    from opendata import assemble, compose, publish
    from opendata import pages as site_pages
    from opendata.pages import dataset as dataset_pages
    from opendata.publish import checksums, datapackage
    from opendata.release import staging

    for module, function, name in (
        (assemble, "without_personal_data", "personal data"),
        (assemble, "match_rows", "match"),
        (assemble, "assign_ids", "ids"),
        (assemble, "merge_groups", "merge"),
        (assemble, "quarantine_table", "quarantine"),
        (assemble, "pairs_to_review", "pairs to review"),
        (compose, "advance", "register"),
        (compose, "changes", "changes"),
        (compose, "build_report", "report"),
        (compose, "location_report", "report of locations"),
        (compose, "indicators", "indicators"),
        (compose, "_content", "fingerprint of the content"),
        (compose, "release_errors", "schemas (release_errors)"),
        (compose, "judge", "gate"),
        *(
            (import_module(f"opendata.publish.{name}"), "write", f"write {name}")
            for name in publish.FORMATS
        ),
        (datapackage, "write", "write descriptor, documents"),
        (checksums, "write", "checksums"),
        (staging, "sync", "fsync"),
        (dataset_pages, "data_script", "pages: data of the map"),
        (dataset_pages, "read_table", "pages: read lieux.csv"),
        (site_pages, "write_indicators", "pages: indicators"),
        (site_pages, "write_releases", "pages: releases"),
    ):
        meter.watch(module, function, name)


# --- the peers --------------------------------------------------------------------------------


def peers(places: int, home: Path) -> dict[str, Any]:
    """What writes the same table in a line or two: seconds and MB, ours beside it."""
    import geopandas

    from opendata.catalog import load_dataset
    from opendata.language import Text
    from opendata.licences import licences
    from opendata.model import Release
    from opendata.paths import Paths
    from opendata.publish import geojson, geopackage, geoparquet, spreadsheet
    from opendata.schema import table_schema

    paths = Paths(home=home, catalog=PROJECT / "catalog", mirror=None)
    table = pd.read_csv(paths.latest(DATASET) / "lieux.csv", dtype="str", keep_default_na=False)
    release = Release(
        load_dataset(DATASET, paths), MONTHS[1], datetime(2026, 2, 1, tzinfo=UTC),
        licences()["etalab-2.0"], Text("", ""), {"lieux": table}, {}, (), "", "", Text("", ""),
    )  # fmt: skip
    folder = home / "peers"
    folder.mkdir()
    typed = geoparquet.typed(table, table_schema())
    numbers = pd.to_numeric(table["longitude"]), pd.to_numeric(table["latitude"])
    frame = geopandas.GeoDataFrame(
        typed, geometry=geopandas.points_from_xy(*numbers), crs="EPSG:4326"
    )
    work: dict[str, Callable[[], Any]] = {
        "GeoJSON  ours": lambda: geojson.write(release, folder),
        "GeoJSON  geopandas to_file": lambda: frame.to_file(folder / "peer.geojson"),
        "GeoJSON  json.dumps, row by row": lambda: _json_rows(table, folder / "rows.geojson"),
        "GPKG     ours": lambda: geopackage.write(release, folder),
        "GPKG     geopandas to_file": lambda: frame.to_file(folder / "peer.gpkg"),
        "GeoParquet  ours": lambda: geoparquet.write(release, folder),
        "GeoParquet  geopandas to_parquet": lambda: frame.to_parquet(folder / "peer.parquet"),
        "XLSX     ours": lambda: spreadsheet.write(release, folder),
    }
    if places <= PEER_XLSX:
        for engine in ("xlsxwriter", "openpyxl"):
            work[f"XLSX     pandas to_excel, {engine}"] = functools.partial(
                table.to_excel, folder / f"{engine}.xlsx", index=False, engine=engine
            )
    meter = Meter()
    bare = {}
    for name, function in work.items():
        _give_back()
        reset_peak()
        bare[name] = peak_mb()
        with meter.stage(name):
            function()
    return {
        "places": len(table),
        "seconds": meter.seconds,
        "cpu": meter.cpu,
        "more_mb": {name: meter.megabytes[name] - bare[name] for name in work},
    }


def _give_back() -> None:
    """Have the allocators return what is free: the next peer may not live on the last one's."""
    import ctypes

    import pyarrow as pa

    gc.collect()
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _json_rows(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8") as handle:
        handle.write('{"type": "FeatureCollection", "features": [\n')
        for number, row in enumerate(table.to_dict("records")):
            point = [float(row["longitude"]), float(row["latitude"])] if row["longitude"] else None
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": point} if point else None,
                "properties": {name: value or None for name, value in row.items()},
            }
            handle.write((",\n" if number else "") + json.dumps(feature, ensure_ascii=False))
        handle.write("\n]}\n")


# --- the table --------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="10,000 and 100,000 places only")
    parser.add_argument("--step", choices=("first", "second", "peers"), help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        steps: dict[str, Callable[[], dict[str, Any]]] = {
            "first": lambda: published_month(options.size, 0, options.home, Meter()),
            "second": lambda: published_month(options.size, 1, options.home, Meter()),
            "peers": lambda: peers(options.size, options.home),
        }
        print(json.dumps(steps[options.step]()))
        return
    print(f"load before: {os.getloadavg()[0]:.1f}", flush=True)
    ours: dict[int, dict[str, Any]] = {}
    beside: dict[int, dict[str, Any]] = {}
    for size in SIZES[:2] if options.quick else SIZES:
        home = Path(tempfile.mkdtemp(prefix="opendata-bench-"))
        try:
            _apart("first", size, home)
            ours[size] = found = _apart("second", size, home)
            if size in PEER_SIZES:
                beside[size] = _apart("peers", size, home)
        finally:
            shutil.rmtree(home, ignore_errors=True)
        print(
            f"{size:>9,}: {found['rows']:,} rows, {found['places']:,} places, "
            f"{found['changes']:,} lines of changes, {found['issues']:,} issues; "
            f"{found['all']['seconds']:.0f} s ({found['all']['cpu']:.0f} s of processor), "
            f"{sum(found['files'].values()) / 1e6:,.0f} MB of files, rows at hand "
            f"{found['base_mb']:,.0f} MB, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    print("\n" + "\n".join(_table(ours)))
    print("\n" + "\n".join(_files(ours)))
    print("\n" + "\n".join(_beside(beside)))


def _apart(step: str, size: int, home: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--step", step, "--size", str(size), "--home", str(home)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed.")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _table(ours: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    """Seconds, seconds of processor, peak MB and µs per place of each stage, and how these grow."""
    most = max(ours)
    others = [size for size in ours if size != most]
    yield f"{'':<29}" + "".join(f"{size:>28,}   " for size in ours) + "  µs/place, times"
    titles = f"{'s':>8} {'cpu s':>7} {'MB':>6} {'µs/pl':>7} "
    yield (
        f"{'stage':<29}"
        + titles.ljust(31) * len(ours)
        + "".join(f" that of {size:,}" for size in others)
    )
    for name in [*ours[most]["seconds"], "all"]:
        costs, cells = {}, []
        for size, found in ours.items():
            told = found["all"] if name == "all" else {
                kind: found[kind].get(name, 0.0) for kind in ("seconds", "cpu", "megabytes")
            }  # fmt: skip
            costs[size] = 1e6 * told["cpu"] / found["places"]
            cells.append(
                f"{told['seconds']:>8.2f} {told['cpu']:>7.2f} {told['megabytes']:>6.0f} "
                f"{costs[size]:>7.1f} ".ljust(31)
            )
        ratios = [costs[most] / costs[size] if costs[size] else 0.0 for size in others]
        # What takes a few microseconds is noise.
        mark = " *" if max(ratios, default=0) > NOT_LINEAR and costs[most] > 5 else ""
        yield f"{name:<29}{''.join(cells)}" + "".join(f"{ratio:>13.2f}" for ratio in ratios) + mark


def _files(ours: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    yield f"{'file, MB':<30}" + "".join(f"{size:>12,}" for size in ours)
    sizes = {size: found["files"] for size, found in ours.items()}
    for name in [name for name, size in sizes[max(sizes)].items() if size > 1e6]:
        yield f"{name:<30}" + "".join(f"{one.get(name, 0) / 1e6:>12,.1f}" for one in sizes.values())
    scripts = "".join(f"{found['scripts'] / 1e6:>12,.1f}" for found in ours.values())
    yield f"{'scripts of the pages':<30}{scripts}"


def _beside(beside: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    yield f"{'peers':<38}" + "".join(f"{size:>26,}   " for size in beside)
    yield f"{'':<38}" + f"{'s':>8} {'cpu s':>8} {'more MB':>8}   " * len(beside)
    for name in next(iter(beside.values()))["seconds"]:
        cells = [
            f"{found['seconds'][name]:>8.2f} {found['cpu'][name]:>8.2f} "
            f"{found['more_mb'][name]:>8.0f}   "
            if name in found["seconds"]
            else f"{'–':>8} {'–':>8} {'–':>8}   "
            for found in beside.values()
        ]
        yield f"{name:<38}{''.join(cells)}"


if __name__ == "__main__":
    main()
