"""The whole job, in order, without an orchestrator.

    per source    fetch ─► snapshot ─► read ─► contract ─► map ─► normalise ─► check
    per dataset   locate ─► territory ─► ids ─► merge ─► diff ─► gate ─► stage ─► promote

The flows call :func:`prepare`, then :func:`fetch_source` for each source, and
:func:`publish`; :func:`run` is the three in a row. What happens between a snapshot and its
checked rows is ``opendata.harvest``: stored, so asked twice it is read.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
)
from opendata.corrections import correct
from opendata.errors import BusyError, CatalogError, UsageError
from opendata.fetch import fetch, last_copy
from opendata.files import read_json, rfc3339
from opendata.geocode.communes import load_reference
from opendata.geocode.geocoder import Geocoder, load_geocoder, service_of
from opendata.harvest import Harvest, Stopwatch, code_fingerprint, harvest
from opendata.identity.registry import load_registry
from opendata.indicators import Indicators, indicators
from opendata.language import Text
from opendata.ledger import as_ledger
from opendata.licences import dataset_licence, is_share_alike
from opendata.location_report import location_report
from opendata.model import Correction, Dataset, FetchOutcome, Gate, Release, Source
from opendata.pages import write_pages
from opendata.paths import Paths
from opendata.publish.standard import shortfall
from opendata.release import store
from opendata.release.diff import changes, date_places
from opendata.release.gate import blockers
from opendata.report import build_report
from opendata.schema import table_schema
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


@dataclass(frozen=True)
class Outcome:
    """How a run ended. ``report`` is rapport.json's content of the release it is about."""

    dataset: str
    status: Status
    version: str
    report: Mapping[str, Any]
    reasons: tuple[Text, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The result as plain values, for ``--json``."""
        reasons = [reason._asdict() for reason in self.reasons]
        return {**asdict(self), "reasons": reasons, "report": dict(self.report)}


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
    return Job(dataset, tuple(kept), tuple(left_out), to_fetch, corrections, fingerprint)


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


@contextmanager
def publication_lock(dataset: str, paths: Paths) -> Iterator[None]:
    """Only one publication of a dataset at a time, whoever starts it.

    The lock is the kernel's: it goes with the process that holds it, killed or not.
    """
    from filelock import FileLock, Timeout

    path = paths.lock(dataset)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as problem:
        raise BusyError(
            "publication_en_cours",
            fr=f"Une publication de « {dataset} » est déjà en cours : attendez sa fin.",
            en=f"A publication of “{dataset}” is already under way: wait until it ends.",
        ) from problem
    try:
        yield
    finally:
        lock.release()


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
    if last is not None and not force and _recorded(last, "inputs") == inputs:
        return _unchanged(dataset, last, paths, clock)
    corrected = clock("corrections", lambda: correct(job.sources, harvests, job.corrections))
    registry = load_registry(paths.registry(dataset.id), _release_folders(paths, dataset.id))
    assembly = clock(
        "assemblage", lambda: assemble(dataset, job.sources, corrected, geocoder, registry)
    )
    if not geocoder.complete:
        # What a service could not be asked today is asked again tomorrow, changed or not.
        inputs = f"incomplet:{inputs}"
    before = _tables(last, assembly)
    version = store.next_version(paths, dataset.id, f"{_created(harvests):%Y-%m-%d}")
    release = clock(
        "comparaison",
        lambda: _build(job, harvests, assembly, geocoder, inputs, version, before["lieux"]),
    )
    if last is not None and not force and _recorded(last, "content") == release.content:
        return _unchanged(dataset, last, paths, clock)
    reasons = clock("controle", lambda: _reasons_to_hold(release, before, paths, review))
    clock("fichiers", lambda: store.stage(release, paths))
    _keep_ledger(paths, release, assembly)
    if reasons:
        said = {"fr": [one.fr for one in reasons], "en": [one.en for one in reasons]}
        store.hold(paths, dataset.id, release.version, said)
        return Outcome(
            dataset.id, "held", release.version, release.report, tuple(reasons), clock.seconds
        )
    clock("promotion", lambda: store.promote(paths, dataset.id, release.version))
    clock("pages", lambda: write_pages(dataset, paths))
    return Outcome(dataset.id, "published", release.version, release.report, (), clock.seconds)


def _keep_ledger(paths: Paths, release: Release, assembly: Assembly) -> None:
    """Beside the release's state, for ``opendata why``: it names values no file publishes."""
    path = paths.release_ledger(release.dataset.id, release.version)
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_suffix(".tmp")
    as_ledger(assembly.issues).to_parquet(building)
    building.replace(path)


def _tables(last: Path | None, assembly: Assembly) -> dict[str, pd.DataFrame]:
    """What the last release said, to compare with; empty tables before the first one."""
    return {
        "lieux": store.read_table(last, "lieux", tuple(assembly.places.columns)),
        "sources": store.read_table(last, "sources", tuple(assembly.sources.columns)),
    }


def _created(harvests: Sequence[Harvest]) -> datetime:
    """The date of a release is that of the newest thing in it, not the clock's.

    Two installations with the same snapshots then make the same bytes.
    """
    return max(
        (found.snapshot.fetched_at for found in harvests if found.snapshot),
        default=datetime(1970, 1, 1, tzinfo=UTC),
    )


def _release_folders(paths: Paths, dataset: str) -> list[Path]:
    return [paths.releases(dataset) / version for version in store.versions(paths, dataset)]


def _recorded(folder: Path, name: str) -> str:
    return str(read_json(folder / "datapackage.json").get("opendata", {}).get(name, ""))


def _unchanged(dataset: Dataset, last: Path, paths: Paths, clock: Stopwatch) -> Outcome:
    # What still waits was made from copies that no longer hold: nobody may publish it now.
    store.discard(paths, dataset.id)
    # The pages may be older than the release when the last run was killed after promoting.
    clock("pages", lambda: write_pages(dataset, paths))
    report = read_json(last / "rapport.json")
    return Outcome(dataset.id, "unchanged", last.name, report, (), clock.seconds)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def _inputs(job: Job, harvests: Sequence[Harvest], geocoder: Geocoder) -> str:
    """The hash of everything a release is made from: same inputs, same bytes."""
    reference = geocoder.reference
    departements = departements_of(reference.frame, job.dataset.territory)
    parts = [code_fingerprint(), job.dataset.fingerprint, reference.fingerprint]
    parts.append(geocoder.fingerprint(departements))
    parts.append(job.corrections_fingerprint)
    for source, found in zip(job.sources, harvests, strict=True):
        copy = found.snapshot.sha256 if found.snapshot else ""
        parts += [source.id, source.fingerprint, copy, str(found.stale_since)]
    return _digest(parts)


def _content(
    dataset: Dataset, assembly: Assembly, found: Indicators, licence: str, reference: Text
) -> str:
    """The hash of what reusers get, dates apart: the same content is not published twice."""
    tables = (
        assembly.places.drop(columns=list(DATES_OF_PUBLICATION)),
        assembly.crosswalk,
        assembly.quarantine,
        assembly.sources.drop(columns="recupere_le"),
        *found.tables().values(),
    )
    about = (dataset.title, dataset.title_en, dataset.description, dataset.description_en,
             dataset.publisher, dataset.contact, dataset.homepage, licence, reference.fr,
             *(str(table_schema(name)) for name in ("lieux", *found.tables())))  # fmt: skip
    return _digest([*about, *(table.to_csv(index=False) for table in tables)])


def _build(
    job: Job,
    harvests: Sequence[Harvest],
    assembly: Assembly,
    geocoder: Geocoder,
    inputs: str,
    version: str,
    before: pd.DataFrame,
) -> Release:
    dataset, created = job.dataset, _created(harvests)
    difference = changes(before, assembly.places, DATES_OF_PUBLICATION)
    places = date_places(assembly.places, before, difference, version[:10])
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
        "standard": shortfall(places),
        "localisation": location_report(
            places, assembly, geocoder.library.held, geocoder.warnings
        ),
    }  # fmt: skip
    found = indicators(places, reference, dataset.territory)
    tables = {
        "lieux": places,
        "passerelle": assembly.crosswalk,
        "sources": assembly.sources,
        "quarantaine": assembly.quarantine,
        "changements": difference,
        **found.tables(),
    }
    content = _content(dataset, assembly, found, licence.id, vintage)
    return Release(
        dataset, version, created, licence, why, tables, report, tuple(published), inputs,
        content, vintage, found.outlines,
    )  # fmt: skip


