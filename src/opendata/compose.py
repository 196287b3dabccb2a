"""From the tables of a dataset to a release that can be judged: dated, compared, described.

assembly ─► register of ids ─► changes ─► dates ─► report, indicators ─► release ─► findings
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from opendata.assemble import DATES_OF_PUBLICATION, Assembly
from opendata.check import release_errors
from opendata.files import read_json, rfc3339
from opendata.geocode.credits import credits_of
from opendata.geocode.geocoder import Geocoder
from opendata.harvest import Harvest, code_fingerprint
from opendata.identity.registry import Published, advance
from opendata.indicators import Indicators, indicators
from opendata.job import Job
from opendata.language import Text
from opendata.licences import dataset_licence
from opendata.location_report import location_report
from opendata.model import ASKED, Dataset, Finding, Release
from opendata.paths import Paths
from opendata.publish import FORMATS
from opendata.publish.standard import shortfall
from opendata.publish.tables import TABLES
from opendata.release import store
from opendata.release.compatibility import compatibility, schema_findings
from opendata.release.decided import decided_findings, suspended_findings
from opendata.release.diff import changes, date_places
from opendata.release.difference import difference
from opendata.release.gate import Tables, judge
from opendata.report import build_report
from opendata.schema import table_schema
from opendata.territory import departements_of

Review = Literal["auto", "always", "never"]
#: Rows put into words at once.
_ROWS = 50_000


def tables_of(last: Path | None) -> dict[str, pd.DataFrame]:
    """What the last release said, to compare with; empty tables before the first one."""
    return {
        name: store.read_table(
            last, name, tuple(field["name"] for field in table_schema(name)["fields"])
        )
        for name in ("lieux", "passerelle", "identifiants", "sources")
    }


def created_of(harvests: Sequence[Harvest]) -> datetime:
    """The date of a release is that of the newest thing in it, not the clock's.

    Two installations with the same snapshots then make the same bytes.
    """
    return max(
        (found.snapshot.fetched_at for found in harvests if found.snapshot),
        default=datetime(1970, 1, 1, tzinfo=UTC),
    )


def _digest(parts: Iterable[str | Iterable[str]]) -> str:
    """The hash of texts; one may be given piece by piece."""
    digest = hashlib.sha256()
    for at, part in enumerate(parts):
        digest.update(b"\x1e" if at else b"")
        for piece in (part,) if isinstance(part, str) else part:
            digest.update(piece.encode())
    return digest.hexdigest()


def _as_csv(table: pd.DataFrame) -> Iterator[str]:
    """A table as one CSV, some rows at a time: whole, a million places are half a gigabyte."""
    for start in range(0, max(len(table), 1), _ROWS):
        yield table.iloc[start : start + _ROWS].to_csv(index=False, header=start == 0)


def inputs_of(job: Job, harvests: Sequence[Harvest], geocoder: Geocoder) -> str:
    """The hash of everything a release is made from: same inputs, same bytes."""
    reference = geocoder.reference
    departements = departements_of(reference.frame, job.dataset.territory)
    parts = [code_fingerprint(), job.dataset.fingerprint, reference.fingerprint]
    parts.append(geocoder.fingerprint(departements))
    parts += [job.corrections_fingerprint, job.decisions.fingerprint, job.catalogue.url]
    for source, found in zip(job.sources, harvests, strict=True):
        copy = found.snapshot.sha256 if found.snapshot else ""
        parts += [source.id, source.fingerprint, copy, str(found.stale_since)]
    return _digest(parts)


def _content(
    dataset: Dataset,
    assembly: Assembly,
    register: pd.DataFrame,
    found: Indicators,
    licence: str,
    reference: Text,
    url: str,
) -> str:
    """The hash of what reusers get, dates apart: the same content is not published twice."""
    tables = (
        assembly.places.drop(columns=list(DATES_OF_PUBLICATION)),
        assembly.crosswalk,
        register[["lieu_id", "statut", "successeur"]],
        assembly.quarantine,
        assembly.sources.drop(columns="recupere_le"),
        *found.tables().values(),
    )
    about = (dataset.title, dataset.title_en, dataset.description, dataset.description_en,
             dataset.publisher, dataset.contact, dataset.homepage, licence, reference.fr, url,
             *(str(table_schema(name)) for name in (*TABLES, *found.tables())))  # fmt: skip
    return _digest([*about, *FORMATS, *map(_as_csv, tables)])


def compose_release(
    job: Job,
    harvests: Sequence[Harvest],
    assembly: Assembly,
    geocoder: Geocoder,
    inputs: str,
    version: str,
    before: Mapping[str, pd.DataFrame],
    register: pd.DataFrame,
    last: Path | None,
) -> Release:
    """Everything a version says, from its rows and from what the ``last`` release said.

    ``before`` has its tables (:func:`tables_of`), ``register`` its ids.
    """
    dataset, created = job.dataset, created_of(harvests)
    told = Published(assembly.places, assembly.crosswalk, version[:10])
    ids = advance(register, told, job.closes_after)
    difference = changes(
        before["lieux"], assembly.places, DATES_OF_PUBLICATION, before["identifiants"], ids
    )
    places = date_places(assembly.places, before["lieux"], difference, version[:10])
    published = [
        source
        for source, found in zip(job.sources, assembly.sources["etat"], strict=True)
        if found not in ("non_publiee", "absente")
    ]
    licence, why = dataset_licence(published)
    reference = geocoder.reference
    departements = departements_of(reference.frame, dataset.territory)
    vintage = geocoder.vintage(departements)
    report = build_report(
        dataset, version, rfc3339(created), places, assembly, harvests,
        difference, vintage,
    ) | {
        "version_precedente": last.name if last else "",
        "compatibilite": _compatibility(last),
        "standard": shortfall(places),
        "localisation": location_report(
            places, assembly, geocoder.library.held, geocoder.warnings
        ),
    }  # fmt: skip
    found = indicators(places, reference, dataset.territory)
    tables = {
        "lieux": places,
        "passerelle": assembly.crosswalk,
        "identifiants": ids,
        "sources": assembly.sources,
        "quarantaine": assembly.quarantine,
        "changements": difference,
        **found.tables(),
    }
    content = _content(dataset, assembly, ids, found, licence.id, vintage, job.catalogue.url)
    return Release(
        dataset, version, created, licence, why, tables, report, tuple(published), inputs,
        content, vintage, found.outlines, job.catalogue, credits_of(geocoder, departements),
    )  # fmt: skip


def _compatibility(last: Path | None) -> dict[str, Any]:
    """What changed in the form of the tables since the last release."""
    if last is None:
        return {}
    package = read_json(last / "datapackage.json")
    told = [one for one in package.get("resources", ()) if one.get("name") in TABLES]
    schemas = {name: table_schema(name) for name in TABLES}
    return compatibility({**package, "resources": told}, schemas)


def findings_of(
    job: Job,
    release: Release,
    before: Mapping[str, pd.DataFrame],
    assembly: Assembly,
    paths: Paths,
    review: Review,
) -> list[Finding]:
    """What the gate and the persons before say of a release. ``never`` sets aside all but
    integrity."""
    errors = {
        name: release_errors(table, table_schema(name)) for name, table in release.tables.items()
    }
    found = judge(
        job.dataset.gate,
        Tables(*(release.tables[name] for name in ("lieux", "passerelle", "sources"))),
        Tables(*(before[name] for name in ("lieux", "passerelle", "sources"))),
        errors,
        tolerances=job.decisions.tolerances,
        day=release.day,
        pairs_to_review=len(assembly.pairs),
    )
    found += schema_findings(release.report["compatibilite"])
    found += suspended_findings(assembly.suspended, assembly.contradicted)
    if review == "never":
        return [one for one in found if one.severity == "warning" or not one.gate]
    found = decided_findings(
        found, release.content, job.decisions.releases, _withdrawn_contents(job.dataset.id, paths)
    )
    if review == "always" and not any(one.severity == "blocker" for one in found):
        asked = Text("une relecture est demandée", "a review is asked for")
        found = [Finding(ASKED, "blocker", asked), *found]
    return found


def _withdrawn_contents(dataset: str, paths: Paths) -> dict[str, tuple[str, str]]:
    """Content -> version and reason, of the releases taken back."""
    return {
        store.recorded(paths.releases(dataset) / version, "content"): (version, reason)
        for version, reason in store.withdrawn(paths, dataset).items()
    }


def difference_of(
    job: Job,
    release: Release,
    before: Mapping[str, pd.DataFrame],
    findings: Sequence[Finding],
    assembly: Assembly,
    last: Path | None,
) -> dict[str, Any]:
    """What a release changes for readers and stewards, as its page and its preview show it."""
    return difference(
        job.dataset, release.version, last.name if last else "", rfc3339(release.created),
        before, release.tables, findings,
        pairs=assembly.pairs, pairs_file="paires.csv",
        compatibility=release.report["compatibilite"],
    )  # fmt: skip
