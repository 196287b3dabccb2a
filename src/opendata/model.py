"""The words the whole pipeline speaks: frozen types, no I/O.

Tables are pandas DataFrames of text where the empty string means "no value"; their
index is the line (or record number) of the row in its source file. What went wrong in
a table travels beside it as an *issues table* (see :data:`ISSUE_COLUMNS`), one line per
lost, changed or doubtful value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from opendata.language import Text

#: Days after which an absent place is closed, where its source does not say otherwise.
DEFAULT_CLOSING_DAYS = 180

Severity = Literal["info", "warning", "error"]

#: Columns of an issues table. ``row`` is the line in the source file (0 when the issue
#: concerns the whole file), ``value`` the original value, ``published`` what became of
#: it ("" when it was dropped), ``detail`` what the sentence needs beyond that.
ISSUE_COLUMNS = ("source", "row", "field", "code", "value", "published", "detail")


def no_issues() -> pd.DataFrame:
    """An issues table without a line."""
    # Built once: stages ask for it hundreds of times, and a copy costs next to nothing.
    return _empty_issues().copy()


@cache
def _empty_issues() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _issue_types().items()})


def issue_lines(
    rows: Any,
    field: str,
    code: Any,
    *,
    value: Any = "",
    published: Any = "",
    detail: Any = "",
    source: Any = "",
) -> pd.DataFrame:
    """An issues table with one line per entry of ``rows`` (line numbers).

    Every other argument is one text for all lines, or as many texts as there are rows.
    """
    numbers = np.asarray(rows, dtype="int64")
    if not len(numbers):
        return no_issues()
    given = {"source": source, "row": numbers, "field": field, "code": code, "value": value}
    given |= {"published": published, "detail": detail}
    # Arrays without labels: columns are put side by side, never matched by them.
    columns = {
        name: cells
        if isinstance(cells, str)
        else cells.array
        if isinstance(cells, pd.Series)
        else np.asarray(cells)
        for name, cells in given.items()
    }
    return pd.DataFrame(columns, columns=list(ISSUE_COLUMNS)).astype(_issue_types())


def issue_table(lines: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """An issues table from its lines, each in the order of :data:`ISSUE_COLUMNS`."""
    if not lines:
        return no_issues()
    return pd.DataFrame(list(lines), columns=list(ISSUE_COLUMNS)).astype(_issue_types())


def _issue_types() -> dict[str, str]:
    return {name: "int64" if name == "row" else "str" for name in ISSUE_COLUMNS}


def join_issues(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The lines of several issues tables, in the order given."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else no_issues()


@dataclass(frozen=True, slots=True)
class Fetch:
    """Where a source comes from and how its bytes are laid out.

    Neither ``url`` nor ``file``: the source is fed by deposits only. ``paging`` holds the
    keys of docs/mapping.md, checked when the catalogue is read.
    """

    url: str = ""
    file: str = ""
    format: str = ""
    records: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    layer: str = ""
    header_row: int = 1
    headers: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 200_000_000
    timeout_s: float = 60.0
    method: str = "GET"
    body: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    paging: Mapping[str, Any] = field(default_factory=dict)
    error_path: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """What a source promises; breaking it refuses the file before any row is read.

    ``inactive`` says which rows are no place of today: column -> the cells that say so.
    """

    required_columns: tuple[str, ...] = ()
    min_rows: int = 1
    key: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    inactive: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to find a value in a source row (docs/mapping.md lists them all).

    ``kind`` says how the raw value is picked (column, first_of, join, split, constant,
    match, days, week, osm); ``pattern``, ``values`` and ``format`` then transform it, in
    that order. ``columns`` are the source columns the rule takes values from, ``labels`` what
    stands before each of them when they are joined; ``remark`` is a column that may limit the
    opening of a day to some weeks.
    """

    kind: str
    columns: tuple[str, ...] = ()
    optional: bool = False
    otherwise: bool = False
    value: str = ""
    separator: str = " "
    labels: tuple[str, ...] = ()
    part: int = 0
    terms: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    contains: bool = False
    days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remark: str = ""
    pattern: str = ""
    values: Mapping[str, str] | None = None
    format: str = ""


