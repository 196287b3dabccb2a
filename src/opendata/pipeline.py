"""The whole job, in order, without an orchestrator.

    per source    fetch ─► snapshot ─► read ─► contract ─► map ─► normalise ─► check
    per dataset   locate ─► territory ─► ids ─► merge ─► diff ─► gate ─► stage ─► promote

What a person then does with a release that waits is ``opendata.steward``. The flows call
:func:`prepare`, then :func:`fetch_source` for each source, and
:func:`publish`; :func:`run` is the three in a row. What happens between a snapshot and its
checked rows is ``opendata.harvest``: stored, so asked twice it is read.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from opendata.assemble import DATES_OF_PUBLICATION, Assembly, assemble
from opendata.catalog import (
    check_settings,
    load_corrections,
    load_dataset,
    load_dataset_sources,
    load_decisions,
)
from opendata.corrections import correct
from opendata.errors import CatalogError, UsageError
from opendata.fetch import fetch, last_copy
from opendata.files import read_json, rfc3339, write_text
from opendata.geocode.communes import load_reference
from opendata.geocode.geocoder import Geocoder, load_geocoder, service_of
from opendata.harvest import Harvest, Stopwatch, code_fingerprint, harvest
from opendata.identity.registry import Published, advance, register_of
from opendata.indicators import Indicators, indicators
from opendata.language import Text
from opendata.ledger import as_ledger
from opendata.licences import dataset_licence, is_share_alike
from opendata.location_report import location_report
from opendata.model import (
    Correction,
    Dataset,
    Decisions,
    FetchOutcome,
    Finding,
    Release,
    Source,
)
from opendata.pages import write_pages
from opendata.paths import Paths
from opendata.publish.standard import shortfall
from opendata.release import store
from opendata.release.compatibility import compatibility, schema_findings
from opendata.release.decided import decided_findings, suspended_findings
from opendata.release.diff import changes, date_places
from opendata.release.difference import difference
from opendata.release.gate import Tables, judge
from opendata.release.lock import publication_lock
from opendata.report import build_report
from opendata.schema import table_schema
from opendata.site import render_difference
from opendata.tables import count_rows
from opendata.territory import departements_of

Review = Literal["auto", "always", "never"]
Status = Literal["published", "unchanged", "held"]


@dataclass(frozen=True)
class Job:
    """A dataset and the sources that take part in it, best ranked first.

    ``left_out`` are the share-alike sources the steward has not turned on.
    """

    dataset: Dataset
    sources: tuple[Source, ...]
    left_out: tuple[Source, ...]
    to_fetch: frozenset[str]
    corrections: tuple[Correction, ...] = ()
    corrections_fingerprint: str = ""
    decisions: Decisions = field(default_factory=Decisions)


@dataclass(frozen=True)
class Outcome:
    """How a run ended. ``report`` is rapport.json's content of the release it is about.

    ``reasons`` say why it is held; ``warnings`` what goes out with it. ``difference`` is what it
    changes, ``seal`` the short hash of its files (of a release that waits), ``pairs`` how many
    pairs of rows a person should judge.
    """

    dataset: str
    status: Status
    version: str
    report: Mapping[str, Any]
    reasons: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()
    difference: Mapping[str, Any] = field(default_factory=dict)
    seal: str = ""
    pairs: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The result as plain values, for ``--json``."""
        said = {
            name: [one._asdict() for one in getattr(self, name)] for name in ("reasons", "warnings")
        }
        return {**asdict(self), **said, "report": dict(self.report)}


def prepare(
    dataset_id: str, paths: Paths, *, only: Iterable[str] = (), fetching: bool = True
) -> Job:
    """Read and check the catalogue; nothing is fetched before this has passed.

    ``only`` names the sources to fetch (default: all); the others use their last copy.
    Raises CatalogError, or UsageError for a source the dataset does not have.
    """
    check_settings(paths)
    dataset = load_dataset(dataset_id, paths)
    _check_territory(dataset, paths)
    everything = load_dataset_sources(dataset, paths)
    kept = [one for one in everything if dataset.share_alike or not is_share_alike(one)]
    left_out = [one for one in everything if one not in kept]
    wanted = frozenset(only)
    for name in sorted(wanted - {source.id for source in kept}):
        listed = ", ".join(source.id for source in kept)
        raise UsageError(
            "source_etrangere",
            fr=f"La source « {name} » n'est pas du jeu de données « {dataset_id} » ; "
            f"ses sources : {listed}.",
            en=f"The source “{name}” is not one of the dataset “{dataset_id}”; "
            f"its sources: {listed}.",
        )
    names = wanted or frozenset(source.id for source in kept)
    corrections, fingerprint = load_corrections(dataset_id, dataset.sources, paths)
    to_fetch = names if fetching else frozenset()
    decisions = load_decisions(dataset_id, paths)
    return Job(dataset, tuple(kept), tuple(left_out), to_fetch, corrections, fingerprint, decisions)


