"""The whole job, in order, without an orchestrator.

    per source    fetch ─► snapshot ─► read ─► contract ─► map ─► normalise ─► check
    per dataset   locate ─► territory ─► ids ─► merge ─► diff ─► gate ─► stage ─► promote

What a person then does with a release that waits is ``opendata.steward``. The flows call
:func:`prepare`, then :func:`fetch_source` for each source, and
:func:`publish`; :func:`run` is the three in a row. What happens between a snapshot and its
checked rows is ``opendata.harvest``: stored, so asked twice it is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from opendata.assemble import Assembly, assemble
from opendata.compose import (
    Review,
    compose_release,
    created_of,
    difference_of,
    findings_of,
    inputs_of,
    tables_of,
)
from opendata.corrections import correct
from opendata.fetch import fetch, last_copy
from opendata.files import read_json, write_text
from opendata.geocode.geocoder import load_geocoder, service_of
from opendata.harvest import Stopwatch, harvest
from opendata.identity.registry import register_of
from opendata.job import Job, prepare
from opendata.language import Text
from opendata.ledger import as_ledger
from opendata.model import (
    Dataset,
    FetchOutcome,
    Release,
    Source,
)
from opendata.pages import write_pages
from opendata.paths import Paths
from opendata.release import store
from opendata.release.lock import publication_lock
from opendata.site import render_difference
from opendata.tables import count_rows

__all__ = ["Job", "Outcome", "Review", "fetch_source", "prepare", "publish", "run"]

Status = Literal["published", "unchanged", "held"]


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
    inputs = inputs_of(job, harvests, geocoder)
    last = store.latest(paths, dataset.id)
    known = last is not None and _kept(paths, dataset.id, last)
    if last is not None and known and not force and store.recorded(last, "inputs") == inputs:
        return _unchanged(dataset, last, paths, clock)
    corrected = clock("corrections", lambda: correct(job.sources, harvests, job.corrections))
    before = tables_of(last)
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
    dropped = [one.version for one in job.decisions.releases if one.action == "dropped"]
    version = store.next_version(paths, dataset.id, f"{created_of(harvests):%Y-%m-%d}", dropped)
    release = clock(
        "comparaison",
        lambda: compose_release(
            job, harvests, assembly, geocoder, inputs, version, before, register, last
        ),
    )
    _keep_pairs(paths, dataset.id, assembly.pairs)
    if last is not None and not force and store.recorded(last, "content") == release.content:
        if not known:
            _keep_ledger(paths, release, assembly, last.name)
        return _unchanged(dataset, last, paths, clock, len(assembly.pairs))
    findings = clock("controle", lambda: findings_of(job, release, before, assembly, paths, review))
    found = clock(
        "difference", lambda: difference_of(job, release, before, findings, assembly, last)
    )
    clock("fichiers", lambda: store.stage(release, paths, found, render_difference))
    _keep_ledger(paths, release, assembly)
    blockers = tuple(one.text for one in findings if one.severity == "blocker")
    warnings = tuple(one.text for one in findings if one.severity == "warning")
    seal = store.seal_of(paths.staged(dataset.id) / version)
    found = found | {"seal": seal}
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
    return register_of(folders, present, job.closes_after)


def _keep_pairs(paths: Paths, dataset: str, pairs: pd.DataFrame) -> None:
    """The file a steward answers in: decided pairs are no longer in it."""
    write_text(paths.pairs(dataset), pairs.to_csv(index=False, lineterminator="\r\n"))


def _kept(paths: Paths, dataset: str, last: Path) -> bool:
    """Whether what a run keeps beside the release is there: the state may have been deleted."""
    return paths.pairs(dataset).is_file() and paths.release_ledger(dataset, last.name).is_file()


def _keep_ledger(
    paths: Paths, release: Release, assembly: Assembly, version: str | None = None
) -> None:
    """Beside the release's state, for ``opendata why``: it names values no file publishes."""
    path = paths.release_ledger(release.dataset.id, version or release.version)
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_suffix(".tmp")
    as_ledger(assembly.issues).to_parquet(building)
    building.replace(path)


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