def _reasons_to_hold(
    release: Release, before: Mapping[str, pd.DataFrame], paths: Paths, review: Review
) -> list[Text]:
    """Why the release must wait. ``never`` sets tolerances aside, not integrity."""
    from opendata.check import release_errors

    dataset = release.dataset
    errors = {
        name: release_errors(table, table_schema(name)) for name, table in release.tables.items()
    }
    tables = (release.tables["lieux"], release.tables["sources"])
    if review == "never":
        anything = Gate(max_loss_pct=100, min_places=0, min_located_pct=0)
        nothing = before["lieux"].iloc[:0]
        return blockers(anything, *tables, nothing, before["sources"], errors)
    found = blockers(dataset.gate, *tables, before["lieux"], before["sources"], errors)
    found += _already_withdrawn(release, paths)
    if review == "always":
        found.append(Text("une relecture est demandée", "a review is asked for"))
    return found


def _already_withdrawn(release: Release, paths: Paths) -> list[Text]:
    """A content that a steward took back must not come back by itself the next night."""
    dataset = release.dataset.id
    return [
        Text(
            f"ce contenu est celui de la version {version}, retirée ({reason})",
            f"this is the content of version {version}, which was withdrawn ({reason})",
        )
        for version, reason in store.withdrawn(paths, dataset).items()
        if _recorded(paths.releases(dataset) / version, "content") == release.content
    ]