def _check_territory(dataset: Dataset, paths: Paths) -> None:
    communes = load_reference(paths).frame
    for territory in dataset.territory:
        if not departements_of(communes, [territory]):
            raise CatalogError(
                "territoire_inconnu",
                fr=f"{dataset.path.name} : « territory » vaut « {territory} », qui ne contient "
                "aucune commune : corrigez le code (exemple : region:24).",
                en=f"{dataset.path.name}: “territory” is “{territory}”, which holds no commune: "
                "correct the code (for example region:24).",
            )


def fetch_source(source: Source, job: Job, paths: Paths) -> FetchOutcome:
    """Today's copy of a source, or its last good one with the reason."""
    return fetch(source, paths) if source.id in job.to_fetch else last_copy(source, paths)


def run(
    dataset_id: str,
    paths: Paths,
    *,
    only: Iterable[str] = (),
    fetching: bool = True,
    review: Review = "auto",
    force: bool = False,
) -> Outcome:
    """The whole job in this process."""
    job = prepare(dataset_id, paths, only=only, fetching=fetching)
    outcomes = [fetch_source(source, job, paths) for source in job.sources]
    return publish(job, outcomes, paths, review=review, force=force)


def publish(
    job: Job,
    outcomes: Sequence[FetchOutcome],
    paths: Paths,
    *,
    review: Review = "auto",
    force: bool = False,
) -> Outcome:
    """From the fetched sources to a promoted release, or a reason why there is none."""
    with publication_lock(job.dataset.id, paths):
        return _publish(job, outcomes, paths, review, force)


def _publish(
    job: Job, outcomes: Sequence[FetchOutcome], paths: Paths, review: Review, force: bool
) -> Outcome:
    clock = Stopwatch()
    dataset = job.dataset
    store.recover(paths, dataset.id)
    harvests = clock(
        "moisson",
        lambda: [
            harvest(source, outcome, paths)
            for source, outcome in zip(job.sources, outcomes, strict=True)
        ],
    )
    geocoder = clock("referentiel", lambda: load_geocoder(paths, service_of(dataset)))
    inputs = _inputs(job, harvests, geocoder)
    last = store.latest(paths, dataset.id)
    if last is not None and not force and store.recorded(last, "inputs") == inputs:
        return _unchanged(dataset, last, paths, clock)
    corrected = clock("corrections", lambda: correct(job.sources, harvests, job.corrections))
    before = _tables(last)
    register = _register(job, paths)
    assembly = clock(
        "assemblage",
        lambda: assemble(
            dataset, job.sources, corrected, geocoder, register, before, job.decisions.pairs
        ),
    )
    if not geocoder.complete:
        # What a service could not be asked today is asked again tomorrow, changed or not.
        inputs = f"incomplet:{inputs}"
    version = store.next_version(paths, dataset.id, f"{_created(harvests):%Y-%m-%d}")
    release = clock(
        "comparaison",
        lambda: _build(job, harvests, assembly, geocoder, inputs, version, before, register, last),
    )
    _keep_pairs(paths, dataset.id, assembly.pairs)
    if last is not None and not force and store.recorded(last, "content") == release.content:
        return _unchanged(dataset, last, paths, clock, len(assembly.pairs))
    findings = clock("controle", lambda: _findings(job, release, before, assembly, paths, review))
    found = clock("difference", lambda: _difference(job, release, before, findings, assembly, last))
    page = render_difference(found)
    clock("fichiers", lambda: store.stage(release, paths, found, page))
    _keep_ledger(paths, release, assembly)
    blockers = tuple(one.text for one in findings if one.severity == "blocker")
    warnings = tuple(one.text for one in findings if one.severity == "warning")
    seal = store.seal_of(paths.staged(dataset.id) / version)
    if not blockers:
        clock("promotion", lambda: store.promote(paths, dataset.id, version))
        store.retire(paths, dataset.id, dataset.retention)
    # Held or not: the pages may be older than the release when the last command was killed.
    clock("pages", lambda: write_pages(dataset, paths))
    return Outcome(
        dataset.id, "held" if blockers else "published", version, release.report, blockers,
        warnings, found, seal, len(assembly.pairs), clock.seconds,
    )  # fmt: skip


def _register(job: Job, paths: Paths) -> pd.DataFrame:
    """The register of ids, from the releases: those that stand, and those taken back since."""
    folders = store.standing(paths, job.dataset.id)
    newest = store.version_key(folders[-1].name) if folders else ("", 0)
    taken_back = [
        paths.releases(job.dataset.id) / version
        for version in store.withdrawn(paths, job.dataset.id)
        if store.version_key(version) > newest
    ]
    present = [folder for folder in taken_back if folder.is_dir()]
    return register_of(folders, present, _closes_after(job))


def _closes_after(job: Job) -> dict[str, int]:
    return {source.id: source.closes_after_days for source in job.sources}


def _keep_pairs(paths: Paths, dataset: str, pairs: pd.DataFrame) -> None:
    """The file a steward answers in: decided pairs are no longer in it."""
    write_text(paths.pairs(dataset), pairs.to_csv(index=False, lineterminator="\r\n"))


