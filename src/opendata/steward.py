"""What a person does with a release: publish it, have it wait, drop it, take it back.

Each decision is written in ``catalog/decisions/<dataset>.toml`` with its reason, its author and
the fingerprint of the content it is about: the same content is met by the same decision. It is
written before anything moves, and what then moves, moves at once; :func:`settle` finishes what a
kill left between the two.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from opendata.catalog import append_release, load_dataset, load_decisions
from opendata.errors import CatalogError, UsageError
from opendata.feeds import FEED
from opendata.files import rfc3339
from opendata.language import Text
from opendata.model import ASKED, INTEGRITY, Finding, ReleaseDecision
from opendata.pages import write_pages
from opendata.paths import Paths
from opendata.release import store
from opendata.release.decided import decided_findings
from opendata.release.lock import publication_lock
from opendata.site import render_difference

Action = Literal["held", "dropped", "published", "withdrawn"]


@dataclass(frozen=True)
class Decided:
    """The version a decision is about, or that readers now get; ``unrecorded`` says why the
    decision could not be written in the catalogue (None: it was)."""

    version: str
    unrecorded: Text | None = None


def settle(dataset_id: str, paths: Paths) -> bool:
    """Bring a dataset to the state its last decision meant. Call it with its lock held.

    Whether what readers get had been left half changed: a promotion or a rollback was killed.
    """
    before = store.latest(paths, dataset_id)
    store.recover(paths, dataset_id)
    unfinished = store.latest(paths, dataset_id) != before or _pages_are_late(dataset_id, paths)
    if unfinished:
        write_pages(load_dataset(dataset_id, paths), paths)
    staged = store.staged_release(paths, dataset_id)
    if staged is None or _was_dropped(dataset_id, staged, paths):
        store.discard(paths, dataset_id)
    return unfinished


def _pages_are_late(dataset_id: str, paths: Paths) -> bool:
    """Whether a release came or went after the pages were written, as the disk dates them."""
    changed = [path.lstat().st_mtime_ns for path in (paths.latest(dataset_id),
               paths.releases(dataset_id)) if os.path.lexists(path)]  # fmt: skip
    pages = [folder / name for folder in (paths.dataset(dataset_id), paths.published)
             for name in ("index.html", FEED)]  # fmt: skip
    written = [page.stat().st_mtime_ns if page.is_file() else 0 for page in pages]
    return bool(changed) and min(written) < max(changed)


def _was_dropped(dataset_id: str, staged: store.Staged, paths: Paths) -> bool:
    """Whether a person dropped what waits after it was staged: it did not hear of it then."""
    try:
        decisions = load_decisions(dataset_id, paths).releases
    except CatalogError:
        # Told where a decision is asked for; a release is taken back in spite of it.
        return False
    heard = decided_findings([], staged.content, decisions, {})
    return any(
        one.code == "contenu_dropped" and one.as_json() not in staged.findings for one in heard
    )


def publish_staged(
    dataset_id: str,
    version: str | None,
    paths: Paths,
    *,
    seal: str = "",
    reason: str = "",
    author: str = "",
) -> Decided:
    """Promote the release that waits, exactly as it was reviewed.

    ``seal`` is what the preview showed: when it is given and the release that waits is another,
    UsageError. A release that the gate stopped goes out with ``reason`` and ``author`` on record.
    """
    dataset = load_dataset(dataset_id, paths)
    with _waiting(dataset_id, version, seal, paths) as staged:
        _refuse_broken(dataset_id, staged)
        if _stopped(staged):
            _require_reason(reason)
        unrecorded = _record(
            dataset_id, "published", staged.version, staged.content,
            reason or "relu et publié", author, paths,
        )  # fmt: skip
        store.promote(paths, dataset_id, staged.version)
        store.retire(paths, dataset_id, dataset.retention)
        write_pages(dataset, paths)
    return Decided(staged.version, unrecorded)


@contextmanager
def _waiting(
    dataset_id: str, version: str | None, seal: str, paths: Paths
) -> Iterator[store.Staged]:
    """The release that waits, settled and locked: the one that was looked at, or UsageError."""
    with publication_lock(dataset_id, paths):
        settle(dataset_id, paths)
        yield _require_staged(dataset_id, version, paths, seal)


def _stopped(staged: store.Staged) -> bool:
    """Whether something else holds it than the wish to look at it."""
    codes = (one.get("code") for one in staged.findings if one.get("severity") == "blocker")
    return any(code != ASKED for code in codes)


def _refuse_broken(dataset_id: str, staged: store.Staged) -> None:
    """Integrity is nobody's to let through: files that break their schema, ids given twice."""
    broken = [
        one for one in staged.findings
        if one.get("severity") == "blocker" and one.get("code") in INTEGRITY
    ]  # fmt: skip
    if broken:
        raise UsageError(
            "version_non_conforme",
            fr=f"{dataset_id} {staged.version} ne peut pas être publiée : {broken[0]['fr']} ; "
            "corrigez la cause et relancez « opendata preview ».",
            en=f"{dataset_id} {staged.version} cannot be published: {broken[0]['en']}; correct "
            "the cause and run “opendata preview” again.",
        )


