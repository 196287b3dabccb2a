"""A source TOML drafted from a file: live rules, candidates as comments, two examples.

The draft is run before it is shown: its examples are two real rows with what the pipeline
makes of them, without what speaks of persons, and its summary counts what it accepted.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from opendata.errors import FetchError, UsageError
from opendata.harvest import Harvest, harvest_file, harvest_table
from opendata.model import DEFAULT_CLOSING_DAYS, Contract, Fetch, Source
from opendata.onboard import closed_lists
from opendata.onboard.closed_lists import Unknown
from opendata.onboard.draft_text import Parts
from opendata.onboard.examples import examples
from opendata.onboard.guess import guess
from opendata.onboard.profile import Profile, profile_file, spread
from opendata.onboard.promise import territory
from opendata.onboard.proposal import Candidate, Guess
from opendata.paths import Paths
from opendata.read import read

#: Candidates shown for one field.
_MOST_CANDIDATES = 3
#: A column emptier than this is no candidate.
_LEAST_FILLED = 0.01
#: Columns named when none of them looks like a name.
_MOST_LISTED = 12


@dataclass(frozen=True)
class Draft:
    """A drafted source: ``text`` is its TOML, ``source`` the same once loaded."""

    text: str
    source: Source
    harvest: Harvest
    guess: Guess
    candidates: tuple[Candidate, ...]
    unknown: tuple[Unknown, ...]

    @property
    def mapped(self) -> int:
        """How many columns of the file a live rule reads."""
        return len(self.guess.profile.columns) - len(self.guess.unused())


def download(url: str, source_id: str, paths: Paths) -> Path:
    """The file at ``url`` as the first copy of the source to be. Raises FetchError."""
    from opendata.fetch import fetch

    outcome = fetch(_blank(source_id, url), paths)
    if outcome.error_fr or not outcome.snapshots:
        raise FetchError("telechargement", fr=outcome.error_fr, en=outcome.error_en)
    return outcome.snapshots[0].path


def _blank(source_id: str, url: str) -> Source:
    return Source(
        id=source_id, title=source_id, publisher="", homepage="", licence="", attribution="",
        territory="france", verified=False, fetch=Fetch(url=url), contract=Contract(), mapping={},
        placeholders=(), coordinates={}, own_fields=(), examples=(), path=Path(), fingerprint="",
        closes_after_days=DEFAULT_CLOSING_DAYS,
    )  # fmt: skip


def draft(path: Path, source_id: str, *, url: str = "", rows: int = 0) -> Draft:
    """Profile ``path`` and draft the source ``source_id`` (``url``: where the file is from).

    ``rows`` bounds how many rows, spread over the file, the draft is run on (0: all of
    them); the text promises what the whole file holds all the same. Raises ReadError when
    the file is no table, UsageError when nothing in it looks like the name of a place.
    """
    profile = profile_file(path)
    found = guess(profile)
    unknown = closed_lists.add(found)
    if "nom" not in found.mapping:
        raise _no_name(profile)
    candidates = worth_a_comment(found)
    parts = Parts(source_id, url, found, candidates, unknown, territory(found))
    source = _load(parts.text(()), source_id)
    harvested = _tried(source, path, rows)
    text = parts.text(examples(source, harvested.table, profile))
    return Draft(text, _load(text, source_id), harvested, found, candidates, tuple(unknown))


def _tried(source: Source, path: Path, rows: int) -> Harvest:
    """The harvest of the file, or of some of its rows."""
    if not rows:
        return harvest_file(source, path)
    table, _, kind = read(path, source.fetch, source=source.id)
    # The file holds what the contract asks for; a part of it need not.
    unbound = replace(source, contract=replace(source.contract, min_rows=0))
    return replace(harvest_table(unbound, spread(table, rows)), format=kind)


def _no_name(profile: Profile) -> UsageError:
    names = [column.name for column in profile.columns]
    listed = ", ".join(names[:_MOST_LISTED]) + ("…" if len(names) > _MOST_LISTED else "")
    file = profile.path.name
    return UsageError(
        "nom_introuvable",
        fr=f"Aucune colonne de {file} ne ressemble au nom d'un lieu (colonnes lues : "
        f"{listed}) : vérifiez le fichier, ou écrivez la source à la main (docs/mapping.md).",
        en=f"No column of {file} looks like the name of a place (columns read: "
        f"{listed}): check the file, or write the source by hand (docs/mapping.md).",
    )


def _load(text: str, source_id: str) -> Source:
    """The source that a text is, read the way the catalogue reads it."""
    from opendata.catalog import load_source

    with tempfile.TemporaryDirectory() as folder:
        catalog = Path(folder)
        (catalog / "sources").mkdir()
        (catalog / "sources" / f"{source_id}.toml").write_text(text, encoding="utf-8")
        return load_source(source_id, Paths(home=catalog, catalog=catalog, mirror=None))


def worth_a_comment(found: Guess) -> tuple[Candidate, ...]:
    """The candidates worth a comment: columns no live rule reads, the fullest first."""
    unused = {column.name for column in found.unused()}
    worth = [
        candidate
        for candidate in found.candidates
        if candidate.column.name in unused and candidate.column.filled >= _LEAST_FILLED
    ]
    # The fullest first, so that they are the ones kept.
    worth.sort(key=lambda candidate: -candidate.share * candidate.column.filled)
    kept: list[Candidate] = []
    for candidate in worth:
        same = [other for other in kept if other.field == candidate.field]
        known = any(other.column is candidate.column for other in same)
        if len(same) < _MOST_CANDIDATES and not known:
            kept.append(candidate)
    return tuple(kept)