def _keep_ledger(paths: Paths, release: Release, assembly: Assembly) -> None:
    """Beside the release's state, for ``opendata why``: it names values no file publishes."""
    path = paths.release_ledger(release.dataset.id, release.version)
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_suffix(".tmp")
    as_ledger(assembly.issues).to_parquet(building)
    building.replace(path)


def _tables(last: Path | None) -> dict[str, pd.DataFrame]:
    """What the last release said, to compare with; empty tables before the first one."""
    return {
        name: store.read_table(
            last, name, tuple(field["name"] for field in table_schema(name)["fields"])
        )
        for name in ("lieux", "passerelle", "identifiants", "sources")
    }


def _created(harvests: Sequence[Harvest]) -> datetime:
    """The date of a release is that of the newest thing in it, not the clock's.

    Two installations with the same snapshots then make the same bytes.
    """
    return max(
        (found.snapshot.fetched_at for found in harvests if found.snapshot),
        default=datetime(1970, 1, 1, tzinfo=UTC),
    )


def _unchanged(
    dataset: Dataset, last: Path, paths: Paths, clock: Stopwatch, pairs: int | None = None
) -> Outcome:
    # What still waits was made from copies that no longer hold: nobody may publish it now.
    store.discard(paths, dataset.id)
    # The pages may be older than the release when the last run was killed after promoting.
    clock("pages", lambda: write_pages(dataset, paths))
    report = read_json(last / "rapport.json")
    waiting = count_rows(paths.pairs(dataset.id)) if pairs is None else pairs
    return Outcome(dataset.id, "unchanged", last.name, report, pairs=waiting, seconds=clock.seconds)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def _inputs(job: Job, harvests: Sequence[Harvest], geocoder: Geocoder) -> str:
    """The hash of everything a release is made from: same inputs, same bytes."""
    reference = geocoder.reference
    departements = departements_of(reference.frame, job.dataset.territory)
    parts = [code_fingerprint(), job.dataset.fingerprint, reference.fingerprint]
    parts.append(geocoder.fingerprint(departements))
    parts += [job.corrections_fingerprint, job.decisions.fingerprint]
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
             dataset.publisher, dataset.contact, dataset.homepage, licence, reference.fr,
             *(str(table_schema(name)) for name in (*_TABLES, *found.tables())))  # fmt: skip
    return _digest([*about, *(table.to_csv(index=False) for table in tables)])


def _build(
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
    dataset, created = job.dataset, _created(harvests)
    published_now = Published(_first_dated(assembly, version), assembly.crosswalk, version[:10])
    ids = advance(register, published_now, _closes_after(job))
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
    vintage = geocoder.vintage(departements_of(reference.frame, dataset.territory))
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
    content = _content(dataset, assembly, ids, found, licence.id, vintage)
    return Release(
        dataset, version, created, licence, why, tables, report, tuple(published), inputs,
        content, vintage, found.outlines,
    )  # fmt: skip


def _first_dated(assembly: Assembly, version: str) -> pd.DataFrame:
    first = assembly.places["premiere_publication"]
    return assembly.places.assign(premiere_publication=first.mask(first == "", version[:10]))


#: The tables whose form readers rely on.
_TABLES = ("lieux", "passerelle", "identifiants", "changements", "sources", "quarantaine")


def _compatibility(last: Path | None) -> dict[str, Any]:
    """What changed in the form of the tables since the last release."""
    if last is None:
        return {}
    package = read_json(last / "datapackage.json")
    told = [one for one in package.get("resources", ()) if one.get("name") in _TABLES]
    schemas = {name: table_schema(name) for name in _TABLES}
    return compatibility({**package, "resources": told}, schemas)


def _findings(
    job: Job,
    release: Release,
    before: Mapping[str, pd.DataFrame],
    assembly: Assembly,
    paths: Paths,
    review: Review,
) -> list[Finding]:
    """What the gate and the persons before say of a release. ``never`` sets aside all but
    integrity."""
    from opendata.check import release_errors

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
    found += suspended_findings(assembly.suspended)
    if review == "never":
        return [one for one in found if one.severity == "warning" or not one.gate]
    found = decided_findings(
        found, release.content, job.decisions.releases, _withdrawn_contents(job.dataset.id, paths)
    )
    if review == "always":
        asked = Text("une relecture est demandée", "a review is asked for")
        found = [Finding("relecture_demandee", "blocker", asked), *found]
    return found


def _withdrawn_contents(dataset: str, paths: Paths) -> dict[str, tuple[str, str]]:
    """Content -> version and reason, of the releases taken back."""
    return {
        store.recorded(paths.releases(dataset) / version, "content"): (version, reason)
        for version, reason in store.withdrawn(paths, dataset).items()
    }


def _difference(
    job: Job,
    release: Release,
    before: Mapping[str, pd.DataFrame],
    findings: Sequence[Finding],
    assembly: Assembly,
    last: Path | None,
) -> dict[str, Any]:
    return difference(
        job.dataset, release.version, last.name if last else "", rfc3339(release.created),
        before, release.tables, findings,
        pairs=assembly.pairs, pairs_file="paires.csv",
        compatibility=release.report["compatibilite"],
    )  # fmt: skip