def columns_read(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The source columns that some rules look at, each once, in order."""
    return tuple(dict.fromkeys(column for rule in rules for column in rule.columns))


@dataclass(frozen=True, slots=True)
class Example:
    """One source row and what it must become; run as a test."""

    input: Mapping[str, str]
    expect: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """One file of places and the way it is read. ``mapping`` maps a published field to rules.

    A place it no longer describes is closed after ``closes_after_days``, absent until then.
    """

    id: str
    title: str
    publisher: str
    homepage: str
    licence: str
    attribution: str
    territory: str
    verified: bool
    fetch: Fetch
    contract: Contract
    mapping: Mapping[str, tuple[Rule, ...]]
    placeholders: tuple[str, ...]
    coordinates: Mapping[str, str]
    own_fields: tuple[str, ...]
    closes_after_days: int
    examples: tuple[Example, ...]
    path: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Gate:
    """How far a release may stray from the one before it without a person looking.

    Losses are in percent of what the last release had: of all places and of each source's rows
    (``max_loss_pct``), of the places of a category, of the places of a source that have a value
    in a field. ``max_located_drop_pct`` is in points of the share of places known better than
    by their commune; ``max_moved_pct`` in percent of the places that are in both releases, those
    whose point is more than ``moved_m`` metres from where it was.
    """

    max_loss_pct: float = 20.0
    max_category_loss_pct: float = 30.0
    max_field_loss_pct: float = 50.0
    max_moved_pct: float = 10.0
    moved_m: float = 500.0
    max_located_drop_pct: float = 5.0
    min_places: int = 1
    min_located_pct: float = 50.0


@dataclass(frozen=True, slots=True)
class Retention:
    """Which old releases are kept: the ``keep_last`` newest, and the last of each of the
    ``keep_months`` months up to the newest's. The last one, and the one before, always are.
    """

    keep_last: int = 30
    keep_months: int = 36


#: Code of the finding that only says that somebody wants to look first.
ASKED = "relecture_demandee"
#: Codes of findings that nobody can let through: files that break their schema, ids given twice.
INTEGRITY = ("schema_non_respecte", "identifiant_double")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the gate says of a release: a ``blocker`` holds it, a ``warning`` goes out with it.

    ``gate`` is the key of ``[gate]`` that was passed ("" where no tolerance applies: integrity),
    ``subject`` the source, category or field it is about ("" for the whole dataset); a decision
    widens a tolerance by naming both. ``measured`` and ``allowed`` are in the gate's unit.
    """

    code: str
    severity: Literal["blocker", "warning"]
    text: Text
    gate: str = ""
    subject: str = ""
    measured: float = 0.0
    allowed: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "text"}
        return values | self.text._asdict()


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A person's decision to let more through: ``value`` replaces the dataset's ``gate`` key.

    ``subject`` limits it to one source, category or field; ``until`` (ISO date, "" for none) is
    the day of the last release it holds for.
    """

    gate: str
    value: float
    subject: str
    until: str
    reason: str
    author: str
    date: str


@dataclass(frozen=True, slots=True)
class PairDecision:
    """A person's answer: two rows (source, key) are ``same`` place, or two.

    ``names`` are what the rows were called then ("" where it is not known): an answer holds for
    the row of that name, whatever key its producer gives it, and for no other.
    """

    rows: tuple[tuple[str, str], tuple[str, str]]
    same: bool
    reason: str
    author: str
    date: str
    names: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """What a person did with a release: held, dropped, published although blocked, withdrawn.

    ``content`` is the fingerprint of what it said: the same content is met by the same decision.
    """

    action: Literal["held", "dropped", "published", "withdrawn"]
    version: str
    content: str
    reason: str
    author: str
    date: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """``catalog/decisions/<dataset>.toml``; ``fingerprint`` is that of the pairs alone."""

    pairs: tuple[PairDecision, ...] = ()
    tolerances: tuple[Tolerance, ...] = ()
    releases: tuple[ReleaseDecision, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Geocoding:
    """Another geocoder that may be asked for the addresses the BAN leaves open.

    ``service`` is "geoplateforme", "addok" or "" (none: the default); ``url`` its address of
    ``/search/csv`` ("" for the State's), ``min_score`` the least of its scores to believe,
    ``filters`` whether it takes a filter by commune.
    """

    service: str = ""
    url: str = ""
    min_score: float = 0.7
    filters: bool = True


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal a dataset is pushed to.

    ``kind`` is the API it speaks ("datagouv" or "ckan"), ``url`` its address without a trailing
    "/", ``organization`` the id or slug of who publishes there, ``dataset`` the id of the dataset
    there ("" while it is not known); ``private``: only the organization sees it.
    """

    kind: str
    url: str
    organization: str
    dataset: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """One published dataset: a territory and the sources that describe it, best first."""

    id: str
    title: str
    title_en: str
    description: str
    description_en: str
    publisher: str
    contact: str
    homepage: str
    territory: tuple[str, ...]
    sources: tuple[str, ...]
    schedule: str
    timezone: str
    demonstration: bool
    share_alike: bool
    publish_mobile_phones: bool
    publish_nominative_emails: bool
    gate: Gate
    retention: Retention
    geocoding: Geocoding
    path: Path
    fingerprint: str
    portals: tuple[Portal, ...] = ()


@dataclass(frozen=True, slots=True)
class Tiles:
    """The background of the maps: an address with {z}, {x} and {y}, and whom to name for it."""

    url: str
    attribution: str


@dataclass(frozen=True)
class Catalogue:
    """The whole of what is published: its name, who answers for it, its public address.

    ``url`` ends with a slash; "" while it is not known, and addresses are then relative.
    """

    title: str = "Données ouvertes du territoire"
    title_en: str = "Open data of the territory"
    description: str = (
        "Des fichiers vérifiés ligne à ligne, localisés avec une précision annoncée, publiés à une "
        "adresse stable. Chaque version est conservée et chaque changement est écrit."
    )
    description_en: str = (
        "Files checked row by row, located with a stated precision, published at a stable address. "
        "Every version is kept and every change is written down."
    )
    publisher: str = ""
    publisher_url: str = ""
    contact: str = ""
    url: str = ""
    tiles: Tiles | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A steward's fix of one value, and the value it is meant to replace.

    The row is ``key`` of ``source``, or its ``line`` (0: any) where keys are missing or
    repeated. It applies only while the source still says ``expect``.
    """

    source: str
    key: str
    line: int
    field: str
    expect: str
    value: str
    reason: str
    author: str
    date: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The untouched bytes of a source at one moment, and where they came from."""

    source: str
    path: Path
    url: str
    fetched_at: datetime
    sha256: str
    bytes: int
    via: Literal["http", "mirror", "file", "deposit"]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """What a fetch left to work with.

    ``snapshots`` are the copies that may be used, newest first (empty: the source is
    missing). ``error`` is set when today's fetch failed; ``stale_since`` then says when
    the newest copy was last known to be current.
    """

    source: str
    snapshots: tuple[Snapshot, ...]
    changed: bool
    stale_since: datetime | None = None
    error_fr: str = ""
    error_en: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What one stage did: rows in, rows out, and the issues it raised."""

    stage: str
    rows_in: int
    rows_out: int
    issues: pd.DataFrame
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of ``schemas/vocabularies/licences.csv``; ``kind`` decides what it obliges."""

    id: str
    title: Text
    url: str
    kind: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Whom to name for reference data that is republished; ``licence`` is an identifier."""

    title: Text
    attribution: str
    licence: str
    page: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """One published file, as the data package describes it.

    ``schema`` is the Table Schema of a tabular file; ``title`` is shown to reusers, and
    ``description`` where there is more to say. ``standard`` is the address of what it conforms to.
    """

    name: str
    path: str
    title: Text
    format: str
    mediatype: str
    schema: Mapping[str, Any] | None = None
    description: Text | None = None
    standard: str = ""


@dataclass(frozen=True)
class Release:
    """Everything one version of a dataset says, before it becomes files.

    ``tables`` maps a schema name (lieux, passerelle, sources, quarantaine, changements,
    indicateurs-*) to its table of text, as it is written to CSV; ``report`` is what
    rapport.json holds. ``outlines`` maps the name of a table whose rows are areas to a Series:
    value of its column ``code`` -> shapely geometry in longitude and latitude, or None.
    """

    dataset: Dataset
    version: str
    created: datetime
    licence: Licence
    licence_reason: Text
    tables: Mapping[str, pd.DataFrame]
    report: Mapping[str, Any]
    sources: tuple[Source, ...]
    inputs: str
    content: str
    reference: Text
    outlines: Mapping[str, pd.Series] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)
    credits: tuple[Credit, ...] = ()

    @property
    def day(self) -> str:
        """The date of the version, ISO."""
        return self.version[:10]