def hold_staged(
    dataset_id: str,
    reason: str,
    paths: Paths,
    *,
    author: str = "",
    version: str | None = None,
    seal: str = "",
) -> Decided:
    """Have the release that waits wait on, with a person's reason: it outlives the next runs.

    ``version`` and ``seal``, where given, are what was looked at: UsageError for another.
    """
    load_dataset(dataset_id, paths)
    _require_reason(reason)
    with _waiting(dataset_id, version, seal, paths) as staged:
        unrecorded = _record(
            dataset_id, "held", staged.version, staged.content, reason, author, paths
        )
        text = Text(f"mis en attente par {author} : {reason}", f"held by {author}: {reason}")
        added = Finding("contenu_held", "blocker", text).as_json()
        others = [one for one in staged.findings if one.get("code") != added["code"]]
        found: dict[str, Any] = {**staged.difference, "findings": [added, *others]}
        store.rewrite(paths, dataset_id, staged.version, found, render_difference(found))
    return Decided(staged.version, unrecorded)


def drop_staged(
    dataset_id: str,
    reason: str,
    paths: Paths,
    *,
    author: str = "",
    version: str | None = None,
    seal: str = "",
) -> Decided:
    """Throw away the release that waits; the same content will be held again, with the reason.

    ``version`` and ``seal``, where given, are what was looked at: UsageError for another.
    """
    load_dataset(dataset_id, paths)
    _require_reason(reason)
    with _waiting(dataset_id, version, seal, paths) as staged:
        unrecorded = _record(
            dataset_id, "dropped", staged.version, staged.content, reason, author, paths
        )
        store.discard(paths, dataset_id)
    return Decided(staged.version, unrecorded)


def take_back(
    dataset_id: str, version: str | None, reason: str, paths: Paths, *, author: str = ""
) -> Decided:
    """Point ``latest`` to an earlier release; what is newer is marked as withdrawn.

    Readers come first: the catalogue is written last, and a catalogue that cannot be written
    does not stop a bad release from being taken back. Asked again after a kill, it finishes what
    was begun: it does not go back one release more.
    """
    dataset = load_dataset(dataset_id, paths)
    _require_reason(reason)
    with publication_lock(dataset_id, paths):
        unfinished = settle(dataset_id, paths)
        current = store.latest(paths, dataset_id)
        gone = _newer_withdrawn(dataset_id, current.name, paths) if unfinished and current else []
        if current is not None and gone and version in (None, current.name):
            target = current.name
        else:
            about = {"raison": reason, "retiree_le": rfc3339(datetime.now(UTC)), "par": author}
            target, gone = store.rollback(paths, dataset_id, version, about)
        unrecorded = None
        told = store.withdrawals(paths, dataset_id)
        for name in gone:
            content = store.recorded(paths.releases(dataset_id) / name, "content")
            problem = _record(
                dataset_id, "withdrawn", name, content, told[name]["raison"], told[name]["par"],
                paths,
            )  # fmt: skip
            unrecorded = unrecorded or problem
        write_pages(dataset, paths)
    return Decided(target, unrecorded)


def _newer_withdrawn(dataset: str, version: str, paths: Paths) -> list[str]:
    """The releases on disk that were taken back and are newer than ``version``."""
    gone, newest = store.withdrawn(paths, dataset), store.version_key(version)
    return [
        name for name in store.versions(paths, dataset)
        if name in gone and store.version_key(name) > newest
    ]  # fmt: skip


def _record(
    dataset: str, action: Action, version: str, content: str, reason: str, author: str, paths: Paths
) -> Text | None:
    """Write a decision down; the sentence of what prevented it, if anything did.

    Not a second time, when it is the last about this content already (asked again after a kill).
    """
    today = datetime.now(UTC).date().isoformat()
    entry = ReleaseDecision(action, version, content, reason, author or "inconnu", today)
    try:
        about = [one for one in load_decisions(dataset, paths).releases if one.content == content]
        if not about or replace(about[-1], date=today) != entry:
            append_release(dataset, entry, paths)
    except UsageError as problem:
        return Text(problem.fr, problem.en)
    return None


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError(
            "raison_absente",
            fr="La raison manque : dites en quelques mots pourquoi (--reason), elle est consignée.",
            en="The reason is missing: say why in a few words (--reason), it is put on record.",
        )


def _require_staged(dataset: str, version: str | None, paths: Paths, seal: str) -> store.Staged:
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
    if seal and seal != staged.seal:
        raise UsageError(
            "version_changee",
            fr=f"{dataset} {staged.version} a changé depuis votre relecture (empreinte "
            f"{staged.seal}, relue : {seal}) : relisez-la avec « opendata preview {dataset} "
            "--no-fetch ».",
            en=f"{dataset} {staged.version} has changed since you reviewed it (seal {staged.seal}, "
            f"reviewed: {seal}): look at it again with “opendata preview {dataset} --no-fetch”.",
        )
    return staged