def publish_staged(dataset_id: str, version: str | None, paths: Paths) -> str:
    """Promote the release that waits, exactly as it was reviewed; return its version."""
    dataset = load_dataset(dataset_id, paths)
    with publication_lock(dataset_id, paths):
        staged = _require_staged(dataset_id, version, paths)
        store.promote(paths, dataset_id, staged.version)
        write_pages(dataset, paths)
    return staged.version


def hold_staged(dataset_id: str, reason: str, paths: Paths) -> str:
    """Add a person's reason to the release that waits; return its version."""
    load_dataset(dataset_id, paths)
    with publication_lock(dataset_id, paths):
        staged = _require_staged(dataset_id, None, paths)
        said = {"fr": [*staged.reasons_fr, reason], "en": [*staged.reasons_en, reason]}
        store.hold(paths, dataset_id, staged.version, said)
    return staged.version


def take_back(dataset_id: str, version: str | None, reason: str, paths: Paths) -> str:
    """Point ``latest`` to an earlier release; return the version readers now get."""
    dataset = load_dataset(dataset_id, paths)
    with publication_lock(dataset_id, paths):
        store.recover(paths, dataset_id)
        target = store.rollback(paths, dataset_id, version, reason)
        write_pages(dataset, paths)
    return target


def _require_staged(dataset: str, version: str | None, paths: Paths) -> store.Staged:
    staged = store.staged_release(paths, dataset)
    if staged is None or (version is not None and version != staged.version):
        there_fr = (
            f"la version qui attend est {staged.version}" if staged else ("aucune version n'attend")
        )
        there_en = f"the version that waits is {staged.version}" if staged else "no version waits"
        raise UsageError(
            "version_absente",
            fr=f"{dataset} : {there_fr} ; préparez-en une avec « opendata preview {dataset} ».",
            en=f"{dataset}: {there_en}; prepare one with “opendata preview {dataset}”.",
        )
    return staged
